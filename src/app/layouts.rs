//! Where the learner put the panes' edges, kept in the state folder by the terminal's size.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::lab::layout::{Layout, Layouts};

/// The file in klab's state folder.
#[must_use]
pub fn file(state: &Path) -> PathBuf {
    state.join("layouts.json")
}

/// What the file says; nothing where there is none, or it cannot be read.
#[must_use]
pub fn read(file: &Path) -> Layouts {
    let text = fs::read_to_string(file).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// Notes a layout on top of what the file says now, so that two klabs at once lose nothing.
///
/// # Errors
/// When the file cannot be written.
pub fn note(file: &Path, size: String, layout: Layout) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let lock = fs::File::create(folder.join(".layouts.lock"))?;
    lock.lock()?;
    let mut layouts = read(file);
    layouts.insert(size, layout);
    let fresh = folder.join(format!(".layouts.{}", std::process::id()));
    fs::File::create(&fresh)?.write_all(serde_json::to_string_pretty(&layouts)?.as_bytes())?;
    fs::rename(&fresh, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_size_has_its_layout_and_a_damaged_file_is_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(folder.path());
        let wide = Layout {
            lesson: Some(50),
            ..Layout::default()
        };
        note(&file, "140x40".to_owned(), wide).unwrap();
        note(&file, "80x24".to_owned(), Layout::default()).unwrap();
        assert_eq!((read(&file).len(), read(&file).get("140x40")), (2, Some(&wide)));
        fs::write(&file, "{").unwrap();
        assert!(read(&file).is_empty());
        note(&file, "80x24".to_owned(), wide).unwrap();
        assert_eq!(read(&file).len(), 1);
    }
}
