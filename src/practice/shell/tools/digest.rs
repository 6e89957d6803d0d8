//! md5sum, sha1sum and their kin.

use md5::Md5;
use sha1::Sha1;
use sha2::digest::DynDigest;
use sha2::{Sha256, Sha512};

use super::text::{content, opened};
use super::{Done, Line};
use crate::practice::runtime::files::Fault;
use crate::practice::runtime::hold;
use crate::practice::runtime::process::{File, Process};

pub(super) const NAMES: &[&str] = &["md5sum", "sha1sum", "sha256sum", "sha512sum"];

fn hasher(name: &str) -> Box<dyn DynDigest + Send> {
    match name {
        "md5sum" => Box::new(Md5::default()),
        "sha1sum" => Box::new(Sha1::default()),
        "sha256sum" => Box::new(Sha256::default()),
        _ => Box::new(Sha512::default()),
    }
}

pub(super) async fn run(process: &Process, name: &str, words: &[String]) -> Done {
    let line = Line::read(words, "");
    let paths = if line.words.is_empty() { vec!["-".to_owned()] } else { line.words.clone() };
    let mut code = 0;
    for path in paths {
        if line.has('c') {
            code |= check(process, name, &path, line.has('s')).await?;
            continue;
        }
        match digest(process, name, &path).await {
            Some(digest) => process.print(format!("{digest}  {path}\n")).await?,
            None => code = 1,
        }
    }
    Ok(code)
}

/// The digest of a file as it is written, or a complaint.
async fn digest(process: &Process, name: &str, path: &str) -> Option<String> {
    let file = opened(process, name, path).await?;
    if let File::Disk { content, .. } = &file {
        let cut = hold(content).more > 0;
        if cut {
            // The digest of what is only counted would be false.
            process
                .complain(format!("{name}: {path}: the practice cluster does not keep all of so large a file"))
                .await;
            return None;
        }
    }
    let mut hasher = hasher(name);
    loop {
        process.kernel.step().await;
        let chunk = process.read_file(&file, 65_536).await;
        if chunk.is_empty() {
            return Some(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        }
        hasher.update(&chunk);
    }
}

/// Checks the digests that a file lists.
async fn check(process: &Process, name: &str, path: &str, silent: bool) -> Done {
    let file = match path {
        "-" => process.files.get(&0).cloned().ok_or(Fault::Missing),
        path => process.open(path),
    };
    let file = match file {
        Ok(file) => file,
        Err(fault) => {
            process.complain(format!("{name}: {path}: {fault}")).await;
            return Ok(1);
        }
    };
    let text = String::from_utf8_lossy(&content(process, &file).await).into_owned();
    let (mut failed, mut count) = (0, 0);
    for line in text.lines() {
        count += 1;
        let Some((wanted, path)) = line.split_once("  ") else {
            failed += 1;
            continue;
        };
        let fits = digest(process, name, path).await.is_some_and(|digest| digest.eq_ignore_ascii_case(wanted));
        failed += i32::from(!fits);
        if !silent {
            process.print(format!("{path}: {}\n", if fits { "OK" } else { "FAILED" })).await?;
        }
    }
    if failed > 0 && !silent {
        process
            .complain(format!("{name}: WARNING: {failed} of {count} computed checksums did NOT match"))
            .await;
    }
    if count == 0 {
        process.complain(format!("{name}: {path}: no checksum lines found")).await;
    }
    Ok(i32::from(failed > 0 || count == 0))
}
