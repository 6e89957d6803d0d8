//! Pages that are drawn from what is known at each moment: timeline, map, words explained, broken against live.

use super::keymap::Action;
use super::msg::Effect;
use super::{Model, Overlay, View, attempt, compare, map, timeline, word};

/// Opens a page.
pub(super) fn open(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(attempt) = model.attempt() else { return Vec::new() };
    let (view, scroll) = match action {
        // The newest is at the end.
        Action::Timeline => (View::Timeline, usize::MAX),
        Action::Map => (View::Map, 0),
        Action::Compare => return compare::open(model),
        Action::Explain => {
            let (title, words) = word::shown(attempt);
            if words.is_empty() {
                model.say(false, "There is no word to explain here", "Tab and the arrows choose a row");
                return Vec::new();
            }
            (View::Words { title, words }, 0)
        }
        _ => return Vec::new(),
    };
    let command = equal(&view, &attempt::namespace(model));
    model.overlays.push(Overlay::View { view, scroll });
    if let Some(command) = command {
        attempt::equal(model, command);
    }
    Vec::new()
}

/// What kubectl has that comes nearest.
fn equal(view: &View, namespace: &str) -> Option<String> {
    match view {
        View::Timeline => Some(format!("kubectl events -n {namespace}")),
        View::Map => Some(format!("kubectl get all,endpointslices,ingresses,configmaps,secrets,pvc -n {namespace}")),
        View::Compare { .. } | View::Words { .. } => None,
    }
}

/// The page as text, to copy or to keep.
#[must_use]
pub fn text(model: &Model) -> Option<String> {
    let Some(Overlay::View { view, .. }) = model.overlays.last() else {
        return None;
    };
    match view {
        View::Timeline => model.attempt().map(timeline::markdown),
        View::Map => model.attempt().map(|attempt| map::markdown(&attempt.snapshot)),
        View::Compare { lines } => lines.as_deref().map(compare::text),
        View::Words { words, .. } => {
            let said = |word: &String| word::explain(word).map(|known| format!("{word}: {}", known.means));
            Some(words.iter().filter_map(said).collect::<Vec<_>>().join("\n"))
        }
    }
}

/// Writes the page to a file.
pub(super) fn keep(model: &mut Model) -> Vec<Effect> {
    let Some(text) = text(model) else { return Vec::new() };
    let Some(attempt) = model.attempt() else { return Vec::new() };
    let time = model.now.to_string();
    let time: String = time.chars().take(19).map(|c| if c == ':' { '-' } else { c }).collect();
    let name = format!("{}-{time}.md", attempt.scenario.folder);
    vec![Effect::Keep { name, text }]
}
