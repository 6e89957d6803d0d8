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

    /// The key that a settings file names.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let single = |text: &str| {
            let mut letters = text.chars();
            letters.next().filter(|c| letters.next().is_none() && !c.is_control())
        };
        if let Some(c) = single(name) {
            return Some(Self::Char(c));
        }
        if let Some(c) = name.strip_prefix("Ctrl-").and_then(single).filter(|c| *c != 'c') {
            return Some(Self::Ctrl(c.to_ascii_lowercase()));
        }
        match name {
            "Enter" => Some(Self::Code(KeyCode::Enter)),
            "Tab" => Some(Self::Code(KeyCode::Tab)),
            "Space" => Some(Self::Char(' ')),
            _ => {
                let number = name.strip_prefix('F')?.parse().ok()?;
                (1..=12).contains(&number).then_some(Self::Code(KeyCode::F(number)))
            }
        }
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
