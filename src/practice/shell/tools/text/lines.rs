//! Programs that read all lines before they print: uniq, cut, rev, tac, nl.

use super::{content, named, opened};
use crate::practice::runtime::process::Process;
use crate::practice::shell::tools::{Done, Line};

/// Programs that need all lines before they print one.
pub(super) async fn lines(process: &Process, name: &str, words: &[String]) -> Done {
    let line = Line::read(
        words,
        match name {
            "cut" => "dfcb",
            "uniq" => "fsw",
            _ => "",
        },
    );
    if name == "cut" && !['f', 'c', 'b'].iter().any(|letter| line.has(*letter)) {
        process.complain("cut: expected a list of bytes, characters, or fields").await;
        return Ok(1);
    }
    let (mut code, mut text) = (0, String::new());
    for path in named(&line) {
        match opened(process, name, &path).await {
            Some(file) => text += &String::from_utf8_lossy(&content(process, &file).await),
            None => code = 1,
        }
    }
    let mut all: Vec<String> = text.lines().map(str::to_owned).collect();
    match name {
        "tac" => all.reverse(),
        "rev" => all.iter_mut().for_each(|line| *line = line.chars().rev().collect()),
        "nl" => all.iter_mut().enumerate().for_each(|(at, line)| *line = format!("{:>6}\t{line}", at + 1)),
        "uniq" => all = unique(all, &line),
        _ => all = all.iter().filter_map(|text| cut(text, &line)).collect(),
    }
    process.print(all.into_iter().map(|line| line + "\n").collect::<String>()).await?;
    Ok(code)
}

fn unique(all: Vec<String>, line: &Line) -> Vec<String> {
    let number = |letter: char| line.value(letter).and_then(|count| count.parse::<usize>().ok());
    let key = |text: &str| {
        let mut rest = text;
        for _ in 0..number('f').unwrap_or(0) {
            rest = rest.trim_start();
            rest = &rest[rest.find(char::is_whitespace).unwrap_or(rest.len())..];
        }
        let part: String = rest.chars().skip(number('s').unwrap_or(0)).take(number('w').unwrap_or(usize::MAX)).collect();
        if line.has('i') { part.to_lowercase() } else { part }
    };
    let mut groups: Vec<(String, usize)> = Vec::new();
    for text in all {
        match groups.last_mut().filter(|(last, _)| key(last) == key(&text)) {
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
