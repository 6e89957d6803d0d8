//! The files of one scenario: out of a folder, and nothing from outside it.

use std::fs;
use std::io;
use std::path::Path;

use super::load::LoadError;

/// One file of a scenario, path relative to its folder, with `/` between its parts.
pub type File = (String, Vec<u8>);

/// Bytes; a larger text is no lesson.
pub const LARGEST_FILE: u64 = 1 << 20;
/// Files in one scenario.
pub const MOST_FILES: usize = 500;
const DEEPEST_FOLDER: usize = 6;

/// The files of a folder; hidden ones are passed over.
///
/// # Errors
/// A file that cannot be read, is too large, or lies outside by a link; too many files.
pub fn of_folder(root: &Path) -> Result<Vec<File>, LoadError> {
    let real = fs::canonicalize(root).map_err(|error| unreadable(root, &error))?;
    let mut files = Vec::new();
    collect(root, &real, 0, &mut files)?;
    for file in &mut files {
        file.0 = relative(Path::new(&file.0), root);
    }
    files.sort();
    Ok(files)
}

fn collect(dir: &Path, real: &Path, depth: usize, files: &mut Vec<File>) -> Result<(), LoadError> {
    for found in fs::read_dir(dir).map_err(|error| unreadable(dir, &error))? {
        let path = found.map_err(|error| unreadable(dir, &error))?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')) {
            continue;
        }
        let at = fs::canonicalize(&path).map_err(|error| unreadable(&path, &error))?;
        if !at.starts_with(real) {
            let what = format!("this is a link out of the folder, to {}", at.display());
            return Err(LoadError::file(
                &path,
                &what,
                "put a copy of the file here, so that the folder can be handed on whole",
            ));
        }
        let about = fs::metadata(&path).map_err(|error| unreadable(&path, &error))?;
        if about.is_dir() && depth < DEEPEST_FOLDER {
            collect(&path, real, depth + 1, files)?;
        } else if about.is_file() {
            if about.len() > LARGEST_FILE {
                return Err(too_large(&path, about.len()));
            }
            if files.len() == MOST_FILES {
                return Err(too_many(real));
            }
            let bytes = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
            files.push((path.to_string_lossy().into_owned(), bytes));
        } else if !about.is_dir() {
            let what = "this is a pipe, a socket or a device, where only files belong";
            return Err(LoadError::file(&path, what, "take it out of the folder"));
        }
    }
    Ok(())
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
        path: path.display().to_string(),
        why: error.to_string(),
    }
}

/// What is said of a folder with more files than a lesson has.
#[must_use]
pub fn too_many(folder: &Path) -> LoadError {
    let what = format!("there are more than {MOST_FILES} files");
    let advice = "keep only what the lesson needs; a scenario is README.md, scenario.yaml and manifests";
    LoadError::file(folder, &what, advice)
}

/// What is said of a file beyond the limit; `size` in bytes.
#[must_use]
pub fn too_large(path: &Path, size: u64) -> LoadError {
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    let what = format!("this file has {:.1} MiB, and {:.0} is the most", mib(size), mib(LARGEST_FILE));
    LoadError::file(path, &what, "make it shorter, or split the lesson into several")
}
