//! The kubectl command that makes the same change.

use serde_json::{Value, json};

use super::Deed;
use super::fields::{Path, at};
use crate::cluster::snapshot::ObjectRef;

/// The command that sets a field of an object to a value; `none` takes it out.
#[must_use]
pub fn set(about: &ObjectRef, object: &Value, path: &Path, value: Option<&Value>) -> String {
    let words = own_verb(about, object, path, value).unwrap_or_else(|| patch(about, object, path, value));
    within(words, about)
}

/// The command that does a deed.
#[must_use]
pub fn deed(about: &ObjectRef, deed: &Deed) -> String {
    let words = match deed {
        Deed::Restart { kind, name } => format!("kubectl rollout restart {}/{name}", kind.to_lowercase()),
        Deed::Undo { kind, name } => format!("kubectl rollout undo {}/{name}", kind.to_lowercase()),
        Deed::Delete { kind, name } => format!("kubectl delete {} {name}", kind.to_lowercase()),
        _ => return String::new(),
    };
    within(words, about)
}

fn within(command: String, about: &ObjectRef) -> String {
    if about.namespace.is_empty() {
        command
    } else {
        format!("{command} -n {}", about.namespace)
    }
}

/// Some fields have a verb of their own.
fn own_verb(about: &ObjectRef, object: &Value, path: &Path, value: Option<&Value>) -> Option<String> {
    let target = format!("{}/{}", about.kind.to_lowercase(), about.name);
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    let said = value.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    let container = || {
        let end = names.iter().position(|name| name.ends_with("ontainers"))? + 2;
        at(object, path.get(..end)?)?["name"].as_str().map(str::to_owned)
    };
    match (names.as_slice(), said) {
        (["spec", "replicas"], Some(count)) => Some(format!("kubectl scale {target} --replicas={count}")),
        (["metadata", "labels", key], Some(value)) => Some(format!("kubectl label {target} {} --overwrite", quoted(&format!("{key}={value}")))),
        (["metadata", "labels", key], None) => Some(format!("kubectl label {target} {key}-")),
        ([.., "env", _, "value"], Some(value)) if about.kind != "Pod" => {
            let name = at(object, path.get(..path.len() - 1)?)?["name"].as_str()?;
            Some(format!("kubectl set env {target} -c {} {}", container()?, quoted(&format!("{name}={value}"))))
        }
        ([.., "image"], Some(image)) => Some(format!("kubectl set image {target} {}={}", container()?, quoted(&image))),
        ([.., "resources", side @ ("requests" | "limits"), resource], Some(amount)) if about.kind != "Pod" => Some(format!(
            "kubectl set resources {target} -c {} --{side}={}",
            container()?,
            quoted(&format!("{resource}={amount}"))
        )),
        (["spec", "selector", key], Some(value)) if about.kind == "Service" => {
            let all = object["spec"]["selector"].as_object()?;
            let pair = |(name, old): (&String, &Value)| format!("{name}={}", if name == key { &value } else { old.as_str().unwrap_or_default() });
            let pairs: Vec<String> = all.iter().map(pair).collect();
            Some(format!(
                "kubectl set selector {} {} {}",
                about.kind.to_lowercase(),
                about.name,
                quoted(&pairs.join(","))
            ))
        }
        _ => None,
    }
}

/// A JSON patch can say every change.
fn patch(about: &ObjectRef, object: &Value, path: &Path, value: Option<&Value>) -> String {
    // what is missing on the way is made as well
    let known = (0..path.len()).take_while(|end| at(object, &path[..=*end]).is_some()).count();
    let whole = known >= path.len();
    let end = path.len().min(known + 1);
    let (pointer, rest) = (pointer(&path[..end]), &path[end..]);
    let operation = match value {
        None => json!({"op": "remove", "path": pointer}),
        Some(value) => {
            let inner = rest.iter().rev().fold(value.clone(), |inner, name| json!({name.as_str(): inner}));
            json!({"op": if whole { "replace" } else { "add" }, "path": pointer, "value": inner})
        }
    };
    let operations = quoted(&Value::Array(vec![operation]).to_string());
    format!("kubectl patch {} {} --type=json -p {operations}", about.kind.to_lowercase(), about.name)
}

fn pointer(path: &[String]) -> String {
    path.iter().map(|name| format!("/{}", name.replace('~', "~0").replace('/', "~1"))).collect()
}

/// A word as a shell takes it whole.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@+%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(kind: &str) -> ObjectRef {
        ObjectRef {
            kind: kind.to_owned(),
            namespace: "lab-01".to_owned(),
            name: "web".to_owned(),
        }
    }

    fn said(kind: &str, object: &Value, path: &str, value: Option<Value>) -> String {
        let path: Path = path.split('.').map(str::to_owned).collect();
        set(&about(kind), object, &path, value.as_ref())
    }

    #[test]
    fn fields_with_a_verb_of_their_own_are_set_by_it() {
        let object = json!({"spec": {"replicas": 1, "selector": {"app": "a", "tier": "b"}, "template": {"spec": {"containers": [
            {"name": "app", "image": "i:1", "env": [{"name": "A", "value": "b"}], "resources": {"limits": {"memory": "1Mi"}}}]}}}});
        let container = "spec.template.spec.containers.0";
        let deployment = |path: &str, value: Value| said("Deployment", &object, path, Some(value));
        assert_eq!(deployment("spec.replicas", json!(3)), "kubectl scale deployment/web --replicas=3 -n lab-01");
        assert_eq!(
            deployment(&format!("{container}.image"), json!("i:2")),
            "kubectl set image deployment/web app=i:2 -n lab-01"
        );
        assert_eq!(
            deployment(&format!("{container}.env.0.value"), json!("it's")),
            r"kubectl set env deployment/web -c app 'A=it'\''s' -n lab-01"
        );
        assert_eq!(
            deployment(&format!("{container}.resources.limits.memory"), json!("64Mi")),
            "kubectl set resources deployment/web -c app --limits=memory=64Mi -n lab-01"
        );
        assert_eq!(
            said("Service", &object, "spec.selector.tier", Some(json!("c"))),
            "kubectl set selector service web app=a,tier=c -n lab-01"
        );
    }

    #[test]
    fn any_other_field_is_patched_and_what_is_missing_on_the_way_is_made() {
        let object = json!({"spec": {"ports": [{"port": 80}]}, "metadata": {"finalizers": ["a/b"]}});
        assert_eq!(
            said("Service", &object, "spec.ports.0.port", Some(json!(81))),
            r#"kubectl patch service web --type=json -p '[{"op":"replace","path":"/spec/ports/0/port","value":81}]' -n lab-01"#
        );
        assert_eq!(
            said("Pod", &object, "spec.a/b.c.d", Some(json!("x"))),
            r#"kubectl patch pod web --type=json -p '[{"op":"add","path":"/spec/a~1b","value":{"c":{"d":"x"}}}]' -n lab-01"#
        );
        assert_eq!(
            said("ConfigMap", &object, "metadata.finalizers.0", None),
            r#"kubectl patch configmap web --type=json -p '[{"op":"remove","path":"/metadata/finalizers/0"}]' -n lab-01"#
        );
    }
}
