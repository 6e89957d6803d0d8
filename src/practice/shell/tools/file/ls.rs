//! ls, and how a file's kind, mode and size are written.

use crate::practice::runtime::files::{Entry, Fault, Medium, What};
use crate::practice::runtime::hold;
use crate::practice::runtime::process::Process;
use crate::practice::shell::tools::{Done, Line, system};

/// What a folder in memory takes for each of its entries.
const NAME: u64 = 20;

fn in_memory(process: &Process, path: &str) -> bool {
    matches!(process.kernel.files.medium(path), Medium::Memory(_))
}

pub(super) fn size(process: &Process, path: &str, entry: &Entry) -> u64 {
    match &entry.what {
        What::File(content) => hold(content).length(),
        What::Folder if in_memory(process, path) => NAME * (2 + process.kernel.files.names(path).map_or(0, |names| names.len() as u64)),
        What::Folder => 4096,
        What::Link(to) => to.len() as u64,
        What::Device(_) | What::Fact(..) => 0,
    }
}

/// What an entry takes, in units of 1024 bytes.
pub(super) fn blocks(process: &Process, path: &str, entry: &Entry) -> u64 {
    match &entry.what {
        What::File(content) => hold(content).length().div_ceil(4096) * 4,
        What::Folder if !in_memory(process, path) => 4,
        _ => 0,
    }
}

/// How many names an entry has: a folder is also `.` in itself and `..` in the folders in it.
pub(super) fn names(process: &Process, path: &str, entry: &Entry) -> usize {
    let What::Folder = entry.what else { return 1 };
    let files = &process.kernel.files;
    // The layers of an image are one folder to look at, and the kernel does not count in them.
    if files.merged(path) {
        return 1;
    }
    let inside = files.names(path).unwrap_or_default();
    let folder = |name: &&String| {
        files
            .raw(&format!("{}/{name}", path.trim_end_matches('/')))
            .is_some_and(|entry| matches!(entry.what, What::Folder))
    };
    2 + inside.iter().filter(folder).count()
}

/// `drwxr-xr-x`.
pub(super) fn mode(entry: &Entry) -> String {
    let kind = match entry.what {
        What::Folder => 'd',
        What::File(_) | What::Fact(..) => '-',
        What::Link(_) => 'l',
        What::Device(_) => 'c',
    };
    let bits = (0..9).map(|at| if entry.mode & (0o400 >> at) == 0 { '-' } else { ['r', 'w', 'x'][at % 3] });
    let mut letters: Vec<char> = std::iter::once(kind).chain(bits).collect();
    for (bit, at, letter) in [(0o4000, 3, 's'), (0o2000, 6, 's'), (0o1000, 9, 't')] {
        if entry.mode & bit != 0 {
            letters[at] = if letters[at] == 'x' { letter } else { letter.to_ascii_uppercase() };
        }
    }
    letters.into_iter().collect()
}

/// One line of `ls -l`.
fn long(process: &Process, path: &str, entry: &Entry, name: &str, line: &Line) -> String {
    let numbers = line.has('n');
    let called = |id: i64, list: &str| system::called(process, id, list).filter(|_| !numbers).unwrap_or_else(|| id.to_string());
    let (owner, group) = (called(entry.owner, "/etc/passwd"), called(entry.group, "/etc/group"));
    let target = match &entry.what {
        What::Link(to) => format!(" -> {to}"),
        _ => mark(entry, line).to_owned(),
    };
    let changed = entry.changed.max(jiff::Timestamp::UNIX_EPOCH);
    // What is older than half a year has its year told.
    let old = process.kernel.now().duration_since(changed).as_hours() > 24 * 182;
    let changed = changed.strftime(if line.has('e') {
        "%a %b %e %H:%M:%S %Y"
    } else if old {
        "%b %e  %Y"
    } else {
        "%b %e %H:%M"
    });
    let (mode, names, size) = (mode(entry), names(process, path, entry), size(process, path, entry));
    format!("{mode} {names:>4} {owner:<8} {group:<8} {size:>9} {changed} {name}{target}\n")
}

/// What stands behind a name with `-F` or `-p`.
fn mark(entry: &Entry, line: &Line) -> &'static str {
    match entry.what {
        What::Folder if line.has('F') || line.has('p') => "/",
        What::Link(_) if line.has('F') => "@",
        What::File(_) if line.has('F') && entry.mode & 0o111 != 0 => "*",
        _ => "",
    }
}

/// A name to list, with its path and what it is.
struct Listed {
    name: String,
    path: String,
    entry: Entry,
}

pub(super) async fn ls(process: &Process, line: &Line) -> Done {
    let paths = if line.words.is_empty() { vec![".".to_owned()] } else { line.words.clone() };
    let (mut code, mut files, mut folders) = (0, Vec::new(), Vec::new());
    for name in paths {
        let path = process.path(&name);
        let (own, led) = (process.kernel.files.raw(&path), process.kernel.files.get(&path));
        // A long list tells of a link itself.
        let itself = (line.has('l') || line.has('n') || line.has('d') || line.has('F')) && !line.has('L');
        match if itself { own.ok_or(led.err().unwrap_or(Fault::Missing)) } else { led } {
            Ok(entry) if matches!(entry.what, What::Folder) && !line.has('d') => folders.push(name),
            Ok(entry) => files.push(Listed { name, path, entry }),
            Err(fault) => {
                process.complain(format!("ls: {name}: {fault}")).await;
                code = 1;
            }
        }
    }
    let titled = folders.len() + files.len() > 1 || line.has('R');
    let mut text = listed(process, line, &files);
    folders.reverse();
    while let Some(folder) = folders.pop() {
        process.kernel.step().await;
        if titled {
            text += &format!("{}{folder}:\n", if text.is_empty() { "" } else { "\n" });
        }
        let entries = inside(process, line, &folder);
        if line.has('l') || line.has('n') || line.has('s') {
            let total: u64 = entries.iter().map(|one| blocks(process, &one.path, &one.entry)).sum();
            text += &format!("total {total}\n");
        }
        text += &listed(process, line, &entries);
        if line.has('R') {
            let below = entries
                .iter()
                .filter(|one| matches!(one.entry.what, What::Folder) && one.name != "." && one.name != "..");
            folders.extend(below.rev().map(|one| format!("{}/{}", folder.trim_end_matches('/'), one.name)));
        }
    }
    process.print(text).await?;
    Ok(code)
}

/// What a folder lists.
fn inside(process: &Process, line: &Line, folder: &str) -> Vec<Listed> {
    let files = &process.kernel.files;
    let full = process.path(folder);
    let mut names = files.names(&full).unwrap_or_default();
    names.retain(|name| !name.starts_with('.') || line.has('a') || line.has('A'));
    if line.has('a') {
        names.splice(0..0, [".".to_owned(), "..".to_owned()]);
    }
    let one = |name: String| {
        let path = process.path(&format!("{full}/{name}"));
        let led = if line.has('L') { files.get(&path).ok() } else { None };
        let entry = led.or_else(|| files.raw(&path))?;
        Some(Listed { name, path, entry })
    };
    let mut entries: Vec<Listed> = names.into_iter().filter_map(one).collect();
    if line.has('t') {
        entries.sort_by_key(|one| std::cmp::Reverse(one.entry.changed));
    }
    if line.has('S') {
        entries.sort_by_key(|one| std::cmp::Reverse(size(process, &one.path, &one.entry)));
    }
    if line.has('r') {
        entries.reverse();
    }
    entries
}

fn listed(process: &Process, line: &Line, entries: &[Listed]) -> String {
    let one = |one: &Listed| {
        if line.has('l') || line.has('n') || line.has('e') {
            long(process, &one.path, &one.entry, &one.name, line)
        } else {
            format!("{}{}\n", one.name, mark(&one.entry, line))
        }
    };
    entries.iter().map(one).collect()
}
