//! What the shell does itself: everything that changes its own state.

mod jobs;
mod variables;

use super::{Flow, Shell, tools};

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
    pub(in crate::practice::shell) async fn builtin(&mut self, argv: Vec<String>) -> Flow {
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
                self.complain_of(".", format!("can't open '{file}': {fault}")).await;
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
                self.status = self.external(words.to_vec(), Vec::new(), false).await;
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
                self.complain_of("cd", format!("can't cd to {target}: {why}")).await;
                2
            }
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
}
