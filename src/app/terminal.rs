//! The terminal: taken over at the start, given back on every way out.

use std::io::{self, IsTerminal, Stdout, stdout};

use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::execute;
use crossterm::terminal::{Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode, size};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Rect, Size};
use ratatui::{Terminal, TerminalOptions, Viewport};

/// A full screen that restores the terminal when it is dropped or the program panics.
pub struct FullScreen {
    pub screen: Terminal<CrosstermBackend<Stdout>>,
}

impl FullScreen {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// When stdin or stdout is no terminal, or it cannot be switched.
    pub fn enter() -> io::Result<Self> {
        if !stdout().is_terminal() || !io::stdin().is_terminal() {
            return Err(io::Error::other(
                "the lab needs a terminal; without one use `klab run`, `klab list` or `klab show`",
            ));
        }
        let default = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            restore();
            default(panic);
        }));
        take()?;
        let screen = size().and_then(|(width, height)| of_size(width, height)).inspect_err(|_| restore())?;
        Ok(Self { screen })
    }

    /// The columns and rows that are drawn on.
    pub fn size(&mut self) -> Size {
        self.screen.get_frame().area().as_size()
    }

    /// Draws on so many columns and rows from now on, and the next frame whole.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub fn fit(&mut self, width: u16, height: u16) -> io::Result<()> {
        execute!(stdout(), Clear(ClearType::All))?;
        self.screen = of_size(width, height)?;
        Ok(())
    }

    /// Lends the terminal to another program.
    pub fn lend(&mut self) {
        restore();
    }

    /// Takes the lent terminal back, of whatever size it is by now; the next frame is drawn whole.
    ///
    /// # Errors
    /// When the terminal cannot be switched.
    pub fn take_back(&mut self) -> io::Result<(u16, u16)> {
        take()?;
        let (width, height) = size()?;
        self.fit(width, height)?;
        Ok((width, height))
    }
}

/// A screen that does not ask for its size at every frame, as sizes come with the keys;
/// each is a new one, as clearing the old would ask the terminal for its cursor, and the answer may come among the keys.
fn of_size(width: u16, height: u16) -> io::Result<Terminal<CrosstermBackend<Stdout>>> {
    let viewport = Viewport::Fixed(Rect::new(0, 0, width, height));
    Terminal::with_options(CrosstermBackend::new(stdout()), TerminalOptions { viewport })
}

fn take() -> io::Result<()> {
    enable_raw_mode()?;
    execute!(stdout(), EnterAlternateScreen, EnableMouseCapture, EnableBracketedPaste)
}

impl Drop for FullScreen {
    fn drop(&mut self) {
        restore();
    }
}

/// Mouse reporting on or off, so that the terminal's own selection works.
pub fn mouse(on: bool) {
    let _ = if on {
        execute!(stdout(), EnableMouseCapture)
    } else {
        execute!(stdout(), DisableMouseCapture)
    };
}

/// Gives the text to the terminal's clipboard (OSC 52).
pub fn copy(text: &str) {
    let _ = execute!(stdout(), crossterm::clipboard::CopyToClipboard::to_clipboard_from(text));
}

fn restore() {
    let _ = execute!(
        stdout(),
        DisableBracketedPaste,
        DisableMouseCapture,
        LeaveAlternateScreen,
        crossterm::cursor::Show
    );
    let _ = disable_raw_mode();
}
