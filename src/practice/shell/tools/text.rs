//! Programs that read text and print some of it: head, tail, grep, sed, sort, cut, tr and their kin.

use std::time::Duration;

use regex::bytes::{Regex, RegexBuilder};

use super::{Done, Line, escape};
use crate::practice::runtime::files::Fault;
use crate::practice::runtime::process::{File, Process};

pub(super) const NAMES: &[&str] = &[
    "cut", "egrep", "fgrep", "grep", "head", "nl", "rev", "sort", "tac", "tail", "tee", "tr", "uniq", "wc", "xargs",
];

/// How often `tail -f` looks for more.
const FOLLOW: Duration = Duration::from_secs(1);

pub(super) async fn run(process: &Process, name: &str, words: &[String]) -> Done {
    match name {
        "head" | "tail" => ends(process, name, words).await,
        "grep" | "egrep" | "fgrep" => grep(process, name, words).await,
        "wc" => count(process, words).await,
        "tee" => tee(process, words).await,
        "tr" => tr(process, words).await,
        "xargs" => xargs(process, words).await,
        _ => lines(process, name, words).await,
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

async fn ends(process: &Process, name: &str, words: &[String]) -> Done {
    // `head -5` is the old way to write `head -n 5`.
    let old = |word: &String| {
        word.strip_prefix('-')
            .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
            .map(|rest| format!("-n{rest}"))
    };
    let words: Vec<String> = words.iter().map(|word| old(word).unwrap_or_else(|| word.clone())).collect();
    let line = Line::read(&words, "cns");
    let (bytes, given) = (line.has('c'), line.value('c').or_else(|| line.value('n')).unwrap_or("10"));
    let Some(most) = amount(given.trim_start_matches('-')) else {
        process.complain(format!("{name}: invalid number '{given}'")).await;
        return Ok(1);
    };
    let (mut code, paths) = (0, named(&line));
    for (at, path) in paths.iter().enumerate() {
        let Some(file) = opened(process, name, path).await else {
            code = 1;
            continue;
        };
        if paths.len() > 1 && !line.has('q') {
            process.print(format!("{}==> {path} <==\n", if at > 0 { "\n" } else { "" })).await?;
        }
        if name == "head" {
            head(process, &file, most, bytes).await?;
        } else {
            let all = content(process, &file).await;
            process.print(&all[tail_from(&all, most, bytes, given.starts_with('+'))..]).await?;
        }
        while name == "tail" && (line.has('f') || line.has('F')) {
            process.kernel.sleep(FOLLOW).await;
            let more = process.read_file(&file, 65_536).await;
            process.print(more).await?;
        }
    }
    Ok(code)
}

/// Prints as it reads, so that what never ends is cut off.
async fn head(process: &Process, file: &File, mut left: u64, bytes: bool) -> Result<(), crate::practice::runtime::pipe::Broken> {
    while left > 0 {
        process.kernel.step().await;
        let most = if bytes {
            usize::try_from(left).unwrap_or(usize::MAX).min(65_536)
        } else {
            65_536
        };
        let chunk = process.read_file(file, most).await;
        if chunk.is_empty() {
            break;
        }
        let mut end = chunk.len();
        if bytes {
            left -= chunk.len() as u64;
        } else {
            for (at, _) in chunk.iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
                left -= 1;
                if left == 0 {
                    end = at + 1;
                    break;
                }
            }
        }
        process.print(&chunk[..end]).await?;
    }
    Ok(())
}

fn tail_from(all: &[u8], most: u64, bytes: bool, from_start: bool) -> usize {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    if bytes {
        return if from_start {
            most.saturating_sub(1).min(all.len())
        } else {
            all.len().saturating_sub(most)
        };
    }
    let starts: Vec<usize> = std::iter::once(0)
        .chain(all.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1))
        .collect();
    let starts: Vec<usize> = starts.into_iter().filter(|at| *at < all.len()).collect();
    let index = if from_start {
        most.saturating_sub(1)
    } else {
        starts.len().saturating_sub(most)
    };
    starts.get(index).copied().unwrap_or(all.len())
}

/// A pattern of grep or sed: basic unless extended.
pub(super) fn pattern(text: &str, extended: bool, ignore_case: bool) -> Option<Regex> {
    let text = if extended { text.to_owned() } else { extended_from_basic(text) };
    RegexBuilder::new(&text).case_insensitive(ignore_case).unicode(true).build().ok()
}

/// In basic patterns `\(`, `\{`, `\+`, `\?`, `\|` have a meaning and the bare characters none.
fn extended_from_basic(text: &str) -> String {
    let (mut out, mut chars) = (String::new(), text.chars().peekable());
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(c) if "(){}+?|".contains(c) => out.push(c),
                Some(c) => out.extend(['\\', c]),
                None => out.push_str("\\\\"),
            },
            '*' if out.is_empty() || out == "^" => out.push_str("\\*"),
            c if "(){}+?|".contains(c) => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

async fn grep(process: &Process, name: &str, words: &[String]) -> Done {
    let mut line = Line::read(words, "eABCmf");
    let Some(wanted) = line
        .value('e')
        .map(str::to_owned)
        .or_else(|| (!line.words.is_empty()).then(|| line.words.remove(0)))
    else {
        process.complain("grep: no pattern given").await;
        return Ok(2);
    };
    let extended = line.has('E') || name == "egrep";
    let parts: Vec<String> = if line.has('F') || name == "fgrep" {
        wanted.split('\n').map(regex::escape).collect()
    } else {
        wanted.split('\n').map(str::to_owned).collect()
    };
    let fixed = line.has('F') || name == "fgrep";
    let mut patterns = Vec::new();
    for part in parts {
        let part = if line.has('w') { format!(r"\b{part}\b") } else { part };
        let part = if line.has('x') { format!("^{part}$") } else { part };
        let Some(pattern) = pattern(&part, extended || fixed, line.has('i')) else {
            process.complain(format!("grep: bad regex '{wanted}': Invalid regexp")).await;
            return Ok(2);
        };
        patterns.push(pattern);
    }
    let (mut found, mut bad) = (false, false);
    let paths = named(&line);
    let many = paths.len() > 1 && !line.has('h');
    for path in &paths {
        let Some(file) = opened(process, name, path).await else {
            bad = true;
            continue;
        };
        let (all, mut hits) = (content(process, &file).await, 0u64);
        for (number, text) in all
            .strip_suffix(b"\n")
            .unwrap_or(&all)
            .split(|byte| *byte == b'\n')
            .enumerate()
            .filter(|_| !all.is_empty())
        {
            if patterns.iter().any(|pattern| pattern.is_match(text)) == line.has('v') {
                continue;
            }
            (found, hits) = (true, hits + 1);
            if line.has('q') {
                return Ok(0);
            }
            if line.has('c') || line.has('l') {
                continue;
            }
            let mut lead = if many { format!("{path}:") } else { String::new() };
            if line.has('n') {
                lead += &format!("{}:", number + 1);
            }
            let parts: Vec<&[u8]> = match patterns.first() {
                Some(pattern) if line.has('o') => pattern.find_iter(text).map(|hit| hit.as_bytes()).collect(),
                _ => vec![text],
            };
            for part in parts {
                process.print([lead.as_bytes(), part, b"\n"].concat()).await?;
            }
            if line.value('m').and_then(|most| most.parse().ok()).is_some_and(|most: u64| hits >= most) {
                break;
            }
        }
        if line.has('l') && hits > 0 {
            process.print(format!("{path}\n")).await?;
        } else if line.has('c') {
            process.print(if many { format!("{path}:{hits}\n") } else { format!("{hits}\n") }).await?;
        }
    }
    Ok(if bad { 2 } else { i32::from(!found) })
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

/// The characters of a set of `tr`: ranges, classes, escapes.
fn set(text: &str) -> Vec<u8> {
    let text = [
        ("[:lower:]", "a-z"),
        ("[:upper:]", "A-Z"),
        ("[:digit:]", "0-9"),
        ("[:alpha:]", "A-Za-z"),
        ("[:alnum:]", "0-9A-Za-z"),
        ("[:space:]", "\\t\\n\\v\\f\\r "),
        ("[:punct:]", "!-/:-@[-`{-~"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (class, range)| text.replace(class, range));
    let plain = escape::unescape(&text, true).0.into_bytes();
    let (mut all, mut at) = (Vec::new(), 0);
    while at < plain.len() {
        if plain.get(at + 1) == Some(&b'-') && at + 2 < plain.len() && plain[at] <= plain[at + 2] {
            all.extend(plain[at]..=plain[at + 2]);
            at += 3;
        } else {
            all.push(plain[at]);
            at += 1;
        }
    }
    all
}

async fn tr(process: &Process, words: &[String]) -> Done {
    let letters: String = words
        .iter()
        .take_while(|word| word.starts_with('-') && word.len() > 1)
        .flat_map(|word| word[1..].chars())
        .collect();
    let sets: Vec<Vec<u8>> = words
        .iter()
        .skip_while(|word| word.starts_with('-') && word.len() > 1)
        .map(|word| set(word))
        .collect();
    let (delete, squeeze, complement) = (letters.contains('d'), letters.contains('s'), letters.contains(['c', 'C']));
    let Some(first) = sets.first() else {
        process.complain("tr: missing operand").await;
        return Ok(1);
    };
    let inside = |byte: &u8| first.contains(byte) != complement;
    let second = sets.get(1).filter(|set| !set.is_empty());
    let squeezed = second.unwrap_or(first);
    let mut last = None;
    loop {
        let chunk = process.read(0, 65_536).await;
        if chunk.is_empty() {
            return Ok(0);
        }
        let mut out = Vec::with_capacity(chunk.len());
        for byte in chunk {
            let hit = inside(&byte);
            if hit && delete {
                continue;
            }
            let byte = match second.filter(|_| hit && !delete) {
                Some(second) => {
                    let at = first.iter().position(|known| *known == byte).unwrap_or(usize::MAX);
                    second[at.min(second.len() - 1)]
                }
                None => byte,
            };
            if squeeze && last == Some(byte) && squeezed.contains(&byte) {
                continue;
            }
            last = Some(byte);
            out.push(byte);
        }
        process.print(out).await?;
    }
}

async fn xargs(process: &Process, words: &[String]) -> Done {
    let line = words.iter().position(|word| !word.starts_with('-'));
    let each = words.iter().position(|word| word == "-n1" || word == "-I{}" || word == "-I" || word == "-n");
    let skip = match each {
        Some(at) if words[at].len() == 2 => at + 2,
        Some(at) => at + 1,
        None => line.unwrap_or(words.len()),
    };
    let command: Vec<String> = if skip < words.len() {
        words[skip..].to_vec()
    } else {
        vec!["echo".to_owned()]
    };
    let input = String::from_utf8_lossy(&process.read_all(0).await).into_owned();
    let items: Vec<String> = input.split_whitespace().map(str::to_owned).collect();
    let runs: Vec<Vec<String>> = match each {
        Some(_) => items
            .into_iter()
            .map(|item| {
                let replaced: Vec<String> = command.iter().map(|word| word.replace("{}", &item)).collect();
                if replaced == command {
                    [command.clone(), vec![item]].concat()
                } else {
                    replaced
                }
            })
            .collect(),
        None => vec![[command, items].concat()],
    };
    let mut code = 0;
    for argv in runs {
        if let Err(fault) = super::find(process, &argv[0]) {
            process.complain(format!("xargs: {}: No such file or directory", argv[0])).await;
            return Ok(fault.code());
        }
        if super::execute(process.clone(), argv).await != 0 {
            code = 123;
        }
    }
    Ok(code)
}

/// Programs that need all lines before they print one.
async fn lines(process: &Process, name: &str, words: &[String]) -> Done {
    let line = Line::read(
        words,
        match name {
            "sort" => "kt",
            "cut" => "dfcb",
            _ => "",
        },
    );
    let (mut code, mut text) = (0, String::new());
    for path in named(&line) {
        match opened(process, name, &path).await {
            Some(file) => text += &String::from_utf8_lossy(&content(process, &file).await),
            None => code = 1,
        }
    }
    let mut all: Vec<String> = text.lines().map(str::to_owned).collect();
    match name {
        "sort" => sorted(&mut all, &line),
        "tac" => all.reverse(),
        "rev" => all.iter_mut().for_each(|line| *line = line.chars().rev().collect()),
        "nl" => all.iter_mut().enumerate().for_each(|(at, line)| *line = format!("{:>6}\t{line}", at + 1)),
        "uniq" => all = unique(all, &line),
        _ => all = all.iter().filter_map(|text| cut(text, &line)).collect(),
    }
    process.print(all.into_iter().map(|line| line + "\n").collect::<String>()).await?;
    Ok(code)
}

fn sorted(all: &mut Vec<String>, line: &Line) {
    let field = line
        .value('k')
        .and_then(|key| key.split([',', '.', 'n', 'r']).next()?.parse::<usize>().ok())
        .unwrap_or(0);
    let key = |text: &str| -> String {
        match (field, line.value('t').and_then(|sep| sep.chars().next())) {
            (0, _) => text.to_owned(),
            (field, Some(separator)) => text.split(separator).skip(field - 1).collect::<Vec<_>>().join(" "),
            (field, None) => text.split_whitespace().skip(field - 1).collect::<Vec<_>>().join(" "),
        }
    };
    let number = |text: &str| {
        text.trim()
            .split(|c: char| !c.is_ascii_digit() && c != '-' && c != '.')
            .next()
            .and_then(|number| number.parse::<f64>().ok())
            .unwrap_or(0.0)
    };
    let numeric = line.has('n') || line.value('k').is_some_and(|key| key.contains('n'));
    all.sort_by(|one, other| {
        let (left, right) = (key(one), key(other));
        let by_number = if numeric {
            number(&left).total_cmp(&number(&right))
        } else {
            std::cmp::Ordering::Equal
        };
        by_number.then_with(|| left.cmp(&right))
    });
    if line.has('r') || line.value('k').is_some_and(|key| key.contains('r')) {
        all.reverse();
    }
    if line.has('u') {
        all.dedup();
    }
}

fn unique(all: Vec<String>, line: &Line) -> Vec<String> {
    let mut groups: Vec<(String, usize)> = Vec::new();
    for text in all {
        match groups.last_mut().filter(|(last, _)| *last == text) {
            Some((_, count)) => *count += 1,
            None => groups.push((text, 1)),
        }
    }
    let kept = groups
        .into_iter()
        .filter(|(_, count)| !(line.has('d') && *count == 1 || line.has('u') && *count > 1));
    kept.map(|(text, count)| if line.has('c') { format!("{count:>7} {text}") } else { text })
        .collect()
}

fn cut(text: &str, line: &Line) -> Option<String> {
    let ranges = line.value('f').or_else(|| line.value('c')).or_else(|| line.value('b'))?;
    let wanted = |at: usize| {
        ranges.split(',').any(|range| match range.split_once('-') {
            Some((from, to)) => at >= from.parse().unwrap_or(1) && at <= to.parse().unwrap_or(usize::MAX),
            None => range.parse() == Ok(at),
        })
    };
    if !line.has('f') {
        return Some(text.chars().enumerate().filter(|(at, _)| wanted(at + 1)).map(|(_, c)| c).collect());
    }
    let separator = line.value('d').unwrap_or("\t");
    if !text.contains(separator) {
        return (!line.has('s')).then(|| text.to_owned());
    }
    let fields: Vec<&str> = text
        .split(separator)
        .enumerate()
        .filter(|(at, _)| wanted(at + 1))
        .map(|(_, field)| field)
        .collect();
    Some(fields.join(separator))
}
