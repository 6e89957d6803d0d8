//! YAML the way kubectl reads and prints it.

mod print;
mod read;
mod word;

use serde_json::Value;

pub use print::{print, print_like};
pub use read::{Fault, read};

/// A document of a file: the line it starts at, what it says, and how its author wrote it.
pub type Document = (usize, Value, String);

/// YAML that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {message}\n{excerpt}")]
pub struct Error {
    pub file: String,
    pub line: usize,
    pub message: String,
    pub excerpt: String,
}

/// Reads every document of a file; those that say nothing are left out.
///
/// # Errors
/// The first document that cannot be read, with its line.
pub fn documents(file: &str, text: &str) -> Result<Vec<Document>, Error> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut found = Vec::new();
    for (start, document) in split(text) {
        let value = read(&document).map_err(|fault| {
            let message = said(&fault.words, document.lines().nth(fault.line - 1).unwrap_or_default());
            let line = start + fault.line - 1;
            Error {
                file: file.to_owned(),
                line,
                message,
                excerpt: excerpt(text, line),
            }
        })?;
        if !value.is_null() {
            let blank = document.lines().take_while(|line| line.trim().is_empty()).count();
            found.push((start + blank, value, document.trim_matches('\n').to_owned() + "\n"));
        }
    }
    Ok(found)
}

/// Splits at lines that start with `---`, as kubectl does, before anything is read.
fn split(text: &str) -> Vec<(usize, String)> {
    let mut documents = vec![(1, String::new())];
    for (at, line) in text.lines().enumerate() {
        if line == "---" || line.starts_with("--- ") || line.starts_with("---\t") {
            let rest = line[3..].trim();
            // what stands behind the marker belongs to the document; a comment does not
            let first = if rest.is_empty() || rest.starts_with('#') {
                None
            } else {
                Some(format!("{rest}\n"))
            };
            documents.push((at + 1 + usize::from(first.is_none()), first.unwrap_or_default()));
        } else if let Some((_, document)) = documents.last_mut()
            && line != "..."
        {
            document.push_str(line);
            document.push('\n');
        }
    }
    documents
}

/// What the reader stumbled over and what to do, in words for the author; `line` is where.
fn said(message: &str, line: &str) -> String {
    let indent = line.trim_start_matches([' ', '-', '?']);
    if indent.starts_with('\t') && (message.contains("any token") || message.contains("tab character")) {
        "a tab indents this line, and YAML knows only spaces; put spaces in its place".to_owned()
    } else if message.starts_with("control characters") {
        "there are bytes in this line that no text holds; save the file as UTF-8".to_owned()
    } else if line.contains("{{") {
        format!("{message}; this looks like a template, and klab reads manifests only: put what it renders here")
    } else {
        message.to_owned()
    }
}

/// The longest line that an excerpt shows, in characters.
const EXCERPT: usize = 120;

/// The line and its neighbours, numbered, the line marked; a long line is cut.
#[must_use]
pub fn excerpt(text: &str, line: usize) -> String {
    let lines = text.lines().enumerate().map(|(at, content)| (at + 1, content));
    let near = lines.filter(|(at, _)| at.abs_diff(line) <= 1);
    let rows: Vec<String> = near
        .map(|(at, content)| {
            let shown: String = content.chars().take(EXCERPT).collect();
            let cut = if shown.len() < content.len() { "…" } else { "" };
            format!("{} {at:>4} │ {}{cut}", if at == line { '>' } else { ' ' }, crate::text::clean(&shown))
        })
        .collect();
    rows.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_nests_or_grows_without_end_is_refused_in_short() {
        let deep = documents("a.yaml", &format!("a: {}{}", "[".repeat(5000), "]".repeat(5000))).unwrap_err();
        assert!(
            deep.message.contains("deeper than any") && deep.excerpt.ends_with('…') && deep.excerpt.len() < 200,
            "{deep:?}"
        );
        let many = |from: char, to: char| format!("{to}: &{to} [{}]\n", vec![format!("*{from}"); 9].join(","));
        let grows: String = ('b'..='i').zip('a'..).map(|(to, from)| many(from, to)).collect();
        let grown = documents("a.yaml", &format!("a: &a [x]\n{grows}")).unwrap_err();
        assert!(grown.message.contains("anchors"), "{grown:?}");
        // what each of many anchors in one another keeps grows too
        let nested: String = ('a'..='z').map(|name| format!("&{name} [")).collect();
        let kept = documents("a.yaml", &format!("a: {nested}{}{}", "x, ".repeat(5000), "]".repeat(26))).unwrap_err();
        assert!(kept.message.contains("anchors"), "{kept:?}");
    }

    #[test]
    fn what_an_editor_or_a_template_left_is_named_with_advice() {
        for (text, part) in [
            ("a:\n\tb: 1\n", "put spaces"),
            ("name: {{ .Values.name }}\n", "a template"),
            ("a: &a\n  b: *a\n", "contains itself"),
            ("a: x\0\0\n", "save the file as UTF-8"),
        ] {
            let error = documents("a.yaml", text).unwrap_err();
            assert!(error.message.contains(part), "{error}");
        }
        let steps: Vec<String> = (0..900).map(|depth| format!("{}a:", " ".repeat(depth))).collect();
        assert!(documents("a.yaml", &steps.join("\n")).unwrap_err().message.contains("deeper than any"));
    }

    #[test]
    fn documents_know_their_lines_and_read_like_kubectl() {
        let text = "# note\n---\nkind: A\nfit: yes\nmode: 0644\nname: \"yes\"\n---\n# nothing\n---\nkind: B\n";
        let found = documents("a.yaml", text).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].0, found[1].0), (3, 10));
        assert_eq!(found[0].1, json!({"kind": "A", "fit": true, "mode": 420, "name": "yes"}));
        assert_eq!(found[1].2, "kind: B\n");
    }

    #[test]
    fn a_double_key_is_refused_with_its_place() {
        let error = documents("b.yaml", "---\nkind: A\nspec:\n  x: 1\n  x: 2\n").unwrap_err();
        assert_eq!((error.file.as_str(), error.line), ("b.yaml", 5));
        assert!(error.message.contains('x'), "{}", error.message);
        assert!(error.excerpt.contains(">    5 │   x: 2"), "{}", error.excerpt);
    }

    #[test]
    fn broken_yaml_names_the_line() {
        let error = documents("b.yaml", "kind: A\nspec: [1, 2\nmore: x\n").unwrap_err();
        assert!(error.line >= 2, "{error}");
        assert!(!error.message.is_empty() && !error.message.contains("line"), "{}", error.message);
    }

    #[test]
    fn printing_is_kubectls() {
        let value = json!({"kind": "ConfigMap", "apiVersion": "v1", "data": {"PORT": "5432", "ON": "yes", "T": "2026-11-22T14:14:20Z", "E": "", "S": "a: b", "M": "x\ny\n"},
            "list": [{"b": 1, "a": {}}, "two", []], "n": null});
        let want = "apiVersion: v1\ndata:\n  E: \"\"\n  M: |\n    x\n    y\n  \"ON\": \"yes\"\n  PORT: \"5432\"\n  S: 'a: b'\n  T: \"2026-11-22T14:14:20Z\"\nkind: ConfigMap\nlist:\n- a: {}\n  b: 1\n- two\n- []\n\"n\": null\n";
        assert_eq!(print(&value), want);
    }

    #[test]
    fn what_is_printed_reads_the_same() {
        for text in [
            "",
            "yes",
            "1e3",
            "0x1f",
            "12:30",
            "- a",
            "#x",
            " lead",
            "a: b",
            "it's",
            "tab\tx",
            "two\nlines",
            "\nfirst",
            "a\n\n\n",
            "2026-01-01",
            "null",
            "*",
            "é",
            "-",
            "v1.0",
        ] {
            let value = json!({"k": [text], "l": {"m": text}});
            let printed = print(&value);
            assert_eq!(documents("x", &printed).unwrap()[0].1, value, "{printed}");
        }
        let long = json!({"message": "word ".repeat(60).trim(), "other": format!("x: {}", "word ".repeat(60).trim())});
        assert_eq!(documents("x", &print(&long)).unwrap()[0].1, long);
    }

    #[test]
    fn a_manifests_own_order_is_kept_and_what_it_has_not_comes_last() {
        let text = "kind: A\nspec:\n  z: 1\n  list:\n  - name: one\n    image: i\n    args: []\n  a: 2\n";
        let value =
            json!({"spec": {"a": 2, "z": 1, "new": 3, "list": [{"name": "two", "image": "j"}, {"args": [], "image": "i", "name": "one"}]}, "kind": "A"});
        let want = "kind: A\nspec:\n  z: 1\n  list:\n  - name: two\n    image: j\n  - name: one\n    image: i\n    args: []\n  a: 2\n  new: 3\n";
        assert_eq!(print_like(&value, text), want);
        assert_eq!(print_like(&value, "- no mapping"), print(&value));
    }
}
