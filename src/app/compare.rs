//! The lesson's manifests beside the objects as they are: without what the server fills in by itself, so that only what a
//! person changed differs.

use serde_json::{Map, Value};

use super::session::Session;
use crate::cluster::snapshot::ObjectRef;
use crate::lab::diff::Twins;
use crate::lab::msg::Compared;
use crate::practice::{defaults, kind};
use crate::scenario::{Manifest, SolutionMode};
use crate::yaml;

/// Fields of a spec that the cluster writes, whoever left them out.
const GIVEN: [&str; 16] = [
    "clusterIP",
    "clusterIPs",
    "ipFamilies",
    "ipFamilyPolicy",
    "nodePort",
    "healthCheckNodePort",
    "volumeName",
    "storageClassName",
    "nodeName",
    "serviceAccount",
    "serviceAccountName",
    "tolerations",
    "priority",
    "preemptionPolicy",
    "uid",
    "claimRef",
];
/// Labels and annotations that tools and controllers leave behind.
const NOTES: [&str; 9] = [
    "app.kubernetes.io/managed-by",
    "deployment.kubernetes.io/revision",
    "deprecated.daemonset.template.generation",
    "pv.kubernetes.io/bind-completed",
    "pv.kubernetes.io/bound-by-controller",
    "volume.kubernetes.io/storage-provisioner",
    "volume.beta.kubernetes.io/storage-provisioner",
    "volume.kubernetes.io/selected-node",
    "kubernetes.io/metadata.name",
];
/// What the lab marks its objects with.
const OURS: &str = "klab.dev/";
/// The volume of every pod's own token.
const TOKEN: &str = "kube-api-access-";

impl Session {
    /// What was broken beside what is, and what is beside the solution where that may be shown.
    ///
    /// # Errors
    /// What the server says.
    pub async fn compare(&self, solution: bool) -> Result<Compared, String> {
        let scenario = &self.scenario;
        let same = |a: &Manifest, b: &Manifest| a.kind() == b.kind() && a.name() == b.name();
        let setup = scenario.setup.iter().filter(|one| !scenario.broken.iter().any(|broken| same(one, broken)));
        let mut compared = Compared::default();
        for manifest in setup.chain(&scenario.broken) {
            let (written, live) = self.forms(manifest).await?;
            compared.broken.push(twins(manifest, written, live));
        }
        if solution {
            let mut found = Vec::new();
            for manifest in &scenario.solution {
                let (written, live) = self.forms(manifest).await?;
                let wanted = if scenario.solution_mode == SolutionMode::Delete {
                    String::new()
                } else {
                    written
                };
                found.push(twins(manifest, live, wanted));
            }
            compared.solution = Some(found);
        }
        Ok(compared)
    }

    /// A manifest and the object of its name, as text; an object that is not there is empty.
    async fn forms(&self, manifest: &Manifest) -> Result<(String, String), String> {
        let (version, kind, name) = (manifest.api_version(), manifest.kind(), manifest.name());
        if self.cluster.lacks(version, kind, name).await {
            return Ok((yaml::print_like(&manifest.object, &manifest.text), String::new()));
        }
        let about = ObjectRef {
            kind: kind.to_owned(),
            namespace: String::new(),
            name: name.to_owned(),
        };
        let live = self.manifest(&about).await?;
        let (written, live) = alike(&manifest.object, live);
        Ok((yaml::print_like(&written, &manifest.text), yaml::print_like(&live, &manifest.text)))
    }
}

fn twins(manifest: &Manifest, old: String, new: String) -> Twins {
    Twins {
        name: format!("{} {}", manifest.kind(), manifest.name()),
        old,
        new,
    }
}

/// Both in the same form: what the server would have filled in goes from both where it is the same.
#[must_use]
pub fn alike(written: &Value, mut live: Value) -> (Value, Value) {
    let mut whole = written.clone();
    if let Some(kind) = written["kind"].as_str().and_then(kind::by_name) {
        defaults::apply(kind.storage(), &mut whole);
    }
    live["apiVersion"] = written["apiVersion"].clone();
    given(written, &mut live);
    let Some(pair) = both(Some(written), Some(whole), Some(live)) else {
        return (Value::Null, Value::Null);
    };
    (pair.0.unwrap_or_default(), pair.1.unwrap_or_default())
}

/// Takes from a live object what the cluster wrote and the manifest did not.
fn given(written: &Value, live: &mut Value) {
    match live {
        Value::Object(fields) => {
            fields.retain(|name, value| {
                let server = GIVEN.contains(&name.as_str()) || NOTES.contains(&name.as_str()) || name == "namespace" || name.starts_with(OURS);
                let mine = !written[name.as_str()].is_null();
                if mine || !server {
                    given(&written[name.as_str()], value);
                }
                let emptied = !mine && value.as_object().is_some_and(Map::is_empty);
                mine || !(server || emptied)
            });
        }
        Value::Array(items) => {
            items.retain(|item| !item["name"].as_str().is_some_and(|name| name.starts_with(TOKEN)));
            for (place, item) in items.iter_mut().enumerate() {
                given(&written[place], item);
            }
        }
        _ => {}
    }
}

/// A field as it should be and as it is.
type Both = (Option<Value>, Option<Value>);

/// The two forms of a field; none where it is equal and nobody wrote it.
fn both(written: Option<&Value>, whole: Option<Value>, live: Option<Value>) -> Option<Both> {
    match (whole, live) {
        (Some(Value::Object(whole)), Some(Value::Object(live))) => {
            let (whole, live) = fields(written, whole, live);
            let nothing = written.is_none() && whole.is_empty() && live.is_empty();
            (!nothing).then_some((Some(Value::Object(whole)), Some(Value::Object(live))))
        }
        (Some(Value::Array(whole)), Some(Value::Array(live))) if whole.len() == live.len() => {
            let pairs = whole.into_iter().zip(live).enumerate();
            let (whole, live) = pairs
                .filter_map(|(place, (whole, live))| both(written.and_then(|list| list.get(place)), Some(whole), Some(live)))
                .map(|(whole, live)| (whole.unwrap_or_default(), live.unwrap_or_default()))
                .unzip();
            Some((Some(Value::Array(whole)), Some(Value::Array(live))))
        }
        (whole, live) if written.is_none() && whole == live => None,
        // Nobody wrote it and nobody changed it: the server may know defaults that are newer.
        (whole @ Some(_), None) if written.is_none() => {
            drop(whole);
            None
        }
        (whole, live) => Some((whole, live)),
    }
}

fn fields(written: Option<&Value>, mut whole: Map<String, Value>, mut live: Map<String, Value>) -> (Map<String, Value>, Map<String, Value>) {
    let names: std::collections::BTreeSet<String> = whole.keys().chain(live.keys()).cloned().collect();
    let (mut left, mut right) = (Map::new(), Map::new());
    for name in names {
        let written = written.and_then(|object| object.get(&name));
        let Some((old, new)) = both(written, whole.remove(&name), live.remove(&name)) else {
            continue;
        };
        left.extend(old.map(|value| (name.clone(), value)));
        right.extend(new.map(|value| (name, value)));
    }
    (left, right)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn deployment() -> Value {
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {
            "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "app", "image": "shop:bad"}]}}}})
    }

    /// As a server would return it.
    fn kept(written: &Value) -> Value {
        let mut live = written.clone();
        defaults::apply(kind::by_name("Deployment").unwrap().storage(), &mut live);
        live["metadata"]["namespace"] = "lab-02".into();
        live["metadata"]["annotations"] = json!({"deployment.kubernetes.io/revision": "2"});
        live["metadata"]["labels"] = json!({"app.kubernetes.io/managed-by": "klab", "klab.dev/lab": "lab-02"});
        live
    }

    #[test]
    fn what_nobody_touched_is_equal() {
        let written = deployment();
        let (left, right) = alike(&written, kept(&written));
        assert_eq!(left, written);
        assert_eq!(right, written);
    }

    #[test]
    fn only_what_was_changed_or_added_differs() {
        let written = deployment();
        let mut live = kept(&written);
        let container = &mut live["spec"]["template"]["spec"]["containers"][0];
        container["image"] = "shop:good".into();
        container["env"] = json!([{"name": "MODE", "value": "live"}]);
        live["spec"]["replicas"] = 3.into();
        let (left, right) = alike(&written, live);
        assert_eq!(left["spec"]["template"], written["spec"]["template"]);
        assert_eq!(left["spec"]["replicas"], 1);
        let container = &right["spec"]["template"]["spec"]["containers"][0];
        assert_eq!(
            *container,
            json!({"name": "app", "image": "shop:good", "env": [{"name": "MODE", "value": "live"}]})
        );
        assert_eq!(right["spec"]["replicas"], 3);
    }

    #[test]
    fn what_a_manifest_says_itself_is_kept_though_the_server_says_it_too() {
        let written = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"clusterIP": "None", "ports": [{"port": 80}]}});
        let live = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {
            "clusterIP": "None", "clusterIPs": ["None"], "ipFamilies": ["IPv4"], "type": "ClusterIP", "sessionAffinity": "None",
            "internalTrafficPolicy": "Cluster", "ports": [{"port": 80, "protocol": "TCP", "targetPort": 8080}]}});
        let (left, right) = alike(&written, live);
        assert_eq!(left["spec"], json!({"clusterIP": "None", "ports": [{"port": 80, "targetPort": 80}]}));
        assert_eq!(right["spec"], json!({"clusterIP": "None", "ports": [{"port": 80, "targetPort": 8080}]}));
    }
}
