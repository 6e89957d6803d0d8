//! A drill's own rules: what is hidden while it runs, when it is over, and what is told then.

use std::fmt::Write;

use jiff::Timestamp;

use super::journal::What;
use super::keymap::Action;
use super::msg::Effect;
use super::overlay::ask;
use super::{Attempt, Model, Question, Stage, live};
use crate::scenario::clue::{Clue, Source};
use crate::scenario::drill::Drill;

/// How a drill ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    Solved,
    GaveUp,
    TimeUp,
}

/// A drill that still runs: clue, hints and solution are out of reach.
#[must_use]
pub fn runs(attempt: &Attempt) -> bool {
    attempt.scenario.drill.is_some() && attempt.memory.over.is_none()
}

/// Seconds until it is over.
#[must_use]
pub fn left(attempt: &Attempt, wall: Timestamp) -> Option<i64> {
    let drill = attempt.scenario.drill.as_ref().filter(|_| attempt.memory.over.is_none())?;
    Some((i64::from(drill.minutes) * 60 - attempt.elapsed(wall)?).max(0))
}

/// What a key does otherwise than in a lesson.
pub(super) fn act(model: &mut Model, action: Action) -> Option<Vec<Effect>> {
    let attempt = model.attempt().filter(|attempt| runs(attempt))?;
    match (action, attempt.stage) {
        (Action::Hint, _) => model.say(false, "A drill has no hints", "s gives up and shows what was wrong"),
        (Action::Clue, _) => model.say(false, "In a drill the clue is yours to find", "d, l, y and v look at the selected object"),
        (Action::Solve, Stage::Broken | Stage::Solving) => {
            let lines = vec!["Give up, and see what was wrong?".to_owned()];
            return Some(ask(model, Question::GiveUp, lines));
        }
        _ => return None,
    }
    Some(Vec::new())
}

/// The time may be up.
pub(super) fn tick(model: &mut Model) -> Vec<Effect> {
    let wall = model.wall();
    let playing = |attempt: &&Attempt| matches!(attempt.stage, Stage::Broken | Stage::Solving);
    let up = model.attempt().filter(playing).and_then(|attempt| left(attempt, wall)) == Some(0);
    if up { end(model, Over::TimeUp) } else { Vec::new() }
}

/// The drill is over: all may be seen, and the result is kept.
pub(super) fn end(model: &mut Model, over: Over) -> Vec<Effect> {
    let wall = model.wall();
    let Some(attempt) = model.attempt_mut().filter(|attempt| runs(attempt)) else {
        return Vec::new();
    };
    let Some(drill) = attempt.scenario.drill.clone() else { return Vec::new() };
    let seconds = attempt.elapsed(wall).and_then(|seconds| u64::try_from(seconds).ok()).unwrap_or(0);
    attempt.memory.over = Some((over, seconds));
    attempt.memory.debrief_due = true;
    attempt.clue = attempt.memory.hidden.take();
    let said = match over {
        Over::Solved => "All goals are green",
        Over::GaveUp => "The drill is over",
        Over::TimeUp => "The time is up",
    };
    model.say(false, said, "c cleans up, q leaves");
    live::debrief_if_due(model);
    vec![Effect::SaveDrill {
        seed: drill.seed,
        faults: drill.faults.iter().map(|wrong| wrong.folder.clone()).collect(),
        minutes: drill.minutes,
        seconds,
        solved: over == Over::Solved,
    }]
}

/// Keeps one clue of each fault for the report.
pub(super) fn note(attempt: &mut Attempt, clue: &Clue) {
    let known = |known: &Clue| known.fault == clue.fault && known.about.kind == clue.about.kind;
    if !attempt.memory.faults.iter().any(known) {
        attempt.memory.faults.push(clue.clone());
    }
}

/// What was wrong, what was done, what would have been quicker; Markdown.
#[must_use]
pub fn report(attempt: &Attempt) -> Option<String> {
    let drill = attempt.scenario.drill.as_ref()?;
    let (over, seconds) = attempt.memory.over?;
    let time = clock(i64::try_from(seconds).unwrap_or(0));
    let head = match over {
        Over::Solved => format!("**Solved in {time}** of {} minutes.", drill.minutes),
        Over::GaveUp => format!("**Given up after {time}.** Seeing why is worth as much as finding it."),
        Over::TimeUp => format!(
            "**The {} minutes are up.** It is still broken: mend it in your own time, if you like.",
            drill.minutes
        ),
    };
    let mut told = format!("{head}\n");
    wrong(&mut told, drill);
    done(&mut told, attempt);
    quicker(&mut told, attempt, drill);
    let _ = write!(told, "\n`{}` plays the same again.\n", drill.again);
    Some(told)
}

fn wrong(told: &mut String, drill: &Drill) {
    told.push_str("\n## What was wrong\n\n");
    for wrong in &drill.faults {
        let _ = writeln!(told, "- {} (its lesson: `klab {}`)", wrong.title, wrong.folder);
    }
}

fn done(told: &mut String, attempt: &Attempt) {
    told.push_str("\n## What you did\n\n");
    let facts = &attempt.journal.facts;
    let began = facts.iter().find(|fact| matches!(fact.what, What::Order(_))).map(|fact| fact.at);
    let mut nothing = true;
    for fact in facts {
        let What::Wished { text, by_order: false } = &fact.what else { continue };
        let after = began.map_or(0, |began| fact.at.duration_since(began).as_secs());
        let _ = writeln!(told, "- {} {text}", clock(after));
        nothing = false;
    }
    if nothing {
        told.push_str("Nothing in the cluster was changed.\n");
    }
}

fn quicker(told: &mut String, attempt: &Attempt, drill: &Drill) {
    told.push_str("\n## What would have been quicker\n\n");
    for clue in &attempt.memory.faults {
        let _ = writeln!(told, "- `{}` says it: {}", look(clue), clue.text.replace('`', "'"));
    }
    told.push_str("\n```sh\n");
    for command in drill.faults.iter().flat_map(|wrong| &wrong.quicker) {
        let _ = writeln!(told, "{command}");
    }
    told.push_str("```\n");
}

/// The command that shows the clue.
fn look(clue: &Clue) -> String {
    let (kind, name) = (clue.about.kind.to_lowercase(), &clue.about.name);
    match &clue.source {
        Source::Log { container } => format!("kubectl logs {name} -c {container}"),
        Source::Event(_) => format!("kubectl describe {kind}/{name}"),
        Source::Condition | Source::State => format!("kubectl get {kind}/{name} -o yaml"),
    }
}

fn clock(seconds: i64) -> String {
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}
