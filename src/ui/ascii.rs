//! What a terminal without line drawing shows in place of signs that lessons, rules and kubectl write.

use ratatui::buffer::Buffer;

/// Signs of one column and their stand-ins.
const SIGNS: [(&str, &str); 32] = [
    ("…", "~"),
    ("×", "x"),
    ("→", ">"),
    ("←", "<"),
    ("↑", "^"),
    ("↓", "v"),
    ("↔", "-"),
    ("⇄", "-"),
    ("·", "-"),
    ("•", "-"),
    ("–", "-"),
    ("—", "-"),
    ("‘", "'"),
    ("’", "'"),
    ("“", "\""),
    ("”", "\""),
    ("≈", "~"),
    ("≥", ">"),
    ("≤", "<"),
    ("█", "#"),
    ("▒", ":"),
    ("▌", "|"),
    ("▲", "!"),
    ("▸", ">"),
    ("▾", "v"),
    ("›", ">"),
    ("✔", "+"),
    ("✗", "x"),
    ("○", "o"),
    ("●", "*"),
    ("│", "|"),
    ("─", "-"),
];

/// Puts the stand-ins in place; letters of other scripts stay as they are.
pub fn plain(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if cell.symbol().is_ascii() {
            continue;
        }
        if let Some((_, instead)) = SIGNS.iter().find(|(sign, _)| *sign == cell.symbol()) {
            cell.set_symbol(instead);
        }
    }
}
