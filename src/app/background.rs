//! Asks the terminal for its background colour (OSC 11), to choose between the dark and the light theme.

use std::io::{Write, stdout};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// How long a terminal may take; those that do not know the question never answer.
const PATIENCE: Duration = Duration::from_millis(40);

/// Whether the terminal says that its background is light. Needs raw mode, and nobody else reading keys.
pub fn is_light() -> bool {
    // The second question is one that every terminal answers: after it no answer to the first will come.
    let asked = write!(stdout(), "\x1b]11;?\x07\x1b[c").and_then(|()| stdout().flush());
    asked.is_ok() && brightness(&answer()).is_some_and(|brightness| brightness > 0.5)
}

/// What the terminal says until it has answered both questions or its time is up.
fn answer() -> String {
    let (end, input, mut said) = (Instant::now() + PATIENCE, rustix::stdio::stdin(), String::new());
    while !(said.contains("\x1b[?") && said.ends_with('c')) {
        let left = end.saturating_duration_since(Instant::now());
        let Ok(left) = Timespec::try_from(left) else { break };
        let mut waiting = [PollFd::new(&input, PollFlags::IN)];
        if !matches!(poll(&mut waiting, Some(&left)), Ok(1..)) {
            break;
        }
        let mut bytes = [0; 256];
        match rustix::io::read(input, &mut bytes) {
            Ok(count @ 1..) => said.push_str(&String::from_utf8_lossy(&bytes[..count])),
            _ => break,
        }
    }
    said
}

/// From 0 to 1, of an answer such as `]11;rgb:ffff/ffff/ffff` (xterm's control sequences, OSC 10 and 11).
fn brightness(said: &str) -> Option<f64> {
    let colours = said.split("rgb:").nth(1)?;
    let mut parts = colours.split(|c: char| !c.is_ascii_hexdigit()).take(3).map(|part| {
        let most = 16_f64.powi(i32::try_from(part.len()).ok()?) - 1.0;
        Some(f64::from(u32::from_str_radix(part, 16).ok()?) / most)
    });
    let (red, green, blue) = (parts.next()??, parts.next()??, parts.next()??);
    Some(0.2126 * red + 0.7152 * green + 0.0722 * blue)
}

#[cfg(test)]
mod tests {
    use super::brightness;

    #[test]
    fn the_answer_is_read_in_any_depth() {
        assert_eq!(brightness("\x1b]11;rgb:ffff/ffff/ffff\x07\x1b[?6c"), Some(1.0));
        assert_eq!(brightness("\x1b]11;rgb:00/00/00\x1b\\"), Some(0.0));
        assert!(brightness("\x1b]11;rgb:1d1d/1f1f/2121\x07").is_some_and(|brightness| brightness < 0.2));
        assert_eq!(brightness("\x1b[?6c"), None);
    }
}
