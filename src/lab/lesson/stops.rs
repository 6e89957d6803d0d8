//! Where Enter has something to do in the lesson: its folds and its commands. One of those in view is marked.

use super::super::msg::Measures;
use super::super::scroll::Step;
use super::super::{Attempt, Model, Pane};
use super::shown;
use crate::scenario::Part;
use crate::scenario::commands::{blocks, commands};

/// Rows that stay in view below the next command.
const BELOW: usize = 3;

/// Where a command stands: the lesson's part, the block of it, the command of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub part: usize,
    pub block: usize,
    pub command: usize,
}

/// Something that Enter turns or types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// A fold, by its part.
    Fold(usize),
    Command(Place),
}

/// The stop that Enter means now, as it was drawn last.
#[must_use]
pub fn current(model: &Model) -> Option<Stop> {
    let visible = model.measures.extent(Pane::Lesson).visible;
    marked(model.attempt()?, &model.measures, visible)
}

/// The stop that is marked among those that are in view.
#[must_use]
pub fn marked(attempt: &Attempt, measures: &Measures, visible: usize) -> Option<Stop> {
    let stops = stops(attempt, measures);
    let in_view = in_view(attempt, &stops, visible);
    let wanted = attempt.memory.stop.and_then(|stop| stops.iter().position(|(one, _)| *one == stop));
    let from = wanted.unwrap_or(0);
    let place = in_view.clone().find(|place| *place >= from).or(in_view.clone().next())?;
    Some(stops[place].0)
}

/// Folds and commands in reading order, with their rows.
fn stops(attempt: &Attempt, measures: &Measures) -> Vec<(Stop, usize)> {
    let is_fold = |part: usize| matches!(attempt.scenario.lesson.parts.get(part), Some(Part::Fold { .. }));
    let folds = measures
        .parts
        .iter()
        .filter(|(part, _)| is_fold(*part))
        .map(|(part, row)| (Stop::Fold(*part), *row));
    let commands = measures.commands.iter().map(|(place, row)| (Stop::Command(*place), *row));
    let mut stops: Vec<_> = folds.chain(commands).collect();
    stops.sort_by_key(|(_, row)| *row);
    stops
}

fn in_view(attempt: &Attempt, stops: &[(Stop, usize)], visible: usize) -> std::ops::Range<usize> {
    let top = attempt.scroll.lesson;
    let first = stops.partition_point(|(_, row)| *row < top);
    first..stops.partition_point(|(_, row)| *row < top + visible)
}

/// A line up or down: where the page does not move, or the mark is ahead of it, the mark does. Whether it did.
pub fn step(model: &mut Model, step: Step) -> bool {
    let extent = model.measures.extent(Pane::Lesson);
    let (Some(attempt), Some(now)) = (model.attempt(), current(model)) else {
        return false;
    };
    let stops = stops(attempt, &model.measures);
    let in_view = in_view(attempt, &stops, extent.visible);
    let at = stops.iter().position(|(stop, _)| *stop == now).unwrap_or(0);
    let to = match step {
        Step::Down if attempt.scroll.lesson >= extent.max => at + 1,
        Step::Up if at > in_view.start => at - 1,
        _ => return false,
    };
    let stop = stops.get(to).filter(|_| in_view.contains(&to)).map(|(stop, _)| *stop);
    if let (Some(stop), Some(attempt)) = (stop, model.attempt_mut()) {
        attempt.memory.stop = Some(stop);
    }
    stop.is_some()
}

/// The text of a command.
#[must_use]
pub fn command(attempt: &Attempt, place: Place) -> Option<String> {
    let body = shown(attempt).into_iter().find(|shown| shown.part == place.part)?.body?;
    let block = blocks(body).into_iter().nth(place.block)?;
    Some(commands(&block).into_iter().nth(place.command)?.text)
}

/// The command was typed: the next one is marked, and the text before it comes into view.
pub fn typed(model: &mut Model, place: Place) {
    let extent = model.measures.extent(Pane::Lesson);
    let row = |wanted: Place| model.measures.commands.iter().find(|(one, _)| *one == wanted).map_or(0, |(_, row)| *row);
    let next = model.measures.commands.iter().map(|(place, _)| *place).find(|next| *next > place);
    let (here, there) = (row(place), row(next.unwrap_or(place)));
    let Some(attempt) = model.attempt_mut() else { return };
    attempt.memory.stop = Some(Stop::Command(next.unwrap_or(place)));
    let scroll = (there + BELOW).saturating_sub(extent.visible).min(here);
    attempt.scroll.lesson = attempt.scroll.lesson.max(scroll).min(extent.max);
}
