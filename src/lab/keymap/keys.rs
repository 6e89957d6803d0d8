//! The learner's own keys in place of the table's.

use super::super::key::Key;
use super::{Action, Binding, Scope, TABLE, labels_of, name};

/// Actions that have keys of the learner's own.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Keys(Vec<(Action, Vec<Key>)>);

impl Keys {
    /// The learner's own keys for an action.
    #[must_use]
    pub fn of(&self, action: Action) -> Option<&[Key]> {
        self.0.iter().find(|(bound, _)| *bound == action).map(|(_, keys)| keys.as_slice())
    }

    pub fn bind(&mut self, action: Action, keys: Vec<Key>) {
        self.free(action);
        self.0.push((action, keys));
    }

    /// The action has the table's keys again.
    pub fn free(&mut self, action: Action) {
        self.0.retain(|(bound, _)| *bound != action);
    }

    /// The keys that a binding has now.
    #[must_use]
    pub fn now<'a>(&'a self, binding: &'a Binding) -> &'a [Key] {
        self.of(binding.action).filter(|_| can_be_bound(binding)).unwrap_or(binding.keys)
    }
}

/// Keys of questions, of typing and of the shell are what people expect of every program.
fn can_be_bound(binding: &Binding) -> bool {
    let fixed = matches!(binding.scope, Scope::Ask | Scope::Typing | Scope::Shell);
    !fixed && binding.action != Action::Interrupt
}

/// The action of this name.
#[must_use]
pub fn named(wanted: &str) -> Option<Action> {
    TABLE
        .iter()
        .filter(|binding| can_be_bound(binding))
        .map(|binding| binding.action)
        .find(|action| name(*action) == wanted)
}

/// Every action that can have another key, with the keys it has and what it does.
#[must_use]
pub fn bindable() -> Vec<(Action, String, &'static str)> {
    let mut found: Vec<(Action, String, &'static str)> = Vec::new();
    for binding in TABLE.iter().filter(|binding| can_be_bound(binding)) {
        if found.iter().all(|(action, ..)| *action != binding.action) {
            found.push((binding.action, labels_of(binding.keys), binding.help));
        }
    }
    found
}

/// Another action that has a key of this one's at the same time, and the key.
#[must_use]
pub fn rival(keys: &Keys, action: Action) -> Option<(Action, Key)> {
    let own = TABLE.iter().filter(|binding| binding.action == action && can_be_bound(binding));
    own.flat_map(|mine| {
        let others = TABLE.iter().filter(move |other| other.action != action && together(mine.scope, other.scope));
        others.filter_map(move |other| {
            let shared = keys.now(other).iter().find(|key| keys.now(mine).contains(key));
            shared.map(|key| (other.action, *key))
        })
    })
    .next()
}

/// Whether keys of both scopes count at once.
fn together(a: Scope, b: Scope) -> bool {
    use Scope::{Ask, Attempt, Debrief, Diff, Everywhere, Log, Page, Picker, Practice, Repair, Shell, Typing, View};
    let pages = |scope: Scope| matches!(scope, Log | Diff | Repair | View | Debrief);
    let one = |a: Scope, b: Scope| match (a, b) {
        (Everywhere, Typing | Shell | Ask) => false,
        (Everywhere, _) | (Attempt, Practice) => true,
        (Page, other) => pages(other),
        (Picker | Typing | Shell | Ask | Practice | Attempt | Log | Diff | Repair | View | Debrief, _) => false,
    };
    a == b || one(a, b) || one(b, a)
}
