//! The shell commands of a lesson's code blocks: one by one, without comments and prompts, continued lines joined.

use super::markdown::{self, Line};

/// A command as a learner would type it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Line of the README that it starts on, from 1.
    pub line: usize,
    pub text: String,
}

/// Languages of code blocks that are typed into a shell; a block without a language counts by its `$` prompts.
const SHELLS: [&str; 5] = ["bash", "sh", "shell", "console", "zsh"];

/// Every command of a Markdown text, in reading order.
#[must_use]
pub fn of(markdown: &str) -> Vec<Command> {
    let lines = markdown::lines(markdown);
    let mut found = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        if !lines[at].code {
            at += 1;
            continue;
        }
        let end = block_end(&lines, at);
        block(&lines[at..end], at + 1, &mut found);
        at = end;
    }
    found
}

/// Where the block ends that opens at a line: after its closing fence.
fn block_end(lines: &[Line], open: usize) -> usize {
    let mark = lines[open].text.trim_start().chars().next();
    let closes = |line: &Line| {
        let text = line.text.trim();
        text.len() >= 3 && text.chars().all(|char| Some(char) == mark)
    };
    (open + 1..lines.len())
        .find(|at| !lines[*at].code || closes(&lines[*at]))
        .map_or(lines.len(), |at| at + 1)
}

/// The commands of one block: `first` is the line number of its fence.
fn block(lines: &[Line], first: usize, found: &mut Vec<Command>) {
    let language = lines[0].text.trim().trim_start_matches(['`', '~']).trim().to_lowercase();
    let shell = SHELLS.contains(&language.split_whitespace().next().unwrap_or_default());
    let prompted = lines[1..].iter().any(|line| line.text.trim_start().starts_with("$ "));
    let typed = shell || (language.is_empty() && prompted);
    if !typed {
        return;
    }
    let mut pending: Option<Command> = None;
    for (at, line) in lines.iter().enumerate().skip(1) {
        let text = line.text.trim();
        let continued = pending.is_some();
        let text = match text.strip_prefix("$ ") {
            Some(typed) => typed.trim(),
            // in a block with prompts the rest is what the commands print
            None if prompted && !continued => continue,
            None => text,
        };
        if !continued && (text.is_empty() || text.starts_with('#') || text.starts_with("```") || text.starts_with("~~~")) {
            continue;
        }
        let (part, more) = match text.strip_suffix('\\') {
            Some(part) => (part.trim_end(), true),
            None => (without_comment(text), false),
        };
        let mut command = pending.take().unwrap_or(Command {
            line: first + at,
            text: String::new(),
        });
        if !command.text.is_empty() {
            command.text.push(' ');
        }
        command.text.push_str(part);
        if more {
            pending = Some(command);
        } else {
            found.push(command);
        }
    }
    found.extend(pending);
}

/// The text before a ` #` that no quote holds.
fn without_comment(text: &str) -> &str {
    let mut quote = None;
    let mut before = ' ';
    for (at, char) in text.char_indices() {
        match (quote, char) {
            (None, '\'' | '"') => quote = Some(char),
            (Some(open), _) if open == char => quote = None,
            (None, '#') if before.is_whitespace() => return text[..at].trim_end(),
            _ => {}
        }
        before = char;
    }
    text
}

/// The words of a command, quotes taken off; a pipe or a list operator ends it.
#[must_use]
pub fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for char in command.chars() {
        match (quote, char) {
            (Some(open), _) if open == char => quote = None,
            (Some(_), _) => word.get_or_insert_default().push(char),
            (None, '\'' | '"') => {
                quote = Some(char);
                word.get_or_insert_default();
            }
            (None, '|' | ';' | '&' | '>' | '<') => break,
            (None, char) if char.is_whitespace() => words.extend(word.take()),
            (None, char) => word.get_or_insert_default().push(char),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_come_one_by_one_with_their_lines() {
        let lesson = "# A\n```bash\n# look\nkubectl get pods   # all of them\n\nkubectl get events \\\n  --sort-by=.lastTimestamp\n```\n```yaml\nkind: Pod\n```\n\
                      ```\n$ kubectl logs web\nfatal\n```\n```\nNAME READY\n```\n";
        let found: Vec<(usize, String)> = of(lesson).into_iter().map(|command| (command.line, command.text)).collect();
        assert_eq!(
            found,
            [
                (4, "kubectl get pods".to_owned()),
                (6, "kubectl get events --sort-by=.lastTimestamp".to_owned()),
                (13, "kubectl logs web".to_owned())
            ]
        );
    }

    #[test]
    fn words_are_the_shells() {
        assert_eq!(
            words("kubectl get po -l 'app=web shop' | grep x"),
            ["kubectl", "get", "po", "-l", "app=web shop"]
        );
        assert_eq!(words("echo \"#1\" ''"), ["echo", "#1", ""]);
    }
}
