//! Links of the lesson that lead nowhere.

use super::super::load::Library;
use super::super::markdown;
use super::{Finding, Look, Severity};

pub fn look(look: &Look, library: &Library) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, line) in look.lines().iter().enumerate() {
        if line.code {
            continue;
        }
        for (text, address) in markdown::links(&[*line]) {
            let why = if address.contains("://") {
                foreign(&address)
            } else {
                relative(look, library, &address)
            };
            if let Some((what, advice)) = why {
                let what = format!("the link [{text}]({address}) {what}");
                found.push(Finding::new(Severity::Error, "broken-link", look.file("README.md"), at + 1, what, advice));
            }
        }
    }
    found
}

/// What can be told of an address without asking it.
fn foreign(address: &str) -> Option<(&'static str, &'static str)> {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))?;
    let host = rest.split('/').next().unwrap_or_default();
    (!host.contains('.') || address.contains(char::is_whitespace)).then_some(("is no address", "write it whole, as https://kubernetes.io/docs/…"))
}

fn relative(look: &Look, library: &Library, address: &str) -> Option<(&'static str, &'static str)> {
    let path = address.split(['#', '?']).next().unwrap_or_default();
    if path.is_empty() || path.starts_with("mailto:") {
        return None;
    }
    if path.starts_with('/') {
        return Some(("starts at the root", "link relative to the README, as ../03-port-mismatch/"));
    }
    let mut depth = 0;
    let mut parts = Vec::new();
    for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
        if part == ".." {
            if parts.pop().is_none() {
                depth += 1;
            }
        } else {
            parts.push(part);
        }
    }
    let there = match (depth, parts.first()) {
        (0, _) => parts.is_empty() || look.has(&parts.join("/")),
        (1, Some(folder)) => library.entries.iter().any(|entry| entry.folder == *folder) || *folder == "README.md",
        (1, None) => true,
        _ => return Some(("leads out of the folder of scenarios", "link to files of this scenario or to another scenario")),
    };
    (!there).then_some(("leads nowhere", "mend the path, or take the link out"))
}
