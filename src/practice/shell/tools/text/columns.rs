//! paste, comm and fold: lines side by side, and lines cut to a width.

use std::cmp::Ordering;

use super::reader::Reader;
use super::{named, opened};
use crate::practice::runtime::process::Process;
use crate::practice::shell::tools::{Done, Line, escape};

async fn readers(process: &Process, name: &str, line: &Line) -> Option<Vec<Reader>> {
    let mut readers = Vec::new();
    for path in named(line) {
        readers.push(Reader::new(opened(process, name, &path).await?));
    }
    Some(readers)
}

async fn next(process: &Process, reader: &mut Reader) -> Option<String> {
    let text = reader.line(process).await?;
    let text = String::from_utf8_lossy(&text).into_owned();
    Some(text.strip_suffix('\n').map(str::to_owned).unwrap_or(text))
}

pub(super) async fn paste(process: &Process, words: &[String]) -> Done {
    let line = Line::read(words, "d");
    let between: Vec<char> = escape::unescape(line.value('d').unwrap_or("\t"), false).0.chars().collect();
    let joint = |at: usize| between.get(at % between.len().max(1)).map(char::to_string).unwrap_or_default();
    let Some(mut readers) = readers(process, "paste", &line).await else {
        return Ok(1);
    };
    if line.has('s') {
        for reader in &mut readers {
            let (mut out, mut at) = (String::new(), 0);
            while let Some(text) = next(process, reader).await {
                if at > 0 {
                    out += &joint(at - 1);
                }
                out += &text;
                at += 1;
            }
            process.print(out + "\n").await?;
        }
        return Ok(0);
    }
    // `-` named twice is one input, which all of them read in turn.
    let paths = named(&line);
    let own: Vec<usize> = (0..paths.len())
        .map(|at| {
            if paths[at] == "-" {
                paths.iter().position(|path| path == "-").unwrap_or(at)
            } else {
                at
            }
        })
        .collect();
    loop {
        let (mut out, mut any) = (String::new(), false);
        for (at, reader) in own.iter().enumerate() {
            if at > 0 {
                out += &joint(at - 1);
            }
            if let Some(text) = next(process, &mut readers[*reader]).await {
                out += &text;
                any = true;
            }
        }
        if !any {
            return Ok(0);
        }
        process.print(out + "\n").await?;
    }
}

pub(super) async fn comm(process: &Process, words: &[String]) -> Done {
    let line = Line::read(words, "");
    if line.words.len() != 2 {
        process.complain("Usage: comm [-123] FILE1 FILE2").await;
        return Ok(1);
    }
    let Some(mut readers) = readers(process, "comm", &line).await else {
        return Ok(1);
    };
    let hidden = ['1', '2', '3'].map(|letter| line.has(letter));
    let mut lines = [next(process, &mut readers[0]).await, next(process, &mut readers[1]).await];
    loop {
        let order = match &lines {
            [None, None] => return Ok(0),
            [Some(_), None] => Ordering::Less,
            [None, Some(_)] => Ordering::Greater,
            [Some(left), Some(right)] => left.cmp(right),
        };
        let column = match order {
            Ordering::Less => 0,
            Ordering::Greater => 1,
            Ordering::Equal => 2,
        };
        let indent = (0..column).filter(|before| !hidden[*before]).count();
        let text = lines[usize::from(order.is_gt())].clone().unwrap_or_default();
        if !hidden[column] {
            process.print(format!("{}{text}\n", "\t".repeat(indent))).await?;
        }
        for (at, reader) in readers.iter_mut().enumerate() {
            if column == 2 || column == at {
                lines[at] = next(process, reader).await;
            }
        }
    }
}

pub(super) async fn fold(process: &Process, words: &[String]) -> Done {
    let line = Line::read(words, "w");
    let width = line.value('w').and_then(|width| width.parse().ok()).unwrap_or(80usize).max(1);
    let Some(mut readers) = readers(process, "fold", &line).await else {
        return Ok(1);
    };
    for reader in &mut readers {
        while let Some(bytes) = reader.line(process).await {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let mut rest: Vec<char> = text.chars().collect();
            let ended = rest.last() == Some(&'\n');
            rest.truncate(rest.len() - usize::from(ended));
            let mut out = String::new();
            while rest.len() > width {
                let blank = rest[..width].iter().rposition(|c| c.is_whitespace()).filter(|_| line.has('s'));
                let part = rest.drain(..blank.map_or(width, |at| at + 1));
                out.extend(part);
                out.push('\n');
            }
            out.extend(rest);
            out.push_str(if ended { "\n" } else { "" });
            process.print(out).await?;
        }
    }
    Ok(0)
}
