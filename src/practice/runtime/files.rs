//! The files a container sees: its own tree and those of its volumes, mounted into one.

use jiff::Timestamp;

use super::hold;
pub use super::tree::{Content, Data, Entry, KEPT, SharedTree, Tree, What};

/// How many links are followed before it is a loop.
const LINKS: usize = 40;

/// Why a file cannot be had, in the C library's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("No such file or directory")]
    Missing,
    #[error("Is a directory")]
    Folder,
    #[error("Not a directory")]
    NotFolder,
    #[error("File exists")]
    Exists,
    #[error("Read-only file system")]
    ReadOnly,
    #[error("Permission denied")]
    Denied,
    #[error("Operation not permitted")]
    NotPermitted,
    #[error("Directory not empty")]
    NotEmpty,
    #[error("Too many levels of symbolic links")]
    Loop,
    #[error("Device or resource busy")]
    Busy,
}

/// What a mounted tree is kept on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// The container's own layers.
    Overlay,
    /// The node's disk.
    Disk,
    /// Memory, with its limit in bytes.
    Memory(u64),
}

/// A tree at a place of the container.
#[derive(Debug, Clone)]
pub struct Mount {
    /// Without a slash at the end; empty for the root.
    pub at: String,
    pub tree: SharedTree,
    /// The part of the tree that is mounted: empty, or `/sub/path`.
    pub sub: String,
    pub read_only: bool,
    pub medium: Medium,
}

/// All that a container's processes see.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// The root first.
    pub mounts: Vec<Mount>,
    /// When they were put together.
    pub since: Timestamp,
}

impl Files {
    pub(super) fn mount(&self, path: &str) -> Option<(&Mount, String)> {
        let fits = |mount: &&Mount| mount.at.is_empty() || path.strip_prefix(&mount.at).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let mount = self.mounts.iter().filter(fits).max_by_key(|mount| mount.at.len())?;
        let inner = format!("{}{}", mount.sub, &path[mount.at.len()..]);
        Some((mount, if inner == "/" { String::new() } else { inner }))
    }

    /// The path behind all links of a path; the last part need not exist.
    pub fn follow(&self, path: &str) -> Result<String, Fault> {
        let mut path = clean(path);
        for _ in 0..=LINKS {
            let mut ends: Vec<usize> = path.match_indices('/').map(|(at, _)| at).skip(1).collect();
            ends.push(path.len());
            let hit = ends.into_iter().find_map(|end| match self.found(&path[..end])?.what {
                What::Link(to) => Some((end, to)),
                _ => None,
            });
            let Some((end, to)) = hit else { return Ok(path) };
            let folder = path[..end].rsplit_once('/').map_or("", |(folder, _)| folder);
            path = clean(&if to.starts_with('/') {
                format!("{to}{}", &path[end..])
            } else {
                format!("{folder}/{to}{}", &path[end..])
            });
        }
        Err(Fault::Loop)
    }

    /// The path of an entry itself: links are followed to the folder that it is in.
    pub(super) fn own_path(&self, path: &str) -> Result<String, Fault> {
        let path = clean(path);
        match path.rsplit_once('/') {
            Some((folder, name)) if !folder.is_empty() => Ok(clean(&format!("{}/{name}", self.follow(folder)?))),
            _ => Ok(path),
        }
    }

    /// The entry of a path itself, not of what it links to; a slash at its end asks for that.
    pub fn raw(&self, path: &str) -> Option<Entry> {
        if path.ends_with('/') {
            return self.get(path).ok();
        }
        self.found(&self.own_path(path).ok()?)
    }

    /// The entry at a path without links.
    pub(super) fn found(&self, path: &str) -> Option<Entry> {
        let path = path.trim_end_matches('/');
        let (mount, inner) = self.mount(path)?;
        let tree = hold(&mount.tree);
        // A folder that was mounted is there for whoever has it, even when it is taken away.
        let bare = || Entry::new(What::Folder, 0o755, self.since);
        let mounted = || {
            self.mounts
                .iter()
                .any(|mount| mount.at.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')))
        };
        tree.get(&inner).or_else(|| (inner == mount.sub || mounted()).then(bare))
    }

    /// The entry that a path leads to.
    pub fn get(&self, path: &str) -> Result<Entry, Fault> {
        let entry = self.found(&self.follow(path)?).ok_or(Fault::Missing)?;
        if path.ends_with('/') && path.len() > 1 && !matches!(entry.what, What::Folder) {
            return Err(Fault::NotFolder);
        }
        Ok(entry)
    }

    pub fn is_folder(&self, path: &str) -> bool {
        self.get(path).is_ok_and(|entry| matches!(entry.what, What::Folder))
    }

    /// Whether what a path leads to lies where nothing can be written.
    pub fn read_only(&self, path: &str) -> bool {
        let path = self.follow(path).unwrap_or_default();
        self.mount(&path).is_some_and(|(mount, _)| mount.read_only)
    }

    /// What a path without links is kept on.
    pub fn medium(&self, path: &str) -> Medium {
        self.mount(path.trim_end_matches('/')).map_or(Medium::Overlay, |(mount, _)| mount.medium)
    }

    /// Whether a path without links is a folder of the image that the container has changed something in.
    pub fn merged(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let Some((mount, inner)) = self.mount(path) else { return false };
        let below = |other: &String| other.strip_prefix(&inner).is_some_and(|rest| rest.starts_with('/'));
        let tree = hold(&mount.tree);
        let image = || tree.base.as_ref().is_some_and(|base| base.get(&inner).is_some());
        mount.medium == Medium::Overlay && (path.is_empty() || image() && tree.entries.keys().any(below))
    }

    /// The whole content of a file.
    pub fn content(&self, path: &str) -> Result<Data, Fault> {
        match self.get(path)?.what {
            What::File(content) => Ok(hold(&content).clone()),
            What::Folder => Err(Fault::Folder),
            _ => Ok(Data::default()),
        }
    }

    /// Names in a folder, mount points among them.
    pub fn names(&self, path: &str) -> Result<Vec<String>, Fault> {
        let path = self.follow(path)?;
        if !self.is_folder(&path) {
            return Err(Fault::NotFolder);
        }
        let path = path.trim_end_matches('/');
        let (mount, inner) = self.mount(path).ok_or(Fault::Missing)?;
        let below = |folder: &str, path: &str| -> Option<String> {
            let rest = path.strip_prefix(folder)?.strip_prefix('/')?;
            (!rest.is_empty()).then(|| rest.split('/').next().unwrap_or_default().to_owned())
        };
        let mut names: Vec<String> = hold(&mount.tree).paths().iter().filter_map(|key| below(&inner, key)).collect();
        names.extend(self.mounts.iter().filter_map(|mount| below(path, &mount.at)));
        names.sort();
        names.dedup();
        Ok(names)
    }
}

/// A path without `.`, `..` and double slashes.
pub fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}
