//! Where a container's volumes are mounted.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::config::expand;
use super::process::Volumes;
use super::{payload, volume};
use crate::practice::field::{items, text};
use crate::practice::runtime::files::{Entry, Files, Mount, SharedTree, What};
use crate::practice::runtime::{hold, root};
use crate::practice::world::World;

/// The mounts of a container, in the order of its spec.
pub fn of(world: &World, pod: &Value, spec: &Value, env: &BTreeMap<String, String>, volumes: &Volumes) -> Vec<Mount> {
    let one = |mount: &Value| {
        let name = text(&mount["name"]);
        let volume = items(&pod["spec"]["volumes"]).iter().find(|volume| volume["name"] == *name)?;
        let whole = Mount {
            at: text(&mount["mountPath"]).trim_end_matches('/').to_owned(),
            tree: volumes.get(name)?.clone(),
            sub: String::new(),
            // What is made of objects is the kubelet's to write.
            read_only: mount["readOnly"] == true || payload::sources(volume).is_some(),
            medium: volume::medium(world, pod, volume),
        };
        let sub = mount["subPath"].as_str().map(str::to_owned);
        let sub = sub.or_else(|| mount["subPathExpr"].as_str().map(|path| expand(path, env))).unwrap_or_default();
        Some(match sub.trim_matches('/') {
            "" => whole,
            sub => part(whole, sub, world.now),
        })
    };
    items(&spec["volumeMounts"]).iter().filter_map(one).collect()
}

/// The part of a volume at a path: what its links lead to now is mounted and stays, whatever becomes of them.
fn part(whole: Mount, sub: &str, now: Timestamp) -> Mount {
    let inside = Files {
        mounts: vec![Mount {
            at: String::new(),
            read_only: false,
            ..whole.clone()
        }],
        since: now,
    };
    let path = inside.follow(&format!("/{sub}")).unwrap_or_default();
    match inside.get(&path) {
        Ok(entry) if !matches!(entry.what, What::Folder) => Mount {
            medium: whole.medium,
            ..root::file(&whole.at, entry, whole.read_only)
        },
        found => {
            if found.is_err() {
                make(&whole.tree, &path, now);
            }
            Mount { sub: path, ..whole }
        }
    }
}

/// Makes a folder in a volume, and those above it, as its root is.
fn make(tree: &SharedTree, path: &str, now: Timestamp) {
    let mut tree = hold(tree);
    let Some(root) = tree.get("") else { return };
    let ends = path.match_indices('/').map(|(at, _)| at).skip(1).chain([path.len()]);
    for end in ends {
        if tree.get(&path[..end]).is_none() {
            let folder = Entry {
                mode: root.mode & 0o2777,
                changed: now,
                ..root.clone()
            };
            tree.entries.insert(path[..end].to_owned(), folder);
        }
    }
}
