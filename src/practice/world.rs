//! The state of the practice cluster and its time: objects, due work, chance. Controllers act on it one at a time.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::access::token::Seal;
use super::custom;
use super::event::Recorder;
use super::kind::{KINDS, Kind};
use super::log::Book;
use super::request::Request;
use super::runtime::Runtime;
use super::store::{Change, Store};
use super::view;
use crate::image::Catalogue;

/// What a controller is asked to look at again.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    pub namespace: String,
    pub name: String,
    /// What to do, where a controller has several jobs for one object; otherwise empty.
    pub task: String,
}

impl Key {
    #[must_use]
    pub fn new(namespace: &str, name: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            task: String::new(),
        }
    }

    #[must_use]
    pub fn task(mut self, task: impl Into<String>) -> Self {
        self.task = task.into();
        self
    }
}

/// Which controller a piece of work is for: its place in the engine's list.
pub type Id = usize;

/// Watches the store's changes and acts on what is due.
pub trait Controller: Send {
    /// Queues what a change asks to look at. Must not write.
    fn observe(&mut self, me: Id, world: &mut World, change: &Change);
    /// Does one piece of work at the world's present instant.
    fn run(&mut self, me: Id, world: &mut World, key: &Key);
}

/// Everything the practice cluster is made of but its controllers.
#[derive(Debug)]
pub struct World {
    pub store: Store,
    pub images: Catalogue,
    /// The kinds that the cluster's own definitions make.
    defined: Vec<&'static Kind>,
    /// The practice cluster's present instant.
    pub now: Timestamp,
    pub request: Request,
    /// What containers have printed.
    pub logs: Book,
    /// The processes of all containers.
    pub runtime: Runtime,
    /// What watches were told lately.
    pub shown: Arc<view::Recent>,
    pub(super) events: Recorder,
    /// What tokens are sealed with.
    pub(super) seal: Seal,
    due: BTreeMap<(Timestamp, u64), Arc<(Id, Key)>>,
    waiting: BTreeMap<Arc<(Id, Key)>, (Timestamp, u64)>,
    sequence: u64,
    chance: u64,
}

impl World {
    #[must_use]
    pub fn new(now: Timestamp, seed: u64, images: Catalogue) -> Self {
        Self {
            store: Store::default(),
            images,
            defined: Vec::new(),
            now,
            request: Request::default(),
            logs: Book::default(),
            runtime: Runtime::default(),
            shown: Arc::default(),
            events: Recorder::default(),
            seal: Seal::default(),
            due: BTreeMap::new(),
            waiting: BTreeMap::new(),
            sequence: 0,
            chance: seed | 1,
        }
    }

    /// Every kind there is, those that the cluster defined after all others.
    pub fn kinds(&self) -> impl Iterator<Item = &'static Kind> {
        KINDS.iter().copied().chain(self.defined.iter().copied())
    }

    /// The kinds whose objects are kept: not those that are another form of one, nor reviews, which are answered and forgotten.
    pub fn kept(&self) -> impl Iterator<Item = &'static Kind> {
        self.kinds().filter(|kind| kind.stored.is_none() && kind.verbs.contains(&"watch"))
    }

    /// The kinds that requests may name.
    #[must_use]
    pub fn served(&self) -> Vec<&'static Kind> {
        self.kinds().filter(|kind| kind.served()).collect()
    }

    /// Takes in what the definitions say now.
    pub fn define(&mut self) {
        self.defined = custom::defined(&self.store);
    }

    /// Queues work for a controller; work already waiting keeps the earlier of the two times.
    pub fn queue(&mut self, id: Id, key: Key, after: Duration) {
        let (at, work) = (self.now + after, Arc::new((id, key)));
        self.sequence += 1;
        let slot = (at, self.sequence);
        match self.waiting.entry(work.clone()) {
            Entry::Occupied(waiting) if waiting.get().0 <= at => return,
            Entry::Occupied(mut waiting) => drop(self.due.remove(&waiting.insert(slot))),
            Entry::Vacant(place) => drop(place.insert(slot)),
        }
        self.due.insert(slot, work);
    }

    /// Drops queued work, if there is any.
    pub fn unqueue(&mut self, id: Id, key: &Key) {
        self.drop_work(&(id, key.clone()));
    }

    fn drop_work(&mut self, work: &(Id, Key)) {
        if let Some(slot) = self.waiting.remove(work) {
            self.due.remove(&slot);
        }
    }

    /// Drops all work queued for an object.
    pub fn unqueue_all(&mut self, id: Id, namespace: &str, name: &str) {
        let first = Arc::new((id, Key::new(namespace, name)));
        let own = |(other, key): &(Id, Key)| *other == id && key.namespace == namespace && key.name == name;
        let works = self.waiting.range(first..).map(|(work, _)| work.clone()).take_while(|work| own(work));
        works.collect::<Vec<_>>().iter().for_each(|work| self.drop_work(work));
    }

    /// When the next work is due.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        self.due.keys().next().map(|(at, _)| *at)
    }

    /// Takes the next work that is due by `until` and sets the present instant to its time.
    fn take_due(&mut self, until: Timestamp) -> Option<Arc<(Id, Key)>> {
        let first = self.due.first_entry()?;
        let (at, _) = *first.key();
        if at > until {
            return None;
        }
        let work = first.remove();
        self.waiting.remove(&*work);
        self.now = self.now.max(at);
        Some(work)
    }

    /// A number from 0 up to and without 1, the same for the same seed.
    pub fn chance(&mut self) -> f64 {
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        (self.chance >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A duration in milliseconds between the two, the same for the same seed.
    pub fn between(&mut self, least: u64, most: u64) -> Duration {
        Duration::from_millis(least + (self.chance() * (most - least) as f64) as u64)
    }

    /// A random name part of Kubernetes' alphabet without vowels (apimachinery `util/rand`).
    pub fn suffix(&mut self, length: usize) -> String {
        const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
        (0..length)
            .map(|_| ALPHABET[(self.chance() * ALPHABET.len() as f64) as usize] as char)
            .collect()
    }

    /// A random UUID, version 4.
    pub fn uid(&mut self) -> String {
        let hex: String = (0..32).map(|_| char::from_digit((self.chance() * 16.0) as u32, 16).unwrap_or('0')).collect();
        format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
    }
}

/// The world and the controllers that keep it going.
pub struct Engine {
    pub world: World,
    controllers: Vec<Box<dyn Controller>>,
    seen: u64,
}

impl Engine {
    #[must_use]
    pub fn new(world: World, controllers: Vec<Box<dyn Controller>>) -> Self {
        // The store begins with version 1 and nothing in it.
        Self { world, controllers, seen: 1 }
    }

    /// Brings the world to `now`: everything due until then happens in order.
    pub fn advance(&mut self, now: Timestamp) {
        self.advance_some(now, usize::MAX);
    }

    /// The same, but no more pieces of work than so many; says whether the world has come to `now`.
    pub fn advance_some(&mut self, now: Timestamp, most: usize) -> bool {
        self.dispatch();
        for _ in 0..most {
            let Some(work) = self.world.take_due(now) else {
                self.world.now = self.world.now.max(now);
                return true;
            };
            let (id, key) = &*work;
            self.controllers[*id].run(*id, &mut self.world, key);
            self.dispatch();
        }
        false
    }

    /// Shows the controllers every change they have not seen yet.
    pub fn dispatch(&mut self) {
        while self.seen < self.world.store.version() {
            let changes = self.world.store.changes(self.seen);
            self.seen = self.world.store.version();
            for change in changes {
                for (id, controller) in self.controllers.iter_mut().enumerate() {
                    controller.observe(id, &mut self.world, &change);
                }
            }
        }
        self.world.store.trim();
    }
}
