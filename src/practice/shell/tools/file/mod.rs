//! Programs about files: ls, touch, mkdir, rm, cp, mv, ln, chmod, find and their kin.

mod attributes;
mod copy;
mod dd;
mod df;
mod find;
mod ls;
mod stat;

use super::{Done, Line};
use crate::practice::runtime::files::{Fault, KEPT, What};
use crate::practice::runtime::hold;
use crate::practice::runtime::process::{File, Process};

pub(super) const NAMES: &[&str] = &[
    "chgrp", "chmod", "chown", "cp", "dd", "df", "du", "find", "ln", "ls", "mkdir", "mktemp", "mount", "mv", "readlink", "realpath", "rm", "rmdir", "stat",
    "touch", "truncate",
];

/// A file is made so large at most.
const LARGEST: u64 = 1 << 40;

pub(super) async fn run(process: &Process, name: &str, words: &[String]) -> Done {
    let line = Line::read(
        words,
        match name {
            "mkdir" | "truncate" => "ms",
            "stat" => "c",
            "mktemp" => "p",
            _ => "",
        },
    );
    match name {
        "ls" => ls::ls(process, &line).await,
        "find" => find::find(process, words).await,
        "dd" => dd::dd(process, words).await,
        "df" => df::df(process, &line).await,
        "du" => df::du(process, &line).await,
        "mount" => df::mount(process).await,
        "stat" => stat::stat(process, &line).await,
        "readlink" | "realpath" => stat::path(process, name, &line).await,
        "mktemp" => mktemp(process, &line).await,
        "cp" | "mv" | "ln" => copy::pairs(process, name, &line).await,
        "chmod" | "chown" | "chgrp" => attributes::attributes(process, name, words).await,
        _ => each(process, name, &line).await,
    }
}

/// Programs that do one thing to each path.
async fn each(process: &Process, name: &str, line: &Line) -> Done {
    let mut code = 0;
    if line.words.is_empty() && !line.has('f') {
        process.complain(format!("{name}: missing operand")).await;
        return Ok(1);
    }
    for word in &line.words {
        if let Err(fault) = one(process, name, line, &process.path(word)) {
            process.complain(complaint(name, word.trim_end_matches('/'), fault)).await;
            code = 1;
        }
    }
    Ok(code)
}

fn one(process: &Process, name: &str, line: &Line, path: &str) -> Result<(), Fault> {
    let (files, who, now) = (&process.kernel.files, process.identity(), process.kernel.now());
    // What is to go is named by its own name, never by what it leads to.
    let own = path.trim_end_matches('/');
    match name {
        "touch" if files.get(path).is_ok() => files.change(path, who, true, |entry| entry.changed = now),
        "touch" if line.has('c') => Ok(()),
        "touch" => process.create(path, true).map(drop),
        "truncate" => resized(process, path, line),
        "mkdir" => {
            if line.has('p') {
                folders(process, path)?;
            } else {
                files.make_folder(path, who, now)?;
            }
            match line.value('m').and_then(|mode| u32::from_str_radix(mode, 8).ok()) {
                Some(mode) => files.change(path, who, false, |entry| entry.mode = mode),
                None => Ok(()),
            }
        }
        "rmdir" => match files.raw(own) {
            Some(entry) if !matches!(entry.what, What::Folder) => Err(Fault::NotFolder),
            _ => files.remove(own, false, who),
        },
        _ => {
            let recursive = line.has('r') || line.has('R');
            match files.raw(own) {
                None if line.has('f') => Ok(()),
                Some(entry) if matches!(entry.what, What::Folder) && !recursive => Err(Fault::Folder),
                _ => files.remove(own, recursive, who),
            }
        }
    }
}

fn complaint(name: &str, word: &str, fault: Fault) -> String {
    match name {
        "mkdir" => format!("mkdir: can't create directory '{word}': {fault}"),
        "rmdir" => format!("rmdir: '{word}': {fault}"),
        "rm" if fault == Fault::Folder => format!("rm: '{word}' is a directory"),
        "rm" => format!("rm: can't remove '{word}': {fault}"),
        _ => format!("{name}: {word}: {fault}"),
    }
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
    let (files, user, now) = (&process.kernel.files, process.identity(), process.kernel.now());
    let ends = path.match_indices('/').map(|(at, _)| at).skip(1).chain([path.len()]);
    for end in ends {
        if files.is_folder(&path[..end]) {
            continue;
        }
        files.make_folder(&path[..end], user, now)?;
    }
    Ok(())
}

/// Whether a word is nothing but some of these letters.
fn letters(word: &str, known: &str) -> bool {
    word.strip_prefix('-')
        .is_some_and(|letters| !letters.is_empty() && letters.chars().all(|letter| known.contains(letter)))
}

/// A path and all that is below it.
fn below(process: &Process, word: &str) -> Vec<String> {
    let files = &process.kernel.files;
    let mut all = vec![word.to_owned()];
    let mut at = 0;
    while let Some(path) = all.get(at).cloned() {
        at += 1;
        let full = process.path(&path);
        let folder = files.raw(&full).is_some_and(|entry| matches!(entry.what, What::Folder));
        let names = if folder { files.names(&full).unwrap_or_default() } else { Vec::new() };
        all.extend(names.into_iter().map(|name| format!("{}/{name}", path.trim_end_matches('/'))));
    }
    all
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
        process.kernel.files.make_folder(&process.path(&path), process.identity(), process.kernel.now())
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
