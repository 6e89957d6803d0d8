//! A process as its program sees it: descriptors, environment, folder, and what it may ask for.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex};

use litemap::LiteMap;

use super::files::{Content, Fault, What, clean};
use super::hold;
use super::kernel::{Call, Kernel};
use super::permission::{Identity, READ};
use super::pipe::{Broken, Reader, Writer};
use super::proc;

/// What a descriptor is.
#[derive(Debug, Clone)]
pub enum File {
    Null,
    /// `/dev/zero`, `/dev/urandom`: bytes without end.
    Endless(Option<u8>),
    Read(Reader),
    Write(Writer),
    Socket(Reader, Writer),
    Disk {
        content: Content,
        at: Arc<Mutex<usize>>,
        append: bool,
    },
    /// The container's own output: whether it is stderr.
    Log(bool),
}

/// Variables by their names.
pub type Environment = Arc<BTreeMap<String, String>>;

/// A process's open files by their numbers.
pub type Descriptors = LiteMap<u32, File>;

/// A running process.
#[derive(Clone)]
pub struct Process {
    pub kernel: Arc<Kernel>,
    pub pid: u32,
    /// Shared until it is changed.
    pub env: Environment,
    pub folder: String,
    pub files: Descriptors,
}

impl Process {
    /// The path as seen from the process's folder.
    pub fn path(&self, path: &str) -> String {
        let slash = if path.ends_with('/') && path.len() > 1 { "/" } else { "" };
        let full = if path.starts_with('/') {
            clean(path)
        } else {
            clean(&format!("{}/{path}", self.folder))
        };
        if full == "/" { full } else { full + slash }
    }

    pub fn user(&self) -> i64 {
        self.kernel.facts.user
    }

    pub fn identity(&self) -> Identity<'_> {
        let facts = &self.kernel.facts;
        Identity {
            user: facts.user,
            group: facts.group,
            groups: &facts.groups,
            capabilities: facts.security.effective,
        }
    }

    /// Opens a file to read.
    pub fn open(&self, path: &str) -> Result<File, Fault> {
        let entry = self.kernel.files.get(&self.path(path))?;
        if !self.identity().may(&entry, READ) {
            return Err(Fault::Denied);
        }
        match entry.what {
            What::File(content) => Ok(File::Disk {
                content,
                at: Arc::default(),
                append: false,
            }),
            What::Folder => Err(Fault::Folder),
            What::Link(_) => Err(Fault::Loop),
            What::Device(name) => Ok(self.device(name, 0)),
            What::Fact(fact, pid) => Ok(File::Disk {
                content: Arc::new(Mutex::new(proc::content(self, fact, pid.unwrap_or(self.pid)).as_str().into())),
                at: Arc::default(),
                append: false,
            }),
        }
    }

    /// Opens a file to write.
    pub fn create(&self, path: &str, append: bool) -> Result<File, Fault> {
        match self.kernel.files.open(&self.path(path), !append, self.identity(), self.kernel.now())? {
            What::File(content) => Ok(File::Disk {
                content,
                at: Arc::default(),
                append,
            }),
            What::Device(name) => Ok(self.device(name, 1)),
            What::Folder | What::Link(_) | What::Fact(..) => Err(Fault::Folder),
        }
    }

    fn device(&self, name: &str, usual: u32) -> File {
        let own = |fd: u32| self.files.get(&fd).cloned().unwrap_or(File::Null);
        match name {
            "zero" => File::Endless(Some(0)),
            "random" | "urandom" => File::Endless(None),
            "stdin" => own(0),
            "stdout" => own(1),
            "stderr" => own(2),
            // What goes to the first process's output goes to the container's.
            "log" => File::Log(false),
            "errors" => File::Log(true),
            "tty" => own(usual),
            _ => File::Null,
        }
    }

    /// Reads from a descriptor; empty at the end.
    pub async fn read(&self, fd: u32, most: usize) -> Vec<u8> {
        self.kernel.step().await;
        match self.files.get(&fd) {
            Some(file) => self.read_file(file, most).await,
            None => Vec::new(),
        }
    }

    pub async fn read_file(&self, file: &File, most: usize) -> Vec<u8> {
        match file {
            File::Endless(byte) => self.endless(*byte, most),
            File::Read(reader) | File::Socket(reader, _) => reader.read(most).await,
            File::Disk { content, at, .. } => {
                let (content, mut at) = (hold(content), hold(at));
                let start = (*at).min(content.bytes.len());
                let end = (start + most).min(content.bytes.len());
                *at = end;
                content.bytes[start..end].to_vec()
            }
            File::Null | File::Write(_) | File::Log(_) => Vec::new(),
        }
    }

    fn endless(&self, byte: Option<u8>, most: usize) -> Vec<u8> {
        let most = most.min(65_536);
        if let Some(byte) = byte {
            return vec![byte; most];
        }
        let mut state = self.kernel.now().as_nanosecond() as u64 ^ (u64::from(self.pid) << 32) | 1;
        (0..most)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state >> 24) as u8
            })
            .collect()
    }

    /// Writes to a descriptor.
    pub async fn write(&self, fd: u32, bytes: &[u8]) -> Result<(), Broken> {
        match self.files.get(&fd) {
            Some(File::Write(writer) | File::Socket(_, writer)) => writer.write(bytes).await,
            Some(File::Log(error)) => {
                hold(&self.kernel.printed).push((*error, bytes.to_vec()));
                Ok(())
            }
            Some(File::Disk { content, at, append }) => {
                write_at(&mut hold(content), &mut hold(at), *append, bytes);
                Ok(())
            }
            Some(File::Null | File::Endless(_) | File::Read(_)) => Ok(()),
            None => Err(Broken),
        }
    }

    /// Prints to stdout.
    pub async fn print(&self, text: impl AsRef<[u8]>) -> Result<(), Broken> {
        self.write(1, text.as_ref()).await
    }

    /// Prints a line to stderr.
    pub async fn complain(&self, text: impl std::fmt::Display) {
        // Nobody to complain to: nothing to be done.
        let _ = self.write(2, format!("{text}\n").as_bytes()).await;
    }

    /// All that comes from a descriptor until its end; what is held meanwhile counts as memory.
    pub async fn read_all(&self, fd: u32) -> Vec<u8> {
        let (mut all, mut held) = (Vec::new(), Vec::new());
        loop {
            let chunk = self.read(fd, 65_536).await;
            if chunk.is_empty() {
                return all;
            }
            if all.len() < super::files::KEPT * 4 {
                all.extend_from_slice(&chunk);
            }
            held.push(self.kernel.take(chunk.len() as u64).await);
        }
    }

    /// Starts another process; it gets this one's descriptors unless changed.
    pub fn spawn<F>(&self, argv: Vec<String>, program: impl FnOnce(Self) -> F) -> u32
    where
        F: Future<Output = i32> + Send + 'static,
    {
        let pid = self.kernel.enter(self.pid, argv);
        let child = Self { pid, ..self.clone() };
        let kernel = self.kernel.clone();
        let running = program(child);
        self.kernel.call(Call::Spawn(
            pid,
            Box::pin(async move {
                let code = running.await;
                kernel.left(pid, code);
            }),
        ));
        pid
    }

    /// Waits for a process to end; `None` when a signal came first.
    pub async fn wait(&self, pid: u32, interruptible: bool) -> Option<i32> {
        std::future::poll_fn(|context| {
            let mut table = hold(&self.kernel.table);
            let signalled = interruptible && table.get(&self.pid).is_some_and(|me| !me.pending.is_empty());
            let me = self.pid;
            let Some(known) = table.get_mut(&pid) else {
                return std::task::Poll::Ready(Some(127));
            };
            if let Some(code) = known.ended {
                table.remove(&pid);
                return std::task::Poll::Ready(Some(code));
            }
            if signalled {
                return std::task::Poll::Ready(None);
            }
            known.waiting.push(context.waker().clone());
            if let Some(known) = table.get_mut(&me) {
                known.waiting.push(context.waker().clone());
            }
            std::task::Poll::Pending
        })
        .await
    }
}

fn write_at(content: &mut super::files::Data, at: &mut usize, append: bool, bytes: &[u8]) {
    if append || *at >= content.bytes.len() {
        content.push(bytes);
        *at = content.bytes.len();
        return;
    }
    let end = (*at + bytes.len()).min(content.bytes.len());
    let inside = end - *at;
    content.bytes[*at..end].copy_from_slice(&bytes[..inside]);
    content.push(&bytes[inside..]);
    *at += bytes.len();
}
