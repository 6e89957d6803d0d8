//! Programs that read text and print some of it: head, tail, grep, sort, cut, tr and their kin.

mod awk;
mod ends;
mod grep;
mod lines;
pub(super) mod pattern;
pub(super) mod reader;
mod tr;
mod xargs;

use super::{Done, Line};
use crate::practice::runtime::files::Fault;
use crate::practice::runtime::process::{File, Process};

pub(super) const NAMES: &[&str] = &[
    "awk", "cut", "egrep", "fgrep", "grep", "head", "nl", "rev", "sort", "tac", "tail", "tee", "tr", "uniq", "wc", "xargs",
];

pub(super) async fn run(process: &Process, name: &str, words: &[String]) -> Done {
    match name {
        "awk" => awk::awk(process, words).await,
        "head" | "tail" => ends::ends(process, name, words).await,
        "grep" | "egrep" | "fgrep" => grep::grep(process, name, words).await,
        "wc" => count(process, words).await,
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
            let can = if matches!(name, "grep" | "egrep" | "fgrep" | "sed" | "tail") {
                ""
            } else {
                "can't open "
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
fn amount(text: &str) -> Option<u64> {
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
    let (mut code, mut totals) = (0, [0u64; 3]);
    let shown = ['l', 'w', 'c'].map(|letter| line.has(letter) || line.letters.is_empty());
    let text = |counts: [u64; 3], name: &str| {
        let some: Vec<u64> = counts.iter().zip(shown).filter(|(_, shown)| *shown).map(|(count, _)| *count).collect();
        let name = if name == "-" { String::new() } else { format!(" {name}") };
        match some.as_slice() {
            [one] => format!("{one}{name}\n"),
            all => format!(
                "{}{name}\n",
                all.iter()
                    .map(|count| format!("{count:>9}"))
                    .collect::<Vec<_>>()
                    .join(" ")
                    .trim_start_matches("  ")
            ),
        }
    };
    for path in &paths {
        let Some(file) = opened(process, "wc", path).await else {
            code = 1;
            continue;
        };
        let (mut counts, mut inside) = ([0u64; 3], false);
        loop {
            process.kernel.step().await;
            let chunk = process.read_file(&file, 65_536).await;
            if chunk.is_empty() {
                break;
            }
            counts[2] += chunk.len() as u64;
            for byte in chunk {
                counts[0] += u64::from(byte == b'\n');
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
