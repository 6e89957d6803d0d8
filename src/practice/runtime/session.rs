//! Exec and attach: programs that are started from outside in a running container, and what flows to and from them.
//!
//! How to call it: `practice.exec(namespace, pod, &Exec { container, command, stdin, tty })` gives a [`Session`];
//! `session.next().await` yields what the program prints as it does, then its exit code once, then `None`.
//! `session.write(bytes)` and `session.close()` feed its stdin. `practice.attach(…)` is the same for the container's own
//! first process; its exit code is that of the stream and always 0.

use std::sync::{Arc, Mutex};

use super::hold;
use super::kernel::Call;
use super::pipe::{Reader, Writer, pipe};
use super::process::{File, Process};
use crate::practice::cluster::Practice;
use crate::practice::field::{items, text};
use crate::practice::kind::POD;
use crate::practice::shell;
use crate::practice::status::Status;
use crate::practice::world::{Key, World};

/// What to run and where.
#[derive(Debug, Clone, Default)]
pub struct Exec {
    /// Empty for the pod's only or default one.
    pub container: String,
    pub command: Vec<String>,
    pub stdin: bool,
    pub tty: bool,
}

/// What comes from a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    Stdout(Vec<u8>),
    Stderr(Vec<u8>),
    /// The program's exit code; nothing follows.
    Exit(i32),
}

/// Why there is no session: each is told to the client in its own way.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refused {
    /// By the API server.
    #[error("{}", .0.message)]
    Server(Status),
    /// By the kubelet, before the streams were open.
    #[error("{0}")]
    Kubelet(String),
    /// By the container runtime, after they were.
    #[error("{0}")]
    Runtime(String),
}

impl From<Status> for Refused {
    fn from(status: Status) -> Self {
        Self::Server(status)
    }
}

/// A program under way.
pub struct Session {
    practice: Practice,
    stdin: Option<Writer>,
    stdout: Option<Reader>,
    stderr: Option<Reader>,
    code: Arc<Mutex<Option<i32>>>,
    done: bool,
}

/// The ends of a session's streams, before there is a cluster's handle to wait with.
struct Ends {
    stdin: Option<Writer>,
    stdout: Reader,
    stderr: Reader,
    code: Arc<Mutex<Option<i32>>>,
}

impl Practice {
    /// Runs a command in a container.
    ///
    /// # Errors
    /// As Kubernetes refuses: no such pod or container, not running, no such program.
    pub fn exec(&self, namespace: &str, pod: &str, exec: &Exec) -> Result<Session, Refused> {
        let ends = self.write(|world| start(world, namespace, pod, exec))?;
        Ok(Session::new(self, ends))
    }

    /// Follows a container's own process from now on; with `stdin` also writes to it.
    ///
    /// # Errors
    /// As Kubernetes refuses: no such pod or container, not running.
    pub fn attach(&self, namespace: &str, pod: &str, exec: &Exec) -> Result<Session, Refused> {
        let ends = self.write(|world| follow(world, namespace, pod, exec))?;
        Ok(Session::new(self, ends))
    }
}

impl Session {
    fn new(practice: &Practice, ends: Ends) -> Self {
        Self {
            practice: practice.clone(),
            stdin: ends.stdin,
            stdout: Some(ends.stdout),
            stderr: Some(ends.stderr),
            code: ends.code,
            done: false,
        }
    }

    /// What the program does next: prints, or ends.
    pub async fn next(&mut self) -> Option<Output> {
        loop {
            let (error, bytes) = match (&self.stdout, &self.stderr) {
                (Some(out), Some(err)) => tokio::select! {
                    biased;
                    bytes = out.read(32_768) => (false, bytes),
                    bytes = err.read(32_768) => (true, bytes),
                },
                (Some(out), None) => (false, out.read(32_768).await),
                (None, Some(err)) => (true, err.read(32_768).await),
                (None, None) if self.done => return None,
                (None, None) => {
                    self.done = true;
                    // What left no code was killed.
                    return Some(Output::Exit(hold(&self.code).unwrap_or(137)));
                }
            };
            if bytes.is_empty() {
                if error {
                    self.stderr = None
                } else {
                    self.stdout = None
                }
                continue;
            }
            // The program may be waiting for the room that there is now.
            self.practice.write(World::turn);
            return Some(if error { Output::Stderr(bytes) } else { Output::Stdout(bytes) });
        }
    }

    /// Writes to the program's stdin.
    pub fn write(&self, bytes: &[u8]) {
        if let Some(stdin) = &self.stdin {
            stdin.push(bytes);
            self.practice.write(World::turn);
        }
    }

    /// Ends the program's stdin.
    pub fn close(&mut self) {
        if self.stdin.take().is_some() {
            self.practice.write(World::turn);
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Whoever reads and writes with nobody at the other end learns so.
        (self.stdin, self.stdout, self.stderr) = (None, None, None);
        self.practice.write(World::turn);
    }
}

/// The pod's uid and the container meant, when it is running.
fn running(world: &World, namespace: &str, pod: &str, wanted: &str) -> Result<(String, String), Refused> {
    let object = world.store.get(&POD, namespace, pod).ok_or_else(|| Status::not_found(&POD, pod))?;
    let spec = &object["spec"];
    let names = |field: &str| items(&spec[field]).iter().map(|container| text(&container["name"])).collect::<Vec<_>>();
    let (main, all) = (
        names("containers"),
        [names("containers"), names("initContainers"), names("ephemeralContainers")].concat(),
    );
    let name = match wanted {
        "" if main.len() == 1 => main[0],
        "" => {
            return Err(Status::bad_request(format!("a container name must be specified for pod {pod}, choose one of: [{}]", main.join(" "))).into());
        }
        name if all.contains(&name) => name,
        name => return Err(Status::bad_request(format!("container {name} is not valid for pod {pod}")).into()),
    };
    if text(&spec["nodeName"]).is_empty() {
        return Err(Status::bad_request(format!("pod {pod} does not have a host assigned")).into());
    }
    if matches!(text(&object["status"]["phase"]), "Succeeded" | "Failed") {
        return Err(Status::bad_request(format!(
            "cannot exec into a container in a completed pod; current phase is {}",
            text(&object["status"]["phase"])
        ))
        .into());
    }
    let uid = text(&object["metadata"]["uid"]).to_owned();
    if world.runtime.container(&uid, name).is_none() {
        return Err(Refused::Kubelet(format!("container not found (\"{name}\")")));
    }
    Ok((uid, name.to_owned()))
}

/// Starts a program in a container.
fn start(world: &mut World, namespace: &str, pod: &str, exec: &Exec) -> Result<Ends, Refused> {
    let (uid, name) = running(world, namespace, pod, &exec.container)?;
    let started = world.runtime.exec(&uid, &name, exec);
    let ends = started.map_err(|why| Refused::Runtime(format!("error executing command in container: {}", not_started(world, &why))));
    world.turn();
    ends
}

/// A program that could not be started in a container, in the runtime's words.
pub fn not_started(world: &mut World, why: &str) -> String {
    let task = format!("{}{}", world.uid(), world.uid()).replace('-', "");
    format!("failed to exec in container: failed to start exec {task:?}: {why}")
}

fn follow(world: &mut World, namespace: &str, pod: &str, exec: &Exec) -> Result<Ends, Refused> {
    let (uid, name) = running(world, namespace, pod, &exec.container).map_err(|refused| match refused {
        // For this the kubelet has other words.
        Refused::Kubelet(why) => {
            let name = why.split('"').nth(1).unwrap_or_default();
            Refused::Kubelet(format!("container {name} not found in pod {pod}_{namespace}"))
        }
        other => other,
    })?;
    let (stdout, stderr) = world.runtime.follow(&uid, &name).ok_or_else(|| Status::not_found(&POD, pod))?;
    Ok(Ends {
        stdin: if exec.stdin { world.runtime.stdin(&uid, &name) } else { None },
        stdout,
        stderr,
        code: Arc::new(Mutex::new(Some(0))),
    })
}

impl super::Runtime {
    /// Starts a program in a running container.
    fn exec(&mut self, uid: &str, container: &str, exec: &Exec) -> Result<Ends, String> {
        let Some(container) = self.container(uid, container) else {
            return Err("container not running".to_owned());
        };
        let ((stdout, out), (stderr, err)) = (pipe(), pipe());
        let (input, stdin) = if exec.stdin {
            let (reader, writer) = pipe();
            (File::Read(reader), Some(writer))
        } else {
            (File::Null, None)
        };
        let mut env = container.env.clone();
        if exec.tty {
            Arc::make_mut(&mut env).insert("TERM".to_owned(), "xterm".to_owned());
        }
        let err = if exec.tty { out.clone() } else { err };
        let kernel = container.kernel.clone();
        let process = Process {
            kernel: kernel.clone(),
            pid: 0,
            env,
            folder: container.folder.clone(),
            files: [(0, input), (1, File::Write(out)), (2, File::Write(err))].into_iter().collect(),
        };
        let argv = exec.command.clone();
        let first = argv.first().map_or("", String::as_str);
        if let Err(fault) = shell::find(&process, first) {
            return Err(super::refusal(&process, first, fault, "exec failed: exec failed"));
        }
        let code = Arc::new(Mutex::new(None));
        let told = code.clone();
        process.spawn(argv.clone(), |process| async move {
            let code = shell::execute(process, argv).await;
            *hold(&told) = Some(code);
            code
        });
        Ok(Ends { stdin, stdout, stderr, code })
    }

    /// Runs a command and says how it ended and what it printed, both streams together.
    pub fn check(&mut self, uid: &str, container: &str, argv: Vec<String>, done: impl FnOnce(i32, String) + Send + 'static, tell: Key) -> Result<(), String> {
        let exec = Exec {
            command: argv,
            tty: false,
            ..Exec::default()
        };
        let ends = self.exec(uid, container, &exec)?;
        let calls = self.calls.clone();
        self.outside(Box::pin(async move {
            let mut output = Vec::new();
            for reader in [ends.stdout, ends.stderr] {
                loop {
                    let chunk = reader.read(32_768).await;
                    if chunk.is_empty() {
                        break;
                    }
                    if output.len() < 10_240 {
                        output.extend(chunk);
                    }
                }
            }
            let code = hold(&ends.code).unwrap_or(137);
            done(code, String::from_utf8_lossy(&output).into_owned());
            hold(&calls).push((0, Call::Tell(Box::new(tell))));
        }));
        Ok(())
    }
}
