//! `klab serve`: the practice cluster on loopback, for the learner's own kubectl, until it is told to stop.

mod certificate;
mod door;
pub mod kubeconfig;
pub mod loopback;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Deserialize;

pub use self::loopback::{Loopback, LoopbackError};
use super::settings::{Settings, StartError};
use crate::cli::Serve;
use crate::image::Catalogue;
use crate::practice::{Options, Practice};
use crate::{progress, scenario, yaml};

/// Where the practice cluster stops short of Kubernetes.
const LIMITS: &str = include_str!("../../../assets/limits.md");

/// Serves until Ctrl-C or SIGTERM.
///
/// # Errors
/// Images that cannot be read; a port that is taken; a kubeconfig that cannot be written.
pub async fn run(serve: Serve, settings: &Settings) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    if serve.limits {
        return Ok(out.write_all(LIMITS.as_bytes())?);
    }
    if settings.place.context.is_some() {
        return Err(StartError("serve serves the practice cluster; leave --context out".to_owned()).into());
    }
    let mut signals = super::signals::Signals::listen()?;
    let practice = Practice::start(Options {
        images: catalogue(&serve.images)?,
        node_name: serve.node_name,
        nodes: if serve.empty { 0 } else { serve.nodes },
        speed: settings.place.speed,
        seed: settings.seed(true),
        ..Options::default()
    });
    let loopback = Loopback::start(&practice, serve.port).await?;
    let own = serve.kubeconfig.is_none();
    let file = match serve.kubeconfig {
        Some(file) => std::path::absolute(&file).unwrap_or(file),
        None => own_file(&loopback)?,
    };
    kubeconfig::write(&file, &loopback.kubeconfig("default")).with_context(|| format!("cannot write {}", file.display()))?;
    writeln!(
        out,
        "export KUBECONFIG={}\nkubectl get pods --all-namespaces    # {}; Ctrl-C stops it",
        quoted(&file),
        loopback.server()
    )?;
    out.flush()?;
    signals.any().await;
    if own {
        // It names a server that is gone.
        let _ = std::fs::remove_file(&file);
    }
    Ok(())
}

/// Where the kubeconfig goes when no file was named.
fn own_file(loopback: &Loopback) -> anyhow::Result<PathBuf> {
    let folder =
        progress::state_folder().ok_or_else(|| StartError("there is no home folder for the kubeconfig; name a file with --kubeconfig FILE".to_owned()))?;
    Ok(folder.join(format!("kubeconfig-{}", loopback.port())))
}

/// A path as a shell reads it.
pub fn quoted(file: &Path) -> String {
    let text = file.display().to_string();
    if text.chars().all(|c| c.is_alphanumeric() || "/._-+".contains(c)) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// The built-in images, and those of the files in front of them.
fn catalogue(files: &[PathBuf]) -> Result<Catalogue, StartError> {
    /// A scenario.yaml names its images under a key of their own.
    #[derive(Deserialize)]
    struct Sidecar {
        images: Catalogue,
    }
    let mut images = scenario::catalogue().clone();
    for file in files {
        let name = file.display().to_string();
        let refuse = |why: String| StartError(format!("--images {name}: {why}"));
        let text = std::fs::read_to_string(file).map_err(|error| refuse(error.to_string()))?;
        let documents = yaml::documents(&name, &text).map_err(|error| refuse(error.to_string()))?;
        for (_, value, _) in documents {
            let read = if value.get("images").is_some_and(|images| images.get("tags").is_none()) {
                serde_json::from_value::<Sidecar>(value).map(|sidecar| sidecar.images)
            } else {
                serde_json::from_value(value)
            };
            images.extend(read.map_err(|error| refuse(error.to_string()))?);
        }
    }
    Ok(images)
}

#[cfg(test)]
mod tests;
