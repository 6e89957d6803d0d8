//! The learner's own settings: theme, mouse and keys, in a file that `klab config` prints with comments.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use crate::lab::Theme;
use crate::lab::key::Key;
use crate::lab::keymap::{self, Action, Keys};
use crate::lab::msg::Notice;

/// What the file says, as far as it can be used.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Config {
    pub theme: Theme,
    pub mouse: Option<bool>,
    pub keys: Keys,
}

/// A line that says nothing that klab knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct Odd {
    pub line: usize,
    pub what: String,
}

/// Where the file is.
#[must_use]
pub fn file() -> Option<PathBuf> {
    let base = etcetera::base_strategy::Xdg::new().ok()?;
    Some(base.config_dir().join("klab").join("config.yaml"))
}

/// The settings of a file and what is odd in it; the rest works. No file is no oddity.
#[must_use]
pub fn read(file: &Path) -> (Config, Option<Notice>) {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return (Config::default(), None),
        Err(error) => return (Config::default(), Some(notice(file, &error.to_string()))),
    };
    let (config, odd) = parse(&text);
    let said = odd.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    (config, (!odd.is_empty()).then(|| notice(file, &said)))
}

fn notice(file: &Path, what: &str) -> Notice {
    Notice {
        bad: true,
        what: format!("{}: {what}", file.display()),
        next: "`klab config` prints what can be set".to_owned(),
    }
}

/// Reads `name: value` line by line; what stands below `keys:` is indented.
fn parse(text: &str) -> (Config, Vec<Odd>) {
    let (mut config, mut odd) = (Config::default(), Vec::new());
    let mut bound: Vec<(usize, Action, Vec<Key>)> = Vec::new();
    let mut keys = false;
    for (place, whole) in text.lines().enumerate() {
        let line = uncommented(whole);
        let Some((name, value)) = line.split_once(':') else {
            if !line.trim().is_empty() {
                odd.push(Odd {
                    line: place + 1,
                    what: format!("`{}` is no `name: value`", line.trim()),
                });
            }
            continue;
        };
        let indented = line.starts_with(char::is_whitespace);
        let value = value.trim().trim_matches(['"', '\'']);
        let said = match (keys && indented, name.trim()) {
            (true, name) => binding(name, value).map(|(action, keys)| bound.push((place + 1, action, keys))),
            (false, "theme") => Theme::named(value)
                .map(|theme| config.theme = theme)
                .ok_or_else(|| format!("theme `{value}` is none of {}", Theme::NAMES.join(", "))),
            (false, "mouse") => match value {
                "on" | "true" => Ok(true),
                "off" | "false" => Ok(false),
                _ => Err(format!("mouse `{value}` is neither on nor off")),
            }
            .map(|on| config.mouse = Some(on)),
            (false, "keys") => Ok(()),
            (false, name) => Err(format!("`{name}` is no setting; there are theme, mouse and keys")),
        };
        keys = (keys && indented) || name.trim() == "keys";
        odd.extend(said.err().map(|what| Odd { line: place + 1, what }));
    }
    take(&mut config, &mut odd, bound);
    odd.sort_by_key(|odd| odd.line);
    (config, odd)
}

/// A comment begins at a `#` with a blank before it, so that `#` can be a key.
fn uncommented(line: &str) -> &str {
    if line.trim_start().starts_with('#') {
        return "";
    }
    line.find(" #").map_or(line, |at| &line[..at])
}

/// One key or several, with blanks between.
fn binding(name: &str, value: &str) -> Result<(Action, Vec<Key>), String> {
    let action = keymap::named(name).ok_or_else(|| format!("no action is called `{name}`"))?;
    let key = |word: &str| Key::named(word).ok_or_else(|| format!("`{word}` is no key; {A_KEY}"));
    let keys: Vec<Key> = value.split_whitespace().map(key).collect::<Result<_, _>>()?;
    if keys.is_empty() {
        return Err(format!("`{name}` has no key; {A_KEY}"));
    }
    Ok((action, keys))
}

/// What a key is called.
const A_KEY: &str = "one is a letter, Ctrl-x, Enter, Esc, Tab, Space, Up, PgDn, Home, Delete, F1 to F12";

/// Binds the keys; of two actions on one key the later line is left out.
fn take(config: &mut Config, odd: &mut Vec<Odd>, bound: Vec<(usize, Action, Vec<Key>)>) {
    for (line, action, keys) in &bound {
        if config.keys.of(*action).is_some() {
            odd.push(Odd {
                line: *line,
                what: format!("{} is bound twice", keymap::name(*action)),
            });
        } else {
            config.keys.bind(*action, keys.clone());
        }
    }
    // all lines together first, so that two actions can change places
    for (line, action, _) in bound.iter().rev() {
        if let Some((other, key)) = keymap::rival(&config.keys, *action) {
            config.keys.free(*action);
            let what = format!("{} is bound twice: to {} and to {}", key.label(), keymap::name(other), keymap::name(*action));
            odd.push(Odd { line: *line, what });
        }
    }
}

/// The settings as they are in effect, with comments; every key that can be bound.
#[must_use]
pub fn printed(config: &Config, file: Option<&Path>) -> String {
    let mut out = String::new();
    let place = file.map_or_else(String::new, |file| format!(": {}", file.display()));
    let _ = writeln!(out, "# klab's settings{place}");
    let _ = writeln!(
        out,
        "# Save it with: klab config > FILE. A line that klab does not know is named at the start; the rest works.\n"
    );
    let _ = writeln!(
        out,
        "# {}. auto takes light or dark as the terminal's background is, and NO_COLOR as none.",
        Theme::NAMES.join(", ")
    );
    let _ = writeln!(out, "theme: {}\n", config.theme.name());
    let _ = writeln!(out, "# on, or off to leave the mouse to the terminal; M turns it over.");
    let _ = writeln!(out, "mouse: {}\n", if config.mouse == Some(false) { "off" } else { "on" });
    let _ = writeln!(out, "# Keys for an action, with blanks between; {A_KEY}. Take the # away to change one.\nkeys:");
    for (action, keys, help) in keymap::bindable() {
        let name = keymap::name(action);
        match config.keys.of(action) {
            Some(own) => drop(writeln!(out, "  {name}: \"{}\"   # {help}", keymap::labels_of(own))),
            None => drop(writeln!(out, "  # {name}: \"{keys}\"   # {help}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyCode;

    use super::*;
    use crate::lab::scroll::Step;

    #[test]
    fn what_is_printed_is_read_back_and_changes_nothing() {
        let (config, odd) = parse("theme: light\nmouse: off\nkeys:\n  describe: A F5\n  yaml: \"Ctrl-y\"   # mine\n  move-up: Up u\n");
        assert_eq!(odd, []);
        assert_eq!((config.theme, config.mouse), (Theme::Light, Some(false)));
        assert_eq!(config.keys.of(Action::Yaml), Some(&[Key::Ctrl('y')][..]));
        assert_eq!(config.keys.of(Action::Move(Step::Up)), Some(&[Key::Code(KeyCode::Up), Key::Char('u')][..]));
        assert_eq!(parse(&printed(&config, None)), (config, Vec::new()));
        assert_eq!(parse(&printed(&Config::default(), None)).1, []);
    }

    #[test]
    fn an_odd_line_is_named_and_the_rest_works() {
        let (config, odd) = parse("theme: pink\ncolour: red\nmouse: off\nkeys:\n  fly: x\n  describe: Hyper-x\n  zoom: Z\nnonsense\n");
        assert_eq!((config.mouse, config.keys.of(Action::Zoom)), (Some(false), Some(&[Key::Char('Z')][..])));
        assert_eq!(odd.iter().map(|odd| odd.line).collect::<Vec<_>>(), [1, 2, 5, 6, 8]);
        assert!(odd[2].to_string().contains("no action is called `fly`"), "{odd:?}");
    }

    #[test]
    fn a_key_bound_twice_is_named_with_its_line_and_two_may_change_places() {
        let (config, odd) = parse("keys:\n  zoom: Z\n  describe: b\n");
        assert_eq!(odd.iter().map(|odd| odd.line).collect::<Vec<_>>(), [3]);
        assert!(odd[0].what.contains("b is bound twice") && odd[0].what.contains("break"), "{odd:?}");
        assert_eq!(
            (config.keys.of(Action::Describe), config.keys.of(Action::Zoom)),
            (None, Some(&[Key::Char('Z')][..]))
        );
        assert_eq!(parse("keys:\n  describe: y\n  yaml: d\n").1, []);
        assert_eq!(parse("keys:\n  zoom: A\n  describe: A\n").1.len(), 1);
    }
}
