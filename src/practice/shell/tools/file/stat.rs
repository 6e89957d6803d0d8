//! stat, readlink and realpath.

use super::ls::{mode, size};
use crate::practice::runtime::files::{Entry, Fault, What};
use crate::practice::runtime::hold;
use crate::practice::runtime::process::Process;
use crate::practice::shell::tools::Done;

pub(super) async fn shown(process: &Process, name: &str, words: &[String]) -> Done {
    let format = words.iter().position(|word| word == "-c").and_then(|at| words.get(at + 1));
    let mut code = 0;
    for word in words.iter().filter(|word| !word.starts_with('-') && Some(*word) != format) {
        let path = process.path(word);
        if name == "realpath" || name == "readlink" && words.iter().any(|word| word == "-f") {
            code |= resolved(process, name, word, &path).await?;
            continue;
        }
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
                fields(process, word, &entry)
                    .into_iter()
                    .fold(format.to_owned(), |text, (name, value)| text.replace(name, &value))
            }
            ("readlink", What::Link(to)) => to.clone(),
            _ => {
                code = 1;
                continue;
            }
        };
        process.print(format!("{text}\n")).await?;
    }
    Ok(code)
}

/// What a format of stat may ask for.
fn fields(process: &Process, word: &str, entry: &Entry) -> [(&'static str, String); 13] {
    let kind = match &entry.what {
        What::Folder => "directory",
        What::File(content) if hold(content).length() == 0 => "regular empty file",
        What::File(_) => "regular file",
        What::Link(_) => "symbolic link",
        What::Device(_) => "character special file",
    };
    let named = |id: i64| if id == 0 { "root".to_owned() } else { id.to_string() };
    let group = process.kernel.facts.group;
    let quoted = match &entry.what {
        What::Link(to) => format!("'{word}' -> '{to}'"),
        _ => word.to_owned(),
    };
    [
        ("%n", word.to_owned()),
        ("%s", size(entry).to_string()),
        ("%a", format!("{:o}", entry.mode)),
        ("%u", entry.owner.to_string()),
        ("%U", named(entry.owner)),
        ("%g", group.to_string()),
        ("%G", named(group)),
        ("%A", mode(entry)),
        ("%F", kind.to_owned()),
        ("%h", "1".to_owned()),
        ("%N", quoted),
        ("%Y", entry.changed.as_second().to_string()),
        ("%y", entry.changed.strftime("%Y-%m-%d %H:%M:%S.%9f +0000").to_string()),
    ]
}

/// Where a path leads once all links are followed; for `readlink -f` its last part need not be there.
async fn resolved(process: &Process, name: &str, word: &str, path: &str) -> Done {
    let there = process.kernel.files.get(path);
    let above = path.trim_end_matches('/').rsplit_once('/').map_or("/", |(above, _)| above);
    let near = name == "readlink" && (above.is_empty() || process.kernel.files.is_folder(above));
    match (there, process.kernel.files.follow(path)) {
        (Ok(_), Ok(to)) => process.print(format!("{to}\n")).await?,
        (Err(Fault::Missing), Ok(to)) if near => process.print(format!("{to}\n")).await?,
        (there, _) => {
            if name == "realpath" {
                process.complain(format!("realpath: {word}: {}", there.err().unwrap_or(Fault::Loop))).await;
            }
            return Ok(1);
        }
    }
    Ok(0)
}
