//! What the lab knows of a cluster: small rows, cut from watched objects the moment they arrive. No Kubernetes client here.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::Timestamp;

/// A stable name for an object: its `metadata.uid`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Uid(pub String);

/// Which object: kind and name, in the lab's namespace unless `namespace` says another.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ObjectRef {
    pub kind: String,
    pub namespace: String,
    pub name: String,
}

/// A pod as the table shows it, and what rules and goals ask of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PodRow {
    pub uid: Uid,
    pub name: String,
    pub namespace: String,
    pub labels: BTreeMap<String, String>,
    /// Ready containers of all that count (kubectl's READY).
    pub ready: (u32, u32),
    /// kubectl's STATUS, from kubectl's rules (kubernetes `printers/internalversion/printers.go`).
    pub status: String,
    pub restarts: u32,
    /// When the last restart's container ended, for `3 (12s ago)`.
    pub restarted: Option<Timestamp>,
    pub created: Option<Timestamp>,
    pub deleting: bool,
    pub phase: String,
    pub node: String,
    pub ip: String,
    /// The node that pods of less worth are being driven from for it.
    pub nominated: String,
    /// kubectl's READINESS GATES: how many of them hold; empty without any.
    pub gates: String,
    /// The Ready condition is True.
    pub is_ready: bool,
    pub containers: Vec<ContainerRow>,
    pub conditions: Vec<ConditionRow>,
    /// Owner: kind and name of the controller.
    pub owner: Option<(String, String)>,
    /// ConfigMaps, Secrets and claims that it names.
    pub links: Vec<LinkRow>,
    /// Ports its containers say they listen on.
    pub ports: Vec<PortRow>,
    pub facts: Vec<Fact>,
}

/// A field that may decide a fault: its path and what it says, in one line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fact {
    pub path: String,
    pub text: String,
}

/// A name in an object that another object must bear.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LinkRow {
    pub kind: String,
    pub name: String,
    /// `env`, `volume`, the path of an Ingress, `ready` of an endpoint.
    pub how: String,
    /// The key within the named object.
    pub key: String,
    /// The port of a named Service, by number or name.
    pub port: String,
    /// It may be missing.
    pub optional: bool,
}

/// A port: of a container, or of a Service with the port it leads to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PortRow {
    pub name: String,
    pub port: String,
    /// Number or name of the containers' port.
    pub target: String,
}

/// One container of a pod: what it is made of and what it does now.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ContainerRow {
    pub name: String,
    pub init: bool,
    pub image: String,
    pub pull_policy: String,
    pub ready: bool,
    pub restarts: u32,
    pub state: ContainerState,
    /// The state before the last restart.
    pub last: ContainerState,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub enum ContainerState {
    #[default]
    Unknown,
    Waiting {
        reason: String,
        message: String,
    },
    Running {
        since: Option<Timestamp>,
    },
    Terminated {
        reason: String,
        exit: i32,
        finished: Option<Timestamp>,
    },
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConditionRow {
    pub kind: String,
    pub status: String,
    pub reason: String,
    pub message: String,
}

/// One event object; repeats count up in it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EventRow {
    pub uid: Uid,
    pub about: ObjectRef,
    pub about_uid: Uid,
    /// `spec.containers{app}`, or empty.
    pub field: String,
    pub warning: bool,
    pub reason: String,
    pub message: String,
    pub count: u32,
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    pub source: String,
    /// `metadata.resourceVersion`: the order among events of one second.
    pub version: u64,
}

/// An object of any other kind.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ObjectRow {
    pub uid: Uid,
    pub kind: String,
    pub api_version: String,
    pub namespace: String,
    pub name: String,
    pub labels: BTreeMap<String, String>,
    pub created: Option<Timestamp>,
    pub deleting: bool,
    pub owner: Option<(String, String)>,
    pub conditions: Vec<ConditionRow>,
    /// kubectl's columns for the kind without NAME and AGE, with their headings.
    pub columns: Vec<(String, String)>,
    /// What `-o wide` adds after AGE.
    pub wide: Vec<(String, String)>,
    /// `spec.selector` (matchLabels for workloads).
    pub selector: BTreeMap<String, String>,
    pub replicas: Replicas,
    /// Of an EndpointSlice: addresses by readiness, and the Service it belongs to in `owner`.
    pub endpoints: Endpoints,
    /// Images named in the object's pod template.
    pub images: Vec<String>,
    /// What it, or the pods it makes, name.
    pub links: Vec<LinkRow>,
    /// Of a Service.
    pub ports: Vec<PortRow>,
    /// Another number whenever what is wished for becomes another.
    pub wish: u64,
    pub facts: Vec<Fact>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Replicas {
    pub desired: u32,
    pub current: u32,
    pub updated: u32,
    pub ready: u32,
    pub available: u32,
    /// `status.observedGeneration` has caught up with `metadata.generation`.
    pub observed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Endpoints {
    pub ready: u32,
    pub not_ready: u32,
}

/// A node: what it holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NodeRow {
    pub uid: Uid,
    pub name: String,
    pub created: Option<Timestamp>,
    /// kubectl's columns but NAME and AGE.
    pub columns: Vec<(String, String)>,
    /// Names of cached images and their bytes.
    pub images: Vec<(Vec<String>, u64)>,
    pub facts: Vec<Fact>,
}

/// A row of any kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    Pod(PodRow),
    Event(EventRow),
    Object(ObjectRow),
    Node(NodeRow),
}

/// What a watch says.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "nearly every change is a row, and it is moved once")]
pub enum Change {
    /// A row is new or different.
    Put(Row),
    /// The object is gone.
    Gone { kind: String, uid: Uid },
    /// A list was read anew: of this kind only these live.
    Relisted { kind: String, live: Vec<Uid> },
}

impl Change {
    /// The kind of what changed.
    #[must_use]
    pub fn kind(&self) -> &str {
        match self {
            Self::Put(Row::Pod(_)) => "Pod",
            Self::Put(Row::Event(_)) => "Event",
            Self::Put(Row::Object(row)) => &row.kind,
            Self::Put(Row::Node(_)) => "Node",
            Self::Gone { kind, .. } | Self::Relisted { kind, .. } => kind,
        }
    }
}

/// All rows of the lab's namespace.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Snapshot {
    pub pods: BTreeMap<Uid, PodRow>,
    pub events: BTreeMap<Uid, EventRow>,
    pub objects: BTreeMap<Uid, ObjectRow>,
    pub nodes: BTreeMap<Uid, NodeRow>,
    /// Kinds of which all that there is was read: what is not here does not exist.
    pub listed: BTreeSet<String>,
}

impl Snapshot {
    /// Takes a change in. Returns whether anything is different now.
    pub fn take(&mut self, change: Change) -> bool {
        match change {
            Change::Put(Row::Pod(row)) => put(&mut self.pods, row.uid.clone(), row),
            Change::Put(Row::Event(row)) => put(&mut self.events, row.uid.clone(), row),
            Change::Put(Row::Object(row)) => put(&mut self.objects, row.uid.clone(), row),
            Change::Put(Row::Node(row)) => put(&mut self.nodes, row.uid.clone(), row),
            Change::Gone { uid, .. } => {
                self.pods.remove(&uid).is_some() | self.events.remove(&uid).is_some() | self.objects.remove(&uid).is_some() | self.nodes.remove(&uid).is_some()
            }
            Change::Relisted { kind, live } => {
                let before = self.len();
                let live: HashSet<&Uid> = live.iter().collect();
                let lives = |uid: &Uid| live.contains(uid);
                match kind.as_str() {
                    "Pod" => self.pods.retain(|uid, _| lives(uid)),
                    "Event" => self.events.retain(|uid, _| lives(uid)),
                    "Node" => self.nodes.retain(|uid, _| lives(uid)),
                    _ => self.objects.retain(|uid, row| row.kind != kind || lives(uid)),
                }
                self.listed.insert(kind) | (self.len() != before)
            }
        }
    }

    /// Pods in the order they were made.
    #[must_use]
    pub fn pods_by_age(&self) -> Vec<&PodRow> {
        let mut rows: Vec<_> = self.pods.values().collect();
        rows.sort_by(|a, b| (a.created, &a.name).cmp(&(b.created, &b.name)));
        rows
    }

    /// Pods as `kubectl get pods` lists them.
    #[must_use]
    pub fn pods_by_name(&self) -> Vec<&PodRow> {
        let mut rows: Vec<_> = self.pods.values().collect();
        rows.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
        rows
    }

    /// Events in the order they were last seen.
    #[must_use]
    pub fn events_by_last(&self) -> Vec<&EventRow> {
        let mut rows: Vec<_> = self.events.values().collect();
        rows.sort_by(|a, b| (a.last, a.version, &a.uid).cmp(&(b.last, b.version, &b.uid)));
        rows
    }

    /// Objects of a kind by name.
    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a ObjectRow> {
        self.objects.values().filter(move |row| row.kind == kind)
    }

    fn len(&self) -> usize {
        self.pods.len() + self.events.len() + self.objects.len() + self.nodes.len()
    }
}

fn put<R: PartialEq>(rows: &mut BTreeMap<Uid, R>, uid: Uid, row: R) -> bool {
    if rows.get(&uid) == Some(&row) {
        return false;
    }
    rows.insert(uid, row);
    true
}
