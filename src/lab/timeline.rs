//! The timeline: the learner's actions and, under each, what the cluster made of it, filtered to what decides.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::Attempt;
use super::backoff::Try;
use super::journal::{Fact, What};
use crate::cluster::snapshot::{Snapshot, Uid};
use crate::scenario::clue::fold;

/// One line of the timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    pub at: Timestamp,
    /// Since the action it answers; `None` for an action itself.
    pub after: Option<SignedDuration>,
    /// The same of the last time, where it came again.
    pub last: Option<SignedDuration>,
    /// 0 an action, 1 what it brought about, 2 what that brought about.
    pub depth: usize,
    pub tone: Tone,
    pub text: String,
    pub times: u32,
    /// Other objects that did the same.
    pub more: usize,
    key: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Action,
    Help,
    Plain,
    Warning,
    Fault,
    Good,
}

/// The lines, actions first, each followed by its effects in order.
#[must_use]
pub fn moments(attempt: &Attempt) -> Vec<Moment> {
    let facts = in_order(attempt.journal.facts.iter().collect());
    // An event may be seen before the pod that it is about.
    let owned = facts.iter().filter_map(|fact| Some((&fact.uid, fact.owner.as_ref()?.1.as_str())));
    let owners: BTreeMap<&Uid, &str> = owned.collect();
    let mut lines: Vec<Moment> = Vec::new();
    let mut group = 0;
    let mut began: Option<Timestamp> = None;
    for fact in facts {
        let Some(mut line) = line(fact, owners.get(&fact.uid).copied()) else {
            continue;
        };
        if line.depth == 0 {
            line.after = began.filter(|_| line.tone == Tone::Good).map(|began| seconds(began, fact.at));
            if line.tone == Tone::Action {
                (group, began) = (lines.len(), Some(fact.at));
            }
            lines.push(line);
            continue;
        }
        let since = |at: Timestamp| began.map(|began| seconds(began, at));
        (line.after, line.last) = (since(fact.at), since(fact.until).filter(|_| fact.times > 1));
        // The same of another pod of the same maker, or once more of the same: one line.
        let from = group.min(lines.len());
        match lines[from..].iter_mut().find(|known| known.key == line.key && known.tone == line.tone) {
            Some(known) => repeat(known, fact, line.last.or(line.after)),
            None => lines.push(line),
        }
    }
    without_passing(lines)
}

/// Whole seconds, by which the lines are in order.
fn seconds(from: Timestamp, to: Timestamp) -> SignedDuration {
    SignedDuration::from_secs(to.as_second() - from.as_second())
}

/// A pod that is ready as soon as it runs need not be told to run first.
fn without_passing(lines: Vec<Moment>) -> Vec<Moment> {
    let passing = |line: &Moment| {
        let owner = line.key.strip_suffix("|is Running");
        owner.is_some_and(|owner| {
            let ready = format!("{owner}|is Running and ready");
            lines
                .iter()
                .any(|other| other.key == ready && (0..=1).contains(&other.at.duration_since(line.at).as_secs()))
        })
    };
    lines.iter().filter(|line| !passing(line)).cloned().collect()
}

/// By time; the cluster writes whole seconds, and within one a cause stands before its effect, else what came first.
fn in_order(mut facts: Vec<&Fact>) -> Vec<&Fact> {
    facts.sort_by_key(|fact| fact.at.as_second());
    let told = |fact: &Fact| matches!(fact.what, What::Order(_) | What::Help(_) | What::Solved);
    let together = |a: &&Fact, b: &&Fact| a.at.as_second() == b.at.as_second() && !told(a) && !told(b);
    for moment in facts.chunk_by_mut(together) {
        // What came before a change by hand is no effect of it; what is made may be seen before its maker's change.
        let change = moment.iter().position(|fact| matches!(fact.what, What::Wished { by_order: false, .. }));
        let mut ranks: Vec<(u8, &Fact)> = moment
            .iter()
            .enumerate()
            .map(|(place, fact)| (rank(fact, change.is_some_and(|change| place < change)), *fact))
            .collect();
        ranks.sort_by_key(|(rank, _)| *rank);
        for (slot, (_, fact)) in moment.iter_mut().zip(ranks) {
            *slot = fact;
        }
    }
    facts
}

fn rank(fact: &Fact, before: bool) -> u8 {
    match &fact.what {
        What::Wished { .. } => 1,
        What::Made if fact.about.kind == "Pod" => 3,
        What::Made => 2,
        _ if before => 0,
        _ => 4,
    }
}

/// One more of a line that is there: by another object, or once more by the same.
fn repeat(known: &mut Moment, fact: &Fact, last: Option<SignedDuration>) {
    if known.text.contains(&fact.about.name) {
        known.times += fact.times;
        known.last = known.last.max(last);
    } else {
        known.more += 1;
    }
}

fn line(fact: &Fact, owner: Option<&str>) -> Option<Moment> {
    let (depth, tone, text, same) = match &fact.what {
        What::Order(text) => (0, Tone::Action, format!("you {text}"), text.clone()),
        What::Help(text) => (0, Tone::Help, format!("you {text}"), text.clone()),
        What::Wished { text, by_order: false } => (0, Tone::Action, format!("you {text}"), text.clone()),
        What::Wished { text, by_order: true } => (1, Tone::Plain, text.clone(), text.clone()),
        What::Clue(text) => (1, Tone::Fault, clue(fact, text), text.clone()),
        What::Solved => (0, Tone::Good, "all goals hold".to_owned(), String::new()),
        What::Made if fact.about.kind == "Pod" => (2, Tone::Plain, format!("Pod {} made", fact.about.name), "made".to_owned()),
        What::Made => (1, Tone::Plain, format!("{} {} made", fact.about.kind, fact.about.name), fact.about.name.clone()),
        What::Gone => (
            depth(fact),
            Tone::Plain,
            format!("{} {} gone", fact.about.kind, fact.about.name),
            format!("gone {}", fact.about.kind),
        ),
        What::Status { status, ready } => status_line(fact, status, *ready)?,
        What::Event { warning, reason, message, .. } => event_line(fact, *warning, reason, message)?,
        What::Wait { of, steps } => {
            let what = if *of == Try::Pull { "pull" } else { "restart" };
            let steps = steps.iter().map(i64::to_string).collect::<Vec<_>>().join(" → ");
            let text = format!("{}: back-off before the next {what}, {steps} s", fact.about.name);
            (2, Tone::Warning, text, format!("wait {what}"))
        }
    };
    let owner = owner.unwrap_or(&fact.about.name);
    let key = match &fact.what {
        What::Clue(text) => text.clone(),
        _ => format!("{owner}|{same}"),
    };
    Some(Moment {
        at: fact.at,
        after: None,
        last: None,
        depth,
        tone,
        text,
        times: fact.times,
        more: 0,
        key,
    })
}

fn clue(fact: &Fact, text: &str) -> String {
    format!("{}/{}: {text}", fact.about.kind.to_lowercase(), fact.about.name)
}

fn depth(fact: &Fact) -> usize {
    if fact.about.kind == "Pod" { 2 } else { 1 }
}

type Parts = (usize, Tone, String, String);

/// States that pass by themselves decide nothing; those that a wait or a failed pull tells better are left to it.
fn status_line(fact: &Fact, status: &str, ready: bool) -> Option<Parts> {
    let tone = match status {
        "Pending" | "ContainerCreating" | "PodInitializing" | "Terminating" | "ErrImagePull" | "ImagePullBackOff" | "CrashLoopBackOff" => return None,
        status if status.starts_with("Init:") && status.contains('/') => return None,
        "Running" if ready => Tone::Good,
        "Running" => Tone::Plain,
        "Completed" => Tone::Plain,
        _ => Tone::Fault,
    };
    let said = if ready && status == "Running" {
        "Running and ready".to_owned()
    } else {
        status.to_owned()
    };
    Some((2, tone, format!("{} {said}", fact.about.name), format!("is {said}")))
}

/// Warnings decide; of the rest only a container that is stopped. What says less than another event is left out.
fn event_line(fact: &Fact, warning: bool, reason: &str, message: &str) -> Option<Parts> {
    if !warning && reason != "Killing" {
        return None;
    }
    if matches!(message, "Error: ErrImagePull" | "Error: ImagePullBackOff") || reason == "BackOff" {
        return None;
    }
    let short = if message.starts_with("Failed to pull image") {
        format!("pull failed: {}", last_clause(message))
    } else {
        format!("{reason}: {}", message.trim_start_matches("(combined from similar events): "))
    };
    let tone = if warning { Tone::Fault } else { Tone::Plain };
    Some((
        depth(fact),
        tone,
        format!("{} {short}", fact.about.name),
        format!("{reason} {}", fold(&short, &Snapshot::default()).replace(&fact.about.name, "")),
    ))
}

/// `…: failed to resolve image: shop/till:9: not found` → `shop/till:9: not found`
fn last_clause(message: &str) -> String {
    let clauses: Vec<&str> = message.split(": ").collect();
    clauses[clauses.len().saturating_sub(2)..].join(": ")
}

/// The timeline as Markdown, to keep.
#[must_use]
pub fn markdown(attempt: &Attempt) -> String {
    let mut out = format!("# {}: what happened\n\nTimes are UTC.\n", attempt.scenario.title);
    for moment in moments(attempt) {
        let line = match moment.after {
            None => format!("\n- **{} {}**", clock(moment.at), said(&moment)),
            Some(after) => format!("{}- +{} s {}", "  ".repeat(moment.depth), after.as_secs().max(0), said(&moment)),
        };
        out.push_str(&line);
        out.push('\n');
    }
    out
}

/// What happened, how often, and to how many others.
#[must_use]
pub fn said(moment: &Moment) -> String {
    match said_times(moment) {
        none if none.is_empty() => moment.text.clone(),
        times => format!("{}{times}", moment.text.trim_end_matches('.')),
    }
}

/// ` ×3, last +43 s`, `, and 2 more`
fn said_times(moment: &Moment) -> String {
    let times = if moment.times > 1 { format!(" ×{}", moment.times) } else { String::new() };
    let after = moment.after.map_or(0, |after| after.as_secs());
    let last = match moment.last.map(|last| last.as_secs()) {
        Some(last) if last > after => format!(", last +{last} s"),
        _ => String::new(),
    };
    let more = if moment.more > 0 {
        format!(", and {} more", moment.more)
    } else {
        String::new()
    };
    format!("{times}{last}{more}")
}

/// `12:01:03`
#[must_use]
pub fn clock(at: Timestamp) -> String {
    at.to_string().get(11..19).unwrap_or_default().to_owned()
}
