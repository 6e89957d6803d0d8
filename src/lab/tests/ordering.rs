//! Filter and sort in the table and the feed; the selection stays with its object.

use super::bench::*;
use crate::cluster::snapshot::Row;
use crate::lab::msg::Effect;
use crate::lab::{Pane, table};

fn lab() -> Lab {
    let mut lab = Lab::broken();
    let mut rows: Vec<Row> = ["web-1", "web-2", "db-1"]
        .iter()
        .zip([1, 5, 3])
        .map(|(name, at)| Row::Pod(pod(name, at)))
        .collect();
    for (row, restarts) in rows.iter_mut().zip([2, 10, 0]) {
        if let Row::Pod(pod) = row {
            pod.restarts = restarts;
        }
    }
    lab.put(rows);
    lab
}

fn names(lab: &Lab) -> Vec<String> {
    table::rows(lab.attempt()).iter().map(|row| row.object().name).collect()
}

#[test]
fn a_filter_keeps_what_fits_and_esc_takes_it_back() {
    let mut lab = lab();
    lab.keys("\t/db");
    assert_eq!(names(&lab), ["db-1"]);
    assert_eq!(lab.attempt().selected, Some(uid("db-1")));
    assert_eq!(lab.keys("b"), [], "letters are text");
    lab.keys("\x08\n");
    assert_eq!((lab.attempt().order.typing, lab.attempt().order.rows.as_str()), (None, "db"));
    lab.keys("\x1b");
    assert_eq!(names(&lab).len(), 3);
}

#[test]
fn a_column_sorts_by_number_then_the_other_way_round_then_not_at_all() {
    let mut lab = lab();
    lab.keys("\toooo");
    assert_eq!(lab.attempt().order.by.as_deref(), Some("RESTARTS"));
    assert_eq!(names(&lab), ["db-1", "web-1", "web-2"], "10 comes after 2");
    lab.keys("O");
    assert_eq!(names(&lab), ["web-2", "web-1", "db-1"]);
    lab.keys("Oo");
    assert_eq!(names(&lab), ["web-2", "db-1", "web-1"], "the youngest first");
    lab.keys("o");
    assert_eq!(
        (lab.attempt().order.by.clone(), names(&lab)),
        (None, vec!["db-1".to_owned(), "web-1".to_owned(), "web-2".to_owned()]),
        "by name, as kubectl lists them"
    );
}

#[test]
fn the_feed_has_a_filter_of_its_own() {
    let mut lab = lab();
    let mut pulled = event("e1", "web-1", false, 1);
    pulled.message = "Pulled the image".to_owned();
    let mut killed = event("e2", "web-1", true, 2);
    killed.message = "Liveness probe failed".to_owned();
    lab.put(vec![Row::Event(pulled), Row::Event(killed)]);
    lab.edit().focus = Pane::Events;
    lab.keys("/liveness\n");
    assert_eq!(table::events(lab.attempt()).len(), 1);
    assert_eq!(names(&lab).len(), 3, "the table keeps its rows");
    lab.keys("\x1b");
    assert_eq!(table::events(lab.attempt()).len(), 2);
}

#[test]
fn a_row_is_copied_whole() {
    let mut lab = lab();
    lab.keys("\tg");
    assert_eq!(lab.keys(","), [Effect::Copy("db-1  0/0  ContainerCreating  0  node-1".to_owned())]);
}

#[test]
fn a_turned_tab_names_its_kubectl_command() {
    let mut lab = lab();
    lab.keys("]");
    assert_eq!(lab.equal(), "kubectl get deployment -n lab-01");
    lab.keys("W");
    assert_eq!(lab.equal(), "kubectl events --types=Warning -n lab-01");
}
