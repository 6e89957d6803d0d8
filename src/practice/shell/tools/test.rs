//! `test` and `[`.

use super::Done;
use crate::practice::runtime::files::What;
use crate::practice::runtime::hold;
use crate::practice::runtime::permission::{EXECUTE, READ, WRITE};
use crate::practice::runtime::process::{File, Process};

pub(super) async fn bracket(process: &Process, words: &[String]) -> Done {
    match words.split_last() {
        Some((last, words)) if last == "]" => run(process, words).await,
        _ => {
            process.complain("[: missing ]").await;
            Ok(2)
        }
    }
}

pub(super) async fn run(process: &Process, words: &[String]) -> Done {
    match holds(process, words) {
        Ok(holds) => Ok(i32::from(!holds)),
        Err(why) => {
            process.complain(format!("sh: {why}")).await;
            Ok(2)
        }
    }
}

/// Whether an expression holds.
///
/// # Errors
/// busybox's text for what is no expression.
pub fn holds(process: &Process, words: &[String]) -> Result<bool, String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    either(process, &words)
}

fn either(process: &Process, words: &[&str]) -> Result<bool, String> {
    // Three words with a binary operator in the middle are a comparison, whatever they look like.
    if words.len() == 3 && binary(words[1]) {
        return primary(process, words);
    }
    for (joint, stops) in [("-o", true), ("-a", false)] {
        let mut depth = 0;
        for (at, word) in words.iter().enumerate() {
            match *word {
                "(" => depth += 1,
                ")" => depth -= 1,
                word if word == joint && depth == 0 && at > 0 && at + 1 < words.len() => {
                    let left = either(process, &words[..at])?;
                    return if left == stops { Ok(stops) } else { either(process, &words[at + 1..]) };
                }
                _ => {}
            }
        }
    }
    primary(process, words)
}

fn binary(word: &str) -> bool {
    matches!(
        word,
        "=" | "==" | "!=" | "<" | ">" | "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" | "-nt" | "-ot" | "-ef"
    )
}

fn primary(process: &Process, words: &[&str]) -> Result<bool, String> {
    match words {
        [] => Ok(false),
        [one] => Ok(!one.is_empty()),
        ["!", rest @ ..] => Ok(!either(process, rest)?),
        ["(", inner @ .., ")"] => either(process, inner),
        [left, operator, right] if binary(operator) => compare(process, left, operator, right),
        [operator, operand] => unary(process, operator, operand),
        [_, other, ..] => Err(format!("{other}: unknown operand")),
    }
}

fn compare(process: &Process, left: &str, operator: &str, right: &str) -> Result<bool, String> {
    let number = |text: &str| text.trim().parse::<i64>().map_err(|_| format!("{text}: bad number"));
    let changed = |path: &str| process.kernel.files.get(&process.path(path)).ok().map(|entry| entry.changed);
    Ok(match operator {
        "=" | "==" => left == right,
        "!=" => left != right,
        "<" => left < right,
        ">" => left > right,
        "-eq" => number(left)? == number(right)?,
        "-ne" => number(left)? != number(right)?,
        "-lt" => number(left)? < number(right)?,
        "-le" => number(left)? <= number(right)?,
        "-gt" => number(left)? > number(right)?,
        "-ge" => number(left)? >= number(right)?,
        "-nt" => changed(left) > changed(right),
        "-ot" => changed(left) < changed(right),
        _ => {
            let real = |path: &str| process.kernel.files.follow(&process.path(path));
            changed(left).is_some() && real(left) == real(right)
        }
    })
}

fn unary(process: &Process, operator: &str, operand: &str) -> Result<bool, String> {
    let files = &process.kernel.files;
    let entry = files.get(&process.path(operand));
    let who = process.identity();
    let allowed = |wanted: u32| entry.as_ref().is_ok_and(|entry| who.may(entry, wanted));
    Ok(match operator {
        "-n" => !operand.is_empty(),
        "-z" => operand.is_empty(),
        "-e" | "-a" => entry.is_ok(),
        "-f" => entry.is_ok_and(|entry| matches!(entry.what, What::File(_))),
        "-d" => entry.is_ok_and(|entry| matches!(entry.what, What::Folder)),
        "-s" => entry.is_ok_and(|entry| match entry.what {
            What::File(content) => hold(&content).length() > 0,
            _ => true,
        }),
        "-r" => allowed(READ),
        "-w" => allowed(WRITE),
        "-x" => allowed(EXECUTE),
        "-L" | "-h" => files.raw(&process.path(operand)).is_some_and(|entry| matches!(entry.what, What::Link(_))),
        "-c" => entry.is_ok_and(|entry| matches!(entry.what, What::Device(_))),
        "-g" | "-u" | "-k" => {
            let bit = [("-g", 0o2000), ("-u", 0o4000), ("-k", 0o1000)].into_iter().find(|(name, _)| *name == operator);
            entry.is_ok_and(|entry| bit.is_some_and(|(_, bit)| entry.mode & bit != 0))
        }
        "-b" | "-p" | "-S" => false,
        "-t" => {
            process.env.contains_key("TERM")
                && operand
                    .parse()
                    .ok()
                    .and_then(|fd: u32| process.files.get(&fd))
                    .is_some_and(|file| matches!(file, File::Read(_) | File::Write(_)))
        }
        other => return Err(format!("{other}: unknown operand")),
    })
}
