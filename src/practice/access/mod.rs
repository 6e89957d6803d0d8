//! Who may do what: roles and their bindings evaluated, the rights every cluster starts with, and tokens of service accounts.

pub mod bootstrap;
pub mod escalation;
pub mod rbac;
pub mod token;

pub use rbac::{Ask, Decision};
