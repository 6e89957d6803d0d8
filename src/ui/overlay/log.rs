//! The log page.

use jiff::Timestamp;
use ratatui::text::Line;

use super::{Pen, page};
use crate::lab::LogPage;
use crate::lab::log::line;
use crate::ui::pane::wrap_spans;
use crate::ui::theme::Mean;

pub(super) fn draw(pen: &mut Pen, now: Timestamp, log: &LogPage) {
    let look = pen.look;
    let width = pen.width();
    let mut lines: Vec<Line> = Vec::new();
    if log.cut {
        lines.push(Line::styled("older lines were dropped: 50,000 are kept", look.style(Mean::Dim)));
    }
    let wanted = log.search.text.to_lowercase();
    for text in log.shown_lines(now).map(|text| line(text, log.timestamps)) {
        let found = !wanted.is_empty() && text.to_lowercase().contains(&wanted);
        let style = look.style(if found { Mean::Warning } else { Mean::Text });
        if log.wrap {
            lines.extend(wrap_spans(vec![(text.to_owned(), style)], width, 2))
        } else {
            lines.push(Line::styled(text.to_owned(), style))
        }
    }
    match &log.ended {
        Some(why) if why.is_empty() => lines.push(Line::styled("the log ends here", look.style(Mean::Dim))),
        Some(why) => lines.extend(wrap_spans(vec![(why.clone(), look.style(Mean::Warning))], width, 0)),
        None if lines.is_empty() => lines.push(Line::styled("no lines yet", look.style(Mean::Dim))),
        None => {}
    }
    let run = if log.previous { ", previous run" } else { "" };
    let title = format!("log of {} / {}{run}", log.name, log.shown());
    let since = log.since.map(|seconds| format!("last {}", crate::text::age(seconds)));
    let flags = [(log.follow, "follow"), (log.wrap, "wrap"), (log.timestamps, "times")];
    let on: Vec<_> = since
        .iter()
        .map(String::as_str)
        .chain(flags.iter().filter(|(on, _)| *on).map(|(_, word)| *word))
        .collect();
    let right = page::searched(look, &log.search);
    let right = if right.spans.is_empty() {
        Line::styled(on.join(" "), look.style(Mean::Dim))
    } else {
        right
    };
    let visible = usize::from(pen.area.height.saturating_sub(2));
    let scroll = if log.follow { lines.len().saturating_sub(visible) } else { log.scroll };
    pen.page(&title, right, lines, scroll);
}
