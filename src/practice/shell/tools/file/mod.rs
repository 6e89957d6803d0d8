//! Programs about files: ls, touch, mkdir, rm, cp, mv, ln, chmod, find and their kin.

mod attributes;
mod dd;
mod du;
mod find;
mod ls;
mod stat;

use super::{Done, Line};
use crate::practice::runtime::files::{Fault, KEPT, What};
use crate::practice::runtime::hold;
use crate::practice::runtime::process::{File, Process};

pub(super) const NAMES: &[&str] = &[
    "chmod", "chown", "cp", "dd", "df", "du", "find", "ln", "ls", "mkdir", "mktemp", "mv", "readlink", "realpath", "rm", "rmdir", "stat", "touch", "truncate",
];

/// A file is made so large at most.
const LARGEST: u64 = 1 << 40;

pub(super) async fn run(process: &Process, name: &str, words: &[String]) -> Done {
    let valued = match name {
        "mkdir" => "m",
        "truncate" => "s",
        "mktemp" => "p",
        _ => "",
    };
    // `chmod -x` takes away, it is no option.
    let mode = |word: &String| {
        let rest = word.strip_prefix('-').filter(|rest| name == "chmod" && rest.starts_with(['r', 'w', 'x']));
        rest.map_or_else(|| word.clone(), |rest| format!("a-{rest}"))
    };
    let words: Vec<String> = words.iter().map(mode).collect();
    let words = words.as_slice();
    let line = Line::read(words, valued);
    match name {
        "ls" => ls::ls(process, &line).await,
        "dd" => dd::dd(process, words).await,
        "find" => find::find(process, words).await,
        "df" => usage(process, line.has('h')).await,
        "du" => du::du(process, &line).await,
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
            "truncate" => (resized(process, &path, line), "can't open "),
            "mkdir" => {
                let made = if line.has('p') {
                    folders(process, &path)
                } else {
                    files.make_folder(&path, user, now)
                };
                let mode = line.value('m').and_then(|mode| u32::from_str_radix(mode, 8).ok());
                let made = match mode {
                    Some(mode) => made.and_then(|()| files.change(&path, user, |entry| entry.mode = mode)),
                    None => made,
                };
                (made, "can't create directory ")
            }
            "rmdir" if !files.is_folder(&path) => (Err(Fault::NotFolder), "'"),
            "rmdir" => (files.remove(&path, false, user), "'"),
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
            let named = match verb {
                "" => word.clone(),
                verb => format!("{}'{word}'", verb.trim_start_matches('\'')),
            };
            let named = if fault == Fault::Folder && name == "rm" { format!("'{word}'") } else { named };
            let fault = if fault == Fault::Folder && name == "rm" {
                "is a directory".to_owned()
            } else {
                fault.to_string()
            };
            process
                .complain(format!(
                    "{name}: {named}{}{fault}",
                    if name == "rm" && named.starts_with('\'') { " " } else { ": " }
                ))
                .await;
            code = 1;
        }
    }
    Ok(code)
}

/// Cuts a file, or fills it up.
fn resized(process: &Process, path: &str, line: &Line) -> Result<(), Fault> {
    let size = line.value('s').and_then(crate::practice::shell::tools::text::amount).unwrap_or(0);
    if let File::Disk { content, .. } = process.create(path, true)? {
        let mut data = hold(&content);
        let size = size.min(LARGEST);
        let kept = usize::try_from(size).unwrap_or(usize::MAX).min(KEPT);
        data.bytes.resize(kept, 0);
        data.more = size - kept as u64;
    }
    Ok(())
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
            "mv" | "cp" if line.has('n') && files.raw(&target).is_some() => Ok(()),
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

async fn usage(process: &Process, human: bool) -> Done {
    let text = if human {
        "Filesystem                Size      Used Available Use% Mounted on\noverlay                  39.2G      7.8G     31.4G  20% /\n"
    } else {
        "Filesystem           1K-blocks      Used Available Use% Mounted on\noverlay               41152736   8230547  32922189  20% /\n"
    };
    process.print(text).await.map(|()| 0)
}

async fn mktemp(process: &Process, line: &Line) -> Done {
    let mut number = process.kernel.now().as_nanosecond() as u64 ^ u64::from(process.pid).wrapping_mul(0x9e37_79b9);
    while process.kernel.files.raw(&format!("/tmp/tmp.{:06x}", number & 0xff_ffff)).is_some() {
        number += 1;
    }
    let folder = line.value('p').unwrap_or("/tmp");
    let path = match line.words.first() {
        None => format!("{folder}/tmp.{:06x}", number & 0xff_ffff),
        Some(template) if !template.ends_with("XXXXXX") => {
            process.complain("mktemp: (null): Invalid argument").await;
            return Ok(1);
        }
        Some(template) => {
            let name = format!("{}{:06x}", template.trim_end_matches('X'), number & 0xff_ffff);
            if line.has('p') || line.has('t') { format!("{folder}/{name}") } else { name }
        }
    };
    if line.has('u') {
        return process.print(format!("{path}\n")).await.map(|()| 0);
    }
    let made = if line.has('d') {
        process.kernel.files.make_folder(&process.path(&path), process.user(), process.kernel.now())
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
