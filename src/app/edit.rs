//! Editing an object in the learner's own editor: fetched, edited, applied, and opened again with what was refused.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::hands::SessionRef;
use crate::cluster::snapshot::ObjectRef;
use crate::lab::msg::Notice;
use crate::yaml;

/// What stands at the top of a file that is edited; lines that begin so are left out.
const HEAD: &str = "# Change the object below; lines that begin with '#' are left out.\n# Saving applies it; an empty or unchanged file changes nothing.\n#\n";

/// Letters of a long reason that are shown: of its start, and of its end.
const BEFORE: usize = 100;
const BEHIND: usize = 200;

/// An edit that waits for the terminal.
pub struct Edit {
    pub session: SessionRef,
    pub about: ObjectRef,
    /// klab's state folder, where the file is kept.
    pub state: PathBuf,
}

/// How an edit ended when it did not fail.
enum Ended {
    Applied,
    Unchanged,
    Left(PathBuf),
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("{0}")]
    Fetch(String),
    #[error("{} could not be written or read: {source}", file.display())]
    File { file: PathBuf, source: io::Error },
    #[error("the editor `{editor}` could not be run: {source}")]
    Editor { editor: String, file: PathBuf, source: io::Error },
    #[error("the editor `{editor}` ended with {status}; nothing was applied")]
    Failed {
        editor: String,
        file: PathBuf,
        status: std::process::ExitStatus,
    },
}

impl Error {
    fn next(&self) -> String {
        match self {
            Self::Editor { file, .. } | Self::Failed { file, .. } => format!("set KUBE_EDITOR; what was typed is in {}", file.display()),
            Self::Fetch(_) | Self::File { .. } => String::new(),
        }
    }
}

impl Edit {
    /// Edits until it is applied, left as it was, or given up. The terminal belongs to the editor meanwhile.
    pub async fn run(self) -> Notice {
        let name = format!("{}/{}", self.about.kind.to_lowercase(), self.about.name);
        let (bad, what, next) = match self.play().await {
            Ok(Ended::Applied) => (false, format!("{name} edited"), String::new()),
            Ok(Ended::Unchanged) => (false, format!("{name} is as it was: nothing was changed"), String::new()),
            Ok(Ended::Left(file)) => (true, format!("{name} was not changed"), format!("what you typed is kept in {}", file.display())),
            Err(error) => (true, error.to_string(), error.next()),
        };
        Notice { bad, what, next }
    }

    async fn play(&self) -> Result<Ended, Error> {
        let before = self.session.manifest(&self.about).await.map_err(Error::Fetch)?;
        let file = self.file();
        let mut text = format!("{HEAD}{}", yaml::print(&before));
        loop {
            let opened = text;
            text = edited(&file, &opened).await?;
            if text == opened || body(&text).trim().is_empty() {
                return Ok(left(&file, &opened));
            }
            let refused = match read(&text) {
                Ok(after) if after == before => return Ok(left(&file, HEAD)),
                Ok(after) => self.session.amend(&before, &after).await.err(),
                Err(why) => Some(why),
            };
            let Some(why) = refused else {
                let _ = fs::remove_file(&file);
                return Ok(Ended::Applied);
            };
            text = refusal(&why, body(&text));
        }
    }

    /// A file of its own for this object; the name tells what it is about.
    fn file(&self) -> PathBuf {
        let name = format!("{}-{}-{}.yaml", self.about.kind.to_lowercase(), self.about.name, std::process::id());
        self.state.join("edits").join(name)
    }
}

/// Left as it was opened: after a refusal what was typed stays on disk.
fn left(file: &Path, opened: &str) -> Ended {
    if opened.starts_with(HEAD) {
        let _ = fs::remove_file(file);
        return Ended::Unchanged;
    }
    let _ = fs::write(file, opened);
    Ended::Left(file.to_owned())
}

/// What the learner made of the text.
async fn edited(file: &Path, text: &str) -> Result<String, Error> {
    let here = |source| Error::File { file: file.to_owned(), source };
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(here)?;
    }
    fs::write(file, text).map_err(here)?;
    let editor = editor(|name| std::env::var(name).ok());
    let mut command = Command::new("sh");
    // The editor may bring words of its own, as in `code --wait`.
    command.arg("-c").arg(format!("{editor} \"$1\"")).arg("klab").arg(file);
    let run = tokio::task::spawn_blocking(move || command.status())
        .await
        .unwrap_or_else(|error| Err(io::Error::other(error)));
    match run {
        Ok(status) if status.success() => fs::read_to_string(file).map_err(here),
        Ok(status) => Err(Error::Failed {
            editor,
            file: file.to_owned(),
            status,
        }),
        Err(source) => Err(Error::Editor {
            editor,
            file: file.to_owned(),
            source,
        }),
    }
}

/// The learner's editor, looked for where kubectl looks.
fn editor(variable: impl Fn(&str) -> Option<String>) -> String {
    let named = ["KUBE_EDITOR", "EDITOR"].into_iter().filter_map(variable);
    named.into_iter().find(|name| !name.trim().is_empty()).unwrap_or_else(|| "vi".to_owned())
}

/// The text below the comment at its top.
fn body(text: &str) -> &str {
    let mut rest = text;
    while rest.starts_with('#') {
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
    }
    rest
}

fn read(text: &str) -> Result<Value, String> {
    let value: Value = serde_yaml::from_str(text).map_err(|error| format!("this is not YAML: {error}"))?;
    if value.is_object() {
        Ok(value)
    } else {
        Err("this is no object: it needs fields like kind and metadata".to_owned())
    }
}

/// A server may quote the whole object; what is wrong stands before it and behind.
fn short(line: &str) -> String {
    let letters: Vec<char> = line.chars().collect();
    if letters.len() <= BEFORE + BEHIND {
        return line.to_owned();
    }
    let (before, behind) = (&letters[..BEFORE], &letters[letters.len() - BEHIND..]);
    before.iter().chain(&[' ', '…', ' ']).chain(behind).collect()
}

/// The learner's text again, with the reason above it.
fn refusal(why: &str, body: &str) -> String {
    let lines: String = why.lines().map(|line| format!("# {}\n", short(line))).collect();
    format!("# Refused:\n{lines}#\n{HEAD}{body}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refusal_stands_above_what_was_typed_and_goes_when_it_is_sent_again() {
        let typed = "kind: Pod\n# mine\nspec: {}\n";
        let again = refusal("spec.replicas: Invalid value\nmust be more", body(&format!("{HEAD}{typed}")));
        assert!(again.starts_with("# Refused:\n# spec.replicas: Invalid value\n# must be more\n#\n"), "{again}");
        assert_eq!(body(&again), typed);
        assert_eq!(body(&refusal("other", body(&again))), typed);
    }

    #[test]
    fn a_reason_that_quotes_the_whole_object_is_cut_in_its_middle() {
        let said = short(&format!("Deployment web is invalid: {}: unknown field", "é".repeat(900)));
        assert!(said.starts_with("Deployment web is invalid: ") && said.ends_with(": unknown field"), "{said}");
        assert_eq!(said.chars().count(), BEFORE + BEHIND + 3);
        assert_eq!(short("as it is"), "as it is");
    }

    #[test]
    fn a_file_that_is_no_object_is_told_and_an_empty_one_is_no_edit() {
        assert!(read("- a\n").is_err() && read("a: [").is_err());
        assert!(read("# why\nkind: Pod\n").is_ok());
        assert_eq!(body(HEAD).trim(), "");
    }

    #[test]
    fn the_editor_is_kubectls_then_the_shells_then_vi() {
        let set = |names: &'static [&'static str]| move |name: &str| names.contains(&name).then(|| name.to_lowercase());
        assert_eq!(editor(set(&["KUBE_EDITOR", "EDITOR"])), "kube_editor");
        assert_eq!(editor(set(&["EDITOR"])), "editor");
        assert_eq!(editor(|_| Some(" ".to_owned())), "vi");
    }
}
