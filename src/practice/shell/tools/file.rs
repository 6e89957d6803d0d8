//! Programs about files: ls, touch, mkdir, rm, cp, mv, ln, chmod, find and their kin.

use super::{Done, Line};
use crate::practice::runtime::files::{Entry, Fault, What};
use crate::practice::runtime::hold;
use crate::practice::runtime::process::Process;

pub(super) const NAMES: &[&str] = &[
    "chmod", "chown", "cp", "df", "du", "find", "ln", "ls", "mkdir", "mktemp", "mv", "readlink", "realpath", "rm", "rmdir", "stat", "touch", "truncate",
];

pub(super) async fn run(process: &Process, name: &str, words: &[String]) -> Done {
    let line = Line::read(words, if matches!(name, "mkdir" | "truncate") { "ms" } else { "c" });
    match name {
        "ls" => ls(process, &line).await,
        "find" => find(process, words).await,
        "df" | "du" => usage(process, name).await,
        "stat" | "readlink" | "realpath" => shown(process, name, words).await,
        "mktemp" => mktemp(process, &line).await,
        "cp" | "mv" | "ln" => pairs(process, name, &line).await,
        "chmod" | "chown" => attributes(process, name, &line).await,
        _ => each(process, name, &line).await,
    }
}

fn size(entry: &Entry) -> u64 {
    match &entry.what {
        What::File(content) => hold(content).length(),
        What::Folder => 4096,
        What::Link(to) => to.len() as u64,
        What::Device(_) => 0,
    }
}

/// `drwxr-xr-x`.
fn mode(entry: &Entry) -> String {
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

async fn ls(process: &Process, line: &Line) -> Done {
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

/// Programs that do one thing to each path.
async fn each(process: &Process, name: &str, line: &Line) -> Done {
    let (files, user, now) = (&process.kernel.files, process.user(), process.kernel.now());
    let mut code = 0;
    if line.words.is_empty() && !line.has('f') {
        process.complain(format!("{name}: missing operand")).await;
        return Ok(1);
    }
    for word in &line.words {
        let path = process.path(word);
        let (done, verb) = match name {
            "touch" if files.get(&path).is_ok() => (files.change(&path, user, |entry| entry.changed = now), ""),
            "touch" if line.has('c') => (Ok(()), ""),
            "touch" => (process.create(&path, true).map(drop), ""),
            "truncate" => (process.create(&path, false).map(drop), ""),
            "mkdir" if line.has('p') => (folders(process, &path), "can't create directory "),
            "mkdir" => (files.make_folder(&path, user, now), "can't create directory "),
            "rmdir" if !files.is_folder(&path) => (Err(Fault::NotFolder), ""),
            "rmdir" => (files.remove(&path, false, user), ""),
            _ => {
                let recursive = line.has('r') || line.has('R');
                match files.raw(&path) {
                    None if line.has('f') => (Ok(()), ""),
                    Some(entry) if matches!(entry.what, What::Folder) && !recursive => (Err(Fault::Folder), ""),
                    _ => (files.remove(&path, recursive, user), "can't remove "),
                }
            }
        };
        if let Err(fault) = done {
            let named = if verb.is_empty() { word.clone() } else { format!("{verb}'{word}'") };
            let named = if fault == Fault::Folder && name == "rm" { format!("'{word}'") } else { named };
            let fault = if fault == Fault::Folder && name == "rm" {
                "is a directory".to_owned()
            } else {
                fault.to_string()
            };
            process
                .complain(format!("{name}: {named}{}{fault}", if named.starts_with('\'') { " " } else { ": " }))
                .await;
            code = 1;
        }
    }
    Ok(code)
}

/// A folder with those above it.
fn folders(process: &Process, path: &str) -> Result<(), Fault> {
    let (files, user, now) = (&process.kernel.files, process.user(), process.kernel.now());
    let ends = path.match_indices('/').map(|(at, _)| at).skip(1).chain([path.len()]);
    for end in ends {
        if files.is_folder(&path[..end]) {
            continue;
        }
        files.make_folder(&path[..end], user, now)?;
    }
    Ok(())
}

async fn pairs(process: &Process, name: &str, line: &Line) -> Done {
    let Some((to, from)) = line.words.split_last().filter(|(_, from)| !from.is_empty()) else {
        process.complain(format!("{name}: missing operand")).await;
        return Ok(1);
    };
    let (files, user, now) = (&process.kernel.files, process.user(), process.kernel.now());
    let mut code = 0;
    for word in from {
        let (source, mut target) = (process.path(word), process.path(to));
        if files.is_folder(&target) && !(name == "ln" && line.has('n')) {
            target = format!(
                "{}/{}",
                target.trim_end_matches('/'),
                source.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
            );
        }
        let done = match name {
            "ln" => {
                if line.has('f') {
                    // What is not there need not go.
                    let _ = files.remove(&target, false, user);
                }
                let link = if line.has('s') { word.clone() } else { source.clone() };
                if files.raw(&target).is_some() {
                    Err(Fault::Exists)
                } else {
                    files.put(&target, What::Link(link), 0o777, user, now)
                }
            }
            "mv" => files.rename(&source, &target, user),
            _ => copy(process, &source, &target, line.has('r') || line.has('R') || line.has('a')),
        };
        if let Err(fault) = done {
            let text = match (name, fault) {
                ("cp", Fault::Folder) => format!("cp: omitting directory '{word}'"),
                ("cp", Fault::Missing) => format!("cp: can't stat '{word}': {fault}"),
                ("mv", Fault::Missing) => format!("mv: can't rename '{word}': {fault}"),
                ("mv", _) => format!("mv: can't rename '{word}': {fault}"),
                ("ln", _) => format!("ln: {to}: {fault}"),
                _ => format!("{name}: can't create '{to}': {fault}"),
            };
            process.complain(text).await;
            code = 1;
        }
    }
    Ok(code)
}

fn copy(process: &Process, from: &str, to: &str, deep: bool) -> Result<(), Fault> {
    let (files, user, now) = (&process.kernel.files, process.user(), process.kernel.now());
    let entry = files.get(from)?;
    match entry.what {
        What::Folder if !deep => Err(Fault::Folder),
        What::Folder => {
            if !files.is_folder(to) {
                files.make_folder(to, user, now)?;
            }
            for name in files.names(from)? {
                copy(process, &format!("{from}/{name}"), &format!("{to}/{name}"), deep)?;
            }
            Ok(())
        }
        What::File(content) => {
            let data = hold(&content).clone();
            if let What::File(target) = files.open(to, true, user, now)? {
                *hold(&target) = data;
            }
            // Whoever may write a file may not always change its mode.
            let _ = files.change(to, user, |copy| copy.mode = entry.mode);
            Ok(())
        }
        What::Link(_) | What::Device(_) => Err(Fault::Denied),
    }
}

async fn attributes(process: &Process, name: &str, line: &Line) -> Done {
    // A mode such as `-x` looks like letters: it is the first word all the same.
    let Some((value, paths)) = line.words.split_first() else {
        process.complain(format!("{name}: missing operand")).await;
        return Ok(1);
    };
    let mut code = 0;
    for word in paths {
        let path = process.path(word);
        let change = |entry: &mut Entry| match name {
            "chmod" => entry.mode = changed_mode(entry.mode, value),
            _ => {
                entry.owner = value
                    .split(':')
                    .next()
                    .and_then(|id| if id == "root" { Some(0) } else { id.parse().ok() })
                    .unwrap_or(entry.owner)
            }
        };
        if let Err(fault) = process.kernel.files.change(&path, process.user(), change) {
            process.complain(format!("{name}: {word}: {fault}")).await;
            code = 1;
        }
    }
    Ok(code)
}

/// A mode after `755` or `u+x,go-w`.
fn changed_mode(mode: u32, text: &str) -> u32 {
    if let Ok(octal) = u32::from_str_radix(text, 8) {
        return octal;
    }
    text.split(',').fold(mode, |mode, clause| {
        let Some(at) = clause.find(['+', '-', '=']) else { return mode };
        let (who, what) = clause.split_at(at);
        let bits = what[1..].chars().fold(0, |bits, c| {
            bits | match c {
                'r' => 0o444,
                'w' => 0o222,
                'x' => 0o111,
                _ => 0,
            }
        });
        let mask = who.chars().fold(0, |mask, c| {
            mask | match c {
                'u' => 0o700,
                'g' => 0o070,
                'o' => 0o007,
                _ => 0o777,
            }
        });
        let mask = if mask == 0 { 0o777 } else { mask };
        match &what[..1] {
            "+" => mode | bits & mask,
            "-" => mode & !(bits & mask),
            _ => mode & !mask | bits & mask,
        }
    })
}

async fn find(process: &Process, words: &[String]) -> Done {
    let split = words.iter().position(|word| word.starts_with('-')).unwrap_or(words.len());
    let (roots, tests) = words.split_at(split);
    let roots = if roots.is_empty() { vec![".".to_owned()] } else { roots.to_vec() };
    let test = |name: &str| tests.iter().position(|word| word == name).and_then(|at| tests.get(at + 1)).map(String::as_str);
    let (mut code, mut text) = (0, String::new());
    for root in roots {
        if process.kernel.files.raw(&process.path(&root)).is_none() {
            process.complain(format!("find: {root}: {}", Fault::Missing)).await;
            code = 1;
            continue;
        }
        let mut waiting = vec![(root, 0usize)];
        while let Some((path, depth)) = waiting.pop() {
            process.kernel.step().await;
            let full = process.path(&path);
            let Some(entry) = process.kernel.files.raw(&full) else { continue };
            let name = path.rsplit('/').next().unwrap_or_default();
            let fits = test("-type").is_none_or(|kind| mode(&entry).starts_with(if kind == "f" { "-" } else { kind }))
                && test("-name").is_none_or(|pattern| crate::practice::shell::glob::matches(pattern, name));
            if fits {
                text += &format!("{path}\n");
            }
            if matches!(entry.what, What::Folder) && test("-maxdepth").and_then(|most| most.parse().ok()).is_none_or(|most: usize| depth < most) {
                let names = process.kernel.files.names(&full).unwrap_or_default();
                waiting.extend(
                    names
                        .into_iter()
                        .rev()
                        .map(|name| (format!("{}/{name}", path.trim_end_matches('/')), depth + 1)),
                );
            }
        }
    }
    process.print(text).await?;
    Ok(code)
}

async fn usage(process: &Process, name: &str) -> Done {
    let text = if name == "df" {
        "Filesystem           1K-blocks      Used Available Use% Mounted on\noverlay               41152736   8230547  32922189  20% /\n".to_owned()
    } else {
        format!("4\t{}\n", process.folder)
    };
    process.print(text).await.map(|()| 0)
}

async fn shown(process: &Process, name: &str, words: &[String]) -> Done {
    let format = words.iter().position(|word| word == "-c").and_then(|at| words.get(at + 1));
    let mut code = 0;
    for word in words.iter().filter(|word| !word.starts_with('-') && Some(*word) != format) {
        let path = process.path(word);
        let Some(entry) = process.kernel.files.raw(&path) else {
            if name != "readlink" {
                process.complain(format!("{name}: can't stat '{word}': {}", Fault::Missing)).await;
            }
            code = 1;
            continue;
        };
        let text = match (name, &entry.what) {
            ("stat", _) => {
                let format = format.map_or("  File: %n\n  Size: %s\nAccess: (%a)  Uid: %u", String::as_str);
                let fields = [
                    ("%n", word.clone()),
                    ("%s", size(&entry).to_string()),
                    ("%a", format!("{:o}", entry.mode)),
                    ("%u", entry.owner.to_string()),
                ];
                let fields = fields.into_iter().chain([("%A", mode(&entry)), ("%Y", entry.changed.as_second().to_string())]);
                fields.fold(format.to_owned(), |text, (name, value)| text.replace(name, &value))
            }
            ("readlink", What::Link(to)) => to.clone(),
            ("readlink", _) if !words.iter().any(|word| word == "-f") => {
                code = 1;
                continue;
            }
            _ => path,
        };
        process.print(format!("{text}\n")).await?;
    }
    Ok(code)
}

async fn mktemp(process: &Process, line: &Line) -> Done {
    let number = process.kernel.now().as_nanosecond() as u64 ^ u64::from(process.pid).wrapping_mul(0x9e37_79b9);
    let path = format!("/tmp/tmp.{:06x}", number & 0xff_ffff);
    let made = if line.has('d') {
        process.kernel.files.make_folder(&path, process.user(), process.kernel.now())
    } else {
        process.create(&path, false).map(drop)
    };
    match made {
        Ok(()) => process.print(format!("{path}\n")).await.map(|()| 0),
        Err(fault) => {
            process.complain(format!("mktemp: (null): {fault}")).await;
            Ok(1)
        }
    }
}
