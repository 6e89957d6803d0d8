//! du: how much files take.

use super::ls;
use crate::practice::runtime::files::{Fault, What};
use crate::practice::runtime::process::Process;
use crate::practice::shell::tools::{Done, Line};

/// What folders hold, in blocks of four kilobytes; those below come first.
pub(super) async fn du(process: &Process, line: &Line) -> Done {
    let roots = if line.words.is_empty() { vec![".".to_owned()] } else { line.words.clone() };
    let blocks = |path: &str| process.kernel.files.raw(path).map_or(0, |entry| ls::size(&entry).div_ceil(4096) * 4);
    let mut code = 0;
    for root in roots {
        if process.kernel.files.raw(&process.path(&root)).is_none() {
            process.complain(format!("du: {root}: {}", Fault::Missing)).await;
            code = 1;
            continue;
        }
        // Each folder with what was found in it so far.
        let (mut waiting, mut sums) = (vec![(root.clone(), false)], Vec::new());
        while let Some((path, done)) = waiting.pop() {
            process.kernel.step().await;
            let full = process.path(&path);
            if done {
                let sum: u64 = sums.pop().unwrap_or(0);
                if let Some(above) = sums.last_mut() {
                    *above += sum;
                }
                if path == root || !line.has('s') {
                    let shown = if line.has('h') { human(sum) } else { sum.to_string() };
                    process.print(format!("{shown}\t{path}\n")).await?;
                }
            } else if process.kernel.files.raw(&full).is_some_and(|entry| matches!(entry.what, What::Folder)) {
                sums.push(blocks(&full));
                let names = process.kernel.files.names(&full).unwrap_or_default();
                waiting.push((path.clone(), true));
                waiting.extend(names.into_iter().rev().map(|name| (format!("{}/{name}", path.trim_end_matches('/')), false)));
            } else if path == root {
                process.print(format!("{}\t{path}\n", blocks(&full))).await?;
            } else if let Some(sum) = sums.last_mut() {
                *sum += blocks(&full);
            }
        }
    }
    Ok(code)
}

/// Kilobytes as a person reads them.
fn human(kilobytes: u64) -> String {
    match kilobytes {
        0 => "0".to_owned(),
        1..1024 => format!("{kilobytes}.0K"),
        1024..1_048_576 => format!("{:.1}M", kilobytes as f64 / 1024.0),
        _ => format!("{:.1}G", kilobytes as f64 / 1_048_576.0),
    }
}
