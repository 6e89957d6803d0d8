//! diff and cmp: whether files are alike, and where not.

use similar::DiffTag;

use super::{content, opened};
use crate::practice::runtime::process::Process;
use crate::practice::shell::tools::{Done, Line};
use crate::text::diff::{group_diff_ops, operations};

/// Files of more lines take too long to compare.
const MOST: usize = 4_000;

pub(super) async fn cmp(process: &Process, words: &[String]) -> Done {
    let line = Line::read(words, "n");
    let [one, other] = line.words.as_slice() else {
        process.complain("Usage: cmp [-ls] FILE1 FILE2").await;
        return Ok(2);
    };
    let mut all = Vec::new();
    for path in [one, other] {
        let Some(file) = opened(process, "cmp", path).await else { return Ok(2) };
        all.push(content(process, &file).await);
    }
    let (left, right) = (&all[0], &all[1]);
    match left.iter().zip(right).position(|(left, right)| left != right) {
        Some(at) => {
            let number = left[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
            if !line.has('s') {
                process.print(format!("{one} {other} differ: char {}, line {number}\n", at + 1)).await?;
            }
            Ok(1)
        }
        None if left.len() == right.len() => Ok(0),
        None => {
            let shorter = if left.len() < right.len() { one } else { other };
            if !line.has('s') {
                process.complain(format!("cmp: EOF on {shorter}")).await;
            }
            Ok(1)
        }
    }
}

pub(super) async fn diff(process: &Process, words: &[String]) -> Done {
    let line = Line::read(words, "ULS");
    let [one, other] = line.words.as_slice() else {
        process.complain("Usage: diff [-abBdiqrsTtw] [-U LINES] FILE1 FILE2").await;
        return Ok(2);
    };
    let files = &process.kernel.files;
    // A folder stands for the file of the same name in it.
    let beside = |path: &String, like: &String| {
        let name = like.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        if path != "-" && files.is_folder(&process.path(path)) && !files.is_folder(&process.path(like)) {
            format!("{}/{name}", path.trim_end_matches('/'))
        } else {
            path.clone()
        }
    };
    let (left, right) = (beside(one, other), beside(other, one));
    if files.is_folder(&process.path(&left)) && files.is_folder(&process.path(&right)) {
        process.complain("diff: the practice cluster does not compare folders").await;
        return Ok(2);
    }
    let mut texts = Vec::new();
    for path in [&left, &right] {
        if path != "-" && files.get(&process.path(path)).is_err() {
            process.complain(format!("diff: can't stat '{path}': No such file or directory")).await;
            return Ok(2);
        }
        let Some(file) = opened(process, "diff", path).await else { return Ok(2) };
        texts.push(String::from_utf8_lossy(&content(process, &file).await).into_owned());
    }
    if plain(&texts[0], &line) == plain(&texts[1], &line) {
        if line.has('s') {
            process.print(format!("Files {left} and {right} are identical\n")).await?;
        }
        return Ok(0);
    }
    if !line.has('q') && texts.iter().any(|text| text.lines().count() > MOST) {
        process
            .complain(format!("diff: the practice cluster does not compare files of more than {MOST} lines"))
            .await;
        return Ok(2);
    }
    let text = if line.has('q') {
        format!("Files {left} and {right} differ\n")
    } else {
        let around = line.value('U').and_then(|lines| lines.parse().ok()).unwrap_or(3);
        format!("--- {left}\n+++ {right}\n{}", hunks(&texts[0], &texts[1], &line, around))
    };
    process.print(text).await?;
    Ok(1)
}

/// The lines as they are compared: without what does not count.
fn plain(text: &str, line: &Line) -> Vec<String> {
    text.split_inclusive('\n')
        .map(|text| {
            let text = if line.has('i') { text.to_lowercase() } else { text.to_owned() };
            if line.has('w') {
                text.split_whitespace().collect()
            } else if line.has('b') {
                text.split_whitespace().collect::<Vec<_>>().join(" ")
            } else {
                text
            }
        })
        .collect()
}

fn hunks(left: &str, right: &str, line: &Line, around: usize) -> String {
    let [old, new]: [Vec<&str>; 2] = [left, right].map(|text| text.split_inclusive('\n').collect());
    let (from, to) = (plain(left, line), plain(right, line));
    let mut out = String::new();
    let [from, to]: [Vec<&str>; 2] = [&from, &to].map(|lines| lines.iter().map(String::as_str).collect());
    for group in group_diff_ops(operations(&from, &to), around) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let span = |start: usize, end: usize| match end - start {
            1 => format!("{}", start + 1),
            0 => format!("{start},0"),
            count => format!("{},{count}", start + 1),
        };
        out += &format!(
            "@@ -{} +{} @@\n",
            span(first.old_range().start, last.old_range().end),
            span(first.new_range().start, last.new_range().end)
        );
        for operation in &group {
            let (tag, before, after) = operation.as_tag_tuple();
            let sign = if tag == DiffTag::Equal { ' ' } else { '-' };
            out.extend(old[before].iter().map(|text| shown(sign, text)));
            if tag != DiffTag::Equal {
                out.extend(new[after].iter().map(|text| shown('+', text)));
            }
        }
    }
    out
}

fn shown(sign: char, text: &str) -> String {
    let end = if text.ends_with('\n') { "" } else { "\n\\ No newline at end of file\n" };
    format!("{sign}{text}{end}")
}
