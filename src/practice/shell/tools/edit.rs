//! The stream editor, as far as lessons use it: s, p, d, q with addresses.

use regex::bytes::Regex;

use super::text::{content, opened, pattern};
use super::{Done, Line};
use crate::practice::runtime::hold;
use crate::practice::runtime::process::{File, Process};

enum Address {
    Every,
    Number(usize),
    Last,
    Matches(Regex),
}

enum Deed {
    Substitute { pattern: Regex, with: Vec<u8>, all: bool, print: bool },
    Print,
    Delete,
    Quit,
}

struct Command {
    from: Address,
    to: Option<Address>,
    deed: Deed,
    inside: bool,
}

pub(super) async fn sed(process: &Process, words: &[String]) -> Done {
    let extended = words.iter().any(|word| word == "-E" || word == "-r");
    let mut line = Line::read(words, "ef");
    let Some(script) = line
        .value('e')
        .map(str::to_owned)
        .or_else(|| (!line.words.is_empty()).then(|| line.words.remove(0)))
    else {
        process.complain("sed: no script given").await;
        return Ok(1);
    };
    let Some(mut commands) = parse(&script, extended) else {
        process
            .complain(format!("sed: unsupported command: the practice cluster knows s, p, d and q, not {script}"))
            .await;
        return Ok(1);
    };
    let paths = if line.words.is_empty() { vec!["-".to_owned()] } else { line.words.clone() };
    let mut code = 0;
    for path in paths {
        let Some(file) = opened(process, "sed", &path).await else {
            code = 1;
            continue;
        };
        let edited = edit(&content(process, &file).await, &mut commands, line.has('n'));
        match file {
            File::Disk { content, .. } if line.has('i') => {
                let mut data = hold(&content);
                *data = crate::practice::runtime::files::Data::default();
                data.push(&edited);
            }
            _ => process.print(edited).await?,
        }
    }
    Ok(code)
}

fn edit(all: &[u8], commands: &mut [Command], quiet: bool) -> Vec<u8> {
    let lines: Vec<&[u8]> = all.strip_suffix(b"\n").unwrap_or(all).split(|byte| *byte == b'\n').collect();
    let count = if all.is_empty() { 0 } else { lines.len() };
    let mut out = Vec::new();
    for (at, line) in lines.into_iter().take(count).enumerate() {
        let (mut text, mut keep, mut quit) = (line.to_vec(), true, false);
        for command in commands.iter_mut() {
            if !applies(command, at + 1, count, &text) {
                continue;
            }
            match &command.deed {
                Deed::Substitute { pattern, with, all, print } => {
                    if pattern.is_match(&text) {
                        text = pattern.replacen(&text, usize::from(!all), with.as_slice()).into_owned();
                        if *print {
                            out.extend_from_slice(&text);
                            out.push(b'\n');
                        }
                    }
                }
                Deed::Print => {
                    out.extend_from_slice(&text);
                    out.push(b'\n');
                }
                Deed::Delete => keep = false,
                Deed::Quit => quit = true,
            }
            if !keep {
                break;
            }
        }
        if keep && !quiet {
            out.extend_from_slice(&text);
            out.push(b'\n');
        }
        if quit {
            break;
        }
    }
    out
}

fn applies(command: &mut Command, at: usize, count: usize, text: &[u8]) -> bool {
    let hit = |address: &Address| match address {
        Address::Every => true,
        Address::Number(number) => *number == at,
        Address::Last => at == count,
        Address::Matches(pattern) => pattern.is_match(text),
    };
    let Some(to) = &command.to else { return hit(&command.from) };
    if command.inside {
        command.inside = !hit(to);
        return true;
    }
    if hit(&command.from) {
        command.inside = !matches!(to, Address::Number(number) if *number <= at);
        return true;
    }
    false
}

fn parse(script: &str, extended: bool) -> Option<Vec<Command>> {
    let (mut commands, mut rest) = (Vec::new(), script);
    loop {
        rest = rest.trim_start_matches([' ', ';', '\n', '\t']);
        if rest.is_empty() {
            return Some(commands);
        }
        let (from, mut after) = address(rest, extended)?;
        let mut to = None;
        if let Some(second) = after.strip_prefix(',') {
            let (address, left) = address(second, extended)?;
            (to, after) = (Some(address), left);
        }
        after = after.trim_start();
        let (deed, left) = match after.chars().next()? {
            'p' => (Deed::Print, &after[1..]),
            'd' => (Deed::Delete, &after[1..]),
            'q' => (Deed::Quit, &after[1..]),
            's' => substitute(&after[1..], extended)?,
            _ => return None,
        };
        rest = left;
        commands.push(Command { from, to, deed, inside: false });
    }
}

fn address(text: &str, extended: bool) -> Option<(Address, &str)> {
    if let Some(rest) = text.strip_prefix('$') {
        return Some((Address::Last, rest));
    }
    if let Some(rest) = text.strip_prefix('/') {
        let (inside, rest) = until(rest, '/')?;
        return Some((Address::Matches(pattern(&inside, extended, false)?), rest));
    }
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    match digits {
        0 => Some((Address::Every, text)),
        digits => Some((Address::Number(text[..digits].parse().ok()?), &text[digits..])),
    }
}

/// What stands before a delimiter, which a backslash takes its meaning from.
fn until(text: &str, delimiter: char) -> Option<(String, &str)> {
    let (mut inside, mut escaped) = (String::new(), false);
    for (at, c) in text.char_indices() {
        if escaped {
            if c != delimiter {
                inside.push('\\');
            }
            inside.push(c);
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == delimiter {
            return Some((inside, &text[at + c.len_utf8()..]));
        } else {
            inside.push(c);
        }
    }
    None
}

fn substitute(text: &str, extended: bool) -> Option<(Deed, &str)> {
    let delimiter = text.chars().next()?;
    let (from, rest) = until(&text[delimiter.len_utf8()..], delimiter)?;
    let (with, rest) = until(rest, delimiter)?;
    let flags = rest.len() - rest.trim_start_matches(['g', 'p', 'i', 'I']).len();
    let (flags, rest) = rest.split_at(flags);
    let deed = Deed::Substitute {
        pattern: pattern(&from, extended, flags.contains(['i', 'I']))?,
        with: replacement(&with).into_bytes(),
        all: flags.contains('g'),
        print: flags.contains('p'),
    };
    Some((deed, rest))
}

/// `&` and `\1` as the regex library writes them.
fn replacement(text: &str) -> String {
    let (mut out, mut chars) = (String::new(), text.chars());
    while let Some(c) = chars.next() {
        match c {
            '&' => out += "${0}",
            '$' => out += "$$",
            '\\' => match chars.next() {
                Some(digit) if digit.is_ascii_digit() => out += &format!("${{{digit}}}"),
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some(c) => out.push(c),
                None => {}
            },
            c => out.push(c),
        }
    }
    out
}
