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
        match process.kernel.files.get(&process.path(&path)) {
            Ok(entry) if matches!(entry.what, What::Folder) && !line.has('d') => folders.push(path),
            Ok(entry) => files.push((path, entry)),
            Err(fault) => {
                process.complain(format!("ls: {path}: {fault}")).await;
                code = 1;
            }
        }
    }
    let titled = folders.len() + files.len() > 1;
    let mut text = listed(process, line, &files);
    for (at, folder) in folders.iter().enumerate() {
        if titled {
            text += &format!("{}{folder}:\n", if at > 0 || !files.is_empty() { "\n" } else { "" });
        }
        let full = process.path(folder);
        let mut names = process.kernel.files.names(&full).unwrap_or_default();
        names.retain(|name| !name.starts_with('.') || line.has('a') || line.has('A'));
        if line.has('a') {
            names.splice(0..0, [".".to_owned(), "..".to_owned()]);
        }
        let entries: Vec<(String, Entry)> = names
            .into_iter()
            .filter_map(|name| Some((name.clone(), process.kernel.files.raw(&process.path(&format!("{full}/{name}")))?)))
            .collect();
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
        if line.has('l') || line.has('n') {
            long(process, entry, name, line.has('n'))
        } else {
            format!("{name}\n")
        }
    };
    entries.iter().map(one).collect()
}
