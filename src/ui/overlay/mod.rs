//! What lies over the screen: help, questions, pages about one object, logs, the diff, the debrief.

mod debrief;
mod diff;
mod log;
mod map;
mod object;
mod page;
mod palette;
mod repair;
mod timeline;
mod words;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::pane::{cleared, framed, padded, percent, scrolled, wrap_spans};
use super::theme::{Look, Mean};
use crate::lab::keymap::{footer, help};
use crate::lab::msg::Measures;
use crate::lab::{Model, Overlay, Pane, Question, View};

/// Draws the top overlay.
pub fn draw(frame: &mut Frame, look: &Look, area: Rect, model: &Model, measures: &mut Measures) {
    let Some(top) = model.overlays.last() else { return };
    let mut pen = Pen { frame, look, area, measures };
    match top {
        Overlay::Help { scroll } => {
            let width = usize::from(area.width.min(HELP).saturating_sub(4));
            pen.dialog(HELP, "Keys", help_lines(look, model, width), *scroll);
        }
        Overlay::Ask { question, lines, scroll } => ask(&mut pen, model, *question, lines, *scroll),
        Overlay::NameContext { typed, lines, scroll, .. } => name_context(&mut pen, typed, lines, *scroll),
        Overlay::Diff { lines, scroll } => diff::solution(&mut pen, lines, *scroll),
        Overlay::Page {
            detail,
            text,
            loading,
            scroll,
            search,
        } => page::draw(&mut pen, detail, text, *loading, *scroll, search),
        Overlay::Log(page) => log::draw(&mut pen, model.now, page),
        Overlay::Palette(found) => palette::draw(&mut pen, model, found),
        Overlay::Repair(page) => repair::draw(&mut pen, page),
        Overlay::Object { about, uid, scroll } => object::draw(&mut pen, model, about, uid, *scroll),
        Overlay::View { view, scroll } => match view {
            View::Timeline => timeline::draw(&mut pen, model, *scroll),
            View::Map => map::draw(&mut pen, model, *scroll),
            View::Compare { lines } => diff::compared(&mut pen, lines.as_deref(), *scroll),
            View::Words { title, words } => words::draw(&mut pen, title, words, *scroll),
        },
        Overlay::Debrief { scroll } => debrief::draw(&mut pen, model, *scroll),
    }
}

/// What overlays draw with.
struct Pen<'a, 'b> {
    frame: &'a mut Frame<'b>,
    look: &'a Look,
    area: Rect,
    measures: &'a mut Measures,
}

impl Pen<'_, '_> {
    /// A box in the middle, as high as its lines need.
    fn dialog(&mut self, width: u16, title: &str, lines: Vec<Line<'static>>, scroll: usize) {
        let width = width.min(self.area.width);
        let lines: Vec<Line> = lines.into_iter().flat_map(|line| fitted(line, usize::from(width.saturating_sub(4)))).collect();
        let height = (lines.len() as u16 + 2).min(self.area.height);
        let area = Rect {
            x: self.area.x + (self.area.width - width) / 2,
            y: self.area.y + (self.area.height - height) / 3,
            width,
            height,
        };
        self.boxed(area, title, Line::default(), lines, scroll);
    }

    /// A page over all of the screen but its bars.
    fn page(&mut self, title: &str, right: Line<'static>, lines: Vec<Line<'static>>, scroll: usize) {
        self.boxed(self.area, title, right, lines, scroll);
    }

    fn boxed(&mut self, area: Rect, title: &str, right: Line<'static>, lines: Vec<Line<'static>>, scroll: usize) {
        cleared(self.frame, self.look, area);
        let visible = usize::from(area.height.saturating_sub(2));
        let mut right = right;
        let read = percent(scroll, lines.len(), visible);
        if !read.is_empty() {
            let gap = if right.spans.is_empty() { "" } else { "   " };
            right.spans.push(Span::styled(format!("{gap}{read}"), self.look.style(Mean::Dim)));
        }
        let inside = framed(
            self.frame,
            self.look,
            area,
            true,
            Line::styled(title.to_owned(), self.look.style(Mean::Strong)),
            right,
        );
        scrolled(self.frame, inside, &lines, scroll, Pane::Page, self.measures);
    }

    /// Columns inside a full page.
    fn width(&self) -> usize {
        usize::from(self.area.width.saturating_sub(4))
    }
}

/// A line wrapped to a width.
fn fitted(line: Line<'static>, width: usize) -> Vec<Line<'static>> {
    if line.width() <= width {
        return vec![line];
    }
    let indent = line.spans.first().map_or(0, |span| span.content.width() - span.content.trim_start().width());
    wrap_spans(
        line.spans.into_iter().map(|span| (span.content.into_owned(), span.style)).collect(),
        width,
        indent,
    )
}

/// Columns of the help.
const HELP: u16 = 86;

fn help_lines(look: &Look, model: &Model, width: usize) -> Vec<Line<'static>> {
    let groups = help(model);
    let keys = groups.iter().flat_map(|(_, lines)| lines).map(|(keys, _)| keys.width()).max().unwrap_or(0);
    let mut out = Vec::new();
    for (group, lines) in groups {
        if !out.is_empty() {
            out.push(Line::default());
        }
        out.push(Line::styled(group, look.style(Mean::Dim)));
        for (key, what) in lines {
            let key = (format!("  {}  ", padded(&key, keys)), look.style(Mean::Key));
            out.extend(wrap_spans(vec![key, (what.to_owned(), look.style(Mean::Text))], width, keys + 4));
        }
    }
    out
}

fn ask(pen: &mut Pen, model: &Model, question: Question, lines: &[String], scroll: usize) {
    let title = match question {
        Question::Write(_) => "This writes to a real cluster",
        Question::Solve => "Apply the solution?",
        Question::Cleanup => "Clean up?",
        Question::Leave { .. } => "Leave?",
        Question::GoOn => "Something is still here",
        Question::GiveUp => "Give up?",
    };
    let look = pen.look;
    let mut shown: Vec<Line> = lines.iter().map(|line| Line::styled(line.clone(), look.style(Mean::Text))).collect();
    shown.push(Line::default());
    let answers = footer(model).into_iter();
    let answer = |(key, word): (String, String)| {
        [
            Span::styled(key, look.style(Mean::Key)),
            Span::styled(format!(" {word}   "), look.style(Mean::Text)),
        ]
    };
    shown.push(Line::from(answers.flat_map(answer).collect::<Vec<_>>()));
    pen.dialog(72, title, shown, scroll);
}

/// The name as it is typed, with a cursor after it.
fn name_context(pen: &mut Pen, typed: &str, lines: &[String], scroll: usize) {
    let look = pen.look;
    let mut shown: Vec<Line> = lines.iter().map(|line| Line::styled(line.clone(), look.style(Mean::Text))).collect();
    shown.push(Line::default());
    shown.push(Line::from(vec![
        Span::styled("> ", look.style(Mean::Key)),
        Span::styled(format!("{typed}_"), look.style(Mean::Strong)),
    ]));
    shown.push(Line::default());
    shown.push(Line::from(vec![
        Span::styled("Enter", look.style(Mean::Key)),
        Span::styled(" write   ", look.style(Mean::Text)),
        Span::styled("Esc", look.style(Mean::Key)),
        Span::styled(" leave it alone", look.style(Mean::Text)),
    ]));
    pen.dialog(72, "This looks like production", shown, scroll);
}
