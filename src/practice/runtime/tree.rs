//! A tree of paths: an image's files, or those of a volume.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use litemap::LiteMap;

use super::hold;
use super::permission::SET_GROUP;
use super::proc::Fact;
use super::written::Written;

/// What of a file's content is kept; of the rest only the length is known.
pub const KEPT: usize = 1 << 18;

/// Content whose far end is only counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Data {
    pub bytes: Vec<u8>,
    /// How many bytes follow that are not kept.
    pub more: u64,
}

impl Data {
    pub fn push(&mut self, bytes: &[u8]) {
        let room = if self.more == 0 {
            KEPT.saturating_sub(self.bytes.len()).min(bytes.len())
        } else {
            0
        };
        self.bytes.extend_from_slice(&bytes[..room]);
        self.more += (bytes.len() - room) as u64;
    }

    pub fn length(&self) -> u64 {
        self.bytes.len() as u64 + self.more
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl From<&[u8]> for Data {
    fn from(bytes: &[u8]) -> Self {
        let mut data = Self::default();
        data.push(bytes);
        data
    }
}

impl From<&str> for Data {
    fn from(text: &str) -> Self {
        Self::from(text.as_bytes())
    }
}

/// An open file's content, shared by all who have it open.
pub type Content = Arc<Mutex<Data>>;

#[derive(Debug, Clone)]
pub enum What {
    Folder,
    File(Content),
    Link(String),
    /// `/dev/NAME`.
    Device(&'static str),
    /// A fact of a process: of this one, or of the one that reads it.
    Fact(Fact, Option<u32>),
}

/// One entry of a tree.
#[derive(Debug, Clone)]
pub struct Entry {
    pub what: What,
    pub mode: u32,
    pub owner: i64,
    pub group: i64,
    pub changed: Timestamp,
}

impl Entry {
    /// An entry of root's.
    pub fn new(what: What, mode: u32, changed: Timestamp) -> Self {
        Self {
            what,
            mode,
            owner: 0,
            group: 0,
            changed,
        }
    }
}

/// A tree of entries by path; the root is the empty path. What many containers have alike lies in a base below it.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// Sorted, and no larger than it must be: there are several trees to every container.
    pub entries: LiteMap<String, Entry>,
    pub base: Option<Arc<Tree>>,
    /// What of the base was taken away.
    pub gone: BTreeSet<String>,
    /// What was written into it as a whole.
    pub written: Option<Box<Written>>,
}

pub type SharedTree = Arc<Mutex<Tree>>;

impl Tree {
    pub fn get(&self, path: &str) -> Option<Entry> {
        let written = || self.written.as_ref()?.get(path);
        let below = || self.base.as_ref()?.get(path).filter(|_| !self.gone.contains(path));
        self.entries.get(path).cloned().or_else(written).or_else(below)
    }

    /// An entry to change: what lies in the base is copied first.
    pub fn get_mut(&mut self, path: &str) -> Option<&mut Entry> {
        if !self.entries.contains_key(path) {
            let mut copy = self.get(path)?;
            if let What::File(content) = &copy.what {
                let own = hold(content).clone();
                copy.what = What::File(Arc::new(Mutex::new(own)));
            }
            self.entries.insert(path.to_owned(), copy);
        }
        self.entries.get_mut(path)
    }

    /// Every path there is.
    pub fn paths(&self) -> Vec<String> {
        let below = self.base.iter().flat_map(|base| base.paths()).filter(|path| !self.gone.contains(path));
        let written = self.written.iter().flat_map(|written| written.paths());
        self.entries.keys().cloned().chain(written).chain(below).collect()
    }

    /// Takes away an entry and what is below it; gives it back by what follows its path.
    pub(super) fn take(&mut self, path: &str) -> Vec<(String, Entry)> {
        let below = format!("{path}/");
        let paths = self.paths().into_iter().filter(|key| key == path || key.starts_with(&below));
        let mut taken = Vec::new();
        for key in paths {
            let entry = self.get_mut(&key).cloned();
            self.entries.remove(&key);
            taken.extend(entry.map(|entry| (key[path.len()..].to_owned(), entry)));
            self.gone.insert(key);
        }
        taken
    }

    pub fn folder(&mut self, path: &str, mode: u32, now: Timestamp) {
        let path = path.trim_end_matches('/');
        let above: Vec<&str> = path.match_indices('/').map(|(at, _)| &path[..at]).filter(|above| !above.is_empty()).collect();
        for folder in above
            .into_iter()
            .chain([path])
            .filter(|folder| self.base.as_ref().is_none_or(|base| base.get(folder).is_none()))
        {
            self.entries.entry(folder.to_owned()).or_insert(Entry::new(What::Folder, mode, now));
        }
    }

    /// Puts a file, with the folders above it.
    pub fn file(&mut self, path: &str, content: impl Into<Data>, mode: u32, now: Timestamp) {
        if let Some((above, _)) = path.rsplit_once('/').filter(|(above, _)| !above.is_empty()) {
            self.folder(above, 0o755, now);
        }
        let what = What::File(Arc::new(Mutex::new(content.into())));
        self.entries.insert(path.to_owned(), Entry::new(what, mode, now));
    }

    /// Gives all that is in it to a group that may read it, as a pod's `fsGroup` asks for.
    pub fn give(&mut self, group: i64) {
        for (_, entry) in self.entries.iter_mut() {
            entry.group = group;
            entry.mode |= match entry.what {
                What::Folder => 0o550 | SET_GROUP,
                _ => 0o440,
            };
        }
    }
}
