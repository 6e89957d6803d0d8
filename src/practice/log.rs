//! What containers have printed, and how the API hands it out.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde_json::Value;

use super::field::{items, text};
use super::kind::POD;
use super::status::Status;
use super::world::World;

/// Lines kept of one run of a container; the oldest go first.
const KEPT: usize = 2_000;

/// A line a container printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    pub at: Timestamp,
    pub text: String,
}

/// Which lines are asked for.
#[derive(Debug, Clone, Default)]
pub struct LogQuery {
    pub container: Option<String>,
    pub previous: bool,
    pub tail_lines: Option<usize>,
    /// Lines from this instant on.
    pub since: Option<Timestamp>,
    pub timestamps: bool,
}

/// The lines, and whether there will be no more of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logs {
    pub lines: Vec<LogLine>,
    /// How many lines of the run came before the first of all that are kept.
    pub dropped: usize,
    pub done: bool,
}

/// The output of one run of a container.
#[derive(Debug, Default)]
struct Run {
    lines: VecDeque<LogLine>,
    dropped: usize,
    done: bool,
}

/// The output of all containers: the present run and the one before, by the pod's uid and the container's name.
#[derive(Debug, Default)]
pub struct Book {
    runs: BTreeMap<(String, String), (Option<Run>, Run)>,
}

impl Book {
    /// A container starts: what was its present output becomes the previous one.
    pub fn begin(&mut self, uid: &str, container: &str) {
        let key = (uid.to_owned(), container.to_owned());
        let before = self.runs.remove(&key).map(|(_, current)| current);
        self.runs.insert(key, (before, Run::default()));
    }

    /// A container prints a line.
    pub fn write(&mut self, uid: &str, container: &str, at: Timestamp, text: &str) {
        if let Some((_, run)) = self.runs.get_mut(&(uid.to_owned(), container.to_owned())) {
            if run.lines.len() == KEPT {
                run.lines.pop_front();
                run.dropped += 1;
            }
            run.lines.push_back(LogLine { at, text: text.to_owned() });
        }
    }

    /// A container has ended.
    pub fn end(&mut self, uid: &str, container: &str) {
        if let Some((_, run)) = self.runs.get_mut(&(uid.to_owned(), container.to_owned())) {
            run.done = true;
        }
    }

    /// The last lines of a container's present output.
    pub fn last(&self, uid: &str, container: &str, most: usize) -> Vec<String> {
        let Some(run) = self.run(uid, container, false) else { return Vec::new() };
        let skip = run.lines.len().saturating_sub(most);
        run.lines.iter().skip(skip).map(|line| line.text.clone()).collect()
    }

    /// A pod is gone, and its output with it.
    pub fn forget(&mut self, uid: &str) {
        self.runs.retain(|(owner, _), _| owner != uid);
    }

    fn run(&self, uid: &str, container: &str, previous: bool) -> Option<&Run> {
        let (before, current) = self.runs.get(&(uid.to_owned(), container.to_owned()))?;
        if previous { before.as_ref() } else { Some(current) }
    }
}

/// The lines of a container.
///
/// # Errors
/// As Kubernetes refuses: no such pod or container, none chosen of several, not started yet, no previous run.
pub fn logs(world: &World, namespace: &str, pod: &str, query: &LogQuery) -> Result<Logs, Status> {
    let object = world.store.get(&POD, namespace, pod).ok_or_else(|| Status::not_found(&POD, pod))?;
    let container = chosen(&object, pod, query)?;
    let uid = text(&object["metadata"]["uid"]);
    if text(&object["spec"]["nodeName"]).is_empty() {
        return Ok(Logs {
            lines: Vec::new(),
            dropped: 0,
            done: true,
        });
    }
    let status = status(&object, &container);
    if query.previous && status["lastState"]["terminated"].is_null() {
        return Err(Status::bad_request(format!(
            "previous terminated container \"{container}\" in pod \"{pod}\" not found"
        )));
    }
    // The runtime keeps one ended run of a container: the last one takes the place of the one before.
    let ended = &status["state"]["terminated"];
    if query.previous && !ended.is_null() {
        let id = text(&status["lastState"]["terminated"]["containerID"]);
        return Ok(Logs {
            lines: vec![LogLine {
                at: world.now,
                text: format!("unable to retrieve container logs for {id}"),
            }],
            dropped: 0,
            done: true,
        });
    }
    let waiting = &status["state"]["waiting"];
    // A container waiting for its restart still has the output of the run that ended: the newest in the book.
    let run = world.logs.run(uid, &container, query.previous && waiting.is_null());
    let never_ran = status["lastState"]["terminated"].is_null() && (!waiting.is_null() || status.is_null());
    if run.is_none() && !never_ran {
        // It was made and could not be started.
        return Ok(Logs {
            lines: Vec::new(),
            dropped: 0,
            done: true,
        });
    }
    let Some(run) = run.filter(|_| !never_ran) else {
        return Err(Status::bad_request(format!(
            "container \"{container}\" in pod \"{pod}\" is waiting to start: {}",
            reason(waiting)
        )));
    };
    let lines: Vec<&LogLine> = run.lines.iter().filter(|line| query.since.is_none_or(|since| line.at >= since)).collect();
    let skip = query.tail_lines.map_or(0, |tail| lines.len().saturating_sub(tail));
    let format = |line: &LogLine| {
        let text = if query.timestamps {
            format!("{} {}", line.at.strftime("%Y-%m-%dT%H:%M:%S.%9fZ"), line.text)
        } else {
            line.text.clone()
        };
        LogLine { at: line.at, text }
    };
    Ok(Logs {
        lines: lines.into_iter().skip(skip).map(format).collect(),
        dropped: run.dropped,
        done: run.done,
    })
}

/// The container asked for, or the only one.
fn chosen(object: &Value, pod: &str, query: &LogQuery) -> Result<String, Status> {
    let names = |field: &str| {
        items(&object["spec"][field])
            .iter()
            .map(|container| text(&container["name"]).to_owned())
            .collect::<Vec<_>>()
    };
    let (main, init, by_hand) = (names("containers"), names("initContainers"), names("ephemeralContainers"));
    match query.container.as_deref().filter(|name| !name.is_empty()) {
        Some(name) if main.iter().chain(&init).chain(&by_hand).any(|known| known == name) => Ok(name.to_owned()),
        Some(name) => Err(Status::bad_request(format!("container {name} is not valid for pod {pod}"))),
        None if main.len() == 1 => Ok(main.concat()),
        None => {
            let or_init = if init.is_empty() {
                String::new()
            } else {
                format!(" or one of the init containers: [{}]", init.join(" "))
            };
            Err(Status::bad_request(format!(
                "a container name must be specified for pod {pod}, choose one of: [{}]{or_init}",
                main.join(" ")
            )))
        }
    }
}

fn status<'a>(object: &'a Value, container: &str) -> &'a Value {
    let all = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"]
        .into_iter()
        .flat_map(|part| items(&object["status"][part]));
    all.into_iter().find(|status| status["name"] == container).unwrap_or(&Value::Null)
}

fn reason(waiting: &Value) -> String {
    match text(&waiting["reason"]) {
        "ErrImagePull" => "image can't be pulled".to_owned(),
        "ImagePullBackOff" => "trying and failing to pull image".to_owned(),
        "" => "ContainerCreating".to_owned(),
        other => other.to_owned(),
    }
}
