//! The cluster's network: names, Services, policies and connections between pods.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::task::Waker;

use serde_json::Value;

use super::runtime::hold;
use super::runtime::pipe::{Reader, Writer, pipe};

pub mod dns;
pub mod http;
pub mod policy;
pub mod route;

/// Why there is no way to where one wants to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoRoute {
    /// No such name.
    #[error("bad address")]
    Unknown,
    /// The name server does not answer.
    #[error("bad address")]
    Deaf,
    #[error("Connection refused")]
    Refused,
    #[error("Connection timed out")]
    TimedOut,
    #[error("No route to host")]
    Unreachable,
}

/// One side of a connection.
#[derive(Debug, Clone)]
pub struct Stream {
    pub input: Reader,
    pub output: Writer,
    /// The other side's address.
    pub peer: String,
}

/// The two sides of a new connection.
pub fn connection(from: &str, to: &str) -> (Stream, Stream) {
    let ((near, far_out), (far, near_out)) = (pipe(), pipe());
    let side = |input, output, peer: &str| Stream {
        input,
        output,
        peer: peer.to_owned(),
    };
    (side(near, near_out, to), side(far, far_out, from))
}

#[derive(Debug, Default)]
struct Queue {
    streams: VecDeque<Stream>,
    waiting: Option<Waker>,
}

/// A port that somebody listens on.
#[derive(Debug, Clone, Default)]
pub struct Listener {
    queue: Arc<Mutex<Queue>>,
    /// Reached over the pod's own loopback only.
    pub local: bool,
}

impl Listener {
    /// The next connection.
    pub async fn accept(&self) -> Stream {
        std::future::poll_fn(|context| {
            let mut queue = hold(&self.queue);
            match queue.streams.pop_front() {
                Some(stream) => std::task::Poll::Ready(stream),
                None => {
                    queue.waiting = Some(context.waker().clone());
                    std::task::Poll::Pending
                }
            }
        })
        .await
    }

    /// A new connection to here; gives back the caller's side.
    pub fn connect(&self, from: &str, to: &str) -> Stream {
        let (near, far) = connection(from, to);
        let mut queue = hold(&self.queue);
        queue.streams.push_back(far);
        if let Some(waker) = queue.waiting.take() {
            waker.wake();
        }
        near
    }
}

/// A request to the API from inside a pod, in the name of its ServiceAccount.
#[derive(Debug, Clone)]
pub struct ApiCall {
    pub user: String,
    pub method: &'static str,
    pub path: String,
    /// Media type and body.
    pub body: Option<(&'static str, String)>,
    pub accept: &'static str,
}

/// What the API answered.
#[derive(Debug, Clone)]
pub struct ApiAnswer {
    pub code: u16,
    pub body: Value,
    /// For a watch: its events, one JSON text a line.
    pub stream: Option<Reader>,
}
