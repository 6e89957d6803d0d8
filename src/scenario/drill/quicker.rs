//! The kubectl commands that lead from what is broken to what works, worked out from the manifests.

use serde_json::{Map, Value, json};

use crate::scenario::{Manifest, Scenario, SolutionMode, manifest};

/// One command or more for each object that the solution changes.
pub fn commands(scenario: &Scenario) -> Vec<String> {
    let mut commands = Vec::new();
    for solution in &scenario.solution {
        let like = |one: &&Manifest| one.kind() == solution.kind() && one.name() == solution.name();
        let before = scenario.broken.iter().find(like).or_else(|| scenario.setup.iter().find(like));
        let of = format!("{}/{}", solution.kind().to_lowercase(), solution.name());
        match (before, scenario.solution_mode) {
            (_, SolutionMode::Delete) => commands.push(format!("kubectl delete {of}")),
            (Some(before), _) if before.object == solution.object => {}
            (Some(before), SolutionMode::Replace) => {
                let changed = change(&before.object, &solution.object).unwrap_or_default();
                commands.push(format!("kubectl get {of} -o yaml > it.yaml   # then, in it: {changed}"));
                commands.push("kubectl replace --force -f it.yaml".to_owned());
            }
            (Some(before), SolutionMode::Apply) => commands.extend(of_change(&of, before, solution)),
            (None, _) => commands.push(create(&of, solution)),
        }
    }
    commands
}

fn create(of: &str, solution: &Manifest) -> String {
    let data = solution.object["data"].as_object().filter(|_| solution.kind() == "ConfigMap");
    match data {
        Some(data) => {
            let literals: Vec<String> = data
                .iter()
                .map(|(key, value)| format!("--from-literal={}", quoted(&format!("{key}={}", plain(value)))))
                .collect();
            format!("kubectl create configmap {} {}", solution.name(), literals.join(" "))
        }
        None => format!("kubectl apply -f it.yaml   # a {of} that is missing: {}", solution.object["spec"]),
    }
}

/// The shortest commands that make one object of the other.
fn of_change(of: &str, before: &Manifest, after: &Manifest) -> Vec<String> {
    let (mut old, new) = (before.object.clone(), &after.object);
    let mut commands = Vec::new();
    if let (Some(from), Some(to)) = (manifest::pod_spec(&before.object), manifest::pod_spec(new)) {
        for to in manifest::containers(to) {
            let Some(from) = manifest::containers(from).find(|from| from["name"] == to["name"]) else {
                continue;
            };
            commands.extend(of_container(of, from, to));
        }
        settle(&mut old, new);
    }
    if of.starts_with("service/") && old["spec"]["selector"] != new["spec"]["selector"] {
        let pairs = new["spec"]["selector"].as_object().into_iter().flatten();
        let pairs: Vec<String> = pairs.map(|(key, value)| quoted(&format!("{key}={}", plain(value)))).collect();
        commands.push(format!("kubectl set selector {of} {}", pairs.join(" ")));
        old["spec"]["selector"] = new["spec"]["selector"].clone();
    }
    if let Some(rest) = change(&old, new) {
        // a strategic merge, which is kubectl's own default: lists of named things merge by name
        commands.push(format!("kubectl patch {of} -p {}", quoted(&rest.to_string())));
    }
    commands
}

/// `kubectl set` knows a container's image, variables and resources.
fn of_container(of: &str, from: &Value, to: &Value) -> Vec<String> {
    let name = plain(&to["name"]);
    let mut commands = Vec::new();
    if from["image"] != to["image"] {
        commands.push(format!("kubectl set image {of} {name}={}", plain(&to["image"])));
    }
    let variables = literals(from).zip(literals(to)).map(|(from, to)| {
        let set = to.iter().filter(|(key, value)| from.get(*key) != Some(value));
        let set = set.map(|(key, value)| quoted(&format!("{key}={}", plain(value))));
        let unset = from.keys().filter(|key| !to.contains_key(*key)).map(|key| format!("{key}-"));
        set.chain(unset).collect::<Vec<_>>().join(" ")
    });
    if let Some(variables) = variables.filter(|said| !said.is_empty()) {
        commands.push(format!("kubectl set env {of} -c {name} {variables}"));
    }
    for side in ["requests", "limits"] {
        let (before, after) = (&from["resources"][side], &to["resources"][side]);
        if let Some(wanted) = after.as_object().filter(|_| before != after) {
            let wanted: Vec<String> = wanted.iter().map(|(key, value)| format!("{key}={}", plain(value))).collect();
            commands.push(format!("kubectl set resources {of} -c {name} --{side}={}", wanted.join(",")));
        }
    }
    commands
}

/// The variables of a container, where all of them are plain texts.
fn literals(container: &Value) -> Option<Map<String, Value>> {
    let env = container["env"].as_array().map_or(&[][..], Vec::as_slice);
    env.iter()
        .map(|one| Some((one["name"].as_str()?.to_owned(), one.get("value")?.clone())))
        .collect()
}

/// Takes over from the new object what `of_container` has commands for, so that only the rest differs.
fn settle(old: &mut Value, new: &Value) {
    match (old, new) {
        (Value::Array(old), Value::Array(new)) => {
            for old in old {
                if let Some(new) = new.iter().find(|new| !old["name"].is_null() && new["name"] == old["name"]) {
                    settle(old, new);
                }
            }
        }
        (Value::Object(old), Value::Object(new)) => {
            if new.contains_key("image") && old.contains_key("image") {
                let env = |fields: &Map<String, Value>| literals(&Value::Object(fields.clone())).is_some();
                if env(old) && env(new) {
                    take(old, new, "env");
                }
                take(old, new, "image");
                if new.contains_key("resources") {
                    take(old, new, "resources");
                }
            }
            for (key, value) in old.iter_mut() {
                if let Some(new) = new.get(key) {
                    settle(value, new);
                }
            }
        }
        _ => {}
    }
}

fn take(old: &mut Map<String, Value>, new: &Map<String, Value>, field: &str) {
    match new.get(field) {
        Some(value) => drop(old.insert(field.to_owned(), value.clone())),
        None => drop(old.remove(field)),
    }
}

/// What is to be merged into the old object; None where nothing is.
fn change(old: &Value, new: &Value) -> Option<Value> {
    match (old, new) {
        _ if old == new => None,
        (Value::Object(from), Value::Object(to)) => {
            let mut changed = Map::new();
            for (key, value) in to {
                match from.get(key) {
                    Some(before) => changed.extend(change(before, value).map(|change| (key.clone(), change))),
                    None => drop(changed.insert(key.clone(), value.clone())),
                }
            }
            let gone = from.keys().filter(|key| !to.contains_key(*key));
            changed.extend(gone.map(|key| (key.clone(), Value::Null)));
            Some(Value::Object(changed))
        }
        (Value::Array(from), Value::Array(to)) if to.iter().chain(from).all(|item| item["name"].is_string()) => {
            let mut changed = Vec::new();
            for item in to {
                match from.iter().find(|before| before["name"] == item["name"]) {
                    Some(before) => changed.extend(change(before, item).map(|mut change| {
                        change["name"] = item["name"].clone();
                        change
                    })),
                    None => changed.push(item.clone()),
                }
            }
            let gone = from.iter().filter(|before| to.iter().all(|item| item["name"] != before["name"]));
            changed.extend(gone.map(|before| json!({"$patch": "delete", "name": before["name"]})));
            Some(Value::Array(changed))
        }
        _ => Some(new.clone()),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// As a shell takes it for one word.
fn quoted(word: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || "-_=./:,@%+".contains(char);
    if word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(kind: &str, before: &Value, after: &Value) -> Vec<String> {
        let object = |spec: &Value| json!({"kind": kind, "metadata": {"name": "x"}, "spec": spec});
        let manifest = |spec: &Value| Manifest {
            object: object(spec),
            ..Manifest::default()
        };
        commands(&Scenario {
            broken: vec![manifest(before)],
            solution: vec![manifest(after)],
            ..Scenario::default()
        })
    }

    fn pods(container: Value) -> Value {
        json!({"template": {"spec": {"containers": [container]}}})
    }

    #[test]
    fn kubectl_set_is_named_where_it_does() {
        let before = pods(json!({"name": "a", "image": "b:1", "env": [{"name": "OLD", "value": "1"}]}));
        let after = pods(json!({"name": "a", "image": "b:2", "env": [{"name": "NEW", "value": "x y"}], "resources": {"limits": {"memory": "96Mi"}}}));
        let wanted = [
            "kubectl set image deployment/x a=b:2",
            "kubectl set env deployment/x -c a 'NEW=x y' OLD-",
            "kubectl set resources deployment/x -c a --limits=memory=96Mi",
        ];
        assert_eq!(told("Deployment", &before, &after), wanted);
        let (before, after) = (json!({"selector": {"app": "wbe"}}), json!({"selector": {"app": "web"}}));
        assert_eq!(told("Service", &before, &after), ["kubectl set selector service/x app=web"]);
    }

    #[test]
    fn the_rest_is_a_patch_of_only_what_differs() {
        let probe = |path: &str| pods(json!({"name": "a", "image": "b:1", "readinessProbe": {"httpGet": {"path": path, "port": 80}}}));
        let wanted =
            r#"kubectl patch deployment/x -p '{"spec":{"template":{"spec":{"containers":[{"readinessProbe":{"httpGet":{"path":"/ok"}},"name":"a"}]}}}}'"#;
        let sorted =
            r#"kubectl patch deployment/x -p '{"spec":{"template":{"spec":{"containers":[{"name":"a","readinessProbe":{"httpGet":{"path":"/ok"}}}]}}}}'"#;
        let told = told("Deployment", &probe("/no"), &probe("/ok"));
        assert!(told == [wanted] || told == [sorted], "{told:?}");
    }
}
