//! The programs that containers have: those of busybox that lessons use, and the image's own.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;

use crate::practice::runtime::files::What;
use crate::practice::runtime::pipe::Broken;
use crate::practice::runtime::process::Process;
use crate::practice::runtime::{hold, steps};

mod conversion;
mod digest;
pub mod escape;
mod expr;
mod file;
mod httpd;
mod kubectl;
mod net;
mod print;
mod sed;
mod seq;
mod system;
mod tar;
pub mod test;
mod text;

/// What every image has.
pub fn names() -> impl Iterator<Item = &'static str> {
    [NAMES, digest::NAMES, file::NAMES, text::NAMES, net::NAMES, tar::NAMES]
        .into_iter()
        .flatten()
        .copied()
}

const NAMES: &[&str] = &[
    "[", "ash", "base64", "basename", "cat", "clear", "date", "dirname", "echo", "env", "expr", "false", "free", "groups", "hostname", "id", "kill", "killall",
    "nproc", "pidof", "printenv", "printf", "ps", "pwd", "sed", "seq", "sh", "sleep", "sync", "test", "time", "timeout", "true", "tty", "uname", "uptime",
    "usleep", "which", "whoami", "yes",
];

/// Programs that only some images have.
const SPECIAL: &[&str] = &["curl", "kubectl", "bash"];

/// Why there is no such program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoProgram {
    #[error("not found")]
    Missing,
    #[error("Permission denied")]
    Denied,
}

impl NoProgram {
    pub fn code(self) -> i32 {
        match self {
            Self::Missing => 127,
            Self::Denied => 126,
        }
    }
}

type Done = Result<i32, Broken>;

/// The path of a program.
///
/// # Errors
/// When there is none, or it may not be run.
pub fn find(process: &Process, name: &str) -> Result<String, NoProgram> {
    if !name.contains('/') {
        let path = process.env.get("PATH").cloned().unwrap_or_else(|| DEFAULT_PATH.to_owned());
        return path
            .split(':')
            .map(|folder| format!("{}/{name}", folder.trim_end_matches('/')))
            .find(|path| {
                process
                    .kernel
                    .files
                    .get(path)
                    .is_ok_and(|entry| matches!(entry.what, What::File(_)) && entry.mode & 0o111 != 0)
            })
            .ok_or(NoProgram::Missing);
    }
    match process.kernel.files.get(&process.path(name)) {
        Ok(entry) if matches!(entry.what, What::File(_)) && entry.mode & 0o111 != 0 => Ok(name.to_owned()),
        Ok(_) => Err(NoProgram::Denied),
        Err(_) => Err(NoProgram::Missing),
    }
}

pub const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The programs that an image has besides the usual ones.
pub fn special(image: &str, kubectl: bool) -> Vec<&'static str> {
    let own = |name: &&&str| image == **name || kubectl && **name == "kubectl";
    SPECIAL.iter().filter(own).copied().collect()
}

/// Runs a program to its end. Each way has a box of its own, or all would be as large as the largest.
pub fn execute(process: Process, argv: Vec<String>) -> BoxFuture<'static, i32> {
    async move {
        let name = argv[0].rsplit('/').next().unwrap_or_default().to_owned();
        process.kernel.step().await;
        if let Some(known) = hold(&process.kernel.table).get_mut(&process.pid) {
            known.argv.clone_from(&argv);
        }
        if let Some(run) = process.kernel.facts.own.clone().filter(|_| name == process.kernel.facts.image) {
            return steps::run(process, &run, &argv[1..]).boxed().await;
        }
        if name == "sh" || name == "ash" || name == "bash" {
            return super::main(process, argv).boxed().await;
        }
        if !names().chain(SPECIAL.iter().copied()).any(|known| known == name) {
            return script(process, argv).boxed().await;
        }
        let process = Arc::new(process);
        // A reader that went away ends its writer, as SIGPIPE does.
        program(&process, &name, &argv).boxed().await.unwrap_or(141)
    }
    .boxed()
}

/// A file that is a script of the shell.
async fn script(process: Process, mut argv: Vec<String>) -> i32 {
    let path = find(&process, &argv[0]).unwrap_or_else(|_| argv[0].clone());
    let text = process
        .kernel
        .files
        .content(&process.path(&path))
        .map(|content| content.text())
        .unwrap_or_default();
    let first = text.lines().next().unwrap_or_default();
    let shell = ["sh", "ash", "bash"]
        .iter()
        .any(|shell| first.ends_with(shell) || first.contains(&format!("{shell} ")));
    if first.starts_with("#!") && !shell {
        process.complain(format!("the practice cluster cannot run {first}")).await;
        return 127;
    }
    argv[0] = path;
    argv.insert(0, "sh".to_owned());
    super::main(process, argv).await
}

async fn program(process: &Process, name: &str, argv: &[String]) -> Done {
    let words = &argv[1..];
    match name {
        "true" | "sync" | "clear" | "tty" => Ok(0),
        "false" => Ok(1),
        "test" => test::run(process, words).await,
        "[" => test::bracket(process, words).await,
        "echo" | "printf" | "yes" | "seq" | "cat" | "env" | "printenv" | "pwd" | "base64" | "expr" => print::run(process, name, words).await,
        "sed" => sed::sed(process, words).await,
        "kubectl" => kubectl::run(process, words).await,
        "curl" => net::run(process, name, words).await,
        _ if digest::NAMES.contains(&name) => digest::run(process, name, words).await,
        _ if file::NAMES.contains(&name) => file::run(process, name, words).await,
        _ if text::NAMES.contains(&name) => text::run(process, name, words).await,
        "tar" => tar::run(process, words).await,
        _ if net::NAMES.contains(&name) => net::run(process, name, words).await,
        _ => system::run(process, name, words).await,
    }
}

/// A command line taken apart: letters, those that take a value with it, and the rest.
#[derive(Debug, Default)]
struct Line {
    letters: BTreeMap<char, String>,
    words: Vec<String>,
}

impl Line {
    fn read(words: &[String], valued: &str) -> Self {
        let mut line = Self::default();
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            if word == "--" {
                line.words.extend(rest.cloned());
                break;
            }
            let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.is_empty() && !letters.starts_with('-')) else {
                line.words.push(word.clone());
                continue;
            };
            for (at, letter) in letters.char_indices() {
                if !valued.contains(letter) {
                    line.letters.insert(letter, String::new());
                    continue;
                }
                let value = &letters[at + letter.len_utf8()..];
                let value = if value.is_empty() {
                    rest.next().cloned().unwrap_or_default()
                } else {
                    value.to_owned()
                };
                // Given again it is one more line, as several scripts or patterns are.
                let all = line.letters.entry(letter).and_modify(|all| *all = format!("{all}\n{value}"));
                all.or_insert(value);
                break;
            }
        }
        line
    }

    fn has(&self, letter: char) -> bool {
        self.letters.contains_key(&letter)
    }

    fn value(&self, letter: char) -> Option<&str> {
        self.letters.get(&letter).map(String::as_str)
    }
}

/// `30`, `1.5`, `2m`, `infinity` as seconds.
fn seconds(text: &str) -> Option<f64> {
    if matches!(text, "infinity" | "inf") {
        return Some(f64::from(u32::MAX));
    }
    let (number, factor) = match text.chars().last() {
        Some('m') => (&text[..text.len() - 1], 60.0),
        Some('h') => (&text[..text.len() - 1], 3600.0),
        Some('d') => (&text[..text.len() - 1], 86_400.0),
        Some('s') => (&text[..text.len() - 1], 1.0),
        _ => (text, 1.0),
    };
    number
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite() && *number >= 0.0)
        .map(|number| number * factor)
}
