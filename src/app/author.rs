//! Notices what an author saves: the folders of scenarios, looked at once a second.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::time::{Interval, MissedTickBehavior};

use super::settings::Settings;
use crate::lab::msg::Msg;
use crate::scenario::load::{Entry, Library};

/// Between two looks; nobody saves more often than that.
const BETWEEN: Duration = Duration::from_secs(1);

/// What was there at the last look.
pub struct Author {
    dir: PathBuf,
    turns: Interval,
    files: BTreeMap<PathBuf, (Option<SystemTime>, u64)>,
    entries: BTreeMap<String, Entry>,
}

impl Author {
    /// Begins to look, where the command line asks for it.
    #[must_use]
    pub fn of(settings: &Settings) -> Option<Self> {
        let dir = settings.place.scenarios.clone().filter(|_| settings.place.watch)?;
        let mut turns = tokio::time::interval(BETWEEN);
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Some(Self {
            turns,
            files: files(&dir),
            entries: by_folder(settings.library.clone()),
            dir,
        })
    }

    /// Waits until something is saved.
    pub async fn saved(&mut self, settings: &Settings) -> Vec<Msg> {
        loop {
            self.turns.tick().await;
            let news = self.look(settings);
            if !news.is_empty() {
                return news;
            }
        }
    }

    /// The scenarios that read differently than at the last look.
    pub fn look(&mut self, settings: &Settings) -> Vec<Msg> {
        let files = files(&self.dir);
        if files == self.files {
            return Vec::new();
        }
        self.files = files;
        let entries = match settings.read(&self.dir) {
            Ok(library) => by_folder(library),
            // the folder is being moved about; the next look finds it whole
            Err(_) => return Vec::new(),
        };
        let news = entries.iter().filter(|(folder, entry)| self.entries.get(*folder) != Some(*entry));
        let news = news.map(|(folder, entry)| {
            let saved = entry.result.clone().map_err(|error| error.to_string());
            Msg::Saved(folder.clone(), saved)
        });
        let news = news.collect();
        self.entries.extend(entries);
        news
    }
}

fn by_folder(library: Library) -> BTreeMap<String, Entry> {
    library.entries.into_iter().map(|entry| (entry.folder.clone(), entry)).collect()
}

/// Every file below a folder with its time of change and its length.
fn files(dir: &Path) -> BTreeMap<PathBuf, (Option<SystemTime>, u64)> {
    let mut found = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let Ok(about) = entry.metadata() else { continue };
            if about.is_dir() {
                folders.push(entry.path());
            } else {
                found.insert(entry.path(), (about.modified().ok(), about.len()));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Place;

    const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: nginx}]}\n";

    #[tokio::test]
    async fn only_what_reads_differently_is_news() {
        let dir = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let file = dir.path().join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        };
        for folder in ["31-one", "32-two"] {
            write(&format!("{folder}/broken/a.yaml"), POD);
            write(&format!("{folder}/README.md"), "# One\n");
        }
        let place = Place {
            scenarios: Some(dir.path().to_owned()),
            watch: true,
            speed: 1.0,
            ..Place::default()
        };
        let settings = Settings::new(place).unwrap();
        let mut author = Author::of(&settings).unwrap();
        assert_eq!(author.look(&settings), []);
        write("32-two/README.md", "# Two, better\n");
        let news = author.look(&settings);
        assert!(
            matches!(news.as_slice(), [Msg::Saved(folder, Ok(scenario))] if folder == "32-two" && scenario.title == "Two, better"),
            "{news:?}"
        );
        write("31-one/broken/a.yaml", "kind: Pod\n");
        assert!(matches!(author.look(&settings).as_slice(), [Msg::Saved(folder, Err(why))] if folder == "31-one" && why.contains("a.yaml:1")));
        assert_eq!(author.look(&settings), []);
    }
}
