//! cp, mv and ln.

use super::Line;
use crate::practice::runtime::files::{Fault, What};
use crate::practice::runtime::hold;
use crate::practice::runtime::permission::READ;
use crate::practice::runtime::process::Process;
use crate::practice::shell::tools::Done;

/// What is not told of a mode to a copy that is not asked to keep it.
const UMASK: u32 = 0o022;

pub(super) async fn pairs(process: &Process, name: &str, line: &Line) -> Done {
    let Some((to, from)) = line.words.split_last().filter(|(_, from)| !from.is_empty()) else {
        process.complain(format!("{name}: missing operand")).await;
        return Ok(1);
    };
    let into = process.kernel.files.is_folder(&process.path(to)) && !(name == "ln" && line.has('n'));
    let mut code = 0;
    for word in from {
        let source = process.path(word);
        let last = source.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let shown = if into { format!("{}/{last}", to.trim_end_matches('/')) } else { to.clone() };
        let target = process.path(&shown);
        let done = match name {
            "ln" => link(process, line, word, &target),
            "mv" => process.kernel.files.rename(&source, &target, process.identity()),
            _ => copy(process, &source, &target, line),
        };
        if let Err(fault) = done {
            process.complain(complaint(name, fault, word, &shown)).await;
            code = 1;
        }
    }
    Ok(code)
}

fn complaint(name: &str, fault: Fault, word: &str, to: &str) -> String {
    match (name, fault) {
        ("cp", Fault::Folder) => format!("cp: omitting directory '{word}'"),
        ("cp", Fault::Missing | Fault::Loop) => format!("cp: can't stat '{word}': {fault}"),
        ("cp", Fault::Denied) => format!("cp: can't open '{word}': {fault}"),
        ("mv", _) => format!("mv: can't rename '{word}': {fault}"),
        ("ln", _) => format!("ln: {to}: {fault}"),
        _ => format!("{name}: can't create '{to}': {fault}"),
    }
}

fn link(process: &Process, line: &Line, word: &str, target: &str) -> Result<(), Fault> {
    let (files, who, now) = (&process.kernel.files, process.identity(), process.kernel.now());
    if line.has('f') {
        // What is not there need not go.
        let _ = files.remove(target, false, who);
    }
    if files.raw(target).is_some() {
        return Err(Fault::Exists);
    }
    if line.has('s') {
        return files.put(target, What::Link(word.to_owned()), 0o777, who, now);
    }
    // Another name for the same content.
    let entry = files.raw(&process.path(word)).ok_or(Fault::Missing)?;
    match entry.what {
        What::Folder => Err(Fault::NotPermitted),
        what => files.put(target, what, entry.mode, who, now),
    }
}

fn copy(process: &Process, from: &str, to: &str, line: &Line) -> Result<(), Fault> {
    let (files, who, now) = (&process.kernel.files, process.identity(), process.kernel.now());
    let deep = ['r', 'R', 'a'].into_iter().any(|letter| line.has(letter));
    let kept = ['d', 'P'].into_iter().any(|letter| line.has(letter)) || deep && !line.has('L');
    let entry = if kept { files.raw(from).ok_or(Fault::Missing) } else { files.get(from) }?;
    let same = line.has('p') || line.has('a');
    match entry.what {
        What::Folder if !deep => return Err(Fault::Folder),
        What::Folder => {
            if !files.is_folder(to) {
                files.make_folder(to, who, now)?;
            }
            for name in files.names(from)? {
                copy(process, &format!("{from}/{name}"), &format!("{to}/{name}"), line)?;
            }
        }
        What::Link(led) => return files.put(to, What::Link(led), 0o777, who, now),
        What::File(_) if !who.may(&entry, READ) => return Err(Fault::Denied),
        What::File(content) => {
            let (data, fresh) = (hold(&content).clone(), files.get(to).is_err());
            if let What::File(target) = files.open(to, true, who, now)? {
                *hold(&target) = data;
            }
            if !fresh && !same {
                return Ok(());
            }
        }
        What::Fact(..) | What::Device(_) => return Err(Fault::Denied),
    }
    let mode = if same { entry.mode } else { entry.mode & !UMASK };
    // Whoever may write a file may not always change its mode.
    let _ = files.change(to, who, false, |copy| {
        copy.mode = copy.mode & 0o2000 | mode;
        copy.changed = if same { entry.changed } else { now };
    });
    Ok(())
}
