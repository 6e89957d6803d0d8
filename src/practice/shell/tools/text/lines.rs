//! Programs that read all lines before they print: sort, uniq, cut, rev, tac, nl.

use super::{content, named, opened};
use crate::practice::runtime::process::Process;
use crate::practice::shell::tools::{Done, Line};

/// Programs that need all lines before they print one.
pub(super) async fn lines(process: &Process, name: &str, words: &[String]) -> Done {
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
