//! stat, readlink and realpath.

use super::ls::{mode, size};
use crate::practice::runtime::files::{Fault, What};
use crate::practice::runtime::process::Process;
use crate::practice::shell::tools::Done;

pub(super) async fn shown(process: &Process, name: &str, words: &[String]) -> Done {
    let format = words.iter().position(|word| word == "-c").and_then(|at| words.get(at + 1));
    let mut code = 0;
    for word in words.iter().filter(|word| !word.starts_with('-') && Some(*word) != format) {
        let path = process.path(word);
        let Some(entry) = process.kernel.files.raw(&path) else {
            if name != "readlink" {
                process.complain(format!("{name}: can't stat '{word}': {}", Fault::Missing)).await;
            }
            code = 1;
            continue;
        };
        let text = match (name, &entry.what) {
            ("stat", _) => {
                let format = format.map_or("  File: %n\n  Size: %s\nAccess: (%a)  Uid: %u", String::as_str);
                let fields = [
                    ("%n", word.clone()),
                    ("%s", size(&entry).to_string()),
                    ("%a", format!("{:o}", entry.mode)),
                    ("%u", entry.owner.to_string()),
                ];
                let fields = fields.into_iter().chain([("%A", mode(&entry)), ("%Y", entry.changed.as_second().to_string())]);
                fields.fold(format.to_owned(), |text, (name, value)| text.replace(name, &value))
            }
            ("readlink", What::Link(to)) => to.clone(),
            ("readlink", _) if !words.iter().any(|word| word == "-f") => {
                code = 1;
                continue;
            }
            _ => path,
        };
        process.print(format!("{text}\n")).await?;
    }
    Ok(code)
}
