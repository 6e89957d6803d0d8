//! find, by name, type and depth.

use super::ls::mode;
use crate::practice::runtime::files::{Fault, What};
use crate::practice::runtime::process::Process;
use crate::practice::shell::glob;
use crate::practice::shell::tools::Done;

pub(super) async fn find(process: &Process, words: &[String]) -> Done {
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
                && test("-name").is_none_or(|pattern| glob::matches(pattern, name));
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
