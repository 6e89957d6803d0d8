//! The view: draws the model and says what it drew where. Pure; it knows no Kubernetes client and no clock.

mod ascii;
mod bars;
mod clue;
mod events;
mod goals;
mod lesson;
mod live;
mod markdown;
mod overlay;
mod pair;
mod pane;
mod picker;
mod reference;
mod shell;
mod strip;
mod table;
#[cfg(test)]
mod tests;
mod theme;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Block, Paragraph};

pub use theme::{Look, Palette};
use theme::{Mean, Sign};

use crate::lab::layout::{Drawn, Edge, SMALLEST};
use crate::lab::msg::Measures;
use crate::lab::{Attempt, Model, Pane, Screen, Stage};
use crate::scenario::clue::Fault;

/// From here on lesson and cluster stand side by side.
const SIDE_BY_SIDE: (u16, u16) = (100, 24);

/// From here on a shell beside the lesson has the columns that kubectl's tables want.
const SHELL_BESIDE: u16 = 130;

/// Draws everything; returns where panes are and how long their contents are.
pub fn render(model: &Model, look: &Look, frame: &mut Frame) -> Measures {
    let mut measures = Measures::default();
    let area = frame.area();
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        let text = format!(
            "klab needs {}x{} characters; this terminal has {}x{}. Make it larger, or press q to leave.",
            SMALLEST.0, SMALLEST.1, area.width, area.height
        );
        frame.render_widget(Paragraph::new(text).wrap(ratatui::widgets::Wrap { trim: true }), area);
        return measures;
    }
    frame.render_widget(Block::new().style(look.style(Mean::Text)), area);
    let told = Constraint::Length(bars::last_height(look, model, area.width));
    let [top, body, keys, last] = Layout::vertical([Constraint::Length(1), Constraint::Min(1), Constraint::Length(1), told]).areas(area);
    bars::header(frame, look, top, model);
    match &model.screen {
        Screen::Picker(picker) => picker::draw(frame, look, body, model, picker, &mut measures),
        Screen::Attempt(attempt) => self::attempt(frame, look, body, model, attempt, &mut measures),
    }
    if !model.overlays.is_empty() {
        frame.buffer_mut().set_style(body, look.behind());
        overlay::draw(frame, look, body, model, &mut measures);
    }
    bars::keys(frame, look, keys, model, &mut measures);
    bars::last(frame, look, last, model);
    if look.ascii {
        ascii::plain(frame.buffer_mut());
    }
    measures
}

fn attempt(frame: &mut Frame, look: &Look, area: Rect, model: &Model, attempt: &Attempt, measures: &mut Measures) {
    let wide = area.width >= SIDE_BY_SIDE.0 && area.height + 3 >= SIDE_BY_SIDE.1;
    match (attempt.zoom, wide, attempt.focus) {
        (false, true, Pane::Shell) => shell_beside(frame, look, area, model, attempt, measures),
        (_, _, Pane::Shell) => shell_alone(frame, look, area, model, attempt, measures),
        (true, _, pane) => alone(frame, look, area, model, attempt, pane, measures),
        (false, true, _) => {
            let share = model.layout().lesson.unwrap_or(if area.width >= 130 { 40 } else { 36 });
            let [left, right] = Layout::horizontal([Constraint::Percentage(share), Constraint::Min(1)]).areas(area);
            measures.edges.push(beside(area, right));
            lesson::draw(frame, look, left, attempt, measures);
            live::draw(frame, look, right, model, attempt, measures);
        }
        (false, false, Pane::Lesson) => {
            let [page, line] = Layout::vertical([Constraint::Min(1), Constraint::Length(1)]).areas(area);
            lesson::draw(frame, look, page, attempt, measures);
            live_row(frame, look, line, attempt);
        }
        (false, false, _) => {
            let [line, page] = Layout::vertical([Constraint::Length(1), Constraint::Min(1)]).areas(area);
            frame.render_widget(Line::styled(format!("  {}", lesson_line(look, attempt)), look.style(Mean::Dim)), line);
            live::draw(frame, look, page, model, attempt, measures);
        }
    }
}

/// The edge between the lesson and what stands right of it.
fn beside(area: Rect, right: Rect) -> Drawn {
    Drawn {
        edge: Edge::Lesson,
        at: right.x,
        from: area.x,
        whole: area.width,
        across: (area.y, area.bottom()),
    }
}

/// The shell beside the lesson, or below it where the screen is narrow; the pods stay in view.
fn shell_beside(frame: &mut Frame, look: &Look, area: Rect, model: &Model, attempt: &Attempt, measures: &mut Measures) {
    if area.width < SHELL_BESIDE {
        let [top, rest] = Layout::vertical([Constraint::Percentage(40), Constraint::Min(1)]).areas(area);
        lesson::draw(frame, look, top, attempt, measures);
        return shell_alone(frame, look, rest, model, attempt, measures);
    }
    let share = model.layout().lesson.unwrap_or(40);
    let [left, right] = Layout::horizontal([Constraint::Percentage(share), Constraint::Min(1)]).areas(area);
    measures.edges.push(beside(area, right));
    lesson::draw(frame, look, left, attempt, measures);
    let [pods, rest] = Layout::vertical([Constraint::Length(table::height(attempt, true)), Constraint::Min(1)]).areas(right);
    table::draw(frame, look, pods, model, attempt, measures);
    shell_alone(frame, look, rest, model, attempt, measures);
}

/// The shell, and the cluster in one line at its foot.
fn shell_alone(frame: &mut Frame, look: &Look, area: Rect, model: &Model, attempt: &Attempt, measures: &mut Measures) {
    let [page, line] = Layout::vertical([Constraint::Min(1), Constraint::Length(1)]).areas(area);
    shell::draw(frame, look, page, attempt, model.overlays.is_empty(), measures);
    live_row(frame, look, line, attempt);
}

fn live_row(frame: &mut Frame, look: &Look, area: Rect, attempt: &Attempt) {
    frame.render_widget(Line::styled(format!("  {}", live_line(look, attempt)), look.style(Mean::Strong)), area);
}

/// One pane alone.
fn alone(frame: &mut Frame, look: &Look, area: Rect, model: &Model, attempt: &Attempt, pane: Pane, measures: &mut Measures) {
    match pane {
        Pane::Lesson | Pane::Page => lesson::draw(frame, look, area, attempt, measures),
        Pane::Pods => table::draw(frame, look, area, model, attempt, measures),
        Pane::Events => events::draw(frame, look, area, model, attempt, measures),
        Pane::Goals => {
            let width = usize::from(area.width.saturating_sub(goals::EDGES));
            let lines = goals::lines(look, attempt, width, goals::Room::Ample);
            goals::draw(frame, look, area, attempt, &lines, measures);
        }
        Pane::Shell => shell_alone(frame, look, area, model, attempt, measures),
    }
}

/// The cluster in one line, under the lesson of a small screen.
fn live_line(look: &Look, attempt: &Attempt) -> String {
    let dot = format!(" {} ", look.sign(Sign::Dot));
    let mut parts = Vec::new();
    // The pod that the clue is about, else the youngest.
    let about = attempt.clue.as_ref().and_then(|clue| attempt.snapshot.pods.get(&clue.uid));
    if let Some(pod) = about.or_else(|| attempt.snapshot.pods_by_age().last().copied()) {
        parts.push(format!("{}/{} {}", pod.ready.0, pod.ready.1, pod.status));
    }
    if let Some(clue) = &attempt.clue {
        let times = if clue.count > 1 {
            format!(" {}{}", look.sign(Sign::Times), clue.count)
        } else {
            String::new()
        };
        parts.push(format!("{}{times}", fault(clue.fault)));
    }
    let met = attempt.verdicts.iter().filter(|goal| goal.met).count();
    if !attempt.verdicts.is_empty() {
        parts.push(format!("goals {met}/{}", attempt.verdicts.len()));
    }
    if attempt.focus == Pane::Lesson {
        parts.push("Tab shows more".to_owned());
    }
    match attempt.stage {
        Stage::Ready => "nothing applied yet: b breaks the cluster".to_owned(),
        Stage::Cleaning => format!("cleaning up: {}", attempt.going.join(", ")),
        _ => parts.join(&dot),
    }
}

/// The lesson in one line, over the cluster of a small screen.
fn lesson_line(look: &Look, attempt: &Attempt) -> String {
    let hints = crate::lab::lesson::hint_count(attempt);
    format!(
        "{} {} hint {} of {hints} {} Tab shows the lesson",
        attempt.scenario.title,
        look.sign(Sign::Dot),
        attempt.hints,
        look.sign(Sign::Dot)
    )
}

/// A fault in two words.
fn fault(fault: Fault) -> &'static str {
    match fault {
        Fault::Pull(_) => "pull failed",
        Fault::Crash => "crash",
        Fault::Config => "configuration",
        Fault::Scheduling => "not scheduled",
        Fault::Probe => "probe failed",
        Fault::Quota => "refused by quota",
        Fault::Mount => "mount failed",
        Fault::Waits => "still waiting",
        Fault::Other => "there is a clue",
    }
}
