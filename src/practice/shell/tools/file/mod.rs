//! Programs about files: ls, touch, mkdir, rm, cp, mv, ln, chmod, find and their kin.

mod attributes;
mod find;
mod ls;
mod stat;

use super::{Done, Line};
use crate::practice::runtime::files::{Fault, What};
use crate::practice::runtime::hold;
use crate::practice::runtime::process::Process;

pub(super) const NAMES: &[&str] = &[
    "chmod", "chown", "cp", "df", "du", "find", "ln", "ls", "mkdir", "mktemp", "mv", "readlink", "realpath", "rm", "rmdir", "stat", "touch", "truncate",
];

pub(super) async fn run(process: &Process, name: &str, words: &[String]) -> Done {
    let line = Line::read(words, if matches!(name, "mkdir" | "truncate") { "ms" } else { "c" });
    match name {
        "ls" => ls::ls(process, &line).await,
        "find" => find::find(process, words).await,
        "df" | "du" => usage(process, name, line.has('h')).await,
        "stat" | "readlink" | "realpath" => stat::shown(process, name, words).await,
        "mktemp" => mktemp(process, &line).await,
        "cp" | "mv" | "ln" => pairs(process, name, &line).await,
        "chmod" | "chown" => attributes::attributes(process, name, &line).await,
        _ => each(process, name, &line).await,
    }
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

async fn usage(process: &Process, name: &str, human: bool) -> Done {
    let text = match (name, human) {
        ("df", true) => {
            "Filesystem                Size      Used Available Use% Mounted on\noverlay                  39.2G      7.8G     31.4G  20% /\n".to_owned()
        }
        ("df", false) => {
            "Filesystem           1K-blocks      Used Available Use% Mounted on\noverlay               41152736   8230547  32922189  20% /\n".to_owned()
        }
        _ => format!("4\t{}\n", process.folder),
    };
    process.print(text).await.map(|()| 0)
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
