//! The table of kinds the practice cluster serves: adding a kind is adding a row.

mod rows;

pub use self::rows::*;

const VERBS: &[&str] = &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/// A kind of the API: where it lives and what it is called.
#[derive(Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
    /// The kind under which its objects are kept.
    #[must_use]
    pub fn storage(&'static self) -> &'static Kind {
        self.stored.unwrap_or(self)
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

/// The kinds whose objects are kept: not those that are another form of one, nor reviews, which are answered and forgotten.
pub fn kept() -> impl Iterator<Item = &'static Kind> {
    KINDS.iter().copied().filter(|kind| kind.stored.is_none() && kind.verbs.contains(&"watch"))
}

/// The fields besides name and namespace that a field selector may name.
#[must_use]
pub fn selectable(kind: &Kind) -> &'static [&'static str] {
    match kind.kind {
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

/// The kind served under a group, version and plural.
#[must_use]
pub fn by_plural(group: &str, version: &str, plural: &str) -> Option<&'static Kind> {
    KINDS
        .iter()
        .copied()
        .find(|kind| kind.group == group && kind.version == version && kind.plural == plural)
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
