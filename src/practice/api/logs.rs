//! `/log`: what a container wrote, and what it goes on writing.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::response::Response;
use futures::stream;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::answer;
use super::call::Call;
use super::path::Resource;
use crate::practice::cluster::Practice;
use crate::practice::log::{LogLine, LogQuery, logs};
use crate::practice::status::{Fault, Status};

/// A log being followed.
struct Follow {
    practice: Practice,
    at: Resource,
    query: LogQuery,
    /// How many lines of the whole log were sent.
    sent: usize,
    stirs: watch::Receiver<()>,
    first: Option<String>,
    done: bool,
}

/// Answers a log request.
pub fn serve(practice: &Practice, at: Resource, call: &Call) -> Result<Response, Status> {
    check(&at, call)?;
    let query = LogQuery {
        container: Some(call.param("container").to_owned()).filter(|name| !name.is_empty()),
        previous: call.flag("previous"),
        tail_lines: call.number("tailLines")?.and_then(|lines| usize::try_from(lines).ok()),
        since: since(practice, call)?,
        timestamps: call.flag("timestamps"),
    };
    let stirs = practice.stirs();
    let whole = LogQuery {
        tail_lines: None,
        since: None,
        ..query.clone()
    };
    let (found, all) = practice.read(|world| Ok::<_, Status>((logs(world, at.ns(), &at.name, &query)?, logs(world, at.ns(), &at.name, &whole)?)))?;
    let mut text = print(&found.lines);
    if let Some(limit) = call.number("limitBytes")?.and_then(|limit| usize::try_from(limit).ok()) {
        let end = (0..=limit.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
        text.truncate(end.unwrap_or(0));
    }
    if !call.flag("follow") || all.done {
        return Ok(answer::typed(StatusCode::OK, "text/plain", text));
    }
    let follow = Follow {
        practice: practice.clone(),
        at,
        query: whole,
        sent: all.dropped + all.lines.len(),
        stirs,
        first: Some(text).filter(|text| !text.is_empty()),
        done: false,
    };
    let lines = stream::unfold(follow, |mut follow| async move {
        follow.next().await.map(|text| (Ok::<_, Infallible>(Bytes::from(text)), follow))
    });
    Ok(answer::typed(StatusCode::OK, "text/plain", Body::from_stream(lines)))
}

impl Follow {
    async fn next(&mut self) -> Option<String> {
        if let Some(text) = self.first.take() {
            return Some(text);
        }
        while !self.done {
            self.stirs.borrow_and_update();
            let found = self.practice.read(|world| logs(world, self.at.ns(), &self.at.name, &self.query)).ok()?;
            self.done = found.done;
            let fresh = found.lines.get(self.sent.saturating_sub(found.dropped)..).unwrap_or_default();
            self.sent = found.dropped + found.lines.len();
            if !fresh.is_empty() {
                return Some(print(fresh));
            }
            if !self.done {
                self.stirs.changed().await.ok()?;
            }
        }
        None
    }
}

/// Refuses a query that asks for what cannot be (core validation, `ValidatePodLogOptions`).
fn check(at: &Resource, call: &Call) -> Result<(), Status> {
    let mut faults = Vec::new();
    let least = [
        ("tailLines", 0, "must be greater than or equal to 0"),
        ("limitBytes", 1, "must be greater than 0"),
    ];
    for (field, least, why) in least {
        if let Some(number) = call.number(field)?.filter(|number| *number < least) {
            faults.push(Fault::invalid(field, &number.into(), why));
        }
    }
    match (call.number("sinceSeconds")?, call.param("sinceTime")) {
        (Some(_), time) if !time.is_empty() => faults.push(Fault::forbidden("[]", "at most one of `sinceTime` or `sinceSeconds` may be specified")),
        (Some(seconds), _) if seconds < 1 => faults.push(Fault::invalid("sinceSeconds", &seconds.into(), "must be greater than 0")),
        _ => {}
    }
    if !call.param("stream").is_empty() {
        faults.push(Fault::forbidden("stream", "may not be specified"));
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Status::invalid_as("PodLogOptions", "", &at.name, &faults))
    }
}

/// From when on: so many seconds ago, or an instant.
fn since(practice: &Practice, call: &Call) -> Result<Option<Timestamp>, Status> {
    if let Some(seconds) = call.number("sinceSeconds")? {
        return Ok(practice.now().checked_sub(SignedDuration::from_secs(seconds)).ok());
    }
    match call.param("sinceTime") {
        "" => Ok(None),
        text => match text.parse() {
            Ok(at) => Ok(Some(at)),
            Err(_) => Err(Status::bad_request(format!(
                "parsing time {text:?} as \"2006-01-02T15:04:05Z07:00\": cannot parse {text:?} as \"2006\""
            ))),
        },
    }
}

fn print(lines: &[LogLine]) -> String {
    lines.iter().map(|line| format!("{}\n", line.text)).collect()
}
