//! The files of one scenario: out of a folder, and nothing from outside it.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use super::load::LoadError;

/// One file of a scenario, path relative to its folder, with `/` between its parts.
pub type File = (String, Vec<u8>);

/// Bytes; a larger text is no lesson.
pub const LARGEST_FILE: u64 = 1 << 20;
/// Room for most files, so that each is read at one go.
const MOSTLY: usize = 8 << 10;
/// Files in one scenario.
const MOST_FILES: usize = 500;
/// Bytes of all of them.
const LARGEST_FOLDER: u64 = 16 << 20;
const DEEPEST_FOLDER: usize = 6;
const KEEP: &str = "keep only what the lesson needs; a scenario is README.md, scenario.yaml and manifests";

/// The files of a folder; hidden ones are passed over.
///
/// # Errors
/// A file that cannot be read, is too large, is none at all or lies outside by a link; too many files.
pub fn of_folder(root: &Path) -> Result<Vec<File>, LoadError> {
    let mut found = Gathered::default();
    collect(root, root, 0, &mut found)?;
    found.done(root)
}

fn collect(dir: &Path, root: &Path, depth: usize, files: &mut Gathered) -> Result<(), LoadError> {
    for found in fs::read_dir(dir).map_err(|error| unreadable(dir, &error))? {
        let found = found.map_err(|error| unreadable(dir, &error))?;
        let path = found.path();
        if is_hidden(&found.file_name().to_string_lossy()) {
            continue;
        }
        let mut kind = found.file_type().map_err(|error| unreadable(&path, &error))?;
        if kind.is_symlink() {
            stays_inside(&path, root)?;
            kind = fs::metadata(&path).map_err(|error| unreadable(&path, &error))?.file_type();
        }
        if kind.is_file() {
            let file = fs::File::open(&path).map_err(|error| unreadable(&path, &error))?;
            let length = || file.metadata().map_or(0, |about| about.len());
            files.add(&path, relative(&path, root), &file, length)?;
        } else if !kind.is_dir() {
            return Err(LoadError::file(
                &path,
                "this is a pipe, a socket or a device, where only files belong",
                "take it out of the folder",
            ));
        } else if depth < DEEPEST_FOLDER {
            collect(&path, root, depth + 1, files)?;
        }
    }
    Ok(())
}

/// Refuses a link that leads out of the scenario's folder.
fn stays_inside(link: &Path, root: &Path) -> Result<(), LoadError> {
    let real = |path: &Path| fs::canonicalize(path).map_err(|error| unreadable(path, &error));
    let at = real(link)?;
    if at.starts_with(real(root)?) {
        return Ok(());
    }
    let what = format!("this is a link out of the folder, to {}", at.display());
    Err(LoadError::file(
        link,
        &what,
        "put a copy of the file here, so that the folder can be handed on whole",
    ))
}

/// Whether a file's name keeps it out of the lesson, as an editor's or version control's own.
#[must_use]
pub fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
}

/// The files of one scenario as they come in, never more than a lesson has.
#[derive(Default)]
pub struct Gathered {
    files: Vec<File>,
    size: u64,
}

impl Gathered {
    /// Takes one file in. `shown` says in an error where it is; its length is only asked for to say it.
    ///
    /// # Errors
    /// It cannot be read, or is one too many or too large.
    pub fn add(&mut self, shown: &Path, path: String, content: impl Read, length: impl Fn() -> u64) -> Result<(), LoadError> {
        if self.files.len() == MOST_FILES {
            let folder = shown.ancestors().nth(1 + path.matches('/').count()).unwrap_or(shown);
            let what = format!("there are more than {MOST_FILES} files");
            return Err(LoadError::file(folder, &what, KEEP));
        }
        let mut bytes = Vec::with_capacity(MOSTLY);
        content
            .take(LARGEST_FILE + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| unreadable(shown, &error))?;
        bytes.shrink_to_fit();
        let read = bytes.len() as u64;
        if read > LARGEST_FILE {
            return Err(too_large(shown, read.max(length())));
        }
        self.size += read;
        if self.size > LARGEST_FOLDER {
            let what = format!("with this file the scenario has more than {} MiB", LARGEST_FOLDER >> 20);
            return Err(LoadError::file(shown, &what, KEEP));
        }
        self.files.push((path, bytes));
        Ok(())
    }

    /// All files, by path.
    ///
    /// # Errors
    /// Two have the same path, or one stands where another has its folder; only a pack can hold such.
    pub fn done(mut self, shown: &Path) -> Result<Vec<File>, LoadError> {
        self.files.sort();
        let twice = self.files.windows(2).find(|pair| pair[0].0 == pair[1].0).map(|pair| pair[0].0.as_str());
        let paths: BTreeSet<&str> = self.files.iter().map(|(path, _)| path.as_str()).collect();
        let above = |path: &str| path.match_indices('/').any(|(at, _)| paths.contains(&path[..at]));
        let under = || paths.iter().copied().find(|path| above(path));
        match twice.or_else(under) {
            Some(path) => Err(LoadError::file(&shown.join(path), "this path is taken twice", "keep one of the two files")),
            None => Ok(self.files),
        }
    }
}

/// The text of a file.
///
/// # Errors
/// The first line that is not UTF-8.
pub fn utf8<'a>(folder: &str, (path, bytes): &'a File) -> Result<&'a str, LoadError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let line = 1 + bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        LoadError::object(folder, path, line, "this is not UTF-8", "save the file as UTF-8")
    })
}

fn relative(path: &Path, root: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned()
}

fn unreadable(path: &Path, error: &io::Error) -> LoadError {
    LoadError::Read {
        path: super::load::one_line(&path.display().to_string()),
        why: error.to_string(),
    }
}

/// What is said of a file beyond the limit; `size` in bytes.
fn too_large(path: &Path, size: u64) -> LoadError {
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    let what = format!("this file has {:.1} MiB, and {:.0} is the most", mib(size), mib(LARGEST_FILE));
    LoadError::file(path, &what, "make it shorter, or split the lesson into several")
}
