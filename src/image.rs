//! How a container image behaves: which tags exist and what its process does. A leaf that scenarios and the
//! practice cluster share, in one YAML form.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};

/// Images by repository name as written in manifests (`nginx`, `acme/shop`, `registry.k8s.io/pause`).
pub type Catalogue = BTreeMap<String, Image>;

/// One repository and the behaviour of every image in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Image {
    /// Tags that exist; any other is `not found`.
    pub tags: Vec<String>,
    /// What the main process does, in order.
    // its containers share it
    pub run: Arc<Vec<Step>>,
    /// The image is for commands given to it; alone it ends at once with 0.
    pub shell: bool,
    /// The process is kubectl itself.
    pub kubectl: bool,
    /// The user of the image, a name or an id; root when absent.
    #[serde(deserialize_with = "text")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub user: Option<String>,
    pub env: BTreeMap<String, String>,
    pub ports: Vec<u16>,
    /// How the registry answers a pull instead of by its tags.
    pub registry: Option<Refusal>,
}

/// What a main process does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    Log(String),
    /// Variables that must be set; the text is printed to stderr and the exit code is 1 when one is not.
    NeedEnv(BTreeMap<String, String>),
    NeedFile(BTreeMap<String, String>),
    /// Arguments that the container must be given, as they stand.
    NeedArg(BTreeMap<String, String>),
    /// Seconds.
    Sleep(u64),
    /// Memory taken and kept, as a Kubernetes quantity (`100Mi`).
    Use(String),
    Exit(i32),
    /// Port to paths: 200 on the paths, 404 elsewhere.
    Serve(BTreeMap<u16, Vec<String>>),
    Stay,
}

/// How a registry refuses a pull when the image is not simply there or not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// The repository does not exist or is private.
    Denied,
    /// HTTP 401.
    Unauthorized,
    /// HTTP 429.
    RateLimited,
    Timeout,
    UnknownHost,
    ManifestUnknown,
}

fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(i64),
        Text(String),
    }
    Ok(Option::<Either>::deserialize(from)?.map(|either| match either {
        Either::Number(number) => number.to_string(),
        Either::Text(text) => text,
    }))
}
