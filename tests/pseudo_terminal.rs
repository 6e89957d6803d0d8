//! Runs the program on a pseudo-terminal and reads its screen as a person would.

use std::io::{Read, Write};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// How long a screen may take to come before the test gives up on it.
const PATIENCE: Duration = Duration::from_secs(30);

struct Seen {
    screen: vt100::Parser,
    raw: Vec<u8>,
    closed: bool,
}

/// The program on its terminal.
pub struct Terminal {
    seen: Arc<(Mutex<Seen>, Condvar)>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    _master: Box<dyn MasterPty + Send>,
    _state: tempfile::TempDir,
}

impl Terminal {
    /// Starts klab with these arguments on a terminal of this size, with a state folder of its own.
    pub fn start(arguments: &[&str], columns: u16, rows: u16) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_klab"));
        command.args(arguments);
        Self::run(command, columns, rows)
    }

    /// Runs a command on a terminal of this size, with a state folder of its own.
    pub fn run(mut command: CommandBuilder, columns: u16, rows: u16) -> Self {
        let pair = native_pty_system()
            .openpty(PtySize {
                rows,
                cols: columns,
                pixel_width: 0,
                pixel_height: 0,
            })
            .unwrap();
        let state = tempfile::tempdir().unwrap();
        command.env("XDG_STATE_HOME", state.path());
        command.env("XDG_CONFIG_HOME", state.path());
        command.env("TERM", "xterm-256color");
        command.env("SHELL", "/bin/sh");
        command.env_remove("KUBECONFIG");
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let seen = Arc::new((
            Mutex::new(Seen {
                screen: vt100::Parser::new(rows.try_into().unwrap(), columns.try_into().unwrap(), 0),
                raw: Vec::new(),
                closed: false,
            }),
            Condvar::new(),
        ));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let keys = pair.master.take_writer().unwrap();
        let shared = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            loop {
                let count = reader.read(&mut buffer).unwrap_or(0);
                let mut seen = shared.0.lock().unwrap();
                seen.screen.process(&buffer[..count]);
                seen.raw.extend_from_slice(&buffer[..count]);
                seen.closed = count == 0;
                shared.1.notify_all();
                if count == 0 {
                    return;
                }
            }
        });
        Self {
            seen,
            keys,
            child,
            _master: pair.master,
            _state: state,
        }
    }

    /// Waits until the screen shows the text.
    pub fn shows(&self, text: &str) {
        self.until(|screen| screen.contains(text), &format!("never showed {text:?}"));
    }

    /// Waits until the screen fits, and returns it.
    pub fn comes(&self, fits: impl Fn(&str) -> bool, what: &str) -> String {
        self.until(fits, &format!("never {what}"));
        self.seen.0.lock().unwrap().screen.screen().contents()
    }

    /// Waits until the text is off the screen.
    pub fn hides(&self, text: &str) {
        self.until(|screen| !screen.contains(text), &format!("kept showing {text:?}"));
    }

    fn until(&self, holds: impl Fn(&str) -> bool, otherwise: &str) {
        let end = Instant::now() + PATIENCE;
        let mut seen = self.seen.0.lock().unwrap();
        while !holds(&seen.screen.screen().contents()) {
            assert!(
                !seen.closed && Instant::now() < end,
                "the screen {otherwise}:\n{}",
                seen.screen.screen().contents()
            );
            seen = self.seen.1.wait_timeout(seen, Duration::from_millis(100)).unwrap().0;
        }
    }

    /// Presses keys, as bytes the terminal would send.
    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    pub fn process(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Waits for the end; returns the exit status and everything that was drawn.
    pub fn ended(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().unwrap();
        let mut seen = self.seen.0.lock().unwrap();
        while !seen.closed {
            seen = self.seen.1.wait_timeout(seen, Duration::from_millis(100)).unwrap().0;
        }
        (status, String::from_utf8_lossy(&seen.raw).into_owned())
    }
}
