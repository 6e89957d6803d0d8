//! What scenario.yaml has done to the cluster: triggers, cheats, other repairs.

use serde_json::Value;

use super::super::fields::Reader;
use super::super::{Cheat, Deed, Manifest, Repair, kind};

const DEEDS: [&str; 9] = ["delete", "scale", "restart", "undo", "request", "patch", "apply", "replace", "finalize"];

impl Reader<'_> {
    /// An object as `kind/name` or as `{kind: …, name: …}`.
    pub(super) fn object(&mut self, value: &Value, key: &str) -> Option<(String, String)> {
        let (of, name) = match value {
            Value::String(text) => {
                let (of, name) = text.split_once('/').unwrap_or((text, ""));
                (of.to_owned(), name.to_owned())
            }
            _ => (self.or_empty(value, "kind"), self.or_empty(value, "name")),
        };
        if of.is_empty() || name.is_empty() {
            self.warn(key, &format!("`{key}` needs an object: kind/name"));
            return None;
        }
        Some((kind::of(&of), name))
    }

    pub(super) fn deed(&mut self, item: &Value) -> Option<Deed> {
        self.known(item, &DEEDS);
        let (key, value) = item.as_object()?.iter().find(|(key, _)| DEEDS.contains(&key.as_str()))?;
        match key.as_str() {
            "request" => return self.request(value),
            "apply" => return Some(Deed::Apply(self.manifests(value, key)?)),
            "replace" => return Some(Deed::Replace(self.manifests(value, key)?)),
            "finalize" => return self.finalize(value),
            "patch" => self.known(value, &["kind", "name", "of", "with"]),
            "scale" => self.known(value, &["kind", "name", "of", "replicas", "to"]),
            _ => {}
        }
        let (kind, name) = self.object(value.get("of").unwrap_or(value), key)?;
        Some(match key.as_str() {
            "delete" => Deed::Delete { kind, name },
            "restart" => Deed::Restart { kind, name },
            "undo" => Deed::Undo { kind, name },
            "patch" => {
                let patch = value["with"].clone();
                if !patch.is_object() {
                    self.warn("with", "`patch` needs `with:`, the fields as they shall be");
                    return None;
                }
                Deed::Patch { kind, name, patch }
            }
            _ => Deed::Scale {
                kind,
                name,
                replicas: self.number(value, "replicas").or_else(|| self.number(value, "to")).unwrap_or(0),
            },
        })
    }

    /// No other object has a finalizer of the cluster's own that can be forced.
    fn finalize(&mut self, value: &Value) -> Option<Deed> {
        if value != "namespace" {
            self.warn("finalize", "`finalize` knows only `namespace`, the lab's own");
            return None;
        }
        Some(Deed::Finalize)
    }

    fn request(&mut self, value: &Value) -> Option<Deed> {
        self.known(value, &["service", "port", "path", "times"]);
        Some(Deed::Request {
            service: self.text(value, "service")?,
            port: self.port(value),
            path: self.text(value, "path").unwrap_or_else(|| "/".to_owned()),
            times: self.number(value, "times").unwrap_or(1),
        })
    }

    pub(super) fn port(&mut self, value: &Value) -> u16 {
        self.number(value, "port").and_then(|port| u16::try_from(port).ok()).unwrap_or(80)
    }

    /// One object or several, written in place; or a file or folder of the scenario, read once the folder is known.
    fn manifests(&mut self, value: &Value, key: &str) -> Option<Vec<Manifest>> {
        let objects = match value {
            Value::Array(list) => list.as_slice(),
            one => std::slice::from_ref(one),
        };
        let mut manifests = Vec::new();
        for object in objects {
            let manifest = match object {
                Value::String(file) => Manifest {
                    file: file.trim_start_matches("./").trim_end_matches('/').to_owned(),
                    ..Manifest::default()
                },
                _ => Manifest {
                    file: "scenario.yaml".to_owned(),
                    line: 1,
                    object: object.clone(),
                    text: String::new(),
                },
            };
            if manifest.object.is_object() && (manifest.kind().is_empty() || manifest.name().is_empty()) {
                self.warn(
                    key,
                    &format!("`{key}` needs whole objects, with apiVersion, kind and metadata.name, or a file's path"),
                );
                return None;
            }
            manifests.push(manifest);
        }
        Some(manifests)
    }

    fn deeds(&mut self, item: &Value) -> Option<Vec<Deed>> {
        let does = self.each(item, "do", Self::deed);
        if does.is_empty() {
            self.warn("do", &format!("`do:` needs one of: {}", DEEDS.join(", ")));
        }
        (!does.is_empty()).then_some(does)
    }

    pub(super) fn cheat(&mut self, item: &Value) -> Option<Cheat> {
        self.known(item, &["do", "when", "say"]);
        Some(Cheat {
            does: self.deeds(item)?,
            when: item.get("when").and_then(|when| self.goal(when)).map(|goal| goal.what),
            say: self.or_empty(item, "say"),
        })
    }

    pub(super) fn repair(&mut self, item: &Value) -> Option<Repair> {
        self.known(item, &["do", "say"]);
        Some(Repair {
            does: self.deeds(item)?,
            say: self.or_empty(item, "say"),
        })
    }
}
