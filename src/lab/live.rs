//! What the cluster's news mean: rows, the clue, the goals.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::msg::{Effect, Link, Notice, Solved};
use super::{Attempt, Model, Overlay, Screen, Stage, attempt, drill, table};
use crate::cluster::snapshot::{Change, ContainerRow, ContainerState, Row, Snapshot, Uid};
use crate::scenario::clue::{self, Clue, Evidence, LogTails, Source};
use crate::scenario::goal::{Judge, Verdict};
use crate::scenario::{Manifest, Scenario};

/// How long a row that changed is bright.
const FRESH: SignedDuration = SignedDuration::from_secs(2);
/// More changes than this at once are a list that was read, and no news.
const LISTED: usize = 200;

/// Takes rows in, then looks at everything anew.
pub(super) fn changed(model: &mut Model, changes: Vec<Change>) -> Vec<Effect> {
    let (now, wall) = (model.now, model.wall());
    let Some(attempt) = model.attempt_mut() else { return Vec::new() };
    let news = changes.len() <= LISTED;
    let by_hand = changes.iter().any(|change| breaks_by_hand(attempt, change));
    attempt.journal.carrying = attempt.working.is_some();
    attempt.journal.quiet = matches!(attempt.stage, Stage::Opening | Stage::Ready) && !by_hand;
    for change in changes {
        attempt.judge.stir(&attempt.scenario, change.kind());
        let (uid, event) = match &change {
            Change::Put(row) => (Some(uid(row).clone()), shows_as_event(attempt, row)),
            _ => (None, false),
        };
        if news {
            attempt.journal.note(now, &attempt.snapshot, &change);
        }
        if !attempt.snapshot.take(change) {
            continue;
        }
        if let Some(uid) = uid.as_ref().filter(|uid| attempt.snapshot.events.contains_key(uid)) {
            attempt.memory.arrived += 1;
            attempt.memory.arrival.insert(uid.clone(), attempt.memory.arrived);
        }
        if event && attempt.scroll.events.is_some() {
            attempt.scroll.unseen += 1;
        }
        if let Some(uid) = uid.filter(|_| news) {
            attempt.fresh.retain(|(other, _)| *other != uid);
            attempt.fresh.push((uid, wall + FRESH));
        }
    }
    if news {
        attempt.journal.waits(&attempt.snapshot);
    }
    let Attempt { memory, snapshot, .. } = attempt;
    if memory.arrival.len() > snapshot.events.len() {
        memory.arrival.retain(|uid, _| snapshot.events.contains_key(uid));
    }
    let mut effects = if by_hand { attempt::story::broken_by_hand(model) } else { Vec::new() };
    effects.extend(look(model));
    if let Some(attempt) = model.attempt_mut() {
        table::reselect(attempt);
    }
    effects
}

fn uid(row: &Row) -> &Uid {
    match row {
        Row::Pod(row) => &row.uid,
        Row::Event(row) => &row.uid,
        Row::Object(row) => &row.uid,
        Row::Node(row) => &row.uid,
    }
}

fn shows_as_event(attempt: &Attempt, row: &Row) -> bool {
    matches!(row, Row::Event(event) if event.warning || !attempt.warnings_only)
}

/// Logs that the rules need, the clue, the goals: all from what is known now.
pub(super) fn look(model: &mut Model) -> Vec<Effect> {
    let now = model.now;
    let Some(attempt) = model.attempt_mut() else { return Vec::new() };
    if !playing(attempt) {
        return Vec::new();
    }
    let mut effects = Vec::new();
    for wanted in clue::needs_logs(&attempt.scenario, &attempt.snapshot, now) {
        if attempt.logs_asked.insert(wanted.clone()) {
            effects.push(Effect::ReadLog(attempt.number, wanted));
        }
    }
    find_clue(attempt, now);
    effects.extend(judge(model));
    effects
}

/// The learner applied broken/ without `b`: an object of it is new that a healthy start does not have.
fn breaks_by_hand(attempt: &Attempt, change: &Change) -> bool {
    let (kind, name, deleting, known) = match change {
        Change::Put(Row::Object(row)) => (row.kind.as_str(), &row.name, row.deleting, attempt.snapshot.objects.contains_key(&row.uid)),
        Change::Put(Row::Pod(row)) => ("Pod", &row.name, row.deleting, attempt.snapshot.pods.contains_key(&row.uid)),
        _ => return false,
    };
    let names = |manifests: &[Manifest]| manifests.iter().any(|one| one.kind() == kind && one.name() == name);
    let waits = attempt.stage == Stage::Ready && attempt.memory.prepared && attempt.working.is_none();
    waits && !deleting && !known && names(&attempt.scenario.broken) && !names(&attempt.scenario.setup)
}

/// Between breaking and cleaning up.
fn playing(attempt: &Attempt) -> bool {
    matches!(attempt.stage, Stage::Broken | Stage::Solving | Stage::Solved)
}

fn find_clue(attempt: &mut Attempt, now: Timestamp) {
    let evidence = Evidence {
        snapshot: &attempt.snapshot,
        logs: &attempt.logs,
        now,
    };
    let found = clue::find(&attempt.scenario, &evidence);
    if let Some(clue) = &found {
        follow_fault(attempt, clue);
    }
    if drill::runs(attempt) {
        found.iter().for_each(|clue| drill::note(attempt, clue));
        attempt.behind = None;
        attempt.memory.hidden = found;
    } else {
        let warns = |clue: &&Clue| matches!(&clue.source, Source::Event(uid) if attempt.snapshot.events.get(uid).is_some_and(|event| event.warning));
        if let Some(clue) = found.as_ref().filter(|clue| !warns(clue)) {
            attempt.journal.clue(now, clue);
        }
        attempt.clue = found;
    }
}

/// Says so when one fault gave way to another, and shuts the card.
pub(super) fn follow_fault(attempt: &mut Attempt, clue: &Clue) {
    if let Some(before) = &attempt.memory.last_clue
        && before.fault != clue.fault
    {
        attempt.behind = clue::behind(before, clue);
        attempt.clue_depth = 0;
    }
    attempt.memory.last_clue = Some(clue.clone());
}

/// The goals, and what follows when all of them hold.
fn judge(model: &mut Model) -> Vec<Effect> {
    let now = model.now;
    let Some(attempt) = model.attempt_mut().filter(|attempt| playing(attempt)) else {
        return Vec::new();
    };
    let evidence = Evidence {
        snapshot: &attempt.snapshot,
        logs: &attempt.logs,
        now,
    };
    let clue = attempt.clue.as_ref().or(attempt.memory.hidden.as_ref());
    attempt.verdicts = attempt.judge.look(&attempt.scenario, &evidence, clue);
    if attempt.stage == Stage::Solved {
        // What still looks like a fault where every goal holds is none.
        if attempt.judge.solved() {
            attempt.shut_clue();
        }
        return Vec::new();
    }
    if attempt.judge.solved() {
        return solved(model);
    }
    let watched = !matches!(attempt.link, Link::Limited(_));
    let questions = attempt.judge.ask(&attempt.scenario, &evidence, watched);
    let (shows, suspect) = attempt.judge.suspect(&attempt.scenario, &evidence, watched);
    let number = attempt.number;
    let ask = |(goal, want)| Effect::Ask(number, goal, want);
    let effects = questions.into_iter().map(ask).chain(suspect.then_some(Effect::Suspect(number))).collect();
    if shows.is_some() {
        cheated(model, shows, false);
    }
    effects
}

/// A cheat shows, or none does any more: the learner is told why it does not count.
pub(super) fn cheated(model: &mut Model, cheat: Option<usize>, asked: bool) {
    let Some(attempt) = model.attempt_mut() else { return };
    if asked {
        attempt.judge.suspected();
    }
    if !playing(attempt) || attempt.stage == Stage::Solved {
        return;
    }
    let said = cheat.and_then(|cheat| attempt.scenario.cheats.get(cheat)).map(|cheat| cheat.say.clone());
    if attempt.cheated == said {
        return;
    }
    attempt.cheated.clone_from(&said);
    if let Some(said) = said {
        model.say(false, format!("That does not count: {said}"), "the goals wait for another repair");
    }
}

pub(super) fn solved(model: &mut Model) -> Vec<Effect> {
    let (cluster, now) = (model.now, model.wall());
    let Some(attempt) = model.attempt_mut() else { return Vec::new() };
    attempt.stage = Stage::Solved;
    attempt.journal.solved(cluster);
    attempt.solved_at = Some(now);
    attempt.shut_clue();
    attempt.cheated = None;
    if attempt.scenario.drill.is_some() {
        return drill::end(model, drill::Over::Solved);
    }
    attempt.memory.debrief_due = true;
    attempt.memory.answered = true;
    let helped = attempt.hints > 0 || attempt.memory.helped || attempt.solution_seen;
    let state = if helped { Solved::Solved } else { Solved::WithoutHelp };
    // Whoever has seen the solution has not raced anybody.
    let began = attempt.began.filter(|_| !attempt.solution_seen);
    let seconds = began.and_then(|began| u64::try_from(now.duration_since(began).as_secs()).ok());
    let folder = attempt.scenario.folder.clone();
    model.notice = Some((
        Notice {
            bad: false,
            what: "All goals are green".to_owned(),
            next: "c cleans up, n is the next scenario".to_owned(),
        },
        now,
    ));
    debrief_if_due(model);
    vec![record(model, folder, state, seconds)]
}

/// Keeps the better of what was and what is, and asks to have it saved.
pub(super) fn record(model: &mut Model, folder: String, state: Solved, seconds: Option<u64>) -> Effect {
    if let Some(card) = model.cards.iter_mut().find(|card| card.folder == folder) {
        card.state = card.state.max(state);
        card.best = match (card.best, seconds) {
            (Some(best), Some(now)) => Some(best.min(now)),
            (best, now) => best.or(now),
        };
    }
    Effect::SaveProgress { folder, state, seconds }
}

/// The debrief comes once, and never over what the learner reads.
pub(super) fn debrief_if_due(model: &mut Model) {
    if !model.overlays.is_empty() || super::shell::owns(model) {
        return;
    }
    let Some(attempt) = model.attempt_mut() else { return };
    if std::mem::take(&mut attempt.memory.debrief_due) {
        model.overlays.push(Overlay::Debrief { scroll: 0 });
    }
}

/// What every goal asks, before anything was broken.
pub(super) fn unmet(scenario: &Arc<Scenario>, now: Timestamp) -> Vec<Verdict> {
    let (snapshot, logs) = (Snapshot::default(), LogTails::default());
    let verdicts = Judge::new(scenario).look(
        scenario,
        &Evidence {
            snapshot: &snapshot,
            logs: &logs,
            now,
        },
        None,
    );
    let fresh = |verdict: Verdict| Verdict {
        met: false,
        held: None,
        // nothing was looked at yet
        saw: String::new(),
        ..verdict
    };
    verdicts.into_iter().map(fresh).collect()
}

/// Time went on from `before` to the model's now.
pub(super) fn tick(model: &mut Model, before: Timestamp) -> Vec<Effect> {
    let (now, wall) = (model.now, model.wall());
    let Screen::Attempt(attempt) = &mut model.screen else { return Vec::new() };
    if let Some(hint) = offered(attempt, wall) {
        attempt.memory.offered = hint;
        model.say(false, format!("Hint {hint} is there if you want it"), "h opens it");
    }
    let Screen::Attempt(attempt) = &mut model.screen else { return Vec::new() };
    let due = attempt.judge.next_change().is_some_and(|at| at <= now);
    if due || (before.as_second() != now.as_second() && ages(attempt)) {
        let mut effects = look(model);
        effects.extend(drill::tick(model));
        effects
    } else {
        drill::tick(model)
    }
}

/// Whether time alone changes what is found: a container that runs recovers or has more to say, a goal holds.
fn ages(attempt: &Attempt) -> bool {
    let runs = |container: &ContainerRow| matches!(container.state, ContainerState::Running { .. });
    let holds = |goal: &Verdict| goal.held.is_some() && !goal.met;
    attempt.snapshot.pods.values().any(|pod| pod.containers.iter().any(runs)) || attempt.verdicts.iter().any(holds)
}

/// The hint to offer unasked: the next one, when its time has come.
fn offered(attempt: &Attempt, now: Timestamp) -> Option<usize> {
    let next = attempt.hints + 1;
    let after = attempt.scenario.hint_offers.get(&next)?;
    let waited = u64::try_from(attempt.elapsed(now)?).ok()?;
    (attempt.stage == Stage::Broken && attempt.memory.offered < next && waited >= after.as_secs()).then_some(next)
}
