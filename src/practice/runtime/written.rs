//! Files written as a whole, as Kubernetes' atomic writer does: they lie in a folder named after the time, `..data` links
//! to it, and what is on top has a link through `..data`. An update is another folder.

use std::sync::Arc;

use jiff::Timestamp;

use super::tree::{Entry, Tree, What};

const DATA: &str = "..data";

#[derive(Debug, Clone)]
pub struct Written {
    /// `..2026_11_30_23_45_01.123456789`.
    folder: String,
    at: Timestamp,
    /// The links are as old as the first files.
    since: Timestamp,
    /// The files, shared by all volumes that hold the same.
    files: Arc<Tree>,
    /// A number that changes with what the files hold.
    pub version: u64,
}

impl Written {
    /// Files over those that were there before.
    pub fn new(before: Option<&Self>, files: Arc<Tree>, version: u64, at: Timestamp, random: u32) -> Self {
        Self {
            folder: format!("..{}.{random}", at.strftime("%Y_%m_%d_%H_%M_%S")),
            at,
            since: before.map_or(at, |before| before.since),
            files,
            version,
        }
    }

    pub fn get(&self, path: &str) -> Option<Entry> {
        let name = path.strip_prefix('/')?;
        let inside = name.strip_prefix(&self.folder).filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let (entry, link, changed) = match inside {
            Some(inside) => (self.files.get(inside)?, None, self.at),
            None if name == DATA => (self.files.get("")?, Some(self.folder.clone()), self.at),
            None if name.contains('/') => return None,
            None => (self.files.get(path)?, Some(format!("{DATA}/{name}")), self.since),
        };
        Some(match link {
            Some(to) => Entry {
                what: What::Link(to),
                mode: 0o777,
                changed,
                ..entry
            },
            None => Entry { changed, ..entry },
        })
    }

    pub fn paths(&self) -> Vec<String> {
        let files = self.files.paths();
        let top = files.iter().filter(|path| path.rfind('/') == Some(0)).cloned();
        let inside = files.iter().map(|path| format!("/{}{path}", self.folder));
        top.chain([format!("/{DATA}")]).chain(inside).collect()
    }
}
