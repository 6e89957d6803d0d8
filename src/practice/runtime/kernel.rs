//! What the processes of one container share: files, memory, the process table, the way to the world outside.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::task::Waker;
use std::time::Duration;

use jiff::Timestamp;
use litemap::LiteMap;

use super::files::Files;
use super::hold;
use super::security::Security;
use super::task::{Program, Slot, Wait};
use crate::image::Step;
use crate::practice::net::{ApiAnswer, ApiCall, Listener, NoRoute, Stream};
use crate::practice::world::Key;

/// Steps that a container's processes may take at one instant; then they wait a moment.
const STEPS: u32 = 3_000;
pub const BREATH: Duration = Duration::from_millis(100);

/// What a process asks of the world.
pub enum Call {
    Sleep(Duration, Slot<()>),
    Spawn(u32, Program),
    /// The container's processes are stopped; nothing answers.
    OutOfMemory,
    /// Ends a process by its number.
    End(u32),
    Resolve(String, Slot<Result<Vec<String>, NoRoute>>),
    Connect(String, u16, Slot<Result<Stream, NoRoute>>),
    Api(ApiCall, Slot<ApiAnswer>),
    /// Something that was waited for is over: the driver has a task.
    Tell(Box<Key>),
    /// The first process ended.
    Exit(i32),
}

/// The calls of all containers, in order, with the container's number.
pub type Calls = Arc<Mutex<Vec<(u64, Call)>>>;

/// What of one pod is reached from outside, by port; shared by its containers.
#[derive(Debug, Default)]
pub struct Network {
    pub address: Mutex<String>,
    pub listeners: Mutex<BTreeMap<u16, Listener>>,
}

/// A process as the table lists it.
#[derive(Debug, Default)]
pub struct Known {
    pub parent: u32,
    pub argv: Vec<String>,
    pub ended: Option<i32>,
    /// Signals that do not end it: it handles or ignores them.
    pub caught: BTreeSet<i32>,
    pub pending: Vec<i32>,
    pub waiting: Vec<Waker>,
}

impl Known {
    pub fn wake(&mut self) {
        self.waiting.drain(..).for_each(Waker::wake);
    }
}

#[derive(Debug, Default)]
struct Memory {
    used: u64,
    limit: Option<u64>,
}

/// The facts of a container that do not change while it runs.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    pub uid: String,
    pub namespace: String,
    pub pod: String,
    pub container: String,
    pub account: String,
    pub hostname: String,
    /// The name of the program that only the image has, and what it does.
    pub image: String,
    pub own: Option<Arc<Vec<Step>>>,
    pub user: i64,
    pub group: i64,
    /// Groups besides its own.
    pub groups: Vec<i64>,
    pub security: Security,
    pub memory: Option<u64>,
}

/// One container's inside.
pub struct Kernel {
    pub id: u64,
    pub facts: Facts,
    pub files: Files,
    pub network: Arc<Network>,
    pub table: Mutex<LiteMap<u32, Known>>,
    /// What was printed and not yet taken to the log: whether to stderr, and the bytes.
    pub printed: Mutex<Vec<(bool, Vec<u8>)>>,
    pub now: Arc<Mutex<Timestamp>>,
    memory: Mutex<Memory>,
    steps: Mutex<(Timestamp, u32)>,
    calls: Calls,
}

impl Kernel {
    pub fn new(id: u64, facts: Facts, files: Files, network: Arc<Network>, now: Arc<Mutex<Timestamp>>, calls: Calls) -> Self {
        let memory = Memory { used: 0, limit: facts.memory };
        Self {
            id,
            facts,
            files,
            network,
            // most containers are one process
            table: Mutex::new(LiteMap::with_capacity(1)),
            printed: Mutex::default(),
            now,
            memory: Mutex::new(memory),
            steps: Mutex::new((Timestamp::UNIX_EPOCH, 0)),
            calls,
        }
    }

    pub fn now(&self) -> Timestamp {
        *hold(&self.now)
    }

    pub fn call(&self, call: Call) {
        hold(&self.calls).push((self.id, call));
    }

    /// Asks the world and waits for its answer.
    pub fn ask<T>(&self, call: impl FnOnce(Slot<T>) -> Call) -> Wait<T> {
        let (slot, wait) = Slot::new();
        self.call(call(slot));
        wait
    }

    pub async fn sleep(&self, wait: Duration) {
        self.ask(|slot| Call::Sleep(wait, slot)).await;
    }

    /// One step of a program; who takes too many at one instant waits a moment.
    pub async fn step(&self) {
        let tired = {
            let mut steps = hold(&self.steps);
            let now = self.now();
            if steps.0 != now {
                *steps = (now, 0);
            }
            steps.1 += 1;
            steps.1 > STEPS
        };
        if tired {
            self.sleep(BREATH).await;
        }
    }

    /// Takes memory; past the limit the container's processes go no further.
    pub async fn take(self: &Arc<Self>, bytes: u64) -> Taken {
        let over = {
            let mut memory = hold(&self.memory);
            memory.used += bytes;
            memory.limit.is_some_and(|limit| memory.used > limit)
        };
        let taken = Taken { kernel: self.clone(), bytes };
        if over {
            self.call(Call::OutOfMemory);
            std::future::pending::<()>().await;
        }
        taken
    }

    /// Enters a process into the table and gives it the next number.
    pub fn enter(&self, parent: u32, argv: Vec<String>) -> u32 {
        let mut table = hold(&self.table);
        let pid = table.last().map_or(1, |(last, _)| last + 1);
        table.insert(
            pid,
            Known {
                parent,
                argv,
                ..Known::default()
            },
        );
        pid
    }

    /// A process has ended; who waits for it learns so.
    pub fn left(&self, pid: u32, code: i32) {
        if let Some(known) = hold(&self.table).get_mut(&pid) {
            known.ended.get_or_insert(code);
            known.wake();
        }
    }

    /// Sends a signal as `kill` does: `false` when there is no such process.
    pub fn signal(&self, pid: u32, signal: i32) -> bool {
        let ends = {
            let mut table = hold(&self.table);
            let Some(known) = table.get_mut(&pid).filter(|known| known.ended.is_none()) else {
                return false;
            };
            if known.caught.contains(&signal) && signal != 9 {
                known.pending.push(signal);
                known.wake();
                false
            } else {
                // The first process is not ended by what it does not handle.
                signal != 0 && pid != 1 && !matches!(signal, 17 | 18 | 28)
            }
        };
        if ends {
            self.left(pid, 128 + signal);
            self.call(Call::End(pid));
        }
        true
    }
}

/// Memory in use; given back when dropped.
pub struct Taken {
    kernel: Arc<Kernel>,
    bytes: u64,
}

impl Drop for Taken {
    fn drop(&mut self) {
        let mut memory = hold(&self.kernel.memory);
        memory.used = memory.used.saturating_sub(self.bytes);
    }
}
