//! Which resources a policy is about, as it writes it.

use serde_json::Value;

use super::super::check::{Faults, list};
use crate::practice::field::text;
use crate::practice::status::Fault;

const OPERATIONS: [&str; 5] = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];
const SCOPES: [&str; 3] = ["*", "Cluster", "Namespaced"];

pub fn rule(at: &str, rule: &Value, faults: &mut Faults) {
    let names = list(rule, "resourceNames");
    for (index, name) in names.iter().enumerate().filter(|(index, name)| names[..*index].contains(name)) {
        faults.push(Fault::duplicate(format!("{at}.resourceNames[{index}]"), name));
    }
    words(at, rule, "operations", "operations", faults);
    for (index, operation) in list(rule, "operations").iter().enumerate() {
        if !OPERATIONS.contains(&text(operation)) {
            faults.push(Fault::unsupported(format!("{at}.operations[{index}]"), operation, &OPERATIONS));
        }
    }
    words(at, rule, "apiGroups", "API groups", faults);
    words(at, rule, "apiVersions", "API versions", faults);
    for (index, _) in list(rule, "apiVersions").iter().enumerate().filter(|(_, version)| text(version).is_empty()) {
        faults.push(Fault::required(format!("{at}.apiVersions[{index}]"), ""));
    }
    resources(&format!("{at}.resources"), &rule["resources"], list(rule, "resources"), faults);
    if !rule["scope"].is_null() && !SCOPES.contains(&text(&rule["scope"])) {
        faults.push(Fault::unsupported(format!("{at}.scope"), &rule["scope"], &SCOPES));
    }
}

/// Words of which there has to be one; `*` stands alone.
fn words(at: &str, rule: &Value, field: &str, called: &str, faults: &mut Faults) {
    let words = list(rule, field);
    if words.is_empty() {
        faults.push(Fault::required(format!("{at}.{field}"), ""));
    }
    if words.len() > 1 && words.iter().any(|word| word == "*") {
        let why = format!("if '*' is present, must not specify other {called}");
        faults.push(Fault::invalid(format!("{at}.{field}"), &rule[field], &why));
    }
}

fn resources(at: &str, written: &Value, resources: &[Value], faults: &mut Faults) {
    if resources.is_empty() {
        faults.push(Fault::required(at, ""));
    }
    let earlier = |index: usize, word: &str| resources[..index].iter().any(|said| said == word);
    for (index, resource) in resources.iter().enumerate() {
        let (at, said) = (format!("{at}[{index}]"), text(resource));
        if said.is_empty() {
            faults.push(Fault::required(at, ""));
            continue;
        }
        let Some((name, part)) = said.split_once('/') else { continue };
        for all in [format!("{name}/*"), format!("*/{part}")] {
            if earlier(index, &all) {
                let why = format!("if '{all}' is present, must not specify {said}");
                faults.push(Fault::invalid(at.clone(), resource, &why));
            }
        }
    }
    let is = |word: &str| resources.iter().any(|said| said == word);
    if resources.len() > 1 && is("*/*") {
        faults.push(Fault::invalid(at, written, "if '*/*' is present, must not specify other resources"));
    }
    // Kubernetes looks at the last of those without a part.
    let plain = resources.iter().rev().find(|said| !text(said).contains('/'));
    if is("*") && plain.is_some_and(|said| said != "*") {
        let why = "if '*' is present, must not specify other resources without subresources";
        faults.push(Fault::invalid(at, written, why));
    }
}
