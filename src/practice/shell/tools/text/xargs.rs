//! xargs: makes arguments of what it reads.

use crate::practice::runtime::process::Process;
use crate::practice::shell::tools::{Done, execute, find};

pub(super) async fn xargs(process: &Process, words: &[String]) -> Done {
    let line = words.iter().position(|word| !word.starts_with('-'));
    let each = words.iter().position(|word| word == "-n1" || word == "-I{}" || word == "-I" || word == "-n");
    let skip = match each {
        Some(at) if words[at].len() == 2 => at + 2,
        Some(at) => at + 1,
        None => line.unwrap_or(words.len()),
    };
    let command: Vec<String> = if skip < words.len() {
        words[skip..].to_vec()
    } else {
        vec!["echo".to_owned()]
    };
    let input = String::from_utf8_lossy(&process.read_all(0).await).into_owned();
    let items: Vec<String> = input.split_whitespace().map(str::to_owned).collect();
    let runs: Vec<Vec<String>> = match each {
        Some(_) => items
            .into_iter()
            .map(|item| {
                let replaced: Vec<String> = command.iter().map(|word| word.replace("{}", &item)).collect();
                if replaced == command {
                    [command.clone(), vec![item]].concat()
                } else {
                    replaced
                }
            })
            .collect(),
        None => vec![[command, items].concat()],
    };
    let mut code = 0;
    for argv in runs {
        if let Err(fault) = find(process, &argv[0]) {
            process.complain(format!("xargs: {}: No such file or directory", argv[0])).await;
            return Ok(fault.code());
        }
        if execute(process.clone(), argv).await != 0 {
            code = 123;
        }
    }
    Ok(code)
}
