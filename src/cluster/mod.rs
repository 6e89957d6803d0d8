//! The only code that speaks to Kubernetes: connect, guard, watch, apply, delete, logs.

pub mod snapshot;
