//! What a shell and a manual want to know of the command line, and what the learner's progress says, printed.

use std::io::{self, Write, stdout};

use clap::CommandFactory;
use clap_complete::Shell;

use super::config;
use super::settings::{Settings, StartError};
use crate::cli::Cli;
use crate::lab::msg::Solved;
use crate::progress::{Drilled, Progress};

/// Completions for a shell, to be sourced by it.
pub fn completions(shell: Shell) {
    clap_complete::generate(shell, &mut Cli::command(), "klab", &mut stdout());
}

/// The manual page.
///
/// # Errors
/// When stdout cannot be written.
pub fn man() -> io::Result<()> {
    clap_mangen::Man::new(Cli::command()).render(&mut stdout())
}

/// The learner's settings, with comments, and on stderr what is odd in their file.
///
/// # Errors
/// When stdout cannot be written.
pub fn config(settings: &Settings) -> io::Result<()> {
    let file = config::file();
    write!(stdout().lock(), "{}", config::printed(&settings.config, file.as_deref()))?;
    let odd = file.as_deref().and_then(|file| config::read(file).1);
    odd.map_or(Ok(()), |odd| writeln!(io::stderr(), "{}", odd.what))
}

/// How far the learner came with each scenario.
///
/// # Errors
/// When stdout cannot be written.
pub fn progress(settings: &Settings) -> io::Result<()> {
    let known = settings.progress_file.as_deref().map(|file| Progress::read(file).0).unwrap_or_default();
    let mut out = stdout().lock();
    writeln!(out, "{:<34}{:<24}BEST TIME", "SCENARIO", "STATE")?;
    for entry in &settings.library.entries {
        let record = known.of(&entry.folder);
        let best = record.best.map_or_else(|| "-".to_owned(), clock);
        writeln!(out, "{:<34}{:<24}{best}", entry.folder, word(record.state))?;
    }
    if !known.drills().is_empty() {
        writeln!(out, "\n{:<34}{:<24}{:<11}FAULTS", "DRILL", "RESULT", "TIME")?;
    }
    for Drilled {
        seed, faults, seconds, solved, ..
    } in known.drills()
    {
        let (drill, result) = (format!("--seed {seed}"), if *solved { "solved" } else { "given up" });
        writeln!(out, "{drill:<34}{result:<24}{:<11}{}", clock(*seconds), faults.join(", "))?;
    }
    Ok(())
}

fn clock(seconds: u64) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// Forgets what is known of one scenario, or of all, once that is agreed to.
///
/// # Errors
/// Without a yes; a scenario that is not there; a file that cannot be written.
pub fn reset(settings: &Settings, scenario: Option<&str>, yes: bool) -> anyhow::Result<()> {
    let folder = scenario
        .map(|name| settings.scenario(name).map(|scenario| scenario.folder.clone()))
        .transpose()?;
    let what = folder.as_deref().unwrap_or("every scenario");
    if !yes {
        return Err(StartError(format!("this forgets the progress of {what}; add --yes to agree")).into());
    }
    if let Some(file) = &settings.progress_file {
        Progress::forget(file, folder.as_deref())?;
    }
    writeln!(stdout(), "the progress of {what} is forgotten")?;
    Ok(())
}

fn word(state: Solved) -> &'static str {
    match state {
        Solved::New => "new",
        Solved::Begun => "begun",
        Solved::Solved => "solved",
        Solved::WithoutHelp => "solved without hints",
    }
}
