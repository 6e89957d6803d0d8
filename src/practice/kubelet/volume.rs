//! The files of a pod's volumes, where they are mounted, or why a volume cannot be set up.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::config::bytes;
use super::machine::Machine;
use super::payload::Payload;
use super::process::Volumes;
use crate::practice::field::{items, milli, text};
use crate::practice::kind::{CONFIG_MAP, Kind, NODE, SECRET};
use crate::practice::runtime::files::{Medium, SharedTree, Tree};
use crate::practice::runtime::written::Written;
use crate::practice::runtime::{hold, root};
use crate::practice::world::World;

/// The first volume that cannot be set up, with the reason.
pub fn unmountable(world: &World, pod: &Value, shared: &Volumes) -> Option<(String, String)> {
    items(&pod["spec"]["volumes"]).iter().find_map(|volume| {
        let why = wrong_type(pod, volume, shared).or_else(|| lacks(world, pod, volume))?;
        Some((text(&volume["name"]).to_owned(), why))
    })
}

/// What a volume is to be made of and is not there.
fn lacks(world: &World, pod: &Value, volume: &Value) -> Option<String> {
    let sources = [&volume["configMap"], &volume["secret"]].into_iter().filter(|source| !source.is_null());
    let projected = items(&volume["projected"]["sources"])
        .iter()
        .flat_map(|source| [&source["configMap"], &source["secret"]])
        .filter(|source| !source.is_null());
    let mut all: Vec<String> = sources.chain(projected).filter_map(|source| lacking(world, pod, volume, source)).collect();
    if all.len() > 1 { Some(format!("[{}]", all.join(", "))) } else { all.pop() }
}

/// Folders that every machine has.
const FOLDERS: [&str; 24] = [
    "/",
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/etc/kubernetes",
    "/home",
    "/lib",
    "/mnt",
    "/opt",
    "/proc",
    "/root",
    "/run",
    "/srv",
    "/sys",
    "/sys/fs/cgroup",
    "/tmp",
    "/usr",
    "/usr/bin",
    "/var",
    "/var/lib",
    "/var/lib/kubelet",
    "/var/log",
    "/var/log/pods",
];
const FILES: [&str; 6] = [
    "/etc/hostname",
    "/etc/hosts",
    "/etc/localtime",
    "/etc/machine-id",
    "/etc/os-release",
    "/etc/resolv.conf",
];
const SOCKETS: [&str; 2] = ["/run/containerd/containerd.sock", "/var/run/containerd/containerd.sock"];

/// The key of a path of the pod's node among what outlives pods.
fn on_node(pod: &Value, path: &str) -> String {
    format!("{}:{path}", text(&pod["spec"]["nodeName"]))
}

/// Why a path of the node is not of the type that the pod asks for.
fn wrong_type(pod: &Value, volume: &Value, shared: &Volumes) -> Option<String> {
    let path = volume["hostPath"]["path"].as_str()?;
    let plain = if path == "/" { path } else { path.trim_end_matches('/') };
    let folder = FOLDERS.contains(&plain) || shared.contains_key(&on_node(pod, path));
    let (right, wanted) = match text(&volume["hostPath"]["type"]) {
        "Directory" => (folder, "directory"),
        "File" => (FILES.contains(&plain), "file"),
        "Socket" => (SOCKETS.contains(&plain), "socket file"),
        "CharDevice" => (matches!(plain, "/dev/null" | "/dev/zero" | "/dev/random" | "/dev/urandom"), "character device"),
        "BlockDevice" => (false, "block device"),
        _ => return None,
    };
    (!right).then(|| format!("hostPath type check failed: {path} is not a {wanted}"))
}

fn source_of(volume: &Value, source: &Value) -> (&'static Kind, String) {
    let secret = source.get("secretName").is_some() || items(&volume["projected"]["sources"]).iter().any(|projected| &projected["secret"] == source);
    let kind = if secret { &SECRET } else { &CONFIG_MAP };
    (
        kind,
        source["secretName"].as_str().or_else(|| source["name"].as_str()).unwrap_or_default().to_owned(),
    )
}

fn lacking(world: &World, pod: &Value, volume: &Value, source: &Value) -> Option<String> {
    if source["optional"] == true {
        return None;
    }
    let (kind, name) = source_of(volume, source);
    match bytes(world, pod, kind, &name) {
        // Every namespace gets the CA bundle; the token volume never holds a pod up for longer than that takes.
        Err(_) if name == "kube-root-ca.crt" => None,
        Err(why) => Some(why),
        Ok(data) => {
            let missing = items(&source["items"])
                .iter()
                .map(|item| text(&item["key"]))
                .find(|key| !data.contains_key(*key))?;
            Some(if kind == &SECRET {
                format!("references non-existent secret key: {missing}")
            } else {
                format!("configmap references non-existent config key: {missing}")
            })
        }
    }
}

/// What the files of a pod's volumes are made of, as a number that changes with it.
pub fn sources(world: &World, pod: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    let metadata = &pod["metadata"];
    let told = (&metadata["generation"], &metadata["labels"], &metadata["annotations"]);
    (world.store.changed(&CONFIG_MAP), world.store.changed(&SECRET), told).hash(&mut hasher);
    hasher.finish()
}

/// Brings the pod's volumes to what they hold now.
pub fn refresh(world: &World, pod: &Value, volumes: &mut Volumes, machine: &mut Machine) {
    for volume in items(&pod["spec"]["volumes"]) {
        let name = text(&volume["name"]).to_owned();
        let fresh = || Arc::new(Mutex::new(empty(world, pod, volume)));
        let namespace = text(&pod["metadata"]["namespace"]);
        // What outlives the pod is kept under the claim's or the node's own name.
        let lasting = if let Some(claim) = volume["persistentVolumeClaim"]["claimName"].as_str() {
            Some(format!("{namespace}/{claim}"))
        } else {
            volume["hostPath"]["path"].as_str().map(|path| on_node(pod, path))
        };
        let tree = match lasting {
            Some(key) => machine.volumes.entry(key).or_insert_with(fresh).clone(),
            None => volumes.get(&name).cloned().unwrap_or_else(fresh),
        };
        write(world, pod, volume, &tree, machine);
        volumes.insert(name, tree);
    }
}

/// An empty folder for a volume.
fn empty(world: &World, pod: &Value, volume: &Value) -> Tree {
    let in_memory = matches!(medium(world, pod, volume), Medium::Memory(_));
    let mut tree = root::volume(if in_memory { 0o1777 } else { 0o777 }, world.now);
    let managed = volume["hostPath"].is_null() && volume["persistentVolumeClaim"].is_null();
    let group = pod["spec"]["securityContext"]["fsGroup"].as_i64().filter(|_| managed);
    if let Some(group) = group {
        tree.give(group);
    }
    tree
}

/// Writes what a volume is made of, unless it stays the same or something lacks.
fn write(world: &World, pod: &Value, volume: &Value, tree: &SharedTree, machine: &mut Machine) {
    let Some(payload) = Payload::of(world, pod, volume) else { return };
    let version = payload.version();
    let same = hold(tree).written.as_ref().is_some_and(|written| written.version == version);
    if same || lacks(world, pod, volume).is_some() {
        return;
    }
    let mut hasher = DefaultHasher::new();
    (text(&pod["metadata"]["uid"]), text(&volume["name"]), world.now).hash(&mut hasher);
    let files = payload.tree(&mut machine.payloads, world.now);
    let mut tree = hold(tree);
    let written = Written::new(tree.written.as_deref(), files, version, world.now, hasher.finish() as u32);
    tree.written = Some(Box::new(written));
}

/// What a volume is kept on.
pub fn medium(world: &World, pod: &Value, volume: &Value) -> Medium {
    let in_memory = ["secret", "downwardAPI", "projected"].iter().any(|field| !volume[*field].is_null());
    if !in_memory && volume["emptyDir"]["medium"] != "Memory" {
        return Medium::Disk;
    }
    let node = || world.store.get(&NODE, "", text(&pod["spec"]["nodeName"])).unwrap_or_default();
    let own = milli(&volume["emptyDir"]["sizeLimit"]);
    let limits = items(&pod["spec"]["containers"])
        .iter()
        .map(|spec| milli(&spec["resources"]["limits"]["memory"]));
    let pods: i128 = if limits.clone().all(|limit| limit > 0) {
        limits.sum()
    } else {
        milli(&node()["status"]["allocatable"]["memory"])
    };
    let bytes = if own > 0 { own.min(pods) } else { pods } / 1000;
    Medium::Memory(u64::try_from(bytes).unwrap_or(0))
}
