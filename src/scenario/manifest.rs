//! Reads the manifests of a scenario's folder and refuses what the lab could not take back.

use serde_json::Value;

use super::files::{self, File};
use super::load::LoadError;
use super::{Deed, Manifest, kind};
use crate::{text, yaml};

/// The group of files for kustomize, which no cluster knows.
const KUSTOMIZE: &str = "kustomize.config.k8s.io/";
/// Objects of one part; no lesson has more.
const MOST_OBJECTS: usize = 500;

/// The objects of `part/*.yaml` or of the file `part`, file by file in order of name, as `kubectl apply -f part` takes them.
///
/// # Errors
/// The first file or object that cannot be used, with its line.
pub fn read(folder: &str, part: &str, files: &[File], allow: &[String]) -> Result<Vec<Manifest>, LoadError> {
    let mut found = Vec::new();
    for file in files {
        let path = &file.0;
        let within = path.strip_prefix(part).and_then(|rest| rest.strip_prefix('/'));
        let Some(name) = within.or_else(|| (path == part).then_some(path.rsplit('/').next().unwrap_or(path))) else {
            continue;
        };
        if name.contains('/') || ![".yaml", ".yml", ".json"].iter().any(|end| name.ends_with(end)) {
            continue;
        }
        let documents = yaml::documents(&format!("{folder}/{path}"), files::utf8(folder, file)?)?;
        if documents.is_empty() {
            let advice = "write an object with apiVersion, kind and metadata.name, or delete the file";
            return Err(LoadError::object(folder, path, 1, "no object in this file", advice));
        }
        for (line, object, written) in documents {
            let written = text::clean(&written);
            if names_only_files(&object) {
                continue;
            }
            for object in flatten(object) {
                if found.len() == MOST_OBJECTS {
                    let what = format!("there are more than {MOST_OBJECTS} objects in {part}");
                    return Err(LoadError::object(folder, path, line, &what, "keep only what the lesson needs"));
                }
                let manifest = Manifest {
                    file: path.clone(),
                    line,
                    object,
                    text: written.clone(),
                };
                check(folder, &manifest, allow)?;
                found.push(manifest);
            }
        }
    }
    Ok(found)
}

/// A kustomization.yaml that lists the files beside it, which are read anyway.
fn names_only_files(object: &Value) -> bool {
    let is_one = object["apiVersion"].as_str().is_some_and(|version| version.starts_with(KUSTOMIZE));
    let fields = object.as_object().into_iter().flatten();
    let beside = |name: &Value| name.as_str().is_some_and(|name| !name.contains('/'));
    is_one
        && fields.into_iter().all(|(field, value)| match field.as_str() {
            "apiVersion" | "kind" | "metadata" => true,
            "resources" => value.as_array().is_some_and(|names| names.iter().all(beside)),
            _ => false,
        })
}

/// The items of a `List`, or the object itself.
fn flatten(mut object: Value) -> Vec<Value> {
    let is_list = object["kind"].as_str().is_some_and(|kind| kind.ends_with("List"));
    match object.get_mut("items").map(Value::take) {
        Some(Value::Array(items)) if is_list => items,
        Some(items) => {
            object["items"] = items;
            vec![object]
        }
        None => vec![object],
    }
}

fn check(folder: &str, manifest: &Manifest, allow: &[String]) -> Result<(), LoadError> {
    let fail = |line, what: String, advice: &str| Err(LoadError::object(folder, &manifest.file, line, &what, advice));
    if !manifest.object.is_object() {
        return fail(manifest.line, "this is not an object".to_owned(), "write apiVersion, kind and metadata");
    }
    if manifest.api_version().starts_with(KUSTOMIZE) {
        let advice = "put what `kubectl kustomize` makes of it here, and leave it out";
        return fail(manifest.line, "this changes manifests, and klab reads them as they stand".to_owned(), advice);
    }
    for (field, value) in [("kind", manifest.kind()), ("apiVersion", manifest.api_version())] {
        if value.is_empty() {
            return fail(
                manifest.line,
                format!("an object without {field}"),
                &format!("add `{field}:`, or move the file out if it is no manifest"),
            );
        }
    }
    let kind = manifest.kind();
    if manifest.name().is_empty() {
        return fail(
            manifest.line,
            format!("a {kind} without metadata.name"),
            "give it a name; generateName does not work with apply",
        );
    }
    let namespace = manifest.object["metadata"]["namespace"].as_str().unwrap_or_default();
    let allowed = allow.iter().any(|entry| entry == kind || *entry == format!("{kind}/{}", manifest.name()));
    if !namespace.is_empty() && !allowed && !kind::is_cluster_scoped(kind) {
        let at = manifest.text.lines().position(|line| line.trim_start().starts_with("namespace:")).unwrap_or(0);
        let what = format!("{kind} {} names a namespace of its own, {namespace}", manifest.name());
        return fail(manifest.line + at, what, "take the line out: the lab puts every object into its own namespace");
    }
    Ok(())
}

/// The pod template of a workload, or the pod itself.
#[must_use]
pub fn pod_spec(object: &Value) -> Option<&Value> {
    let spec = &object["spec"];
    let spec = match object["kind"].as_str()? {
        "Pod" => spec,
        "CronJob" => &spec["jobTemplate"]["spec"]["template"]["spec"],
        _ => &spec["template"]["spec"],
    };
    spec.is_object().then_some(spec)
}

/// Every container of a pod spec, init containers first.
pub fn containers(spec: &Value) -> impl Iterator<Item = &Value> {
    ["initContainers", "containers"].into_iter().filter_map(|list| spec[list].as_array()).flatten()
}

/// Puts in what the deeds of a scenario.yaml name by file or folder, and checks what they write out themselves.
///
/// # Errors
/// The first object that cannot be used, or a file that is not there.
pub fn resolve<'a>(folder: &str, deeds: impl Iterator<Item = &'a mut Deed>, files: &[File], allow: &[String]) -> Result<(), LoadError> {
    for deed in deeds {
        let (Deed::Apply(manifests) | Deed::Replace(manifests)) = deed else {
            continue;
        };
        let mut whole = Vec::new();
        for manifest in std::mem::take(manifests) {
            if manifest.object.is_object() {
                check(folder, &manifest, allow)?;
                whole.push(manifest);
                continue;
            }
            let found = read(folder, &manifest.file, files, allow)?;
            if found.is_empty() {
                let what = format!("there is no manifest at {}", manifest.file);
                return Err(LoadError::object(folder, "scenario.yaml", 1, &what, "name a file or folder of this scenario"));
            }
            whole.extend(found);
        }
        *manifests = whole;
    }
    Ok(())
}
