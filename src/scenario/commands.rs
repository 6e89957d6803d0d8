//! The shell commands of a lesson's code blocks: one by one, without comments and prompts, continued lines joined. Nothing here runs any.

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

/// A fenced code block.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Block {
    /// Line of the text that its code starts on, from 1.
    pub line: usize,
    pub language: String,
    pub code: String,
}

/// A command as a learner would type it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Line that it starts on: of its block from 0, or of the whole text from 1.
    pub line: usize,
    pub text: String,
}

/// Every command of a Markdown text, in reading order.
#[must_use]
pub fn of(markdown: &str) -> Vec<Command> {
    let placed = |block: &Block| {
        let first = block.line;
        commands(block).into_iter().map(move |command| Command {
            line: first + command.line,
            ..command
        })
    };
    blocks(markdown).iter().flat_map(placed).collect()
}

/// The fenced code blocks of a stretch of Markdown, in order.
#[must_use]
pub fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (event, range) in Parser::new(markdown).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                let before = markdown.get(..range.start).unwrap_or_default();
                open = Some(Block {
                    line: before.matches('\n').count() + 2,
                    language: language.to_string(),
                    code: String::new(),
                });
            }
            Event::Text(text) => open.iter_mut().for_each(|block| block.code.push_str(&text)),
            Event::End(TagEnd::CodeBlock) => blocks.extend(open.take()),
            _ => {}
        }
    }
    blocks
}

/// Languages whose blocks are typed into a shell.
const SHELLS: [&str; 9] = ["bash", "sh", "shell", "zsh", "fish", "console", "terminal", "shell-session", "shellsession"];

/// The commands of a block; none for a file or for printed output.
#[must_use]
pub fn commands(block: &Block) -> Vec<Command> {
    let language = block.language.split([' ', ',', '{']).next().unwrap_or_default().to_lowercase();
    let lines: Vec<&str> = block.code.lines().collect();
    // Where a prompt is printed, what has none is the answer.
    let prompted = lines.iter().any(|line| prompt(line).is_some());
    let runs = SHELLS.contains(&language.as_str()) || (language.is_empty() && prompted);
    if !runs {
        return Vec::new();
    }
    let mut commands = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let begin = if prompted { prompt(line) } else { Some(line.trim()) };
        match begin.map(uncommented).filter(|text| !text.is_empty()) {
            Some(first) => {
                let (text, next) = whole(first, &lines, at + 1);
                commands.push(Command { line: at, text });
                at = next;
            }
            None => at += 1,
        }
    }
    commands
}

/// What follows a printed prompt.
fn prompt(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix("$ ").map(str::trim)
}

/// A command's first line, and as many of the next as belong to it; and the line behind.
fn whole(first: &str, lines: &[&str], mut next: usize) -> (String, usize) {
    let mut text = first.to_owned();
    loop {
        if let Some(head) = text.strip_suffix('\\').filter(|_| !ends_quoted(&text)) {
            let more = lines
                .get(next)
                .map(|line| uncommented(line.trim().trim_start_matches("> ").trim_start()))
                .unwrap_or_default();
            text = format!("{} {more}", head.trim_end());
        } else if let Some(end) = heredoc(&text).filter(|end| !text.lines().skip(1).any(|line| line.trim() == *end)) {
            let end = end.to_owned();
            while let Some(line) = lines.get(next) {
                text.push('\n');
                text.push_str(line);
                next += 1;
                if line.trim() == end {
                    break;
                }
            }
            return (text, next);
        } else if ends_quoted(&text) && next < lines.len() {
            text.push('\n');
            text.push_str(lines[next]);
        } else {
            return (text.trim_end().to_owned(), next);
        }
        next += 1;
        if next > lines.len() {
            return (text.trim_end().to_owned(), lines.len());
        }
    }
}

/// Quoting as a shell reads it, character by character.
#[derive(Default)]
struct Quotes {
    open: Option<char>,
    escaped: bool,
}

impl Quotes {
    /// Takes a character; whether it stands outside of quotes and counts as itself.
    fn bare(&mut self, c: char) -> bool {
        if std::mem::take(&mut self.escaped) {
            return false;
        }
        match (self.open, c) {
            (Some(open), c) if open == c => self.open = None,
            (Some('"') | None, '\\') => self.escaped = true,
            (None, '\'' | '"') => self.open = Some(c),
            (None, _) => return true,
            _ => {}
        }
        false
    }
}

fn ends_quoted(text: &str) -> bool {
    let mut quotes = Quotes::default();
    for c in text.chars() {
        quotes.bare(c);
    }
    quotes.open.is_some()
}

/// A line without its comment.
fn uncommented(line: &str) -> &str {
    let mut quotes = Quotes::default();
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        let bare = quotes.bare(c);
        if bare && c == '#' && before.is_whitespace() {
            return line[..at].trim_end();
        }
        before = c;
    }
    line.trim_end()
}

/// The word that ends a here-document begun on the first line.
fn heredoc(text: &str) -> Option<&str> {
    let first = text.lines().next()?;
    let (before, after) = first.split_once("<<")?;
    let after = after.trim_start_matches('-').trim_start();
    if ends_quoted(before) || after.starts_with('<') {
        return None;
    }
    let word = after.split([' ', ';', '|', '>', '&']).next()?.trim_matches(['\'', '"']);
    (!word.is_empty()).then_some(word)
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

    fn typed(language: &str, code: &str) -> Vec<String> {
        let block = Block {
            line: 1,
            language: language.to_owned(),
            code: code.to_owned(),
        };
        commands(&block).into_iter().map(|command| command.text).collect()
    }

    #[test]
    fn comments_are_left_out_and_continued_lines_joined() {
        let code = "# look\nkubectl get pods   # all of them\n\nkubectl run web \\\n  --image=nginx \\\n  --port=80\necho '# no comment' a#b\n";
        let want = ["kubectl get pods", "kubectl run web --image=nginx --port=80", "echo '# no comment' a#b"];
        assert_eq!(typed("bash", code), want);
    }

    #[test]
    fn printed_answers_and_files_are_no_commands() {
        assert_eq!(typed("", "NAME  READY\nweb   1/1\n"), [""; 0]);
        assert_eq!(typed("yaml", "kind: Pod\n"), [""; 0]);
        assert_eq!(typed("", "$ kubectl get pods\nNAME\nweb\n$ ls\n"), ["kubectl get pods", "ls"]);
        assert_eq!(typed("console", "$ kubectl apply -f x \\\n>   -n y\ndone\n"), ["kubectl apply -f x -n y"]);
    }

    #[test]
    fn here_documents_and_open_quotes_stay_whole() {
        let code = "cat <<'EOF' | kubectl apply -f -\nkind: Pod\n# kept\nEOF\nkubectl patch x -p '{\n  \"a\": 1}'\nls\n";
        let want = [
            "cat <<'EOF' | kubectl apply -f -\nkind: Pod\n# kept\nEOF",
            "kubectl patch x -p '{\n  \"a\": 1}'",
            "ls",
        ];
        assert_eq!(typed("sh", code), want);
        assert_eq!(typed("sh", "cat <<EOF\nnever ends"), ["cat <<EOF\nnever ends"]);
        assert_eq!(typed("sh", "echo 'open\n"), ["echo 'open"]);
        assert_eq!(typed("sh", "ends in \\\n"), ["ends in"]);
    }

    #[test]
    fn blocks_are_found_in_lists_and_with_any_fence() {
        let text = "1. do\n   ```bash\n   ls\n   ```\n\n~~~sh title=x\npwd\n~~~\n";
        let found: Vec<String> = blocks(text).iter().flat_map(commands).map(|command| command.text).collect();
        assert_eq!(found, ["ls", "pwd"]);
    }

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
