//! The environment that a container gets from outside, or why it cannot have it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::image::Image;
use crate::practice::field::{int, items, milli, text};
use crate::practice::kind::{CONFIG_MAP, Kind, NODE, SECRET, SERVICE};
use crate::practice::world::World;

/// The environment of a container; `services` are the variables that tell of Services.
///
/// # Errors
/// The kubelet's text when a reference cannot be resolved.
pub fn environment(world: &World, pod: &Value, spec: &Value, image: &Image, services: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>, String> {
    let mut env = image.env.clone();
    env.extend(services.iter().map(|(name, value)| (name.clone(), value.clone())));
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

/// The variables that tell of Services: those of a namespace, and always the API's.
pub(super) fn services(world: &World, namespace: &str) -> BTreeMap<String, String> {
    let own = world.store.objects(&SERVICE, Some(namespace));
    let api = world.store.get(&SERVICE, "default", "kubernetes");
    let mut env = BTreeMap::new();
    for service in own.into_iter().chain(api) {
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
    expansion(text, env).0
}

/// The first variable that a mount's path names and the container does not have.
pub fn missing_in_paths(spec: &Value, env: &BTreeMap<String, String>) -> Option<String> {
    let paths = items(&spec["volumeMounts"]).iter().filter_map(|mount| mount["subPathExpr"].as_str());
    paths.filter_map(|path| expansion(path, env).1).next()
}

/// The text expanded, and the first name in it that has no value.
fn expansion(text: &str, env: &BTreeMap<String, String>) -> (String, Option<String>) {
    let (mut expanded, mut missing, mut rest) = (String::new(), None, text);
    while let Some(at) = rest.find('$') {
        expanded += &rest[..at];
        let after = &rest[at + 1..];
        if let Some(after) = after.strip_prefix('$') {
            expanded.push('$');
            rest = after;
        } else if let Some((name, left)) = after.strip_prefix('(').and_then(|inside| inside.split_once(')')) {
            match env.get(name) {
                Some(value) => expanded += value,
                None => {
                    expanded += &format!("$({name})");
                    missing.get_or_insert_with(|| name.to_owned());
                }
            }
            rest = left;
        } else {
            expanded.push('$');
            rest = after;
        }
    }
    (expanded + rest, missing)
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
pub(super) fn resource(world: &World, pod: &Value, spec: &Value, reference: &Value) -> String {
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
pub(super) fn data(world: &World, pod: &Value, kind: &'static Kind, name: &str) -> Result<BTreeMap<String, String>, String> {
    let object = object(world, pod, kind, name)?;
    let read = |value: &Value| if kind == &SECRET { decoded(text(value)) } else { text(value).to_owned() };
    Ok(members(&object["data"]).map(|(key, value)| (key.clone(), read(value))).collect())
}

/// All that a ConfigMap or Secret holds, as bytes.
pub(super) fn bytes(world: &World, pod: &Value, kind: &'static Kind, name: &str) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let object = object(world, pod, kind, name)?;
    let encoded = if kind == &SECRET { &object["data"] } else { &object["binaryData"] };
    let plain = if kind == &SECRET { &Value::Null } else { &object["data"] };
    let encoded = members(encoded).map(|(key, value)| (key.clone(), decoded_bytes(text(value))));
    let plain = members(plain).map(|(key, value)| (key.clone(), text(value).as_bytes().to_vec()));
    Ok(encoded.chain(plain).collect())
}

fn object(world: &World, pod: &Value, kind: &'static Kind, name: &str) -> Result<Value, String> {
    let namespace = text(&pod["metadata"]["namespace"]);
    let missing = || format!("{} \"{name}\" not found", kind.singular);
    world.store.get(kind, namespace, name).ok_or_else(missing)
}

fn members(map: &Value) -> impl Iterator<Item = (&String, &Value)> {
    map.as_object().into_iter().flatten()
}

/// Base64 as Secrets hold it; what is not text is read as far as it is.
pub fn decoded(encoded: &str) -> String {
    String::from_utf8_lossy(&decoded_bytes(encoded)).into_owned()
}

fn decoded_bytes(encoded: &str) -> Vec<u8> {
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
    bytes
}
