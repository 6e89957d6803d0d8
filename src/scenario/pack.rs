//! One file that holds a folder of scenarios, a gzipped tar: written the same each time, and opened without trust.

use std::collections::BTreeMap;
use std::fs::File as Disk;
use std::io::{self, Read, Write};
use std::path::{Component, Path};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use tar::{Archive, Builder, Header};

use super::files::{self, Gathered};
use super::learner;
use super::load::{self, Library, LoadError};

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
    let mut archive = Archive::new(GzDecoder::new(packed).take(LARGEST_PACK));
    let folders = folders(path, &mut archive);
    let mut rest = archive.into_inner();
    // a checksum stands at the very end
    let read = folders.and_then(|folders| io::copy(&mut rest, &mut io::sink()).map(|_| folders));
    if rest.limit() == 0 {
        let what = format!("it unpacks to more than {} MiB", LARGEST_PACK >> 20);
        return Err(LoadError::file(path, &what, "a pack of lessons is far smaller; do not open it"));
    }
    let folders = read.map_err(|error| no_pack(path, &error))?;
    if folders.is_empty() {
        return Err(LoadError::Empty {
            path: path.display().to_string(),
        });
    }
    let entry = |(folder, files): (String, Result<Gathered, LoadError>)| {
        let files = files.and_then(|files| files.done(&path.join(&folder)));
        load::entry(&folder, files)
    };
    Ok(Library::of(folders.into_iter().map(entry).collect()))
}

/// What belongs to each scenario, up to its first mistake.
fn folders(pack: &Path, archive: &mut Archive<impl Read>) -> io::Result<BTreeMap<String, Result<Gathered, LoadError>>> {
    let mut folders = BTreeMap::new();
    for item in archive.entries()? {
        let mut item = item?;
        let inside = item.path()?.into_owned();
        let parts: Vec<Component> = inside.components().filter(|part| *part != Component::CurDir).collect();
        let name = |part: &Component| part.as_os_str().to_string_lossy().into_owned();
        let names: Vec<String> = parts.iter().filter(|part| matches!(part, Component::Normal(_))).map(name).collect();
        let safe = names.len() == parts.len();
        // as in a folder: hidden files are passed over, and so is what stands beside the scenarios
        let beside = names.len() < 2 || item.header().entry_type().is_dir() || names.iter().any(|name| files::is_hidden(name));
        let Some((folder, rest)) = names.split_first().filter(|_| !(safe && beside)) else {
            continue;
        };
        let files = folders.entry(folder.clone()).or_insert_with(|| Ok(Gathered::default()));
        if let Ok(gathered) = &mut *files {
            let shown = pack.join(inside.strip_prefix("/").unwrap_or(&inside));
            let taken = if safe {
                member(&shown, rest.join("/"), &mut item, gathered)
            } else {
                Err(LoadError::file(&shown, "a path that leads out of the scenario's folder", AGAIN))
            };
            if let Err(error) = taken {
                *files = Err(error);
            }
        }
    }
    Ok(folders)
}

/// Takes in one file of a scenario.
fn member<R: Read>(shown: &Path, path: String, item: &mut tar::Entry<R>, files: &mut Gathered) -> Result<(), LoadError> {
    if !item.header().entry_type().is_file() {
        return Err(LoadError::file(shown, "a link or device, where only files belong", AGAIN));
    }
    let length = item.size();
    files.add(shown, path, item, || length)
}
