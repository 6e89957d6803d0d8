//! A scenario's files in the state folder, so that the lesson's own commands work in the shell; what the learner changed stays.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::scenario::Scenario;

/// A file that could not be unpacked.
#[derive(Debug, thiserror::Error)]
#[error("cannot unpack {}: {source}; make room there, or set XDG_STATE_HOME", file.display())]
pub struct UnpackError {
    file: PathBuf,
    source: io::Error,
}

/// Writes the files under `scenarios/<folder>/`; returns those that the learner has changed and that were left as they are.
///
/// What klab wrote last is kept beside them, so that a newer klab's files replace klab's own and never the learner's.
///
/// # Errors
/// The first file that cannot be written.
pub fn unpack(state: &Path, scenario: &Scenario) -> Result<Vec<PathBuf>, UnpackError> {
    let (shown, pristine) = (state.join("scenarios").join(&scenario.folder), state.join("pristine").join(&scenario.folder));
    let mut kept = Vec::new();
    for (path, bytes) in scenario.files.iter().filter(|(path, _)| stays_inside(path)) {
        let (file, last) = (shown.join(path), pristine.join(path));
        let failed = |source| UnpackError { file: file.clone(), source };
        let there = fs::read(&file).ok();
        let ours = there.is_none() || there == fs::read(&last).ok();
        if there.as_ref() != Some(bytes) {
            if !ours {
                kept.push(file);
                continue;
            }
            write(&file, bytes).map_err(failed)?;
        }
        if fs::read(&last).ok().as_ref() != Some(bytes) {
            write(&last, bytes).map_err(failed)?;
        }
    }
    Ok(kept)
}

fn stays_inside(path: &str) -> bool {
    Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

/// A reader sees the old file or the new one.
pub fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let fresh = folder.join(format!(".klab.{}", std::process::id()));
    fs::write(&fresh, bytes)?;
    fs::rename(&fresh, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scenario(text: &str) -> Scenario {
        Scenario {
            folder: "02-a".to_owned(),
            files: vec![("broken/web.yaml".to_owned(), text.as_bytes().to_vec()), ("../escape".to_owned(), Vec::new())],
            ..Scenario::default()
        }
    }

    #[test]
    fn newer_files_replace_klabs_own_and_never_the_learners() {
        let state = tempfile::tempdir().unwrap();
        let file = state.path().join("scenarios/02-a/broken/web.yaml");
        let read = || fs::read_to_string(&file).unwrap();
        assert!(unpack(state.path(), &scenario("one")).unwrap().is_empty());
        assert!(unpack(state.path(), &scenario("two")).unwrap().is_empty());
        assert_eq!(read(), "two");
        fs::write(&file, "mine").unwrap();
        for text in ["two", "three"] {
            assert_eq!(unpack(state.path(), &scenario(text)).unwrap(), std::slice::from_ref(&file));
            assert_eq!(read(), "mine");
        }
        fs::remove_file(&file).unwrap();
        unpack(state.path(), &scenario("three")).unwrap();
        assert_eq!(read(), "three");
        assert!(!state.path().join("scenarios/escape").exists());
    }
}
