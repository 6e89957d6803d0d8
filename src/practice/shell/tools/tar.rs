//! `tar`: archives written, listed and taken apart, as `kubectl cp` needs it on the other end.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use self::archive::{Content, Member};
use super::{Done, Line};
use crate::practice::runtime::files::{Fault, What};
use crate::practice::runtime::hold;
use crate::practice::runtime::process::Process;

mod archive;

pub(super) const NAMES: &[&str] = &["tar"];
/// How much comes out of a compressed archive at most.
const UNPACKED: u64 = 16 * 1024 * 1024;

pub(super) async fn run(process: &Process, words: &[String]) -> Done {
    let mut words = words.to_vec();
    // The first word may come without its dash; what stands in it is a letter each.
    if let Some(first) = words.first_mut().filter(|first| !first.starts_with('-')) {
        first.insert(0, '-');
    }
    let words: Vec<String> = words.into_iter().flat_map(|word| parted(&word)).collect();
    let mut line = Line::read(&words, "fC");
    line.words.retain(|word| !word.starts_with("--"));
    let done = match (line.has('c'), line.has('x') || line.has('t')) {
        (true, false) => create(process, &line).await?,
        (false, true) => extract(process, &line).await?,
        _ => Err("must specify exactly one of -c, -t or -x".to_owned()),
    };
    match done {
        Ok(code) => Ok(code),
        Err(why) => {
            process.complain(format!("tar: {why}")).await;
            Ok(1)
        }
    }
}

/// Letters together with one that takes a value behind others: `xf` is read where the value follows as a word.
fn parted(word: &str) -> Vec<String> {
    match word.strip_prefix('-').filter(|letters| letters.len() > 1 && !letters.starts_with('-')) {
        Some(letters) if letters.chars().all(|letter| "cxtvzmfCopO".contains(letter)) => {
            let (valued, plain): (String, String) = letters.chars().partition(|letter| "fC".contains(*letter));
            let plain = plain.chars().map(|letter| format!("-{letter}"));
            plain.chain(valued.chars().map(|letter| format!("-{letter}"))).collect()
        }
        _ => vec![word.to_owned()],
    }
}

/// The archive's own file; `-` and none are the standard streams.
fn file(line: &Line) -> Option<&str> {
    line.value('f').filter(|file| *file != "-")
}

/// Where the members are or go.
fn place(process: &Process, line: &Line, name: &str) -> String {
    let folder = line.value('C').unwrap_or(".");
    if name.starts_with('/') {
        name.to_owned()
    } else {
        process.path(&format!("{folder}/{name}"))
    }
}

async fn create(process: &Process, line: &Line) -> Result<Result<i32, String>, crate::practice::runtime::pipe::Broken> {
    let (mut members, mut code) = (Vec::new(), 0);
    if line.words.iter().any(|word| word.starts_with('/')) {
        process.complain("tar: removing leading '/' from member names".to_owned()).await;
    }
    for word in &line.words {
        if let Err(fault) = gather(process, &place(process, line, word), word.trim_start_matches('/'), &mut members) {
            process.complain(format!("tar: {word}: {fault}")).await;
            code = 1;
        }
    }
    let mut archive = match archive::written(&members) {
        Ok(archive) => archive,
        Err(why) => return Ok(Err(why.to_string())),
    };
    if line.has('z') {
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        match packed.write_all(&archive).and_then(|()| packed.finish()) {
            Ok(bytes) => archive = bytes,
            Err(why) => return Ok(Err(why.to_string())),
        }
    }
    if line.has('v') {
        let names: String = members.iter().map(|member| format!("{}\n", member.name)).collect();
        process.write(if file(line).is_some() { 1 } else { 2 }, names.as_bytes()).await?;
    }
    Ok(match file(line) {
        None => {
            process.print(archive).await?;
            Ok(code)
        }
        Some(path) => put(process, &process.path(path), &archive)
            .map(|()| code)
            .map_err(|fault| format!("can't open '{path}': {fault}")),
    })
}

/// A path and all below it.
fn gather(process: &Process, path: &str, name: &str, members: &mut Vec<Member>) -> Result<(), Fault> {
    let files = &process.kernel.files;
    let entry = files.raw(path).ok_or(Fault::Missing)?;
    let (content, below) = match &entry.what {
        What::Folder => (Content::Folder, files.names(path)?),
        What::Link(to) => (Content::Link(to.clone()), Vec::new()),
        What::File(content) => (Content::File(hold(content).bytes.clone()), Vec::new()),
        What::Device(_) | What::Fact(..) => return Ok(()),
    };
    members.push(Member {
        name: name.to_owned(),
        mode: entry.mode,
        changed: entry.changed.as_second(),
        content,
    });
    for one in below {
        gather(
            process,
            &format!("{}/{one}", path.trim_end_matches('/')),
            &format!("{}/{one}", name.trim_end_matches('/')),
            members,
        )?;
    }
    Ok(())
}

async fn extract(process: &Process, line: &Line) -> Result<Result<i32, String>, crate::practice::runtime::pipe::Broken> {
    let bytes = match file(line) {
        None => process.read_all(0).await,
        Some(path) => match process.kernel.files.content(&process.path(path)) {
            Ok(content) => content.bytes,
            Err(fault) => return Ok(Err(format!("can't open '{path}': {fault}"))),
        },
    };
    let bytes = match unpacked(bytes) {
        Ok(bytes) => bytes,
        Err(why) => return Ok(Err(why)),
    };
    let members = match archive::read(&bytes) {
        Ok(members) => members,
        Err(why) => return Ok(Err(why)),
    };
    let wanted = |member: &&Member| line.words.is_empty() || line.words.iter().any(|word| within(&member.name, word));
    for member in members.iter().filter(wanted) {
        if line.has('t') || line.has('v') {
            process.print(format!("{}\n", member.name)).await?;
        }
        if line.has('t') {
            continue;
        }
        if line.has('O') {
            if let Content::File(bytes) = &member.content {
                process.print(bytes).await?;
            }
            continue;
        }
        if let Err(fault) = unpack(process, &place(process, line, member.name.trim_start_matches('/')), member) {
            return Ok(Err(format!("can't open '{}': {fault}", member.name)));
        }
    }
    Ok(Ok(0))
}

fn within(name: &str, folder: &str) -> bool {
    let (name, folder) = (name.trim_end_matches('/'), folder.trim_end_matches('/'));
    name == folder || name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

fn unpacked(bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    let mut plain = Vec::new();
    match GzDecoder::new(bytes.as_slice()).take(UNPACKED).read_to_end(&mut plain) {
        Ok(_) => Ok(plain),
        Err(_) => Err("corrupted data".to_owned()),
    }
}

fn unpack(process: &Process, path: &str, member: &Member) -> Result<(), Fault> {
    let (files, user, now) = (&process.kernel.files, process.identity(), process.kernel.now());
    let path = path.trim_end_matches('/');
    for (at, _) in path.match_indices('/').filter(|(at, _)| *at > 0) {
        if !files.is_folder(&path[..at]) {
            files.make_folder(&path[..at], user, now)?;
        }
    }
    match &member.content {
        Content::Folder if files.is_folder(path) => return Ok(()),
        Content::Folder => files.make_folder(path, user, now)?,
        Content::Link(to) => {
            if files.raw(path).is_some() {
                files.remove(path, false, user)?;
            }
            return files.put(path, What::Link(to.clone()), 0o777, user, now);
        }
        Content::File(bytes) => put(process, path, bytes)?,
    }
    // Whoever may write a file may not always change its mode.
    let _ = files.change(path, user, false, |entry| entry.mode = member.mode & 0o7777);
    Ok(())
}

fn put(process: &Process, path: &str, bytes: &[u8]) -> Result<(), Fault> {
    if let What::File(content) = process.kernel.files.open(path, true, process.identity(), process.kernel.now())? {
        hold(&content).push(bytes);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_come_together_or_alone() {
        assert_eq!(parted("-xmf"), ["-x", "-m", "-f"]);
        assert_eq!(parted("-fc"), ["-c", "-f"]);
        assert_eq!(parted("--no-same-owner"), ["--no-same-owner"]);
    }
}
