//! Changes of the files that a container sees, and who may make them.

use jiff::Timestamp;

use super::files::{Content, Data, Entry, Fault, Files, Mount, What, clean};
use super::hold;
use super::permission::{Identity, SET_GROUP, WRITE};

impl Files {
    /// Where a change of a path without links goes, with the folder that it is in.
    fn place(&self, path: &str) -> Result<(&Mount, String, Option<Entry>), Fault> {
        let (mount, inner) = self.mount(path).ok_or(Fault::Missing)?;
        if mount.read_only {
            return Err(Fault::ReadOnly);
        }
        let above = path.rsplit_once('/').map_or("/", |(above, _)| if above.is_empty() { "/" } else { above });
        let folder = if inner == mount.sub { None } else { Some(self.get(above)?) };
        match folder {
            Some(folder) if !matches!(folder.what, What::Folder) => Err(Fault::NotFolder),
            folder => Ok((mount, inner, folder)),
        }
    }

    /// Opens a file for writing, made when it is not there.
    pub fn open(&self, path: &str, truncate: bool, who: Identity<'_>, now: Timestamp) -> Result<What, Fault> {
        let entry = match self.get(path) {
            Err(Fault::Missing) => {
                let what = What::File(Content::default());
                self.put(&self.follow(path)?, what.clone(), 0o644, who, now)?;
                return Ok(what);
            }
            found => found?,
        };
        match entry.what.clone() {
            What::Folder => Err(Fault::Folder),
            What::Fact(..) => Err(Fault::Denied),
            What::Device(name) => Ok(What::Device(name)),
            What::Link(_) => Err(Fault::Loop),
            What::File(mut content) => {
                let (mount, inner, _) = self.place(&self.follow(path)?)?;
                if !who.may(&entry, WRITE) {
                    return Err(Fault::Denied);
                }
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
        }
    }

    /// Puts a new entry.
    pub fn put(&self, path: &str, what: What, mode: u32, who: Identity<'_>, now: Timestamp) -> Result<(), Fault> {
        let (mount, inner, folder) = self.place(&self.own_path(path)?)?;
        if folder.as_ref().is_some_and(|folder| !who.may(folder, WRITE)) {
            return Err(Fault::Denied);
        }
        let inherited = folder.filter(|folder| folder.mode & SET_GROUP != 0);
        let set = if inherited.is_some() && matches!(what, What::Folder) { SET_GROUP } else { 0 };
        let entry = Entry {
            what,
            mode: mode | set,
            owner: who.user,
            group: inherited.map_or(who.group, |folder| folder.group),
            changed: now,
        };
        hold(&mount.tree).entries.insert(inner, entry);
        Ok(())
    }

    pub fn make_folder(&self, path: &str, who: Identity<'_>, now: Timestamp) -> Result<(), Fault> {
        let path = path.trim_end_matches('/');
        if path.is_empty() || self.raw(path).is_some() {
            return Err(Fault::Exists);
        }
        self.put(path, What::Folder, 0o755, who, now)
    }

    /// Changes what is known of an entry, for who owns it or, when that is enough, may write it.
    pub fn change(&self, path: &str, who: Identity<'_>, writer: bool, change: impl FnOnce(&mut Entry)) -> Result<(), Fault> {
        let entry = self.get(path)?;
        let (mount, inner, _) = self.place(&self.follow(path)?)?;
        if !(who.owns(&entry) || writer && who.may(&entry, WRITE)) {
            return Err(if writer { Fault::Denied } else { Fault::NotPermitted });
        }
        if let Some(entry) = hold(&mount.tree).get_mut(&inner) {
            change(entry);
        }
        Ok(())
    }

    /// Where an entry is that is to be taken away.
    fn leaving(&self, path: &str, who: Identity<'_>) -> Result<(&Mount, String), Fault> {
        let full = self.own_path(path)?;
        let entry = self.found(&full).ok_or(Fault::Missing)?;
        if self.mounts.iter().any(|mount| mount.at == full) {
            let above = self.get(full.rsplit_once('/').map_or("/", |(above, _)| above))?;
            return Err(if who.may(&above, WRITE) { Fault::Busy } else { Fault::Denied });
        }
        let (mount, inner, folder) = self.place(&full)?;
        if folder.is_some_and(|folder| !who.may_take(&folder, &entry)) {
            return Err(Fault::Denied);
        }
        Ok((mount, inner))
    }

    /// Takes an entry away, with what is below it when `all`.
    pub fn remove(&self, path: &str, all: bool, who: Identity<'_>) -> Result<(), Fault> {
        let (mount, inner) = self.leaving(path, who)?;
        let entry = self.raw(&clean(path)).ok_or(Fault::Missing)?;
        if matches!(entry.what, What::Folder) && !all && !self.names(path)?.is_empty() {
            return Err(Fault::NotEmpty);
        }
        hold(&mount.tree).take(&inner);
        Ok(())
    }

    /// Gives an entry, and what is below it, another path.
    pub fn rename(&self, from: &str, to: &str, who: Identity<'_>) -> Result<(), Fault> {
        let (source, old) = self.leaving(from, who)?;
        let (target, inner, folder) = self.place(&self.own_path(to)?)?;
        if folder.is_some_and(|folder| !who.may(&folder, WRITE)) {
            return Err(Fault::Denied);
        }
        let moved = hold(&source.tree).take(&old);
        let mut tree = hold(&target.tree);
        tree.entries.extend(moved.into_iter().map(|(rest, entry)| (format!("{inner}{rest}"), entry)));
        Ok(())
    }
}
