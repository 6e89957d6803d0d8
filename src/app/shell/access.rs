//! How the learner's own kubectl gets in: a kubeconfig of this one cluster, served on loopback where it is the practice cluster.

use std::path::{Path, PathBuf};

use crate::app::serve::{Loopback, kubeconfig, quoted};
use crate::cluster::Cluster;
use crate::lab::msg::Notice;
use crate::practice::Practice;

/// A kubeconfig on disk, for as long as the attempt lives.
pub struct Access {
    file: PathBuf,
    /// The practice cluster is served while this is held.
    _loopback: Option<Loopback>,
}

impl Access {
    /// Writes the kubeconfig into the state folder, readable by its owner alone.
    ///
    /// # Errors
    /// A port or a file that cannot be had.
    pub async fn open(cluster: &Cluster, practice: Option<&Practice>, state: &Path) -> Result<Self, Notice> {
        let loopback = match practice {
            Some(practice) => Some(Loopback::start(practice, 0).await.map_err(|error| refused(&error, "K tries again"))?),
            None => None,
        };
        let text = match &loopback {
            Some(loopback) => loopback.kubeconfig(&cluster.namespace),
            None => cluster
                .kubeconfig()
                .ok_or_else(|| refused(&"this context cannot be written down", "use your own kubeconfig with --context"))?,
        };
        let file = state.join("kube").join(format!("{}-{}", cluster.namespace, std::process::id()));
        kubeconfig::write(&file, &text)
            .map_err(|error| refused(&format!("cannot write {}: {error}", file.display()), "make room there, or set XDG_STATE_HOME"))?;
        Ok(Self { file, _loopback: loopback })
    }

    /// What sets a shell to the cluster.
    #[must_use]
    pub fn line(&self) -> String {
        format!("export KUBECONFIG={}", quoted(&self.file))
    }

    /// Where the kubeconfig is.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }
}

impl Drop for Access {
    fn drop(&mut self) {
        // It names a server that goes, or holds secrets that need not lie about.
        let _ = std::fs::remove_file(&self.file);
    }
}

fn refused(what: &impl std::fmt::Display, next: &str) -> Notice {
    Notice {
        bad: true,
        what: what.to_string(),
        next: next.to_owned(),
    }
}
