//! A pod's states over time as a strip of cells, and the back-off ladder while it waits.

use jiff::Timestamp;
use ratatui::text::Span;

use super::theme::{Look, Mean, Palette, Sign};
use crate::cluster::snapshot::PodRow;
use crate::lab::Attempt;
use crate::lab::backoff::{STEPS, Try, Wait, wait};
use crate::lab::journal::{Mark, Shade, Strip};

/// The strip of a pod from when it was made until now, in `cells` cells.
pub fn strip(look: &Look, attempt: &Attempt, pod: &PodRow, now: Timestamp, cells: usize) -> Vec<Span<'static>> {
    let Some(strip) = attempt.journal.strips.get(&pod.uid) else {
        return Vec::new();
    };
    let Some((first, _)) = strip.states.front() else { return Vec::new() };
    let start = pod.created.map_or(*first, |created| created.min(*first));
    let whole = now.duration_since(start).as_secs_f64().max(1.0);
    let place = |at: Timestamp| ((at.duration_since(start).as_secs_f64() / whole * cells as f64) as usize).min(cells.saturating_sub(1));
    (0..cells)
        .map(|cell| {
            let shade = shade_of(strip, &place, cell);
            let mark = strip.marks.iter().rev().find(|(at, _)| place(*at) == cell).map(|(_, mark)| *mark);
            drawn(look, shade, mark)
        })
        .collect()
}

/// The worst state that a cell touches; one between two changes is as the last change before it left it.
fn shade_of(strip: &Strip, place: &impl Fn(Timestamp) -> usize, cell: usize) -> Option<Shade> {
    let within = strip.states.iter().filter(|(at, _)| place(*at) == cell).map(|(_, shade)| *shade);
    let before = strip.states.iter().rev().find(|(at, _)| place(*at) < cell).map(|(_, shade)| *shade);
    let faulty = |shade: &Shade| *shade == Shade::Faulty;
    within.clone().find(faulty).or(within.last()).or(before)
}

fn drawn(look: &Look, shade: Option<Shade>, mark: Option<Mark>) -> Span<'static> {
    let (mean, letter) = match shade {
        None => (Mean::Dim, " "),
        Some(Shade::Coming) => (Mean::Warning, "c"),
        Some(Shade::Unready) => (Mean::Warning, "u"),
        Some(Shade::Ready) => (Mean::Good, "R"),
        Some(Shade::Faulty) => (Mean::Fault, "F"),
        Some(Shade::Done) => (Mean::Dim, "d"),
        Some(Shade::Leaving) => (Mean::Dim, "x"),
    };
    let plain = look.palette == Palette::None || look.ascii;
    let text = match mark {
        Some(Mark::Pull) => look.sign(Sign::Down),
        Some(Mark::Restart) => look.sign(Sign::Again),
        None if plain => letter,
        None if shade == Some(Shade::Coming) => "▒",
        None if shade.is_none() => " ",
        None => "█",
    };
    Span::styled(text, look.style(mean))
}

/// Below this width only the step that counts is named.
const WHOLE_LADDER: usize = 60;

/// The ladder of a pod that waits.
pub fn ladder(look: &Look, attempt: &Attempt, pod: &PodRow, now: Timestamp, width: usize) -> Option<Vec<Span<'static>>> {
    let wait = wait(&attempt.snapshot, pod)?;
    let dim = look.style(Mean::Dim);
    let mut spans = vec![Span::styled("back-off ", dim)];
    if width >= WHOLE_LADDER {
        for (place, step) in STEPS.iter().enumerate() {
            let here = place == wait.step;
            let text = if here { format!("[{step}]") } else { format!(" {step} ") };
            spans.push(Span::styled(text, look.style(if here { Mean::Warning } else { Mean::Dim })));
        }
    } else {
        spans.push(Span::styled(format!("{}", STEPS[wait.step]), look.style(Mean::Warning)));
    }
    spans.push(Span::styled(" s   ", dim));
    spans.push(Span::styled(next(look, &wait, now), look.style(Mean::Text)));
    Some(spans)
}

fn next(look: &Look, wait: &Wait, now: Timestamp) -> String {
    let what = if wait.of == Try::Pull { "next pull" } else { "next start" };
    match wait.left(now) {
        0 => format!("{what} is due"),
        left => format!("{what} {} {left} s", look.sign(Sign::About)),
    }
}
