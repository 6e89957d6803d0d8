//! What an attempt remembers for the story's rules, beside what is drawn.

use std::collections::BTreeMap;

use super::drill::Over;
use super::lesson::Stop;
use super::msg::Order;
use crate::cluster::snapshot::Uid;
use crate::scenario::clue::Clue;

/// What the rules of the story remember of an attempt; nothing of it is drawn.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Memory {
    /// The first write on a real cluster was agreed to.
    pub agreed: bool,
    /// Namespace and setup/ are in place.
    pub prepared: bool,
    /// What is to be carried out once the preparation is done.
    pub queued: Option<Order>,
    /// Objects of an earlier run are there.
    pub found: bool,
    /// Something of the lab's may be in the cluster.
    pub applied: bool,
    /// The clue before this one, or this one.
    pub last_clue: Option<Clue>,
    /// The clue's card was opened.
    pub helped: bool,
    /// The latest hint that was offered unasked.
    pub offered: usize,
    /// It was solved, so the lesson's answers may be read, cleaned up or not.
    pub answered: bool,
    /// The debrief waits until the screen is free.
    pub debrief_due: bool,
    /// The selection was made by hand and stays.
    pub picked: bool,
    /// So was the choice of the tab.
    pub turned: bool,
    /// A fold that gives the answer away was asked for once.
    pub warned: Option<usize>,
    /// The fold or command of the lesson that was marked by hand.
    pub stop: Option<Stop>,
    /// The lesson's part that comes into view as soon as it is known where it stands.
    pub reveal: Option<usize>,
    /// In which order events came, for those of one second; and the last number given.
    pub arrival: BTreeMap<Uid, u64>,
    pub arrived: u64,
    /// The feed's order while it is scrolled up: it does not move under the reader.
    pub feed: Vec<Uid>,
    /// The clue of a drill that runs, which nobody may see yet.
    pub hidden: Option<Clue>,
    /// One clue of each fault of a drill.
    pub faults: Vec<Clue>,
    /// How a drill ended, and after how many seconds.
    pub over: Option<(Over, u64)>,
    /// Where to go when the clean-up is done, or the question answered.
    pub leaving: Option<Leaving>,
}

/// Where an attempt is left for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    Picker,
    Next,
    Quit,
}
