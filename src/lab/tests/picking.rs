//! The picker.

use super::bench::*;
use crate::lab::msg::{AttemptNo, Effect, Msg};
use crate::lab::{Model, Place, Screen, Stage, picker};

fn picker_of(lab: &Lab) -> &crate::lab::Picker {
    match &lab.model.screen {
        Screen::Picker(picker) => picker,
        Screen::Attempt(_) => panic!("the picker is shown"),
    }
}

#[test]
fn starts_with_the_mouse_on_and_nothing_open() {
    let (model, effects) = Model::new(Vec::new(), Place::Practice, at(0));
    assert_eq!(effects, [Effect::Mouse(true)]);
    assert!(matches!(model.screen, Screen::Picker(_)));
}

#[test]
fn enter_opens_the_selected_scenario() {
    let mut lab = Lab::new(Place::Practice);
    lab.keys("j");
    assert_eq!(
        lab.keys("\n"),
        [Effect::Open {
            attempt: AttemptNo(1),
            scenario: scenario_of(&lab, 1)
        }]
    );
    assert_eq!(lab.stage(), Stage::Opening);
}

#[test]
fn a_spoilt_scenario_says_why_and_stays() {
    let mut lab = Lab::new(Place::Practice);
    assert_eq!(lab.keys("G\n"), []);
    assert!(lab.notice().contains("README.md is missing"), "{}", lab.notice());
    assert_eq!(picker_of(&lab).selected, 2);
}

#[test]
fn opens_by_folder_or_id_and_says_when_there_is_none() {
    let mut lab = Lab::new(Place::Practice);
    assert_eq!(lab.model.open("image-pull").len(), 1);
    let mut lab = Lab::new(Place::Practice);
    assert_eq!(lab.model.open("imagepull"), []);
    assert!(lab.notice().contains("imagepull"));
}

#[test]
fn the_filter_is_fuzzy_and_letters_are_text_in_it() {
    let mut lab = Lab::new(Place::Practice);
    assert_eq!(lab.keys("/imgq"), [], "q is text");
    assert_eq!(picker_of(&lab).filter, "imgq");
    lab.keys("\x08");
    assert_eq!(picker::shown(&lab.model.cards, &picker_of(&lab).filter), [1]);
    let opened = lab.keys("\n");
    assert!(
        matches!(opened.as_slice(), [Effect::Open { scenario, .. }] if scenario.folder == "02-image-pull"),
        "{opened:?}"
    );
}

#[test]
fn esc_takes_the_filter_back_and_the_selection_stays_in_the_list() {
    let mut lab = Lab::new(Place::Practice);
    lab.keys("G/crash");
    assert_eq!(picker_of(&lab).selected, 0);
    lab.keys("\x1b");
    assert_eq!(picker_of(&lab).filter, "");
    assert!(!picker_of(&lab).filtering);
    lab.keys("/c\n");
    assert_eq!(picker_of(&lab).filter, "c", "kept: more than one is left");
    lab.keys("\x1b");
    assert_eq!(picker_of(&lab).filter, "");
}

#[test]
fn quits_by_q_ctrl_c_and_signal() {
    for keys in ["q", "\x03"] {
        let mut lab = Lab::new(Place::Practice);
        assert_eq!(lab.keys(keys), [Effect::Quit]);
        assert!(lab.model.quitting);
    }
    let mut lab = Lab::new(Place::Practice);
    assert_eq!(lab.send(Msg::Terminate), [Effect::Quit]);
}

#[test]
fn a_click_selects_the_row_that_the_scrolled_list_shows_there() {
    use crate::lab::Pane;
    use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
    let mut lab = Lab::new(Place::Practice);
    lab.measure(Pane::Lesson, 3, 2);
    lab.keys("G");
    let click = |row| {
        Msg::Mouse(MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column: 2,
            row,
            modifiers: KeyModifiers::NONE,
        })
    };
    lab.send(click(0));
    assert_eq!(picker_of(&lab).selected, 1, "the first row in view is the second of three");
    lab.send(click(9));
    assert_eq!(picker_of(&lab).selected, 1, "beside the list");
}
