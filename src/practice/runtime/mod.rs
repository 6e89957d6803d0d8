//! The container runtime: processes of all containers as tasks in virtual time, one engine for all of them.
//!
//! A turn polls every task that may go on and answers what they ask of the world, until nothing moves at this instant.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Context;
use std::time::Duration;

use jiff::Timestamp;

use self::files::{Content, Files};
use self::kernel::{Call, Calls, Facts, Kernel, Network};
use self::pipe::{Reader, Writer};
use self::process::{Environment, File, Process};
use self::task::{Program, Ready, Slot, waker};
use super::net::{ApiAnswer, ApiCall};
use super::shell;
use super::world::{Id, Key, World};

mod answer;
mod change;
pub mod files;
pub mod kernel;
pub mod outside;
pub mod permission;
pub mod pipe;
pub mod proc;
pub mod process;
pub mod root;
pub mod security;
pub mod session;
pub mod steps;
pub mod task;
mod tree;
pub mod written;

/// A lock that outlives a panic elsewhere.
pub fn hold<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A container to start.
pub struct Launch {
    pub facts: Facts,
    pub files: Files,
    pub argv: Vec<String>,
    pub env: Environment,
    pub folder: String,
    /// Restarts before.
    pub number: i64,
    /// Where it may write of its end.
    pub message: Content,
    /// Whether somebody may write to its stdin later.
    pub stdin: bool,
    /// Whether its stdin ends with the first who wrote to it.
    pub stdin_once: bool,
}

struct Container {
    kernel: Arc<Kernel>,
    number: i64,
    /// Tasks by process; threads have the process 0.
    tasks: Vec<(u32, u64)>,
    /// Beginnings of lines, of stdout and stderr.
    partial: [Vec<u8>; 2],
    attached: Vec<(Writer, Writer)>,
    stdin: Option<Writer>,
    stdin_once: bool,
    env: Environment,
    folder: String,
}

/// All containers' processes.
#[derive(Default)]
pub struct Runtime {
    /// The controller whose work it is to call for turns.
    driver: Option<Id>,
    count: u64,
    ready: Arc<Ready>,
    calls: Calls,
    now: Arc<Mutex<Timestamp>>,
    /// Futures with the container they belong to; 0 is the outside.
    tasks: BTreeMap<u64, (u64, Program)>,
    timers: BTreeMap<(Timestamp, u64), Box<dyn FnOnce() + Send>>,
    containers: BTreeMap<u64, Container>,
    networks: BTreeMap<String, Arc<Network>>,
    /// Requests to the API that wait to be carried there.
    pub outbox: Vec<(ApiCall, Slot<ApiAnswer>)>,
}

impl std::fmt::Debug for Runtime {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Runtime({} containers, {} tasks)", self.containers.len(), self.tasks.len())
    }
}

impl World {
    /// Lets all containers go on as far as this instant reaches.
    pub fn turn(&mut self) {
        let mut runtime = std::mem::take(&mut self.runtime);
        runtime.turn(self);
        self.runtime = runtime;
    }
}

impl Runtime {
    /// Who calls for turns: its task `turn` of no object.
    pub fn driven_by(&mut self, driver: Id) {
        self.driver = Some(driver);
    }

    /// What of a pod is reached from outside.
    pub fn network(&mut self, uid: &str, address: &str) -> Arc<Network> {
        let network = self.networks.entry(uid.to_owned()).or_default();
        address.clone_into(&mut hold(&network.address));
        network.clone()
    }

    /// A pod is gone.
    pub fn forget(&mut self, uid: &str) {
        self.networks.remove(uid);
        let gone: Vec<u64> = self.of(uid, None).collect();
        gone.into_iter().for_each(|id| self.drop_container(id));
    }

    fn of<'a>(&'a self, uid: &'a str, container: Option<&'a str>) -> impl Iterator<Item = u64> + 'a {
        let own = move |kernel: &Kernel| kernel.facts.uid == uid && container.is_none_or(|name| kernel.facts.container == name);
        self.containers.iter().filter(move |(_, known)| own(&known.kernel)).map(|(id, _)| *id)
    }

    /// The running container of a pod by its name.
    fn container(&self, uid: &str, container: &str) -> Option<&Container> {
        self.of(uid, Some(container)).last().and_then(|id| self.containers.get(&id))
    }

    /// Starts a container; its first steps are taken at the next turn.
    pub fn launch(&mut self, launch: Launch) {
        self.count += 1;
        let id = self.count;
        let network = self.networks.entry(launch.facts.uid.clone()).or_default().clone();
        let kernel = Arc::new(Kernel::new(id, launch.facts, launch.files, network, self.now.clone(), self.calls.clone()));
        let (input, stdin) = if launch.stdin {
            let (reader, writer) = pipe::pipe();
            (File::Read(reader), Some(writer))
        } else {
            (File::Null, None)
        };
        let pid = kernel.enter(0, launch.argv.clone());
        let process = Process {
            kernel: kernel.clone(),
            pid,
            env: launch.env.clone(),
            folder: launch.folder.clone(),
            files: [(0, input), (1, File::Log(false)), (2, File::Log(true))].into_iter().collect(),
        };
        let container = Container {
            kernel: kernel.clone(),
            number: launch.number,
            tasks: Vec::new(),
            partial: Default::default(),
            attached: Vec::new(),
            stdin,
            stdin_once: launch.stdin_once,
            env: launch.env,
            folder: launch.folder,
        };
        self.containers.insert(id, container);
        let argv = launch.argv;
        let program = async move {
            let code = shell::execute(process, argv).await;
            kernel.left(pid, code);
            kernel.call(Call::Exit(code));
        };
        self.start(id, pid, Box::pin(program));
    }

    /// Starts a task.
    fn start(&mut self, container: u64, pid: u32, program: Program) {
        self.count += 1;
        let task = self.count;
        if let Some(container) = self.containers.get_mut(&container) {
            container.tasks.push((pid, task));
        } else if container != 0 {
            return;
        }
        self.tasks.insert(task, (container, program));
        self.ready.push(task);
    }

    /// Runs something that belongs to no container; asked for with [`World::turn`].
    pub fn outside(&mut self, program: Program) {
        self.start(0, 0, program);
    }

    /// Where calls are put.
    pub fn calls(&self) -> Calls {
        self.calls.clone()
    }

    /// Does something later.
    pub fn at(&mut self, when: Timestamp, what: Box<dyn FnOnce() + Send>) {
        self.count += 1;
        self.timers.insert((when, self.count), what);
    }

    /// Tells a container's first process something.
    pub fn signal(&mut self, uid: &str, container: &str, signal: i32) {
        if let Some(container) = self.container(uid, container) {
            container.kernel.signal(1, signal);
        }
    }

    /// Ends a container's processes at once.
    pub fn kill(&mut self, uid: &str, container: &str) {
        let gone: Vec<u64> = self.of(uid, Some(container)).collect();
        gone.into_iter().for_each(|id| self.drop_container(id));
    }

    fn drop_container(&mut self, id: u64) {
        let Some(container) = self.containers.remove(&id) else { return };
        let others = self
            .containers
            .values()
            .any(|other| Arc::ptr_eq(&other.kernel.network, &container.kernel.network));
        if !others {
            hold(&container.kernel.network.listeners).clear();
        }
        for (_, task) in container.tasks {
            self.tasks.remove(&task);
        }
    }

    fn turn(&mut self, world: &mut World) {
        *hold(&self.now) = world.now;
        while let Some(entry) = self.timers.first_entry().filter(|entry| entry.key().0 <= world.now) {
            entry.remove()();
        }
        loop {
            self.answer(world);
            let Some(id) = self.ready.next() else { break };
            let Some((container, mut program)) = self.tasks.remove(&id) else { continue };
            let waker = waker(id, &self.ready);
            let ended = program.as_mut().poll(&mut Context::from_waker(&waker)).is_ready();
            if !ended {
                self.tasks.insert(id, (container, program));
            } else if let Some(container) = self.containers.get_mut(&container) {
                container.tasks.retain(|(_, task)| *task != id);
            }
            self.printed(world, container);
        }
        if let (Some(driver), Some(((at, _), _))) = (self.driver, self.timers.first_key_value()) {
            let wait = Duration::try_from(at.duration_since(world.now)).unwrap_or_default();
            world.queue(driver, Key::new("", "").task("turn"), wait);
        }
    }

    /// Takes what a container printed to its log and to who is attached.
    fn printed(&mut self, world: &mut World, id: u64) {
        let Some(container) = self.containers.get_mut(&id) else { return };
        let printed = std::mem::take(&mut *hold(&container.kernel.printed));
        let facts = &container.kernel.facts;
        for (error, bytes) in printed {
            for (out, err) in &container.attached {
                if error { err } else { out }.push(&bytes);
            }
            let partial = &mut container.partial[usize::from(error)];
            for byte in bytes {
                if byte == b'\n' || partial.len() >= 16_384 {
                    let line = String::from_utf8_lossy(partial).into_owned();
                    world.logs.write(&facts.uid, &facts.container, world.now, &line);
                    partial.clear();
                }
                if byte != b'\n' {
                    partial.push(byte);
                }
            }
        }
    }

    /// A container's first process has ended, or all were killed for their memory.
    fn exited(&mut self, world: &mut World, id: u64, code: i32, reason: &str) {
        self.printed(world, id);
        let Some(container) = self.containers.get(&id) else { return };
        let facts = container.kernel.facts.clone();
        for partial in container.partial.iter().filter(|partial| !partial.is_empty()) {
            world.logs.write(&facts.uid, &facts.container, world.now, &String::from_utf8_lossy(partial));
        }
        let task = format!("exit:{}:{}:{code}:{reason}", facts.container, container.number);
        self.drop_container(id);
        if let Some(driver) = self.driver {
            world.queue(driver, Key::new(&facts.namespace, &facts.pod).task(task), Duration::ZERO);
        }
    }

    /// The end that writes to a container's stdin, when it has one; where it is for one writer only, he alone holds it.
    pub fn stdin(&mut self, uid: &str, container: &str) -> Option<Writer> {
        let id = self.of(uid, Some(container)).last()?;
        let container = self.containers.get_mut(&id)?;
        if container.stdin_once {
            container.stdin.take()
        } else {
            container.stdin.clone()
        }
    }

    /// Follows what a container prints from now on.
    pub fn follow(&mut self, uid: &str, container: &str) -> Option<(Reader, Reader)> {
        let id = self.of(uid, Some(container)).last()?;
        let container = self.containers.get_mut(&id)?;
        let ((out, out_writer), (err, err_writer)) = (pipe::pipe(), pipe::pipe());
        container.attached.push((out_writer, err_writer));
        Some((out, err))
    }
}

/// The runtime's text for a program that cannot be started.
pub fn refusal(process: &Process, first: &str, fault: shell::tools::NoProgram, what: &str) -> String {
    let missing = fault == shell::tools::NoProgram::Missing;
    let why = match (missing, first.contains('/')) {
        (true, true) => format!("stat {}: no such file or directory", process.path(first)),
        (true, false) => "executable file not found in $PATH".to_owned(),
        (false, _) => "permission denied".to_owned(),
    };
    format!("OCI runtime {what}: unable to start container process: exec: \"{first}\": {why}")
}
