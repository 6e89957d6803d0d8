//! `klab new`: a scenario to start from, whole from its first moment on.

mod draft;

use std::fs;
use std::io::{self, Write, stdout};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::check::witness::{self, Witness};
use super::settings::{Settings, StartError};
use super::unpack;
use crate::cli;

const SCENARIO: &str = include_str!("../../../assets/new/scenario.yaml");
const BROKEN: &str = include_str!("../../../assets/new/broken.yaml");
const SOLUTION: &str = include_str!("../../../assets/new/solution.yaml");

/// Writes the folder; what shows when its manifests are played stands in its README.
///
/// # Errors
/// A name that is none, a folder that is there already, manifests that cannot be read or that the cluster refuses.
pub fn run(wanted: &cli::New) -> anyhow::Result<()> {
    let folder = folder(&wanted.name)?;
    let manifests = match wanted.from.as_slice() {
        [broken, solution] => [read(broken, "broken")?, read(solution, "solution")?].concat(),
        _ => vec![file("broken/deployment.yaml", BROKEN), file("solution/deployment.yaml", SOLUTION)],
    };
    let title = draft::title(&folder);
    for (path, text) in &manifests {
        put(&wanted.name, path, text)?;
    }
    put(&wanted.name, "scenario.yaml", SCENARIO)?;
    let settings = Arc::new(Settings::of_folder(&wanted.name)?.without_progress());
    let scenario = settings.library.find(&folder).map_err(|error| StartError(error.to_string()))?;
    let seen = witness::alone(&settings, scenario)?;
    put(&wanted.name, "README.md", &draft::readme(&title, scenario, &seen))?;
    tell(&wanted.name, &folder, &seen)?;
    Ok(())
}

/// The folder's name, if it can be one and is free.
fn folder(path: &Path) -> Result<String, StartError> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let fine = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-';
    if name.is_empty() || !name.chars().all(fine) || !name.contains(|char: char| char.is_ascii_lowercase()) {
        let what = format!("{name:?} cannot be a scenario's name; use lower case letters, digits and `-`, as in 12-wrong-port");
        return Err(StartError(what));
    }
    if fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some()) {
        let what = format!("{} is there already and is left as it is; choose another name", path.display());
        return Err(StartError(what));
    }
    Ok(name)
}

/// A manifest, or a folder of them, as files of a part of the scenario.
fn read(path: &Path, part: &str) -> Result<Vec<(String, String)>, StartError> {
    let unread = |error: io::Error| StartError(format!("{}: cannot be read: {error}", path.display()));
    let mut paths = vec![path.to_owned()];
    if path.is_dir() {
        let entries = fs::read_dir(path).map_err(unread)?.flatten().map(|entry| entry.path());
        paths = entries
            .filter(|path| path.extension().is_some_and(|end| end == "yaml" || end == "yml" || end == "json"))
            .collect();
        paths.sort();
    }
    let one = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // what is called broken.yaml becomes broken/manifests.yaml, so that both sides have the same name
        let name = if name.starts_with(part) || name.starts_with("fixed") {
            "manifests.yaml".to_owned()
        } else {
            name
        };
        Ok(file(&format!("{part}/{name}"), &fs::read_to_string(path).map_err(unread)?))
    };
    paths.iter().map(one).collect()
}

fn file(path: &str, text: &str) -> (String, String) {
    (path.to_owned(), text.to_owned())
}

fn put(folder: &Path, path: &str, text: &str) -> Result<(), StartError> {
    let file = folder.join(path);
    unpack::write(&file, text.as_bytes()).map_err(|error| StartError(format!("{}: cannot be written: {error}", file.display())))
}

fn tell(path: &Path, folder: &str, seen: &Witness) -> io::Result<()> {
    let mut out = stdout().lock();
    let at = path.display();
    writeln!(out, "{at} is written: README.md, scenario.yaml, broken/, solution/")?;
    match &seen.fault {
        Some(Ok(saw)) => writeln!(out, "  played on the practice cluster: {saw}")?,
        Some(Err(saw)) => writeln!(out, "  played on the practice cluster, and no fault showed: {saw}")?,
        None => writeln!(
            out,
            "  it could not be played: {}",
            seen.refused.as_deref().unwrap_or("the cluster did not open")
        )?,
    }
    if let Some(unmet) = &seen.unsolved {
        writeln!(out, "  the solution did not solve it: {unmet}")?;
    }
    writeln!(out, "  klab --scenarios {at} --watch {folder}   shows it, and each change as you save it")?;
    writeln!(out, "  klab check {at}   says what is wrong with it")
}
