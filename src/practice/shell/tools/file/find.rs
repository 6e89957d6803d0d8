//! find: walks folders and puts what it meets to its expression.

use futures::FutureExt;
use futures::future::BoxFuture;

use super::expression::{self, Asked, Expression};
use super::ls::mode;
use crate::practice::runtime::files::{Entry, Fault, What};
use crate::practice::runtime::hold;
use crate::practice::runtime::pipe::Broken;
use crate::practice::runtime::process::Process;
use crate::practice::shell::glob;
use crate::practice::shell::tools::{self, Done};

/// A path is no longer than this, so that a circle of links ends.
const LONGEST: usize = 4096;

/// How links are met: `-P`, `-H` and `-L`.
#[derive(Clone, Copy, PartialEq)]
enum Links {
    Kept,
    Named,
    Followed,
}

struct Walk<'a> {
    process: &'a Process,
    links: Links,
    asked: Asked,
    /// The paths for the commands that run once.
    gathered: Vec<Vec<String>>,
    code: i32,
}

pub(super) async fn find(process: &Process, words: &[String]) -> Done {
    let options = words.iter().take_while(|word| matches!(word.as_str(), "-H" | "-L" | "-P")).count();
    let (options, words) = words.split_at(options);
    let begins = |word: &String| word.starts_with('-') || word == "!" || word == "(";
    let (roots, tests) = words.split_at(words.iter().position(begins).unwrap_or(words.len()));
    let (expression, asked) = match expression::read(tests) {
        Ok(read) => read,
        Err(why) => {
            process.complain(format!("find: {why}")).await;
            return Ok(1);
        }
    };
    let links = match options.last().map(String::as_str) {
        _ if asked.follow => Links::Followed,
        Some("-L") => Links::Followed,
        Some("-H") => Links::Named,
        _ => Links::Kept,
    };
    let gathered = vec![Vec::new(); asked.commands.len()];
    let mut walk = Walk {
        process,
        links,
        asked,
        gathered,
        code: 0,
    };
    let here = [".".to_owned()];
    for root in if roots.is_empty() { &here } else { roots } {
        walk.through(root, &expression).await?;
    }
    for (command, paths) in walk.asked.commands.iter().zip(&walk.gathered).filter(|(_, paths)| !paths.is_empty()) {
        run(process, command, paths).await;
    }
    Ok(walk.code)
}

impl Walk<'_> {
    async fn through(&mut self, root: &str, expression: &Expression) -> Result<(), Broken> {
        // The last word: whether what is in a folder has been seen.
        let mut waiting = vec![(root.to_owned(), 0, false)];
        while let Some((path, depth, seen)) = waiting.pop() {
            self.process.kernel.step().await;
            let Some(entry) = self.entry(&path, depth) else {
                self.fail(&path, Fault::Missing).await;
                continue;
            };
            let folder = matches!(entry.what, What::Folder) && self.asked.most.is_none_or(|most| depth < most);
            if folder && !seen && self.asked.inside_first {
                waiting.push((path.clone(), depth, true));
                waiting.extend(self.below(&path, depth));
                continue;
            }
            if depth >= self.asked.least {
                self.holds(expression, &path, &entry).await?;
            }
            if folder && !seen {
                waiting.extend(self.below(&path, depth));
            }
        }
        Ok(())
    }

    /// What is at a path; a link that leads nowhere is met itself.
    fn entry(&self, path: &str, depth: usize) -> Option<Entry> {
        let (files, full) = (&self.process.kernel.files, self.process.path(path));
        let led = self.links == Links::Followed || self.links == Links::Named && depth == 0;
        if led { files.get(&full).ok() } else { None }.or_else(|| files.raw(&full))
    }

    fn below(&self, path: &str, depth: usize) -> Vec<(String, usize, bool)> {
        let names = self.process.kernel.files.names(&self.process.path(path)).unwrap_or_default();
        let folder = path.trim_end_matches('/');
        let paths = names.into_iter().rev().map(|name| (format!("{folder}/{name}"), depth + 1, false));
        paths.filter(|(path, ..)| path.len() < LONGEST).collect()
    }

    async fn fail(&mut self, path: &str, fault: Fault) {
        self.process.complain(format!("find: {path}: {fault}")).await;
        self.code = 1;
    }

    /// Whether an expression holds for an entry; what it asks to be done is done.
    fn holds<'b>(&'b mut self, expression: &'b Expression, path: &'b str, entry: &'b Entry) -> BoxFuture<'b, Result<bool, Broken>> {
        let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        async move {
            Ok(match expression {
                Expression::Always => true,
                Expression::Name(pattern) => glob::matches(pattern, name),
                Expression::Folded(pattern) => glob::matches(pattern, &name.to_lowercase()),
                Expression::Path(pattern) => glob::matches(pattern, path),
                Expression::Type(kind) => mode(entry).starts_with(if *kind == 'f' { '-' } else { *kind }),
                Expression::Empty => self.empty(path, entry),
                Expression::Not(one) => !self.holds(one, path, entry).await?,
                Expression::Both(left, right) => self.holds(left, path, entry).await? && self.holds(right, path, entry).await?,
                Expression::Either(left, right) => self.holds(left, path, entry).await? || self.holds(right, path, entry).await?,
                Expression::Print(end) => {
                    self.process.print(format!("{path}{end}")).await?;
                    true
                }
                Expression::Run(command) => run(self.process, command, &[path.to_owned()]).await == 0,
                Expression::Gather(at) => {
                    self.gathered[*at].push(path.to_owned());
                    true
                }
                Expression::Delete => self.delete(path).await,
            })
        }
        .boxed()
    }

    fn empty(&self, path: &str, entry: &Entry) -> bool {
        match &entry.what {
            What::File(content) => hold(content).length() == 0,
            What::Folder => self.process.kernel.files.names(&self.process.path(path)).is_ok_and(|names| names.is_empty()),
            _ => false,
        }
    }

    async fn delete(&mut self, path: &str) -> bool {
        match self.process.kernel.files.remove(&self.process.path(path), false, self.process.identity()) {
            Ok(()) => true,
            Err(fault) => {
                self.fail(path, fault).await;
                false
            }
        }
    }
}

/// Runs a command with paths for `{}`.
async fn run(process: &Process, command: &[String], paths: &[String]) -> i32 {
    let words = command.iter().flat_map(|word| {
        if word == "{}" {
            paths.to_vec()
        } else {
            vec![word.replace("{}", paths.first().map_or("", String::as_str))]
        }
    });
    let argv: Vec<String> = words.collect();
    let Some(first) = argv.first() else { return 1 };
    if tools::find(process, first).is_err() {
        process.complain(format!("find: {first}: No such file or directory")).await;
        return 127;
    }
    let child = process.spawn(argv.clone(), |process| tools::execute(process, argv));
    process.wait(child, false).await.unwrap_or(127)
}
