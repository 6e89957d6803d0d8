//! What is kept on disk: pages, panes, progress.

use super::Hands;
use crate::app::{layouts, session};
use crate::lab::layout::Layout;
use crate::lab::msg::{Msg, Notice, Solved};
use crate::progress::{Drilled, Progress};

impl Hands {
    pub(super) fn keep(&self, name: &str, text: &str) {
        let Some(folder) = crate::progress::state_folder() else { return };
        let (folder, file) = (folder.join("kept"), folder.join("kept").join(name));
        let written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&file, text));
        let (bad, what) = match written {
            Ok(()) => (false, format!("Saved as {}", file.display())),
            Err(error) => (true, format!("{} could not be written: {error}", file.display())),
        };
        let _ = self.news.try_send(Msg::Notice(Notice {
            bad,
            what,
            next: String::new(),
        }));
    }

    pub(super) fn save_layout(&self, size: String, layout: Layout) {
        let Some(state) = &self.settings.state else { return };
        let file = layouts::file(state);
        if let Err(error) = layouts::note(&file, size, layout) {
            let what = format!("{} could not be written: {error}", file.display());
            let _ = self.news.try_send(Msg::Notice(session::notice(&what)));
        }
    }

    pub(super) fn save_drill(&self, drilled: Drilled) {
        let Some(file) = &self.settings.progress_file else { return };
        if let Err(error) = Progress::note_drill(file, drilled) {
            let _ = self.news.try_send(Msg::Notice(session::notice(&error)));
        }
    }

    pub(super) fn save(&mut self, folder: &str, state: Solved, seconds: Option<u64>) {
        let Some(file) = &self.settings.progress_file else { return };
        if let Err(error) = Progress::note(file, folder, state, seconds) {
            let _ = self.news.try_send(Msg::Notice(Notice {
                bad: true,
                what: error.to_string(),
                next: String::new(),
            }));
        }
    }
}
