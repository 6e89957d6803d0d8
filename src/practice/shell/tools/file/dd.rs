//! dd: copies blocks.

use crate::practice::runtime::files::Fault;
use crate::practice::runtime::process::Process;
use crate::practice::shell::tools::Done;
use crate::practice::shell::tools::text::amount;

pub(super) async fn dd(process: &Process, words: &[String]) -> Done {
    let value = |name: &str| words.iter().rev().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    let number = |name: &str, usual: u64| value(name).map_or(Some(usual), amount);
    let (Some(block), Some(count), Some(skip)) = (number("bs", 512), number("count", u64::MAX), number("skip", 0)) else {
        process.complain("dd: invalid number").await;
        return Ok(1);
    };
    if let Some(word) = words.iter().find(|word| !known(word)) {
        process.complain(format!("dd: the practice cluster does not know {word}")).await;
        return Ok(1);
    }
    let mut child = process.clone();
    let failed = |path: &str, fault: Fault| format!("dd: can't open '{path}': {fault}");
    if let Some(path) = value("if") {
        match process.open(path) {
            Ok(file) => drop(child.files.insert(0, file)),
            Err(fault) => {
                process.complain(failed(path, fault)).await;
                return Ok(1);
            }
        }
    }
    if let Some(path) = value("of") {
        match process.create(path, false) {
            Ok(file) => drop(child.files.insert(1, file)),
            Err(fault) => {
                process.complain(failed(path, fault)).await;
                return Ok(1);
            }
        }
    }
    let (whole, rest, bytes) = copied(&child, block.max(1), count, skip).await?;
    if value("status") != Some("none") {
        let records = format!("{whole}+{rest} records");
        process.complain(format!("{records} in\n{records} out")).await;
        if value("status") != Some("noxfer") {
            process.complain(format!("{bytes} bytes copied, 0.000 seconds")).await;
        }
    }
    Ok(0)
}

fn known(word: &str) -> bool {
    let name = word.split('=').next().unwrap_or_default();
    matches!(name, "if" | "of" | "bs" | "count" | "skip" | "status") || word == "conv=fsync" || word == "conv=notrunc"
}

/// Whole blocks, blocks that are short, and all bytes.
async fn copied(child: &Process, block: u64, count: u64, skip: u64) -> Result<(u64, u64, u64), crate::practice::runtime::pipe::Broken> {
    let (mut whole, mut rest, mut bytes) = (0, 0, 0);
    for at in 0..count.saturating_add(skip) {
        let mut left = block;
        while left > 0 {
            let chunk = child.read(0, usize::try_from(left).unwrap_or(usize::MAX).min(65_536)).await;
            if chunk.is_empty() {
                break;
            }
            left -= chunk.len() as u64;
            if at >= skip {
                child.print(&chunk).await?;
            }
        }
        if left == block {
            break;
        }
        if at >= skip {
            bytes += block - left;
            whole += u64::from(left == 0);
            rest += u64::from(left > 0);
        }
    }
    Ok((whole, rest, bytes))
}
