//! head and tail.

use std::time::Duration;

use super::{amount, content, named, opened};
use crate::practice::runtime::pipe::Broken;
use crate::practice::runtime::process::{File, Process};
use crate::practice::shell::tools::{Done, Line};

/// How often `tail -f` looks for more.
const FOLLOW: Duration = Duration::from_secs(1);

pub(super) async fn ends(process: &Process, name: &str, words: &[String]) -> Done {
    // `head -5` is the old way to write `head -n 5`.
    let old = |word: &String| {
        word.strip_prefix('-')
            .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
            .map(|rest| format!("-n{rest}"))
    };
    // The number after `-n` may be below zero itself.
    let valued = |at: usize| at > 0 && matches!(words[at - 1].as_str(), "-n" | "-c");
    let words: Vec<String> = words
        .iter()
        .enumerate()
        .map(|(at, word)| old(word).filter(|_| !valued(at)).unwrap_or_else(|| word.clone()))
        .collect();
    let line = Line::read(&words, "cns");
    let (bytes, given) = (line.has('c'), line.value('c').or_else(|| line.value('n')).unwrap_or("10"));
    let Some(most) = amount(given.trim_start_matches('-')) else {
        process.complain(format!("{name}: invalid number '{given}'")).await;
        return Ok(1);
    };
    let (mut code, mut any, paths) = (0, false, named(&line));
    for (at, path) in paths.iter().enumerate() {
        let Some(file) = opened(process, name, path).await else {
            code = 1;
            continue;
        };
        any = true;
        if paths.len() > 1 && !line.has('q') {
            process.print(format!("{}==> {path} <==\n", if at > 0 { "\n" } else { "" })).await?;
        }
        if name == "head" {
            match given.strip_prefix('-') {
                Some(_) => {
                    let all = content(process, &file).await;
                    process.print(&all[..tail_from(&all, most, bytes, false)]).await?;
                }
                None => head(process, &file, most, bytes).await?,
            }
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
    if name == "tail" && !any {
        process.complain("tail: no files").await;
    }
    Ok(code)
}

/// Prints as it reads, so that what never ends is cut off.
async fn head(process: &Process, file: &File, mut left: u64, bytes: bool) -> Result<(), Broken> {
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
