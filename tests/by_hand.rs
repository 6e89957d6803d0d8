//! A lesson done wholly by hand: every command of its README typed into the shell pane, and the rows that the README prints found
//! in what comes out.
//!
//! Ages, counts, generated names and what newer versions word otherwise are folded. A command that cuts its own output short
//! (`grep -A 5`) is asked for no more rows than it can print.

use std::path::Path;
use std::time::{Duration, Instant};

use klab::scenario::commands::{Block, blocks, commands};
use portable_pty::CommandBuilder;

use super::pseudo_terminal::Terminal;

/// How long the rows of one command may take to come.
const PATIENCE: Duration = Duration::from_secs(90);
/// Wide enough that the shell's part of the screen wraps no event.
const SIZE: (u16, u16) = (1000, 110);

/// A command, and the rows that the README prints below it.
#[derive(Debug)]
struct Asked {
    command: String,
    rows: Vec<Vec<String>>,
}

fn lesson(readme: &str) -> Vec<Asked> {
    let mut asked: Vec<Asked> = Vec::new();
    for block in blocks(readme) {
        let typed = commands(&block);
        if typed.is_empty() {
            asked
                .iter_mut()
                .last()
                .into_iter()
                .for_each(|last| last.rows.extend(rows(&block, &last.command)));
        }
        asked.extend(typed.into_iter().map(|command| Asked {
            command: command.text,
            rows: Vec::new(),
        }));
    }
    asked
}

/// The rows of printed output, cell by cell, without headings: pods by READY, STATUS and RESTARTS, events by type, reason and message.
fn rows(block: &Block, command: &str) -> Vec<Vec<String>> {
    if !block.language.is_empty() {
        return Vec::new();
    }
    let shown = command
        .split("-A ")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next()?.parse::<usize>().ok());
    let lines = block.code.lines().take(shown.map_or(usize::MAX, |after| after + 1));
    lines.filter_map(row).collect()
}

fn row(line: &str) -> Option<Vec<String>> {
    let cells: Vec<&str> = line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
    let own = |cells: &[&str]| Some(cells.iter().map(|cell| (*cell).to_owned()).collect());
    match cells.as_slice() {
        [kind @ ("Normal" | "Warning"), reason, _, _, message] => own(&[kind, reason, &worded(reason, message)]),
        [_, ready, status, restarts, _] if ready.contains('/') => own(&[ready, status, restarts]),
        [line] if line.ends_with(" created") => own(&[line]),
        _ => None,
    }
}

/// A message as far as versions agree on it.
fn worded(reason: &str, message: &str) -> String {
    match reason {
        "Scheduled" => "Successfully assigned".to_owned(),
        "Created" | "Started" => String::new(),
        _ => folded(message),
    }
}

/// `failed to resolve reference "x": x` is `failed to resolve image: x` in later versions.
fn folded(text: &str) -> String {
    let Some((before, rest)) = text.split_once("failed to resolve reference \"") else {
        return text.to_owned();
    };
    let after = rest.split_once("\": ").map_or(rest, |(_, after)| after);
    format!("{before}failed to resolve image: {after}")
}

/// Whether a line shows the cells in their order.
fn shows(line: &str, row: &[String]) -> bool {
    let mut rest = folded(line);
    for cell in row {
        let Some(at) = rest.find(cell.as_str()) else { return false };
        rest = rest.split_off(at + cell.len());
    }
    true
}

fn shell(seed: &Path, kubectl: &Path, bin: &Path) -> Terminal {
    std::os::unix::fs::symlink(kubectl, bin.join("kubectl")).unwrap();
    let path = std::env::var("PATH").unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_klab"));
    command.args(["--scenarios", seed.to_str().unwrap(), "--speed", "4", "02"]);
    command.env("PATH", format!("{}:{path}", bin.display()));
    let mut terminal = Terminal::run(command, SIZE.0, SIZE.1);
    terminal.shows("press b");
    terminal.press("!");
    terminal.shows("(lab-02)");
    terminal
}

#[test]
#[ignore = "needs KLAB_TEST_KUBECTL"]
fn the_seeds_lesson_is_done_by_hand_in_the_shell_pane() {
    let variable = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} names no path"));
    let (kubectl, seed) = (variable("KLAB_TEST_KUBECTL"), variable("KLAB_TEST_SEED"));
    let (seed, bin) = (Path::new(&seed), tempfile::tempdir().unwrap());
    let readme = std::fs::read_to_string(seed.join("02-image-pull-backoff/README.md")).unwrap();
    let mut terminal = shell(seed, Path::new(&kubectl), bin.path());
    let asked = lesson(&readme);
    assert!(asked.iter().map(|asked| asked.rows.len()).sum::<usize>() >= 12, "{asked:?}");
    let mut turn = 0;
    for Asked { command, rows } in asked {
        let end = Instant::now() + PATIENCE;
        let mut missing = rows;
        loop {
            turn += 1;
            terminal.press(&format!("clear; {command}; echo ended-{turn} $?\r"));
            let mark = format!("ended-{turn} ");
            let ended = |line: &str| line.split(&mark).nth(1).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
            let screen = terminal.comes(|screen| screen.lines().any(ended), &format!("ended {command}"));
            missing.retain(|row| !screen.lines().any(|line| shows(line, row)));
            if missing.is_empty() {
                break;
            }
            assert!(Instant::now() < end, "{command} never showed {missing:?}:\n{screen}");
        }
    }
    drop(terminal);
}

#[test]
fn rows_are_read_as_the_readme_prints_them() {
    let readme = "```bash\nkubectl get pods\n```\n```\nNAME   READY   STATUS    RESTARTS   AGE\nweb-xxx   0/1   ErrImagePull   0   15s\n```\n\
                  ```bash\nkubectl describe pod | grep -A 3 Events\n```\n```\nEvents:\n  Type  Reason  Age  From  Message\n  ----  ------  ----  ----  -------\n  \
                  Warning  Failed  1s (x3 over 4s)  kubelet  failed to resolve reference \"a\": b\n  Normal  Started  1s  kubelet  Started it\n```\n";
    let asked = lesson(readme);
    assert_eq!(asked[0].rows, [["0/1", "ErrImagePull", "0"]]);
    assert_eq!(
        asked[1].rows,
        [["Warning", "Failed", "failed to resolve image: b"]],
        "no more than the command prints"
    );
    assert!(shows("│ web-1   0/1   ErrImagePull   0   3s", &asked[0].rows[0]));
    assert!(!shows("│ web-1   1/1   Running   0   3s", &asked[0].rows[0]));
}
