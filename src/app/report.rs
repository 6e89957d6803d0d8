//! What `list`, `show` and `run` print.

use std::io::{self, Write, stdout};

use serde_json::{Value, json};

use super::headless::Report;
use super::settings::Settings;
use crate::scenario::load::Entry;
use crate::scenario::{Fold, Part, Scenario};

/// Prints every scenario; true when all of them load.
///
/// # Errors
/// When stdout cannot be written.
pub fn list(settings: &Settings, as_json: bool) -> io::Result<bool> {
    let entries = &settings.library.entries;
    let mut out = stdout().lock();
    if as_json {
        let list: Vec<Value> = entries.iter().map(entry_json).collect();
        writeln!(out, "{}", serde_json::to_string_pretty(&list)?)?;
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
                Err(error) => writeln!(out, "{:<4}{:<28}does not load: {error}", "", entry.folder)?,
            }
        }
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
    for warning in &scenario.warnings {
        writeln!(out, "warning: {warning}")?;
    }
    Ok(true)
}

/// Prints a run's steps as they ended.
pub fn run(report: &Report) {
    let mut out = stdout().lock();
    let _ = writeln!(out, "{} {}", if report.ok { "✔" } else { "✗" }, report.scenario);
    for step in &report.steps {
        let _ = writeln!(
            out,
            "  {} {:>7.1} s  {:<14} {}",
            if step.ok { "✔" } else { "✗" },
            step.seconds,
            step.name,
            step.saw
        );
    }
}

/// Prints all runs as one JSON list.
///
/// # Errors
/// When stdout cannot be written.
pub fn run_json(reports: &[Report]) -> io::Result<()> {
    writeln!(stdout().lock(), "{}", serde_json::to_string_pretty(reports)?)
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
        "expect_broken": scenario.expect_broken, "warnings": scenario.warnings})
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
