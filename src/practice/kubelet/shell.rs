//! The small shell for commands given to a container: enough of `sh` for what manifests usually say.

use std::collections::BTreeMap;

use super::process::{Op, Surroundings};
use super::words::{Token, tokens};

const TOOLS: &[&str] = &[
    "sh", "ash", "sleep", "echo", "true", "false", "cat", "tail", "env", "printenv", "date", "ls", "test", "[", "nslookup", "wget", "nc", "curl", "hostname",
    "id", "touch", "mkdir", "printf", "exit", "kubectl", "ping",
];

/// Whether the images have this tool.
pub fn knows(tool: &str) -> bool {
    TOOLS.contains(&tool)
}

/// The program of a command line.
pub fn program(argv: &[String], around: &Surroundings) -> Vec<Op> {
    let mut script = Script {
        around,
        ops: Vec::new(),
        env: around.env.clone(),
    };
    let code = script.command(argv);
    script.ops.push(Op::Exit(code));
    script.ops
}

/// Runs a command that is expected to end at once, as exec probes do: its exit code and what it printed.
pub fn execute(argv: &[String], around: &Surroundings) -> (i32, String) {
    if argv.first().is_none_or(|tool| !knows(tool.rsplit('/').next().unwrap_or_default())) {
        return (127, String::new());
    }
    let (mut output, mut slept) = (String::new(), 0.0);
    for op in program(argv, around) {
        match op {
            Op::Log(text) => output = format!("{output}{text}\n"),
            Op::Sleep(seconds) => slept += seconds,
            Op::Exit(code) => return (if slept > 0.0 { -1 } else { code }, output),
            _ => return (-1, output),
        }
    }
    (0, output)
}

/// `$(NAME)` in command and args, as Kubernetes expands it.
pub fn expand_references(text: &str, env: &BTreeMap<String, String>) -> String {
    env.iter()
        .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("$({name})"), value))
}

struct Script<'a> {
    around: &'a Surroundings,
    ops: Vec<Op>,
    env: BTreeMap<String, String>,
}

impl Script<'_> {
    /// Appends what one command does; gives back its exit code.
    fn command(&mut self, argv: &[String]) -> i32 {
        let Some(first) = argv.first() else { return 0 };
        let args = &argv[1..];
        match first.rsplit('/').next().unwrap_or_default() {
            "sh" | "ash" => match args.iter().position(|arg| arg.starts_with('-') && arg.contains('c')) {
                Some(at) => self.script(args.get(at + 1).map_or("", String::as_str)),
                None => 0,
            },
            "exec" => self.command(args),
            "echo" | "printf" => {
                let text = args
                    .iter()
                    .filter(|arg| !matches!(arg.as_str(), "-n" | "-e"))
                    .cloned()
                    .collect::<Vec<_>>()
                    .join(" ");
                self.ops.push(Op::Log(text.trim_end_matches("\\n").to_owned()));
                0
            }
            "sleep" => {
                match seconds(args.first().map_or("0", String::as_str)) {
                    Some(seconds) => self.ops.push(Op::Sleep(seconds)),
                    None => self.ops.push(Op::Stay),
                }
                0
            }
            "exit" => {
                let code = args.first().and_then(|code| code.parse().ok()).unwrap_or(0);
                self.ops.push(Op::Exit(code));
                code
            }
            "tail" if args.iter().any(|arg| arg.starts_with("-f") || arg.starts_with("-F")) => {
                self.ops.push(Op::Stay);
                0
            }
            "cat" => self.print_files(args),
            "env" | "printenv" => {
                let lines: Vec<String> = self.env.iter().map(|(name, value)| format!("{name}={value}")).collect();
                self.ops.extend(lines.into_iter().map(Op::Log));
                0
            }
            "test" | "[" => i32::from(!self.holds(args)),
            "false" | "nslookup" | "nc" | "wget" | "curl" | "ping" | "kubectl" => 1,
            "true" | ":" | "set" | "export" | "trap" | "cd" | "wait" | "date" | "ls" | "hostname" | "id" | "touch" | "mkdir" => 0,
            other => {
                self.ops.push(Op::Log(format!("sh: {other}: not found")));
                127
            }
        }
    }

    fn print_files(&mut self, args: &[String]) -> i32 {
        let mut code = 0;
        for path in args {
            match self.around.files.get(path) {
                Some(content) => self.ops.extend(content.lines().map(|line| Op::Log(line.to_owned()))),
                None => {
                    self.ops.push(Op::Log(format!("cat: can't open '{path}': No such file or directory")));
                    code = 1;
                }
            }
        }
        code
    }

    fn holds(&self, args: &[String]) -> bool {
        let words: Vec<&str> = args.iter().map(String::as_str).filter(|word| *word != "]").collect();
        match words.as_slice() {
            ["!", rest @ ..] => !self.holds(&rest.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>()),
            ["-f" | "-e" | "-s" | "-r", path] => self.around.files.contains_key(*path),
            ["-n", text] => !text.is_empty(),
            ["-z", text] => text.is_empty(),
            ["-n"] => false,
            ["-z"] => true,
            [left, "=" | "==", right] => left == right,
            [left, "!=", right] => left != right,
            [text] => !text.is_empty(),
            _ => false,
        }
    }

    fn script(&mut self, source: &str) -> i32 {
        let tokens = tokens(source, &self.env);
        self.run(&tokens)
    }

    fn run(&mut self, tokens: &[Token]) -> i32 {
        let (mut at, mut code, mut skip) = (0, 0, false);
        while at < tokens.len() {
            match &tokens[at] {
                Token::End => skip = false,
                Token::And => skip = code != 0,
                Token::Or => skip = code == 0,
                Token::Word(word) if word == "while" || word == "until" => {
                    let end = matching(tokens, at, "done");
                    if !skip {
                        code = self.repeat(word == "until", &tokens[at + 1..end]);
                    }
                    at = end + 1;
                    continue;
                }
                Token::Word(word) if word == "if" => {
                    let end = matching(tokens, at, "fi");
                    if !skip {
                        code = self.branch(&tokens[at + 1..end]);
                    }
                    at = end + 1;
                    continue;
                }
                Token::Word(_) => {
                    let end = tokens[at..]
                        .iter()
                        .position(|token| !matches!(token, Token::Word(_)))
                        .map_or(tokens.len(), |length| at + length);
                    if !skip {
                        let words: Vec<String> = tokens[at..end]
                            .iter()
                            .filter_map(|token| if let Token::Word(word) = token { Some(word.clone()) } else { None })
                            .collect();
                        code = self.simple(&words);
                    }
                    at = end;
                    continue;
                }
            }
            if matches!(self.ops.last(), Some(Op::Exit(_) | Op::Stay | Op::Jump(_))) {
                return code;
            }
            at += 1;
        }
        code
    }

    /// One command: leading assignments, then words up to a redirection.
    fn simple(&mut self, words: &[String]) -> i32 {
        let assignment = |word: &&String| {
            word.split_once('=')
                .is_some_and(|(name, _)| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
        };
        let assigned = words.iter().take_while(assignment).count();
        for (name, value) in words[..assigned].iter().filter_map(|word| word.split_once('=')) {
            self.env.insert(name.to_owned(), value.to_owned());
        }
        let rest = &words[assigned..];
        let redirected = rest
            .iter()
            .position(|word| word.starts_with('>') || word.starts_with("2>") || word.starts_with("1>") || word == "|" || word == "&");
        let quiet = redirected.is_some_and(|at| !rest[at].starts_with("2>") && !rest[at].contains("&2"));
        let before = self.ops.len();
        let code = self.command(&rest[..redirected.unwrap_or(rest.len())]);
        if quiet {
            let kept: Vec<Op> = self.ops.drain(before..).filter(|op| !matches!(op, Op::Log(_))).collect();
            self.ops.extend(kept);
        }
        code
    }

    /// A loop: its condition is known beforehand, so it runs for ever or not at all.
    fn repeat(&mut self, until: bool, tokens: &[Token]) -> i32 {
        let split = tokens.iter().position(|token| *token == Token::Word("do".to_owned())).unwrap_or(tokens.len());
        let start = self.ops.len();
        let code = self.run(&tokens[..split]);
        if (code == 0) == until {
            return 0;
        }
        self.run(tokens.get(split + 1..).unwrap_or_default());
        if !matches!(self.ops.last(), Some(Op::Exit(_) | Op::Stay)) {
            if !self.ops[start..].iter().any(|op| matches!(op, Op::Sleep(_))) {
                self.ops.push(Op::Sleep(1.0));
            }
            self.ops.push(Op::Jump(start));
        }
        0
    }

    fn branch(&mut self, tokens: &[Token]) -> i32 {
        let find = |word: &str| tokens.iter().position(|token| *token == Token::Word(word.to_owned()));
        let then = find("then").unwrap_or(tokens.len());
        let otherwise = find("else").unwrap_or(tokens.len());
        if self.run(&tokens[..then]) == 0 {
            self.run(tokens.get(then + 1..otherwise).unwrap_or_default())
        } else {
            self.run(tokens.get(otherwise + 1..).unwrap_or_default())
        }
    }
}

/// Where the construct that begins at `at` ends.
fn matching(tokens: &[Token], at: usize, end: &str) -> usize {
    let opens: &[&str] = if end == "done" { &["while", "until", "for"] } else { &["if"] };
    let mut depth = 0;
    for (index, token) in tokens.iter().enumerate().skip(at) {
        if let Token::Word(word) = token {
            if opens.contains(&word.as_str()) {
                depth += 1;
            } else if word == end {
                depth -= 1;
                if depth == 0 {
                    return index;
                }
            }
        }
    }
    tokens.len()
}

/// `30`, `1.5`, `2m`; `None` for `infinity`.
fn seconds(text: &str) -> Option<f64> {
    let (number, factor) = match text.char_indices().last() {
        Some((at, 'm')) => (&text[..at], 60.0),
        Some((at, 'h')) => (&text[..at], 3600.0),
        Some((at, 'd')) => (&text[..at], 86_400.0),
        Some((at, 's')) => (&text[..at], 1.0),
        _ => (text, 1.0),
    };
    number.parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| number * factor)
}
