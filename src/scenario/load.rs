//! Finds scenarios, built in or in a folder, and reads each on its own: a bad one is an entry with its error and stops no other.

use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use super::manifest::File;
use super::{Scenario, derive, manifest, readme, sidecar};
use crate::{text, yaml};

static SHIPPED: Dir = include_dir!("$CARGO_MANIFEST_DIR/scenarios");

/// Larger files are no part of a lesson.
const LARGEST_FILE: u64 = 1 << 20;
const DEEPEST_FOLDER: usize = 6;

/// All scenarios there are, by number, then by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Library {
    pub entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub folder: String,
    pub result: Result<Scenario, LoadError>,
}

/// Why a scenario cannot be used: where, what, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    #[error("{0}")]
    Yaml(#[from] yaml::Error),
    #[error("{file}:{line}: {what}; {advice}")]
    Object { file: String, line: usize, what: String, advice: String },
    #[error("{folder}: there is no broken/ with a manifest in it; put what breaks the cluster into {folder}/broken/*.yaml")]
    NoBroken { folder: String },
    #[error("{path}: cannot be read: {why}; check the path and its permissions")]
    Read { path: String, why: String },
    #[error("{path}: no scenario here; name a folder of scenarios, or one that holds README.md and broken/")]
    Empty { path: String },
}

impl LoadError {
    pub(super) fn object(folder: &str, path: &str, line: usize, what: &str, advice: &str) -> Self {
        Self::Object {
            file: format!("{folder}/{path}"),
            line,
            what: what.to_owned(),
            advice: advice.to_owned(),
        }
    }
}

/// Why a name leads to no scenario.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FindError {
    #[error("no scenario is called {name:?}{}; `klab list` shows all of them", offer(near))]
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
        format!(", did you mean {}?", near.join(" or "))
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
    fn of(mut entries: Vec<Entry>) -> Self {
        entries.sort_by(|a, b| (a.number().unwrap_or(u32::MAX), &a.folder).cmp(&(b.number().unwrap_or(u32::MAX), &b.folder)));
        Self { entries }
    }

    /// Every scenario that can be used, in order.
    pub fn scenarios(&self) -> impl Iterator<Item = &Scenario> {
        self.entries.iter().filter_map(|entry| entry.result.as_ref().ok())
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
            [entry] => entry.result.as_ref().map_err(|error| FindError::Bad {
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
    let entries = SHIPPED.dirs().map(|dir| {
        let mut files = Vec::new();
        collect_embedded(dir, dir.path(), &mut files);
        files.sort();
        entry(&dir.path().to_string_lossy(), files)
    });
    Library::of(entries.collect())
}

fn collect_embedded(dir: &Dir, root: &Path, files: &mut Vec<File>) {
    for file in dir.files() {
        let path = file.path().strip_prefix(root).unwrap_or(file.path());
        files.push((path.to_string_lossy().into_owned(), file.contents().to_vec()));
    }
    for dir in dir.dirs() {
        collect_embedded(dir, root, files);
    }
}

/// The scenarios of a folder, or the one scenario that the folder is.
///
/// # Errors
/// The folder cannot be read, or holds no scenario at all.
pub fn folder(dir: &Path) -> Result<Library, LoadError> {
    let shown = dir.display().to_string();
    let unreadable = |error: std::io::Error| LoadError::Read {
        path: shown.clone(),
        why: error.to_string(),
    };
    let listing = std::fs::read_dir(dir).map_err(unreadable)?;
    let mut folders: Vec<PathBuf> = listing
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir() && is_scenario(path))
        .collect();
    if is_scenario(dir) {
        folders = vec![std::fs::canonicalize(dir).map_err(unreadable)?];
    }
    if folders.is_empty() {
        return Err(LoadError::Empty { path: shown });
    }
    let entries = folders.iter().map(|path| {
        let name = path.file_name().map_or_else(|| shown.clone(), |name| name.to_string_lossy().into_owned());
        let mut files = Vec::new();
        match collect(path, path, 0, &mut files) {
            Ok(()) => {
                files.sort();
                entry(&name, files)
            }
            Err(error) => Entry {
                folder: name,
                result: Err(error),
            },
        }
    });
    Ok(Library::of(entries.collect()))
}

fn is_scenario(path: &Path) -> bool {
    ["README.md", "scenario.yaml", "broken", "solution"].iter().any(|name| path.join(name).exists())
        && !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
        // a folder of scenarios often has a README of its own
        && (["scenario.yaml", "broken", "solution"].iter().any(|name| path.join(name).exists()) || !holds_scenarios(path))
}

fn holds_scenarios(path: &Path) -> bool {
    let folders = std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
    folders
        .filter(|path| path.is_dir())
        .any(|path| path.join("broken").is_dir() || path.join("README.md").is_file())
}

fn collect(dir: &Path, root: &Path, depth: usize, files: &mut Vec<File>) -> Result<(), LoadError> {
    let unreadable = |path: &Path, error: std::io::Error| LoadError::Read {
        path: path.display().to_string(),
        why: error.to_string(),
    };
    for found in std::fs::read_dir(dir).map_err(|error| unreadable(dir, error))? {
        let path = found.map_err(|error| unreadable(dir, error))?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')) {
            continue;
        }
        let about = std::fs::metadata(&path).map_err(|error| unreadable(&path, error))?;
        if about.is_dir() && depth < DEEPEST_FOLDER {
            collect(&path, root, depth + 1, files)?;
        } else if about.is_file() && about.len() <= LARGEST_FILE {
            let bytes = std::fs::read(&path).map_err(|error| unreadable(&path, error))?;
            let relative = path.strip_prefix(root).unwrap_or(&path);
            files.push((relative.to_string_lossy().into_owned(), bytes));
        }
    }
    Ok(())
}

fn entry(folder: &str, files: Vec<File>) -> Entry {
    Entry {
        folder: text::clean(folder).replace('\n', " "),
        result: read(folder, files),
    }
}

fn read(folder: &str, files: Vec<File>) -> Result<Scenario, LoadError> {
    let content = |name: &str| {
        let file = files.iter().find(|(path, _)| path.eq_ignore_ascii_case(name));
        file.map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned())
    };
    let readme = content("README.md").map(|text| readme::parse(&text)).unwrap_or_default();
    let mut sidecar = match content("scenario.yaml").or_else(|| content("scenario.yml")) {
        Some(text) => sidecar::parse(&format!("{folder}/scenario.yaml"), &text)?,
        None => sidecar::Sidecar::default(),
    };
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
    Ok(derive::complete(named, readme, sidecar))
}

/// The number and the rest of `02-image-pull-backoff`.
fn split(folder: &str) -> (Option<u32>, &str) {
    let digits = folder.bytes().take_while(u8::is_ascii_digit).count();
    match folder[digits..].strip_prefix(['-', '_', '.', ' ']) {
        Some(rest) if digits > 0 && !rest.is_empty() => (folder[..digits].parse().ok(), rest),
        _ => (None, folder),
    }
}
