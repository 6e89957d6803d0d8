//! `klab pack`: a folder of scenarios as one file.

use std::io::{Write, stdout};
use std::path::PathBuf;

use super::settings::StartError;
use super::unpack;
use crate::cli;
use crate::scenario::{load, pack};

/// Writes the pack; always true.
///
/// # Errors
/// A folder that cannot be read, a scenario in it that does not load, a file that cannot be written.
pub fn run(wanted: &cli::Pack) -> anyhow::Result<bool> {
    let library = load::path(&wanted.dir).map_err(|error| StartError(error.to_string()))?;
    let file = wanted.output.clone().unwrap_or_else(|| {
        let dir = wanted.dir.canonicalize().unwrap_or_else(|_| wanted.dir.clone());
        let name = dir.file_name().map_or_else(|| "scenarios".into(), |name| name.to_string_lossy().into_owned());
        PathBuf::from(format!("{name}.klab"))
    });
    let mut bytes = Vec::new();
    pack::write(&library, !wanted.no_solution, &mut bytes)?;
    let unwritten = |error| StartError(format!("{}: cannot be written: {error}; choose another place with --output", file.display()));
    unpack::write(&file, &bytes).map_err(unwritten)?;
    let copy = if wanted.no_solution { ", without solutions" } else { "" };
    let count = library.entries.len();
    writeln!(
        stdout(),
        "{}: {count} scenario{}{copy}, {} KiB; open it with `klab --scenarios {}`",
        file.display(),
        if count == 1 { "" } else { "s" },
        bytes.len().div_ceil(1024),
        file.display()
    )?;
    Ok(true)
}
