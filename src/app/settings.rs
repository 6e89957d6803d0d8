//! What the command line asked for, made ready: the scenarios, the place, the learner's progress.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use super::config::{self, Config};
use super::layouts;
use crate::cli;
use crate::lab::clock;
use crate::lab::msg::{Effect, Notice};
use crate::lab::{Card, Model, Place};
use crate::progress::{self, Progress};
use crate::scenario::Scenario;
use crate::scenario::adapt::Surroundings;
use crate::scenario::load::{self, Library};

/// What is wrong with the command line or what it names; exit status 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StartError(pub String);

/// Everything an attempt needs to know of how klab was started.
#[derive(Debug)]
pub struct Settings {
    pub library: Library,
    pub place: cli::Place,
    pub progress_file: Option<PathBuf>,
    /// Where the lab keeps what outlives it: unpacked scenarios, kubeconfigs, edits.
    pub state: Option<PathBuf>,
    /// The learner's own settings.
    pub config: Config,
    /// What was odd while starting.
    pub notices: Vec<Notice>,
    progress: Progress,
}

impl Settings {
    /// Loads the scenarios and the progress.
    ///
    /// # Errors
    /// A scenarios folder that cannot be read; options that contradict each other.
    pub fn new(place: cli::Place) -> Result<Self, StartError> {
        let library = Self::library(&place)?;
        Self::of(place, library)
    }

    /// The same for who only looks at what there is: no lesson is made to fit the place.
    ///
    /// # Errors
    /// A scenarios folder that cannot be read; options that contradict each other.
    pub fn as_written(place: cli::Place) -> Result<Self, StartError> {
        let library = Self::library(&place)?;
        Ok(Self::with(place, library))
    }

    /// The same for a cluster alone, in which no lesson is played.
    ///
    /// # Errors
    /// Options that contradict each other.
    pub fn without_lessons(place: cli::Place) -> Result<Self, StartError> {
        check(&place)?;
        Ok(Self::with(place, Library::default()))
    }

    /// The scenarios there are, as their authors wrote them.
    ///
    /// # Errors
    /// A scenarios folder that cannot be read; options that contradict each other.
    pub fn library(place: &cli::Place) -> Result<Library, StartError> {
        check(place)?;
        let Some(folder) = &place.scenarios else {
            return Ok(load::embedded());
        };
        let (mut library, named) = std::thread::scope(|scope| {
            let own = scope.spawn(load::embedded);
            let named = load::path(folder);
            (own.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), named)
        });
        library.merge(named.map_err(|error| StartError(error.to_string()))?);
        Ok(library)
    }

    /// These scenarios, made to fit the place, and the progress.
    ///
    /// # Errors
    /// A mirror that is none.
    pub fn of(place: cli::Place, mut library: Library) -> Result<Self, StartError> {
        adapt(&mut library, &place)?;
        Ok(Self::with(place, library))
    }

    fn with(place: cli::Place, library: Library) -> Self {
        let progress_file = progress::state_folder().map(|folder| folder.join("progress.json"));
        let (progress, damaged) = progress_file.as_deref().map(Progress::read).unwrap_or_default();
        let notices = damaged
            .map(|error| Notice {
                bad: true,
                what: error.to_string(),
                next: String::new(),
            })
            .into_iter();
        let (config, odd) = config::file().map(|file| config::read(&file)).unwrap_or_default();
        let notices = notices.chain(odd).collect();
        Self {
            library,
            place,
            progress_file,
            state: progress::state_folder(),
            config,
            notices,
            progress,
        }
    }

    /// All scenarios and those of a folder, on the practice cluster.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn of_folder(dir: &Path) -> Result<Self, StartError> {
        Self::new(cli::Place {
            scenarios: Some(dir.to_owned()),
            speed: 1.0,
            ..cli::Place::default()
        })
    }

    /// The same, but nothing is remembered, neither of what is solved nor anything else.
    #[must_use]
    pub fn without_progress(mut self) -> Self {
        self.progress_file = None;
        self.state = None;
        self.progress = Progress::default();
        self
    }

    /// What chance grows from: as the command line says, else new for a person and the same for a machine.
    #[must_use]
    pub fn seed(&self, person: bool) -> u64 {
        let fresh = || Timestamp::now().as_nanosecond() as u64;
        self.place.seed.unwrap_or_else(|| if person { fresh() } else { 1 })
    }

    /// The scenarios of a folder or pack, made to fit as all others are.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(&self, path: &Path) -> Result<Library, StartError> {
        let mut library = load::path(path).map_err(|error| StartError(error.to_string()))?;
        adapt(&mut library, &self.place)?;
        Ok(library)
    }

    /// The scenario of this name or number.
    ///
    /// # Errors
    /// An unknown name, with near ones; a folder that could not be loaded.
    pub fn scenario(&self, name: &str) -> Result<&Scenario, StartError> {
        self.library.find(name).map_err(|error| StartError(error.to_string()))
    }

    /// The model at its start.
    #[must_use]
    pub fn model(&self) -> (Model, Vec<Effect>) {
        let place = match &self.place.context {
            Some(context) => Place::Real {
                context: context.clone(),
                server: String::new(),
                shared: self.place.learner.is_some(),
            },
            None => Place::Practice,
        };
        let (mut model, mut effects) = Model::new(cards(&self.library, &self.progress), place, Timestamp::now());
        model.clock.speed = self.place.speed;
        model.kubectl = on_path("kubectl");
        if self.config.mouse == Some(false) {
            model.mouse = false;
            effects = vec![Effect::Mouse(false)];
        }
        model.theme = self.config.theme;
        model.keys = self.config.keys.clone();
        model.layouts = self.state.as_deref().map(|state| layouts::read(&layouts::file(state))).unwrap_or_default();
        if !model.clock.is_live() {
            model.say(false, format!("The practice clock runs ×{}", self.place.speed), clock::DESCRIBE);
        }
        if let Some(notice) = self.notices.first() {
            model.notice = Some((notice.clone(), model.now));
        }
        (model, effects)
    }

    /// The namespace an attempt at this scenario lives in.
    #[must_use]
    pub fn namespace(&self, scenario: &Scenario) -> String {
        namespace(&self.place, scenario)
    }
}

fn namespace(place: &cli::Place, scenario: &Scenario) -> String {
    if let Some(namespace) = &place.namespace {
        return namespace.clone();
    }
    let lesson = scenario.number.map_or_else(|| label(&scenario.id), |number| format!("{number:02}"));
    match &place.learner {
        Some(learner) => format!("lab-{lesson}-{learner}"),
        None => format!("lab-{lesson}"),
    }
}

/// The most of a lesson's own name that a namespace carries, so that a learner's name fits behind it.
const LABEL: usize = 30;

/// A name as a namespace may carry it; one that loses letters by that gets a number of its own.
fn label(name: &str) -> String {
    let lower = name.to_lowercase();
    let dashed: String = lower.chars().map(|char| if char.is_ascii_alphanumeric() { char } else { '-' }).collect();
    let words: Vec<&str> = dashed.split('-').filter(|word| !word.is_empty()).collect();
    let plain = words.join("-");
    if lower.is_ascii() && plain.len() <= LABEL && !plain.is_empty() {
        return plain;
    }
    let sum = lower.bytes().fold(5381_u32, |sum, byte| sum.wrapping_mul(33) ^ u32::from(byte));
    let kept: String = plain.chars().take(LABEL - 9).collect();
    format!("{kept}-{sum:08x}").trim_start_matches('-').to_owned()
}

/// Whether a program of this name is on the PATH.
fn on_path(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(program).is_file())
}

/// What a scenario must fit into.
fn adapt(library: &mut Library, place: &cli::Place) -> Result<(), StartError> {
    for entry in &mut library.entries {
        if let Ok(scenario) = &mut entry.result {
            let surroundings = surroundings(place, scenario)?;
            let scenario = Arc::make_mut(scenario);
            *scenario = std::mem::take(scenario).adapted(&surroundings);
        }
    }
    Ok(())
}

fn surroundings(place: &cli::Place, scenario: &Scenario) -> Result<Surroundings, StartError> {
    Ok(Surroundings {
        namespace: namespace(place, scenario),
        learner: place.learner.clone(),
        mirrors: place.mirrors.iter().map(|said| mirror(said)).collect::<Result<_, _>>()?,
    })
}

/// `docker.io=registry.example/hub`.
fn mirror(said: &str) -> Result<(String, String), StartError> {
    let fine = |host: &str| !host.is_empty() && !host.contains(char::is_whitespace) && !host.contains("://");
    match said.split_once('=') {
        Some((registry, mirror)) if fine(registry) && fine(mirror) => Ok((registry.to_owned(), mirror.to_owned())),
        _ => Err(StartError(format!(
            "--mirror {said}: name a registry and where its images are pulled from instead, as in --mirror docker.io=registry.example"
        ))),
    }
}

fn check(place: &cli::Place) -> Result<(), StartError> {
    let refuse = |what: String| Err(StartError(what));
    if place.watch && place.scenarios.is_none() {
        return refuse("--watch needs the folder that is written in: name it with --scenarios".to_owned());
    }
    if place.context.is_none() && place.kubeconfig.is_some() {
        let contexts = crate::cluster::connect::contexts(place.kubeconfig.as_deref()).map_err(|error| StartError(error.to_string()))?;
        return refuse(format!(
            "--kubeconfig names a file but no context; add --context with one of: {}",
            contexts.join(", ")
        ));
    }
    if !(place.speed.is_finite() && place.speed > 0.0 && place.speed <= 1000.0) {
        return refuse(format!(
            "--speed {}: the practice clock runs at more than 0 and at most 1000 times; try --speed 4",
            place.speed
        ));
    }
    if place.context.is_some() && (place.speed - 1.0).abs() > f64::EPSILON {
        return refuse("--speed is for the practice cluster; a real cluster has its own time: leave --speed or --context out".to_owned());
    }
    if place.context.is_none() && !place.mirrors.is_empty() {
        return refuse("--mirror is for a real cluster: the practice cluster pulls nothing; leave --mirror out, or name a --context".to_owned());
    }
    for (option, name) in [("--learner", &place.learner), ("--namespace", &place.namespace)] {
        let Some(name) = name else { continue };
        let fine = !name.is_empty() && name.len() <= 40 && !name.starts_with('-') && !name.ends_with('-');
        if !fine || !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
            return refuse(format!(
                "{option} {name}: use at most 40 lower-case letters, digits and inner hyphens, as in --learner ann"
            ));
        }
    }
    Ok(())
}

fn cards(library: &Library, progress: &Progress) -> Vec<Card> {
    let card = |entry: &load::Entry| {
        let record = progress.of(&entry.folder);
        let scenario = entry.result.clone().map_err(|error| error.to_string());
        Card {
            folder: entry.folder.clone(),
            scenario,
            state: record.state,
            best: record.best,
        }
    };
    library.entries.iter().map(card).collect()
}
