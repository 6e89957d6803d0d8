//! One file that holds a folder of scenarios, a gzipped tar: written the same each time, and opened without trust.

use std::collections::BTreeMap;
use std::fs::File as Disk;
use std::io::{self, Read, Write};
use std::path::{Component, Path};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use tar::{Archive, Builder, EntryType, Header};

use super::files::{self, File, LARGEST_FILE, MOST_FILES};
use super::learner;
use super::load::{self, Entry, Library, LoadError};

/// Bytes, unpacked; nobody types more YAML than this.
const LARGEST_PACK: u64 = 64 << 20;
const AGAIN: &str = "ask for a fresh copy, made with `klab pack`";

/// Writes every scenario of a library; those that do not load are an error, as a pack is handed on.
///
/// # Errors
/// The first scenario that does not load; what cannot be written.
pub fn write(library: &Library, with_solution: bool, out: impl Write) -> anyhow::Result<()> {
    let mut tar = Builder::new(GzEncoder::new(out, Compression::best()));
    for entry in &library.entries {
        let scenario = entry.result.as_ref().map_err(Clone::clone)?;
        let files = if with_solution { scenario.files.clone() } else { learner::copy(scenario) };
        for (path, bytes) in files {
            let mut header = Header::new_ustar();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            header.set_mtime(0);
            tar.append_data(&mut header, Path::new(&scenario.folder).join(path), bytes.as_slice())?;
        }
    }
    tar.into_inner()?.finish()?.flush()?;
    Ok(())
}

/// The scenarios of a pack. Nothing is written to disk, and nothing in it can name a place outside it.
///
/// # Errors
/// The file cannot be read, is no pack, is too large, or holds no scenario.
pub fn open(path: &Path) -> Result<Library, LoadError> {
    read(path, Disk::open(path).map_err(|error| no_pack(path, &error))?)
}

fn no_pack(path: &Path, error: &io::Error) -> LoadError {
    LoadError::file(path, &format!("this cannot be opened as a pack of scenarios: {error}"), AGAIN)
}

/// The same from its bytes; `path` is what it is called in messages.
///
/// # Errors
/// It is no pack, is too large, or holds no scenario.
pub fn read(path: &Path, packed: impl Read) -> Result<Library, LoadError> {
    let broken = |error: io::Error| no_pack(path, &error);
    let mut archive = Archive::new(GzDecoder::new(packed).take(2 * LARGEST_PACK));
    let mut folders: BTreeMap<String, Result<Vec<File>, LoadError>> = BTreeMap::new();
    let mut total = 0;
    for item in archive.entries().map_err(broken)? {
        let mut item = item.map_err(broken)?;
        total += item.size();
        if total > LARGEST_PACK {
            let what = format!("it unpacks to more than {} MiB", LARGEST_PACK >> 20);
            return Err(LoadError::file(path, &what, "a pack of lessons is far smaller; do not open it"));
        }
        if item.header().entry_type() == EntryType::Directory {
            continue;
        }
        let inside = item.path().map_err(broken)?.into_owned();
        let (folder, found) = member(path, &inside, &mut item);
        let files = folders.entry(folder).or_insert_with(|| Ok(Vec::new()));
        if let Ok(kept) = files {
            match found.and_then(|file| fitting(file, kept, path)) {
                Ok(file) => kept.push(file),
                Err(error) => *files = Err(error),
            }
        }
    }
    if folders.is_empty() {
        return Err(LoadError::Empty {
            path: path.display().to_string(),
        });
    }
    Ok(Library::of(folders.into_iter().map(|(folder, files)| entry(&folder, files)).collect()))
}

/// The file, unless the scenario has it already or has too many.
fn fitting(file: File, kept: &[File], pack: &Path) -> Result<File, LoadError> {
    if kept.iter().any(|(path, _)| *path == file.0) {
        return Err(LoadError::file(&pack.join(&file.0), "this file is in the pack twice", AGAIN));
    }
    if kept.len() == MOST_FILES {
        return Err(files::too_many(pack));
    }
    Ok(file)
}

fn entry(folder: &str, files: Result<Vec<File>, LoadError>) -> Entry {
    match files {
        Ok(mut files) => {
            files.sort();
            load::entry(folder, files)
        }
        Err(error) => Entry {
            folder: folder.to_owned(),
            result: Err(error),
        },
    }
}

/// The scenario that a member of the archive belongs to, and its file; or what is wrong with it.
fn member<R: Read>(pack: &Path, inside: &Path, item: &mut tar::Entry<R>) -> (String, Result<File, LoadError>) {
    let shown = pack.join(inside.strip_prefix("/").unwrap_or(inside));
    // `tar` itself puts `./` in front
    let inside = inside.strip_prefix(".").unwrap_or(inside);
    let parts: Vec<&str> = inside
        .components()
        .map_while(|part| if let Component::Normal(part) = part { part.to_str() } else { None })
        .collect();
    let safe = parts.len() == inside.components().count() && parts.len() >= 2;
    let first = inside.components().find_map(|part| match part {
        Component::Normal(part) => Some(part.to_string_lossy().into_owned()),
        _ => None,
    });
    let folder = first.unwrap_or_default();
    let refuse = |what: &str| Err(LoadError::file(&shown, what, AGAIN));
    if !safe {
        return (folder, refuse("a path that leads out of the scenario's folder"));
    }
    if !item.header().entry_type().is_file() {
        return (folder, refuse("a link or device, where only files belong"));
    }
    if item.size() > LARGEST_FILE {
        return (folder, Err(files::too_large(&shown, item.size())));
    }
    let mut bytes = Vec::new();
    let read = item.read_to_end(&mut bytes);
    (folder, read.map(|_| (parts[1..].join("/"), bytes)).or_else(|error| refuse(&error.to_string())))
}
