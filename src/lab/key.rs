//! Keys as the key table names them: how they are matched and how they are printed.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Char(char),
    Ctrl(char),
    Code(KeyCode),
    CtrlCode(KeyCode),
}

/// The byte of Ctrl-] is the byte of Ctrl-5, and is read as that.
const GROUP_SEPARATOR: char = '5';

impl Key {
    /// Whether the key was pressed. Shift is part of the character already.
    #[must_use]
    pub fn is(self, event: &KeyEvent) -> bool {
        if event.kind == KeyEventKind::Release || event.modifiers.contains(KeyModifiers::ALT) {
            return false;
        }
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        match self {
            Self::Char(c) => !ctrl && event.code == KeyCode::Char(c),
            Self::Ctrl(c) => ctrl && (event.code == KeyCode::Char(c) || c == ']' && event.code == KeyCode::Char(GROUP_SEPARATOR)),
            Self::Code(code) => !(ctrl && is_arrow(code)) && event.code == code,
            Self::CtrlCode(code) => ctrl && event.code == code,
        }
    }

    /// The key that a settings file names, as it is printed or in words.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        if let Some(code) = code(name) {
            return Some(Self::Code(code));
        }
        let single = |text: &str| {
            let mut letters = text.chars();
            letters.next().filter(|c| letters.next().is_none() && !c.is_control())
        };
        if let Some(c) = single(name) {
            return Some(Self::Char(c));
        }
        if let Some(held) = name.strip_prefix("Ctrl-") {
            let letter = || single(held).filter(|c| *c != 'c').map(|c| Self::Ctrl(c.to_ascii_lowercase()));
            return code(held).filter(|code| is_arrow(*code)).map(Self::CtrlCode).or_else(letter);
        }
        (name == "Space").then_some(Self::Char(' '))
    }

    #[must_use]
    pub fn label(self) -> String {
        match self {
            Self::Char(' ') => "Space".to_owned(),
            Self::Char(c) => c.to_string(),
            Self::Ctrl(c) => format!("Ctrl-{c}"),
            Self::CtrlCode(code) => format!("Ctrl-{}", Self::Code(code).label()),
            Self::Code(code) => match code {
                KeyCode::Left => "←".to_owned(),
                KeyCode::Right => "→".to_owned(),
                KeyCode::F(number) => format!("F{number}"),
                KeyCode::Up => "↑".to_owned(),
                KeyCode::Down => "↓".to_owned(),
                KeyCode::PageUp => "PgUp".to_owned(),
                KeyCode::PageDown => "PgDn".to_owned(),
                KeyCode::BackTab => "Shift-Tab".to_owned(),
                other => format!("{other:?}"),
            },
        }
    }
}

/// A key that is no letter, by its printed sign or its name.
fn code(name: &str) -> Option<KeyCode> {
    Some(match name {
        "↑" | "Up" => KeyCode::Up,
        "↓" | "Down" => KeyCode::Down,
        "←" | "Left" => KeyCode::Left,
        "→" | "Right" => KeyCode::Right,
        "PgUp" => KeyCode::PageUp,
        "PgDn" => KeyCode::PageDown,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" => KeyCode::Tab,
        "Shift-Tab" => KeyCode::BackTab,
        "Backspace" => KeyCode::Backspace,
        "Delete" => KeyCode::Delete,
        "Insert" => KeyCode::Insert,
        _ => {
            let number = name.strip_prefix('F')?.parse().ok()?;
            return (1..=12).contains(&number).then_some(KeyCode::F(number));
        }
    })
}

fn is_arrow(code: KeyCode) -> bool {
    matches!(code, KeyCode::Up | KeyCode::Down | KeyCode::Left | KeyCode::Right)
}

/// The character that stands for a printed key in the measures, if a click can press it.
#[must_use]
pub fn click(label: &str) -> Option<char> {
    match label {
        "Enter" => Some('\n'),
        "Esc" => Some('\x1b'),
        "Tab" => Some('\t'),
        "Space" => Some(' '),
        _ => label.chars().next().filter(|_| label.chars().count() == 1),
    }
}

/// The key press that a click on a printed key stands for.
#[must_use]
pub fn press(c: char) -> KeyEvent {
    let code = match c {
        '\n' => KeyCode::Enter,
        '\x1b' => KeyCode::Esc,
        '\t' => KeyCode::Tab,
        c => KeyCode::Char(c),
    };
    KeyEvent::new(code, KeyModifiers::NONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_key_is_read_back() {
        let codes = [KeyCode::Up, KeyCode::Left, KeyCode::PageDown, KeyCode::BackTab, KeyCode::Delete, KeyCode::F(12)];
        let keys = codes
            .into_iter()
            .map(Key::Code)
            .chain([Key::Char(' '), Key::Char('F'), Key::Ctrl('d'), Key::CtrlCode(KeyCode::Right)]);
        for key in keys {
            assert_eq!(Key::named(&key.label()), Some(key));
        }
        assert_eq!((Key::named("Ctrl-c"), Key::named("Hyper-x"), Key::named("F13")), (None, None, None));
        assert_eq!(Key::named("Ctrl-Up"), Some(Key::CtrlCode(KeyCode::Up)));
    }
}
