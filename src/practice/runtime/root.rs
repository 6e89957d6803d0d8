//! The root file system of containers: what every image has, and what the runtime puts on top of it.

use std::sync::{Arc, LazyLock, Mutex};

use jiff::Timestamp;
use litemap::LiteMap;

use super::files::{Content, Entry, Medium, Mount, Tree, What};
use super::hold;
use super::proc::OF_PROCESS;
use crate::practice::shell::tools;

/// What all images have alike.
fn base() -> Tree {
    let (mut tree, then) = (Tree::default(), Timestamp::UNIX_EPOCH);
    for folder in [
        "/bin",
        "/dev",
        "/etc",
        "/home",
        "/lib",
        "/mnt",
        "/opt",
        "/proc",
        "/root",
        "/run",
        "/sbin",
        "/srv",
        "/sys",
        "/usr/bin",
        "/usr/local/bin",
        "/usr/sbin",
        "/var/log",
        "/var/run",
        "/var/lib",
        "/var/www",
    ] {
        tree.folder(folder, 0o755, then);
    }
    tree.folder("/tmp", 0o1777, then);
    tree.folder("/var/tmp", 0o1777, then);
    tree.folder("/dev/shm", 0o1777, then);
    for name in tools::names() {
        tree.file(&format!("/bin/{name}"), "\u{7f}ELF", 0o755, then);
    }
    tree.file("/bin/busybox", "\u{7f}ELF", 0o755, then);
    let devices = [
        ("null", "null"),
        ("zero", "zero"),
        ("random", "random"),
        ("urandom", "urandom"),
        ("tty", "tty"),
        ("stdin", "stdin"),
        ("stdout", "stdout"),
        ("stderr", "stderr"),
        ("fd/0", "stdin"),
        ("fd/1", "stdout"),
        ("fd/2", "stderr"),
    ];
    for (name, device) in devices {
        tree.file(&format!("/dev/{name}"), "", 0o666, then);
        put(&mut tree, &format!("/dev/{name}"), device);
    }
    for (name, device) in [("fd/1", "log"), ("fd/2", "errors")] {
        tree.file(&format!("/proc/1/{name}"), "", 0o666, then);
        put(&mut tree, &format!("/proc/1/{name}"), device);
    }
    for (whose, pid) in [("1", Some(1)), ("self", None)] {
        for (name, fact) in OF_PROCESS {
            let entry = Entry::new(What::Fact(fact, pid), 0o444, then);
            tree.folder(&format!("/proc/{whose}"), 0o555, then);
            tree.entries.insert(format!("/proc/{whose}/{name}"), entry);
        }
    }
    tree.entries
        .insert("/proc/mounts".to_owned(), Entry::new(What::Link("self/mounts".to_owned()), 0o777, then));
    tree.file("/etc/group", "root:x:0:\nnogroup:x:65534:\n", 0o644, then);
    tree.file("/etc/os-release", "NAME=\"klab practice image\"\nID=klab\n", 0o644, then);
    tree
}

fn put(tree: &mut Tree, path: &str, device: &'static str) {
    if let Some(entry) = tree.entries.get_mut(path) {
        entry.what = What::Device(device);
    }
}

/// What containers of one image and namespace have alike: programs, and files with their content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Alike {
    pub programs: Vec<String>,
    pub files: Vec<(&'static str, String)>,
}

/// The tree of what they have alike, over what all images have. Whoever is like the one before shares its tree.
fn alike(alike: Alike, now: Timestamp) -> Arc<Tree> {
    static BASE: LazyLock<Arc<Tree>> = LazyLock::new(|| Arc::new(base()));
    static LAST: Mutex<Option<(Alike, Arc<Tree>)>> = Mutex::new(None);
    let mut last = hold(&LAST);
    if let Some((_, tree)) = last.as_ref().filter(|(known, _)| *known == alike) {
        return tree.clone();
    }
    let mut tree = Tree {
        base: Some(BASE.clone()),
        ..Tree::default()
    };
    for name in &alike.programs {
        tree.file(&format!("/usr/local/bin/{name}"), "\u{7f}ELF", 0o755, now);
    }
    for (path, content) in &alike.files {
        tree.file(path, content.as_str(), 0o644, now);
    }
    let tree = Arc::new(tree);
    *last = Some((alike, tree.clone()));
    tree
}

/// A container's own root: what it has like others, and the files with its own names over it.
pub fn of(shared: Alike, own: &[(&str, &str)], read_only: bool, now: Timestamp) -> Mount {
    let mut tree = Tree {
        entries: LiteMap::with_capacity(own.len()),
        base: Some(alike(shared, now)),
        ..Tree::default()
    };
    for (path, content) in own {
        tree.file(path, *content, 0o644, now);
    }
    Mount {
        at: String::new(),
        tree: Arc::new(Mutex::new(tree)),
        sub: String::new(),
        read_only,
        medium: Medium::Overlay,
    }
}

/// A file mounted at a path.
pub fn file(path: &str, entry: Entry, read_only: bool) -> Mount {
    let tree = Tree {
        entries: [("/file".to_owned(), entry)].into_iter().collect(),
        ..Tree::default()
    };
    Mount {
        at: path.trim_end_matches('/').to_owned(),
        tree: Arc::new(Mutex::new(tree)),
        sub: "/file".to_owned(),
        read_only,
        medium: Medium::Disk,
    }
}

/// The file for the last words of a container.
pub fn last_words(path: &str, content: Content, now: Timestamp) -> Mount {
    file(path, Entry::new(What::File(content), 0o666, now), false)
}

/// A folder for a volume.
pub fn volume(mode: u32, now: Timestamp) -> Tree {
    let mut tree = Tree::default();
    tree.entries.insert(String::new(), Entry::new(What::Folder, mode, now));
    tree
}
