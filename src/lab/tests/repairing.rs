//! `r`: what made the pod is read, a field typed, sent, refused or done; the command that equals it.

use serde_json::json;

use super::bench::*;
use crate::cluster::snapshot::{ObjectRef, Row};
use crate::lab::msg::{AttemptNo, Effect, FromCluster, Mend};
use crate::lab::{Overlay, Place};
use crate::scenario::Deed;

fn web() -> ObjectRef {
    ObjectRef {
        kind: "Deployment".to_owned(),
        namespace: "lab-01".to_owned(),
        name: "web".to_owned(),
    }
}

fn opened() -> Lab {
    let mut lab = Lab::broken();
    lab.put(vec![
        Row::Object(object("Deployment", "web", None)),
        Row::Object(object("ReplicaSet", "web-rs", Some(("Deployment", "web")))),
    ]);
    assert_eq!(lab.keys("r"), [Effect::Fetch(AttemptNo(1), web())], "a pod is repaired in what made it");
    let containers = json!([{"name": "app", "image": "shop:bad"}]);
    let object = json!({"kind": "Deployment", "metadata": {"name": "web"}, "spec": {"template": {"spec": {"containers": containers}}}});
    lab.cluster(FromCluster::Manifest(web(), Ok(object)));
    lab
}

#[test]
fn a_field_is_typed_in_place_and_its_command_told() {
    let mut lab = opened();
    let effects = lab.keys("\n\x08\x08\x08good\n");
    let [Effect::Mend(_, about, mend)] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    let Mend::Amend { after, .. } = &**mend else { panic!("{mend:?}") };
    assert_eq!(
        (about, &after["spec"]["template"]["spec"]["containers"][0]["image"]),
        (&web(), &json!("shop:good"))
    );
    lab.cluster(FromCluster::Mended(web(), Ok(())));
    assert_eq!(lab.model.overlays, []);
    assert_eq!(lab.equal(), "kubectl set image deployment/web app=shop:good -n lab-01");
}

#[test]
fn what_is_refused_can_be_made_anew() {
    let mut lab = opened();
    lab.keys("\nx\n");
    lab.cluster(FromCluster::Mended(web(), Err("field is immutable".to_owned())));
    let Some(Overlay::Repair(page)) = lab.model.overlays.last() else {
        panic!("the page stays")
    };
    assert_eq!(page.refused.as_ref().map(|(_, why)| why.as_str()), Some("field is immutable"));
    let effects = lab.keys("R");
    assert!(
        matches!(effects.as_slice(), [Effect::Mend(_, _, mend)] if matches!(&**mend, Mend::Anew(_))),
        "{effects:?}"
    );
}

#[test]
fn a_restart_an_undo_and_the_pods_end_stand_above_the_fields() {
    let mut lab = opened();
    let effects = lab.keys("k\n");
    let gone = Deed::Delete {
        kind: "Pod".to_owned(),
        name: "web-1".to_owned(),
    };
    assert!(
        matches!(effects.as_slice(), [Effect::Mend(_, _, mend)] if **mend == Mend::Do(gone.clone())),
        "{effects:?}"
    );
    lab.cluster(FromCluster::Mended(web(), Ok(())));
    assert_eq!(lab.equal(), "kubectl delete pod web-1 -n lab-01");
}

#[test]
fn one_more_variable_is_a_name_and_a_value() {
    let mut lab = opened();
    assert_eq!(lab.keys("j\nMODE\n"), []);
    assert!(lab.notice().contains("a name and a value"), "{}", lab.notice());
    let effects = lab.keys("=on\n");
    let [Effect::Mend(_, _, mend)] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    let Mend::Amend { after, .. } = &**mend else { panic!("{mend:?}") };
    assert_eq!(
        after["spec"]["template"]["spec"]["containers"][0]["env"],
        json!([{"name": "MODE", "value": "on"}])
    );
    lab.cluster(FromCluster::Mended(web(), Ok(())));
    assert_eq!(lab.equal(), "kubectl set env deployment/web -c app MODE=on -n lab-01");
}

#[test]
fn a_click_selects_a_row_and_a_second_one_opens_it() {
    use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
    let mut lab = opened();
    lab.measure(crate::lab::Pane::Page, 12, 10);
    let y = lab.model.measures.pane(crate::lab::Pane::Page).unwrap().y;
    let click = || {
        crate::lab::msg::Msg::Mouse(MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column: 3,
            row: y + 5,
            modifiers: KeyModifiers::NONE,
        })
    };
    let state = |lab: &Lab| match lab.model.overlays.last() {
        Some(Overlay::Repair(page)) => (page.selected, page.typed.is_some()),
        _ => panic!("the page is open"),
    };
    lab.send(click());
    assert_eq!(state(&lab), (5, false));
    lab.send(click());
    assert_eq!(state(&lab), (5, true));
}

#[test]
fn esc_leaves_the_field_then_the_page_and_letters_are_text_meanwhile() {
    let mut lab = opened();
    assert_eq!(lab.keys("\nbcq"), []);
    assert_eq!(lab.keys("\x1b"), []);
    assert!(matches!(lab.model.overlays.last(), Some(Overlay::Repair(page)) if page.typed.is_none()));
    lab.keys("\x1b");
    assert_eq!(lab.model.overlays, []);
}

#[test]
fn a_real_cluster_is_not_written_to_before_the_learners_yes() {
    let mut lab = Lab::opened(Lab::real());
    lab.put(vec![Row::Pod(pod("web-1", 1))]);
    assert_eq!(lab.keys("r"), []);
    assert!(lab.notice().contains("before you agreed"), "{}", lab.notice());
    assert_ne!(lab.model.place, Place::Practice);
}
