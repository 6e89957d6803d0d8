//! The table of kinds every practice cluster serves: adding a kind is adding a row. A cluster may define further ones.

mod rows;

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

pub use self::rows::*;
use super::custom::Custom;

const VERBS: &[&str] = &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/// A kind of the API: where it lives and what it is called.
#[derive(Debug)]
pub struct Kind {
    /// API group, empty for core.
    pub group: &'static str,
    pub version: &'static str,
    pub kind: &'static str,
    pub plural: &'static str,
    pub singular: &'static str,
    pub short: &'static [&'static str],
    pub namespaced: bool,
    /// Groups of kinds that `kubectl get` takes as one, such as `all`.
    pub categories: &'static [&'static str],
    /// What may be done with its objects.
    pub verbs: &'static [&'static str],
    /// Subresources besides the object itself, such as `status` or `scale`.
    pub subresources: &'static [&'static str],
    /// Whether a change of `spec` counts `metadata.generation` up.
    pub generation: bool,
    /// The kind under which its objects are kept, where this is only another form of them.
    pub stored: Option<&'static Kind>,
    /// What a cluster's own definition says of it.
    pub custom: Option<&'static Custom>,
}

/// A kind is what it is called and where; a definition may change the rest.
impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        self.names() == other.names()
    }
}

impl Eq for Kind {}

impl Hash for Kind {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.names().hash(state);
    }
}

impl PartialOrd for Kind {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Kind {
    fn cmp(&self, other: &Self) -> Ordering {
        self.names().cmp(&other.names())
    }
}

const fn namespaced(group: &'static str, version: &'static str, kind: &'static str, plural: &'static str, singular: &'static str) -> Kind {
    Kind {
        group,
        version,
        kind,
        plural,
        singular,
        short: &[],
        namespaced: true,
        categories: &[],
        verbs: VERBS,
        subresources: &[],
        generation: false,
        stored: None,
        custom: None,
    }
}

const fn global(group: &'static str, version: &'static str, kind: &'static str, plural: &'static str, singular: &'static str) -> Kind {
    let mut row = namespaced(group, version, kind, plural, singular);
    row.namespaced = false;
    row
}

/// What a row adds to a kind's names.
impl Kind {
    const fn short(mut self, short: &'static [&'static str]) -> Self {
        self.short = short;
        self
    }

    const fn category(mut self, categories: &'static [&'static str]) -> Self {
        self.categories = categories;
        self
    }

    const fn sub(mut self, subresources: &'static [&'static str]) -> Self {
        self.subresources = subresources;
        self
    }

    const fn counted(mut self) -> Self {
        self.generation = true;
        self
    }

    const fn only(mut self, verbs: &'static [&'static str]) -> Self {
        self.verbs = verbs;
        self
    }

    const fn stored(mut self, kind: &'static Kind) -> Self {
        self.stored = Some(kind);
        self
    }
}

impl Kind {
    fn names(&self) -> (&'static str, &'static str, &'static str) {
        (self.group, self.version, self.plural)
    }

    /// Under what its objects are kept, whatever the version.
    #[must_use]
    pub fn key(&'static self) -> (&'static str, &'static str) {
        (self.storage().group, self.plural)
    }

    /// The name by which Kubernetes itself knows what to do with it; empty where the cluster defined it, whatever it is called.
    #[must_use]
    pub fn built_in(&self) -> &'static str {
        if self.custom.is_some() { "" } else { self.kind }
    }

    /// The kind of its lists.
    #[must_use]
    pub fn list_kind(&self) -> String {
        match self.custom {
            Some(custom) => custom.list_kind.clone(),
            None => format!("{}List", self.kind),
        }
    }

    /// Whether requests for it are answered.
    #[must_use]
    pub fn served(&self) -> bool {
        self.custom.is_none_or(|custom| custom.served)
    }

    /// The kind in whose form its objects are kept; what a cluster defined is kept as it was written.
    #[must_use]
    pub fn storage(&'static self) -> &'static Kind {
        self.stored.filter(|_| self.custom.is_none()).unwrap_or(self)
    }

    /// `apps/v1`, or `v1` for core.
    #[must_use]
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// `deployments.apps`, or `pods` for core: how errors name the resource.
    #[must_use]
    pub fn qualified(&self) -> String {
        if self.group.is_empty() {
            self.plural.to_owned()
        } else {
            format!("{}.{}", self.plural, self.group)
        }
    }
}

/// The fields besides name and namespace that a field selector may name.
#[must_use]
pub fn selectable(kind: &Kind) -> &'static [&'static str] {
    if let Some(custom) = kind.custom {
        return &custom.selectable;
    }
    match kind.built_in() {
        "Pod" => &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.podIPs",
            "status.nominatedNodeName",
        ],
        "Event" => &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ],
        "Node" => &["spec.unschedulable"],
        "Namespace" => &["status.phase"],
        "Secret" => &["type"],
        "Service" => &["spec.clusterIP", "spec.type"],
        "ReplicaSet" | "ReplicationController" => &["status.replicas"],
        "Job" => &["status.successful"],
        "CertificateSigningRequest" => &["spec.signerName"],
        _ => &[],
    }
}

/// The kind with this `kind` name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|kind| kind.kind == name)
}

/// The kind that a word of a command line means: `pods`, `pod`, `po`, `deployments.apps`.
#[must_use]
pub fn find(word: &str) -> Option<&'static Kind> {
    let word = word.to_lowercase();
    let (name, group) = word.split_once('.').unwrap_or((&word, ""));
    let means = |kind: &&Kind| kind.plural == name || kind.singular == name || kind.short.contains(&name);
    KINDS.iter().copied().find(|kind| means(kind) && (group.is_empty() || kind.group == group))
}
