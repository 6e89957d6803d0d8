//! What `kubectl describe` prints.

use super::{Cluster, Error};

impl Cluster {
    /// An object as `kubectl describe` shows it.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn describe(&self, kind: &str, name: &str) -> Result<String, Error> {
        Ok(crate::yaml::print(&self.yaml(kind, name).await?))
    }
}
