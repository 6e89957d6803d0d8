//! What a container gets from outside: its environment and the files of its volumes, or why it cannot have them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::process::Volumes;
use crate::image::Image;
use crate::practice::field::{int, items, milli, text};
use crate::practice::kind::{CONFIG_MAP, Kind, NODE, SECRET, SERVICE};
use crate::practice::runtime::files::Mount;
use crate::practice::runtime::{hold, root};
use crate::practice::world::World;

/// The environment of a container.
///
/// # Errors
/// The kubelet's text when a reference cannot be resolved.
pub fn environment(world: &World, pod: &Value, spec: &Value, image: &Image) -> Result<BTreeMap<String, String>, String> {
    let mut env = image.env.clone();
    env.extend(services(world, pod));
    for source in items(&spec["envFrom"]) {
        env.extend(whole(world, pod, source)?);
    }
    for variable in items(&spec["env"]) {
        let name = text(&variable["name"]).to_owned();
        let value = match variable.get("valueFrom").filter(|from| !from.is_null()) {
            Some(from) => from_source(world, pod, spec, from)?,
            None => Some(expand(text(&variable["value"]), &env)),
        };
        if let Some(value) = value {
            env.insert(name, value);
        }
    }
    Ok(env)
}

/// The variables that tell of Services: those of the pod's namespace, and always the API's.
fn services(world: &World, pod: &Value) -> BTreeMap<String, String> {
    let namespace = text(&pod["metadata"]["namespace"]);
    let own = world
        .store
        .objects(&SERVICE, Some(namespace))
        .into_iter()
        .filter(|_| pod["spec"]["enableServiceLinks"] != false);
    let api = world.store.get(&SERVICE, "default", "kubernetes");
    let mut env = BTreeMap::new();
    for service in own.chain(api) {
        let address = text(&service["spec"]["clusterIP"]);
        if matches!(address, "" | "None") {
            continue;
        }
        let name = text(&service["metadata"]["name"]).to_uppercase().replace('-', "_");
        env.insert(format!("{name}_SERVICE_HOST"), address.to_owned());
        for (index, port) in items(&service["spec"]["ports"]).iter().enumerate() {
            let number = int(&port["port"]);
            if index == 0 {
                env.insert(format!("{name}_SERVICE_PORT"), number.to_string());
                env.insert(format!("{name}_PORT"), format!("tcp://{address}:{number}"));
            }
            if let Some(called) = port["name"].as_str().filter(|called| !called.is_empty()) {
                env.insert(format!("{name}_SERVICE_PORT_{}", called.to_uppercase().replace('-', "_")), number.to_string());
            }
            let long = format!("{name}_PORT_{number}_TCP");
            env.insert(long.clone(), format!("tcp://{address}:{number}"));
            env.insert(format!("{long}_PROTO"), "tcp".to_owned());
            env.insert(format!("{long}_PORT"), number.to_string());
            env.insert(format!("{long}_ADDR"), address.to_owned());
        }
    }
    env
}

/// `$(NAME)` in command, args and values, as Kubernetes expands it; `$$` is a dollar.
pub fn expand(text: &str, env: &BTreeMap<String, String>) -> String {
    let (mut expanded, mut rest) = (String::new(), text);
    while let Some(at) = rest.find('$') {
        expanded += &rest[..at];
        let after = &rest[at + 1..];
        if let Some(after) = after.strip_prefix('$') {
            expanded.push('$');
            rest = after;
        } else if let Some((name, left)) = after.strip_prefix('(').and_then(|inside| inside.split_once(')')) {
            match env.get(name) {
                Some(value) => expanded += value,
                None => expanded += &format!("$({name})"),
            }
            rest = left;
        } else {
            expanded.push('$');
            rest = after;
        }
    }
    expanded + rest
}

/// All keys of a ConfigMap or Secret.
fn whole(world: &World, pod: &Value, source: &Value) -> Result<BTreeMap<String, String>, String> {
    let prefix = text(&source["prefix"]);
    for (field, kind) in [("configMapRef", &CONFIG_MAP), ("secretRef", &SECRET)] {
        let reference = &source[field];
        if reference.is_null() {
            continue;
        }
        let data = match data(world, pod, kind, text(&reference["name"])) {
            Err(_) if reference["optional"] == true => BTreeMap::new(),
            other => other?,
        };
        return Ok(data.into_iter().map(|(key, value)| (format!("{prefix}{key}"), value)).collect());
    }
    Ok(BTreeMap::new())
}

fn from_source(world: &World, pod: &Value, spec: &Value, from: &Value) -> Result<Option<String>, String> {
    for (field, kind) in [("configMapKeyRef", &CONFIG_MAP), ("secretKeyRef", &SECRET)] {
        let reference = &from[field];
        if reference.is_null() {
            continue;
        }
        let (name, key) = (text(&reference["name"]), text(&reference["key"]));
        let namespace = text(&pod["metadata"]["namespace"]);
        let found = data(world, pod, kind, name).and_then(|data| {
            data.get(key)
                .cloned()
                .ok_or_else(|| format!("couldn't find key {key} in {} {namespace}/{name}", kind.kind))
        });
        return if reference["optional"] == true { Ok(found.ok()) } else { found.map(Some) };
    }
    if let Some(path) = from["fieldRef"]["fieldPath"].as_str() {
        return Ok(Some(field(pod, path)));
    }
    if !from["resourceFieldRef"].is_null() {
        return Ok(Some(resource(world, pod, spec, &from["resourceFieldRef"])));
    }
    Ok(None)
}

/// A field of the pod as the downward API gives it.
pub fn field(pod: &Value, path: &str) -> String {
    let map = |map: &Value| {
        let pairs = map.as_object().into_iter().flatten();
        pairs.map(|(key, value)| format!("{key}={:?}", text(value))).collect::<Vec<_>>().join("\n")
    };
    match path {
        "metadata.labels" => map(&pod["metadata"]["labels"]),
        "metadata.annotations" => map(&pod["metadata"]["annotations"]),
        "status.podIPs" => text(&pod["status"]["podIP"]).to_owned(),
        path => {
            let (path, key) = path.strip_suffix("']").and_then(|path| path.split_once("['")).unwrap_or((path, ""));
            let value = pod.pointer(&format!("/{}", path.replace('.', "/"))).unwrap_or(&Value::Null);
            text(if key.is_empty() { value } else { &value[key] }).to_owned()
        }
    }
}

/// A resource of a container in units of its divisor, rounded up; what has no limit has the node's.
fn resource(world: &World, pod: &Value, spec: &Value, reference: &Value) -> String {
    let spec = match reference["containerName"].as_str() {
        Some(name) => super::pod::spec(pod, name),
        None => spec,
    };
    let wanted = text(&reference["resource"]);
    let (part, name) = wanted.split_once('.').unwrap_or(("limits", wanted));
    let mut amount = milli(&spec["resources"][part][name]);
    if amount == 0 && part == "limits" {
        let node = world.store.get(&NODE, "", text(&pod["spec"]["nodeName"])).unwrap_or_default();
        amount = milli(&node["status"]["allocatable"][name]);
    }
    let divisor = match milli(&reference["divisor"]) {
        0 => 1000,
        divisor => divisor,
    };
    (amount.div_euclid(divisor) + i128::from(amount % divisor != 0)).to_string()
}

/// The data of a ConfigMap or Secret, as text.
fn data(world: &World, pod: &Value, kind: &'static Kind, name: &str) -> Result<BTreeMap<String, String>, String> {
    let object = world
        .store
        .get(kind, text(&pod["metadata"]["namespace"]), name)
        .ok_or_else(|| format!("{} \"{name}\" not found", kind.singular))?;
    let secret = kind == &SECRET;
    let read = |value: &Value| if secret { decoded(text(value)) } else { text(value).to_owned() };
    Ok(object["data"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, value)| (key.clone(), read(value)))
        .collect())
}

/// Base64 as Secrets hold it; what is not text is read as far as it is.
pub fn decoded(encoded: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut count, mut bytes) = (0u32, 0, Vec::new());
    for value in encoded.bytes().filter_map(|byte| ALPHABET.iter().position(|letter| *letter == byte)) {
        bits = (bits << 6 | value as u32) & 0xff_ffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

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
        let why = sources.chain(projected).find_map(|source| lacking(world, pod, volume, source))?;
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
