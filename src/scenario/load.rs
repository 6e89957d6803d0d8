//! Finds scenarios, built in or in a folder, and reads each on its own: a bad one is an entry with its error and stops no other.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files::{self, File};
use super::{Scenario, derive, learner, manifest, pack, readme, sidecar};
use crate::{text, yaml};

static SHIPPED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/scenarios.klab"));

/// All scenarios there are, by number, then by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Library {
    pub entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub folder: String,
    pub result: Result<Arc<Scenario>, LoadError>,
}

/// Why a scenario cannot be used: where, what, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    #[error("{0}")]
    Yaml(#[from] yaml::Error),
    #[error("{file}:{line}: {what}; {advice}")]
    Object { file: String, line: usize, what: String, advice: String },
    #[error("{file}: {what}; {advice}")]
    File { file: String, what: String, advice: String },
    #[error("{folder}: there is no broken/ with a manifest in it; put what breaks the cluster into {folder}/broken/*.yaml")]
    NoBroken { folder: String },
    #[error("{path}: cannot be read: {why}; check the path and its permissions")]
    Read { path: String, why: String },
    #[error("{path}: no scenario here; name a folder of scenarios, one that holds README.md and broken/, or a pack of them")]
    Empty { path: String },
}

impl LoadError {
    pub(super) fn file(path: &Path, what: &str, advice: &str) -> Self {
        Self::File {
            file: one_line(&path.display().to_string()),
            what: one_line(what),
            advice: advice.to_owned(),
        }
    }

    pub(super) fn object(folder: &str, path: &str, line: usize, what: &str, advice: &str) -> Self {
        Self::Object {
            file: one_line(&format!("{folder}/{path}")),
            line,
            what: what.to_owned(),
            advice: advice.to_owned(),
        }
    }
}

/// Why a name leads to no scenario.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FindError {
    #[error("no scenario is called {name:?}; {}`klab list` shows all of them", offer(near))]
    Unknown { name: String, near: Vec<String> },
    #[error("{name:?} could be {}; name one of them", folders.join(" or "))]
    Several { name: String, folders: Vec<String> },
    #[error("scenario {folder} cannot be used: {error}")]
    Bad { folder: String, error: LoadError },
}

fn offer(near: &[String]) -> String {
    if near.is_empty() {
        String::new()
    } else {
        format!("did you mean {}? ", near.join(" or "))
    }
}

impl Entry {
    /// The scenario's id, or what it would be.
    #[must_use]
    pub fn id(&self) -> &str {
        self.result.as_ref().map_or_else(|_| split(&self.folder).1, |scenario| &scenario.id)
    }

    #[must_use]
    pub fn number(&self) -> Option<u32> {
        self.result.as_ref().map_or_else(|_| split(&self.folder).0, |scenario| scenario.number)
    }
}

impl Library {
    pub(super) fn of(mut entries: Vec<Entry>) -> Self {
        entries.sort_by(|a, b| (a.number().unwrap_or(u32::MAX), &a.folder).cmp(&(b.number().unwrap_or(u32::MAX), &b.folder)));
        Self { entries }
    }

    /// Every scenario that can be used, in order.
    pub fn scenarios(&self) -> impl Iterator<Item = &Scenario> {
        self.entries.iter().filter_map(|entry| entry.result.as_deref().ok())
    }

    /// Looks a scenario up by number, id or folder.
    ///
    /// # Errors
    /// Nothing, or more than one, is called so, or what is called so cannot be used.
    pub fn find(&self, name: &str) -> Result<&Scenario, FindError> {
        let name = name.trim().trim_end_matches('/');
        let last = name.rsplit('/').next().unwrap_or_default();
        let exact = |entry: &&Entry| entry.folder.eq_ignore_ascii_case(last) || entry.id().eq_ignore_ascii_case(last);
        let mut found: Vec<&Entry> = self.entries.iter().filter(exact).collect();
        if found.is_empty()
            && let Ok(number) = last.parse()
        {
            found = self.entries.iter().filter(|entry| entry.number() == Some(number)).collect();
        }
        match found.as_slice() {
            [entry] => entry.result.as_deref().map_err(|error| FindError::Bad {
                folder: entry.folder.clone(),
                error: error.clone(),
            }),
            [] => {
                let names = self.entries.iter().map(Entry::id);
                Err(FindError::Unknown {
                    name: name.to_owned(),
                    near: text::nearest(last, names),
                })
            }
            several => Err(FindError::Several {
                name: name.to_owned(),
                folders: several.iter().map(|entry| entry.folder.clone()).collect(),
            }),
        }
    }

    /// Adds another library's scenarios; one with the same id takes the other's place.
    pub fn merge(&mut self, other: Self) {
        self.entries.retain(|entry| other.entries.iter().all(|new| new.id() != entry.id()));
        self.entries.extend(other.entries);
        *self = Self::of(std::mem::take(&mut self.entries));
    }
}

/// The scenarios that are built into the program.
#[must_use]
pub fn embedded() -> Library {
    pack::read(Path::new("klab"), SHIPPED).unwrap_or_default()
}

/// The scenarios of a folder or of a pack, or the one scenario that the folder is.
///
/// # Errors
/// It cannot be read, or holds no scenario at all.
pub fn path(path: &Path) -> Result<Library, LoadError> {
    if path.is_file() { pack::open(path) } else { folder(path) }
}

/// The scenarios of a folder, or the one scenario that the folder is.
///
/// # Errors
/// The folder cannot be read, or holds no scenario at all.
pub fn folder(dir: &Path) -> Result<Library, LoadError> {
    let shown = one_line(&dir.display().to_string());
    let unreadable = |error: std::io::Error| LoadError::Read {
        path: shown.clone(),
        why: error.to_string(),
    };
    let listing = std::fs::read_dir(dir).map_err(unreadable)?;
    if is_scenario(dir) {
        let own = std::fs::canonicalize(dir).map_err(unreadable)?;
        return Ok(Library::of(vec![of_folder(&own)]));
    }
    let folders: Vec<PathBuf> = listing
        .flatten()
        // a link is followed
        .filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_file()))
        .map(|entry| entry.path())
        .collect();
    let entries = side_by_side(&folders);
    if entries.is_empty() {
        return Err(LoadError::Empty { path: shown });
    }
    Ok(Library::of(entries))
}

/// Reads every folder that holds a scenario, with as many threads as there are processors.
fn side_by_side(folders: &[PathBuf]) -> Vec<Entry> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = folders.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let scenarios = |folders: &[PathBuf]| folders.iter().filter(|path| is_scenario(path)).map(|path| of_folder(path)).collect();
        let (own, others) = folders.split_at(share.min(folders.len()));
        let others: Vec<_> = others.chunks(share).map(|share| scope.spawn(move || scenarios(share))).collect();
        let mut entries: Vec<Entry> = scenarios(own);
        for share in others {
            entries.extend(share.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        entries
    })
}

fn of_folder(path: &Path) -> Entry {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    entry(&name, files::of_folder(path))
}

fn is_scenario(path: &Path) -> bool {
    let holds = |name: &str| path.join(name).exists();
    !path.file_name().is_some_and(|name| files::is_hidden(&name.to_string_lossy()))
        // a folder of scenarios often has a README of its own
        && (["broken", "scenario.yaml", "solution"].into_iter().any(holds) || (holds("README.md") && !holds_scenarios(path)))
}

fn holds_scenarios(path: &Path) -> bool {
    let folders = std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
    folders
        .filter(|path| path.is_dir())
        .any(|path| path.join("broken").is_dir() || path.join("README.md").is_file())
}

/// Reads one scenario; what is wrong with it is said in its place.
pub(super) fn entry(folder: &str, files: Result<Vec<File>, LoadError>) -> Entry {
    let folder = one_line(folder);
    Entry {
        result: files.and_then(|files| read(&folder, files)).map(Arc::new),
        folder,
    }
}

fn read(folder: &str, files: Vec<File>) -> Result<Scenario, LoadError> {
    let named = |name: &str| files.iter().find(|(path, _)| path.eq_ignore_ascii_case(name));
    let lesson = named("README.md");
    let readme = lesson.map(|(_, bytes)| readme::parse(&String::from_utf8_lossy(bytes))).unwrap_or_default();
    let mut sidecar = match named("scenario.yaml").or_else(|| named("scenario.yml")) {
        Some(file) => sidecar::parse(&format!("{folder}/{}", file.0), files::utf8(folder, file)?)?,
        None => sidecar::Sidecar::default(),
    };
    if let Some(Err(error)) = lesson.map(|file| files::utf8(folder, file)) {
        sidecar.warnings.push(error.to_string());
    }
    let manifests = |part: &str| manifest::read(folder, part, &files, &sidecar.allow);
    let (setup, broken, solution) = (manifests("setup")?, manifests("broken")?, manifests("solution")?);
    if broken.is_empty() && sidecar.trigger.is_empty() {
        return Err(LoadError::NoBroken { folder: folder.to_owned() });
    }
    let cheats = sidecar.cheats.iter_mut().flat_map(|cheat| &mut cheat.does);
    let repairs = sidecar.repairs.iter_mut().flat_map(|repair| &mut repair.does);
    let deeds = sidecar.trigger.iter_mut().chain(cheats).chain(repairs);
    manifest::resolve(folder, deeds, &files, &sidecar.allow)?;
    let (number, id) = split(folder);
    let named = Scenario {
        folder: folder.to_owned(),
        number,
        id: id.to_owned(),
        setup,
        broken,
        solution,
        files,
        ..Scenario::default()
    };
    let scenario = derive::complete(named, readme, sidecar);
    match scenario.files.iter().find(|(path, _)| path == learner::FILE) {
        Some(file) => learner::restore(folder, file, scenario.clone()),
        None => Ok(scenario),
    }
}

pub(super) fn one_line(name: &str) -> String {
    text::clean(name).replace('\n', " ")
}

/// The number and the rest of `02-image-pull-backoff`.
fn split(folder: &str) -> (Option<u32>, &str) {
    let digits = folder.bytes().take_while(u8::is_ascii_digit).count();
    match folder[digits..].strip_prefix(['-', '_', '.', ' ']) {
        Some(rest) if digits > 0 && !rest.is_empty() => (folder[..digits].parse().ok(), rest),
        _ => (None, folder),
    }
}
