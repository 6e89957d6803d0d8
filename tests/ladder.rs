//! The back-off ladder held against what then happens, on the practice cluster: pulls and crashes of containers of every sort.

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;

use crossterm::event::KeyCode;
use jiff::{SignedDuration, Timestamp};
use klab::app::{Player, Settings};
use klab::cluster::snapshot::{ContainerState, PodRow, Snapshot};
use klab::lab::backoff::{self, Try, Wait};
use klab::lab::{Attempt, Model, Stage};

/// What a wait foretold, and when the try came.
type Foretold = (Wait, Timestamp);

/// A lesson of one Deployment whose pods are made so.
fn lesson(dir: &Path, pod: &str) {
    let broken = dir.join("01-waits/broken");
    std::fs::create_dir_all(&broken).unwrap();
    std::fs::write(dir.join("01-waits/README.md"), "# Scenario 1: It waits\n\n## The Challenge\n\nWatch it.\n").unwrap();
    let head = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      terminationGracePeriodSeconds: 1\n";
    std::fs::write(dir.join("01-waits/scenario.yaml"), "images: {shop/first: {tags: [v1]}}\n").unwrap();
    std::fs::write(broken.join("web.yaml"), format!("{head}{pod}")).unwrap();
}

/// How often it was tried, and when last: pulls by their event, starts by the container's own word.
fn tried(snapshot: &Snapshot, pod: &PodRow, of: Try, name: &str) -> (u32, Option<Timestamp>) {
    if of == Try::Pull {
        let place = format!("{{{name}}}");
        let pulls = || {
            snapshot
                .events
                .values()
                .filter(|event| event.reason == "Pulling" && event.field.ends_with(&place))
        };
        return (pulls().map(|event| event.count.max(1)).sum(), pulls().filter_map(|event| event.last).max());
    }
    let Some(container) = pod.containers.iter().find(|one| one.name == name) else {
        return (0, None);
    };
    let ended = |state: &ContainerState| match state {
        ContainerState::Terminated { finished, .. } => *finished,
        _ => None,
    };
    let at = match &container.state {
        ContainerState::Running { since } => *since,
        state => ended(state).or(ended(&container.last)),
    };
    (container.restarts, at)
}

/// Plays it for so long, and notes each try beside the wait that stood before it.
async fn played(pod: &str, minutes: i64) -> Vec<Foretold> {
    let dir = tempfile::tempdir().unwrap();
    lesson(dir.path(), pod);
    let settings = Arc::new(Settings::of_folder(dir.path()).unwrap().without_progress());
    let mut player = Player::open(&settings, "01-waits");
    let ready = |_: &Model, attempt: &Attempt| (attempt.stage == Stage::Ready).then_some(());
    player.until(SignedDuration::from_secs(60), ready).await.expect("the practice cluster opens");
    player.press(KeyCode::Char('b'));
    let waiting: RefCell<Option<(Wait, u32)>> = RefCell::default();
    let noted: RefCell<Vec<Foretold>> = RefCell::default();
    let look = |_: &Model, attempt: &Attempt| -> Option<()> {
        let pod = attempt.snapshot.pods.values().next()?;
        let before = &mut *waiting.borrow_mut();
        if let Some((wait, count)) = before.take() {
            let (now, at) = tried(&attempt.snapshot, pod, wait.of, &wait.container);
            match at.filter(|_| now > count) {
                Some(at) => noted.borrow_mut().push((wait, at)),
                None => *before = Some((wait, count)),
            }
        }
        if let Some(wait) = backoff::wait(&attempt.snapshot, pod) {
            let count = tried(&attempt.snapshot, pod, wait.of, &wait.container).0;
            *before = Some((wait, count));
        }
        None
    };
    player.until(SignedDuration::from_mins(minutes), look).await;
    noted.into_inner()
}

/// Within three seconds, or 15 % of the wait; a start within the kubelet's own jitter, of which the middle is foretold.
fn holds(foretold: &[Foretold], of: Try, container: &str, steps: &[usize]) {
    let found: Vec<usize> = foretold.iter().map(|(wait, _)| wait.step).take(steps.len()).collect();
    assert_eq!(found, steps, "{foretold:?}");
    for (wait, at) in foretold {
        assert_eq!((wait.of, wait.container.as_str()), (of, container));
        let off = wait.next.duration_since(*at).as_secs_f64().abs();
        let whole = at.duration_since(wait.failed).as_secs_f64();
        let jitter = if of == Try::Restart {
            1.0 + 0.25 * backoff::STEPS[wait.step] as f64
        } else {
            0.0
        };
        assert!(
            off <= 3.0_f64.max(0.15 * whole).max(jitter),
            "step {}: {off:.1} s off {whole:.1} s: {wait:?} {at}",
            wait.step
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_init_containers_pulls_are_foretold() {
    let pod = "      initContainers: [{name: first, image: 'shop/first:v2'}]\n      containers: [{name: app, image: 'nginx:1.27'}]\n";
    holds(&played(pod, 6).await, Try::Pull, "first", &[0, 1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn an_init_containers_restarts_are_foretold() {
    let pod = "      initContainers: [{name: first, image: 'busybox:1.36', command: [sh, -c, 'sleep 2; exit 3']}]\n      containers: [{name: app, image: 'nginx:1.27'}]\n";
    holds(&played(pod, 6).await, Try::Restart, "first", &[0, 1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_container_that_cannot_be_started_is_foretold() {
    let pod = "      containers: [{name: app, image: 'busybox:1.36', command: [/no/such/program]}]\n";
    holds(&played(pod, 6).await, Try::Restart, "app", &[0, 1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_container_that_its_probe_kills_is_foretold() {
    let probe = "livenessProbe: {httpGet: {path: /none, port: 80}, periodSeconds: 2, failureThreshold: 1}";
    let pod = format!("      containers: [{{name: app, image: 'nginx:1.27', {probe}}}]\n");
    let foretold = played(&pod, 6).await;
    assert!(foretold.len() >= 3, "{foretold:?}");
    holds(&foretold, Try::Restart, "app", &[0]);
}
