//! Key presses, pastes and clicks as the bytes that a terminal sends for them.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::lab::shell::Modes;

/// The bytes of a key; none for one that terminals do not send.
#[must_use]
pub fn key(event: &KeyEvent, modes: Modes) -> Vec<u8> {
    let modifiers = event.modifiers;
    let plain = match event.code {
        KeyCode::Char(c) if modifiers.contains(KeyModifiers::CONTROL) => control(c).map_or_else(Vec::new, |byte| vec![byte]),
        KeyCode::Char(c) => c.to_string().into_bytes(),
        KeyCode::Enter => vec![b'\r'],
        KeyCode::Tab => vec![b'\t'],
        KeyCode::Backspace => vec![0x7f],
        KeyCode::Esc => vec![0x1b],
        code => return function(code, modifiers, modes),
    };
    if modifiers.contains(KeyModifiers::ALT) && !plain.is_empty() {
        return [vec![0x1b], plain].concat();
    }
    plain
}

/// The control character of a letter; the digits stand for those that have no letter, as terminals send them.
fn control(c: char) -> Option<u8> {
    match c {
        'a'..='z' => Some(c as u8 - b'a' + 1),
        ' ' | '@' | '2' => Some(0),
        '4' | '\\' => Some(0x1c),
        '5' => Some(0x1d),
        '6' | '^' => Some(0x1e),
        '7' | '_' | '/' => Some(0x1f),
        '[' | '3' => Some(0x1b),
        '8' | '?' => Some(0x7f),
        _ => None,
    }
}

/// Keys with a sequence of their own (xterm's control sequences, "PC-Style Function Keys").
fn function(code: KeyCode, modifiers: KeyModifiers, modes: Modes) -> Vec<u8> {
    let held = [(KeyModifiers::SHIFT, 1), (KeyModifiers::ALT, 2), (KeyModifiers::CONTROL, 4)];
    let held: u8 = held.into_iter().filter(|(one, _)| modifiers.contains(*one)).map(|(_, bit)| bit).sum();
    let letter = |letter: char, application: bool| match (held, application) {
        (0, true) => format!("\x1bO{letter}"),
        (0, false) => format!("\x1b[{letter}"),
        _ => format!("\x1b[1;{}{letter}", held + 1),
    };
    let number = |number: u8| match held {
        0 => format!("\x1b[{number}~"),
        _ => format!("\x1b[{number};{}~", held + 1),
    };
    let text = match code {
        KeyCode::Up => letter('A', modes.application_cursor),
        KeyCode::Down => letter('B', modes.application_cursor),
        KeyCode::Right => letter('C', modes.application_cursor),
        KeyCode::Left => letter('D', modes.application_cursor),
        KeyCode::Home => letter('H', modes.application_cursor),
        KeyCode::End => letter('F', modes.application_cursor),
        KeyCode::BackTab => "\x1b[Z".to_owned(),
        KeyCode::Insert => number(2),
        KeyCode::Delete => number(3),
        KeyCode::PageUp => number(5),
        KeyCode::PageDown => number(6),
        KeyCode::F(n @ 1..=4) => letter(char::from(b'P' + n - 1), true),
        KeyCode::F(5) => number(15),
        KeyCode::F(n @ 6..=10) => number(n + 11),
        KeyCode::F(n @ 11..=12) => number(n + 12),
        _ => String::new(),
    };
    text.into_bytes()
}

/// A paste: marked as one where the program asked for that, else line by line as if typed.
#[must_use]
pub fn paste(text: &str, modes: Modes) -> Vec<u8> {
    let text = text.replace("\r\n", "\r").replace('\n', "\r");
    if !modes.bracketed_paste {
        return text.into_bytes();
    }
    // The end mark inside a paste would let the rest of it through as keys.
    let text = text.replace("\x1b[201~", "");
    format!("\x1b[200~{text}\x1b[201~").into_bytes()
}

/// A click or a turn of the wheel as an SGR report.
#[must_use]
pub fn mouse(event: &MouseEvent) -> Vec<u8> {
    let button = |button| match button {
        MouseButton::Left => 0,
        MouseButton::Middle => 1,
        MouseButton::Right => 2,
    };
    let (code, end) = match event.kind {
        MouseEventKind::Down(which) => (button(which), 'M'),
        MouseEventKind::Up(which) => (button(which), 'm'),
        MouseEventKind::Drag(which) => (button(which) + 32, 'M'),
        MouseEventKind::ScrollUp => (64, 'M'),
        MouseEventKind::ScrollDown => (65, 'M'),
        _ => return Vec::new(),
    };
    format!("\x1b[<{code};{};{}{end}", event.column + 1, event.row + 1).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(code: KeyCode, modifiers: KeyModifiers) -> Vec<u8> {
        key(&KeyEvent::new(code, modifiers), Modes::default())
    }

    #[test]
    fn keys_are_what_terminals_send() {
        let none = KeyModifiers::NONE;
        assert_eq!(bytes(KeyCode::Char('ä'), none), "ä".as_bytes());
        assert_eq!(bytes(KeyCode::Char('c'), KeyModifiers::CONTROL), [3]);
        assert_eq!(bytes(KeyCode::Char('x'), KeyModifiers::ALT), b"\x1bx");
        assert_eq!(bytes(KeyCode::Up, none), b"\x1b[A");
        assert_eq!(bytes(KeyCode::Left, KeyModifiers::CONTROL), b"\x1b[1;5D");
        assert_eq!(bytes(KeyCode::F(5), none), b"\x1b[15~");
        assert_eq!(bytes(KeyCode::F(12), none), b"\x1b[24~");
        assert_eq!(bytes(KeyCode::F(1), none), b"\x1bOP");
        assert_eq!(bytes(KeyCode::Delete, none), b"\x1b[3~");
        let modes = Modes {
            application_cursor: true,
            ..Modes::default()
        };
        assert_eq!(key(&KeyEvent::new(KeyCode::Up, none), modes), b"\x1bOA");
    }

    #[test]
    fn a_marked_paste_cannot_end_itself() {
        let modes = Modes {
            bracketed_paste: true,
            ..Modes::default()
        };
        assert_eq!(paste("a\nb\x1b[201~rm", modes), b"\x1b[200~a\rbrm\x1b[201~");
        assert_eq!(paste("a\r\nb", Modes::default()), b"a\rb");
    }
}
