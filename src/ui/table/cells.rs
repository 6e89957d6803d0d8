//! What each row says in each column, and in which style.

use jiff::Timestamp;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::since;
use crate::cluster::snapshot::{NodeRow, ObjectRow, PodRow};
use crate::lab::table::TableRow;
use crate::lab::{Attempt, Model, Tab};
use crate::ui::theme::{Look, Mean};

pub type Cell = (String, Style);

const POD: [&str; 5] = ["NAME", "READY", "STATUS", "RESTARTS", "AGE"];
const POD_WIDE: [&str; 4] = ["IP", "NODE", "NOMINATED NODE", "READINESS GATES"];

/// The headings of the open tab.
pub fn headings(attempt: &Attempt, found: &[TableRow]) -> Vec<String> {
    let of = |columns: &[(String, String)]| columns.iter().map(|(heading, _)| heading.clone()).collect::<Vec<_>>();
    let named = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    match (&attempt.tab, found.first()) {
        (Tab::Pods, _) if attempt.wide => named(&[&POD[..], &POD_WIDE].concat()),
        (Tab::Pods, _) => named(&POD),
        (_, Some(TableRow::Object(row))) => {
            let wide = if attempt.wide { of(&row.wide) } else { Vec::new() };
            [named(&["NAME"]), of(&row.columns), named(&["AGE"]), wide].concat()
        }
        (_, Some(TableRow::Node(row))) => [named(&["NAME"]), of(&row.columns), named(&["AGE", "CACHED IMAGES"])].concat(),
        _ => named(&["NAME"]),
    }
}

/// How wide names, and pods' words, are among all rows: what is scrolled into view moves no column.
pub fn widths(all: &[TableRow]) -> Vec<usize> {
    let name = |row: &TableRow| match row {
        TableRow::Pod(pod) => pod.name.width(),
        TableRow::Object(object) => object.name.width(),
        TableRow::Node(node) => node.name.width(),
    };
    let status = |row: &TableRow| match row {
        TableRow::Pod(pod) => pod.status.width(),
        _ => 0,
    };
    vec![all.iter().map(name).max().unwrap_or(0), 0, all.iter().map(status).max().unwrap_or(0)]
}

/// The cells of a row.
pub fn cells(look: &Look, model: &Model, attempt: &Attempt, row: &TableRow) -> Vec<Cell> {
    match row {
        TableRow::Pod(pod) => of_pod(look, model.now, pod, attempt.wide),
        TableRow::Object(object) => of_object(look, model.now, object, attempt.wide),
        TableRow::Node(node) => of_node(look, model.now, node),
    }
}

fn of_pod(look: &Look, now: Timestamp, pod: &PodRow, wide: bool) -> Vec<Cell> {
    let health = look.style(health(pod));
    let restarts = match pod.restarted {
        Some(at) => format!("{} ({} ago)", pod.restarts, since(now, Some(at))),
        None => pod.restarts.to_string(),
    };
    let text = look.style(Mean::Text);
    let mut cells = vec![
        (pod.name.clone(), text),
        (format!("{}/{}", pod.ready.0, pod.ready.1), health),
        (pod.status.clone(), health),
        (restarts, text),
        (since(now, pod.created), text),
    ];
    if wide {
        let or_none = |text: &str| if text.is_empty() { "<none>".to_owned() } else { text.to_owned() };
        cells.extend([&pod.ip, &pod.node, &pod.nominated, &pod.gates].map(|said| (or_none(said), text)));
    }
    cells
}

/// Colour follows READY; what passes by itself is amber.
fn health(pod: &PodRow) -> Mean {
    match pod.status.as_str() {
        _ if pod.deleting => Mean::Dim,
        "Running" if pod.ready.0 == pod.ready.1 => Mean::Good,
        "Completed" => Mean::Dim,
        "Pending" | "ContainerCreating" | "PodInitializing" | "Running" => Mean::Warning,
        status if status.starts_with("Init:") && status.contains('/') => Mean::Warning,
        _ => Mean::Fault,
    }
}

fn of_object(look: &Look, now: Timestamp, object: &ObjectRow, wide: bool) -> Vec<Cell> {
    let text = look.style(if object.deleting { Mean::Dim } else { Mean::Text });
    let said = |columns: &[(String, String)]| columns.iter().map(|(_, said)| said.clone()).collect::<Vec<_>>();
    let more = if wide { said(&object.wide) } else { Vec::new() };
    let all = [vec![object.name.clone()], said(&object.columns), vec![since(now, object.created)], more].concat();
    all.into_iter().map(|cell| (cell, text)).collect()
}

/// A node as kubectl lists it, and which images it holds.
fn of_node(look: &Look, now: Timestamp, node: &NodeRow) -> Vec<Cell> {
    let shortest = |names: &Vec<String>| names.iter().min_by_key(|name| (name.contains("@sha256"), name.len())).cloned();
    let images: Vec<String> = node.images.iter().filter_map(|(names, _)| shortest(names)).collect();
    let images = if images.is_empty() { "none".to_owned() } else { images.join(", ") };
    let own = node.columns.iter().map(|(_, said)| said.clone());
    let all = std::iter::once(node.name.clone()).chain(own).chain([since(now, node.created), images]);
    all.map(|cell| (cell, look.style(Mean::Text))).collect()
}
