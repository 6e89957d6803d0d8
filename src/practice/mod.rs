//! The practice cluster: a Kubernetes in memory, with controllers, a scheduler and a kubelet, behind an axum router.

use crate::image::Catalogue;

pub mod controllers;
pub mod event;
pub mod field;
pub mod kind;
pub mod kubelet;
pub mod log;
pub mod registry;
pub mod scheduler;
pub mod status;
pub mod store;
pub mod world;

/// What a practice cluster is made with.
#[derive(Debug, Clone)]
pub struct Options {
    pub images: Catalogue,
    pub node_name: String,
    pub nodes: usize,
    /// How much faster than the wall clock.
    pub speed: f64,
    pub seed: u64,
}

#[cfg(test)]
mod tests;
