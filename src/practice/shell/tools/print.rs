//! Programs that print: echo, printf, cat, seq, env and their kin.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::conversion::Conversion;
use super::{Done, Line, escape, expr, seq};
use crate::practice::runtime::process::Process;

pub(super) async fn run(process: &Process, name: &str, words: &[String]) -> Done {
    match name {
        "echo" => echo(process, words).await,
        "printf" => printf(process, words).await,
        "cat" => cat(process, words).await,
        "seq" => seq::seq(process, words).await,
        "yes" => {
            let line = if words.is_empty() { "y\n".to_owned() } else { words.join(" ") + "\n" };
            let block = line.repeat(4096 / line.len() + 1);
            loop {
                process.kernel.step().await;
                process.print(&block).await?;
            }
        }
        "env" | "printenv" => env(process, name, words).await,
        "pwd" => process.print(format!("{}\n", process.folder)).await.map(|()| 0),
        "expr" => expr(process, words).await,
        _ => base64(process, words).await,
    }
}

async fn echo(process: &Process, words: &[String]) -> Done {
    let (mut newline, mut escapes, mut from) = (true, false, 0);
    for word in words {
        let Some(letters) = word
            .strip_prefix('-')
            .filter(|letters| !letters.is_empty() && letters.chars().all(|c| "neE".contains(c)))
        else {
            break;
        };
        newline &= !letters.contains('n');
        escapes |= letters.contains('e');
        from += 1;
    }
    let mut text = words[from..].join(" ");
    if escapes {
        let (plain, cut) = escape::unescape(&text, true);
        text = plain;
        newline &= !cut;
    }
    if newline {
        text.push('\n');
    }
    process.print(text).await.map(|()| 0)
}

async fn printf(process: &Process, words: &[String]) -> Done {
    let Some((format, arguments)) = words.split_first() else {
        process.complain("printf: usage: printf FORMAT [ARG]...").await;
        return Ok(1);
    };
    let (mut rest, mut output, mut code) = (arguments, String::new(), 0);
    loop {
        let before = rest.len();
        let (text, left) = formatted(format, rest, &mut code);
        output += &text;
        rest = left;
        if rest.is_empty() || rest.len() == before {
            break;
        }
    }
    process.print(output).await?;
    Ok(code)
}

/// One pass of a printf format over the arguments; what it did not use comes back.
pub(super) fn formatted<'a>(format: &str, mut rest: &'a [String], code: &mut i32) -> (String, &'a [String]) {
    let (mut output, mut plain) = (String::new(), String::new());
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            plain.push(c);
            if c == '\\' {
                plain.extend(chars.next());
            }
            continue;
        }
        output += &escape::unescape(&std::mem::take(&mut plain), true).0;
        let mut spec = String::new();
        while let Some(c) = chars.next_if(|c| "-+ 0#123456789.*".contains(*c)) {
            if c == '*' {
                let (width, left) = rest.split_first().map_or(("", rest), |(width, left)| (width.as_str(), left));
                rest = left;
                spec += width;
            } else {
                spec.push(c);
            }
        }
        let Some(kind) = chars.find(|c| !"lhz".contains(*c)) else { break };
        if !"diuxXofFgGeEcbs%".contains(kind) {
            *code = 1;
            return (output, &[]);
        }
        if kind == '%' {
            output.push('%');
            continue;
        }
        let (argument, left) = rest.split_first().map_or(("", rest), |(argument, left)| (argument.as_str(), left));
        rest = left;
        output += &field(kind, &spec, argument, code);
    }
    output += &escape::unescape(&plain, true).0;
    (output, rest)
}

fn field(kind: char, spec: &str, argument: &str, code: &mut i32) -> String {
    let conversion = Conversion::parse(spec);
    let mut number = || {
        let text = argument.trim();
        let value = match text.strip_prefix(['\'', '"']) {
            Some(rest) => rest.chars().next().map(|c| i64::from(c as u32)),
            None => text
                .strip_prefix("0x")
                .map_or_else(|| text.parse().ok(), |hex| i64::from_str_radix(hex, 16).ok()),
        };
        value.unwrap_or_else(|| {
            *code |= i32::from(!text.is_empty());
            0
        })
    };
    match kind {
        'd' | 'i' | 'u' | 'x' | 'X' | 'o' => conversion.whole(kind, number()),
        'f' | 'F' | 'g' | 'G' | 'e' | 'E' => conversion.float(kind, argument.trim().parse().unwrap_or(0.0)),
        'c' => conversion.text(&argument.chars().take(1).collect::<String>()),
        'b' => conversion.text(&escape::unescape(argument, true).0),
        _ => conversion.text(argument),
    }
}

async fn cat(process: &Process, words: &[String]) -> Done {
    let line = Line::read(words, "");
    let files = if line.words.is_empty() { vec!["-".to_owned()] } else { line.words.clone() };
    let (mut code, mut number) = (0, 0);
    for path in files {
        let file = if path == "-" {
            process.files.get(&0).cloned().ok_or(crate::practice::runtime::files::Fault::Missing)
        } else {
            process.open(&path)
        };
        let file = match file {
            Ok(file) => file,
            Err(crate::practice::runtime::files::Fault::Folder) => {
                process.complain("cat: read error: Is a directory").await;
                code = 1;
                continue;
            }
            Err(fault) => {
                process.complain(format!("cat: can't open '{path}': {fault}")).await;
                code = 1;
                continue;
            }
        };
        loop {
            process.kernel.step().await;
            let mut chunk = process.read_file(&file, 65_536).await;
            if chunk.is_empty() {
                break;
            }
            if line.has('n') {
                let text = String::from_utf8_lossy(&chunk).into_owned();
                let numbered = text.lines().map(|line| {
                    number += 1;
                    format!("{number:6}\t{line}\n")
                });
                chunk = numbered.collect::<String>().into_bytes();
            }
            process.print(chunk).await?;
        }
    }
    Ok(code)
}

async fn env(process: &Process, name: &str, words: &[String]) -> Done {
    if name == "printenv" && !words.is_empty() {
        let mut code = 0;
        for word in words {
            match process.env.get(word) {
                Some(value) => process.print(format!("{value}\n")).await?,
                None => code = 1,
            }
        }
        return Ok(code);
    }
    let mut child = process.clone();
    let env = Arc::make_mut(&mut child.env);
    let mut rest = words.iter().peekable();
    while let Some(word) = rest.next_if(|word| word.starts_with('-') || word.contains('=')) {
        match word.as_str() {
            "-i" | "-" => env.clear(),
            "-u" => drop(rest.next().map(|name| env.remove(name))),
            word => drop(word.split_once('=').map(|(name, value)| env.insert(name.to_owned(), value.to_owned()))),
        }
    }
    let command: Vec<String> = rest.cloned().collect();
    if command.is_empty() {
        let lines: String = child.env.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        return process.print(lines).await.map(|()| 0);
    }
    match super::find(&child, &command[0]) {
        Ok(_) => Ok(super::execute(child, command).await),
        Err(fault) => {
            process
                .complain(format!("env: can't execute '{}': No such file or directory", command[0]))
                .await;
            Ok(fault.code())
        }
    }
}

async fn expr(process: &Process, words: &[String]) -> Done {
    match expr::evaluate(words) {
        Ok(answer) => {
            process.print(format!("{answer}\n")).await?;
            Ok(i32::from(expr::empty(&answer)))
        }
        Err(why) => {
            process.complain(format!("expr: {why}")).await;
            Ok(2)
        }
    }
}

async fn base64(process: &Process, words: &[String]) -> Done {
    let line = Line::read(words, "w");
    let bytes = match line.words.first() {
        Some(path) => match process.kernel.files.content(&process.path(path)) {
            Ok(content) => content.bytes,
            Err(fault) => {
                process.complain(format!("base64: can't open '{path}': {fault}")).await;
                return Ok(1);
            }
        },
        None => process.read_all(0).await,
    };
    if line.has('d') {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        return process.print(crate::practice::kubelet::base64(&text)).await.map(|()| 0);
    }
    let width = line.value('w').and_then(|width| width.parse().ok()).unwrap_or(76);
    let text = STANDARD.encode(bytes);
    if width == 0 {
        return process.print(text).await.map(|()| 0);
    }
    let lines = text.as_bytes().chunks(width).map(|line| [line, b"\n"].concat());
    process.print(lines.collect::<Vec<_>>().concat()).await.map(|()| 0)
}
