//! xargs: makes arguments of what it reads.

use std::collections::VecDeque;

use crate::practice::runtime::process::Process;
use crate::practice::shell::tools::{Done, execute, find};

struct Options {
    /// The text in whose place a line goes.
    replaced: Option<String>,
    most: usize,
    nul: bool,
    not_empty: bool,
    told: bool,
    command: Vec<String>,
}

fn options(words: &[String]) -> Result<Options, String> {
    let mut options = Options {
        replaced: None,
        most: usize::MAX,
        nul: false,
        not_empty: false,
        told: false,
        command: Vec::new(),
    };
    let mut rest = words.iter();
    while let Some(word) = rest.as_slice().first().filter(|word| word.len() > 1 && word.starts_with('-')) {
        rest.next();
        if word == "--" {
            break;
        }
        for (at, letter) in word.char_indices().skip(1) {
            match letter {
                '0' => options.nul = true,
                'r' => options.not_empty = true,
                't' => options.told = true,
                'x' => {}
                'I' | 'n' | 'P' | 's' => {
                    let value = &word[at + 1..];
                    let value = if value.is_empty() {
                        rest.next().cloned().unwrap_or_default()
                    } else {
                        value.to_owned()
                    };
                    match letter {
                        'I' => options.replaced = Some(value),
                        'n' => options.most = value.parse::<usize>().map_err(|_| format!("xargs: invalid number '{value}'"))?.max(1),
                        _ => {}
                    }
                    break;
                }
                other => return Err(format!("xargs: invalid option -- '{other}'")),
            }
        }
    }
    options.command = rest.cloned().collect();
    if options.command.is_empty() {
        options.command.push("echo".to_owned());
    }
    Ok(options)
}

/// The items of the input: quotes and backslashes keep blanks within one.
fn items(text: &str, options: &Options) -> VecDeque<String> {
    if options.nul {
        return text.split_terminator('\0').map(str::to_owned).collect();
    }
    let (mut items, mut item, mut begun, mut quote) = (VecDeque::new(), String::new(), false, None);
    let ends = |c: char| if options.replaced.is_some() { c == '\n' } else { c.is_whitespace() };
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (None, '"' | '\'') => (quote, begun) = (Some(c), true),
            (None, '\\') => {
                item.extend(chars.next());
                begun = true;
            }
            (None, c) if ends(c) => {
                if std::mem::take(&mut begun) {
                    items.push_back(std::mem::take(&mut item));
                }
            }
            (None, c) if !begun && c.is_whitespace() => {}
            (_, c) => {
                item.push(c);
                begun = true;
            }
        }
    }
    if begun {
        items.push_back(item);
    }
    items
}

pub(super) async fn xargs(process: &Process, words: &[String]) -> Done {
    let options = match options(words) {
        Ok(options) => options,
        Err(why) => {
            process.complain(why).await;
            return Ok(1);
        }
    };
    let input = String::from_utf8_lossy(&process.read_all(0).await).into_owned();
    let mut items = items(&input, &options);
    let (mut code, mut first) = (0, true);
    while !items.is_empty() || std::mem::take(&mut first) && !options.not_empty && options.replaced.is_none() {
        first = false;
        let argv = match &options.replaced {
            Some(mark) => {
                let item = items.pop_front().unwrap_or_default();
                options.command.iter().map(|word| word.replace(mark, &item)).collect()
            }
            None => {
                let some: Vec<String> = items.drain(..options.most.min(items.len())).collect();
                [options.command.clone(), some].concat()
            }
        };
        if options.told {
            process.complain(argv.join(" ")).await;
        }
        if let Err(fault) = find(process, &argv[0]) {
            process.complain(format!("xargs: {}: No such file or directory", argv[0])).await;
            return Ok(fault.code());
        }
        let mut child = process.clone();
        child.files.insert(0, crate::practice::runtime::process::File::Null);
        if execute(child, argv).await != 0 {
            code = 123;
        }
    }
    Ok(code)
}
