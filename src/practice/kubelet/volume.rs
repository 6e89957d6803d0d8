//! The files of a pod's volumes, where they are mounted, or why a volume cannot be set up.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::config::{data, expand, field, resource};
use super::process::Volumes;
use crate::practice::field::{items, text};
use crate::practice::kind::{CONFIG_MAP, Kind, SECRET};
use crate::practice::runtime::files::Mount;
use crate::practice::runtime::{hold, root};
use crate::practice::world::World;

/// The first volume that cannot be set up, with the reason.
pub fn unmountable(world: &World, pod: &Value, shared: &Volumes) -> Option<(String, String)> {
    items(&pod["spec"]["volumes"]).iter().find_map(|volume| {
        if let Some(why) = wrong_type(pod, volume, shared) {
            return Some((text(&volume["name"]).to_owned(), why));
        }
        let sources = [&volume["configMap"], &volume["secret"]].into_iter().filter(|source| !source.is_null());
        let projected = items(&volume["projected"]["sources"])
            .iter()
            .flat_map(|source| [&source["configMap"], &source["secret"]])
            .filter(|source| !source.is_null());
        let mut lacks: Vec<String> = sources.chain(projected).filter_map(|source| lacking(world, pod, volume, source)).collect();
        let why = if lacks.len() > 1 { format!("[{}]", lacks.join(", ")) } else { lacks.pop()? };
        Some((text(&volume["name"]).to_owned(), why))
    })
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
    match data(world, pod, kind, &name) {
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
pub fn refresh(world: &World, pod: &Value, volumes: &mut Volumes, shared: &mut Volumes) {
    for volume in items(&pod["spec"]["volumes"]) {
        let name = text(&volume["name"]).to_owned();
        let now = world.now;
        let fresh = || Arc::new(Mutex::new(root::empty(now)));
        let namespace = text(&pod["metadata"]["namespace"]);
        // What outlives the pod is kept under the claim's or the node's own name.
        let lasting = if let Some(claim) = volume["persistentVolumeClaim"]["claimName"].as_str() {
            Some(format!("{namespace}/{claim}"))
        } else {
            volume["hostPath"]["path"].as_str().map(|path| on_node(pod, path))
        };
        let tree = match lasting {
            Some(key) => shared.entry(key).or_insert_with(fresh).clone(),
            None => volumes.get(&name).cloned().unwrap_or_else(fresh),
        };
        if let Some(files) = files(world, pod, volume) {
            hold(&tree).refresh(&files, 0o644, now);
        }
        volumes.insert(name, tree);
    }
}

/// The files of a volume that is made of objects.
fn files(world: &World, pod: &Value, volume: &Value) -> Option<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    let projected = !volume["projected"].is_null();
    let sources = if projected {
        items(&volume["projected"]["sources"])
    } else {
        std::slice::from_ref(volume)
    };
    let mut known = projected;
    for source in sources {
        for field in ["configMap", "secret"] {
            let source = &source[field];
            if source.is_null() {
                continue;
            }
            known = true;
            let kind = if field == "secret" { &SECRET } else { &CONFIG_MAP };
            let name = source["secretName"].as_str().unwrap_or_else(|| text(&source["name"]));
            let chosen = items(&source["items"]);
            for (key, content) in data(world, pod, kind, name).unwrap_or_default() {
                match chosen.iter().find(|item| item["key"] == *key) {
                    Some(item) => drop(files.insert(text(&item["path"]).to_owned(), content)),
                    None if chosen.is_empty() => drop(files.insert(key, content)),
                    None => {}
                }
            }
        }
        known |= !source["downwardAPI"].is_null();
        for item in items(&source["downwardAPI"]["items"]) {
            let content = match item["fieldRef"]["fieldPath"].as_str() {
                Some(path) => field(pod, path),
                None => resource(world, pod, &Value::Null, &item["resourceFieldRef"]),
            };
            files.insert(text(&item["path"]).to_owned(), content);
        }
        if let Some(path) = source["serviceAccountToken"]["path"].as_str() {
            files.insert(path.to_owned(), token(pod));
        }
    }
    known.then_some(files)
}

/// What stands in the token's file: it names the account, for the programs here that speak to the API.
fn token(pod: &Value) -> String {
    let account = pod["spec"]["serviceAccountName"].as_str().unwrap_or("default");
    format!("practice.{}.{account}.{}", text(&pod["metadata"]["namespace"]), text(&pod["metadata"]["uid"]))
}

/// Where a container's volumes are mounted.
pub fn mounts(spec: &Value, env: &BTreeMap<String, String>, volumes: &Volumes) -> Vec<Mount> {
    let mount = |mount: &Value| {
        let sub = mount["subPath"].as_str().map(str::to_owned);
        let sub = sub.or_else(|| mount["subPathExpr"].as_str().map(|path| expand(path, env))).unwrap_or_default();
        let sub = sub.trim_matches('/');
        Some(Mount {
            at: text(&mount["mountPath"]).trim_end_matches('/').to_owned(),
            tree: volumes.get(text(&mount["name"]))?.clone(),
            sub: if sub.is_empty() { String::new() } else { format!("/{sub}") },
            read_only: mount["readOnly"] == true,
        })
    };
    items(&spec["volumeMounts"]).iter().filter_map(mount).collect()
}
