//! The request that is being carried out; controllers write without one.

use super::user::User;

#[derive(Debug, Default)]
pub struct Request {
    /// Who asks; nobody where the cluster itself does.
    pub user: User,
    pub dry_run: bool,
    /// The part of an object that it is about.
    pub sub: String,
    /// What its answer will warn of.
    pub warnings: Vec<String>,
}
