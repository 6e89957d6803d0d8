//! The cluster's side: pods, clue, events and goals, and how they share the rows.

use std::cell::OnceCell;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;

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

/// The clue and the goals, each way laid out once and only when it is asked for.
struct Ways<'a> {
    look: &'a Look,
    area: Rect,
    model: &'a Model,
    attempt: &'a Attempt,
    clue: [OnceCell<Vec<Line<'static>>>; 3],
    goals: [OnceCell<Vec<Line<'static>>>; 4],
}

impl Ways<'_> {
    fn clue(&self, room: clue::Room) -> &Vec<Line<'static>> {
        let width = usize::from(self.area.width);
        self.clue[room as usize].get_or_init(|| clue::lines(self.look, self.model, self.attempt, width, room))
    }

    fn goals(&self, room: goals::Room) -> &Vec<Line<'static>> {
        let width = usize::from(self.area.width.saturating_sub(goals::EDGES));
        self.goals[room as usize].get_or_init(|| goals::lines(self.look, self.attempt, width, room))
    }

    /// Rows of the clue's card.
    fn clue_height(&self, room: clue::Room) -> u16 {
        self.clue(room).len() as u16
    }

    /// Rows of the goals' pane, frame included.
    fn goals_height(&self, room: goals::Room) -> u16 {
        self.goals(room).len() as u16 + 2
    }

    /// The clue in as many rows as it is worth and at most `rows`.
    fn clue_within(&self, rows: usize) -> Vec<Line<'static>> {
        let rooms = [clue::Room::Ample, clue::Room::Short, clue::Room::Tight];
        let fits = rooms.into_iter().find(|room| self.clue(*room).len() <= rows).unwrap_or(clue::Room::Tight);
        clue::cut(self.look, self.clue(fits).clone(), usize::from(self.area.width), rows)
    }
}

/// Draws the four, one above the other.
pub fn draw(frame: &mut Frame, look: &Look, area: Rect, model: &Model, attempt: &Attempt, measures: &mut Measures) {
    let ways = Ways {
        look,
        area,
        model,
        attempt,
        clue: Default::default(),
        goals: Default::default(),
    };
    let rows = share(&ways);
    let clue = ways.clue_within(usize::from(rows.clue));
    let [table_area, clue_area, feed, goals_area] = Layout::vertical([
        Constraint::Length(rows.pods),
        Constraint::Length(clue.len() as u16),
        Constraint::Min(0),
        Constraint::Length(ways.goals_height(rows.goals)),
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
    goals::draw(frame, look, goals_area, attempt, ways.goals(rows.goals), measures);
}

/// The richest way in which all have what they need; where there is none, the feed gives way to the clue, and the clue to the goals.
fn share(ways: &Ways<'_>) -> Rows {
    let (height, attempt) = (ways.area.height, ways.attempt);
    let least = ways.goals_height(goals::Room::Names);
    // the feed and the goals keep a few rows whatever was wished for
    let wished = ways.model.layout().table.map(|rows| rows.min(height.saturating_sub(least + 4)).max(4));
    let pods = wished.unwrap_or_else(|| table::height(attempt, height < ROOMY));
    let fits = |(goals, clue, feed): &(goals::Room, clue::Room, u16)| pods + ways.clue_height(*clue) + feed + ways.goals_height(*goals) <= height;
    match shares(height, attempt.focus == Pane::Goals).into_iter().find(fits) {
        Some((goals, _, feed)) => Rows {
            pods,
            clue: height.saturating_sub(pods + feed + ways.goals_height(goals)),
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
fn shares(height: u16, goals_first: bool) -> Vec<(goals::Room, clue::Room, u16)> {
    use goals::Room::{Ample, Names, Row, Whole};
    let feed = if height >= ROOMY { 7 } else { 5 };
    let mut shares = Vec::new();
    if height >= ROOMY {
        shares.extend([(Ample, clue::Room::Ample, feed), (Ample, clue::Room::Short, feed)]);
    }
    if goals_first {
        shares.extend([(Whole, clue::Room::Tight, LEAST), (Row, clue::Room::Tight, LEAST)]);
    }
    shares.extend([(Whole, clue::Room::Short, feed), (Row, clue::Room::Short, feed), (Row, clue::Room::Tight, feed)]);
    if height >= SCARCE {
        shares.push((Row, clue::Room::Tight, LEAST));
    }
    shares.extend([(Names, clue::Room::Tight, feed), (Names, clue::Room::Tight, LEAST)]);
    shares
}
