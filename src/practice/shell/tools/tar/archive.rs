//! The members of an archive, in bytes and out of them.

use std::io::{self, Read as _};

use tar::{Archive, Builder, EntryType, Header};

/// A member of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub name: String,
    pub mode: u32,
    pub changed: i64,
    pub content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    Folder,
    Link(String),
    File(Vec<u8>),
}

/// An archive of these members.
///
/// # Errors
/// A name that no archive can hold.
pub fn written(members: &[Member]) -> io::Result<Vec<u8>> {
    let mut archive = Builder::new(Vec::new());
    for member in members {
        let mut head = Header::new_ustar();
        head.set_mode(member.mode & 0o7777);
        head.set_size(0);
        head.set_mtime(member.changed.max(0).unsigned_abs());
        match &member.content {
            Content::Folder => {
                head.set_entry_type(EntryType::Directory);
                archive.append_data(&mut head, format!("{}/", member.name.trim_end_matches('/')), io::empty())?;
            }
            Content::Link(to) => {
                head.set_entry_type(EntryType::Symlink);
                archive.append_link(&mut head, &member.name, to)?;
            }
            Content::File(bytes) => {
                head.set_entry_type(EntryType::Regular);
                head.set_size(bytes.len() as u64);
                archive.append_data(&mut head, &member.name, bytes.as_slice())?;
            }
        }
    }
    archive.into_inner()
}

/// The members of an archive.
///
/// # Errors
/// busybox's words for what is no archive, or not all of one.
pub fn read(bytes: &[u8]) -> Result<Vec<Member>, String> {
    let magic = bytes.get(257..262).unwrap_or(b"ustar");
    if !bytes.iter().all(|byte| *byte == 0) && magic != b"ustar" {
        return Err("invalid tar magic".to_owned());
    }
    let short = |_| "short read".to_owned();
    let mut members = Vec::new();
    for entry in Archive::new(bytes).entries().map_err(short)? {
        let mut entry = entry.map_err(short)?;
        let kind = entry.header().entry_type();
        let content = if kind.is_dir() {
            Content::Folder
        } else if kind.is_symlink() {
            let to = entry.link_name_bytes().unwrap_or_default();
            Content::Link(String::from_utf8_lossy(&to).into_owned())
        } else if kind.is_file() {
            let mut content = Vec::new();
            entry.read_to_end(&mut content).map_err(short)?;
            if content.len() as u64 != entry.size() {
                return Err("short read".to_owned());
            }
            Content::File(content)
        } else {
            continue;
        };
        members.push(Member {
            name: String::from_utf8_lossy(&entry.path_bytes()).into_owned(),
            mode: entry.header().mode().unwrap_or(0o644),
            changed: entry.header().mtime().unwrap_or_default().cast_signed(),
            content,
        });
    }
    Ok(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let member = |name: &str, content: Content| Member {
            name: name.to_owned(),
            mode: 0o644,
            changed: 1_700_000_000,
            content,
        };
        let long = format!("{}/file", "folder/".repeat(20).trim_end_matches('/'));
        let members = vec![
            member("a/", Content::Folder),
            member("a/b", Content::File(b"text".to_vec())),
            member("a/c", Content::Link("b".to_owned())),
            member(&long, Content::File(vec![7; 513])),
        ];
        let archive = written(&members).unwrap();
        assert_eq!(read(&archive).unwrap(), members);
        assert_eq!(read(&archive[..archive.len() - 2000]).unwrap_err(), "short read");
        assert_eq!(read(&[7; 600]).unwrap_err(), "invalid tar magic");
    }
}
