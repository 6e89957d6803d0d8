//! Scrolling: steps, and how far a pane can go.

use super::msg::{Measures, PaneMeasure};
use super::{Model, Overlay, Pane, Screen};

/// A movement by key or wheel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Up,
    Down,
    HalfUp,
    HalfDown,
    PageUp,
    PageDown,
    Top,
    Bottom,
}

/// How far a pane can be scrolled, and how many rows it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Extent {
    pub max: usize,
    pub visible: usize,
}

impl Measures {
    #[must_use]
    pub fn pane(&self, pane: Pane) -> Option<&PaneMeasure> {
        self.panes.iter().find(|measure| measure.pane == pane)
    }

    /// A pane that was never drawn does not scroll.
    #[must_use]
    pub fn extent(&self, pane: Pane) -> Extent {
        self.pane(pane).map_or(Extent::default(), |m| Extent {
            max: m.rows.saturating_sub(m.visible),
            visible: m.visible,
        })
    }
}

/// Where a step leads from `at`, never past `max`.
#[must_use]
pub fn moved(at: usize, step: Step, max: usize, visible: usize) -> usize {
    let page = visible.saturating_sub(1).max(1);
    let half = (visible / 2).max(1);
    let at = at.min(max);
    match step {
        Step::Up => at.saturating_sub(1),
        Step::Down => at.saturating_add(1),
        Step::HalfUp => at.saturating_sub(half),
        Step::HalfDown => at.saturating_add(half),
        Step::PageUp => at.saturating_sub(page),
        Step::PageDown => at.saturating_add(page),
        Step::Top => 0,
        Step::Bottom => max,
    }
    .min(max)
}

/// The scroll of the overlay that owns the keys.
pub fn page(model: &mut Model, step: Step) {
    let extent = model.measures.extent(Pane::Page);
    match model.overlays.last_mut() {
        Some(Overlay::Log(log)) => {
            let at = if log.follow { extent.max } else { log.scroll };
            log.scroll = moved(at, step, extent.max, extent.visible);
            let upwards = matches!(step, Step::Up | Step::HalfUp | Step::PageUp | Step::Top);
            log.follow = if upwards {
                log.follow && extent.max == 0
            } else {
                log.follow || step == Step::Bottom
            };
        }
        Some(overlay) => {
            let scroll = overlay_scroll(overlay);
            *scroll = moved(*scroll, step, extent.max, extent.visible);
        }
        None => {}
    }
}

fn overlay_scroll(overlay: &mut Overlay) -> &mut usize {
    match overlay {
        Overlay::Log(log) => &mut log.scroll,
        Overlay::Repair(page) => &mut page.scroll,
        Overlay::Palette(palette) => &mut palette.scroll,
        Overlay::Help { scroll }
        | Overlay::Ask { scroll, .. }
        | Overlay::NameContext { scroll, .. }
        | Overlay::Page { scroll, .. }
        | Overlay::Diff { scroll, .. }
        | Overlay::Object { scroll, .. }
        | Overlay::View { scroll, .. }
        | Overlay::Debrief { scroll } => scroll,
    }
}

/// Takes what was drawn and pulls every scroll back into range.
pub fn measured(model: &mut Model, measures: Measures) {
    model.measures = measures;
    if let Some(overlay) = model.overlays.last_mut()
        && model.measures.pane(Pane::Page).is_some()
    {
        let max = model.measures.extent(Pane::Page).max;
        let scroll = overlay_scroll(overlay);
        *scroll = (*scroll).min(max);
    }
    let Screen::Attempt(attempt) = &mut model.screen else { return };
    let scroll = &mut attempt.scroll;
    if model.measures.pane(Pane::Lesson).is_some() {
        let wanted = attempt.memory.reveal.take();
        let row = |place| model.measures.parts.iter().find(|(part, _)| *part == place).map(|(_, row)| *row);
        scroll.lesson = wanted.and_then(row).unwrap_or(scroll.lesson);
        scroll.lesson = scroll.lesson.min(model.measures.extent(Pane::Lesson).max);
    }
    if model.measures.pane(Pane::Pods).is_some() {
        scroll.pods = scroll.pods.min(model.measures.extent(Pane::Pods).max);
    }
    if let Some(at) = scroll.events
        && model.measures.pane(Pane::Events).is_some()
    {
        scroll.events = Some(at.min(model.measures.extent(Pane::Events).max));
    }
}
