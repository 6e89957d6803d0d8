//! The log page: which container, which run, and a bounded stretch of lines.

use jiff::{SignedDuration, Timestamp};

use super::Attempt;
use super::msg::{AttemptNo, Effect};
use super::table::TableRow;
use crate::cluster::snapshot::{ContainerRow, ContainerState, PodRow, Uid};

/// Lines kept of a log.
pub const LINES: usize = 50_000;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Search {
    pub text: String,
    pub typing: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogPage {
    pub pod: Uid,
    pub name: String,
    /// Containers to choose from, and which is shown.
    pub containers: Vec<String>,
    pub container: usize,
    pub previous: bool,
    pub follow: bool,
    pub wrap: bool,
    pub timestamps: bool,
    /// Seconds back from now that are shown; none shows all.
    pub since: Option<i64>,
    pub lines: Vec<String>,
    /// Older lines were dropped.
    pub cut: bool,
    pub ended: Option<String>,
    pub scroll: usize,
    pub search: Search,
}

/// The pod whose log a row stands for: itself, or the newest that its selector or ownership covers.
#[must_use]
pub fn pod_of<'a>(attempt: &'a Attempt, row: &TableRow) -> Option<&'a PodRow> {
    let pods = attempt.snapshot.pods_by_age();
    match row {
        TableRow::Pod(pod) => attempt.snapshot.pods.get(&pod.uid),
        TableRow::Node(_) => None,
        TableRow::Object(object) => pods.into_iter().rev().find(|pod| {
            let owned = pod.owner.as_ref().is_some_and(|(kind, name)| *kind == object.kind && *name == object.name);
            let chosen = !object.selector.is_empty() && object.selector.iter().all(|(key, value)| pod.labels.get(key) == Some(value));
            owned || chosen
        }),
    }
}

/// A page on a pod: the failing container, and the run that crashed where one did.
#[must_use]
pub fn open(pod: &PodRow) -> LogPage {
    let container = pod
        .containers
        .iter()
        .position(failing)
        .or_else(|| pod.containers.iter().position(|c| !c.init))
        .unwrap_or(0);
    let previous = pod.containers.get(container).is_some_and(crash_looping);
    LogPage {
        pod: pod.uid.clone(),
        name: pod.name.clone(),
        containers: pod.containers.iter().map(|container| container.name.clone()).collect(),
        container,
        previous,
        follow: true,
        wrap: true,
        ..LogPage::default()
    }
}

fn failing(container: &ContainerRow) -> bool {
    let failed = |state: &ContainerState| matches!(state, ContainerState::Terminated { exit, .. } if *exit != 0);
    failed(&container.state) || crash_looping(container) || (!container.ready && failed(&container.last))
}

fn crash_looping(container: &ContainerRow) -> bool {
    container.restarts > 0 && matches!(&container.state, ContainerState::Waiting { reason, .. } if reason == "CrashLoopBackOff")
}

impl LogPage {
    /// The container that is shown; a pod has at least one.
    #[must_use]
    pub fn shown(&self) -> &str {
        self.containers.get(self.container).map_or("", String::as_str)
    }

    /// Begins anew, after the container or the run was changed.
    pub(super) fn restart(&mut self) {
        self.lines.clear();
        self.cut = false;
        self.ended = None;
        self.scroll = 0;
        self.follow = true;
    }

    pub(super) fn request(&self, attempt: AttemptNo) -> Effect {
        let (pod, name, container) = (self.pod.clone(), self.name.clone(), self.shown().to_owned());
        Effect::FollowLog {
            attempt,
            pod,
            name,
            container,
            previous: self.previous,
        }
    }

    /// The lines that are shown: all, or those of the time that is wanted.
    pub fn shown_lines(&self, now: Timestamp) -> impl Iterator<Item = &String> {
        let from = self.since.map(|seconds| now - SignedDuration::from_secs(seconds));
        let written = |line: &str| line.split_once(' ').map_or(line, |(time, _)| time).parse::<Timestamp>().ok();
        self.lines
            .iter()
            .filter(move |line| from.is_none_or(|from| written(line).is_none_or(|at| at >= from)))
    }

    /// The last minute, ten minutes, the last hour, all again.
    pub(super) fn turn_since(&mut self) {
        self.since = match self.since {
            None => Some(60),
            Some(60) => Some(600),
            Some(600) => Some(3600),
            Some(_) => None,
        };
        self.scroll = 0;
        self.follow = true;
    }

    /// Takes lines in; the oldest go when there are too many.
    pub(super) fn take(&mut self, pod: &Uid, container: &str, lines: Vec<String>) {
        if self.pod != *pod || self.shown() != container {
            return;
        }
        self.lines.extend(lines);
        let over = self.lines.len().saturating_sub(LINES);
        if over > 0 {
            self.lines.drain(..over);
            self.cut = true;
            // What is read stays where it is.
            self.scroll = self.scroll.saturating_sub(over);
        }
    }

    /// The kubectl command that prints the same.
    #[must_use]
    pub fn command(&self, namespace: &str) -> String {
        let previous = if self.previous { " --previous" } else { "" };
        let container = if self.containers.len() > 1 {
            format!(" -c {}", self.shown())
        } else {
            String::new()
        };
        let since = self.since.map_or_else(String::new, |seconds| format!(" --since={seconds}s"));
        format!("kubectl logs {}{container}{previous}{since} -n {namespace}", self.name)
    }
}

/// A line without the time that the kubelet put before it, unless that is wanted.
#[must_use]
pub fn line(text: &str, timestamps: bool) -> &str {
    match text.split_once(' ') {
        Some((time, rest)) if !timestamps && time.parse::<Timestamp>().is_ok() => rest,
        _ if !timestamps && text.parse::<Timestamp>().is_ok() => "",
        _ => text,
    }
}

/// Places of the lines that hold the searched text, whatever its case.
#[must_use]
pub fn matches<'a>(lines: impl Iterator<Item = &'a str>, search: &Search) -> Vec<usize> {
    let wanted = search.text.to_lowercase();
    if wanted.is_empty() {
        return Vec::new();
    }
    lines
        .enumerate()
        .filter(|(_, line)| line.to_lowercase().contains(&wanted))
        .map(|(place, _)| place)
        .collect()
}
