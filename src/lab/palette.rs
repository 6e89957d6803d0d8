//! `:`: every action by its name, and requests to a Service.

use super::fuzzy::Filter;
use super::keymap::{self, Action, TABLE};
use super::msg::{Detail, Effect};
use super::scroll::{Step, moved};
use super::{Attempt, Model, Overlay, Screen, Tab, attempt, overlay, table, update};

/// What asks a Service; its address follows.
const REQUEST: &str = "request";

/// What is typed, and which of the actions that fit is chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Palette {
    pub typed: String,
    pub selected: usize,
    pub scroll: usize,
}

/// A line of the palette.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    pub help: &'static str,
    pub keys: String,
    pub action: Option<Action>,
}

/// The actions that fit what is typed, the best first.
#[must_use]
pub fn shown(model: &Model, typed: &str) -> Vec<Entry> {
    let mut filter = Filter::new(typed);
    let mut all: Vec<(u32, Entry)> = Vec::new();
    for entry in entries(model) {
        let score = filter.score(&entry.name).map(|score| score * 2).max(filter.score(entry.help));
        all.extend(score.map(|score| (score, entry)));
    }
    // equals stay in the order of the key table
    all.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    all.into_iter().map(|(_, entry)| entry).collect()
}

fn entries(model: &Model) -> Vec<Entry> {
    let beneath = model.overlays.split_last().map_or(&[][..], |(_, beneath)| beneath);
    let scopes = keymap::scopes_of(beneath.last(), model);
    let aside = |action: Action| matches!(action, Action::Move(_) | Action::Palette | Action::Interrupt);
    let named = TABLE
        .iter()
        .filter(|binding| scopes.contains(&binding.scope) && !aside(binding.action))
        .map(|binding| Entry {
            name: keymap::name(binding.action),
            help: binding.help,
            keys: keymap::labels(model, binding),
            action: Some(binding.action),
        });
    let request = matches!(model.screen, Screen::Attempt(_)).then(|| Entry {
        name: REQUEST.to_owned(),
        help: "ask a Service: request NAME:PORT/PATH",
        keys: String::new(),
        action: None,
    });
    named.chain(request).collect()
}

/// `:`
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    model.overlays.push(Overlay::Palette(Palette::default()));
    Vec::new()
}

/// The palette with a request begun in it.
pub(super) fn begin_request(model: &mut Model, address: &str) {
    let typed = format!("{REQUEST} {address}");
    model.overlays.push(Overlay::Palette(Palette { typed, ..Palette::default() }));
}

pub(super) fn step(model: &mut Model, step: Step) {
    let Some(Overlay::Palette(palette)) = model.overlays.last() else { return };
    let last = shown(model, &palette.typed).len().saturating_sub(1);
    let visible = model.measures.extent(super::Pane::Page).visible;
    let Some(Overlay::Palette(palette)) = model.overlays.last_mut() else { return };
    palette.selected = moved(palette.selected, step, last, 10);
    if visible > 0 {
        palette.scroll = palette.scroll.clamp((palette.selected + 1).saturating_sub(visible), palette.selected);
    }
}

/// Enter: the chosen action is done as if its key had been pressed.
pub(super) fn entered(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Palette(palette)) = model.overlays.last().cloned() else {
        return Vec::new();
    };
    if let Some(address) = palette.typed.trim_start().strip_prefix(REQUEST).filter(|rest| rest.starts_with(' ')) {
        overlay::close(model);
        return request(model, address.trim());
    }
    let chosen = shown(model, &palette.typed).into_iter().nth(palette.selected);
    match chosen.map(|entry| entry.action) {
        Some(Some(action)) => {
            overlay::close(model);
            update::act(model, action)
        }
        Some(None) => {
            overlay::close(model);
            let address = model.attempt().and_then(first_service).unwrap_or_default();
            begin_request(model, &address);
            Vec::new()
        }
        None => {
            model.say(false, format!("No action is called {}", palette.typed), "Ctrl-u empties the line");
            Vec::new()
        }
    }
}

/// `web:80/`, of the selected Service or the first.
fn first_service(attempt: &Attempt) -> Option<String> {
    let selected = table::selected(attempt).filter(|_| attempt.tab == Tab::Kind("Service".to_owned()));
    let name = match selected {
        Some(row) => row.object().name,
        None => attempt.snapshot.of_kind("Service").map(|row| row.name.clone()).min()?,
    };
    Some(address(attempt, &name))
}

/// A Service with its first port.
#[must_use]
pub fn address(attempt: &Attempt, service: &str) -> String {
    let row = attempt.snapshot.of_kind("Service").find(|row| row.name == service);
    let port = row.and_then(|row| row.ports.first()).map_or("80", |port| port.port.as_str());
    format!("{service}:{port}/")
}

/// Asks `web:80/path`, `web/path` or `web`.
pub(super) fn request(model: &mut Model, address: &str) -> Vec<Effect> {
    let address = address.trim_start_matches("http://");
    let (host, path) = address.split_once('/').unwrap_or((address, ""));
    let (service, port) = match host.split_once(':') {
        Some((service, port)) => (service, port.to_owned()),
        None => {
            let known = model.attempt().map(|attempt| self::address(attempt, host)).unwrap_or_default();
            (host, known.trim_end_matches('/').rsplit(':').next().unwrap_or("80").to_owned())
        }
    };
    if service.is_empty() {
        model.say(false, "Name a Service", "as in :request web:80/");
        return Vec::new();
    }
    let namespace = attempt::namespace(model);
    let service = service.split('.').next().unwrap_or_default().to_owned();
    let command = format!("kubectl get --raw /api/v1/namespaces/{namespace}/services/{service}:{port}/proxy/{path}");
    let path = format!("/{path}");
    attempt::page(model, Detail::Request { service, port, path }, command)
}
