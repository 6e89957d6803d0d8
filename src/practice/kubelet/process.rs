//! What a container's process does: the image's own steps, or a command given to it, as a small program.

use std::collections::BTreeMap;

use super::shell;
use crate::image::{Image, Step};
use crate::practice::field::{items, text};
use serde_json::Value;

/// One thing a process does.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    Log(String),
    /// Seconds.
    Sleep(f64),
    /// Memory taken, as a quantity.
    Use(String),
    Exit(i32),
    Serve(u16, Vec<String>),
    Stay,
    Jump(usize),
}

/// What a process can see.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    pub env: BTreeMap<String, String>,
    /// Files that volumes bring, by path.
    pub files: BTreeMap<String, String>,
}

/// A process ready to start.
#[derive(Debug, Clone, PartialEq)]
pub struct Process {
    pub program: Vec<Op>,
    /// Whether it ends by itself when told to; the shell as first process does not.
    pub handles_term: bool,
}

/// Makes the process of a container.
///
/// # Errors
/// The runtime's text when the command cannot be started.
pub fn of(spec: &Value, image: &Image, repository: &str, around: &Surroundings) -> Result<Process, String> {
    let words = |field: &str| {
        items(&spec[field])
            .iter()
            .map(|word| shell::expand_references(text(word), &around.env))
            .collect::<Vec<_>>()
    };
    let (command, args) = (words("command"), words("args"));
    let own = repository.rsplit('/').next().unwrap_or_default();
    let given = args.clone();
    let argv: Vec<String> = if command.is_empty() && !image.shell {
        Vec::new()
    } else {
        command.into_iter().chain(args).collect()
    };
    let Some(first) = argv.first() else {
        let program = if image.shell { vec![Op::Exit(0)] } else { steps(&image.run, around, &given) };
        return Ok(Process { program, handles_term: true });
    };
    let base = first.rsplit('/').next().unwrap_or_default();
    let in_path = !first.contains('/')
        || ["/bin/", "/usr/bin/", "/usr/local/bin/", "/sbin/", "/usr/sbin/"]
            .iter()
            .any(|folder| first.strip_prefix(folder) == Some(base));
    if in_path && base == own && !image.run.is_empty() {
        return Ok(Process {
            program: steps(&image.run, around, &given),
            handles_term: true,
        });
    }
    if !in_path || !shell::knows(base) {
        let why = if first.contains('/') {
            format!("stat {first}: no such file or directory")
        } else {
            "executable file not found in $PATH".to_owned()
        };
        return Err(format!(
            "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"{first}\": {why}"
        ));
    }
    Ok(Process {
        program: shell::program(&argv, around),
        handles_term: false,
    })
}

fn steps(run: &[Step], around: &Surroundings, args: &[String]) -> Vec<Op> {
    let mut program = Vec::new();
    let mut serving = false;
    for step in run {
        match step {
            Step::Log(text) => program.push(Op::Log(text.clone())),
            Step::NeedEnv(needs) => need(&mut program, needs, |name| around.env.get(name).is_some_and(|value| !value.is_empty())),
            Step::NeedFile(needs) => need(&mut program, needs, |path| around.files.contains_key(path)),
            Step::NeedArg(needs) => need(&mut program, needs, |arg| args.iter().any(|given| given == arg)),
            Step::Sleep(seconds) => program.push(Op::Sleep(*seconds as f64)),
            Step::Use(quantity) => program.push(Op::Use(quantity.clone())),
            Step::Exit(code) => program.push(Op::Exit(*code)),
            Step::Serve(ports) => {
                serving = true;
                program.extend(ports.iter().map(|(port, paths)| Op::Serve(*port, paths.clone())));
            }
            Step::Stay => program.push(Op::Stay),
        }
    }
    program.push(if serving { Op::Stay } else { Op::Exit(0) });
    program
}

/// Prints the text of each unmet need and ends with 1.
fn need(program: &mut Vec<Op>, needs: &BTreeMap<String, String>, met: impl Fn(&str) -> bool) {
    if let Some((_, complaint)) = needs.iter().find(|(name, _)| !met(name)) {
        program.push(Op::Log(complaint.clone()));
        program.push(Op::Exit(1));
    }
}
