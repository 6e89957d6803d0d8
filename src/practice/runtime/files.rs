//! The files a container sees: its own tree and those of its volumes, mounted into one.

use jiff::Timestamp;

use super::hold;
pub use super::tree::{Content, Data, Entry, KEPT, SharedTree, Tree, What};

/// How many links are followed before it is a loop.
const LINKS: usize = 16;

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
    #[error("Directory not empty")]
    NotEmpty,
    #[error("Too many levels of symbolic links")]
    Loop,
    #[error("Device or resource busy")]
    Busy,
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
}

/// All that a container's processes see.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// The root first.
    pub mounts: Vec<Mount>,
}

impl Files {
    fn mount(&self, path: &str) -> Option<(&Mount, String)> {
        let fits = |mount: &&Mount| mount.at.is_empty() || path.strip_prefix(&mount.at).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let mount = self.mounts.iter().filter(fits).max_by_key(|mount| mount.at.len())?;
        let inner = format!("{}{}", mount.sub, &path[mount.at.len()..]);
        Some((mount, if inner == "/" { String::new() } else { inner }))
    }

    /// The path behind all links of a path; the last part need not exist.
    pub fn follow(&self, path: &str) -> Result<String, Fault> {
        let mut path = clean(path);
        for _ in 0..LINKS {
            let mut ends: Vec<usize> = path.match_indices('/').map(|(at, _)| at).skip(1).collect();
            ends.push(path.len());
            let hit = ends.into_iter().find_map(|end| match self.raw(&path[..end])?.what {
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

    /// The entry of a path itself, not of what it links to.
    pub fn raw(&self, path: &str) -> Option<Entry> {
        let path = path.trim_end_matches('/');
        let (mount, inner) = self.mount(path)?;
        let tree = hold(&mount.tree);
        match tree.get(&inner) {
            Some(entry) => Some(entry.clone()),
            None if inner == mount.sub => Some(Entry {
                what: What::Folder,
                mode: if mount.at.is_empty() { 0o755 } else { 0o777 },
                owner: 0,
                changed: Timestamp::UNIX_EPOCH,
            }),
            None => None,
        }
    }

    /// The entry that a path leads to.
    pub fn get(&self, path: &str) -> Result<Entry, Fault> {
        let entry = self.raw(&self.follow(path)?).ok_or(Fault::Missing)?;
        if path.ends_with('/') && path.len() > 1 && !matches!(entry.what, What::Folder) {
            return Err(Fault::NotFolder);
        }
        Ok(entry)
    }

    pub fn is_folder(&self, path: &str) -> bool {
        self.get(path).is_ok_and(|entry| matches!(entry.what, What::Folder))
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

    /// Where a change of a path goes, when this user may make it.
    fn place(&self, path: &str, user: i64) -> Result<(&Mount, String), Fault> {
        let path = self.follow(path)?;
        let (mount, inner) = self.mount(&path).ok_or(Fault::Missing)?;
        if mount.read_only {
            return Err(Fault::ReadOnly);
        }
        let above = path.rsplit_once('/').map_or("/", |(above, _)| if above.is_empty() { "/" } else { above });
        let folder = if inner == mount.sub { None } else { Some(self.get(above)?) };
        match folder {
            Some(folder) if !matches!(folder.what, What::Folder) => Err(Fault::NotFolder),
            Some(folder) if !may_write(&folder, user) && self.raw(&path).is_none_or(|entry| !may_write(&entry, user)) => Err(Fault::Denied),
            _ => Ok((mount, inner)),
        }
    }

    /// Opens a file for writing, made when it is not there.
    pub fn open(&self, path: &str, truncate: bool, user: i64, now: Timestamp) -> Result<What, Fault> {
        match self.get(path) {
            Ok(entry) => match entry.what.clone() {
                What::Folder => Err(Fault::Folder),
                What::Device(name) => Ok(What::Device(name)),
                What::Link(_) => Err(Fault::Loop),
                What::File(content) => {
                    let (mount, inner) = self.place(path, user)?;
                    if !may_write(&entry, user) {
                        return Err(Fault::Denied);
                    }
                    let mut content = content;
                    if let Some(entry) = hold(&mount.tree).get_mut(&inner) {
                        entry.changed = now;
                        if let What::File(own) = &entry.what {
                            content = own.clone();
                        }
                    }
                    if truncate {
                        *hold(&content) = Data::default();
                    }
                    Ok(What::File(content))
                }
            },
            Err(Fault::Missing) => {
                let what = What::File(Content::default());
                self.put(path, what.clone(), 0o644, user, now)?;
                Ok(what)
            }
            Err(other) => Err(other),
        }
    }

    /// Puts a new entry.
    pub fn put(&self, path: &str, what: What, mode: u32, user: i64, now: Timestamp) -> Result<(), Fault> {
        let (mount, inner) = self.place(path, user)?;
        let entry = Entry {
            what,
            mode,
            owner: user,
            changed: now,
        };
        hold(&mount.tree).entries.insert(inner, entry);
        Ok(())
    }

    pub fn make_folder(&self, path: &str, user: i64, now: Timestamp) -> Result<(), Fault> {
        if self.get(path).is_ok() {
            return Err(Fault::Exists);
        }
        self.put(path.trim_end_matches('/'), What::Folder, 0o755, user, now)
    }

    /// Changes what is known of an entry: its mode, its time.
    pub fn change(&self, path: &str, user: i64, change: impl FnOnce(&mut Entry)) -> Result<(), Fault> {
        self.get(path)?;
        let (mount, inner) = self.place(path, user)?;
        if let Some(entry) = hold(&mount.tree).get_mut(&inner) {
            change(entry);
        }
        Ok(())
    }

    /// Takes an entry away, with what is below it when `all`.
    pub fn remove(&self, path: &str, all: bool, user: i64) -> Result<(), Fault> {
        let full = clean(path);
        let entry = self.raw(&full).ok_or(Fault::Missing)?;
        if self.mounts.iter().any(|mount| mount.at == full) {
            return Err(Fault::Busy);
        }
        if matches!(entry.what, What::Folder) && !all && !self.names(&full)?.is_empty() {
            return Err(Fault::NotEmpty);
        }
        let (mount, inner) = match entry.what {
            What::Link(_) => self.mount(&full).ok_or(Fault::Missing)?,
            _ => self.place(&full, user)?,
        };
        if mount.read_only {
            return Err(Fault::ReadOnly);
        }
        hold(&mount.tree).take(&inner);
        Ok(())
    }

    /// Gives an entry, and what is below it, another path.
    pub fn rename(&self, from: &str, to: &str, user: i64) -> Result<(), Fault> {
        self.raw(&clean(from)).ok_or(Fault::Missing)?;
        let (target, inner) = self.place(to, user)?;
        let (source, old) = self.place(from, user)?;
        let moved = hold(&source.tree).take(&old);
        let mut tree = hold(&target.tree);
        tree.entries.extend(moved.into_iter().map(|(rest, entry)| (format!("{inner}{rest}"), entry)));
        Ok(())
    }
}

fn may_write(entry: &Entry, user: i64) -> bool {
    user == 0 || entry.mode & 0o002 != 0 || entry.owner == user && entry.mode & 0o200 != 0
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
