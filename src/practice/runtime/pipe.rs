//! Pipes between processes: bounded, closed when their last end of a side is dropped, waited on without a thread.

use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

use super::hold;

/// What a pipe holds before its writer waits, as on Linux.
const CAPACITY: usize = 65_536;

#[derive(Debug, Default)]
struct State {
    bytes: Vec<u8>,
    readers: usize,
    writers: usize,
    waiting: Vec<Waker>,
}

impl State {
    fn wake(&mut self) {
        self.waiting.drain(..).for_each(Waker::wake);
    }

    /// The first bytes, at most so many. All of them move as they lie; what stays behind is copied.
    fn first(&mut self, most: usize) -> Vec<u8> {
        let rest = self.bytes.split_off(self.bytes.len().min(most));
        std::mem::replace(&mut self.bytes, rest)
    }
}

type Shared = Arc<Mutex<State>>;

/// The end of a pipe that reads.
#[derive(Debug)]
pub struct Reader(Shared);

/// The end of a pipe that writes.
#[derive(Debug)]
pub struct Writer(Shared);

/// Nobody reads any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Broken pipe")]
pub struct Broken;

/// A new pipe.
pub fn pipe() -> (Reader, Writer) {
    let state = Arc::new(Mutex::new(State {
        readers: 1,
        writers: 1,
        ..State::default()
    }));
    (Reader(state.clone()), Writer(state))
}

impl Reader {
    /// What is there, at most so much; empty at the end.
    pub async fn read(&self, most: usize) -> Vec<u8> {
        poll_fn(|context| {
            let mut state = hold(&self.0);
            if state.bytes.is_empty() && state.writers > 0 {
                state.waiting.push(context.waker().clone());
                return Poll::Pending;
            }
            let bytes = state.first(most);
            state.wake();
            Poll::Ready(bytes)
        })
        .await
    }

    /// What is there now, without waiting; `None` at the end.
    pub fn take(&self) -> Option<Vec<u8>> {
        let mut state = hold(&self.0);
        let bytes = state.first(usize::MAX);
        state.wake();
        (!bytes.is_empty() || state.writers > 0).then_some(bytes)
    }
}

impl Writer {
    /// Writes all of it, waiting for room.
    ///
    /// # Errors
    /// When nobody reads any more.
    pub async fn write(&self, bytes: &[u8]) -> Result<(), Broken> {
        let mut done = 0;
        poll_fn(|context| {
            let mut state = hold(&self.0);
            if state.readers == 0 {
                return Poll::Ready(Err(Broken));
            }
            let room = CAPACITY.saturating_sub(state.bytes.len()).min(bytes.len() - done);
            state.bytes.extend_from_slice(&bytes[done..done + room]);
            done += room;
            if room > 0 {
                state.wake();
            }
            if done == bytes.len() {
                return Poll::Ready(Ok(()));
            }
            state.waiting.push(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    /// Whether anybody still reads.
    pub fn heard(&self) -> bool {
        hold(&self.0).readers > 0
    }

    /// Writes all of it at once, whatever the room.
    pub fn push(&self, bytes: &[u8]) {
        let mut state = hold(&self.0);
        state.bytes.extend_from_slice(bytes);
        state.wake();
    }
}

impl Clone for Reader {
    fn clone(&self) -> Self {
        hold(&self.0).readers += 1;
        Self(self.0.clone())
    }
}

impl Clone for Writer {
    fn clone(&self) -> Self {
        hold(&self.0).writers += 1;
        Self(self.0.clone())
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut state = hold(&self.0);
        state.readers -= 1;
        state.wake();
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let mut state = hold(&self.0);
        state.writers -= 1;
        state.wake();
    }
}
