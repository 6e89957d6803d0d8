//! `update`: what a message does to the model, and what the model asks for in return.

use crossterm::event::KeyEvent;
use jiff::{SignedDuration, Timestamp};

use super::keymap::Action;
use super::msg::{Effect, Measures, Msg, Notice};
use super::{Attempt, Card, Model, Overlay, Picker, Place, Screen, attempt, keymap, layout, live, mouse, overlay, palette, picker, saved, scroll, shell};

/// A notice that is no warning goes away by itself.
pub const NOTICE: SignedDuration = SignedDuration::from_secs(8);
/// How long the kubectl command equal to a key is shown.
pub const EQUAL: SignedDuration = SignedDuration::from_secs(20);
/// Ctrl-C twice within this long quits whatever is open.
const AT_ONCE: SignedDuration = SignedDuration::from_secs(2);

impl Model {
    /// The lab at its start: the picker.
    #[must_use]
    pub fn new(cards: Vec<Card>, place: Place, now: Timestamp) -> (Self, Vec<Effect>) {
        let model = Self {
            cards,
            screen: Screen::Picker(Picker::default()),
            overlays: Vec::new(),
            now,
            wall: None,
            clock: Default::default(),
            size: (80, 24),
            measures: Measures::default(),
            place,
            notice: None,
            mouse: true,
            theme: Default::default(),
            keys: Default::default(),
            layouts: Default::default(),
            dragged: None,
            kubectl: true,
            attempts: 0,
            quitting: false,
            stirred: now,
            interrupted: None,
        };
        (model, vec![Effect::Mouse(true)])
    }

    /// Opens a scenario by its folder's name or its id.
    pub fn open(&mut self, folder: &str) -> Vec<Effect> {
        let place = self
            .cards
            .iter()
            .position(|card| card.folder == folder || card.scenario.as_ref().is_ok_and(|s| s.id == folder));
        match place {
            Some(place) => attempt::open(self, place),
            None => {
                self.say(true, format!("There is no scenario {folder}"), "choose one from the list");
                Vec::new()
            }
        }
    }

    #[must_use]
    pub fn attempt(&self) -> Option<&Attempt> {
        match &self.screen {
            Screen::Attempt(attempt) => Some(attempt),
            Screen::Picker(_) => None,
        }
    }

    pub fn attempt_mut(&mut self) -> Option<&mut Attempt> {
        match &mut self.screen {
            Screen::Attempt(attempt) => Some(attempt),
            Screen::Picker(_) => None,
        }
    }

    /// The scenario that `n` opens.
    #[must_use]
    pub fn next_card(&self) -> Option<&Card> {
        self.cards.get(attempt::leave::following(self)?)
    }

    /// The learner's own instant: what is reckoned in a person's time.
    #[must_use]
    pub fn wall(&self) -> Timestamp {
        self.wall.unwrap_or(self.now)
    }

    /// Shows a notice.
    pub fn say(&mut self, bad: bool, what: impl Into<String>, next: impl Into<String>) {
        self.notice = Some((
            Notice {
                bad,
                what: what.into(),
                next: next.into(),
            },
            self.wall(),
        ));
    }
}

/// The whole of the lab's behaviour.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    if matches!(msg, Msg::Key(_) | Msg::Mouse(_) | Msg::Paste(_)) {
        model.stirred = model.wall();
    }
    match msg {
        Msg::Key(event) => pressed(model, &event),
        Msg::Mouse(event) => mouse::update(model, event),
        Msg::Resize(width, height) => {
            model.size = (width, height);
            Vec::new()
        }
        Msg::Tick(now) => tick(model, now),
        Msg::Wall(wall) => {
            model.wall = Some(wall);
            forget(model);
            Vec::new()
        }
        Msg::Measured(measures) => {
            scroll::measured(model, measures);
            shell::measured(model)
        }
        Msg::Cluster(number, news) => match model.attempt() {
            Some(attempt) if attempt.number == number => attempt::cluster::update(model, news),
            _ => Vec::new(),
        },
        Msg::Shell(number, news) => {
            if model.attempt().is_some_and(|attempt| attempt.number == number) {
                shell::update(model, news);
            }
            Vec::new()
        }
        Msg::Paste(text) => pasted(model, text),
        Msg::Notice(notice) => {
            model.notice = Some((notice, model.wall()));
            Vec::new()
        }
        Msg::Saved(folder, scenario) => saved::update(model, &folder, scenario),
        Msg::Terminate => {
            model.quitting = true;
            vec![Effect::Quit]
        }
    }
}

/// A key goes to whoever owns it: the top overlay, else the screen.
pub(super) fn pressed(model: &mut Model, event: &KeyEvent) -> Vec<Effect> {
    let action = keymap::action(model, event);
    if action == Some(Action::Interrupt) {
        return interrupt(model);
    }
    model.interrupted = None;
    if model.too_small() {
        // nothing is drawn that could ask or answer
        return if keymap::quits(model, event) { quit(model) } else { Vec::new() };
    }
    if action.is_none() && shell::owns(model) {
        return shell::key(model, event);
    }
    let Some(action) = action else { return overlay::typed(model, event) };
    // What was said has been read by now.
    model.notice = None;
    // The command on the status line is that of the key just pressed.
    if let Some(attempt) = model.attempt_mut().filter(|_| !keeps_equal(action)) {
        attempt.equal = None;
    }
    act(model, action)
}

/// Keys that only move about leave the command to be read.
fn keeps_equal(action: Action) -> bool {
    matches!(
        action,
        Action::Move(_) | Action::NextPane | Action::PreviousPane | Action::Back | Action::Copy | Action::CopyRow | Action::LeaveShell
    )
}

/// Pasted text goes where letters go.
fn pasted(model: &mut Model, text: String) -> Vec<Effect> {
    if shell::owns(model) {
        return shell::paste(model, text);
    }
    let letters = text.chars().filter(|c| !c.is_control());
    letters.for_each(|c| overlay::type_char(model, c));
    Vec::new()
}

pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Help => {
            if !matches!(model.overlays.last(), Some(Overlay::Help { .. })) {
                model.overlays.push(Overlay::Help { scroll: 0 });
            }
            Vec::new()
        }
        Action::Palette => palette::open(model),
        Action::Theme => {
            model.theme = model.theme.next();
            model.say(
                false,
                format!("The theme is {}", model.theme.name()),
                "`klab config` prints the file that keeps one",
            );
            Vec::new()
        }
        Action::Wider | Action::Narrower | Action::Taller | Action::Lower | Action::Reset => layout::act(model, action),
        Action::Mouse => {
            model.mouse = !model.mouse;
            let said = if model.mouse {
                "The mouse scrolls and clicks"
            } else {
                "The mouse selects text; M takes it back"
            };
            model.say(false, said, "");
            vec![Effect::Mouse(model.mouse)]
        }
        _ if overlay::typing(model) => overlay::type_action(model, action),
        _ if !model.overlays.is_empty() => overlay::act(model, action),
        _ if matches!(model.screen, Screen::Picker(_)) => picker::act(model, action),
        _ => attempt::act(model, action),
    }
}

/// Ctrl-C is `q`; twice at once it quits whatever is open.
fn interrupt(model: &mut Model) -> Vec<Effect> {
    let again = model.interrupted.is_some_and(|before| model.wall().duration_since(before) <= AT_ONCE);
    if again {
        return quit(model);
    }
    model.interrupted = Some(model.wall());
    if overlay::typing(model) {
        overlay::type_action(model, Action::Back)
    } else {
        act(model, Action::Quit)
    }
}

/// The end: the attempt's cluster is let go first.
pub(super) fn quit(model: &mut Model) -> Vec<Effect> {
    model.quitting = true;
    let close = model.attempt().map(|attempt| Effect::Close(attempt.number));
    close.into_iter().chain([Effect::Quit]).collect()
}

fn tick(model: &mut Model, now: Timestamp) -> Vec<Effect> {
    let before = model.now;
    model.now = now;
    forget(model);
    live::tick(model, before)
}

/// What is shown for a while only has had its time, by the learner's own clock.
fn forget(model: &mut Model) {
    let wall = model.wall();
    let over = |(notice, at): &(Notice, Timestamp)| !notice.bad && wall.duration_since(*at) >= NOTICE;
    if model.notice.as_ref().is_some_and(over) {
        model.notice = None;
    }
    let Screen::Attempt(attempt) = &mut model.screen else { return };
    attempt.fresh.retain(|(_, until)| *until > wall);
    if attempt.equal.as_ref().is_some_and(|(_, at)| wall.duration_since(*at) >= EQUAL) {
        attempt.equal = None;
    }
}
