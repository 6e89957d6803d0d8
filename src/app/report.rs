//! What `list`, `show` and `run` print.

use std::io::{self, BufWriter, Write, stdout};

use serde_json::{Value, json};

mod junit;
mod markdown;

use super::proof::Report;
use crate::cli::Form;
use crate::scenario::load::{Entry, Library};
use crate::scenario::{Fold, Part, Scenario};

/// Prints every scenario; true when all of them load.
///
/// # Errors
/// When stdout or the JUnit file cannot be written.
pub fn list(library: &Library, form: &Form) -> io::Result<bool> {
    let entries = &library.entries;
    let mut out = BufWriter::new(stdout().lock());
    if form.json {
        let list: Vec<Value> = entries.iter().map(entry_json).collect();
        writeln!(out, "{}", serde_json::to_string_pretty(&list)?)?;
    } else if form.markdown {
        write!(out, "{}", markdown::list(entries))?;
    } else {
        writeln!(out, "{:<4}{:<28}{:<34}{:<14}MINUTES", "NO", "NAME", "TITLE", "LEVEL")?;
        for entry in entries {
            match &entry.result {
                Ok(scenario) => writeln!(
                    out,
                    "{:<4}{:<28}{:<34}{:<14}{}",
                    number(scenario),
                    scenario.id,
                    scenario.title,
                    level(scenario),
                    scenario.minutes
                )?,
                Err(error) => {
                    // A source excerpt keeps to the column of its message.
                    let error = error.to_string().replace('\n', &format!("\n{:32}", ""));
                    writeln!(out, "{:<4}{:<28}does not load: {error}", "", entry.folder)?;
                }
            }
        }
    }
    out.flush()?;
    if let Some(file) = &form.junit {
        std::fs::write(file, junit::list(entries))?;
    }
    Ok(entries.iter().all(|entry| entry.result.is_ok()))
}

/// Prints one scenario; always true.
///
/// # Errors
/// When stdout cannot be written.
pub fn show(scenario: &Scenario, as_json: bool) -> io::Result<bool> {
    let mut out = stdout().lock();
    if as_json {
        writeln!(out, "{}", serde_json::to_string_pretty(&scenario_json(scenario))?)?;
        return Ok(true);
    }
    writeln!(out, "{} {}  {} · {} min\n", number(scenario), scenario.title, level(scenario), scenario.minutes)?;
    for part in &scenario.lesson.parts {
        match part {
            Part::Text(text) => writeln!(out, "{}\n", text.trim())?,
            Part::Fold {
                kind: Fold::Plain,
                summary,
                body,
            } => writeln!(out, "{summary}\n{}\n", body.trim())?,
            Part::Fold { summary, .. } => writeln!(out, "▸ {summary}\n")?,
        }
    }
    if let Some(note) = scenario.inference() {
        writeln!(out, "note: {note}")?;
    }
    for warning in &scenario.warnings {
        writeln!(out, "warning: {warning}")?;
    }
    Ok(true)
}

/// Prints a run's steps as they ended.
pub fn run(report: &Report) {
    let mut out = stdout().lock();
    if let Some(why) = &report.skipped {
        let _ = writeln!(out, "- {}  skipped: {why}", report.scenario);
        return;
    }
    let _ = writeln!(out, "{} {}  {:.1} s", sign(report.ok), report.scenario, report.wall);
    let names = report.steps.iter().map(|step| step.name.chars().count()).max().unwrap_or(0);
    for step in &report.steps {
        let _ = writeln!(out, "  {} {:>7.1} s  {:<names$}  {}", sign(step.ok), step.seconds, step.name, step.saw);
    }
}

/// Prints all runs in the form that was asked for; the plain one has been printed as they ended, but for its last line.
///
/// # Errors
/// When stdout or the JUnit file cannot be written.
pub fn runs(reports: &[Report], form: &Form) -> io::Result<()> {
    let mut out = stdout().lock();
    if form.json {
        writeln!(out, "{}", serde_json::to_string_pretty(reports)?)?;
    } else if form.markdown {
        write!(out, "{}", markdown::runs(reports))?;
    } else if reports.len() > 1 {
        let count = |fits: fn(&Report) -> bool| reports.iter().filter(|report| fits(report)).count();
        let held = count(|report| report.ok && report.skipped.is_none());
        let (failed, skipped) = (count(|report| !report.ok), count(|report| report.skipped.is_some()));
        writeln!(out, "{held} held, {failed} did not, {skipped} skipped")?;
    }
    match &form.junit {
        Some(file) => std::fs::write(file, junit::runs(reports)),
        None => Ok(()),
    }
}

fn sign(ok: bool) -> &'static str {
    if ok { "✔" } else { "✗" }
}

fn entry_json(entry: &Entry) -> Value {
    match &entry.result {
        Ok(scenario) => scenario_json(scenario),
        Err(error) => json!({"folder": entry.folder, "error": error.to_string()}),
    }
}

fn scenario_json(scenario: &Scenario) -> Value {
    json!({"id": scenario.id, "folder": scenario.folder, "number": scenario.number, "title": scenario.title, "level": level(scenario),
        "minutes": scenario.minutes, "tags": scenario.tags, "objectives": scenario.lesson.objectives, "steps": scenario.lesson.steps,
        "hints": scenario.lesson.parts.iter().filter(|part| matches!(part, Part::Fold { kind: Fold::Hint(_), .. })).count(),
        "expect_broken": scenario.expect_broken, "inferred": scenario.inferred, "warnings": scenario.warnings})
}

fn number(scenario: &Scenario) -> String {
    scenario.number.map(|number| format!("{number:02}")).unwrap_or_default()
}

fn level(scenario: &Scenario) -> &'static str {
    match scenario.level {
        crate::scenario::Level::Beginner => "beginner",
        crate::scenario::Level::Intermediate => "intermediate",
        crate::scenario::Level::Advanced => "advanced",
    }
}
