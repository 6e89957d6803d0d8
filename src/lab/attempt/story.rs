//! The story's turns: break, hint at the clue, solve, clean up.

use super::super::msg::{Effect, Order, Solved};
use super::super::overlay::{ask, needs_yes};
use super::super::{Attempt, Model, Overlay, Pane, Place, Question, Stage, diff, live};
use super::production::looks_like_production;
use super::{equal, namespace};
use crate::scenario::clue::DEPTHS;
use crate::scenario::goal::Judge;
use crate::scenario::{Manifest, Scenario, SolutionMode};
use serde_json::Value;

/// `b`.
pub(super) fn break_it(model: &mut Model) -> Vec<Effect> {
    let Some(attempt) = model.attempt() else { return Vec::new() };
    match attempt.stage {
        Stage::Ready if attempt.memory.found => go_on(model),
        Stage::Ready if needs_yes(model, Order::Break) => first_write(model, Order::Break),
        Stage::Ready => order(model, Order::Break),
        Stage::Opening => say(model, "The cluster is not open yet", "a moment"),
        Stage::Broken | Stage::Solving => say(model, "It is already broken", "c cleans up first"),
        Stage::Solved => say(model, "It is solved", "c cleans up, then b starts afresh"),
        Stage::Cleaning => say(model, "Still cleaning up", "b starts afresh when all is gone"),
        Stage::Failed => say(model, "There is no cluster", "Enter tries again"),
    }
}

fn say(model: &mut Model, what: &str, next: &str) -> Vec<Effect> {
    model.say(false, what, next);
    Vec::new()
}

/// Asks before the first write on a real cluster; one that looks like production wants its name typed.
fn first_write(model: &mut Model, order: Order) -> Vec<Effect> {
    let (Place::Real { context, server, shared }, Some(attempt)) = (&model.place, model.attempt()) else {
        return Vec::new();
    };
    let mut lines = about_to_write(model, context, server);
    let Some(why) = looks_like_production(context, server, attempt.snapshot.nodes.len(), *shared) else {
        return ask(model, Question::Write(order), lines);
    };
    lines.push(String::new());
    lines.push(format!("This cluster looks like one that people depend on: {why}."));
    lines.push(format!("Type {context} to write to it all the same."));
    let (context, typed) = (context.clone(), String::new());
    model.overlays.push(Overlay::NameContext {
        order,
        context,
        typed,
        lines,
        scroll: 0,
    });
    Vec::new()
}

/// What the first write on a real cluster is about to do.
fn about_to_write(model: &Model, context: &str, server: &str) -> Vec<String> {
    let Some(attempt) = model.attempt() else { return Vec::new() };
    let mut lines = vec![format!("context    {context}")];
    lines.push(format!("server     {server}"));
    lines.push(format!("namespace  {}", namespace(model)));
    let name = |manifest: &Manifest| format!("{} {}", manifest.kind(), manifest.name());
    let mut names: Vec<String> = attempt.scenario.setup.iter().chain(&attempt.scenario.broken).map(name).collect();
    names.dedup();
    lines.extend(
        names
            .iter()
            .enumerate()
            .map(|(place, name)| format!("{}{name}", if place == 0 { "objects    " } else { "           " })),
    );
    lines
}

/// Carries an order out, after the preparation where that is missing.
pub fn order(model: &mut Model, order: Order) -> Vec<Effect> {
    if order == Order::Break {
        begin(model);
    }
    let Some(attempt) = model.attempt_mut() else { return Vec::new() };
    if attempt.memory.prepared || order == Order::Prepare {
        attempt.working = Some(order);
        return vec![Effect::Carry(attempt.number, order)];
    }
    attempt.memory.queued = Some(order);
    let preparing = attempt.working.replace(Order::Prepare) == Some(Order::Prepare);
    (!preparing).then_some(Effect::Carry(attempt.number, Order::Prepare)).into_iter().collect()
}

/// A fresh start: nothing seen, nothing helped.
fn begin(model: &mut Model) {
    let (cluster, now) = (model.now, model.wall());
    let command = format!("kubectl apply -f broken/ -n {}", namespace(model));
    equal(model, command);
    let Some(attempt) = model.attempt_mut() else { return };
    attempt.stage = Stage::Broken;
    attempt.journal.order(cluster, "broke it: applied broken/");
    attempt.began = Some(now);
    attempt.memory.applied = true;
    attempt.memory.offered = 0;
    attempt.memory.over = None;
    attempt.memory.hidden = None;
    attempt.memory.faults.clear();
    if std::mem::take(&mut attempt.memory.answered) {
        attempt.hints = 0;
        attempt.solution_seen = false;
        attempt.memory.helped = false;
        attempt.folds.clear();
    }
}

/// A scenario is begun once it is broken.
pub(super) fn begun(model: &mut Model) -> Option<Effect> {
    // A drill is no lesson; how it ends is kept apart.
    let folder = model.attempt().filter(|attempt| attempt.scenario.drill.is_none())?.scenario.folder.clone();
    let new = model.cards.iter().any(|card| card.folder == folder && card.state == Solved::New);
    new.then(|| live::record(model, folder, Solved::Begun, None))
}

/// The learner's own `kubectl apply -f broken/` begins the attempt as `b` does.
pub fn broken_by_hand(model: &mut Model) -> Vec<Effect> {
    let equal = model.attempt().and_then(|attempt| attempt.equal.clone());
    begin(model);
    if let Some(attempt) = model.attempt_mut() {
        attempt.equal = equal;
    }
    begun(model).into_iter().collect()
}

/// Plays on with the objects of an earlier run.
pub fn go_on(model: &mut Model) -> Vec<Effect> {
    begin(model);
    let Some(attempt) = model.attempt_mut() else { return Vec::new() };
    attempt.memory.prepared = true;
    attempt.memory.agreed = true;
    attempt.memory.found = false;
    attempt.equal = None;
    begun(model).into_iter().chain(live::look(model)).collect()
}

/// `i`: its parts and what is blamed, then where to look next, then shut again.
pub(super) fn clue(model: &mut Model) {
    let by_pages = model.by_pages();
    let Some(attempt) = model.attempt_mut() else { return };
    if attempt.clue.is_none() {
        let broken = attempt.stage == Stage::Broken;
        model.say(false, "There is no clue yet", if broken { "watch the pods and events" } else { "b breaks it" });
        return;
    }
    if by_pages && attempt.focus == Pane::Lesson {
        // The card stands on the other page.
        attempt.focus = Pane::Events;
        return;
    }
    attempt.clue_depth = (attempt.clue_depth + 1) % DEPTHS;
    attempt.memory.helped |= attempt.clue_depth > 0 && attempt.solved_at.is_none();
}

/// `s`: the diff first; Enter there applies it.
pub(super) fn look_at_solution(model: &mut Model) -> Vec<Effect> {
    let now = model.now;
    let Some(attempt) = model.attempt_mut() else { return Vec::new() };
    match attempt.stage {
        Stage::Broken | Stage::Solving | Stage::Solved if attempt.scenario.solution.is_empty() => {
            say(model, "This scenario has no solution/ to look at", "the goals tell when it is solved")
        }
        Stage::Broken | Stage::Solving | Stage::Solved => {
            if !attempt.solution_seen {
                attempt.journal.help(now, "looked at the solution");
            }
            attempt.solution_seen |= attempt.solved_at.is_none();
            let lines = diff::lines(&attempt.scenario);
            model.overlays.push(Overlay::Diff { lines, scroll: 0 });
            Vec::new()
        }
        _ => say(model, "Nothing is broken yet", "b breaks it"),
    }
}

pub fn solve(model: &mut Model) -> Vec<Effect> {
    let (now, namespace) = (model.now, namespace(model));
    let Some(attempt) = model.attempt_mut() else { return Vec::new() };
    if !matches!(attempt.stage, Stage::Broken | Stage::Solving) {
        return Vec::new();
    }
    attempt.stage = Stage::Solving;
    attempt.journal.order(now, "applied the solution");
    let command = match attempt.scenario.solution_mode {
        // a field goes only when the manager that owns it applies without it
        SolutionMode::Apply if drops_fields(&attempt.scenario) => "kubectl apply --server-side --field-manager=klab -f solution/",
        SolutionMode::Apply => "kubectl apply -f solution/",
        SolutionMode::Replace => "kubectl replace --force -f solution/",
        SolutionMode::Delete => "kubectl delete -f solution/",
    };
    equal(model, format!("{command} -n {namespace}"));
    order(model, Order::Solve)
}

/// Whether an object of the lesson is in the cluster.
pub(super) fn anything_there(attempt: &Attempt) -> bool {
    let named = |kind: &str, name: &str| {
        let mut manifests = attempt.scenario.setup.iter().chain(&attempt.scenario.broken);
        manifests.any(|one| one.kind() == kind && one.name() == name)
    };
    let snapshot = &attempt.snapshot;
    snapshot.objects.values().any(|row| named(&row.kind, &row.name)) || snapshot.pods.values().any(|row| named("Pod", &row.name))
}

/// Whether the solution leaves fields out that broken/ has set.
fn drops_fields(scenario: &Scenario) -> bool {
    let of_solution = |before: &Manifest| {
        scenario
            .solution
            .iter()
            .find(|after| after.kind() == before.kind() && after.name() == before.name())
    };
    let drops = |before: &Manifest| of_solution(before).is_some_and(|after| lacks(&after.object, &before.object));
    scenario.setup.iter().chain(&scenario.broken).any(drops)
}

/// Whether anything of `before` is not in `after` any more, whatever it says.
fn lacks(after: &Value, before: &Value) -> bool {
    match (after, before) {
        (Value::Object(after), Value::Object(before)) => before.iter().any(|(key, value)| after.get(key).is_none_or(|now| lacks(now, value))),
        (Value::Array(after), Value::Array(before)) => after.len() < before.len() || after.iter().zip(before).any(|(now, value)| lacks(now, value)),
        _ => false,
    }
}

/// `c` asks once.
pub(in crate::lab) fn ask_cleanup(model: &mut Model) -> Vec<Effect> {
    let namespace = namespace(model);
    let Some(attempt) = model.attempt() else { return Vec::new() };
    match attempt.stage {
        Stage::Opening | Stage::Failed => return say(model, "There is nothing to clean up", "the cluster is not open"),
        Stage::Cleaning => return say(model, "Already cleaning up", "b starts afresh when all is gone"),
        _ if !attempt.memory.applied => return say(model, "There is nothing to clean up", "b breaks it"),
        _ => {}
    }
    let lines = vec![format!("Delete what the lab made in {namespace}, and wait until it is gone?")];
    ask(model, Question::Cleanup, lines)
}

pub fn cleanup(model: &mut Model) -> Vec<Effect> {
    let (now, namespace) = (model.now, namespace(model));
    // A namespace of the lab's own goes whole; in anyone else's only what carries the label.
    let command = match namespace.starts_with("lab-") {
        true => format!("kubectl delete namespace {namespace}"),
        false => format!("kubectl delete all -l app.kubernetes.io/managed-by=klab -n {namespace}"),
    };
    let Some(attempt) = model.attempt_mut() else { return Vec::new() };
    attempt.stage = Stage::Cleaning;
    attempt.journal.order(now, "cleaned up");
    attempt.working = Some(Order::Cleanup);
    attempt.shut_clue();
    attempt.going.clear();
    attempt.memory.queued = None;
    attempt.memory.found = false;
    attempt.memory.debrief_due = false;
    let number = attempt.number;
    equal(model, command);
    vec![Effect::Carry(number, Order::Cleanup)]
}

/// All is gone: the scenario is as it was when it was opened.
pub(super) fn cleaned(model: &mut Model) {
    let now = model.now;
    let Some(attempt) = model.attempt_mut() else { return };
    attempt.stage = Stage::Ready;
    attempt.memory.prepared = false;
    attempt.memory.applied = false;
    attempt.memory.last_clue = None;
    attempt.going.clear();
    attempt.logs.clear();
    attempt.logs_asked.clear();
    attempt.shut_clue();
    attempt.cheated = None;
    attempt.began = None;
    attempt.solved_at = None;
    attempt.judge = Judge::new(&attempt.scenario);
    attempt.verdicts = live::unmet(&attempt.scenario, now);
}
