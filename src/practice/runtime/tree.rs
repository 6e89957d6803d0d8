//! A tree of paths: an image's files, or those of a volume.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use litemap::LiteMap;

use super::hold;

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

impl From<&str> for Data {
    fn from(text: &str) -> Self {
        let mut data = Self::default();
        data.push(text.as_bytes());
        data
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
}

/// One entry of a tree.
#[derive(Debug, Clone)]
pub struct Entry {
    pub what: What,
    pub mode: u32,
    pub owner: i64,
    pub changed: Timestamp,
}

/// A tree of entries by path; the root is the empty path. What many containers have alike lies in a base below it.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// Sorted, and no larger than it must be: there are several trees to every container.
    pub entries: LiteMap<String, Entry>,
    pub base: Option<Arc<Tree>>,
    /// What of the base was taken away.
    pub gone: BTreeSet<String>,
}

pub type SharedTree = Arc<Mutex<Tree>>;

impl Tree {
    pub fn get(&self, path: &str) -> Option<&Entry> {
        let below = || self.base.as_ref()?.get(path).filter(|_| !self.gone.contains(path));
        self.entries.get(path).or_else(below)
    }

    /// An entry to change: what lies in the base is copied first.
    pub(super) fn get_mut(&mut self, path: &str) -> Option<&mut Entry> {
        if !self.entries.contains_key(path) {
            let mut copy = self.get(path)?.clone();
            if let What::File(content) = &copy.what {
                let own = hold(content).clone();
                copy.what = What::File(Arc::new(Mutex::new(own)));
            }
            self.entries.insert(path.to_owned(), copy);
        }
        self.entries.get_mut(path)
    }

    /// Every path there is.
    pub(super) fn paths(&self) -> Vec<String> {
        let below = self.base.iter().flat_map(|base| base.paths()).filter(|path| !self.gone.contains(path));
        self.entries.keys().cloned().chain(below).collect()
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
            self.entries.entry(folder.to_owned()).or_insert(Entry {
                what: What::Folder,
                mode,
                owner: 0,
                changed: now,
            });
        }
    }

    /// Puts a file, with the folders above it.
    pub fn file(&mut self, path: &str, content: &str, mode: u32, now: Timestamp) {
        if let Some((above, _)) = path.rsplit_once('/').filter(|(above, _)| !above.is_empty()) {
            self.folder(above, 0o755, now);
        }
        let what = What::File(Arc::new(Mutex::new(Data::from(content))));
        self.entries.insert(
            path.to_owned(),
            Entry {
                what,
                mode,
                owner: 0,
                changed: now,
            },
        );
    }

    /// Brings the tree to hold exactly these files; a file that stays the same stays open for its readers.
    pub fn refresh(&mut self, files: &BTreeMap<String, String>, mode: u32, now: Timestamp) {
        self.entries
            .retain(|path, entry| !matches!(entry.what, What::File(_)) || files.contains_key(path.trim_start_matches('/')));
        for (path, content) in files {
            let path = format!("/{path}");
            let same = self.entries.get(&path).is_some_and(|entry| match &entry.what {
                What::File(known) => hold(known).bytes == content.as_bytes(),
                _ => false,
            });
            if !same {
                self.file(&path, content, mode, now);
            }
        }
    }
}
