//! Who may do what with a file: modes, owners and groups.

use super::security::{DAC_OVERRIDE, FOWNER};
use super::tree::Entry;

pub const READ: u32 = 4;
pub const WRITE: u32 = 2;
pub const EXECUTE: u32 = 1;

/// A folder's entries belong to the folder's group.
pub const SET_GROUP: u32 = 0o2000;
/// Only its owner takes an entry out of such a folder.
const STICKY: u32 = 0o1000;

/// On whose behalf a process touches files.
#[derive(Debug, Clone, Copy)]
pub struct Identity<'a> {
    pub user: i64,
    pub group: i64,
    pub groups: &'a [i64],
    pub capabilities: u64,
}

impl Identity<'_> {
    /// Whether a mode lets it do what is wanted.
    pub fn may(&self, entry: &Entry, wanted: u32) -> bool {
        let class = if entry.owner == self.user {
            6
        } else if entry.group == self.group || self.groups.contains(&entry.group) {
            3
        } else {
            0
        };
        // What nobody may run, root may not either.
        let runs = wanted & EXECUTE == 0 || entry.mode & 0o111 != 0;
        runs && self.capabilities & DAC_OVERRIDE != 0 || entry.mode >> class & wanted == wanted
    }

    /// Whether it owns an entry, or may act as if it did.
    pub fn owns(&self, entry: &Entry) -> bool {
        self.capabilities & FOWNER != 0 || entry.owner == self.user
    }

    /// Whether it may take an entry out of a folder.
    pub fn may_take(&self, folder: &Entry, entry: &Entry) -> bool {
        self.may(folder, WRITE) && (folder.mode & STICKY == 0 || self.owns(entry) || self.owns(folder))
    }
}
