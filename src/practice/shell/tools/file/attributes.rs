//! chmod, chown and chgrp.

use super::{below, letters};
use crate::practice::runtime::files::{Entry, Fault};
use crate::practice::runtime::permission::Identity;
use crate::practice::runtime::process::Process;
use crate::practice::runtime::security::CHOWN;
use crate::practice::shell::tools::{Done, system};

/// What an entry is to have.
#[derive(Default)]
struct Wanted<'a> {
    mode: Option<&'a str>,
    owner: Option<i64>,
    group: Option<i64>,
}

pub(super) async fn attributes(process: &Process, name: &str, words: &[String]) -> Done {
    // A mode such as `-x` looks like letters: it is a word all the same.
    let options = words.iter().take_while(|word| letters(word, "Rvcfh")).count();
    let (options, words) = words.split_at(options);
    let all = options.iter().any(|option| option.contains('R'));
    let Some((value, paths)) = words.split_first() else {
        process.complain(format!("{name}: missing operand")).await;
        return Ok(1);
    };
    let wanted = match wanted(process, name, value) {
        Ok(wanted) => wanted,
        Err(why) => {
            process.complain(format!("{name}: {why}")).await;
            return Ok(1);
        }
    };
    let mut code = 0;
    for word in paths {
        for word in if all { below(process, word) } else { vec![word.clone()] } {
            if let Err(fault) = change(process, &process.path(&word), &wanted) {
                process.complain(format!("{name}: {word}: {fault}")).await;
                code = 1;
            }
        }
    }
    Ok(code)
}

/// Reads a mode, or an owner and a group: `755`, `ann:2000`.
fn wanted<'a>(process: &Process, name: &str, value: &'a str) -> Result<Wanted<'a>, String> {
    if name == "chmod" {
        return Ok(Wanted {
            mode: Some(value),
            ..Wanted::default()
        });
    }
    let (owner, group) = match value.split_once(':') {
        _ if name == "chgrp" => ("", value),
        Some(both) => both,
        None => (value, ""),
    };
    let number = |name: &str, list: &str, what: &str| match name {
        "" => Ok(None),
        name => system::number(process, name, list).map(Some).ok_or_else(|| format!("unknown {what} {name}")),
    };
    Ok(Wanted {
        mode: None,
        owner: number(owner, "/etc/passwd", "user")?,
        group: number(group, "/etc/group", "group")?,
    })
}

fn change(process: &Process, path: &str, wanted: &Wanted<'_>) -> Result<(), Fault> {
    let (files, who) = (&process.kernel.files, process.identity());
    let entry = files.get(path)?;
    if wanted.mode.is_none() && !files.read_only(path) && !may_give(who, &entry, wanted) {
        return Err(Fault::NotPermitted);
    }
    files.change(path, who, false, |entry| {
        entry.mode = wanted.mode.map_or(entry.mode, |text| changed_mode(entry.mode, text));
        entry.owner = wanted.owner.unwrap_or(entry.owner);
        entry.group = wanted.group.unwrap_or(entry.group);
    })
}

/// Whether somebody may give an entry to others: an owner may, to groups that are his own.
fn may_give(who: Identity<'_>, entry: &Entry, wanted: &Wanted<'_>) -> bool {
    let same_owner = wanted.owner.is_none_or(|owner| owner == entry.owner && owner == who.user);
    let own_group = wanted.group.is_none_or(|group| group == who.group || who.groups.contains(&group));
    who.capabilities & CHOWN != 0 || same_owner && own_group && entry.owner == who.user
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
                'X' if mode & 0o111 != 0 => 0o111,
                's' => 0o6000,
                't' => 0o1000,
                _ => 0,
            }
        });
        let mask = who.chars().fold(0, |mask, c| {
            mask | match c {
                'u' => 0o4700,
                'g' => 0o2070,
                'o' => 0o1007,
                _ => 0o7777,
            }
        });
        let mask = if mask == 0 { 0o7777 } else { mask };
        match &what[..1] {
            "+" => mode | bits & mask,
            "-" => mode & !(bits & mask),
            _ => mode & !mask | bits & mask,
        }
    })
}
