//! Questions: what each asks, and what yes, no and Esc lead to.

use super::super::drill::{self, Over};
use super::super::msg::{Effect, Order};
use super::super::{Leaving, Model, Overlay, Question, Stage, attempt};
use attempt::{leave, story};

/// Lays a question over the screen.
pub fn ask(model: &mut Model, question: Question, lines: Vec<String>) -> Vec<Effect> {
    model.overlays.push(Overlay::Ask { question, lines, scroll: 0 });
    Vec::new()
}

fn pop(model: &mut Model) -> Option<Question> {
    let Some(Overlay::Ask { question, .. }) = model.overlays.last() else {
        return None;
    };
    let question = *question;
    super::close(model);
    Some(question)
}

pub fn yes(model: &mut Model) -> Vec<Effect> {
    match pop(model) {
        Some(Question::Write(order)) => agreed(model, order),
        Some(Question::Solve) => story::solve(model),
        Some(Question::Cleanup) => story::cleanup(model),
        Some(Question::Leave { .. }) => {
            let to = model.attempt_mut().and_then(|attempt| attempt.memory.leaving.take()).unwrap_or(Leaving::Picker);
            leave::go(model, to)
        }
        Some(Question::GoOn) => story::go_on(model),
        Some(Question::GiveUp) => drill::end(model, Over::GaveUp),
        None => Vec::new(),
    }
}

/// The first write on a real cluster may go on.
fn agreed(model: &mut Model, order: Order) -> Vec<Effect> {
    if let Some(attempt) = model.attempt_mut() {
        attempt.memory.agreed = true;
    }
    story::order(model, order)
}

/// Enter after typing the context's name: only the whole name counts.
pub fn named(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::NameContext { order, context, typed, .. }) = model.overlays.last() else {
        return Vec::new();
    };
    if typed != context {
        let what = format!("That is not {context}");
        model.say(true, what, "type it as it stands, or Esc");
        return Vec::new();
    }
    let order = *order;
    super::close(model);
    agreed(model, order)
}

pub fn no(model: &mut Model) -> Vec<Effect> {
    match pop(model) {
        Some(Question::GoOn) => story::cleanup(model),
        Some(Question::Leave { .. }) => stay(model),
        _ => Vec::new(),
    }
}

/// Esc decides nothing: an earlier run's objects stay as they are.
pub fn dismiss(model: &mut Model) -> Vec<Effect> {
    match pop(model) {
        Some(Question::GoOn) => {
            model.say(false, "The objects of the earlier run are left as they are", "b goes on with them, c cleans up");
            Vec::new()
        }
        Some(Question::Leave { .. }) => stay(model),
        _ => Vec::new(),
    }
}

fn stay(model: &mut Model) -> Vec<Effect> {
    if let Some(attempt) = model.attempt_mut() {
        attempt.memory.leaving = None;
    }
    Vec::new()
}

/// Cleans up, and leaves when all is gone.
pub fn clean_first(model: &mut Model) -> Vec<Effect> {
    pop(model);
    // Already on its way: leaving waits for it.
    if model.attempt().is_some_and(|attempt| attempt.stage == Stage::Cleaning) {
        return Vec::new();
    }
    story::cleanup(model)
}

/// Whether an order needs the learner's yes first: only the first write on a real cluster.
pub fn needs_yes(model: &Model, order: Order) -> bool {
    let real = matches!(model.place, super::super::Place::Real { .. });
    real && order != Order::Cleanup && model.attempt().is_some_and(|attempt| !attempt.memory.agreed && attempt.stage != Stage::Failed)
}
