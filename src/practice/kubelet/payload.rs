//! What the kubelet writes into a volume that is made of ConfigMaps, Secrets, the pod's own fields and its token.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Weak};

use jiff::Timestamp;
use serde_json::Value;

use super::config::{bytes, field, resource};
use crate::practice::field::{items, text};
use crate::practice::kind::{CONFIG_MAP, Kind, SECRET};
use crate::practice::runtime::files::Tree;
use crate::practice::runtime::root;
use crate::practice::world::World;

/// A file as it is to be written.
#[derive(Debug, Hash)]
struct Projection {
    content: Vec<u8>,
    mode: u32,
    owner: i64,
}

type Projections = BTreeMap<String, Projection>;

/// The files for one volume of one pod.
#[derive(Debug, Default, Hash)]
pub(super) struct Payload {
    /// What other pods may have alike.
    alike: Projections,
    /// What only this pod has.
    own: Projections,
    group: Option<i64>,
}

/// Files that several pods have alike, by what they hold.
pub(super) type Shared = BTreeMap<u64, Weak<Tree>>;

fn number(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// The sources of a volume, when it is made of any.
pub(super) fn sources(volume: &Value) -> Option<(&Value, &[Value])> {
    let plain = ["configMap", "secret", "downwardAPI"].into_iter().find(|field| !volume[*field].is_null());
    match plain {
        Some(field) => Some((&volume[field], std::slice::from_ref(volume))),
        None if volume["projected"].is_null() => None,
        None => Some((&volume["projected"], items(&volume["projected"]["sources"]))),
    }
}

impl Payload {
    /// The files of a volume that is made of sources.
    pub(super) fn of(world: &World, pod: &Value, volume: &Value) -> Option<Self> {
        let (whole, sources) = sources(volume)?;
        let mode = whole["defaultMode"].as_u64().and_then(|mode| u32::try_from(mode).ok()).unwrap_or(0o644);
        let mut payload = Self {
            group: pod["spec"]["securityContext"]["fsGroup"].as_i64(),
            ..Self::default()
        };
        for source in sources {
            payload.object(world, pod, &source["configMap"], &CONFIG_MAP, mode);
            payload.object(world, pod, &source["secret"], &SECRET, mode);
            payload.fields(world, pod, &source["downwardAPI"], mode);
            if let Some(path) = source["serviceAccountToken"]["path"].as_str() {
                payload.own.insert(path.to_owned(), token(pod, mode, payload.group));
            }
        }
        Some(payload)
    }

    /// The keys of a ConfigMap or Secret.
    fn object(&mut self, world: &World, pod: &Value, source: &Value, kind: &'static Kind, mode: u32) {
        if source.is_null() {
            return;
        }
        let name = source["secretName"].as_str().unwrap_or_else(|| text(&source["name"]));
        let chosen = items(&source["items"]);
        for (key, content) in bytes(world, pod, kind, name).unwrap_or_default() {
            let item = chosen.iter().find(|item| item["key"] == *key);
            if item.is_none() && !chosen.is_empty() {
                continue;
            }
            let path = item.map_or(key, |item| text(&item["path"]).to_owned());
            let mode = item.map_or(mode, |item| own_mode(item, mode));
            self.alike.insert(path, Projection { content, mode, owner: 0 });
        }
    }

    /// The fields of the pod that the downward API gives.
    fn fields(&mut self, world: &World, pod: &Value, source: &Value, mode: u32) {
        for item in items(&source["items"]) {
            let content = match item["fieldRef"]["fieldPath"].as_str() {
                Some(path) => field(pod, path),
                None => resource(world, pod, &Value::Null, &item["resourceFieldRef"]),
            };
            let projection = Projection {
                content: content.into_bytes(),
                mode: own_mode(item, mode),
                owner: 0,
            };
            self.own.insert(text(&item["path"]).to_owned(), projection);
        }
    }

    /// A number that changes with what the files hold.
    pub(super) fn version(&self) -> u64 {
        number(self)
    }

    /// The files as a tree, over what other pods have alike.
    pub(super) fn tree(&self, shared: &mut Shared, now: Timestamp) -> Arc<Tree> {
        let alike = (&self.alike, self.group);
        let number = number(&alike);
        let known = shared.get(&number).and_then(Weak::upgrade);
        let base = known.unwrap_or_else(|| {
            let tree = Arc::new(self.written(root::volume(0o755, now), &self.alike, now));
            shared.retain(|_, tree| tree.strong_count() > 0);
            shared.insert(number, Arc::downgrade(&tree));
            tree
        });
        if self.own.is_empty() {
            return base;
        }
        let over = Tree {
            base: Some(base),
            ..Tree::default()
        };
        Arc::new(self.written(over, &self.own, now))
    }

    fn written(&self, mut tree: Tree, files: &Projections, now: Timestamp) -> Tree {
        for (path, file) in files {
            let path = format!("/{path}");
            tree.file(&path, file.content.as_slice(), file.mode, now);
            if let Some(entry) = tree.entries.get_mut(&path) {
                entry.owner = file.owner;
            }
        }
        if let Some(group) = self.group {
            tree.give(group);
        }
        tree
    }
}

fn own_mode(item: &Value, mode: u32) -> u32 {
    item["mode"].as_u64().and_then(|own| u32::try_from(own).ok()).unwrap_or(mode)
}

/// The token's file: it names the account, for the programs here that speak to the API.
fn token(pod: &Value, mode: u32, group: Option<i64>) -> Projection {
    let account = pod["spec"]["serviceAccountName"].as_str().unwrap_or("default");
    let content = format!("practice.{}.{account}.{}", text(&pod["metadata"]["namespace"]), text(&pod["metadata"]["uid"]));
    let user = only_user(pod);
    // Nobody else need read it when it is known who will.
    let mode = if user.is_some() || group.is_some() { 0o600 } else { mode };
    Projection {
        content: content.into_bytes(),
        mode,
        owner: user.unwrap_or(0),
    }
}

/// The user that all containers of a pod are told to run as, when it is one.
fn only_user(pod: &Value) -> Option<i64> {
    let spec = &pod["spec"];
    let common = spec["securityContext"]["runAsUser"].as_i64();
    let containers = items(&spec["initContainers"]).iter().chain(items(&spec["containers"]));
    let mut users = containers.map(|container| container["securityContext"]["runAsUser"].as_i64().or(common));
    let first = users.next()??;
    users.all(|user| user == Some(first)).then_some(first)
}
