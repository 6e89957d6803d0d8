//! Programs that read text and print some of it: head, tail, grep, sort, cut, tr and their kin.

mod awk;
mod columns;
mod compare;
mod ends;
mod grep;
mod lines;
pub(super) mod pattern;
pub(super) mod reader;
mod sort;
mod tr;
mod xargs;

use super::{Done, Line};
use crate::practice::runtime::files::Fault;
use crate::practice::runtime::process::{File, Process};

pub(super) const NAMES: &[&str] = &[
    "awk", "cmp", "comm", "cut", "diff", "egrep", "fgrep", "fold", "grep", "head", "nl", "paste", "rev", "sort", "tac", "tail", "tee", "tr", "uniq", "wc",
    "xargs",
];

pub(super) async fn run(process: &Process, name: &str, words: &[String]) -> Done {
    match name {
        "awk" => awk::awk(process, words).await,
        "head" | "tail" => ends::ends(process, name, words).await,
        "grep" | "egrep" | "fgrep" => grep::grep(process, name, words).await,
        "paste" => columns::paste(process, words).await,
        "comm" => columns::comm(process, words).await,
        "fold" => columns::fold(process, words).await,
        "diff" => compare::diff(process, words).await,
        "cmp" => compare::cmp(process, words).await,
        "wc" => count(process, words).await,
        "sort" => sort::sort(process, words).await,
        "tee" => tee(process, words).await,
        "tr" => tr::tr(process, words).await,
        "xargs" => xargs::xargs(process, words).await,
        _ => lines::lines(process, name, words).await,
    }
}

/// The file a word names, or stdin; a complaint when it cannot be opened.
pub(super) async fn opened(process: &Process, name: &str, path: &str) -> Option<File> {
    let file = if path == "-" {
        process.files.get(&0).cloned().ok_or(Fault::Missing)
    } else {
        process.open(path)
    };
    match file {
        Ok(file) => Some(file),
        Err(fault) => {
            let can = if matches!(name, "cat" | "tail" | "uniq" | "tee") || name.ends_with("sum") {
                "can't open "
            } else {
                ""
            };
            let quoted = if can.is_empty() { path.to_owned() } else { format!("'{path}'") };
            let can = if fault == Fault::Folder && !can.is_empty() { "can't read " } else { can };
            process.complain(format!("{name}: {can}{quoted}: {fault}")).await;
            None
        }
    }
}

/// All bytes of a file.
pub(super) async fn content(process: &Process, file: &File) -> Vec<u8> {
    let mut all = Vec::new();
    loop {
        process.kernel.step().await;
        let chunk = process.read_file(file, 65_536).await;
        if chunk.is_empty() || all.len() > crate::practice::runtime::files::KEPT * 4 {
            return all;
        }
        all.extend(chunk);
    }
}

fn named(line: &Line) -> Vec<String> {
    if line.words.is_empty() { vec!["-".to_owned()] } else { line.words.clone() }
}

/// `12`, `24k`, `1m`.
pub(super) fn amount(text: &str) -> Option<u64> {
    let (number, factor) = match text.to_ascii_lowercase().chars().last()? {
        'k' => (&text[..text.len() - 1], 1024),
        'm' => (&text[..text.len() - 1], 1024 * 1024),
        'g' => (&text[..text.len() - 1], 1024 * 1024 * 1024),
        'b' => (&text[..text.len() - 1], 512),
        _ => (text, 1),
    };
    number.trim_start_matches('+').parse::<u64>().ok().map(|number| number * factor)
}

async fn count(process: &Process, words: &[String]) -> Done {
    let line = Line::read(words, "");
    let paths = named(&line);
    let (mut code, mut totals) = (0, [0u64; 5]);
    let usual = line.letters.is_empty();
    let shown = ['l', 'w', 'm', 'c', 'L'].map(|letter| line.has(letter) || usual && !matches!(letter, 'm' | 'L'));
    let alone = paths.len() == 1 && shown.iter().filter(|shown| **shown).count() == 1;
    let text = |counts: [u64; 5], name: &str| {
        let some = counts.iter().zip(shown).filter(|(_, shown)| *shown).map(|(count, _)| *count);
        let some: Vec<String> = some.map(|count| if alone { count.to_string() } else { format!("{count:>9}") }).collect();
        let name = if name == "-" { String::new() } else { format!(" {name}") };
        format!("{}{name}\n", some.join(" "))
    };
    for path in &paths {
        let Some(file) = opened(process, "wc", path).await else {
            code = 1;
            continue;
        };
        let (mut counts, mut inside, mut width) = ([0u64; 5], false, 0u64);
        loop {
            process.kernel.step().await;
            let chunk = process.read_file(&file, 65_536).await;
            if chunk.is_empty() {
                break;
            }
            counts[3] += chunk.len() as u64;
            for byte in chunk {
                let begins = byte & 0xc0 != 0x80;
                counts[0] += u64::from(byte == b'\n');
                counts[2] += u64::from(begins);
                width = if byte == b'\n' { 0 } else { width + u64::from(begins) };
                counts[4] = counts[4].max(width);
                let blank = byte.is_ascii_whitespace();
                counts[1] += u64::from(!blank && !inside);
                inside = !blank;
            }
        }
        totals.iter_mut().zip(counts).for_each(|(total, count)| *total += count);
        process.print(text(counts, path)).await?;
    }
    if paths.len() > 1 {
        process.print(text(totals, "total")).await?;
    }
    Ok(code)
}

async fn tee(process: &Process, words: &[String]) -> Done {
    let line = Line::read(words, "");
    let mut child = process.clone();
    for (at, path) in line.words.iter().enumerate() {
        match process.create(path, line.has('a')) {
            Ok(file) => drop(child.files.insert(100 + at as u32, file)),
            Err(fault) => process.complain(format!("tee: {path}: {fault}")).await,
        }
    }
    loop {
        let chunk = process.read(0, 65_536).await;
        if chunk.is_empty() {
            return Ok(0);
        }
        process.print(&chunk).await?;
        for fd in child.files.keys().copied().filter(|fd| *fd >= 100).collect::<Vec<_>>() {
            child.write(fd, &chunk).await?;
        }
    }
}
