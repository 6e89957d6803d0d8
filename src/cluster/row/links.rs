//! What an object names: the ConfigMaps, Secrets, claims and Services it cannot do without, and ports by number and name.

use serde_json::Value;

use super::{list, words};
use crate::cluster::snapshot::{LinkRow, PortRow};

/// What a pod's spec, or a workload's template, names.
pub fn of_pod(spec: &Value) -> Vec<LinkRow> {
    let mut links = Vec::new();
    for container in ["initContainers", "containers"].into_iter().flat_map(|field| list(&spec[field])) {
        for env in list(&container["env"]) {
            let from = &env["valueFrom"];
            push(&mut links, "ConfigMap", &from["configMapKeyRef"], "name", "env");
            push(&mut links, "Secret", &from["secretKeyRef"], "name", "env");
        }
        for from in list(&container["envFrom"]) {
            push(&mut links, "ConfigMap", &from["configMapRef"], "name", "envFrom");
            push(&mut links, "Secret", &from["secretRef"], "name", "envFrom");
        }
    }
    for volume in list(&spec["volumes"]) {
        push(&mut links, "ConfigMap", &volume["configMap"], "name", "volume");
        push(&mut links, "Secret", &volume["secret"], "secretName", "volume");
        push(&mut links, "PersistentVolumeClaim", &volume["persistentVolumeClaim"], "claimName", "volume");
        for source in list(&volume["projected"]["sources"]) {
            push(&mut links, "ConfigMap", &source["configMap"], "name", "volume");
            push(&mut links, "Secret", &source["secret"], "name", "volume");
        }
    }
    for secret in list(&spec["imagePullSecrets"]) {
        push(&mut links, "Secret", secret, "name", "imagePullSecrets");
    }
    let account = words(&spec["serviceAccountName"]);
    if account != "default" {
        push(&mut links, "ServiceAccount", spec, "serviceAccountName", "serviceAccountName");
    }
    // The cluster's own, mounted into every pod, are nothing a learner wrote.
    links.retain(|link| link.name != "kube-root-ca.crt");
    links
}

fn push(links: &mut Vec<LinkRow>, kind: &str, reference: &Value, field: &str, how: &str) {
    let name = words(&reference[field]);
    let link = LinkRow {
        kind: kind.to_owned(),
        name,
        how: how.to_owned(),
        key: words(&reference["key"]),
        port: String::new(),
        optional: reference["optional"] == true,
    };
    if !link.name.is_empty() && !links.contains(&link) {
        links.push(link);
    }
}

/// What any other object names.
pub fn of_object(kind: &str, object: &Value) -> Vec<LinkRow> {
    let spec = &object["spec"];
    match kind {
        "CronJob" => of_pod(&spec["jobTemplate"]["spec"]["template"]["spec"]),
        "Ingress" => backends(spec),
        "RoleBinding" | "ClusterRoleBinding" => bound(object),
        "EndpointSlice" => list(&object["endpoints"])
            .filter(|endpoint| endpoint["targetRef"]["kind"] == "Pod")
            .map(|endpoint| LinkRow {
                kind: "Pod".to_owned(),
                name: words(&endpoint["targetRef"]["name"]),
                how: if endpoint["conditions"]["ready"] == false { "not ready" } else { "ready" }.to_owned(),
                ..LinkRow::default()
            })
            .collect(),
        _ => of_pod(&spec["template"]["spec"]),
    }
}

/// The role that a binding gives, and the accounts that it gives it to; those of other namespaces with these.
fn bound(object: &Value) -> Vec<LinkRow> {
    let own = &object["metadata"]["namespace"];
    let role = LinkRow {
        kind: words(&object["roleRef"]["kind"]),
        name: words(&object["roleRef"]["name"]),
        how: "roleRef".to_owned(),
        ..LinkRow::default()
    };
    let accounts = list(&object["subjects"]).filter(|subject| subject["kind"] == "ServiceAccount").map(|subject| {
        let (name, namespace) = (words(&subject["name"]), &subject["namespace"]);
        let here = namespace.is_null() || namespace == own || own.is_null();
        LinkRow {
            kind: "ServiceAccount".to_owned(),
            name: if here { name } else { format!("{}/{name}", words(namespace)) },
            how: "subjects".to_owned(),
            ..LinkRow::default()
        }
    });
    std::iter::once(role).chain(accounts).collect()
}

/// The Services an Ingress sends to, with the path that leads there.
fn backends(spec: &Value) -> Vec<LinkRow> {
    let rules = list(&spec["rules"]).flat_map(|rule| {
        let host = words(&rule["host"]);
        list(&rule["http"]["paths"]).map(move |path| (format!("{host}{}", words(&path["path"])), &path["backend"]["service"]))
    });
    let otherwise = Some(("default".to_owned(), &spec["defaultBackend"]["service"])).filter(|(_, service)| !service.is_null());
    rules
        .chain(otherwise)
        .map(|(how, service)| LinkRow {
            kind: "Service".to_owned(),
            name: words(&service["name"]),
            how,
            port: number_or_name(&service["port"]["number"], &service["port"]["name"]),
            ..LinkRow::default()
        })
        .collect()
}

fn number_or_name(number: &Value, name: &Value) -> String {
    number.as_i64().map_or_else(|| words(name), |number| number.to_string())
}

/// The ports a Service offers, and those that containers say they listen on.
pub fn ports(kind: &str, spec: &Value) -> Vec<PortRow> {
    if kind != "Service" {
        let containers = ["initContainers", "containers"].into_iter().flat_map(|field| list(&spec[field]));
        let port = |port: &Value| PortRow {
            name: words(&port["name"]),
            port: port["containerPort"].to_string(),
            target: String::new(),
        };
        return containers.flat_map(|container| list(&container["ports"])).map(port).collect();
    }
    let port = |port: &Value| PortRow {
        name: words(&port["name"]),
        port: port["port"].to_string(),
        target: match &port["targetPort"] {
            Value::Null => port["port"].to_string(),
            Value::String(name) => words(&Value::String(name.clone())),
            number => number.to_string(),
        },
    };
    list(&spec["ports"]).map(port).collect()
}

/// Another number whenever what is wished for becomes another: the generation, or where there is none a digest of the rest.
pub fn wish(object: &Value) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    if let Some(generation) = object["metadata"]["generation"].as_u64() {
        return generation;
    }
    let mut digest = DefaultHasher::new();
    for (name, value) in object.as_object().into_iter().flatten() {
        if name != "metadata" && name != "status" {
            value.to_string().hash(&mut digest);
        }
    }
    digest.finish()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pods_names_are_found_once_each() {
        let spec = json!({"containers": [{"env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "set", "key": "a"}}},
            {"name": "B", "valueFrom": {"configMapKeyRef": {"name": "set", "key": "a"}}}], "envFrom": [{"secretRef": {"name": "pass", "optional": true}}],
            "ports": [{"containerPort": 8080, "name": "web"}]}],
            "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}, {"name": "t", "projected": {"sources": [{"configMap": {"name": "kube-root-ca.crt"}}]}}]});
        let found: Vec<_> = of_pod(&spec).into_iter().map(|link| (link.kind, link.name, link.optional)).collect();
        let wanted = [("ConfigMap", "set", false), ("Secret", "pass", true), ("PersistentVolumeClaim", "data", false)];
        assert_eq!(found, wanted.map(|(kind, name, optional)| (kind.to_owned(), name.to_owned(), optional)));
        assert_eq!(ports("Pod", &spec)[0].port, "8080");
    }

    #[test]
    fn a_service_targets_its_own_port_unless_it_says_another() {
        let spec = json!({"ports": [{"port": 80}, {"port": 81, "targetPort": "web"}, {"port": 82, "targetPort": 8082}]});
        let targets: Vec<_> = ports("Service", &spec).into_iter().map(|port| port.target).collect();
        assert_eq!(targets, ["80", "web", "8082"]);
    }

    #[test]
    fn a_wish_changes_with_data_and_not_with_metadata() {
        let one = json!({"metadata": {"resourceVersion": "1"}, "data": {"a": "1"}});
        let same = json!({"metadata": {"resourceVersion": "2"}, "data": {"a": "1"}});
        let other = json!({"metadata": {"resourceVersion": "3"}, "data": {"a": "2"}});
        assert_eq!(wish(&one), wish(&same));
        assert_ne!(wish(&one), wish(&other));
        assert_eq!(wish(&json!({"metadata": {"generation": 4}, "spec": {}})), 4);
    }
}
