//! The little of Markdown that the README grammar stands on: lines, fences, headings, folds, lists, links.

use std::borrow::Cow;

/// A line, and whether it stands in a fenced code block or opens or closes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    pub text: &'a str,
    pub code: bool,
}

/// Cuts text into lines and marks the fenced ones.
#[must_use]
pub fn lines(text: &str) -> Vec<Line<'_>> {
    let mut fence: Option<(char, usize)> = None;
    let mut lines = Vec::new();
    for text in text.lines() {
        let bare = text.trim_start();
        let mark = bare.chars().next().filter(|char| matches!(char, '`' | '~'));
        let length = mark.map_or(0, |mark| bare.chars().take_while(|char| *char == mark).count());
        let code = match (fence, mark) {
            (None, Some(mark)) if length >= 3 => {
                fence = Some((mark, length));
                true
            }
            (Some((open, least)), Some(mark)) if open == mark && length >= least && bare[length..].trim().is_empty() => {
                fence = None;
                true
            }
            (open, _) => open.is_some(),
        };
        lines.push(Line { text, code });
    }
    lines
}

/// The text without the `<!-- comments -->` that its author wrote for other authors.
#[must_use]
pub fn without_comments(text: &str) -> Cow<'_, str> {
    if !text.contains("<!--") {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len());
    let mut inside = false;
    for line in lines(text) {
        if line.code && !inside {
            kept.push_str(line.text);
            kept.push('\n');
            continue;
        }
        let (mut rest, mut shown, was) = (line.text, String::new(), inside);
        loop {
            let mark = if inside { "-->" } else { "<!--" };
            let Some((before, behind)) = rest.split_once(mark) else { break };
            if !inside {
                shown.push_str(before);
            }
            (inside, rest) = (!inside, behind);
        }
        if !inside {
            shown.push_str(rest);
        }
        let only_comment = (was || line.text.contains("<!--")) && shown.trim().is_empty();
        if !only_comment {
            kept.push_str(&shown);
            kept.push('\n');
        }
    }
    Cow::Owned(kept)
}

/// The depth and text of a `# heading`.
#[must_use]
pub fn heading(line: &str) -> Option<(usize, &str)> {
    let depth = line.bytes().take_while(|byte| *byte == b'#').count();
    let rest = &line[depth..];
    ((1..=6).contains(&depth) && rest.starts_with(' ')).then(|| (depth, rest.trim().trim_end_matches('#').trim_end()))
}

/// The heading that a line is, unless it is code.
#[must_use]
pub fn heading_of<'a>(line: &Line<'a>) -> Option<(usize, &'a str)> {
    if line.code { None } else { heading(line.text) }
}

/// Where the section that starts at `from` ends: at the next heading of the first or second level.
#[must_use]
pub fn section_end(lines: &[Line], from: usize) -> usize {
    (from..lines.len())
        .find(|at| heading_of(&lines[*at]).is_some_and(|(depth, _)| depth <= 2))
        .unwrap_or(lines.len())
}

/// The number and name of `Scenario 2: Name`.
#[must_use]
pub fn title(heading: &str) -> (Option<u32>, String) {
    let plain = heading.trim_start_matches(|char: char| !char.is_alphanumeric() && char != '`');
    let lower = plain.to_ascii_lowercase();
    let Some(rest) = [
        "scenario",
        "lesson",
        "lab",
        "challenge",
        "exercise",
        "übung",
        "Übung",
        "lektion",
        "szenario",
        "escenario",
        "leçon",
        "场景",
        "练习",
    ]
    .iter()
    .find_map(|word| lower.strip_prefix(word)) else {
        return (None, plain.to_owned());
    };
    let rest = rest.trim_start_matches([' ', '#']);
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let name = rest[digits..].trim_start_matches([' ', ':', '：', '-', '–', '—', '.']);
    if digits == 0 || name.is_empty() {
        return (rest[..digits].parse().ok(), plain.to_owned());
    }
    // the same bytes from the end, in the author's own case
    (rest[..digits].parse().ok(), plain[plain.len() - name.len()..].to_owned())
}

/// What follows the colon of `Step 2: Observe`, or the whole.
#[must_use]
pub fn after_colon(heading: &str) -> &str {
    heading.split_once([':', '：', '–', '—']).map_or(heading, |(_, rest)| rest).trim()
}

/// The lower-case name and the value of a `**Name:** value` line.
#[must_use]
pub fn field(line: &str) -> Option<(String, &str)> {
    let rest = line.trim().trim_start_matches(['-', ' ']).strip_prefix("**")?;
    let (name, value) = rest.split_once("**")?;
    let (name, value) = (name.trim(), value.trim_start());
    if !name.ends_with([':', '：']) && !value.starts_with([':', '：']) {
        return None;
    }
    let name = name.trim_end_matches([':', '：']).trim_start_matches(|char: char| !char.is_alphanumeric());
    Some((name.trim().to_lowercase(), value.trim_start_matches([':', '：']).trim()))
}

/// The same without the stars, of a line that says nothing else: `Level: easy`, `> Time: 10 min`. What an image is called is YAML as often.
#[must_use]
pub fn plain_field(line: &str) -> Option<(String, &str)> {
    let rest = line.trim_start_matches(['>', '-', '*', ' ']);
    let (name, value) = rest.split_once([':', '：'])?;
    if name.len() > 24 || value.len() > 60 {
        return None;
    }
    let name = name.trim().to_lowercase();
    (!name.starts_with("image")).then(|| (name, value.trim()))
}

/// A `<details>` block: what its summary says, what it holds, and the line behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    pub summary: String,
    pub body: String,
    pub end: usize,
}

/// The block that starts at a line. One that is never closed ends before the next heading of the second level.
#[must_use]
pub fn fold(lines: &[Line], at: usize) -> Option<Details> {
    let first = lines.get(at).filter(|line| !line.code)?.text.trim_start();
    let first_rest = opening(first, "details")?;
    let mut depth = 1;
    if let Some(close) = first_rest.to_ascii_lowercase().find("</details") {
        return Some(details(&first_rest[..close], at + 1));
    }
    let mut inner = first_rest.to_owned() + "\n";
    let mut end = at + 1;
    while end < lines.len() {
        let line = &lines[end];
        if !line.code && line.text.contains(['<', '#']) {
            let lower = line.text.to_ascii_lowercase();
            depth += lower.matches("<details").count();
            depth = depth.saturating_sub(lower.matches("</details").count());
            if depth == 0 {
                let close = lower.find("</details").unwrap_or(0);
                inner.push_str(&line.text[..close]);
                return Some(details(&inner, end + 1));
            }
            let next_section = heading(line.text).is_some_and(|(depth, _)| depth <= 2);
            if next_section && !closes(&lines[end..]) {
                return Some(details(&inner, end));
            }
        }
        inner.push_str(line.text);
        inner.push('\n');
        end += 1;
    }
    Some(details(&inner, end))
}

/// Whether a closing tag comes before another opening one.
fn closes(lines: &[Line]) -> bool {
    let tag = lines
        .iter()
        .filter(|line| !line.code && line.text.contains('<'))
        .map(|line| line.text.to_ascii_lowercase())
        .find(|line| line.contains("<details") || line.contains("</details"));
    tag.is_some_and(|line| line.contains("</details"))
}

fn details(inner: &str, end: usize) -> Details {
    let lower = inner.to_ascii_lowercase();
    let parts = lower.find("<summary").and_then(|open| {
        let start = open + lower[open..].find('>')? + 1;
        let close = start + lower[start..].find("</summary")?;
        let behind = close + lower[close..].find('>')? + 1;
        Some((start..close, behind))
    });
    let (summary, body) = match parts {
        Some((range, behind)) => (without_tags(&inner[range]), &inner[behind..]),
        None => (String::new(), inner),
    };
    Details {
        summary,
        body: body.trim_matches('\n').trim_end().to_owned(),
        end,
    }
}

/// What follows `<name …>` at the start of a line.
fn opening<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let rest = line.strip_prefix('<')?;
    let tag = rest.get(..name.len()).filter(|tag| tag.eq_ignore_ascii_case(name))?;
    let rest = &rest[tag.len()..];
    rest.starts_with(['>', ' ']).then(|| rest.split_once('>').map_or("", |(_, behind)| behind))
}

fn without_tags(text: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for char in text.chars() {
        match char {
            '<' => inside = true,
            '>' if inside => inside = false,
            _ if !inside => out.push(char),
            _ => {}
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The items of a list, whether marked by dashes, numbers or a symbol of any kind; lines that run on belong to their item.
#[must_use]
pub fn items(lines: &[Line]) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    let mut open = false;
    for line in lines.iter().filter(|line| !line.code) {
        let text = line.text.trim();
        if text.is_empty() || text.chars().all(|char| matches!(char, '-' | '*' | '_')) || heading(text).is_some() {
            open = false;
            continue;
        }
        let bare = unmarked(text);
        match items.last_mut() {
            Some(last) if open && bare == text => {
                last.push(' ');
                last.push_str(text);
            }
            _ => items.push(bare.to_owned()),
        }
        open = true;
    }
    items
}

fn unmarked(text: &str) -> &str {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let bare = ["- ", "* ", "+ "]
        .iter()
        .find_map(|mark| text.strip_prefix(mark))
        .or_else(|| text[digits..].strip_prefix(". ").filter(|_| digits > 0))
        .unwrap_or(text);
    let bare = ["[ ] ", "[x] ", "[X] "].iter().find_map(|mark| bare.strip_prefix(mark)).unwrap_or(bare);
    bare.trim_start_matches(|char: char| !char.is_ascii() && !char.is_alphanumeric()).trim_start()
}

/// Text and address of every link outside code.
#[must_use]
pub fn links(lines: &[Line]) -> Vec<(String, String)> {
    let mut links = Vec::new();
    for line in lines.iter().filter(|line| !line.code) {
        let mut rest = line.text;
        while let Some((before, behind)) = rest.split_once("](") {
            let Some((address, after)) = behind.split_once(')') else { break };
            if let Some(open) = before.rfind('[') {
                let address = address.split_whitespace().next().unwrap_or_default();
                links.push((before[open + 1..].trim_matches('*').to_owned(), address.to_owned()));
            }
            rest = after;
        }
    }
    links
}

/// The lines as text again.
#[must_use]
pub fn join(lines: &[Line]) -> String {
    lines.iter().map(|line| line.text).collect::<Vec<_>>().join("\n")
}

/// STATUS of the pods that printed tables show as not ready; of all pods when none is.
#[must_use]
pub fn statuses(text: &str) -> Vec<String> {
    let mut not_ready = Vec::new();
    let mut ready = Vec::new();
    let mut columns: Option<(usize, usize)> = None;
    for line in text.lines() {
        if columns.is_none() && !line.contains("READY") {
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let position = |name| words.iter().position(|word| *word == name);
        if let (Some(at_ready), Some(at_status)) = (position("READY"), position("STATUS")) {
            columns = Some((at_ready, at_status));
        } else if let Some((at_ready, at_status)) = columns
            && let (Some((have, want)), Some(status)) = (words.get(at_ready).and_then(|word| word.split_once('/')), words.get(at_status))
        {
            let list = if have == want { &mut ready } else { &mut not_ready };
            if !list.iter().any(|known| known == status) {
                list.push((*status).to_owned());
            }
        } else {
            columns = None;
        }
    }
    if not_ready.is_empty() { ready } else { not_ready }
}
