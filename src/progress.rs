//! What the learner has solved, kept in the XDG state folder: versioned, written whole or not at all.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use serde::{Deserialize, Serialize};

use crate::lab::msg::Solved;

/// The form of the file; a newer klab may raise it.
const VERSION: u32 = 1;

/// How far a learner came, by scenario folder.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Progress {
    version: u32,
    scenarios: BTreeMap<String, Record>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    drills: Vec<Drilled>,
}

/// One drill's result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drilled {
    pub seed: u64,
    /// Folders of the scenarios whose faults it had.
    pub faults: Vec<String>,
    pub minutes: u32,
    pub seconds: u64,
    pub solved: bool,
}

/// One scenario's record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Record {
    pub state: Solved,
    /// Best time in seconds.
    pub best: Option<u64>,
}

/// Why progress could not be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("progress could not be kept in {}: {source}; solved scenarios of this session are not remembered", file.display())]
    Write { file: PathBuf, source: std::io::Error },
    #[error("{} was damaged ({why}); it was set aside as {} and progress starts afresh", file.display(), aside.display())]
    Damaged { file: PathBuf, aside: PathBuf, why: String },
}

impl Progress {
    /// What is known of a scenario.
    #[must_use]
    pub fn of(&self, folder: &str) -> Record {
        self.scenarios.get(folder).copied().unwrap_or_default()
    }

    /// Reads the file; a damaged one is set aside and named.
    ///
    /// # Errors
    /// Beside the empty progress: what was wrong with the file.
    #[must_use]
    pub fn read(file: &Path) -> (Self, Option<Error>) {
        let Ok(text) = fs::read_to_string(file) else { return (Self::default(), None) };
        match serde_json::from_str::<Self>(&text) {
            Ok(progress) if progress.version <= VERSION => (progress, None),
            Ok(progress) => (
                Self::default(),
                Some(set_aside(file, format!("version {} is newer than this klab", progress.version))),
            ),
            Err(why) => (Self::default(), Some(set_aside(file, why.to_string()))),
        }
    }

    /// The drills so far, the newest last.
    #[must_use]
    pub fn drills(&self) -> &[Drilled] {
        &self.drills
    }

    /// Notes a result on top of what the file says now, so that two klabs at once lose nothing.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn note(file: &Path, folder: &str, state: Solved, seconds: Option<u64>) -> Result<(), Error> {
        Self::change(file, |progress| {
            let record = progress.scenarios.entry(folder.to_owned()).or_default();
            record.state = record.state.max(state);
            record.best = [record.best, seconds].into_iter().flatten().min();
        })
    }

    /// Forgets one scenario, or all.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn forget(file: &Path, folder: Option<&str>) -> Result<(), Error> {
        Self::change(file, |progress| match folder {
            Some(folder) => drop(progress.scenarios.remove(folder)),
            None => progress.scenarios.clear(),
        })
    }

    /// Notes how a drill ended.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn note_drill(file: &Path, drilled: Drilled) -> Result<(), Error> {
        Self::change(file, |progress| progress.drills.push(drilled))
    }

    fn change(file: &Path, change: impl FnOnce(&mut Self)) -> Result<(), Error> {
        let write = || {
            let parent = file.parent().unwrap_or(Path::new("."));
            fs::create_dir_all(parent)?;
            let lock = fs::File::create(parent.join(".progress.lock"))?;
            lock.lock()?;
            let (mut progress, _) = Self::read(file);
            progress.version = VERSION;
            change(&mut progress);
            let fresh = parent.join(format!(".progress.{}", std::process::id()));
            let mut out = fs::File::create(&fresh)?;
            out.write_all(serde_json::to_string_pretty(&progress)?.as_bytes())?;
            out.sync_all()?;
            fs::rename(&fresh, file)
        };
        write().map_err(|source| Error::Write { file: file.to_owned(), source })
    }
}

/// The state folder, `$XDG_STATE_HOME/klab` or `~/.local/state/klab`.
#[must_use]
pub fn state_folder() -> Option<PathBuf> {
    let base = etcetera::base_strategy::Xdg::new().ok()?;
    Some(base.state_dir()?.join("klab"))
}

fn set_aside(file: &Path, why: String) -> Error {
    let aside = file.with_extension("damaged.json");
    let _ = fs::rename(file, &aside);
    Error::Damaged {
        file: file.to_owned(),
        aside,
        why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_time_and_the_better_state_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("klab/progress.json");
        Progress::note(&file, "02-a", Solved::WithoutHelp, Some(90)).unwrap();
        Progress::note(&file, "02-a", Solved::Solved, Some(60)).unwrap();
        Progress::note(&file, "01-b", Solved::Begun, None).unwrap();
        let (progress, error) = Progress::read(&file);
        assert!(error.is_none());
        assert_eq!(
            progress.of("02-a"),
            Record {
                state: Solved::WithoutHelp,
                best: Some(60)
            }
        );
        assert_eq!(progress.of("01-b").state, Solved::Begun);
    }

    #[test]
    fn drills_are_kept_beside_the_scenarios() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("progress.json");
        Progress::note(&file, "02-a", Solved::Solved, Some(60)).unwrap();
        let drilled = Drilled {
            seed: 7,
            faults: vec!["02-a".into()],
            minutes: 10,
            seconds: 90,
            solved: true,
        };
        Progress::note_drill(&file, drilled.clone()).unwrap();
        Progress::note_drill(&file, drilled.clone()).unwrap();
        let (progress, error) = Progress::read(&file);
        assert!(error.is_none() && progress.of("02-a").best == Some(60));
        assert_eq!(progress.drills(), [drilled.clone(), drilled]);
    }

    #[test]
    fn one_scenario_is_forgotten_or_all() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("progress.json");
        for name in ["a", "b", "c"] {
            Progress::note(&file, name, Solved::Solved, Some(9)).unwrap();
        }
        Progress::forget(&file, Some("a")).unwrap();
        let known = Progress::read(&file).0;
        assert_eq!((known.of("a").state, known.of("b").state), (Solved::New, Solved::Solved));
        Progress::forget(&file, None).unwrap();
        assert_eq!(Progress::read(&file).0.of("c").state, Solved::New);
    }

    #[test]
    fn a_damaged_file_is_set_aside_and_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("progress.json");
        fs::write(&file, "{ not json").unwrap();
        let (progress, error) = Progress::read(&file);
        assert_eq!(progress, Progress::default());
        assert!(error.unwrap().to_string().contains("progress.damaged.json"));
        assert_eq!(fs::read_to_string(folder.path().join("progress.damaged.json")).unwrap(), "{ not json");
    }
}
