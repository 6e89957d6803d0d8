//! Builtins about variables, arguments and options.

use crate::practice::shell::{Flow, Shell, Variable, glob};

impl Shell {
    pub(super) async fn declare(&mut self, what: &str, words: &[String]) -> Flow {
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

    pub(super) async fn local(&mut self, words: &[String]) -> Flow {
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
    pub(super) async fn read_line(&mut self, words: &[String]) -> i32 {
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
            text = glob::unescape(&text);
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

    pub(super) async fn set(&mut self, words: &[String]) -> Flow {
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
    pub(in crate::practice::shell) fn switch(&mut self, flags: &str) {
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

    pub(in crate::practice::shell) fn option(&mut self, name: &str, on: bool) {
        match name {
            "errexit" => self.set.exit = on,
            "nounset" => self.set.unset = on,
            "xtrace" => self.set.trace = on,
            "noglob" => self.set.no_glob = on,
            "pipefail" => self.set.pipe_fail = on,
            _ => {}
        }
    }

    pub(super) async fn getopts(&mut self, words: &[String]) -> i32 {
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
