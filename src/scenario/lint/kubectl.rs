//! kubectl's commands and flags, as far as telling a typing error needs.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Commands with their flags: one line each, `*` for the flags that all take.
const TABLE: &str = include_str!("../../../assets/kubectl-flags.txt");

/// A flag as it is written, and whether a value follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Flag {
    long: &'static str,
    short: Option<&'static str>,
    takes: bool,
}

static COMMANDS: LazyLock<BTreeMap<&'static str, Vec<Flag>>> = LazyLock::new(|| {
    let flag = |word: &'static str| {
        let takes = word.ends_with('=');
        let word = word.trim_end_matches('=');
        let (short, long) = word.split_once('|').map_or((None, word), |(short, long)| (Some(short), long));
        Flag { long, short, takes }
    };
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once(':').or_else(|| line.split_once(' ')))
        .map(|(command, flags)| (command, flags.split_whitespace().map(flag).collect()))
        .collect()
});

/// What a kubectl command line says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parsed {
    /// `rollout undo`; empty when it is none of kubectl's.
    pub command: String,
    /// A first word that is no command.
    pub unknown_command: Option<String>,
    pub unknown_flags: Vec<String>,
    /// What `-f` names.
    pub files: Vec<String>,
}

/// Takes the words after `kubectl` apart.
#[must_use]
pub fn parse(words: &[String]) -> Parsed {
    let mut parsed = Parsed::default();
    let mut words = words.iter().map(String::as_str).peekable();
    while let Some(word) = words.next() {
        // what comes after -- is the container's
        if word == "--" {
            break;
        }
        if !word.starts_with('-') || word == "-" {
            take_word(&mut parsed, word);
            continue;
        }
        let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        match known(&parsed.command, name) {
            Some((flag, attached)) => {
                let value = value.or(attached).or_else(|| if flag.takes { words.next() } else { None });
                if flag.long == "--filename" {
                    parsed.files.extend(value.into_iter().flat_map(|value| value.split(',')).map(str::to_owned));
                }
            }
            // flags before the command are told once the command is known; only kubectl's own may stand there
            None => parsed.unknown_flags.push(name.to_owned()),
        }
    }
    parsed
}

fn take_word(parsed: &mut Parsed, word: &str) {
    let longer = if parsed.command.is_empty() {
        word.to_owned()
    } else {
        format!("{} {word}", parsed.command)
    };
    if COMMANDS.contains_key(longer.as_str()) {
        parsed.command = longer;
    } else if parsed.command.is_empty() && parsed.unknown_command.is_none() {
        parsed.unknown_command = Some(word.to_owned());
    }
}

/// The flag, and a value that is written onto it (`-ojson`).
fn known<'a>(command: &str, name: &'a str) -> Option<(Flag, Option<&'a str>)> {
    if matches!(name, "--help" | "-h") {
        let flag = Flag {
            long: "--help",
            short: Some("-h"),
            takes: false,
        };
        return Some((flag, None));
    }
    let flags = || ["*", command].into_iter().filter_map(|command| COMMANDS.get(command)).flatten();
    if let Some(flag) = flags().find(|flag| flag.long == name || flag.short == Some(name)) {
        return Some((*flag, None));
    }
    let (short, rest) = (name.get(..2)?, name.get(2..)?);
    if short == "--" || rest.is_empty() {
        return None;
    }
    let flag = *flags().find(|flag| flag.short == Some(short))?;
    if flag.takes {
        return Some((flag, Some(rest)));
    }
    // `-it`: several switches in one
    let all = rest
        .chars()
        .all(|char| flags().any(|flag| flag.short.is_some_and(|short| short.ends_with(char))));
    all.then_some((flag, None))
}

/// Flags and commands near a wrong one.
#[must_use]
pub fn near(command: &str, wrong: &str) -> Vec<String> {
    let flags = ["*", command]
        .into_iter()
        .filter_map(|command| COMMANDS.get(command))
        .flatten()
        .map(|flag| flag.long);
    let commands = COMMANDS.keys().copied().filter(|name| !name.contains(' ') && *name != "*");
    if wrong.starts_with('-') {
        crate::text::nearest(wrong, flags)
    } else {
        crate::text::nearest(wrong, commands)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Parsed {
        parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn commands_flags_and_files() {
        let fine = [
            "get pods -n lab -o wide --watch",
            "-n lab get po -oyaml",
            "exec -it web -- sh -c --foo",
            "rollout undo deploy/web --to-revision=2",
            "set image deploy/web web=x:1",
            "create configmap c --from-literal=a=b",
            "logs web -p --tail 5",
        ];
        for line in fine {
            let parsed = parsed(line);
            assert!(
                parsed.unknown_flags.is_empty() && parsed.unknown_command.is_none() && !parsed.command.is_empty(),
                "{line}: {parsed:?}"
            );
        }
        assert_eq!(parsed("apply -f broken/ -f a.yaml,b.yaml").files, ["broken/", "a.yaml", "b.yaml"]);
        assert_eq!(parsed("get pods --wach").unknown_flags, ["--wach"]);
        assert_eq!(near("get", "--wach"), ["--watch"]);
        assert_eq!(parsed("discribe pod web").unknown_command.as_deref(), Some("discribe"));
    }
}
