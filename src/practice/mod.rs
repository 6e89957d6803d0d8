//! The practice cluster: a Kubernetes in memory, with controllers, a scheduler and a kubelet, behind an axum router.

pub mod access;
pub mod admission;
pub mod api;
pub mod cel;
pub mod clock;
pub mod cluster;
pub mod controllers;
pub mod custom;
pub mod defaults;
pub mod event;
mod fault;
pub mod field;
pub mod kind;
pub mod kubelet;
pub mod log;
pub mod net;
pub mod patch;
pub mod quantity;
pub mod quota;
pub mod registry;
pub mod request;
pub mod runtime;
pub mod scheduler;
pub mod selector;
pub mod shell;
pub mod status;
pub mod store;
pub mod typed;
pub mod types;
pub mod user;
pub mod validate;
pub mod view;
pub mod world;

pub use cluster::{Node, Options, Practice};

#[cfg(test)]
mod tests;
