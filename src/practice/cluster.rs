//! A running practice cluster: the engine behind a lock, its clock, and the one task that wakes for its timers.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use jiff::Timestamp;
use parking_lot::{Mutex, MutexGuard};
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};

use super::clock::Clock;
use super::net::{ApiAnswer, ApiCall};
use super::runtime::task::Slot;
use super::world::{Engine, World};
use super::{api, controllers};
use crate::image::Catalogue;

/// Timers that a step passes over when nothing comes of them.
const QUIET_TIMERS: usize = 1000;
/// Pieces of work done at a stretch; then whoever waits to read or write has a turn.
const STRETCH: usize = 100;

/// What a practice cluster is made of.
#[derive(Debug, Clone)]
pub struct Options {
    pub images: Catalogue,
    /// The name of the first node.
    pub node_name: String,
    /// How many nodes there are; without any, nothing schedules or runs pods.
    pub nodes: usize,
    /// How they differ from the usual, in order.
    pub shapes: Vec<Node>,
    /// Practice seconds a second; 0 stands still.
    pub speed: f64,
    /// What chance grows from: names, jitter, addresses.
    pub seed: u64,
}

/// How a node differs from the usual.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Node {
    /// Empty: called after the first.
    pub name: String,
    pub labels: BTreeMap<String, String>,
    /// `key=value:Effect`.
    pub taints: Vec<String>,
    /// Quantities; empty for the usual.
    pub cpu: String,
    pub memory: String,
    pub unschedulable: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            images: Catalogue::new(),
            node_name: "practice".to_owned(),
            nodes: 1,
            shapes: Vec::new(),
            speed: 1.0,
            seed: 1,
        }
    }
}

/// A handle to a practice cluster, cheap to clone; the cluster ends with its last handle.
#[derive(Clone)]
pub struct Practice {
    inner: Arc<Inner>,
}

/// A handle to a cluster that may have ended.
#[derive(Clone)]
pub struct WeakPractice(Weak<Inner>);

impl WeakPractice {
    #[must_use]
    pub fn upgrade(&self) -> Option<Practice> {
        self.0.upgrade().map(|inner| Practice { inner })
    }
}

struct Inner {
    engine: Mutex<Engine>,
    clock: Mutex<Clock>,
    /// The store's version, for watches to wait on.
    version: watch::Sender<u64>,
    /// Changes whenever something may have happened, also what no object shows, such as a line in a log.
    stirred: watch::Sender<()>,
    /// Wakes the driver: there is work sooner than it thought, another speed, or nothing left to drive.
    wake: Arc<Notify>,
    /// Where tasks of its own are started.
    host: Handle,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.wake.notify_one();
    }
}

impl Practice {
    /// Starts a cluster; must be called on a tokio runtime.
    #[must_use]
    pub fn start(options: Options) -> Self {
        let clock = Clock::new(Timestamp::now(), options.speed);
        let mut world = World::new(clock.now(), options.seed, options.images.clone());
        controllers::bootstrap(&mut world, &options);
        let version = world.store.version();
        world.store.begin();
        let mut engine = Engine::new(world, controllers::all(&options));
        engine.dispatch();
        let wake = Arc::new(Notify::new());
        let inner = Inner {
            engine: Mutex::new(engine),
            clock: Mutex::new(clock),
            version: watch::Sender::new(version),
            stirred: watch::Sender::new(()),
            wake: wake.clone(),
            host: Handle::current(),
        };
        let practice = Self { inner: Arc::new(inner) };
        tokio::spawn(drive(Arc::downgrade(&practice.inner), wake));
        practice
    }

    /// The API server.
    pub fn router(&self) -> axum::Router {
        api::router(self.clone())
    }

    /// A client that calls the router without a socket.
    #[must_use]
    pub fn client(&self) -> kube::Client {
        kube::Client::new(self.router(), "default")
    }

    /// The cluster's present instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock().now()
    }

    #[must_use]
    pub fn images(&self) -> Catalogue {
        self.read(|world| world.images.clone())
    }

    #[must_use]
    pub fn speed(&self) -> f64 {
        self.clock().speed()
    }

    /// Goes on at another speed from now; 0 pauses.
    pub fn set_speed(&self, speed: f64) {
        let mut clock = self.clock();
        *clock = Clock::new(clock.now(), speed);
        drop(clock);
        self.inner.wake.notify_one();
    }

    /// Jumps from timer to timer until something has happened that an object shows.
    pub fn step(&self) {
        let before = self.read(|world| world.store.version());
        for _ in 0..QUIET_TIMERS {
            let Some(due) = self.read(World::next_due) else { break };
            let mut clock = self.clock();
            *clock = Clock::new(due.max(clock.now()), clock.speed());
            drop(clock);
            self.advance();
            if self.read(|world| world.store.version()) > before {
                break;
            }
        }
        self.inner.wake.notify_one();
    }

    /// Looks at the world as it is.
    pub fn read<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.engine().world)
    }

    /// Brings the world to the present and changes it; controllers, timers and watches learn of it.
    pub fn write<T>(&self, work: impl FnOnce(&mut World) -> T) -> T {
        let now = self.now();
        let mut engine = self.engine();
        engine.advance_some(now, STRETCH);
        let result = work(&mut engine.world);
        engine.dispatch();
        let version = engine.world.store.version();
        let asked = std::mem::take(&mut engine.world.runtime.outbox);
        drop(engine);
        self.announce(version);
        self.carry(asked);
        self.inner.wake.notify_one();
        result
    }

    /// Follows the store's version.
    #[must_use]
    pub fn versions(&self) -> watch::Receiver<u64> {
        self.inner.version.subscribe()
    }

    /// Follows everything that happens, also what no object shows.
    #[must_use]
    pub fn stirs(&self) -> watch::Receiver<()> {
        self.inner.stirred.subscribe()
    }

    /// Lets happen what is due, a stretch of it; says when the next is, as a wait.
    fn advance(&self) -> Option<Duration> {
        let now = self.now();
        let mut engine = self.engine();
        engine.advance_some(now, STRETCH);
        let version = engine.world.store.version();
        let due = engine.world.next_due();
        let asked = std::mem::take(&mut engine.world.runtime.outbox);
        MutexGuard::unlock_fair(engine);
        self.announce(version);
        self.carry(asked);
        due.and_then(|due| self.clock().until(due))
    }

    /// Takes what programs in pods ask of the API there.
    fn carry(&self, asked: Vec<(ApiCall, Slot<ApiAnswer>)>) {
        for (call, slot) in asked {
            self.inner.host.spawn(api::inside::carry(self.clone(), call, slot));
        }
    }

    /// A handle that does not keep the cluster.
    #[must_use]
    pub fn weak(&self) -> WeakPractice {
        WeakPractice(Arc::downgrade(&self.inner))
    }

    fn announce(&self, version: u64) {
        self.inner
            .version
            .send_if_modified(|seen| std::mem::replace(seen, (*seen).max(version)) < version);
        self.inner.stirred.send_replace(());
    }

    fn engine(&self) -> MutexGuard<'_, Engine> {
        self.inner.engine.lock()
    }

    fn clock(&self) -> MutexGuard<'_, Clock> {
        self.inner.clock.lock()
    }
}

/// Sleeps from timer to timer; holds the cluster only while it works on it.
async fn drive(cluster: Weak<Inner>, wake: Arc<Notify>) {
    loop {
        let Some(inner) = cluster.upgrade() else { return };
        let wait = Practice { inner }.advance();
        match wait {
            Some(Duration::ZERO) => tokio::task::yield_now().await,
            Some(wait) => {
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = wake.notified() => {}
                }
            }
            None => wake.notified().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::practice::kind::POD;

    #[tokio::test(start_paused = true)]
    async fn the_clock_runs_at_its_speed_and_stands_still() {
        let practice = Practice::start(Options {
            speed: 4.0,
            ..Options::default()
        });
        let start = practice.now();
        tokio::time::advance(Duration::from_secs(900)).await;
        assert_eq!(practice.now().duration_since(start).as_secs(), 3600);
        practice.set_speed(0.0);
        tokio::time::advance(Duration::from_secs(900)).await;
        assert_eq!(practice.now().duration_since(start).as_secs(), 3600);
    }

    #[tokio::test(start_paused = true)]
    async fn paused_it_goes_on_step_by_step() {
        let practice = Practice::start(Options {
            speed: 0.0,
            ..Options::default()
        });
        let pod = serde_json::json!({"metadata": {"name": "p", "namespace": "default"}, "spec": {"containers": [{"name": "c", "image": "no/such:1"}]}});
        let made = practice.write(|world| world.create(&POD, pod).is_ok());
        assert!(made);
        let version = || practice.read(|world| world.store.version());
        let (start, mut before) = (practice.now(), version());
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!((practice.now(), version()), (start, before));
        for step in 0..5 {
            practice.step();
            assert!(version() > before, "nothing happened at step {step}");
            before = version();
        }
        assert!(practice.now() > start);
    }

    #[tokio::test(start_paused = true)]
    async fn a_cluster_ends_with_its_last_handle() {
        let practice = Practice::start(Options::default());
        let (inner, wake) = (Arc::downgrade(&practice.inner), Arc::downgrade(&practice.inner.wake));
        drop((practice.clone(), practice));
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert!(inner.upgrade().is_none());
        assert!(wake.upgrade().is_none(), "the driver still runs");
    }
}
