//! A scenario that its author has just saved: words change where they stand, a change of what is played starts anew.

use std::sync::Arc;

use super::msg::Effect;
use super::{Model, Place, attempt};
use crate::scenario::Scenario;

/// Takes in what a folder says now, or why it cannot be read.
pub(super) fn update(model: &mut Model, folder: &str, saved: Result<Arc<Scenario>, String>) -> Vec<Effect> {
    let Some(place) = model.cards.iter().position(|card| card.folder == folder) else {
        return Vec::new();
    };
    model.cards[place].scenario.clone_from(&saved);
    let Some(open) = model.attempt().filter(|attempt| attempt.scenario.folder == folder) else {
        return Vec::new();
    };
    let scenario = match saved {
        Ok(scenario) => scenario,
        Err(why) => {
            model.say(true, why, "the lesson stays as it was last");
            return Vec::new();
        }
    };
    let writes = matches!(model.place, Place::Real { .. }) && open.memory.applied;
    if plays_alike(&open.scenario, &scenario) {
        if let Some(attempt) = model.attempt_mut() {
            if attempt.scenario.lesson.parts.len() != scenario.lesson.parts.len() {
                attempt.folds.clear();
            }
            attempt.scenario = scenario;
        }
        model.say(false, "Saved: the lesson is shown as it reads now", "");
        return Vec::new();
    }
    if writes {
        model.say(false, "Saved: other manifests or goals", "c cleans up, then q and Enter play them");
        return Vec::new();
    }
    let shown = open.scroll;
    let effects = attempt::open(model, place);
    if let Some(attempt) = model.attempt_mut() {
        attempt.scroll.lesson = shown.lesson;
    }
    model.say(false, "Saved: started anew with what is played now", "b breaks it");
    effects
}

/// Whether two differ in their words alone.
fn plays_alike(a: &Scenario, b: &Scenario) -> bool {
    let played = |of: &Scenario| Scenario {
        title: String::new(),
        level: Default::default(),
        minutes: 0,
        tags: Vec::new(),
        lesson: Default::default(),
        files: Vec::new(),
        warnings: Vec::new(),
        hint_offers: Default::default(),
        inferred: Vec::new(),
        ..of.clone()
    };
    played(a) == played(b)
}
