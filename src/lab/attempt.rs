//! One run of a scenario: what its keys do.

pub mod cluster;
mod inspect;
pub(super) mod leave;
mod panes;
mod production;
pub(super) mod story;

use std::sync::Arc;

use jiff::Timestamp;

use super::keymap::Action;
use super::lesson::{self, NextHint, Place, Stop, Turned};
use super::msg::{AttemptNo, Effect, Link};
use super::scroll::{Step, moved};
use super::{Attempt, Leaving, Memory, Model, Pane, Screen, Scrolls, Stage, Tab, answer, clock, drill, feed, layout, live, palette, shell, table, views};
use crate::cluster::snapshot::Snapshot;
use crate::scenario::Scenario;
use crate::scenario::goal::Judge;

pub(super) use inspect::{act as inspect, edit, logs_of, page};
pub(super) use leave::next;
pub(super) use panes::say_equal;
use panes::{follow, toggle};

/// Opens the scenario of a card in a new attempt.
pub(super) fn open(model: &mut Model, place: usize) -> Vec<Effect> {
    let Some(card) = model.cards.get(place) else { return Vec::new() };
    let scenario = match &card.scenario {
        Ok(scenario) => scenario.clone(),
        Err(why) => {
            let (folder, why) = (card.folder.clone(), why.clone());
            model.say(true, format!("{folder} cannot be opened: {why}"), "mend its folder, or choose another");
            return Vec::new();
        }
    };
    let mut effects = leave::close(model);
    model.attempts += 1;
    let number = AttemptNo(model.attempts);
    let mut attempt = Attempt::new(number, Arc::clone(&scenario), model.now);
    attempt.zoom = model.layout().zoom;
    model.screen = Screen::Attempt(Box::new(attempt));
    // A new practice cluster runs from its start.
    model.clock.paused = false;
    effects.push(Effect::Open { attempt: number, scenario });
    effects
}

impl Attempt {
    fn new(number: AttemptNo, scenario: Arc<Scenario>, now: Timestamp) -> Self {
        Self {
            number,
            stage: Stage::Opening,
            opened: None,
            link: Link::Connecting,
            snapshot: Snapshot::default(),
            logs: Default::default(),
            logs_asked: Default::default(),
            clue: None,
            cheated: None,
            behind: None,
            clue_depth: 0,
            judge: Judge::new(&scenario),
            verdicts: live::unmet(&scenario, now),
            hints: 0,
            solution_seen: false,
            folds: Vec::new(),
            began: None,
            solved_at: None,
            focus: Pane::Lesson,
            tab: Tab::Pods,
            selected: None,
            event: None,
            scroll: Scrolls::default(),
            order: Default::default(),
            warnings_only: false,
            wide: false,
            zoom: false,
            working: None,
            going: Vec::new(),
            equal: None,
            fresh: Vec::new(),
            shell: Default::default(),
            journal: Default::default(),
            memory: Memory::default(),
            scenario,
        }
    }

    /// Takes the clue and its card away: there is no fault any more.
    pub(super) fn shut_clue(&mut self) {
        self.clue = None;
        self.clue_depth = 0;
        self.behind = None;
    }

    /// Seconds of the learner's own time since it was broken, until it was solved.
    #[must_use]
    pub fn elapsed(&self, wall: Timestamp) -> Option<i64> {
        Some(self.solved_at.unwrap_or(wall).duration_since(self.began?).as_secs())
    }
}

/// The namespace that the attempt plays in, or what it will be called.
pub(super) fn namespace(model: &Model) -> String {
    model
        .attempt()
        .and_then(|attempt| attempt.opened.as_ref())
        .map_or_else(String::new, |opened| opened.namespace.clone())
}

/// Names the kubectl command that does what the last key did.
pub(super) fn equal(model: &mut Model, command: String) {
    let now = model.wall();
    if let Some(attempt) = model.attempt_mut() {
        attempt.equal = Some((command, now));
    }
}

pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    if let Some(effects) = drill::act(model, action) {
        return effects;
    }
    match action {
        Action::Break => return story::break_it(model),
        Action::Solve => return story::look_at_solution(model),
        Action::Cleanup => return story::ask_cleanup(model),
        Action::Timeline | Action::Map | Action::Explain | Action::Compare => return views::open(model, action),
        Action::Pause | Action::Step | Action::Faster | Action::Slower | Action::Live => return clock::act(model, action),
        Action::Hint => hint(model),
        Action::Clue => story::clue(model),
        Action::Next => return leave::next(model),
        Action::Back if model.attempt().is_some_and(|attempt| attempt.zoom) => {
            toggle(model, Action::Zoom);
            return layout::zoomed(model);
        }
        Action::Back => {
            if let Some(attempt) = model.attempt_mut() {
                attempt.order.rows.clear();
                attempt.order.events.clear();
            }
        }
        Action::Quit => return leave::ask(model, Leaving::Picker),
        Action::Describe | Action::Yaml | Action::Edit | Action::Repair | Action::Logs | Action::Events => return inspect::act(model, action),
        Action::Copy => return inspect::copy(model),
        Action::CopyRow => return inspect::copy_row(model),
        Action::Shell => return shell::show(model),
        Action::Kubeconfig => return inspect::kubeconfig(model),
        Action::LeaveShell => return shell::leave(model),
        Action::Open => return enter(model),
        Action::Move(step) => step_pane(model, step),
        _ => {
            toggle(model, action);
            say_equal(model, action);
            if action == Action::Zoom {
                return layout::zoomed(model);
            }
        }
    }
    Vec::new()
}

fn hint(model: &mut Model) {
    match lesson::open_hint(model) {
        Some(NextHint::NoneLeft(0)) => model.say(false, "This lesson has no hints", "s looks at the solution"),
        Some(NextHint::NoneLeft(total)) => model.say(false, format!("All {total} hints are open"), "s looks at the solution"),
        Some(NextHint::Opened(_)) | None => {}
    }
}

/// Enter: the selected row's description, or the lesson's marked fold or command; after a failure, again.
fn enter(model: &mut Model) -> Vec<Effect> {
    let Some(attempt) = model.attempt() else { return Vec::new() };
    if attempt.stage == Stage::Failed {
        let folder = attempt.scenario.folder.clone();
        return model.open(&folder);
    }
    match attempt.focus {
        Pane::Lesson => match lesson::current(model) {
            Some(Stop::Fold(part)) => turn_fold(model, part),
            Some(Stop::Command(place)) => type_command(model, place),
            None => Vec::new(),
        },
        Pane::Pods => match table::selected(attempt).map(|row| row.object()) {
            Some(about) if about.kind == "Service" => {
                let address = palette::address(attempt, &about.name);
                palette::request(model, &address)
            }
            _ => inspect::act(model, Action::Describe),
        },
        Pane::Events => feed::jump(model),
        Pane::Goals | Pane::Shell | Pane::Page => Vec::new(),
    }
}

/// Types a command of the lesson into the shell; its Enter is the learner's.
pub(super) fn type_command(model: &mut Model, place: Place) -> Vec<Effect> {
    let Some(text) = model.attempt().and_then(|attempt| lesson::command(attempt, place)) else {
        return Vec::new();
    };
    // without kubectl the lab's own views answer what the lesson asks it
    let answered = if model.kubectl { None } else { answer::open(model, &text) };
    let effects = answered.unwrap_or_else(|| shell::type_in(model, &text));
    lesson::typed(model, place);
    effects
}

/// Opens or shuts a fold, or says why not.
pub(super) fn turn_fold(model: &mut Model, part: usize) -> Vec<Effect> {
    let Some(attempt) = model.attempt_mut() else { return Vec::new() };
    match lesson::turn(attempt, part) {
        Turned::NextHint => hint(model),
        Turned::Locked(first) => model.say(false, format!("Hint {first} comes first"), "h opens it"),
        Turned::Warned => model.say(false, "This gives the answer away and counts as help", "once more opens it"),
        Turned::Done | Turned::Nothing => {}
    }
    Vec::new()
}

/// A movement in the focused pane: the table moves its selection, the others scroll.
pub(super) fn step_pane(model: &mut Model, step: Step) {
    let visible = model.measures.extent(Pane::Pods).visible;
    match model.attempt_mut() {
        Some(attempt) if attempt.focus == Pane::Pods => table::select(attempt, step, visible),
        Some(attempt) => {
            let pane = attempt.focus;
            if pane != Pane::Lesson || !lesson::step(model, step) {
                wheel(model, pane, step);
            }
        }
        None => {}
    }
}

/// Scrolls a pane.
pub(super) fn wheel(model: &mut Model, pane: Pane, step: Step) {
    let extent = model.measures.extent(pane);
    let Some(attempt) = model.attempt_mut() else { return };
    let scroll = &mut attempt.scroll;
    match pane {
        Pane::Lesson => scroll.lesson = moved(scroll.lesson, step, extent.max, extent.visible),
        Pane::Pods => scroll.pods = moved(scroll.pods, step, extent.max, extent.visible),
        Pane::Events => {
            let to = moved(scroll.events.unwrap_or(extent.max), step, extent.max, extent.visible);
            if to >= extent.max {
                follow(attempt);
            } else {
                scroll.events = Some(to);
                table::hold_feed(attempt);
            }
        }
        Pane::Goals | Pane::Shell | Pane::Page => {}
    }
}
