//! The loop of the full screen: one channel of messages; what is queued is drained, then drawn once, at most every 16 ms.

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{Event, EventStream};
use futures::StreamExt;
use futures::stream::{SelectAll, select_all};
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::author::Author;
use super::background;
use super::hands::Hands;
use super::settings::Settings;
use super::signals::Signals;
use super::terminal::{self, FullScreen};
use crate::lab::msg::{Effect, Msg};
use crate::lab::{self, Model};
use crate::ui::{self, Look};

/// Between two frames; a burst of events is one picture.
const FRAME: Duration = Duration::from_millis(16);
/// Between two ticks of a cluster's clock that runs fast.
const PACE: Duration = Duration::from_millis(50);
/// Messages that may wait; watches slow down when the screen does.
const QUEUE: usize = 1024;

/// Opens the lab on the terminal and plays until the learner leaves.
///
/// # Errors
/// When there is no terminal, or it fails.
pub async fn play(settings: Settings, open: Option<String>) -> anyhow::Result<()> {
    // Before the screen is taken over, so that no signal finds it without somebody to give it back.
    let mut signals = Signals::listen()?;
    let mut screen = FullScreen::enter()?;
    let size = screen.size();
    let (sender, mut inbox) = mpsc::channel(QUEUE);
    let settings = Arc::new(settings);
    let mut hands = Hands::new(Arc::clone(&settings), sender, true);
    let (mut model, mut effects) = settings.model();
    effects.extend(lab::update(&mut model, Msg::Resize(size.width, size.height)));
    if let Some(folder) = open {
        effects.extend(model.open(&folder));
    }
    let look = Look::from_env(|name| std::env::var(name).ok(), background::is_light());
    let mut keys = keyboard();
    let mut author = Author::of(&settings);
    let pictures = hands.pictures();
    let mut drawn: Option<Instant> = None;
    let mut dirty = true;
    loop {
        if hands.carry_all(std::mem::take(&mut effects)) {
            return Ok(());
        }
        if let Some(edit) = hands.take_edit() {
            // Nobody else may read what is typed into the editor.
            drop(keys);
            screen.lend();
            let said = tokio::select! {
                biased;
                () = signals.firm() => return Ok(()),
                said = edit.run() => said,
            };
            signals.forget();
            let (width, height) = screen.take_back()?;
            keys = keyboard();
            if !model.mouse {
                terminal::mouse(false);
            }
            effects.extend(take(&mut model, &hands, Msg::Resize(width, height)));
            effects.extend(take(&mut model, &hands, Msg::Notice(said)));
            dirty = true;
            continue;
        }
        let frame_at = drawn.map_or_else(Instant::now, |at| at + FRAME);
        if dirty && frame_at <= Instant::now() {
            let mut measures = None;
            screen
                .screen
                .draw(|frame| measures = Some(ui::render(&model, &look.themed(model.theme), frame)))?;
            effects.extend(measures.map(|measures| lab::update(&mut model, Msg::Measured(measures))).unwrap_or_default());
            drawn = Some(Instant::now());
            dirty = false;
            hands.carry_all(std::mem::take(&mut effects));
        }
        let wake = wake_at(&model, &hands, dirty.then_some(frame_at));
        let msg = tokio::select! {
            biased;
            () = signals.any() => Msg::Terminate,
            key = keys.next() => match key {
                Some(Ok(event)) => match message(event) {
                    Some(msg) => {
                        if let Msg::Resize(width, height) = msg {
                            screen.fit(width, height)?;
                        }
                        msg
                    }
                    None => continue,
                },
                Some(Err(_)) | None => Msg::Terminate,
            },
            msg = inbox.recv() => match msg { Some(msg) => msg, None => return Ok(()) },
            () = pictures.notified() => match hands.picture() { Some(msg) => msg, None => continue },
            () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {
                if dirty && drawn.is_some_and(|at| at + FRAME <= Instant::now()) && !due(&model, &hands) {
                    continue;
                }
                Msg::Tick(hands.now())
            }
            news = saved(&mut author, &settings) => {
                for msg in news {
                    effects.extend(take(&mut model, &hands, msg));
                }
                dirty = true;
                continue;
            }
            Some(failed) = hands.failure() => anyhow::bail!("a task of the lab failed: {failed}"),
        };
        if lab::shell::unseen(&model, &msg) {
            // nothing to draw, so its time is not the model's either
            effects.extend(lab::update(&mut model, msg));
            continue;
        }
        effects.extend(take(&mut model, &hands, msg));
        while let Ok(msg) = inbox.try_recv() {
            effects.extend(take(&mut model, &hands, msg));
        }
        dirty = true;
    }
}

/// Keys, mouse and sizes. As one of a selection it is asked only when it has something: asking it takes a lock that its own thread waits with.
fn keyboard() -> SelectAll<EventStream> {
    select_all([EventStream::new()])
}

/// What the scenarios' author saves; pending where nobody writes.
async fn saved(author: &mut Option<Author>, settings: &Settings) -> Vec<Msg> {
    match author {
        Some(author) => author.saved(settings).await,
        None => std::future::pending().await,
    }
}

/// Time goes into the model before the message, so that what is noted is noted at its instant.
fn take(model: &mut Model, hands: &Hands, msg: Msg) -> Vec<Effect> {
    let mut effects = lab::update(model, Msg::Tick(hands.now()));
    if hands.practice().is_some() {
        effects.extend(lab::update(model, Msg::Wall(Timestamp::now())));
    }
    effects.extend(lab::update(model, msg));
    effects
}

/// When to wake without a message: the next frame that waits, or the model's next instant.
fn wake_at(model: &Model, hands: &Hands, frame: Option<Instant>) -> Option<Instant> {
    let (wake, now) = (lab::next_wake(model), Instant::now());
    // However fast the cluster's clock runs, the screen follows at a reader's pace.
    let cluster = wake.cluster.and_then(|at| hands.until(at)).map(|left| now + left.max(PACE));
    let wall = wake
        .wall
        .map(|at| now + Duration::try_from(at.duration_since(Timestamp::now())).unwrap_or_default());
    [frame, cluster, wall].into_iter().flatten().min()
}

/// Whether the model waits for a time that has come.
fn due(model: &Model, hands: &Hands) -> bool {
    let wake = lab::next_wake(model);
    wake.cluster.is_some_and(|at| at <= hands.now()) || wake.wall.is_some_and(|at| at <= Timestamp::now())
}

fn message(event: Event) -> Option<Msg> {
    match event {
        Event::Key(key) if key.kind != crossterm::event::KeyEventKind::Release => Some(Msg::Key(key)),
        Event::Paste(text) => Some(Msg::Paste(text)),
        Event::Mouse(mouse) => Some(Msg::Mouse(mouse)),
        Event::Resize(columns, rows) => Some(Msg::Resize(columns, rows)),
        _ => None,
    }
}
