//! Validation of Pod specs (kubernetes `pkg/apis/core/validation`).

use std::collections::BTreeSet;

use serde_json::Value;

use super::format;
use crate::practice::status::Fault;

pub const PORT_RANGE: &str = "must be between 1 and 65535, inclusive";
const MAY_CHANGE: &str = "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,\
    `spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

/// A Pod spec at a path.
pub fn spec(at: &str, spec: &Value, faults: &mut Vec<Fault>) {
    let volumes = volumes(at, spec, faults);
    let mut names = BTreeSet::new();
    if list(spec, "containers").is_empty() {
        faults.push(Fault::required(format!("{at}.containers"), ""));
    }
    for field in ["containers", "initContainers"] {
        for (index, container) in list(spec, field).iter().enumerate() {
            let at = format!("{at}.{field}[{index}]");
            named(&at, container, &mut names, faults);
            self::container(&at, container, &volumes, faults);
        }
    }
    one_of(
        &format!("{at}.restartPolicy"),
        &spec["restartPolicy"],
        &["Always", "Never", "OnFailure"],
        faults,
    );
    one_of(
        &format!("{at}.dnsPolicy"),
        &spec["dnsPolicy"],
        &["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"],
        faults,
    );
}

fn list<'a>(object: &'a Value, field: &str) -> &'a [Value] {
    object[field].as_array().map_or(&[], Vec::as_slice)
}

fn one_of(field: &str, value: &Value, supported: &[&str], faults: &mut Vec<Fault>) {
    if value.as_str().is_some_and(|value| !supported.contains(&value)) {
        faults.push(Fault::unsupported(field, value, supported));
    }
}

/// The name of a list's element: there, well formed, and the only one.
fn named(at: &str, element: &Value, names: &mut BTreeSet<String>, faults: &mut Vec<Fault>) {
    let field = format!("{at}.name");
    let name = element["name"].as_str().unwrap_or_default();
    if name.is_empty() {
        faults.push(Fault::required(field, ""));
    } else if let Some(why) = format::label(name) {
        faults.push(Fault::invalid(field, &element["name"], &why));
    } else if !names.insert(name.to_owned()) {
        faults.push(Fault::duplicate(field, &element["name"]));
    }
}

fn volumes(at: &str, spec: &Value, faults: &mut Vec<Fault>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (index, volume) in list(spec, "volumes").iter().enumerate() {
        named(&format!("{at}.volumes[{index}]"), volume, &mut names, faults);
    }
    names
}

fn container(at: &str, container: &Value, volumes: &BTreeSet<String>, faults: &mut Vec<Fault>) {
    let image = container["image"].as_str().unwrap_or_default();
    if image.is_empty() {
        faults.push(Fault::required(format!("{at}.image"), ""));
    } else if image.trim() != image {
        faults.push(Fault::invalid(
            format!("{at}.image"),
            &container["image"],
            "must not have leading or trailing whitespace",
        ));
    }
    one_of(
        &format!("{at}.imagePullPolicy"),
        &container["imagePullPolicy"],
        &["Always", "IfNotPresent", "Never"],
        faults,
    );
    for (index, port) in list(container, "ports").iter().enumerate() {
        let at = format!("{at}.ports[{index}]");
        match port["containerPort"].as_i64().unwrap_or(0) {
            0 => faults.push(Fault::required(format!("{at}.containerPort"), "")),
            1..=65_535 => {}
            _ => faults.push(Fault::invalid(format!("{at}.containerPort"), &port["containerPort"], PORT_RANGE)),
        }
        one_of(&format!("{at}.protocol"), &port["protocol"], &["SCTP", "TCP", "UDP"], faults);
    }
    for (index, env) in list(container, "env").iter().enumerate() {
        let at = format!("{at}.env[{index}]");
        if env["name"].as_str().unwrap_or_default().is_empty() {
            faults.push(Fault::required(format!("{at}.name"), ""));
        }
        if env["valueFrom"].is_object() && !env["value"].as_str().unwrap_or_default().is_empty() {
            faults.push(Fault::invalid(
                format!("{at}.valueFrom"),
                &"".into(),
                "may not be specified when `value` is not empty",
            ));
        }
    }
    mounts(at, container, volumes, faults);
    for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
        probe(&format!("{at}.{name}"), &container[name], name, faults);
    }
    resources(&format!("{at}.resources"), &container["resources"], faults);
}

fn mounts(at: &str, container: &Value, volumes: &BTreeSet<String>, faults: &mut Vec<Fault>) {
    let mut paths = BTreeSet::new();
    for (index, mount) in list(container, "volumeMounts").iter().enumerate() {
        let at = format!("{at}.volumeMounts[{index}]");
        match mount["name"].as_str().unwrap_or_default() {
            "" => faults.push(Fault::required(format!("{at}.name"), "")),
            name if !volumes.contains(name) => faults.push(Fault::not_found(format!("{at}.name"), &mount["name"])),
            _ => {}
        }
        match mount["mountPath"].as_str().unwrap_or_default() {
            "" => faults.push(Fault::required(format!("{at}.mountPath"), "")),
            path if !paths.insert(path.to_owned()) => faults.push(Fault::invalid(format!("{at}.mountPath"), &mount["mountPath"], "must be unique")),
            _ => {}
        }
    }
}

fn probe(at: &str, probe: &Value, name: &str, faults: &mut Vec<Fault>) {
    if !probe.is_object() {
        return;
    }
    let given = ["exec", "httpGet", "tcpSocket", "grpc"]
        .into_iter()
        .filter(|way| probe[*way].is_object())
        .collect::<Vec<_>>();
    match given.as_slice() {
        [] => faults.push(Fault::required(at, "must specify a handler type")),
        [_, more @ ..] => more
            .iter()
            .for_each(|way| faults.push(Fault::forbidden(format!("{at}.{way}"), "may not specify more than 1 handler type"))),
    }
    for way in ["httpGet", "tcpSocket"] {
        let port = &probe[way]["port"];
        if port.as_i64().is_some_and(|number| !(1..=65_535).contains(&number)) {
            faults.push(Fault::invalid(format!("{at}.{way}.port"), port, PORT_RANGE));
        }
    }
    for field in ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"] {
        if probe[field].as_i64().is_some_and(|number| number < 0) {
            faults.push(Fault::invalid(format!("{at}.{field}"), &probe[field], "must be greater than or equal to 0"));
        }
    }
    if name != "readinessProbe" && probe["successThreshold"].as_i64().is_some_and(|number| number > 1) {
        faults.push(Fault::invalid(format!("{at}.successThreshold"), &probe["successThreshold"], "must be 1"));
    }
}

fn resources(at: &str, resources: &Value, faults: &mut Vec<Fault>) {
    for (resource, request) in resources["requests"].as_object().into_iter().flatten() {
        let limit = &resources["limits"][resource];
        let amounts = request.as_str().and_then(quantity).zip(limit.as_str().and_then(quantity));
        if amounts.is_some_and(|(request, limit)| request > limit) {
            let why = format!("must be less than or equal to {resource} limit of {}", limit.as_str().unwrap_or_default());
            faults.push(Fault::invalid(format!("{at}.requests"), request, &why));
        }
    }
}

/// A Kubernetes quantity as a number; `None` when it is none.
pub fn quantity(text: &str) -> Option<f64> {
    const SUFFIXES: &[(&str, f64)] = &[
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("Pi", 1_125_899_906_842_624.0),
        ("n", 1e-9),
        ("u", 1e-6),
        ("m", 1e-3),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("P", 1e15),
    ];
    let (digits, factor) = SUFFIXES
        .iter()
        .find_map(|(suffix, factor)| text.strip_suffix(suffix).map(|digits| (digits, *factor)))
        .unwrap_or((text, 1.0));
    let number = digits
        .starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first))
        .then(|| digits.parse::<f64>().ok())
        .flatten()?;
    number.is_finite().then_some(number * factor)
}

/// A Pod spec that replaces another: little of it may change.
pub fn update(old: &Value, new: &Value, faults: &mut Vec<Fault>) {
    for field in ["containers", "initContainers"] {
        if list(old, field).len() != list(new, field).len() {
            faults.push(Fault::forbidden(format!("spec.{field}"), "pod updates may not add or remove containers"));
            return;
        }
        for (index, container) in list(new, field).iter().enumerate() {
            if container["image"].as_str().unwrap_or_default().is_empty() {
                faults.push(Fault::required(format!("spec.{field}[{index}].image"), ""));
            }
        }
    }
    let mut allowed = new.clone();
    for field in ["containers", "initContainers"] {
        for (mine, before) in allowed[field].as_array_mut().into_iter().flatten().zip(list(old, field)) {
            mine["image"] = before["image"].clone();
        }
        drop_null(&mut allowed, field);
    }
    let added_only = list(old, "tolerations").iter().all(|one| list(new, "tolerations").contains(one));
    let bound = old["nodeName"].as_str().unwrap_or_default().is_empty();
    for (field, free) in [("activeDeadlineSeconds", true), ("tolerations", added_only), ("nodeName", bound)] {
        if free {
            allowed[field] = old[field].clone();
            drop_null(&mut allowed, field);
        }
    }
    if allowed != *old {
        faults.push(Fault::forbidden("spec", MAY_CHANGE));
    }
}

/// Takes back what indexing for a change may have put there.
fn drop_null(spec: &mut Value, field: &str) {
    if spec[field].is_null()
        && let Some(fields) = spec.as_object_mut()
    {
        fields.remove(field);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pod_may_change_its_image_and_little_else() {
        let old = json!({"containers": [{"name": "a", "image": "x:1"}], "restartPolicy": "Always"});
        let found = |change: fn(&mut Value)| {
            let (mut new, mut faults) = (old.clone(), Vec::new());
            change(&mut new);
            update(&old, &new, &mut faults);
            faults.first().map(|fault| fault.text.clone())
        };
        assert_eq!(found(|spec| spec["containers"][0]["image"] = "x:2".into()), None);
        assert_eq!(found(|spec| spec["nodeName"] = "n".into()), None);
        assert!(
            found(|spec| spec["restartPolicy"] = "Never".into())
                .unwrap()
                .starts_with("Forbidden: pod updates may not change fields other than")
        );
        assert!(
            found(|spec| spec["containers"] = json!([]))
                .unwrap()
                .ends_with("may not add or remove containers")
        );
    }

    #[test]
    fn a_request_stays_below_its_limit() {
        let mut faults = Vec::new();
        resources("r", &json!({"requests": {"cpu": "2"}, "limits": {"cpu": "1500m"}}), &mut faults);
        assert_eq!(
            faults[0].to_string(),
            "r.requests: Invalid value: \"2\": must be less than or equal to cpu limit of 1500m"
        );
        assert_eq!(quantity("1Gi"), quantity("1024Mi"));
        assert_eq!(quantity("lots"), None);
    }
}
