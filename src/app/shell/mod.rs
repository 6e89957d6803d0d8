//! The learner's shell on a pseudo-terminal inside the lab: threads read, emulate and write; the loop sees pictures only.

mod access;
mod emulator;
mod environment;
mod flood;
mod keys;
mod pictures;
mod slot;

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, TrySendError, channel, sync_channel};
use std::thread;

use portable_pty::{Child, ChildKiller, MasterPty, PtySize, native_pty_system};
use tokio::sync::Notify;

pub use access::Access;
use emulator::{Emulator, Feed};
use pictures::Pictures;
pub use slot::Slot;

use crate::lab::msg::{Notice, ToShell};

/// Reads that may wait for the emulator; the shell waits when there are more.
const QUEUE: usize = 256;
/// Kills the line before the cursor, in every shell's editor and in a terminal's own.
const KILL_LINE: u8 = 0x15;

/// A running shell. Dropped, it is hung up.
pub struct Shell {
    feed: SyncSender<Feed>,
    input: Sender<Vec<u8>>,
    master: Box<dyn MasterPty + Send>,
    killer: Box<dyn ChildKiller + Send + Sync>,
    process: Option<u32>,
    pictures: Arc<Pictures>,
    /// What is typed as soon as there is a prompt.
    pending: Option<String>,
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.killer.kill();
    }
}

impl Shell {
    /// Starts the learner's shell for a lab.
    ///
    /// # Errors
    /// No pseudo-terminal, or a shell that does not start.
    pub fn start(state: &Path, access: &Access, namespace: &str, (columns, rows): (u16, u16), news: Arc<Notify>) -> Result<Self, Notice> {
        let shell = environment::shell();
        let refused = |why: &dyn std::fmt::Display| Notice {
            bad: true,
            what: format!("the shell {shell} does not start: {why}"),
            next: "set SHELL to one that does, as in SHELL=/bin/sh klab".to_owned(),
        };
        let place = environment::Place {
            state,
            kubeconfig: access.file(),
            namespace,
        };
        let command = environment::command(&shell, &place).map_err(|error| refused(&error))?;
        let pair = native_pty_system().openpty(size(columns, rows)).map_err(|error| refused(&error))?;
        let child = pair.slave.spawn_command(command).map_err(|error| refused(&error))?;
        drop(pair.slave);
        let reader = pair.master.try_clone_reader().map_err(|error| refused(&error))?;
        let writer = pair.master.take_writer().map_err(|error| refused(&error))?;
        Ok(Self::run(pair.master, child, reader, writer, (columns, rows), news))
    }

    fn run(
        master: Box<dyn MasterPty + Send>,
        child: Box<dyn Child + Send + Sync>,
        reader: Box<dyn Read + Send>,
        writer: Box<dyn Write + Send>,
        (columns, rows): (u16, u16),
        news: Arc<Notify>,
    ) -> Self {
        let (feed, fed) = sync_channel(QUEUE);
        let (input, typed) = channel::<Vec<u8>>();
        let pictures = Arc::new(Pictures::new(news));
        let killer = child.clone_killer();
        let process = child.process_id();
        let (output, reply) = (feed.clone(), input.clone());
        let reply = Box::new(move |bytes| drop(reply.send(bytes)));
        thread::spawn(move || read(reader, &output));
        let published = Arc::clone(&pictures);
        thread::spawn(move || Emulator::new(columns, rows, published, reply).run(&fed));
        // The writer says "end of input" when it goes; it must not go before the shell, which would read that as Enter.
        let (ended, alive) = (feed.clone(), input.clone());
        thread::spawn(move || write(writer, &typed));
        thread::spawn(move || wait(child, &ended, alive));
        Self {
            feed,
            input,
            master,
            killer,
            process,
            pictures,
            pending: None,
        }
    }

    /// Takes what the learner does.
    ///
    /// # Errors
    /// Why it was not done.
    pub fn take(&mut self, what: ToShell) -> Result<(), Notice> {
        let modes = self.pictures.last().modes;
        match what {
            ToShell::Start { .. } => {}
            ToShell::Resize { columns, rows } => {
                let _ = self.master.resize(size(columns, rows));
                self.tell(Feed::Resize { columns, rows });
            }
            ToShell::Key(event) => self.typed(keys::key(&event, modes)),
            ToShell::Paste(text) => self.typed(keys::paste(&text, modes)),
            ToShell::Mouse(event) => self.send(keys::mouse(&event)),
            // Programs on the alternate screen have nothing to scroll back to: the wheel is arrows to them, as terminals do it.
            ToShell::Scroll(rows) if modes.alternate_screen => self.send(arrows(rows, modes.application_cursor)),
            ToShell::Scroll(rows) => self.tell(Feed::Scroll(Some(rows))),
            ToShell::Type(text) => {
                if self.busy() {
                    return Err(Notice {
                        bad: false,
                        what: "The shell is busy with another program".to_owned(),
                        next: "end that first".to_owned(),
                    });
                }
                self.pending = Some(text);
                self.type_pending();
            }
        }
        Ok(())
    }

    /// Types what waits, once the prompt is there: the cursor stands behind some text.
    pub fn type_pending(&mut self) {
        let at_prompt = self.pictures.last().cursor.is_some_and(|(column, _)| column > 0);
        if let Some(text) = self.pending.take_if(|_| at_prompt) {
            let modes = self.pictures.last().modes;
            let text = if text.contains('\n') { keys::paste(&text, modes) } else { text.into_bytes() };
            self.typed([vec![KILL_LINE], text].concat());
        }
    }

    /// Whether another program than the shell has the terminal.
    fn busy(&self) -> bool {
        let leader = self.master.process_group_leader().and_then(|leader| u32::try_from(leader).ok());
        leader.is_some() && leader != self.process
    }

    /// Keys bring the view back to the end.
    fn typed(&self, bytes: Vec<u8>) {
        if self.pictures.last().back > 0 {
            self.tell(Feed::Scroll(None));
        }
        self.send(bytes);
    }

    fn send(&self, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            let _ = self.input.send(bytes);
        }
    }

    /// Never waits: behind a full queue a thread of its own does.
    fn tell(&self, feed: Feed) {
        if let Err(TrySendError::Full(feed)) = self.feed.try_send(feed) {
            let queue = self.feed.clone();
            thread::spawn(move || drop(queue.send(feed)));
        }
    }
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}

fn arrows(rows: i32, application: bool) -> Vec<u8> {
    let letter = if rows > 0 { 'A' } else { 'B' };
    let one = if application { format!("\x1bO{letter}") } else { format!("\x1b[{letter}") };
    one.repeat(rows.unsigned_abs() as usize).into_bytes()
}

fn read(mut from: Box<dyn Read + Send>, to: &SyncSender<Feed>) {
    let mut buffer = [0; 16 << 10];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        if to.send(Feed::Output(buffer[..count].to_vec())).is_err() {
            return;
        }
    }
}

fn write(mut to: Box<dyn Write + Send>, typed: &Receiver<Vec<u8>>) {
    while let Ok(bytes) = typed.recv() {
        if to.write_all(&bytes).and_then(|()| to.flush()).is_err() {
            return;
        }
    }
}

/// Waits for the shell's end; `alive` keeps the writer until then.
fn wait(mut child: Box<dyn Child + Send + Sync>, to: &SyncSender<Feed>, alive: Sender<Vec<u8>>) {
    let how = match child.wait() {
        Ok(status) => status
            .signal()
            .map_or_else(|| status.exit_code().to_string(), |signal| format!("signal {signal}")),
        Err(error) => error.to_string(),
    };
    let _ = to.send(Feed::Ended(how));
    drop(alive);
}
