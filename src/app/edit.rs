//! Editing an object in the learner's own editor: fetched, edited, applied, and opened again with what was refused.

mod paper;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

#[cfg(test)]
pub use paper::ANEW;
use paper::HEAD;

use super::hands::SessionRef;
use crate::cluster::snapshot::ObjectRef;
use crate::lab::msg::Notice;
use crate::yaml;

/// An edit that waits for the terminal.
pub struct Edit {
    pub session: SessionRef,
    pub about: ObjectRef,
    /// klab's state folder, where the file is kept.
    pub state: PathBuf,
}

/// How an edit ended when it did not fail.
enum Ended {
    /// With what was done.
    Applied(String),
    Unchanged,
    Left(PathBuf),
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
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
            Self::Editor { .. } => "set KUBE_EDITOR to the editor that you want".to_owned(),
            Self::Failed { file, .. } => format!("set KUBE_EDITOR to another editor; the file is {}", file.display()),
            Self::Fetch(_) | Self::File { .. } => String::new(),
        }
    }
}

impl Edit {
    /// Edits until it is applied, left as it was, or given up. The terminal belongs to the editor meanwhile.
    pub async fn run(self) -> Notice {
        self.run_with(async |file, text| edited(&file, &text).await).await
    }

    pub(super) async fn run_with(self, editor: impl AsyncFnMut(PathBuf, String) -> Result<String, Error>) -> Notice {
        let name = format!("{}/{}", self.about.kind.to_lowercase(), self.about.name);
        let name = name.trim_end_matches('/').to_owned();
        let (bad, what, next) = match self.play(editor).await {
            Ok(Ended::Applied(what)) => (false, what, String::new()),
            Ok(Ended::Unchanged) => (false, format!("{name} is as it was: nothing was changed"), String::new()),
            Ok(Ended::Left(file)) => (true, format!("{name} was not changed"), format!("what you typed is kept in {}", file.display())),
            Err(error) => (true, error.to_string(), error.next()),
        };
        Notice { bad, what, next }
    }

    async fn play(&self, mut editor: impl AsyncFnMut(PathBuf, String) -> Result<String, Error>) -> Result<Ended, Error> {
        let (before, draft) = self.begin().await?;
        let file = self.file();
        let mut text = format!("{HEAD}{draft}");
        loop {
            let opened = text;
            text = editor(file.clone(), opened.clone()).await?;
            if text == opened || paper::body(&text).trim().is_empty() {
                return Ok(left(&file, &opened));
            }
            let refused = match paper::read(&text) {
                Ok(after) if before.as_ref().is_some_and(|before| after == [before.clone()]) => return Ok(left(&file, HEAD)),
                Ok(after) => self.send(before.as_ref(), after, paper::anew(&text)).await,
                Err(why) => Err(why),
            };
            match refused {
                Ok(done) => {
                    let _ = fs::remove_file(&file);
                    return Ok(Ended::Applied(done));
                }
                Err(why) => text = paper::refusal(&why, paper::body(&text)),
            }
        }
    }

    /// The object as it is and its text; where there is none yet, a draft of its kind.
    async fn begin(&self) -> Result<(Option<Value>, String), Error> {
        if self.about.name.is_empty() {
            let version = self.session.api_version(&self.about.kind).unwrap_or_else(|_| "v1".to_owned());
            return Ok((None, paper::draft(&version, &self.about.kind)));
        }
        let before = self.session.manifest(&self.about).await.map_err(Error::Fetch)?;
        let text = yaml::print(&before);
        Ok((Some(before), text))
    }

    /// Sends what was changed of the object, and the other objects of the file; says what was done.
    async fn send(&self, before: Option<&Value>, after: Vec<Value>, anew: bool) -> Result<String, String> {
        let names = |object: &Value| (object["kind"].clone(), object["metadata"]["name"].clone());
        let mut done = Vec::new();
        for object in after {
            let word = match before {
                Some(before) if names(before) == names(&object) && anew => {
                    self.session.anew(object.clone()).await?;
                    "made anew"
                }
                Some(before) if names(before) == names(&object) => {
                    self.session.amend(before, &object).await?;
                    "edited"
                }
                _ => self.session.make(object.clone()).await?,
            };
            let (kind, name) = (
                object["kind"].as_str().unwrap_or_default(),
                object["metadata"]["name"].as_str().unwrap_or_default(),
            );
            done.push(format!("{}/{name} {word}", kind.to_lowercase()));
        }
        Ok(done.join(", "))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_editor_is_kubectls_then_the_shells_then_vi() {
        let set = |names: &'static [&'static str]| move |name: &str| names.contains(&name).then(|| name.to_lowercase());
        assert_eq!(editor(set(&["KUBE_EDITOR", "EDITOR"])), "kube_editor");
        assert_eq!(editor(set(&["EDITOR"])), "editor");
        assert_eq!(editor(|_| Some(" ".to_owned())), "vi");
    }
}
