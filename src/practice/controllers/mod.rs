//! The controllers of the practice cluster and the objects it starts with.

use super::cluster::Options;
use super::world::{Controller, World};

#[must_use]
pub fn all(_options: &Options) -> Vec<Box<dyn Controller>> {
    Vec::new()
}

pub fn bootstrap(_world: &mut World, _options: &Options) {}
