//! The practice cluster: a Kubernetes in memory, with controllers, a scheduler and a kubelet, behind an axum router.

pub mod api;
pub mod clock;
pub mod cluster;
pub mod controllers;
pub mod defaults;
pub mod event;
pub mod field;
pub mod kind;
pub mod kubelet;
pub mod log;
pub mod patch;
pub mod registry;
pub mod scheduler;
pub mod selector;
pub mod status;
pub mod store;
pub mod typed;
pub mod validate;
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
