//! ls, and how a file's kind, mode and size are written.

use crate::practice::runtime::files::{Entry, What};
use crate::practice::runtime::hold;
use crate::practice::runtime::process::Process;
use crate::practice::shell::tools::{Done, Line};

pub(super) fn size(entry: &Entry) -> u64 {
    match &entry.what {
        What::File(content) => hold(content).length(),
        What::Folder => 4096,
        What::Link(to) => to.len() as u64,
        What::Device(_) => 0,
    }
}

/// `drwxr-xr-x`.
pub(super) fn mode(entry: &Entry) -> String {
    let kind = match entry.what {
        What::Folder => 'd',
        What::File(_) => '-',
        What::Link(_) => 'l',
        What::Device(_) => 'c',
    };
    let bits = (0..9).map(|at| if entry.mode & (0o400 >> at) == 0 { '-' } else { ['r', 'w', 'x'][at % 3] });
    let mut text: String = std::iter::once(kind).chain(bits).collect();
    if entry.mode & 0o1000 != 0 {
        text.replace_range(9..10, "t");
    }
    text
}

/// One line of `ls -l`.
fn long(process: &Process, entry: &Entry, name: &str, numbers: bool) -> String {
    let owner = match entry.owner {
        0 if !numbers => "root".to_owned(),
        id => id.to_string(),
    };
    let target = if let What::Link(to) = &entry.what {
        format!(" -> {to}")
    } else {
        String::new()
    };
    let changed = entry.changed.max(jiff::Timestamp::UNIX_EPOCH).strftime("%b %e %H:%M");
    let group = match process.kernel.facts.group {
        0 if !numbers => "root".to_owned(),
        id => id.to_string(),
    };
    format!("{}    1 {owner:<8} {group:<8} {:>9} {changed} {name}{target}\n", mode(entry), size(entry))
}

pub(super) async fn ls(process: &Process, line: &Line) -> Done {
    let paths = if line.words.is_empty() { vec![".".to_owned()] } else { line.words.clone() };
    let (mut code, mut files, mut folders) = (0, Vec::new(), Vec::new());
    for path in paths {
        let full = process.path(&path);
        // A long line is about the link itself.
        let link = process
            .kernel
            .files
            .raw(&full)
            .filter(|entry| line.has('l') && matches!(entry.what, What::Link(_)));
        match link.map_or_else(|| process.kernel.files.get(&full), Ok) {
            Ok(entry) if matches!(entry.what, What::Folder) && !line.has('d') => folders.push(path),
            Ok(entry) => files.push((path, entry)),
            Err(fault) => {
                process.complain(format!("ls: {path}: {fault}")).await;
                code = 1;
            }
        }
    }
    let titled = folders.len() + files.len() > 1 || line.has('R');
    let mut text = listed(process, line, &files);
    folders.reverse();
    let mut first = files.is_empty();
    while let Some(folder) = folders.pop() {
        process.kernel.step().await;
        if titled {
            text += &format!("{}{folder}:\n", if first { "" } else { "\n" });
        }
        first = false;
        let path = process.path(&folder);
        let full = process.kernel.files.follow(&path).unwrap_or(path);
        let mut names = process.kernel.files.names(&full).unwrap_or_default();
        names.retain(|name| !name.starts_with('.') || line.has('a') || line.has('A'));
        if line.has('a') {
            names.splice(0..0, [".".to_owned(), "..".to_owned()]);
        }
        let entries: Vec<(String, Entry)> = names
            .into_iter()
            .filter_map(|name| Some((name.clone(), process.kernel.files.raw(&process.path(&format!("{full}/{name}")))?)))
            .collect();
        if line.has('R') {
            let below = entries
                .iter()
                .rev()
                .filter(|(name, entry)| matches!(entry.what, What::Folder) && name != "." && name != "..");
            folders.extend(below.map(|(name, _)| format!("{}/{name}", folder.trim_end_matches('/'))));
        }
        if line.has('l') {
            text += &format!("total {}\n", entries.iter().filter(|(_, entry)| size(entry) > 0).count() * 4);
        }
        text += &listed(process, line, &entries);
    }
    process.print(text).await?;
    Ok(code)
}

fn listed(process: &Process, line: &Line, entries: &[(String, Entry)]) -> String {
    let one = |(name, entry): &(String, Entry)| {
        let mark = match entry.what {
            What::Folder if line.has('p') || line.has('F') => "/",
            What::Link(_) if line.has('F') && !line.has('l') => "@",
            What::File(_) if line.has('F') && entry.mode & 0o111 != 0 => "*",
            _ => "",
        };
        let name = &format!("{name}{mark}");
        if line.has('l') || line.has('n') {
            long(process, entry, name, line.has('n'))
        } else {
            format!("{name}\n")
        }
    };
    let mut order: Vec<&(String, Entry)> = entries.iter().collect();
    if line.has('t') {
        order.sort_by_key(|(_, entry)| std::cmp::Reverse(entry.changed));
    } else if line.has('S') {
        order.sort_by_key(|(_, entry)| std::cmp::Reverse(size(entry)));
    }
    if line.has('r') {
        order.reverse();
    }
    order.into_iter().map(one).collect()
}
