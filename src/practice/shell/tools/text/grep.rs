//! grep.

use super::pattern::pattern;
use super::{content, named, opened};
use crate::practice::runtime::process::Process;
use crate::practice::shell::tools::{Done, Line};

pub(super) async fn grep(process: &Process, name: &str, words: &[String]) -> Done {
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
