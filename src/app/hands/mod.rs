//! Carries out what the model asks for. Everything that outlives an update runs as a task of the attempt it belongs to.

mod answer;
mod keep;
mod shell;

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Notify, OnceCell, mpsc};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::edit::Edit;
use super::session::{self, Session};
use super::settings::Settings;
use super::shell::{Access, Slot};
use super::terminal;
use super::unpack::unpack;
use crate::cluster::snapshot::ObjectRef;
use crate::lab::msg::{AttemptNo, Detail, Effect, FromCluster, Msg, Tempo};
use crate::practice::Practice;
use crate::progress::Drilled;
use crate::scenario::Scenario;

pub use self::answer::{Answer, SessionRef};
use self::shell::no_state;

/// Does what effects say and sends the answers as messages.
pub struct Hands {
    settings: Arc<Settings>,
    news: mpsc::Sender<Msg>,
    tasks: JoinSet<()>,
    attempt: Option<Attempt>,
    follow: CancellationToken,
    /// Rings when a shell shows something new.
    pictures: Arc<Notify>,
    /// There is a terminal to speak to.
    screen: bool,
    /// How fast the next practice cluster runs.
    speed: f64,
    /// What the learner's editor is wanted for.
    edit: Option<Edit>,
}

/// What belongs to one attempt and ends with it.
struct Attempt {
    number: AttemptNo,
    practice: Option<Practice>,
    session: Arc<OnceLock<Session>>,
    /// The learner's own way into the cluster, made when it is first needed.
    access: Arc<OnceCell<Access>>,
    shell: Arc<Mutex<Slot>>,
    cancel: CancellationToken,
}

impl Drop for Attempt {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

impl Hands {
    #[must_use]
    pub fn new(settings: Arc<Settings>, news: mpsc::Sender<Msg>, screen: bool) -> Self {
        Self {
            speed: settings.place.speed,
            settings,
            news,
            tasks: JoinSet::new(),
            attempt: None,
            follow: CancellationToken::new(),
            pictures: Arc::default(),
            screen,
            edit: None,
        }
    }

    /// An edit that waits for the terminal.
    pub fn take_edit(&mut self) -> Option<Edit> {
        self.edit.take()
    }

    fn edit(&mut self, number: AttemptNo, about: ObjectRef) {
        let here = self.attempt.as_ref().is_some_and(|attempt| attempt.number == number);
        let Some(session) = self.session().filter(|_| here) else { return };
        match self.settings.state.clone() {
            Some(state) => self.edit = Some(Edit { session, about, state }),
            None => drop(self.news.try_send(Msg::Notice(no_state()))),
        }
    }

    /// The practice cluster of the open attempt, if it is one.
    #[must_use]
    pub fn practice(&self) -> Option<&Practice> {
        self.attempt.as_ref().and_then(|attempt| attempt.practice.as_ref())
    }

    /// The open session of the attempt.
    #[must_use]
    pub fn session(&self) -> Option<SessionRef> {
        let slot = &self.attempt.as_ref()?.session;
        slot.get().is_some().then(|| SessionRef(Arc::clone(slot)))
    }

    /// The present instant of the cluster that is played on.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.practice().map_or_else(Timestamp::now, Practice::now)
    }

    /// How long to sleep until an instant of the cluster's clock; `None` while that stands still.
    #[must_use]
    pub fn until(&self, at: Timestamp) -> Option<Duration> {
        let left = Duration::try_from(at.duration_since(self.now())).unwrap_or_default();
        let left = match self.practice() {
            Some(practice) => Duration::try_from_secs_f64(left.as_secs_f64() / practice.speed()).ok()?,
            None => left,
        };
        // A little late, so that the instant has come for sure when the tick is taken.
        Some(left + Duration::from_millis(1))
    }

    fn tempo(&mut self, tempo: Tempo) {
        if let Tempo::Speed(speed) = tempo
            && speed > 0.0
        {
            self.speed = speed;
        }
        match (self.practice(), tempo) {
            (Some(practice), Tempo::Speed(speed)) => practice.set_speed(speed),
            (Some(practice), Tempo::Step) => practice.step(),
            (None, _) => {}
        }
    }

    /// A task that panicked; pending while there is none.
    pub async fn failure(&mut self) -> Option<String> {
        loop {
            match self.tasks.join_next().await {
                Some(Err(error)) if error.is_panic() => return Some(error.to_string()),
                Some(_) => {}
                None => return std::future::pending().await,
            }
        }
    }

    /// Carries effects out; true when one of them ends the program.
    pub fn carry_all(&mut self, effects: Vec<Effect>) -> bool {
        let mut quit = false;
        for effect in effects {
            quit |= effect == Effect::Quit;
            self.carry(effect);
        }
        quit
    }

    fn carry(&mut self, effect: Effect) {
        match effect {
            Effect::Open { attempt, scenario } => self.open(attempt, scenario),
            Effect::Close(number) => {
                if self.attempt.as_ref().is_some_and(|attempt| attempt.number == number) {
                    self.attempt = None;
                }
            }
            Effect::Carry(number, order) => self.with_session(number, move |session, answer| async move { session.carry(order, &answer).await }),
            Effect::ReadLog(number, wanted) => self.with_session(number, move |session, answer| async move {
                let lines = session.log_tail(&wanted).await;
                answer.send(FromCluster::LogTail(wanted, lines)).await;
            }),
            Effect::Ask(number, goal, want) => self.with_session(number, move |session, answer| async move {
                let found = session.told(&want).await;
                answer.send(FromCluster::Asked(goal, found)).await;
            }),
            Effect::Suspect(number) => self.with_session(number, move |session, answer| async move {
                let cheat = session.cheat().await;
                answer.send(FromCluster::Cheated(cheat)).await;
            }),
            Effect::Show(number, detail) => self.show(number, detail),
            Effect::Edit(number, about) => self.edit(number, about),
            Effect::Compare(number, solution) => self.with_session(number, move |session, answer| async move {
                let found = session.compare(solution).await;
                answer.send(FromCluster::Compared(found)).await;
            }),
            Effect::Fetch(number, about) => self.with_session(number, move |session, answer| async move {
                let found = session.manifest(&about).await;
                answer.send(FromCluster::Manifest(about, found)).await;
            }),
            Effect::Mend(number, about, mend) => self.with_session(number, move |session, answer| async move {
                let done = session.mend(*mend).await;
                answer.send(FromCluster::Mended(about, done)).await;
            }),
            Effect::Access(number) => self.access(number),
            Effect::FollowLog {
                attempt,
                pod,
                name,
                container,
                previous,
            } => {
                self.follow.cancel();
                self.follow = CancellationToken::new();
                let cancel = self.follow.clone();
                self.with_session(attempt, move |session, answer| async move {
                    let read = session.follow(pod, name, container, previous, &answer);
                    cancel.run_until_cancelled(read).await;
                });
            }
            Effect::StopLog => self.follow.cancel(),
            Effect::Shell(number, what) => self.shell(number, what),
            Effect::Clock(tempo) => self.tempo(tempo),
            Effect::Keep { name, text } => self.keep(&name, &text),
            Effect::Copy(text) if self.screen => terminal::copy(&text),
            Effect::Mouse(on) if self.screen => terminal::mouse(on),
            Effect::SaveLayout(size, layout) => self.save_layout(size, layout),
            Effect::Copy(_) | Effect::Mouse(_) => {}
            Effect::SaveProgress { folder, state, seconds } => self.save(&folder, state, seconds),
            Effect::SaveDrill {
                seed,
                faults,
                minutes,
                seconds,
                solved,
            } => self.save_drill(Drilled {
                seed,
                faults,
                minutes,
                seconds,
                solved,
            }),
            Effect::Quit => {}
        }
    }

    fn show(&mut self, number: AttemptNo, detail: Detail) {
        self.with_session(number, move |session, answer| async move {
            let text = session.detail(&detail).await;
            answer.send(FromCluster::Detail(detail, text)).await;
        });
    }

    fn open(&mut self, number: AttemptNo, scenario: Arc<Scenario>) {
        self.attempt = None;
        let practice = self
            .settings
            .place
            .context
            .is_none()
            .then(|| session::practice(&scenario, self.speed, self.settings.seed(self.screen)));
        let attempt = Attempt {
            number,
            practice: practice.clone(),
            session: Arc::default(),
            access: Arc::default(),
            shell: Arc::default(),
            cancel: CancellationToken::new(),
        };
        let (slot, cancel) = (Arc::clone(&attempt.session), attempt.cancel.clone());
        let (settings, answer) = (
            Arc::clone(&self.settings),
            Answer {
                number,
                news: self.news.clone(),
            },
        );
        self.attempt = Some(attempt);
        self.tasks.spawn(async move {
            let work = async {
                if let Some(Err(error)) = settings.state.as_deref().map(|state| unpack(state, &scenario)) {
                    answer.notice(error.to_string()).await;
                }
                match Session::open(&settings, scenario, practice).await {
                    Ok(session) => {
                        if let Some(why) = session.unplayable().await {
                            return answer.send(FromCluster::Failed(why)).await;
                        }
                        // In its place before anybody hears of it, so that no order finds it missing.
                        let session = slot.get_or_init(|| session);
                        tokio::join!(session.greet(&answer), session.watch(&answer, &cancel));
                    }
                    Err(notice) => answer.send(FromCluster::Failed(notice)).await,
                }
            };
            cancel.run_until_cancelled(work).await;
        });
    }

    /// Runs something on the attempt's open session, until the attempt ends.
    fn with_session<F>(&mut self, number: AttemptNo, work: impl FnOnce(SessionRef, Answer) -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let Some(attempt) = self.attempt.as_ref().filter(|attempt| attempt.number == number) else {
            return;
        };
        let (slot, cancel) = (Arc::clone(&attempt.session), attempt.cancel.clone());
        let answer = Answer {
            number,
            news: self.news.clone(),
        };
        if slot.get().is_some() {
            self.tasks.spawn(async move {
                cancel.run_until_cancelled(work(SessionRef(slot), answer)).await;
            });
        }
    }
}
