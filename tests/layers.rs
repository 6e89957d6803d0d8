//! The layers point one way: reads the imports of `src` and fails on an arrow against them.

use std::fs;
use std::path::{Path, PathBuf};

/// What each part of the house may use; `cluster::snapshot` is a leaf of its own that more may use than `cluster`.
const MAY_USE: &[(&str, &[&str])] = &[
    (
        "app",
        &[
            "cli",
            "ui",
            "lab",
            "scenario",
            "cluster",
            "cluster::snapshot",
            "practice",
            "progress",
            "text",
            "yaml",
            "image",
        ],
    ),
    ("cli", &[]),
    ("progress", &["lab"]),
    ("ui", &["lab", "scenario", "cluster::snapshot", "text", "yaml", "image"]),
    ("lab", &["scenario", "cluster::snapshot", "text", "yaml", "image"]),
    ("scenario", &["cluster::snapshot", "text", "yaml", "image"]),
    ("cluster", &["cluster::snapshot", "text", "yaml"]),
    ("cluster::snapshot", &["text", "yaml"]),
    ("practice", &["image", "yaml", "text"]),
    ("text", &[]),
    ("yaml", &["text"]),
    ("image", &[]),
];

/// Packages that only some parts may name.
const ONLY: &[(&str, &[&str])] = &[
    ("kube", &["cluster", "practice", "app"]),
    ("ratatui", &["ui", "app"]),
    ("tokio", &["app", "cluster", "practice"]),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The part of the house a path of modules belongs to.
fn part(modules: &str) -> &str {
    if modules.starts_with("cluster::snapshot") {
        "cluster::snapshot"
    } else {
        modules.split("::").next().unwrap_or(modules)
    }
}

/// The paths that follow `crate::`: one, or several in braces.
fn names(after: &str) -> Vec<String> {
    let path = |text: &str| {
        text.trim()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_' || *c == ':')
            .collect::<String>()
    };
    match after.strip_prefix('{') {
        Some(inside) => inside
            .split('}')
            .next()
            .unwrap_or_default()
            .split(',')
            .map(path)
            .filter(|path| !path.is_empty())
            .collect(),
        None => vec![path(after)],
    }
}

#[test]
fn no_part_uses_one_above_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 20, "only {} files were found", files.len());
    let mut wrong = Vec::new();
    for file in files {
        let modules = file.strip_prefix(&root).unwrap().with_extension("").to_string_lossy().replace('/', "::");
        let own = part(&modules).to_owned();
        if own == "main" || own == "lib" {
            continue;
        }
        let (_, may) = MAY_USE.iter().find(|(name, _)| *name == own).unwrap_or_else(|| panic!("{own} is in no layer"));
        let text = fs::read_to_string(&file).unwrap();
        for (number, line) in text.lines().enumerate() {
            let line = line.split("//").next().unwrap_or_default();
            for used in line.split("crate::").skip(1).flat_map(names) {
                let used = part(&used);
                if used != own && !may.contains(&used) && !(used == "cluster::snapshot" && own == "cluster") {
                    wrong.push(format!("{}:{}: {own} uses {used}", file.display(), number + 1));
                }
            }
            for (package, parts) in ONLY {
                if line.contains(&format!("{package}::")) && !line.contains(&format!("_{package}::")) && !parts.contains(&own.as_str()) {
                    wrong.push(format!("{}:{}: {own} uses the package {package}", file.display(), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "arrows against the layers:\n{}", wrong.join("\n"));
}
