//! What the shell does itself: everything that changes its own state.

use super::{Flow, Shell, Variable, signal, tools};
use crate::practice::runtime::hold;

const NAMES: &[&str] = &[
    ":", ".", "alias", "break", "cd", "command", "continue", "eval", "exit", "export", "getopts", "jobs", "kill", "local", "pwd", "read", "readonly", "return",
    "set", "shift", "source", "times", "trap", "type", "ulimit", "umask", "unalias", "unset", "wait", "hash", "let",
];

/// Whether the shell does it itself.
pub fn knows(name: &str) -> bool {
    NAMES.contains(&name)
}

/// POSIX's special builtins: assignments before them stay.
pub fn special(name: &str) -> bool {
    matches!(
        name,
        ":" | "." | "break" | "continue" | "eval" | "exec" | "exit" | "export" | "readonly" | "return" | "set" | "shift" | "times" | "trap" | "unset"
    )
}

impl Shell {
    pub(super) async fn builtin(&mut self, argv: Vec<String>) -> Flow {
        let words = &argv[1..];
        let first = words.first().map_or("", String::as_str);
        let number = || first.parse::<i32>().ok();
        let loops = self.loops;
        self.status = match argv[0].as_str() {
            "break" | "continue" if loops == 0 => 0,
            "break" => {
                self.status = 0;
                return Flow::Break(u32::try_from(number().unwrap_or(1)).unwrap_or(1).clamp(1, loops));
            }
            "continue" => {
                self.status = 0;
                return Flow::Continue(u32::try_from(number().unwrap_or(1)).unwrap_or(1).clamp(1, loops));
            }
            "return" | "exit" => {
                self.status = number().map_or(self.status, |code| code & 255);
                return if argv[0] == "exit" { Flow::Exit } else { Flow::Return };
            }
            "trap" => return self.trap(words).await,
            "eval" => return Box::pin(self.source(&words.join(" "))).await.unwrap_or(Flow::Exit),
            "." | "source" => return self.dot(words).await,
            "command" => return self.simply(words).await,
            "cd" => self.cd(first).await,
            "pwd" => self.say(&format!("{}\n", self.process.folder.clone())).await,
            "export" | "readonly" => return self.declare(&argv[0], words).await,
            "local" => return self.local(words).await,
            "read" => self.read_line(words).await,
            "set" => return self.set(words).await,
            "shift" => {
                let count = usize::try_from(number().unwrap_or(1)).unwrap_or(1);
                let enough = count <= self.arguments.len();
                self.arguments.drain(..count.min(self.arguments.len()));
                i32::from(!enough)
            }
            "type" => self.kind_of(words).await,
            "umask" if words.is_empty() => self.say("0022\n").await,
            "ulimit" => self.say("unlimited\n").await,
            "unset" => {
                for name in words.iter().filter(|word| !word.starts_with('-')) {
                    if words.iter().any(|word| word == "-f") {
                        self.functions.remove(name);
                    } else {
                        self.variables.remove(name);
                        self.taken.remove(name);
                    }
                }
                0
            }
            "wait" => return self.wait(words).await,
            "kill" => self.kill(words).await,
            "getopts" => self.getopts(words).await,
            "let" => {
                let mut last = 0;
                for word in words {
                    last = self.evaluate(word).unwrap_or(0);
                }
                i32::from(last == 0)
            }
            _ => 0,
        };
        Flow::Next
    }

    async fn say(&self, text: &str) -> i32 {
        i32::from(self.process.print(text).await.is_err())
    }

    async fn dot(&mut self, words: &[String]) -> Flow {
        let Some(file) = words.first() else { return Flow::Next };
        match self.process.kernel.files.content(&self.process.path(file)) {
            Ok(content) => match Box::pin(self.source(&content.text())).await {
                Some(Flow::Return) => Flow::Next,
                other => other.unwrap_or(Flow::Exit),
            },
            Err(fault) => {
                self.complain(format!(".: can't open '{file}': {fault}")).await;
                self.status = 2;
                Flow::Exit
            }
        }
    }

    /// `command`: a program or builtin past the functions; `-v` says what a name is.
    async fn simply(&mut self, words: &[String]) -> Flow {
        match words {
            [flag, names @ ..] if matches!(flag.as_str(), "-v" | "-V") => {
                self.status = 0;
                for name in names {
                    let line = if knows(name) || self.functions.contains_key(name) {
                        name.clone()
                    } else {
                        match tools::find(&self.process, name) {
                            Ok(path) => path,
                            Err(_) => {
                                self.status = 127;
                                continue;
                            }
                        }
                    };
                    self.say(&format!("{line}\n")).await;
                }
                Flow::Next
            }
            [name, ..] if knows(name) => Box::pin(self.builtin(words.to_vec())).await,
            [_, ..] => {
                self.status = self.external(words.to_vec(), Vec::new()).await;
                Flow::Next
            }
            [] => Flow::Next,
        }
    }

    async fn cd(&mut self, to: &str) -> i32 {
        let target = match to {
            "" => self.value("HOME").unwrap_or("/root").to_owned(),
            "-" => self.value("OLDPWD").unwrap_or("/").to_owned(),
            other => other.to_owned(),
        };
        let path = self.process.path(&target);
        match self.process.kernel.files.get(&path) {
            Ok(_) if self.process.kernel.files.is_folder(&path) => {
                let path = if path == "/" { path } else { path.trim_end_matches('/').to_owned() };
                let old = std::mem::replace(&mut self.process.folder, path.clone());
                for (name, value) in [("OLDPWD", old), ("PWD", path)] {
                    self.variables.entry(name.to_owned()).or_default().value = value;
                }
                0
            }
            found => {
                let why = found.err().map_or("Not a directory".to_owned(), |fault| fault.to_string());
                self.complain(format!("cd: can't cd to {target}: {why}")).await;
                2
            }
        }
    }

    async fn declare(&mut self, what: &str, words: &[String]) -> Flow {
        self.status = 0;
        if words.is_empty() || words[0] == "-p" {
            let lines: String = self
                .variables
                .iter()
                .filter(|(_, variable)| if what == "export" { variable.exported } else { variable.read_only })
                .map(|(name, variable)| format!("{what} {name}='{}'\n", variable.value))
                .collect();
            self.say(&lines).await;
            return Flow::Next;
        }
        for word in words {
            let (name, value) = word.split_once('=').map_or((word.as_str(), None), |(name, value)| (name, Some(value)));
            if let Some(value) = value
                && let Err(why) = self.assign(name, value.to_owned(), 0).await
            {
                self.complain(why).await;
                self.status = 2;
                return Flow::Exit;
            }
            let variable = self.variables.entry(name.to_owned()).or_default();
            if what == "export" {
                variable.exported = true;
            } else {
                variable.read_only = true;
            }
        }
        Flow::Next
    }

    async fn local(&mut self, words: &[String]) -> Flow {
        self.status = 0;
        for word in words {
            let (name, value) = word.split_once('=').map_or((word.as_str(), None), |(name, value)| (name, Some(value)));
            let before = self.variables.get(name).cloned();
            if let Some(frame) = self.locals.last_mut() {
                frame.entry(name.to_owned()).or_insert(before);
            }
            let variable = Variable {
                value: value.unwrap_or_default().to_owned(),
                ..Variable::default()
            };
            self.variables.insert(name.to_owned(), variable);
        }
        Flow::Next
    }

    /// `read`: a line into variables.
    async fn read_line(&mut self, words: &[String]) -> i32 {
        let raw = words.iter().any(|word| word.starts_with('-') && word.contains('r'));
        let mut names: Vec<&String> = Vec::new();
        let mut rest = words.iter();
        let mut wait = None;
        while let Some(word) = rest.next() {
            match word.as_str() {
                "-p" => {
                    if let Some(prompt) = rest.next() {
                        let _ = self.process.write(2, prompt.as_bytes()).await;
                    }
                }
                "-t" => wait = rest.next().and_then(|seconds| seconds.parse::<f64>().ok()),
                "-n" | "-d" | "-u" => drop(rest.next()),
                flag if flag.starts_with('-') && flag.len() > 1 => {}
                _ => names.push(word),
            }
        }
        let line = match wait {
            Some(seconds) => {
                let kernel = self.process.kernel.clone();
                let timer = kernel.sleep(std::time::Duration::from_secs_f64(seconds.max(0.0)));
                futures::pin_mut!(timer);
                let line = Box::pin(self.line());
                match futures::future::select(line, timer).await {
                    futures::future::Either::Left((line, _)) => line,
                    futures::future::Either::Right(_) => None,
                }
            }
            None => self.line().await,
        };
        let ended = line.as_ref().is_none_or(|line| !line.ends_with('\n'));
        let mut text = line.unwrap_or_default();
        text.truncate(text.trim_end_matches('\n').len());
        if !raw {
            text = super::glob::unescape(&text);
        }
        let separators = self.value("IFS").unwrap_or(" \t\n").to_owned();
        let reply = "REPLY".to_owned();
        if names.is_empty() {
            names.push(&reply);
        }
        let is = |c: char| separators.contains(c);
        let blank = |c: char| is(c) && c.is_whitespace();
        let mut left = text.trim_start_matches(blank);
        let last = names.len() - 1;
        for (index, name) in names.into_iter().enumerate() {
            let (field, next) = if index == last {
                (left.trim_end_matches(blank), "")
            } else {
                let end = left.find(is).unwrap_or(left.len());
                let after = left[end..].trim_start_matches(blank);
                let after = if left[end..].starts_with(|c: char| is(c) && !c.is_whitespace()) {
                    left[end..].chars().next().map_or("", |c| &left[end + c.len_utf8()..])
                } else {
                    after.strip_prefix(|c: char| is(c) && !c.is_whitespace()).unwrap_or(after)
                };
                (&left[..end], after.trim_start_matches(blank))
            };
            let field = field.to_owned();
            // A read-only variable stays what it is.
            let _ = self.assign(name, field, 0).await;
            left = next;
        }
        i32::from(ended)
    }

    async fn set(&mut self, words: &[String]) -> Flow {
        self.status = 0;
        if words.is_empty() {
            let lines: String = self.variables.iter().map(|(name, variable)| format!("{name}='{}'\n", variable.value)).collect();
            self.say(&lines).await;
        }
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            match word.as_str() {
                "--" => {
                    self.arguments = rest.cloned().collect();
                    return Flow::Next;
                }
                flag if flag.starts_with(['-', '+']) && flag.len() > 1 => {
                    self.switch(flag);
                    if flag.ends_with('o') {
                        let name = rest.next().cloned().unwrap_or_default();
                        self.option(&name, flag.starts_with('-'));
                    }
                }
                _ => {
                    self.arguments = std::iter::once(word).chain(rest).cloned().collect();
                    return Flow::Next;
                }
            }
        }
        Flow::Next
    }

    /// `-e`, `+x`, `-eu`.
    pub(super) fn switch(&mut self, flags: &str) {
        let on = flags.starts_with('-');
        for flag in flags.chars().skip(1) {
            match flag {
                'e' => self.set.exit = on,
                'u' => self.set.unset = on,
                'x' => self.set.trace = on,
                'f' => self.set.no_glob = on,
                'n' => self.set.no_exec = on,
                _ => {}
            }
        }
    }

    pub(super) fn option(&mut self, name: &str, on: bool) {
        match name {
            "errexit" => self.set.exit = on,
            "nounset" => self.set.unset = on,
            "xtrace" => self.set.trace = on,
            "noglob" => self.set.no_glob = on,
            "pipefail" => self.set.pipe_fail = on,
            _ => {}
        }
    }

    async fn kind_of(&mut self, words: &[String]) -> i32 {
        let mut status = 0;
        for name in words {
            let kind = if knows(name) {
                format!("{name} is a shell builtin")
            } else if self.functions.contains_key(name) {
                format!("{name} is a function")
            } else if let Ok(path) = tools::find(&self.process, name) {
                format!("{name} is {path}")
            } else {
                status = 127;
                format!("{name}: not found")
            };
            self.say(&format!("{kind}\n")).await;
        }
        status
    }

    /// `wait`: for all children or some; a signal ends it, and its trap runs.
    async fn wait(&mut self, words: &[String]) -> Flow {
        let named: Vec<u32> = words.iter().filter_map(|word| word.trim_start_matches('%').parse().ok()).collect();
        let children: Vec<u32> = if words.is_empty() { self.children.iter().copied().collect() } else { named };
        self.status = 0;
        for child in children {
            match self.process.wait(child, true).await {
                Some(code) => {
                    self.children.remove(&child);
                    if !words.is_empty() {
                        self.status = code;
                    }
                }
                None => {
                    self.status = 128
                        + hold(&self.process.kernel.table)
                            .get(&self.process.pid)
                            .and_then(|known| known.pending.first().copied())
                            .unwrap_or(0);
                    return self.caught().await;
                }
            }
        }
        Flow::Next
    }

    async fn kill(&mut self, words: &[String]) -> i32 {
        let mut signal = 15;
        let mut rest = words.iter().peekable();
        while let Some(flag) = rest.next_if(|word| word.starts_with('-') && word.len() > 1) {
            let name = match flag.as_str() {
                "-s" | "-n" => rest.next().map_or("", String::as_str),
                "-l" => {
                    return self.say("HUP\nINT\nQUIT\nKILL\nTERM\n").await;
                }
                other => &other[1..],
            };
            match signal::number(name) {
                Some(number) => signal = number,
                None => {
                    self.complain(format!("kill: bad signal name '{name}'")).await;
                    return 1;
                }
            }
        }
        let mut status = 0;
        for word in rest {
            let done = word.parse().is_ok_and(|pid: u32| self.process.kernel.signal(pid, signal));
            if !done {
                self.complain(format!("can't kill pid {word}: No such process")).await;
                status = 1;
            }
        }
        // A signal to oneself acts before the next command.
        self.process.kernel.sleep(std::time::Duration::ZERO).await;
        status
    }

    async fn getopts(&mut self, words: &[String]) -> i32 {
        let [options, name, given @ ..] = words else { return 2 };
        let given = if given.is_empty() { self.arguments.clone() } else { given.to_vec() };
        let index = self.value("OPTIND").and_then(|text| text.parse::<usize>().ok()).unwrap_or(1).max(1);
        let at = self.value("__OPTAT").and_then(|text| text.parse::<usize>().ok()).unwrap_or(1);
        let word = given.get(index - 1).filter(|word| word.starts_with('-') && word.len() > 1 && *word != "--");
        let Some(letter) = word.and_then(|word| word.chars().nth(at)) else {
            let _ = self.assign(name, "?".to_owned(), 0).await;
            return 1;
        };
        let word = word.cloned().unwrap_or_default();
        let known = options.find(letter);
        let takes = known.is_some_and(|found| options[found + 1..].starts_with(':'));
        let rest: String = word.chars().skip(at + 1).collect();
        let (mut next, mut at) = if rest.is_empty() { (index + 1, 1) } else { (index, at + 1) };
        if takes {
            let value = if rest.is_empty() {
                next += 1;
                given.get(index).cloned().unwrap_or_default()
            } else {
                next = index + 1;
                rest
            };
            at = 1;
            let _ = self.assign("OPTARG", value, 0).await;
        }
        let letter = if known.is_some() { letter.to_string() } else { "?".to_owned() };
        for (variable, value) in [(name.as_str(), letter), ("OPTIND", next.to_string()), ("__OPTAT", at.to_string())] {
            let _ = self.assign(variable, value, 0).await;
        }
        0
    }
}
