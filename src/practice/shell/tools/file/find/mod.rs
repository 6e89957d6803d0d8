//! find: goes down the folders and asks an expression of each file.

mod expression;

use futures::FutureExt;
use futures::future::BoxFuture;

use self::expression::{Expression, Parsed, Parser};
use super::ls::{mode, size};
use crate::practice::runtime::files::{Entry, Fault, What};
use crate::practice::runtime::pipe::Broken;
use crate::practice::runtime::process::Process;
use crate::practice::shell::glob;
use crate::practice::shell::tools::{Done, execute, find as program};

pub(super) async fn find(process: &Process, words: &[String]) -> Done {
    let options = words.iter().take_while(|word| matches!(word.as_str(), "-H" | "-L" | "-P")).count();
    let (options, words) = words.split_at(options);
    let split = words
        .iter()
        .position(|word| word.starts_with('-') || word == "!" || word == "(")
        .unwrap_or(words.len());
    let (roots, tests) = words.split_at(split);
    let mut parser = Parser {
        process,
        words: tests.iter(),
        parsed: Parsed {
            followed: options.last().is_some_and(|option| option == "-L"),
            ..Parsed::default()
        },
        depth: 0,
    };
    let parsed = parser
        .any()
        .and_then(|expression| parser.peek().map_or(Ok(expression), |left| Err(left.to_owned())));
    let expression = match parsed {
        Ok(expression) if parser.parsed.acts => expression,
        Ok(expression) => Expression::And(vec![expression, Expression::Print('\n')]),
        Err(word) => {
            process.complain(format!("find: unrecognized: {word}")).await;
            return Ok(1);
        }
    };
    let roots = if roots.is_empty() { vec![".".to_owned()] } else { roots.to_vec() };
    let mut walk = Walk {
        process,
        expression: &expression,
        found: vec![Vec::new(); parser.parsed.commands.len()],
        parsed: parser.parsed,
        pruned: false,
        ended: false,
        code: 0,
    };
    for root in roots {
        walk.from(root).await?;
    }
    let commands = std::mem::take(&mut walk.parsed.commands);
    for (command, found) in commands.iter().zip(std::mem::take(&mut walk.found)) {
        let Some((_, command)) = command.split_last().filter(|_| !found.is_empty()) else {
            continue;
        };
        walk.code |= walk.run([command, &found].concat()).await.min(1);
    }
    Ok(walk.code)
}

/// No path is longer, in bytes.
const LONGEST: usize = 4096;

/// A file that is come to.
struct Visit {
    path: String,
    full: String,
    entry: Entry,
}

struct Walk<'a> {
    process: &'a Process,
    expression: &'a Expression,
    parsed: Parsed,
    /// What each `-exec … +` is to be given.
    found: Vec<Vec<String>>,
    pruned: bool,
    ended: bool,
    code: i32,
}

impl Walk<'_> {
    async fn from(&mut self, root: String) -> Result<(), Broken> {
        if self.process.kernel.files.raw(&self.process.path(&root)).is_none() {
            self.process.complain(format!("find: {root}: {}", Fault::Missing)).await;
            self.code = 1;
            return Ok(());
        }
        // A folder whose files come first is put back behind them.
        let mut waiting = vec![(root, 0usize, false)];
        while let Some((path, depth, again)) = waiting.pop().filter(|_| !self.ended) {
            self.process.kernel.step().await;
            let full = self.process.path(&path);
            let led = self.parsed.followed.then(|| self.process.kernel.files.get(&full).ok()).flatten();
            let Some(entry) = led.or_else(|| self.process.kernel.files.raw(&full)) else {
                continue;
            };
            let folder = matches!(entry.what, What::Folder) && self.parsed.most.is_none_or(|most| depth < most);
            let later = folder && self.parsed.deep_first && !again;
            self.pruned = false;
            if depth >= self.parsed.least && !later {
                let visit = Visit {
                    path: path.clone(),
                    full: full.clone(),
                    entry,
                };
                self.asks(self.expression, &visit).await?;
            }
            if later {
                waiting.push((path.clone(), depth, true));
            }
            if folder && !again && !self.pruned {
                let names = self.process.kernel.files.names(&full).unwrap_or_default();
                let below = |name: String| (format!("{}/{name}", path.trim_end_matches('/')), depth + 1, false);
                // Links may lead round in circles.
                waiting.extend(names.into_iter().rev().map(below).filter(|(path, ..)| path.len() < LONGEST));
            }
        }
        Ok(())
    }

    /// Whether the expression holds; what it says to do is done.
    fn asks<'b>(&'b mut self, expression: &'b Expression, visit: &'b Visit) -> BoxFuture<'b, Result<bool, Broken>> {
        async move {
            Ok(match expression {
                Expression::Not(inner) => !self.asks(inner, visit).await?,
                Expression::And(all) => {
                    for one in all {
                        if !self.asks(one, visit).await? {
                            return Ok(false);
                        }
                    }
                    true
                }
                Expression::Or(all) => {
                    for one in all {
                        if self.asks(one, visit).await? {
                            return Ok(true);
                        }
                    }
                    false
                }
                Expression::Print(end) => {
                    self.process.print(format!("{}{end}", visit.path)).await?;
                    true
                }
                Expression::Delete => {
                    let gone = self.process.kernel.files.remove(&visit.full, false, self.process.identity());
                    if let Err(fault) = gone {
                        self.process.complain(format!("find: {}: {fault}", visit.path)).await;
                        self.code = 1;
                    }
                    true
                }
                Expression::Exec(command) => {
                    let argv = command.iter().map(|word| word.replace("{}", &visit.path)).collect();
                    self.run(argv).await == 0
                }
                Expression::ExecAll(number) => {
                    self.found[*number].push(visit.path.clone());
                    true
                }
                Expression::Prune => {
                    self.pruned = true;
                    true
                }
                Expression::Quit => {
                    self.ended = true;
                    true
                }
                test => self.holds(test, visit),
            })
        }
        .boxed()
    }

    fn holds(&self, test: &Expression, visit: &Visit) -> bool {
        let glob = |pattern: &str, text: &str, exact: bool| match exact {
            true => glob::matches(pattern, text),
            false => glob::matches(&pattern.to_lowercase(), &text.to_lowercase()),
        };
        let trimmed = visit.path.trim_end_matches('/');
        let bits = visit.entry.mode & 0o7777;
        match test {
            Expression::Name(pattern, exact) => glob(pattern, trimmed.rsplit('/').next().unwrap_or_default(), *exact),
            Expression::Path(pattern, exact) => glob(pattern, &visit.path, *exact),
            Expression::Type(kinds) => kinds
                .split(',')
                .any(|kind| mode(&visit.entry).starts_with(if kind == "f" { "-" } else { kind })),
            Expression::Empty => match visit.entry.what {
                What::Folder => self.process.kernel.files.names(&visit.full).is_ok_and(|names| names.is_empty()),
                _ => size(self.process, &visit.full, &visit.entry) == 0,
            },
            Expression::Size(order, number, unit) => size(self.process, &visit.full, &visit.entry).div_ceil(*unit).cmp(number) == *order,
            Expression::Age(order, number, unit) => {
                let age = self.process.kernel.now().duration_since(visit.entry.changed).as_secs();
                (age / unit).cmp(number) == *order
            }
            Expression::Newer(than) => visit.entry.changed > *than,
            Expression::Perm(Some('-'), mode) => bits & mode == *mode,
            Expression::Perm(Some(_), mode) => bits & mode != 0,
            Expression::Perm(None, mode) => bits == *mode,
            _ => true,
        }
    }

    async fn run(&self, argv: Vec<String>) -> i32 {
        let Some(first) = argv.first() else { return 0 };
        if let Err(fault) = program(self.process, first) {
            self.process.complain(format!("find: {first}: {}", Fault::Missing)).await;
            return fault.code();
        }
        let child = self.process.spawn(argv.clone(), |process| execute(process, argv));
        self.process.wait(child, false).await.unwrap_or(127)
    }
}
