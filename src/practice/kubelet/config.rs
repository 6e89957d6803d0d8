//! What a container gets from outside: its environment and the files of its volumes, or why it cannot have them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::process::Surroundings;
use crate::image::Image;
use crate::practice::field::{items, text};
use crate::practice::kind::{CONFIG_MAP, Kind, SECRET};
use crate::practice::world::World;

/// The environment and files of a container.
///
/// # Errors
/// The kubelet's text when a reference cannot be resolved.
pub fn surroundings(world: &World, pod: &Value, spec: &Value, image: &Image) -> Result<Surroundings, String> {
    let mut env = image.env.clone();
    for source in items(&spec["envFrom"]) {
        env.extend(whole(world, pod, source)?);
    }
    for variable in items(&spec["env"]) {
        let name = text(&variable["name"]).to_owned();
        let value = match variable.get("valueFrom") {
            Some(from) => from_source(world, pod, spec, from)?,
            None => Some(super::shell::expand_references(text(&variable["value"]), &env)),
        };
        if let Some(value) = value {
            env.insert(name, value);
        }
    }
    Ok(Surroundings {
        env,
        files: files(world, pod, spec),
    })
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
        let pointer = format!("/{}", path.replace("['", "/").replace("']", "").replace('.', "/"));
        return Ok(Some(text(pod.pointer(&pointer).unwrap_or(&Value::Null)).to_owned()));
    }
    if let Some(resource) = from["resourceFieldRef"]["resource"].as_str() {
        let pointer = format!("/resources/{}", resource.replace('.', "/"));
        return Ok(Some(text(spec.pointer(&pointer).unwrap_or(&Value::Null)).to_owned()));
    }
    Ok(None)
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
fn decoded(encoded: &str) -> String {
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
pub fn unmountable(world: &World, pod: &Value) -> Option<(String, String)> {
    items(&pod["spec"]["volumes"]).iter().find_map(|volume| {
        let sources = [&volume["configMap"], &volume["secret"]].into_iter().filter(|source| !source.is_null());
        let projected = items(&volume["projected"]["sources"])
            .iter()
            .flat_map(|source| [&source["configMap"], &source["secret"]])
            .filter(|source| !source.is_null());
        let why = sources.chain(projected).find_map(|source| lacking(world, pod, volume, source))?;
        Some((text(&volume["name"]).to_owned(), why))
    })
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
    // Every namespace gets the CA bundle; the token volume never holds a pod up for longer than that takes.
    if name == "kube-root-ca.crt" {
        return None;
    }
    match data(world, pod, kind, &name) {
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

/// The files that a container's volumes bring.
fn files(world: &World, pod: &Value, spec: &Value) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for mount in items(&spec["volumeMounts"]) {
        let Some(volume) = items(&pod["spec"]["volumes"]).iter().find(|volume| volume["name"] == mount["name"]) else {
            continue;
        };
        let folder = text(&mount["mountPath"]).trim_end_matches('/').to_owned();
        for source in [&volume["configMap"], &volume["secret"]].into_iter().filter(|source| !source.is_null()) {
            let (kind, name) = source_of(volume, source);
            let data = data(world, pod, kind, &name).unwrap_or_default();
            let chosen = items(&source["items"]);
            for (key, content) in data {
                let item = chosen.iter().find(|item| item["key"] == *key);
                if !chosen.is_empty() && item.is_none() {
                    continue;
                }
                let file = item.map_or(key.as_str(), |item| text(&item["path"]));
                match mount["subPath"].as_str() {
                    Some(only) if only == file => drop(files.insert(folder.clone(), content)),
                    Some(_) => {}
                    None => drop(files.insert(format!("{folder}/{file}"), content)),
                }
            }
        }
    }
    files
}
