//! One object's own page: owners, images, conditions, events.

use ratatui::text::{Line, Span};

use super::Pen;
use crate::cluster::snapshot::{ObjectRef, Uid};
use crate::lab::object::{ObjectView, view};
use crate::lab::{Model, Screen};
use crate::ui::pane::{padded, wrap_spans};
use crate::ui::table::since;
use crate::ui::theme::{Look, Mean, Sign};

/// Columns of a label, and of what goes on beneath it.
const LABEL: usize = 15;

pub(super) fn draw(pen: &mut Pen, model: &Model, about: &ObjectRef, uid: &Uid, scroll: usize) {
    let Screen::Attempt(attempt) = &model.screen else { return };
    let view = view(attempt, about, uid);
    let width = pen.width();
    let wrapped = |line: Line<'static>| {
        wrap_spans(
            line.spans.into_iter().map(|span| (span.content.into_owned(), span.style)).collect(),
            width,
            LABEL,
        )
    };
    let lines = lines(pen.look, model, &view).into_iter().flat_map(wrapped).collect();
    pen.page(&view.title, Line::default(), lines, scroll);
}

fn lines(look: &Look, model: &Model, view: &ObjectView) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let pair = |name: &str, text: String| {
        Line::from(vec![
            Span::styled(padded(name, LABEL), look.style(Mean::Dim)),
            Span::styled(text, look.style(Mean::Text)),
        ])
    };
    if view.gone {
        lines.push(Line::styled("the object is gone", look.style(Mean::Warning)));
    }
    if !view.owners.is_empty() {
        lines.push(pair("owned by", view.owners.join(" / ")));
    }
    for container in &view.containers {
        lines.push(pair(if container.init { "init" } else { "container" }, container.name.to_owned()));
        lines.push(pair("  image", container.image.to_owned()));
        lines.push(pair("  pull policy", container.pull_policy.to_owned()));
        lines.push(pair("  state", container.state.clone()));
        if let Some(cached) = container.cached {
            lines.push(pair(
                "  on the node",
                if cached { "the image is there" } else { "the image is not there" }.to_owned(),
            ));
        }
    }
    if view.containers.is_empty() {
        lines.extend(view.images.iter().map(|image| pair("image", image.clone())));
    }
    lines.extend(view.conditions.iter().map(|condition| pair("condition", condition.clone())));
    if let Some((node, images)) = &view.node {
        let images = if images.is_empty() { "none".to_owned() } else { images.join(", ") };
        lines.push(pair("node", node.clone()));
        lines.push(pair("  holds", images));
    }
    lines.push(Line::default());
    lines.push(Line::styled(
        if view.events.is_empty() { "No events about it." } else { "Events" },
        look.style(Mean::Strong),
    ));
    for event in &view.events {
        let times = if event.count > 1 {
            format!("{}{}", look.sign(Sign::Times), event.count)
        } else {
            String::new()
        };
        let mean = if event.warning { Mean::Warning } else { Mean::Text };
        lines.push(Line::from(vec![
            Span::styled(format!("{:<6}{times:<4}", since(model.now, event.last)), look.style(Mean::Dim)),
            Span::styled(format!("{:<20}", event.reason), look.style(mean)),
            Span::styled(event.message.clone(), look.style(mean)),
        ]));
    }
    lines
}
