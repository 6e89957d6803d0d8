//! Patches that know Kubernetes' lists: strategic merge and server-side apply, and who owns which field.

pub mod apply;
pub mod fields;
pub mod managed;
pub mod owners;
pub mod schema;
pub mod strategic;
pub mod typing;
