//! A scenario made to fit the place it is played in: its namespace, a learner's own cluster-scoped names, a mirror for its images.

use serde_json::{Value, json};

use super::reference::ImageReference;
use super::{Cheat, ClueRule, Deed, Manifest, Repair, Scenario, Want, kind};
use crate::yaml;

/// Stands in a manifest or a goal for the namespace of the lab.
const NAMESPACE: &str = "{namespace}";

/// Fields that name an object without a namespace, and of which kind it is.
const REFERENCES: [(&str, &str); 5] = [
    ("storageClassName", "StorageClass"),
    ("volumeName", "PersistentVolume"),
    ("priorityClassName", "PriorityClass"),
    ("ingressClassName", "IngressClass"),
    ("runtimeClassName", "RuntimeClass"),
];

/// Where a scenario is played.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Surroundings {
    pub namespace: String,
    /// The learner, whose cluster-scoped objects carry the name so that a class can share a cluster.
    pub learner: Option<String>,
    /// Registries and where their images are pulled from instead.
    pub mirrors: Vec<(String, String)>,
}

impl Scenario {
    /// The scenario as it is written to a cluster in these surroundings.
    #[must_use]
    pub fn adapted(mut self, to: &Surroundings) -> Self {
        let renamed = self.renamed(to);
        let fit = Fit { to, renamed: &renamed };
        let mut manifests: Vec<&mut Manifest> = [&mut self.setup, &mut self.broken, &mut self.solution].into_iter().flatten().collect();
        let cheats = self.cheats.iter_mut().flat_map(|Cheat { does, .. }| does);
        let repairs = self.repairs.iter_mut().flat_map(|Repair { does, .. }| does);
        for deed in self.trigger.iter_mut().chain(cheats).chain(repairs) {
            fit.deed(deed);
            if let Deed::Apply(written) | Deed::Replace(written) = deed {
                manifests.extend(written);
            }
        }
        let mut rewritten: Vec<String> = Vec::new();
        for manifest in manifests {
            if fit.manifest(manifest) {
                rewritten.push(manifest.file.clone());
            }
        }
        rewritten.sort();
        rewritten.dedup();
        for file in rewritten {
            self.rewrite(&file);
        }
        let whens = self.cheats.iter_mut().filter_map(|cheat| cheat.when.as_mut());
        for want in self.goals.iter_mut().map(|goal| &mut goal.what).chain(whens) {
            fit.want(want);
        }
        for rule in &mut self.clues {
            fit.clue(rule);
        }
        self
    }

    /// Cluster-scoped objects of the lesson, which a learner gets under a name of their own.
    fn renamed(&self, to: &Surroundings) -> Vec<(String, String)> {
        if to.learner.is_none() {
            return Vec::new();
        }
        let all = [&self.setup, &self.broken, &self.solution].into_iter().flatten();
        let mut renamed: Vec<_> = all
            .filter(|manifest| kind::is_cluster_scoped(manifest.kind()))
            .map(|manifest| (manifest.kind().to_owned(), manifest.name().to_owned()))
            .collect();
        renamed.sort();
        renamed.dedup();
        renamed
    }

    /// The file for the learner's shell, as its manifests are now.
    fn rewrite(&mut self, file: &str) {
        let all = [&self.setup, &self.broken, &self.solution].into_iter().flatten();
        let documents: Vec<String> = all.filter(|manifest| manifest.file == file).map(|manifest| manifest.text.clone()).collect();
        if let Some((_, bytes)) = self.files.iter_mut().find(|(path, _)| path == file).filter(|_| !documents.is_empty()) {
            *bytes = documents.join("---\n").into_bytes();
        }
    }
}

struct Fit<'a> {
    to: &'a Surroundings,
    renamed: &'a [(String, String)],
}

impl Fit<'_> {
    /// Whether anything is different now.
    fn manifest(&self, manifest: &mut Manifest) -> bool {
        let before = manifest.object.clone();
        self.object(&mut manifest.object);
        let changed = manifest.object != before;
        if changed {
            manifest.text = yaml::print(&manifest.object);
        }
        changed
    }

    fn object(&self, object: &mut Value) {
        let kind = object["kind"].as_str().unwrap_or_default().to_owned();
        if let Some(name) = object["metadata"]["name"].as_str() {
            object["metadata"]["name"] = self.name(&kind, name).into();
        }
        if let Some(subjects) = object.get_mut("subjects").and_then(Value::as_array_mut) {
            for subject in subjects {
                if subject["kind"] == "ServiceAccount" && subject["namespace"].is_null() {
                    subject["namespace"] = json!(self.to.namespace);
                }
            }
        }
        self.value(object);
    }

    /// Everything within an object, whole or in part.
    fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(fields) => {
                if let Some(reference) = fields.get_mut("roleRef") {
                    let kind = reference["kind"].as_str().unwrap_or_default().to_owned();
                    if let Some(name) = reference["name"].as_str() {
                        reference["name"] = self.name(&kind, name).into();
                    }
                }
                for (key, value) in fields.iter_mut() {
                    let refers = REFERENCES.iter().find(|(field, _)| field == key);
                    match (refers, &mut *value) {
                        (Some((_, kind)), Value::String(name)) => *name = self.name(kind, name),
                        (None, Value::String(image)) if key == "image" => *image = self.image(image),
                        _ => self.value(value),
                    }
                }
            }
            _ => {}
        }
    }

    fn text(&self, text: &mut String) {
        if text.contains(NAMESPACE) {
            *text = text.replace(NAMESPACE, &self.to.namespace);
        }
    }

    fn name(&self, kind: &str, name: &str) -> String {
        let known = self.renamed.iter().any(|(of, known)| of == kind && known == name);
        match self.to.learner.as_ref().filter(|_| known) {
            Some(learner) => format!("{name}-{learner}"),
            None => name.to_owned(),
        }
    }

    fn image(&self, image: &str) -> String {
        let parts = ImageReference::parse(image);
        let mirror = self.to.mirrors.iter().find(|(registry, _)| *registry == parts.registry.text);
        let Some((registry, mirror)) = mirror else { return image.to_owned() };
        let full = parts.normalised();
        let path = full.strip_prefix(registry.as_str()).unwrap_or(&full);
        format!("{}{path}", mirror.trim_end_matches('/'))
    }

    fn deed(&self, deed: &mut Deed) {
        match deed {
            Deed::Delete { kind, name } | Deed::Scale { kind, name, .. } | Deed::Restart { kind, name } | Deed::Undo { kind, name } => {
                *name = self.name(kind, name);
            }
            Deed::Patch { kind, name, patch } => {
                *name = self.name(kind, name);
                self.value(patch);
            }
            Deed::Request { .. } | Deed::Apply(_) | Deed::Replace(_) | Deed::Finalize => {}
        }
    }

    fn want(&self, want: &mut Want) {
        match want {
            Want::Ready { kind, name } | Want::Condition { kind, name, .. } | Want::Value { kind, name, .. } | Want::Gone { kind, name } => {
                *name = self.name(kind, name);
                self.text(name);
            }
            Want::Can { who, .. } => self.text(who),
            Want::Answers { body, .. } => self.text(body),
            Want::SeenBroken | Want::Quiet | Want::Pulls | Want::Endpoints { .. } | Want::Runs { .. } => {}
        }
    }

    fn clue(&self, rule: &mut ClueRule) {
        match rule {
            ClueRule::Event { message, .. } => self.text(message),
            ClueRule::Log { line, .. } => self.text(line),
            ClueRule::Condition { .. } | ClueRule::Mismatch { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scenario(manifests: &[Value]) -> Scenario {
        let manifest = |object: &Value| Manifest {
            file: "broken/all.yaml".into(),
            object: object.clone(),
            ..Manifest::default()
        };
        Scenario {
            broken: manifests.iter().map(manifest).collect(),
            files: vec![("broken/all.yaml".into(), b"as written".to_vec())],
            ..Scenario::default()
        }
    }

    fn ann() -> Surroundings {
        Surroundings {
            namespace: "lab-14-ann".into(),
            learner: Some("ann".into()),
            mirrors: vec![("docker.io".into(), "registry.example/hub".into())],
        }
    }

    #[test]
    fn a_learner_has_cluster_scoped_objects_of_their_own() {
        let role = json!({"kind": "ClusterRole", "metadata": {"name": "reader"}});
        let binding = json!({"kind": "RoleBinding", "metadata": {"name": "reader"}, "roleRef": {"kind": "ClusterRole", "name": "reader"},
            "subjects": [{"kind": "ServiceAccount", "name": "robot"}]});
        let other = json!({"kind": "RoleBinding", "metadata": {"name": "b"}, "roleRef": {"kind": "ClusterRole", "name": "view"}});
        let got = scenario(&[role.clone(), binding, other]).adapted(&ann());
        assert_eq!(got.broken[0].name(), "reader-ann");
        assert_eq!(
            (got.broken[1].name(), &got.broken[1].object["roleRef"]["name"]),
            ("reader", &json!("reader-ann"))
        );
        assert_eq!(got.broken[1].object["subjects"][0]["namespace"], "lab-14-ann");
        assert_eq!(got.broken[2].object["roleRef"]["name"], "view", "what the lesson did not make keeps its name");
        let file = String::from_utf8_lossy(&got.files[0].1).into_owned();
        assert!(file.contains("reader-ann") && file.contains("---"), "{file}");
        let alone = scenario(&[role]).adapted(&Surroundings {
            namespace: "lab-14".into(),
            ..Surroundings::default()
        });
        assert_eq!((alone.broken[0].name(), alone.files[0].1.as_slice()), ("reader", b"as written".as_slice()));
    }

    #[test]
    fn images_come_from_the_mirror_of_their_registry_alone() {
        let pod = |image: &str| json!({"kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "a", "image": image}]}});
        let images = ["nginx:1.29", "team/web:1", "registry.k8s.io/pause:3", "nginx@sha256:abc"].map(pod);
        let got = scenario(&images).adapted(&ann());
        let image = |at: usize| got.broken[at].object["spec"]["containers"][0]["image"].clone();
        assert_eq!(image(0), "registry.example/hub/library/nginx:1.29");
        assert_eq!(image(1), "registry.example/hub/team/web:1");
        assert_eq!(image(2), "registry.k8s.io/pause:3");
        assert_eq!(image(3), "registry.example/hub/library/nginx@sha256:abc");
    }

    #[test]
    fn the_namespace_is_put_in_where_it_is_asked_for() {
        let mut given = scenario(&[json!({"kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"host": "db.{namespace}.svc"}})]);
        given.goals = vec![crate::scenario::Goal {
            what: Want::Can {
                who: "system:serviceaccount:{namespace}:robot".into(),
                verb: "list".into(),
                resource: "pods".into(),
                allowed: true,
            },
            hold: std::time::Duration::ZERO,
            why: String::new(),
            title: String::new(),
        }];
        let got = given.adapted(&ann());
        assert_eq!(got.broken[0].object["data"]["host"], "db.lab-14-ann.svc");
        assert!(matches!(&got.goals[0].what, Want::Can { who, .. } if who == "system:serviceaccount:lab-14-ann:robot"));
    }
}
