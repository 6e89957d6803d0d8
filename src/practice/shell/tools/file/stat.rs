//! stat, readlink and realpath.

use super::ls::{blocks, mode, names, size};
use crate::practice::runtime::files::{Entry, Fault, What};
use crate::practice::runtime::process::Process;
use crate::practice::shell::tools::{Done, Line, system};

pub(super) async fn stat(process: &Process, line: &Line) -> Done {
    let mut code = 0;
    for word in &line.words {
        let path = process.path(word);
        let files = &process.kernel.files;
        let led = files.get(&path);
        let found = if line.has('L') {
            led
        } else {
            files.raw(&path).ok_or(led.err().unwrap_or(Fault::Missing))
        };
        match found {
            Ok(entry) => {
                let path = if line.has('L') { files.follow(&path).unwrap_or(path) } else { path };
                process.print(described(process, line, word, &path, &entry)).await?;
            }
            Err(fault) => {
                process.complain(format!("stat: can't stat '{word}': {fault}")).await;
                code = 1;
            }
        }
    }
    Ok(code)
}

fn kind(entry: &Entry, size: u64) -> &'static str {
    match entry.what {
        What::Folder => "directory",
        What::File(_) | What::Fact(..) if size == 0 => "regular empty file",
        What::File(_) | What::Fact(..) => "regular file",
        What::Link(_) => "symbolic link",
        What::Device(_) => "character special file",
    }
}

/// What stat prints of one entry.
fn described(process: &Process, line: &Line, word: &str, path: &str, entry: &Entry) -> String {
    let field = |letter| field(process, word, path, entry, letter).unwrap_or_default();
    let Some(format) = line.value('c') else {
        let target = if matches!(entry.what, What::Link(_)) { field('N') } else { word.to_owned() };
        let ids = format!("Uid: ({:>5}/{:>8})   Gid: ({:>5}/{:>8})", field('u'), field('U'), field('g'), field('G'));
        let changed = field('y');
        return format!(
            "  File: {target}\n  Size: {:<10}\tBlocks: {:<10} IO Block: 4096   {}\nDevice: fe00h/65024d\tInode: {:<10}  Links: {}\n\
             Access: ({:0>4}/{})  {ids}\nAccess: {changed}\nModify: {changed}\nChange: {changed}\n",
            field('s'),
            field('b'),
            field('F'),
            field('i'),
            field('h'),
            field('a'),
            field('A'),
        );
    };
    filled(format, |letter| self::field(process, word, path, entry, letter)) + "\n"
}

/// What a letter of a format means for an entry.
fn field(process: &Process, word: &str, path: &str, entry: &Entry, letter: char) -> Option<String> {
    let called = |id: i64, list: &str| system::called(process, id, list).unwrap_or_else(|| "UNKNOWN".to_owned());
    Some(match letter {
        'n' => word.to_owned(),
        'N' => match &entry.what {
            What::Link(to) => format!("'{word}' -> '{to}'"),
            _ => word.to_owned(),
        },
        's' => size(process, path, entry).to_string(),
        // Of 512 bytes each.
        'b' => (blocks(process, path, entry) * 2).to_string(),
        'B' => "512".to_owned(),
        'a' => format!("{:o}", entry.mode),
        'A' => mode(entry),
        'F' => kind(entry, size(process, path, entry)).to_owned(),
        'h' => names(process, path, entry).to_string(),
        'i' => inode(path).to_string(),
        'u' => entry.owner.to_string(),
        'U' => called(entry.owner, "/etc/passwd"),
        'g' => entry.group.to_string(),
        'G' => called(entry.group, "/etc/group"),
        'X' | 'Y' | 'Z' => entry.changed.as_second().to_string(),
        'x' | 'y' | 'z' => entry.changed.strftime("%Y-%m-%d %H:%M:%S.%N +0000").to_string(),
        '%' => "%".to_owned(),
        _ => return None,
    })
}

/// A format with its fields put in; what is no field stays.
fn filled(format: &str, field: impl Fn(char) -> Option<String>) -> String {
    let (mut text, mut letters) = (String::new(), format.chars());
    while let Some(letter) = letters.next() {
        match (letter, letters.clone().next()) {
            ('%', Some(name)) if let Some(value) = field(name) => {
                text += &value;
                letters.next();
            }
            _ => text.push(letter),
        }
    }
    text
}

/// A number that is the entry's own.
fn inode(path: &str) -> u32 {
    path.bytes()
        .fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
        >> 8
}

/// readlink and realpath.
pub(super) async fn path(process: &Process, name: &str, line: &Line) -> Done {
    let files = &process.kernel.files;
    let mut code = 0;
    for word in &line.words {
        let path = process.path(word);
        let shown = if name == "realpath" || line.has('f') {
            real(process, &path)
        } else {
            match files.raw(&path).map(|entry| entry.what) {
                Some(What::Link(to)) => Ok(to),
                _ => Err(Fault::Missing),
            }
        };
        match shown {
            Ok(shown) => process.print(format!("{shown}{}", if line.has('n') { "" } else { "\n" })).await?,
            Err(fault) => {
                if name == "realpath" {
                    process.complain(format!("realpath: {word}: {fault}")).await;
                }
                code = 1;
            }
        }
    }
    Ok(code)
}

/// The path behind all links; the last part need not be there, what is above it must.
fn real(process: &Process, path: &str) -> Result<String, Fault> {
    let files = &process.kernel.files;
    let real = files.follow(path)?;
    let above = real.rsplit_once('/').map_or("/", |(above, _)| above);
    if above.is_empty() || files.is_folder(above) {
        Ok(real)
    } else {
        Err(Fault::Missing)
    }
}
