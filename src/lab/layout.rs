//! How the panes share the screen, as the learner moved their edges; remembered for each size of the terminal.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::keymap::Action;
use super::msg::Effect;
use super::{Model, Pane};

/// The smallest terminal that is drawn on, in columns and rows.
pub const SMALLEST: (u16, u16) = (60, 18);
/// The lesson's share of the width, in percent.
const SHARE: std::ops::RangeInclusive<u16> = 20..=75;
/// Rows of the table, frame included.
const ROWS: std::ops::RangeInclusive<u16> = 4..=40;
/// How far one key moves an edge.
const STEP: i32 = 2;

/// Where the edges were put; none stands where the lab puts it itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Layout {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lesson: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<u16>,
    #[serde(default)]
    pub zoom: bool,
}

/// Layouts by `columns x rows`: `140x40`.
pub type Layouts = BTreeMap<String, Layout>;

/// An edge between panes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// Between the lesson and the cluster: a column.
    Lesson,
    /// Below the table: a row.
    Table,
}

/// An edge as it was drawn: its column or row, and from where and to where it can go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawn {
    pub edge: Edge,
    pub at: u16,
    /// Where the two panes together begin, and how much they have.
    pub from: u16,
    pub whole: u16,
    /// Where the edge runs, across.
    pub across: (u16, u16),
}

impl Model {
    /// The terminal is too small for anything but a plain word.
    #[must_use]
    pub fn too_small(&self) -> bool {
        self.size.0 < SMALLEST.0 || self.size.1 < SMALLEST.1
    }

    /// The layout for the terminal's present size.
    #[must_use]
    pub fn layout(&self) -> Layout {
        self.layouts.get(&key(self.size)).copied().unwrap_or_default()
    }

    /// Lesson and cluster are pages of their own.
    #[must_use]
    pub fn by_pages(&self) -> bool {
        let drawn = |pane| self.measures.pane(pane).is_some();
        let zoomed = self.attempt().is_some_and(|attempt| attempt.zoom);
        !zoomed && drawn(Pane::Lesson) != drawn(Pane::Pods)
    }

    fn lay(&mut self, layout: Layout) -> Vec<Effect> {
        let key = key(self.size);
        if self.layouts.get(&key) == Some(&layout) {
            return Vec::new();
        }
        self.layouts.insert(key.clone(), layout);
        vec![Effect::SaveLayout(key, layout)]
    }
}

fn key((columns, rows): (u16, u16)) -> String {
    format!("{columns}x{rows}")
}

/// Ctrl-arrows move an edge by a step; `=` of the palette puts all back.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let (edge, by) = match action {
        Action::Wider => (Edge::Lesson, STEP),
        Action::Narrower => (Edge::Lesson, -STEP),
        Action::Taller => (Edge::Table, STEP),
        Action::Lower => (Edge::Table, -STEP),
        _ => return model.lay(Layout::default()),
    };
    let Some(drawn) = model.measures.edges.iter().find(|drawn| drawn.edge == edge).copied() else {
        model.say(
            false,
            "There is no edge to move here",
            "at 100 columns the lesson and the cluster stand side by side",
        );
        return Vec::new();
    };
    let to = (i32::from(drawn.at) + by).clamp(0, i32::from(u16::MAX));
    set(model, drawn, u16::try_from(to).unwrap_or(drawn.at))
}

/// Puts an edge where the mouse, or a key, wants it.
pub(super) fn set(model: &mut Model, drawn: Drawn, to: u16) -> Vec<Effect> {
    let mut layout = model.layout();
    let within = to.saturating_sub(drawn.from);
    match drawn.edge {
        // rounded up, so that one step always moves it
        Edge::Lesson => layout.lesson = Some((within * 100).div_ceil(drawn.whole.max(1)).clamp(*SHARE.start(), *SHARE.end())),
        Edge::Table => layout.table = Some(within.clamp(*ROWS.start(), *ROWS.end())),
    }
    model.lay(layout)
}

/// The zoom is part of the layout.
pub(super) fn zoomed(model: &mut Model) -> Vec<Effect> {
    let zoom = model.attempt().is_some_and(|attempt| attempt.zoom);
    let layout = Layout { zoom, ..model.layout() };
    model.lay(layout)
}
