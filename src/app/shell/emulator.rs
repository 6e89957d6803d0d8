//! The terminal inside the lab: a thread reads what the shell writes and publishes pictures of it, never more than can be drawn.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

use vt100::MouseProtocolMode;

use super::flood;
use super::pictures::Pictures;
use crate::lab::shell::{Colour, Grid, Ink, Modes, Run};

/// Rows that can be scrolled back to.
pub const SCROLL_BACK: usize = 1000;
/// Between two pictures while output pours in.
const FRAME: Duration = Duration::from_millis(16);
/// What is taken at once; a picture is never further away than this takes to read.
const BATCH: usize = 128 << 10;
/// So much within a frame is a flood.
const FLOOD: usize = 64 << 10;

/// What the emulator is fed.
pub enum Feed {
    Output(Vec<u8>),
    Resize {
        columns: u16,
        rows: u16,
    },
    /// Rows back; negative is forward, `None` is to the end.
    Scroll(Option<i32>),
    Ended(String),
}

/// Answers to what programs ask their terminal; they go back as if typed.
pub type Reply = Box<dyn Fn(Vec<u8>) + Send>;

pub struct Emulator {
    parser: vt100::Parser<Asked>,
    pictures: Arc<Pictures>,
    reply: Reply,
    ended: Option<String>,
    /// Bytes since the last picture.
    fresh: usize,
    shown: Instant,
}

impl Emulator {
    pub fn new(columns: u16, rows: u16, pictures: Arc<Pictures>, reply: Reply) -> Self {
        Self {
            parser: vt100::Parser::new_with_callbacks(at_least_one(rows), at_least_one(columns), SCROLL_BACK, Asked::default()),
            pictures,
            reply,
            ended: None,
            fresh: 0,
            shown: Instant::now(),
        }
    }

    /// Runs until nobody feeds it any more.
    pub fn run(mut self, feed: &Receiver<Feed>) {
        let mut next = feed.recv().ok();
        while let Some(first) = next.take() {
            let left = self.take(first, feed);
            let quiet = match left {
                Some(feed) => {
                    next = Some(feed);
                    false
                }
                None => true,
            };
            if quiet || self.shown.elapsed() >= FRAME {
                self.publish();
            }
            if next.is_none() {
                next = self.wait(feed);
            }
        }
        self.publish();
    }

    /// The next feed; a flood that is over is said to be over.
    fn wait(&mut self, feed: &Receiver<Feed>) -> Option<Feed> {
        if !self.pictures.last().flooding {
            return feed.recv().ok();
        }
        match feed.recv_timeout(FRAME * 4) {
            Ok(feed) => Some(feed),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => {
                self.publish();
                feed.recv().ok()
            }
        }
    }

    /// Takes what was fed, and as much output as waits behind it; returns what came after that.
    fn take(&mut self, first: Feed, feed: &Receiver<Feed>) -> Option<Feed> {
        let mut batch = match first {
            Feed::Output(bytes) => bytes,
            other => {
                self.change(other);
                return feed.try_recv().ok();
            }
        };
        let after = loop {
            match feed.try_recv() {
                Ok(Feed::Output(bytes)) => batch.extend_from_slice(&bytes),
                Ok(other) => break Some(other),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => break None,
            }
            if batch.len() >= BATCH {
                break feed.try_recv().ok();
            }
        };
        self.fresh += batch.len();
        let rows = usize::from(self.parser.screen().size().0.get());
        for stretch in flood::remains(&batch, SCROLL_BACK + rows) {
            self.parser.process(stretch);
        }
        let cursor = self.parser.screen().cursor_position();
        for question in std::mem::take(&mut self.parser.callbacks_mut().questions) {
            (self.reply)(question.answer(cursor));
        }
        after
    }

    fn change(&mut self, feed: Feed) {
        match feed {
            Feed::Resize { columns, rows } => self.parser.set_size(at_least_one(rows), at_least_one(columns)),
            Feed::Scroll(rows) => {
                let screen = self.parser.screen_mut();
                let at = rows.map_or(0, |rows| screen.scrollback().saturating_add_signed(rows as isize));
                screen.set_scrollback(at);
            }
            Feed::Ended(how) => self.ended = Some(how),
            Feed::Output(_) => {}
        }
    }

    fn publish(&mut self) {
        let mut grid = picture(self.parser.screen());
        grid.flooding = self.fresh > FLOOD;
        grid.ended.clone_from(&self.ended);
        self.fresh = 0;
        self.shown = Instant::now();
        self.pictures.publish(grid);
    }
}

fn at_least_one(size: u16) -> std::num::NonZeroU16 {
    std::num::NonZeroU16::new(size).unwrap_or(std::num::NonZeroU16::MIN)
}

/// What programs ask of a terminal and wait for.
enum Question {
    Cursor,
    Health,
    Kind,
}

impl Question {
    fn answer(&self, (row, column): (u16, u16)) -> Vec<u8> {
        match self {
            Self::Cursor => format!("\x1b[{};{}R", row + 1, column + 1).into_bytes(),
            Self::Health => b"\x1b[0n".to_vec(),
            // A VT220 with colours.
            Self::Kind => b"\x1b[?62;22c".to_vec(),
        }
    }
}

#[derive(Default)]
struct Asked {
    questions: Vec<Question>,
}

impl vt100::Callbacks for Asked {
    fn unhandled_csi(&mut self, _: &mut vt100::Screen, first: Option<u8>, _: Option<u8>, parameters: &[&[u16]], last: char) {
        let parameter = parameters.first().and_then(|one| one.first()).copied().unwrap_or_default();
        let question = match (first, last, parameter) {
            (None, 'n', 6) => Question::Cursor,
            (None, 'n', 5) => Question::Health,
            (None, 'c', 0) => Question::Kind,
            _ => return,
        };
        self.questions.push(question);
    }
}

/// The screen as plain data.
fn picture(screen: &vt100::Screen) -> Grid {
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let back = screen.scrollback();
    let (row, column) = screen.cursor_position();
    Grid {
        columns,
        rows: (0..rows).map(|row| runs(screen, row, columns)).collect(),
        cursor: (!screen.hide_cursor() && back == 0).then_some((column, row)),
        back,
        modes: Modes {
            application_cursor: screen.application_cursor(),
            bracketed_paste: screen.bracketed_paste(),
            mouse: screen.mouse_protocol_mode() != MouseProtocolMode::None,
            alternate_screen: screen.alternate_screen(),
        },
        flooding: false,
        ended: None,
    }
}

fn runs(screen: &vt100::Screen, row: u16, columns: u16) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut next = 0;
    for column in 0..columns {
        let Some(cell) = screen.cell(row, column).filter(|cell| !cell.is_wide_continuation()) else {
            continue;
        };
        let ink = ink(cell);
        let text = if cell.has_contents() { cell.contents() } else { " " };
        match runs.last_mut() {
            // Wide and joined characters stand in runs of their own, so that what follows keeps its column.
            Some(run) if run.ink == ink && next == column && text.is_ascii() && run.text.is_ascii() => run.text.push_str(text),
            _ => runs.push(Run {
                column,
                text: text.to_owned(),
                ink,
            }),
        }
        next = column + 1;
    }
    runs.retain(|run| run.ink != Ink::default() || !run.text.trim().is_empty());
    runs
}

fn ink(cell: &vt100::Cell) -> Ink {
    let colour = |colour| match colour {
        vt100::Color::Default => Colour::Default,
        vt100::Color::Idx(index) => Colour::Index(index),
        vt100::Color::Rgb(red, green, blue) => Colour::Rgb(red, green, blue),
    };
    Ink {
        text: colour(cell.fgcolor()),
        ground: colour(cell.bgcolor()),
        bold: cell.bold(),
        dim: cell.dim(),
        italic: cell.italic(),
        underline: cell.underline(),
        inverse: cell.inverse(),
    }
}

#[cfg(test)]
#[path = "emulator_tests.rs"]
mod tests;
