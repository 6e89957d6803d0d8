//! chmod and chown.

use crate::practice::runtime::files::Entry;
use crate::practice::runtime::process::Process;
use crate::practice::shell::tools::{Done, Line};

pub(super) async fn attributes(process: &Process, name: &str, line: &Line) -> Done {
    let Some((value, paths)) = line.words.split_first() else {
        process.complain(format!("{name}: missing operand")).await;
        return Ok(1);
    };
    if name == "chmod" && value.starts_with(|c: char| c.is_ascii_digit()) && u32::from_str_radix(value, 8).is_err() {
        process.complain(format!("chmod: invalid mode '{value}'")).await;
        return Ok(1);
    }
    let mut code = 0;
    for word in paths {
        let path = process.path(word);
        let change = |entry: &mut Entry| match name {
            "chmod" => entry.mode = changed_mode(entry.mode, value),
            _ => {
                entry.owner = value
                    .split(':')
                    .next()
                    .and_then(|id| if id == "root" { Some(0) } else { id.parse().ok() })
                    .unwrap_or(entry.owner)
            }
        };
        if let Err(fault) = process.kernel.files.change(&path, process.user(), change) {
            process.complain(format!("{name}: {word}: {fault}")).await;
            code = 1;
        }
    }
    Ok(code)
}

/// A mode after `755` or `u+x,go-w`.
fn changed_mode(mode: u32, text: &str) -> u32 {
    if let Ok(octal) = u32::from_str_radix(text, 8) {
        return octal;
    }
    text.split(',').fold(mode, |mode, clause| {
        let Some(at) = clause.find(['+', '-', '=']) else { return mode };
        let (who, what) = clause.split_at(at);
        let bits = what[1..].chars().fold(0, |bits, c| {
            bits | match c {
                'r' => 0o444,
                'w' => 0o222,
                'x' => 0o111,
                _ => 0,
            }
        });
        let mask = who.chars().fold(0, |mask, c| {
            mask | match c {
                'u' => 0o700,
                'g' => 0o070,
                'o' => 0o007,
                _ => 0o777,
            }
        });
        let mask = if mask == 0 { 0o777 } else { mask };
        match &what[..1] {
            "+" => mode | bits & mask,
            "-" => mode & !(bits & mask),
            _ => mode & !mask | bits & mask,
        }
    })
}
