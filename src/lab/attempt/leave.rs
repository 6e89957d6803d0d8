//! Leaving an attempt: for the picker, for the next scenario, or for good.

use super::super::msg::{Effect, Solved};
use super::super::overlay;
use super::super::update::quit;
use super::super::{Leaving, Model, Overlay, Picker, Place, Question, Screen, Stage};
use super::namespace;

/// Leaves, after asking when something is still applied.
pub fn ask(model: &mut Model, to: Leaving) -> Vec<Effect> {
    let practised = model.place == Place::Practice;
    let Some(attempt) = model.attempt_mut().filter(|a| a.memory.applied && a.stage != Stage::Failed) else {
        return go(model, to);
    };
    // On to the next lesson: a solved practice cluster holds nothing that anyone misses.
    if practised && to == Leaving::Next && attempt.stage == Stage::Solved {
        return go(model, to);
    }
    attempt.memory.leaving = Some(to);
    let title = attempt.scenario.title.clone();
    let going = attempt.stage == Stage::Cleaning;
    let what = if going { "being cleaned up" } else { "still applied" };
    let mut lines = vec![format!("{title} is {what} in {}.", namespace(model))];
    lines.push(match practised {
        true => "The practice cluster ends when you leave, and all that is in it.".to_owned(),
        false => "It stays in the cluster until it is cleaned up; klab finds it again.".to_owned(),
    });
    overlay::ask(model, Question::Leave { quit: to == Leaving::Quit }, lines)
}

/// `n`: the scenario that comes after this one.
pub fn next(model: &mut Model) -> Vec<Effect> {
    if following(model).is_none() {
        model.say(false, "This was the last scenario", "q goes back to the list");
        return Vec::new();
    }
    ask(model, Leaving::Next)
}

/// Place of the scenario that comes after this one: where the lesson leads, then on down the list; what is solved waits for the rest.
pub fn following(model: &Model) -> Option<usize> {
    let attempt = model.attempt()?;
    let opens = |place: &usize| model.cards.get(*place).is_some_and(|card| card.scenario.is_ok());
    let named = attempt
        .scenario
        .lesson
        .next
        .as_ref()
        .and_then(|next| model.cards.iter().position(|card| card.folder == *next));
    let here = model.cards.iter().position(|card| card.folder == attempt.scenario.folder)?;
    let ahead: Vec<usize> = named.into_iter().chain(here + 1..model.cards.len()).filter(opens).collect();
    let unsolved = ahead.iter().find(|place| model.cards[**place].state < Solved::Solved);
    unsolved.or(ahead.first()).copied()
}

/// Leaves without a question.
pub fn go(model: &mut Model, to: Leaving) -> Vec<Effect> {
    match to {
        Leaving::Quit => quit(model),
        Leaving::Next => match following(model) {
            Some(place) => super::open(model, place),
            None => to_picker(model),
        },
        Leaving::Picker => to_picker(model),
    }
}

fn to_picker(model: &mut Model) -> Vec<Effect> {
    let here = model
        .attempt()
        .and_then(|attempt| model.cards.iter().position(|card| card.folder == attempt.scenario.folder));
    let effects = close(model);
    model.screen = Screen::Picker(Picker {
        selected: here.unwrap_or(0),
        ..Picker::default()
    });
    effects
}

/// Lets the attempt's cluster go, and all that lay over the screen.
pub fn close(model: &mut Model) -> Vec<Effect> {
    let log = model
        .overlays
        .iter()
        .any(|overlay| matches!(overlay, Overlay::Log(_)))
        .then_some(Effect::StopLog);
    model.overlays.clear();
    model.measures = Default::default();
    let close = model.attempt().map(|attempt| Effect::Close(attempt.number));
    log.into_iter().chain(close).collect()
}
