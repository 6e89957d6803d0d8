//! The practice cluster: a Kubernetes in memory, with controllers, a scheduler and a kubelet, behind an axum router.

pub mod kind;
pub mod registry;
pub mod status;
pub mod store;
pub mod world;
