//! The stream editor.

mod address;
mod command;
mod editor;
mod input;
mod script;
mod substitution;

use std::collections::BTreeMap;

use self::command::{Command, Deed};
use self::editor::{Editor, Stop};
use self::input::Input;
use super::Done;
use crate::practice::runtime::files::{Data, Fault, What};
use crate::practice::runtime::hold;
use crate::practice::runtime::process::{File, Process};

const USAGE: &str = "Usage: sed [-i[SFX]] [-nrEs] [-f FILE]... [-e CMD]... [FILE]...
or: sed [-i[SFX]] [-nrEs] CMD [FILE]...";

#[derive(Default)]
struct Options {
    quiet: bool,
    extended: bool,
    separate: bool,
    /// Edited in place; what a copy's name ends with.
    in_place: Option<String>,
    /// Scripts, or the files that hold them.
    scripts: Vec<(bool, String)>,
    paths: Vec<String>,
}

fn options(words: &[String]) -> Result<Options, String> {
    let mut options = Options::default();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        if word == "--" {
            options.paths.extend(rest.cloned());
            break;
        }
        match word.as_str() {
            "--quiet" | "--silent" => options.quiet = true,
            "--regexp-extended" => options.extended = true,
            "--in-place" => options.in_place = Some(String::new()),
            word if word.starts_with("--expression=") => options.scripts.push((false, word["--expression=".len()..].to_owned())),
            word if word.starts_with("--") => return Err(format!("sed: unrecognized option '{word}'\n{USAGE}")),
            word if word.len() > 1 && word.starts_with('-') => letters(&word[1..], &mut rest, &mut options)?,
            word => options.paths.push(word.to_owned()),
        }
    }
    if options.scripts.is_empty() {
        if options.paths.is_empty() {
            return Err(USAGE.to_owned());
        }
        options.scripts.push((false, options.paths.remove(0)));
    }
    Ok(options)
}

fn letters(letters: &str, rest: &mut std::slice::Iter<'_, String>, options: &mut Options) -> Result<(), String> {
    for (at, letter) in letters.char_indices() {
        let after = &letters[at + letter.len_utf8()..];
        match letter {
            'n' => options.quiet = true,
            'E' | 'r' => options.extended = true,
            's' => options.separate = true,
            'i' => {
                options.in_place = Some(after.to_owned());
                break;
            }
            'e' | 'f' => {
                let value = if after.is_empty() { rest.next().cloned() } else { Some(after.to_owned()) };
                let value = value.ok_or_else(|| format!("sed: option requires an argument -- '{letter}'\n{USAGE}"))?;
                options.scripts.push((letter == 'f', value));
                break;
            }
            other => return Err(format!("sed: invalid option -- '{other}'\n{USAGE}")),
        }
    }
    Ok(())
}

/// The whole script, from the command line and from files.
fn script(process: &Process, options: &Options) -> Result<String, String> {
    let mut parts = Vec::new();
    for (file, text) in &options.scripts {
        if !file {
            parts.push(text.clone());
            continue;
        }
        let content = process.kernel.files.content(&process.path(text));
        let content = content.map_err(|fault| format!("sed: can't open '{text}': {fault}"))?.text();
        parts.push(content.strip_suffix('\n').unwrap_or(&content).to_owned());
    }
    Ok(parts.join("\n"))
}

/// The files that `w` names, made anew.
fn written(process: &Process, commands: &[Command]) -> Result<BTreeMap<String, Process>, String> {
    let paths = commands.iter().filter_map(|command| match &command.deed {
        Deed::Write(path) => Some(path),
        Deed::Substitute(substitution) => substitution.write.as_ref(),
        _ => None,
    });
    let mut files = BTreeMap::new();
    for path in paths.filter(|path| *path != "/dev/stdout") {
        let mut child = process.clone();
        let file = process.create(path, false).map_err(|fault| format!("sed: can't open '{path}': {fault}"))?;
        child.files.insert(1, file);
        files.insert(path.clone(), child);
    }
    Ok(files)
}

pub(super) async fn sed(process: &Process, words: &[String]) -> Done {
    let prepared = options(words).and_then(|options| {
        let commands = script::parse(&script(process, &options)?, options.extended).map_err(|fault| format!("sed: {fault}"))?;
        let files = written(process, &commands)?;
        Ok((options, commands, files))
    });
    let (options, commands, files) = match prepared {
        Ok(prepared) => prepared,
        Err(why) => {
            process.complain(why).await;
            return Ok(1);
        }
    };
    let mut editor = Editor::new(process, &commands, options.quiet, &files);
    match edited(process, &options, &mut editor).await {
        Ok(code) => Ok(code),
        Err(Stop::Broken) => Ok(141),
        Err(Stop::Fault(fault)) => {
            editor.flush().await?;
            process.complain(format!("sed: {fault}")).await;
            Ok(1)
        }
    }
}

async fn edited(process: &Process, options: &Options, editor: &mut Editor<'_>) -> Result<i32, Stop> {
    let paths = if options.paths.is_empty() {
        vec!["-".to_owned()]
    } else {
        options.paths.clone()
    };
    let inputs: Vec<Vec<String>> = if options.separate || options.in_place.is_some() {
        paths.into_iter().map(|path| vec![path]).collect()
    } else {
        vec![paths]
    };
    let mut code = 0;
    for paths in inputs {
        let target = paths.first().filter(|path| options.in_place.is_some() && *path != "-").cloned();
        editor.kept = target.is_some();
        editor.input = Input::new(paths);
        let on = editor.edit().await?;
        code |= i32::from(editor.input.failed);
        if let (Some(path), Some(suffix)) = (target.filter(|_| !editor.input.failed), &options.in_place) {
            // What was not read any more stays as it is.
            while let Some(line) = editor.input.line(process).await {
                editor.out.extend(line);
            }
            let new = std::mem::take(&mut editor.out);
            if let Err(fault) = replace(process, &path, suffix, &new) {
                process.complain(format!("sed: {path}: {fault}")).await;
                code = 1;
            }
        }
        editor.flush().await?;
        if !on {
            break;
        }
    }
    Ok(code)
}

/// Gives a file its new content, and a copy the old one where that is asked for.
fn replace(process: &Process, path: &str, suffix: &str, new: &[u8]) -> Result<(), Fault> {
    let (user, now) = (process.identity(), process.kernel.now());
    let full = process.path(path);
    if !suffix.is_empty() {
        let old = process.kernel.files.content(&full)?;
        if let What::File(copy) = process.kernel.files.open(&format!("{full}{suffix}"), true, user, now)? {
            *hold(&copy) = old;
        }
    }
    if let File::Disk { content, .. } = process.create(path, false)? {
        let mut data = Data::default();
        data.push(new);
        *hold(&content) = data;
    }
    Ok(())
}
