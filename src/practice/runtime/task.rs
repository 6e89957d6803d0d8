//! Tasks in virtual time: futures that the runtime polls when they are woken, and the questions they put to the world.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use super::hold;

/// A running program.
pub type Program = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The tasks that may go on, in the order in which they were woken.
#[derive(Debug, Default)]
pub struct Ready(Mutex<VecDeque<u64>>);

impl Ready {
    pub fn push(&self, task: u64) {
        let mut queue = hold(&self.0);
        if !queue.contains(&task) {
            queue.push_back(task);
        }
    }

    pub fn next(&self) -> Option<u64> {
        hold(&self.0).pop_front()
    }
}

/// Wakes one task.
struct Alarm {
    task: u64,
    ready: Arc<Ready>,
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.ready.push(self.task);
    }
}

/// The waker of a task.
pub fn waker(task: u64, ready: &Arc<Ready>) -> Waker {
    Waker::from(Arc::new(Alarm { task, ready: ready.clone() }))
}

/// A place for an answer that somebody waits for.
#[derive(Debug)]
pub struct Slot<T>(Arc<Mutex<(Option<T>, Option<Waker>)>>);

impl<T> Slot<T> {
    /// A place to answer to, and the wait for it.
    pub fn new() -> (Self, Wait<T>) {
        let shared = Arc::new(Mutex::new((None, None)));
        (Self(shared.clone()), Wait(shared))
    }

    pub fn answer(self, value: T) {
        let mut state = hold(&self.0);
        state.0 = Some(value);
        if let Some(waker) = state.1.take() {
            waker.wake();
        }
    }

    /// Whether anybody still waits.
    pub fn wanted(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }
}

/// Waits for a [`Slot`]'s answer.
#[derive(Debug)]
pub struct Wait<T>(Arc<Mutex<(Option<T>, Option<Waker>)>>);

impl<T> Future for Wait<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let mut state = hold(&self.0);
        match state.0.take() {
            Some(value) => Poll::Ready(value),
            None => {
                state.1 = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}
