//! df, du and mount: what is mounted, what file systems and folders hold.

use super::ls::blocks;
use crate::practice::runtime::files::{Fault, Medium, What};
use crate::practice::runtime::hold;
use crate::practice::runtime::proc::{Row, table};
use crate::practice::runtime::process::Process;
use crate::practice::shell::tools::{Done, Line};

/// The node's disk: all of it and what is used, in units of 1024 bytes.
const DISK: (u64, u64) = (41_152_736, 8_230_547);

pub(super) async fn df(process: &Process, line: &Line) -> Done {
    let files = &process.kernel.files;
    let rows = table(files);
    let mut code = 0;
    let mut shown: Vec<&Row> = Vec::new();
    for word in &line.words {
        match files.follow(&process.path(word)).and_then(|path| files.get(&path).map(|_| path)) {
            Ok(path) => {
                let holds = |row: &&Row| row.at == "/" || path.strip_prefix(&row.at).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
                // What is mounted last on a path hides the others.
                shown.extend(rows.iter().filter(holds).max_by_key(|row| row.at.len()));
            }
            Err(Fault::Missing) => {
                process.complain(format!("df: {word}: can't find mount point")).await;
                code = 1;
            }
            Err(fault) => {
                process.complain(format!("df: {word}: {fault}")).await;
                code = 1;
            }
        }
    }
    if line.words.is_empty() {
        // What holds nothing is of no interest.
        shown.extend(rows.iter().filter(|row| line.has('a') || row.medium != Medium::Memory(0)));
    }
    let mut text = header(line);
    for row in shown {
        text += &listed(process, line, row);
    }
    process.print(text).await?;
    Ok(code)
}

/// mount, without anything to mount.
pub(super) async fn mount(process: &Process) -> Done {
    let row = |row: &Row| format!("{} on {} type {} ({})\n", row.source, row.at, row.system, row.options);
    process
        .print(table(&process.kernel.files).iter().map(row).collect::<String>())
        .await
        .map(|()| 0)
}

fn header(line: &Line) -> String {
    let units = match () {
        () if line.has('h') => "     Size",
        () if line.has('m') => "1M-blocks",
        () if line.has('P') => "1024-blocks",
        () => "1K-blocks",
    };
    let kind = if line.has('T') { "Type       " } else { "" };
    let share = if line.has('P') { "Capacity" } else { "Use%" };
    format!("Filesystem           {kind}{units:<15}Used Available {share} Mounted on\n")
}

fn listed(process: &Process, line: &Line, row: &Row) -> String {
    let (all, used) = match row.medium {
        Medium::Memory(bytes) => (bytes / 1024, in_memory(process, &row.at)),
        _ => DISK,
    };
    let free = all.saturating_sub(used);
    let share = (used * 100 + (used + free) / 2).checked_div(used + free).unwrap_or(0);
    let amount = |amount: u64| match () {
        () if line.has('h') => human(amount),
        () if line.has('m') => ((amount + 512) / 1024).to_string(),
        () => amount.to_string(),
    };
    let kind = if line.has('T') { format!(" {:<10}", row.system) } else { String::new() };
    format!(
        "{:<20}{kind} {:>9} {:>9} {:>9} {share:>3}% {}\n",
        row.source,
        amount(all),
        amount(used),
        amount(free),
        row.at
    )
}

/// What the files of a file system in memory take.
fn in_memory(process: &Process, at: &str) -> u64 {
    let Some(mount) = process.kernel.files.mounts.iter().find(|mount| mount.at == at) else {
        return 0;
    };
    let tree = hold(&mount.tree);
    let sizes = tree.paths().into_iter().filter_map(|path| match tree.get(&path)?.what {
        What::File(content) => Some(hold(&content).length().div_ceil(4096) * 4),
        _ => None,
    });
    sizes.sum()
}

/// An amount of units of 1024 bytes in the unit that suits it.
fn human(amount: u64) -> String {
    if amount == 0 {
        return "0".to_owned();
    }
    let (mut value, mut units) = (amount as f64, "KMGT".chars());
    let mut unit = units.next();
    while value >= 1024.0 {
        value /= 1024.0;
        unit = units.next();
    }
    format!("{value:.1}{}", unit.unwrap_or('P'))
}

pub(super) async fn du(process: &Process, line: &Line) -> Done {
    let here = [".".to_owned()];
    let words = if line.words.is_empty() { &here[..] } else { &line.words };
    let mut code = 0;
    for word in words {
        if process.kernel.files.raw(&process.path(word)).is_none() {
            process.complain(format!("du: {word}: {}", Fault::Missing)).await;
            code = 1;
            continue;
        }
        let mut text = String::new();
        let all = taken(process, line, word, &mut text);
        if line.has('s') {
            text = told(line, all, word);
        }
        process.print(text).await?;
    }
    Ok(code)
}

fn told(line: &Line, amount: u64, path: &str) -> String {
    let amount = match () {
        () if line.has('h') => human(amount),
        () if line.has('m') => ((amount + 512) / 1024).to_string(),
        () => amount.to_string(),
    };
    format!("{amount}\t{path}\n")
}

/// What a path takes with all that is in it; tells of the folders.
fn taken(process: &Process, line: &Line, path: &str, text: &mut String) -> u64 {
    let (files, full) = (&process.kernel.files, process.path(path));
    let Some(entry) = files.raw(&full) else { return 0 };
    let mut all = blocks(process, &full, &entry);
    let folder = matches!(entry.what, What::Folder);
    for name in if folder { files.names(&full).unwrap_or_default() } else { Vec::new() } {
        all += taken(process, line, &format!("{}/{name}", path.trim_end_matches('/')), text);
    }
    if folder || line.has('a') {
        *text += &told(line, all, path);
    }
    all
}
