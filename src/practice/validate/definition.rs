//! CustomResourceDefinitions (apiextensions `apis/apiextensions/validation`).

mod go;
mod open_api;
mod rules;
mod schema;

use serde_json::Value;

use super::check::{Faults, immutable, list};
use super::format;
use crate::practice::field::{condition, items, text};
use crate::practice::status::Fault;

const SCOPES: [&str; 2] = ["Cluster", "Namespaced"];
const STRATEGIES: [&str; 2] = ["None", "Webhook"];
const COLUMN_TYPES: [&str; 5] = ["boolean", "date", "integer", "number", "string"];
const COLUMN_FORMATS: [&str; 8] = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];
/// How many fields may be selected by.
const SELECTABLE: usize = 8;

/// A new one is called after what it defines.
pub fn own(object: &Value, faults: &mut Faults) {
    let (spec, name) = (&object["spec"], &object["metadata"]["name"]);
    if text(name) != format!("{}.{}", text(&spec["names"]["plural"]), text(&spec["group"])) {
        faults.push(Fault::invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group"));
    }
}

pub fn definition(object: &Value, faults: &mut Faults) {
    let spec = &object["spec"];
    group(&spec["group"], faults);
    one_of("spec.scope", &spec["scope"], &SCOPES, faults);
    versions(spec, faults);
    names(&spec["names"], faults);
    if let Some(first) = list(spec, "versions").first() {
        parts("spec", first, |field| go::alike(list(spec, "versions"), field), faults);
    }
    conversion(&spec["conversion"], faults);
    let stored = items(&object["status"]["storedVersions"]);
    if stored.is_empty() {
        faults.push(Fault::invalid("status.storedVersions", &Value::Null, "must have at least one stored version"));
    }
    for version in list(spec, "versions").iter().filter(|version| version["storage"] == true && !stored.is_empty()) {
        let count = stored.iter().filter(|known| **known == version["name"]).count();
        let earlier = list(spec, "versions").iter().take_while(|other| !std::ptr::eq(*other, version));
        if count == 0 || earlier.into_iter().any(|other| other["name"] == version["name"]) {
            let why = format!("must have the storage version {}", text(&version["name"]));
            faults.push(Fault::invalid("status.storedVersions", &object["status"]["storedVersions"], &why));
        }
    }
    for (index, version) in stored.iter().enumerate() {
        if !list(spec, "versions").iter().any(|known| known["name"] == *version) {
            let name = text(version);
            let why = format!(
                "missing from spec.versions; {name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no \
                 data remains persisted in {name} and removes {name} from status.storedVersions"
            );
            faults.push(Fault::invalid(format!("status.storedVersions[{index}]"), version, &why));
        }
    }
    approval(object, faults);
    if spec["preserveUnknownFields"] == true {
        let why = "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead";
        faults.push(Fault::invalid("spec.preserveUnknownFields", &true.into(), why));
    }
}

/// What may not become another.
pub fn update(old: &Value, object: &Value, faults: &mut Faults) {
    let (before, spec) = (&old["spec"], &object["spec"]);
    if condition(old, "Established")["status"] == "True" {
        immutable("spec.scope", &before["scope"], &spec["scope"], faults);
        immutable("spec.names.kind", &before["names"]["kind"], &spec["names"]["kind"], faults);
    }
    immutable("spec.group", &before["group"], &spec["group"], faults);
    immutable("spec.names.plural", &before["names"]["plural"], &spec["names"]["plural"], faults);
}

fn group(group: &Value, faults: &mut Faults) {
    let invalid = |why: &str| Fault::invalid("spec.group", group, why);
    match text(group) {
        "" => faults.push(Fault::required("spec.group", "")),
        name => match format::subdomain(name) {
            Some(why) => faults.push(invalid(&why)),
            None if !name.contains('.') => faults.push(invalid("should be a domain with at least one dot")),
            None => {}
        },
    }
}

/// A text that has to be there, and one of a few.
fn one_of(at: &str, value: &Value, known: &[&str], faults: &mut Faults) {
    match text(value) {
        "" => faults.push(Fault::required(at, "")),
        name if !known.contains(&name) => faults.push(Fault::unsupported(at, value, known)),
        _ => {}
    }
}

fn versions(spec: &Value, faults: &mut Faults) {
    let versions = list(spec, "versions");
    for (index, version) in versions.iter().enumerate() {
        if version["schema"]["openAPIV3Schema"].is_null() {
            faults.push(Fault::required(format!("spec.versions[{index}].schema.openAPIV3Schema"), ""));
        }
    }
    // What all versions have alike is looked at once, above them.
    let alike = |field: &str| go::alike(versions, field);
    for (index, version) in versions.iter().enumerate() {
        let at = format!("spec.versions[{index}]");
        if let Some(why) = format::service(text(&version["name"])) {
            faults.push(Fault::invalid(format!("{at}.name"), &version["name"], &why));
        }
        deprecation(&at, version, faults);
        parts(&at, version, |field| !alike(field), faults);
    }
    let all = |why: &str| Fault::invalid("spec.versions", &spec["versions"], why).shown(&spec["versions"], &go::versions(versions, alike));
    let names: std::collections::BTreeSet<&str> = versions.iter().map(|version| text(&version["name"])).collect();
    if names.len() < versions.len() {
        faults.push(all("must contain unique version names"));
    }
    if versions.iter().filter(|version| version["storage"] == true).count() != 1 {
        faults.push(all("must have exactly one version marked as storage version"));
    }
    if let Some(first) = versions.first()
        && let Some(why) = format::service(text(&first["name"]))
    {
        faults.push(Fault::invalid("spec.version", &first["name"], &why));
    }
}

/// What a version says of its objects, as far as it is to be looked at.
fn parts(at: &str, version: &Value, own: impl Fn(&str) -> bool, faults: &mut Faults) {
    // A schema that all versions have is kept under another name.
    let above = !at.contains('[');
    let written = &version["schema"]["openAPIV3Schema"];
    if own("schema") && written.is_object() {
        let way = if above { "validation" } else { "schema" };
        schema::schema(
            &format!("{at}.{way}.openAPIV3Schema"),
            written,
            !version["subresources"]["status"].is_null(),
            faults,
        );
    }
    if own("subresources") {
        scale(&format!("{at}.subresources.scale"), &version["subresources"]["scale"], faults);
    }
    for (index, column) in list(version, "additionalPrinterColumns")
        .iter()
        .enumerate()
        .filter(|_| own("additionalPrinterColumns"))
    {
        self::column(&format!("{at}.additionalPrinterColumns[{index}]"), column, faults);
    }
    if own("selectableFields") {
        selectable(at, version, faults);
    }
}

fn deprecation(at: &str, version: &Value, faults: &mut Faults) {
    let warning = &version["deprecationWarning"];
    if let Some(said) = warning.as_str() {
        let invalid = |why: &str| Fault::invalid(format!("{at}.deprecationWarning"), warning, why);
        if version["deprecated"] != true {
            faults.push(invalid("can only be set for deprecated versions"));
        } else if said.is_empty() {
            faults.push(invalid("must not be an empty string"));
        } else if said.len() > 256 {
            faults.push(invalid("must be <= 256 characters long"));
        }
    }
}

fn scale(at: &str, scale: &Value, faults: &mut Faults) {
    if scale.is_null() {
        return;
    }
    for (field, root, needed) in [
        ("specReplicasPath", ".spec", true),
        ("statusReplicasPath", ".status", true),
        ("labelSelectorPath", "", false),
    ] {
        let (at, path) = (format!("{at}.{field}"), text(&scale[field]));
        let under = |root: &str| path.starts_with(&format!("{root}."));
        if path.is_empty() {
            if needed {
                faults.push(Fault::required(at, ""));
            }
        } else if !path.starts_with('.') {
            faults.push(Fault::invalid(at, &scale[field], "must be a simple json path starting with ."));
        } else if needed && !under(root) {
            faults.push(Fault::invalid(at, &scale[field], &format!("should be a json path under {root}")));
        } else if !needed && !under(".spec") && !under(".status") {
            faults.push(Fault::invalid(at, &scale[field], "should be a json path under either .spec or .status"));
        }
    }
}

fn column(at: &str, column: &Value, faults: &mut Faults) {
    if text(&column["name"]).is_empty() {
        faults.push(Fault::required(format!("{at}.name"), ""));
    }
    let types = format!("must be one of {}", COLUMN_TYPES.join(","));
    match text(&column["type"]) {
        "" => faults.push(Fault::required(format!("{at}.type"), &types)),
        kind if !COLUMN_TYPES.contains(&kind) => faults.push(Fault::invalid(format!("{at}.type"), &column["type"], &types)),
        _ => {}
    }
    let form = text(&column["format"]);
    if !form.is_empty() && !COLUMN_FORMATS.contains(&form) {
        let why = format!("must be one of {}", COLUMN_FORMATS.join(","));
        faults.push(Fault::invalid(format!("{at}.format"), &column["format"], &why));
    }
    match text(&column["jsonPath"]) {
        "" => faults.push(Fault::required(format!("{at}.JSONPath"), "")),
        path if !path.starts_with('.') => {
            let why = "must be a simple json path starting with .";
            faults.push(Fault::invalid(format!("{at}.JSONPath"), &column["jsonPath"], why));
        }
        _ => {}
    }
}

fn selectable(at: &str, version: &Value, faults: &mut Faults) {
    let (fields, mut seen) = (list(version, "selectableFields"), Vec::new());
    for (index, field) in fields.iter().enumerate() {
        let (at, path) = (format!("{at}.selectableFields[{index}].jsonPath"), text(&field["jsonPath"]));
        if path.is_empty() {
            faults.push(Fault::required(at, ""));
            continue;
        }
        let mut place = &version["schema"]["openAPIV3Schema"];
        for step in path.trim_start_matches('.').split('.') {
            place = &place["properties"][step];
        }
        if place.is_null() {
            let why = "is an invalid path: does not refer to a valid field";
            faults.push(Fault::invalid(at.clone(), &field["jsonPath"], why));
        } else if !matches!(text(&place["type"]), "string" | "boolean" | "integer") {
            let why = "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.";
            faults.push(Fault::invalid(at.clone(), &field["jsonPath"], why));
        }
        if seen.contains(&path) {
            faults.push(Fault::duplicate(at, &field["jsonPath"]));
        }
        seen.push(path);
    }
    if seen.len() > SELECTABLE {
        faults.push(Fault::too_many(format!("{at}.selectableFields"), seen.len() as u64, SELECTABLE as u64));
    }
}

fn names(names: &Value, faults: &mut Faults) {
    for field in ["plural", "singular", "kind", "listKind"] {
        if text(&names[field]).is_empty() {
            faults.push(Fault::required(format!("spec.names.{field}"), ""));
        }
    }
    let label = |at: String, value: &Value, faults: &mut Faults| {
        if let Some(why) = Some(text(value)).filter(|name| !name.is_empty()).and_then(format::service) {
            faults.push(Fault::invalid(at, value, &why));
        }
    };
    for field in ["plural", "singular"] {
        label(format!("spec.names.{field}"), &names[field], faults);
    }
    for field in ["kind", "listKind"] {
        let lower = text(&names[field]).to_lowercase();
        if let Some(why) = Some(lower.as_str()).filter(|name| !name.is_empty()).and_then(format::service) {
            let why = format!("may have mixed case, but should otherwise match: {why}");
            faults.push(Fault::invalid(format!("spec.names.{field}"), &names[field], &why));
        }
    }
    for (index, short) in list(names, "shortNames").iter().enumerate() {
        label(format!("spec.names.shortNames[{index}]"), short, faults);
    }
    if !text(&names["kind"]).is_empty() && names["kind"] == names["listKind"] {
        faults.push(Fault::invalid(
            "spec.names.listKind",
            &names["listKind"],
            "kind and listKind may not be the same",
        ));
    }
    for (index, category) in list(names, "categories").iter().enumerate() {
        label(format!("spec.names.categories[{index}]"), category, faults);
    }
}

fn conversion(conversion: &Value, faults: &mut Faults) {
    if conversion.is_null() {
        return;
    }
    one_of("spec.conversion.strategy", &conversion["strategy"], &STRATEGIES, faults);
    let webhook = &conversion["webhook"];
    let client = &webhook["clientConfig"];
    if conversion["strategy"] != "Webhook" {
        if !client.is_null() {
            let why = "should not be set when strategy is not set to Webhook";
            faults.push(Fault::forbidden("spec.conversion.webhookClientConfig", why));
        }
        return;
    }
    if client.is_null() {
        let why = "required when strategy is set to Webhook";
        faults.push(Fault::required("spec.conversion.webhookClientConfig", why));
    } else if client["url"].is_null() == client["service"].is_null() {
        let why = "exactly one of url or service is required";
        faults.push(Fault::required("spec.conversion.webhookClientConfig", why));
    }
    if items(&webhook["conversionReviewVersions"]).is_empty() {
        faults.push(Fault::required("spec.conversion.conversionReviewVersions", ""));
    }
}

/// Groups of Kubernetes itself need a word of its own.
fn approval(object: &Value, faults: &mut Faults) {
    const APPROVAL: &str = "api-approved.kubernetes.io";
    let group = text(&object["spec"]["group"]);
    let protected = ["k8s.io", "kubernetes.io"]
        .iter()
        .any(|own| group == *own || group.ends_with(&format!(".{own}")));
    if protected && object["metadata"]["annotations"][APPROVAL].is_null() {
        let why = "protected groups must have approval annotation \"api-approved.kubernetes.io\", see https://github.com/kubernetes/enhancements/pull/1111";
        faults.push(Fault::required(format!("metadata.annotations[{APPROVAL}]"), why));
    }
}
