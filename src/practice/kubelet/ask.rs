//! What a probe asks a container, and the wait for the answer.

use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::practice::field::text;
use crate::practice::net::http::{Request, ask as request};
use crate::practice::runtime::kernel::Call;
use crate::practice::runtime::{hold, session};
use crate::practice::world::{Key, World};

type Verdict = Result<(), Refusal>;

/// Why a question was not answered well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The answer was bad, or none came.
    Failed(String),
    /// It could not be put, which says nothing about the container.
    Errored(String),
}

impl Refusal {
    pub fn words(self) -> String {
        match self {
            Self::Failed(why) | Self::Errored(why) => why,
        }
    }
}

/// A question to a container.
#[derive(Debug, Clone)]
pub struct Asked {
    answer: Arc<Mutex<Option<Verdict>>>,
    /// What is said when no answer comes in time.
    pub late: String,
}

/// A probe that waits for its answer.
#[derive(Debug, Clone)]
pub struct Asking {
    pub kind: &'static str,
    pub name: String,
    /// The run that was asked.
    pub number: i64,
    pub quiet: bool,
    pub asked: Asked,
}

impl Asked {
    pub fn at_once(verdict: Verdict) -> Self {
        Self {
            answer: Arc::new(Mutex::new(Some(verdict))),
            late: String::new(),
        }
    }

    pub fn failed(why: String) -> Self {
        Self::at_once(Err(Refusal::Failed(why)))
    }

    pub fn errored(why: String) -> Self {
        Self::at_once(Err(Refusal::Errored(why)))
    }

    fn later(late: String) -> Self {
        Self { answer: Arc::default(), late }
    }

    pub fn answer(&self) -> Option<Verdict> {
        hold(&self.answer).clone()
    }
}

/// An HTTP probe.
pub fn ask(world: &mut World, uid: &str, host: &str, port: u16, get: &Value, tell: Key) -> Asked {
    let path = get["path"].as_str().unwrap_or("/");
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    let scheme = get["scheme"].as_str().unwrap_or("HTTP").to_lowercase();
    let url = format!("{scheme}://{host}:{port}{path}");
    let said = move |why: &str| format!("Get \"{url}\": {why}");
    let from = host.rsplit_once('.').map_or(String::new(), |(network, _)| format!("{network}.1"));
    let Some(stream) = world.runtime.reach(uid, port, &from) else {
        return Asked::failed(said(&format!("dial tcp {host}:{port}: connect: connection refused")));
    };
    if scheme == "https" {
        drop(stream);
        world.turn();
        return Asked::failed(said("http: server gave HTTP response to HTTPS client"));
    }
    let asked = Asked::later(said("context deadline exceeded (Client.Timeout exceeded while awaiting headers)"));
    let mut wanted = Request::get(&format!("{host}:{port}"), &path, "kube-probe/1.36");
    for header in get["httpHeaders"].as_array().into_iter().flatten() {
        wanted.headers.push((text(&header["name"]).to_owned(), text(&header["value"]).to_owned()));
    }
    let (answer, calls) = (asked.answer.clone(), world.runtime.calls());
    world.runtime.outside(Box::pin(async move {
        let verdict = match request(&stream, &wanted).await {
            Ok(response) if (200..400).contains(&response.code) => Ok(()),
            Ok(response) => Err(Refusal::Failed(format!("HTTP probe failed with statuscode: {}", response.code))),
            Err(fault) => Err(Refusal::Failed(said(&fault.to_string()))),
        };
        *hold(&answer) = Some(verdict);
        hold(&calls).push((0, Call::Tell(Box::new(tell))));
    }));
    world.turn();
    asked
}

/// A command in the container; 0 is good, anything else says what `failed` makes of the code and what it printed.
pub fn execute(
    world: &mut World,
    uid: &str,
    container: &str,
    argv: Vec<String>,
    late: String,
    failed: impl Fn(i32, &str) -> String + Send + 'static,
    tell: Key,
) -> Asked {
    let asked = Asked::later(late);
    let answer = asked.answer.clone();
    let done = move |code: i32, output: String| {
        *hold(&answer) = Some(if code == 0 { Ok(()) } else { Err(Refusal::Failed(failed(code, &output))) });
    };
    if let Err(why) = world.runtime.check(uid, container, argv, done, tell) {
        let why = session::not_started(world, &why);
        return Asked::errored(format!("rpc error: code = Unknown desc = {why}"));
    }
    world.turn();
    asked
}
