//! The cluster's side: pods, clue, events and goals, and how they share the rows.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};

use super::theme::Look;
use super::{clue, events, goals, table};
use crate::lab::layout::{Drawn, Edge};
use crate::lab::msg::Measures;
use crate::lab::{Attempt, Model, Pane};

/// From here on the cluster's side need not be sparing with rows.
const ROOMY: u16 = 34;
/// Below this each row is asked for what it is worth.
const SCARCE: u16 = 24;
/// The lowest frame with anything in it.
const LEAST: u16 = 3;

/// Who gets how many rows; the feed has what is left.
struct Rows {
    pods: u16,
    clue: u16,
    goals: goals::Room,
}

/// Draws the four, one above the other.
pub fn draw(frame: &mut Frame, look: &Look, area: Rect, model: &Model, attempt: &Attempt, measures: &mut Measures) {
    let rows = share(look, area, model, attempt);
    let clue = clue::lines(look, model, attempt, usize::from(area.width), usize::from(rows.clue));
    let [table_area, clue_area, feed, goals_area] = Layout::vertical([
        Constraint::Length(rows.pods),
        Constraint::Length(clue.len() as u16),
        Constraint::Min(0),
        Constraint::Length(goals_height(look, area, attempt, rows.goals)),
    ])
    .areas(area);
    measures.edges.push(Drawn {
        edge: Edge::Table,
        at: table_area.bottom(),
        from: area.y,
        whole: area.height,
        across: (area.x, area.right()),
    });
    table::draw(frame, look, table_area, model, attempt, measures);
    clue::draw(frame, look, clue_area, clue);
    if feed.height >= LEAST {
        events::draw(frame, look, feed, model, attempt, measures);
    }
    goals::draw(frame, look, goals_area, attempt, rows.goals, measures);
}

/// The richest way in which all have what they need; where there is none, the feed gives way to the clue, and the clue to the goals.
fn share(look: &Look, area: Rect, model: &Model, attempt: &Attempt) -> Rows {
    let height = area.height;
    let least = goals_height(look, area, attempt, goals::Room::Names);
    // the feed and the goals keep a few rows whatever was wished for
    let wished = model.layout().table.map(|rows| rows.min(height.saturating_sub(least + 4)).max(4));
    let pods = wished.unwrap_or_else(|| table::height(attempt, height < ROOMY));
    let fits = |(goals, clue, feed): &(goals::Room, clue::Room, u16)| {
        let clue = clue::height(look, model, attempt, usize::from(area.width), *clue) as u16;
        pods + clue + feed + goals_height(look, area, attempt, *goals) <= height
    };
    match ways(height, attempt.focus == Pane::Goals).into_iter().find(fits) {
        Some((goals, _, feed)) => Rows {
            pods,
            clue: height.saturating_sub(pods + feed + goals_height(look, area, attempt, goals)),
            goals,
        },
        None => Rows {
            pods,
            clue: height.saturating_sub(pods + least),
            goals: goals::Room::Names,
        },
    }
}

/// What the goals say, how the clue is laid, and the rows of the feed: the best first.
fn ways(height: u16, goals_first: bool) -> Vec<(goals::Room, clue::Room, u16)> {
    use goals::Room::{Ample, Names, Row, Whole};
    let feed = if height >= ROOMY { 7 } else { 5 };
    let mut ways = Vec::new();
    if height >= ROOMY {
        ways.extend([(Ample, clue::Room::Ample, feed), (Ample, clue::Room::Short, feed)]);
    }
    if goals_first {
        ways.extend([(Whole, clue::Room::Tight, LEAST), (Row, clue::Room::Tight, LEAST)]);
    }
    ways.extend([(Whole, clue::Room::Short, feed), (Row, clue::Room::Short, feed), (Row, clue::Room::Tight, feed)]);
    if height >= SCARCE {
        ways.push((Row, clue::Room::Tight, LEAST));
    }
    ways.extend([(Names, clue::Room::Tight, feed), (Names, clue::Room::Tight, LEAST)]);
    ways
}

fn goals_height(look: &Look, area: Rect, attempt: &Attempt, room: goals::Room) -> u16 {
    goals::lines(look, attempt, usize::from(area.width.saturating_sub(4)), room).len() as u16 + 2
}
