//! The key table: no key twice in a scope, the footer from it, the help complete.

use super::bench::*;
use crate::lab::keymap::{self, Scope, TABLE};
use crate::lab::{Place, live};

fn footer(lab: &Lab) -> Vec<String> {
    keymap::footer(&lab.model).into_iter().map(|(key, word)| format!("{key} {word}")).collect()
}

#[test]
fn no_key_means_two_things_in_a_scope() {
    let keys = |scope: Scope| TABLE.iter().filter(move |b| b.scope == scope).flat_map(|b| b.keys).map(|key| key.label());
    use Scope::{Ask, Attempt, Debrief, Diff, Everywhere, Log, Page, Picker, Typing};
    for scope in [Ask, Attempt, Debrief, Diff, Everywhere, Log, Page, Picker, Typing] {
        let mut all: Vec<String> = keys(scope).collect();
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count, "{scope:?}");
    }
}

#[test]
fn the_footer_says_what_matters_now() {
    assert_eq!(footer(&Lab::new(Place::Practice))[..2], ["Enter open", "/ filter"]);
    let mut lab = Lab::opened(Place::Practice);
    assert_eq!(footer(&lab)[0], "b break");
    lab = Lab::broken();
    assert_eq!(footer(&lab)[0], "h hint");
    lab.edit().clue = Some(clue("web-1", PULL));
    assert_eq!(footer(&lab)[..2], ["i clue", "h hint"]);
    assert!(footer(&lab).contains(&"q leave".to_owned()));
    lab.keys("s");
    assert_eq!(footer(&lab), ["Enter apply", "Esc back"]);
    lab.keys("\x1bl");
    assert_eq!(footer(&lab)[..2], ["f follow", "p previous"]);
    lab.keys("\x1b");
    live::solved(&mut lab.model);
    assert_eq!(footer(&lab), ["n next: ImagePullBackOff", "c clean up", "Esc back"]);
    lab.keys("\x1b");
    assert_eq!(footer(&lab)[..2], ["n next: ImagePullBackOff", "c clean up"]);
    lab.keys("q");
    assert_eq!(footer(&lab), ["c clean up first", "Enter leave at once", "n stay"]);
}

#[test]
fn the_help_has_every_key_of_the_screen() {
    let help = |lab: &Lab| keymap::help(&lab.model).into_iter().flat_map(|(_, lines)| lines).collect::<Vec<_>>();
    let bound = TABLE.iter().filter(|binding| !binding.keys.is_empty()).count();
    assert_eq!(help(&Lab::new(Place::Practice)).len(), bound);
    let lab = Lab::broken();
    assert!(help(&lab).contains(&("↑ k".to_owned(), "up")));
    assert!(help(&lab).iter().all(|(_, help)| !help.is_empty() && *help != "filter the list"));
}

#[test]
fn keys_released_or_with_alt_do_nothing() {
    use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
    let lab = Lab::opened(Place::Practice);
    let released = KeyEvent::new_with_kind(KeyCode::Char('b'), KeyModifiers::NONE, KeyEventKind::Release);
    let with_alt = KeyEvent::new(KeyCode::Char('b'), KeyModifiers::ALT);
    for event in [released, with_alt] {
        assert_eq!(keymap::action(&lab.model, &event), None);
    }
    assert_eq!(keymap::action(&lab.model, &key('b')), Some(keymap::Action::Break));
}

#[test]
fn every_footer_key_can_be_clicked() {
    use crate::lab::key::{click, press};
    let mut lab = Lab::broken();
    for open in ["", "s", "\x1bl", "\x1bc", "\x1b?"] {
        lab.keys(open);
        for (label, _) in keymap::footer(&lab.model) {
            let pressed = click(&label).map(press).expect("a click presses it");
            assert!(keymap::action(&lab.model, &pressed).is_some(), "{label}");
        }
    }
}
