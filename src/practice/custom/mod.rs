//! Kinds that a cluster defines for itself: what a CustomResourceDefinition makes of its versions.

pub mod check;
pub mod embedded;
pub mod formats;
pub mod jsonpath;
pub mod lists;
pub mod names;
pub mod prune;
pub mod rule;
pub mod rules;
pub mod scale;
pub mod schema;
pub mod typed;

use std::collections::HashMap;

use parking_lot::Mutex;
use serde_json::{Value, json};

use self::jsonpath::JsonPath;
use self::scale::Scale;
use self::schema::Schema;
use super::field::{condition, int, items, text};
use super::kind::{CUSTOM_RESOURCE_DEFINITION, Kind};
use super::store::Store;

/// What may be done with objects of a defined kind, in discovery's order.
const VERBS: &[&str] = &["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];
/// The same while the definition is being deleted.
const LAST_VERBS: &[&str] = &["delete", "deletecollection", "get", "list", "watch"];

/// What a definition says of one version of its kind besides its names.
#[derive(Debug)]
pub struct Custom {
    pub list_kind: String,
    /// Whether this version is served; the one that is stored need not be.
    pub served: bool,
    pub schema: Schema,
    /// The schema as it was written, for whoever reads it.
    pub written: Value,
    pub columns: Vec<Column>,
    pub scale: Option<Scale>,
    pub selectable: Vec<&'static str>,
    /// What users of a deprecated version are told.
    pub deprecation: Option<String>,
}

/// A column of a Table.
#[derive(Debug)]
pub struct Column {
    pub name: String,
    pub kind: String,
    pub format: String,
    pub description: String,
    pub priority: i64,
    pub path: JsonPath,
}

impl Column {
    /// `None` for one whose path cannot be read.
    fn of(written: &Value) -> Option<Self> {
        let path = text(&written["jsonPath"]);
        let description = match text(&written["description"]) {
            "" => format!("Custom resource definition column (in JSONPath format): {path}"),
            said => said.to_owned(),
        };
        Some(Self {
            name: text(&written["name"]).to_owned(),
            kind: text(&written["type"]).to_owned(),
            format: text(&written["format"]).to_owned(),
            description,
            priority: int(&written["priority"]),
            path: JsonPath::parse(path).ok()?,
        })
    }

    /// The column of a version that names none.
    fn age() -> Option<Self> {
        let description = "CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in \
                           happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\n\
                           Populated by the system. Read-only. Null for lists. More info: \
                           https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";
        Self::of(&json!({"name": "Age", "type": "date", "description": description, "jsonPath": ".metadata.creationTimestamp"}))
    }
}

/// The kinds that the definitions of a store make: those whose names were accepted, in all their versions.
#[must_use]
pub fn defined(store: &Store) -> Vec<&'static Kind> {
    let mut kinds: Vec<&'static Kind> = store.objects(&CUSTOM_RESOURCE_DEFINITION, None).iter().flat_map(versions).collect();
    kinds.sort_by(|one, other| {
        one.group
            .cmp(other.group)
            .then_with(|| by_version(one.version, other.version))
            .then(one.plural.cmp(other.plural))
    });
    kinds
}

/// The kinds that one definition makes; the stored one is among them even when it is not served.
fn versions(definition: &Value) -> Vec<&'static Kind> {
    let holds = |name: &str| condition(definition, name)["status"] == "True";
    if !holds("NamesAccepted") && !holds("Established") {
        return Vec::new();
    }
    let versions = items(&definition["spec"]["versions"]);
    let Some(stored) = versions.iter().find(|version| version["storage"] == true) else {
        return Vec::new();
    };
    let stored = interned(definition, stored, None);
    let others = versions.iter().filter(|version| version["storage"] != true && version["served"] == true);
    let others = others.map(|version| interned(definition, version, Some(stored)));
    [stored].into_iter().chain(others).collect()
}

/// Versions as Kubernetes orders them: stable before beta before alpha, and the higher first.
fn by_version(one: &str, other: &str) -> std::cmp::Ordering {
    rank(other).cmp(&rank(one)).then_with(|| one.cmp(other))
}

fn rank(version: &str) -> (u8, u64, u64) {
    let number = |text: &str| text.parse::<u64>().ok().filter(|_| !text.starts_with('0'));
    let Some(rest) = version.strip_prefix('v') else { return (0, 0, 0) };
    let of = |mark: &str| rest.split_once(mark).and_then(|(major, minor)| Some((number(major)?, number(minor)?)));
    match (number(rest), of("beta"), of("alpha")) {
        (Some(major), ..) => (3, major, 0),
        (_, Some((major, minor)), _) => (2, major, minor),
        (.., Some((major, minor))) => (1, major, minor),
        _ => (0, 0, 0),
    }
}

/// One version of a defined kind. Kinds are few and referred to from everywhere, so each is made once and kept for good: whoever defines the same
/// gets the same.
fn interned(definition: &Value, version: &Value, stored: Option<&'static Kind>) -> &'static Kind {
    static KNOWN: Mutex<Option<HashMap<String, &'static Kind>>> = Mutex::new(None);
    let going = !definition["metadata"]["deletionTimestamp"].is_null();
    let (spec, names) = (&definition["spec"], &definition["status"]["acceptedNames"]);
    let stored_version = stored.map_or("", |kind| kind.version);
    let warned = if version["deprecated"] == true {
        successor(definition, version)
    } else {
        String::new()
    };
    let key = json!([spec["group"], spec["scope"], names, version, going, stored_version, warned]).to_string();
    let mut known = KNOWN.lock();
    known.get_or_insert_default().entry(key).or_insert_with(|| {
        let kept = |value: &Value| -> &'static str { text(value).to_owned().leak() };
        let list = |value: &Value| -> &'static [&'static str] { items(value).iter().map(kept).collect::<Vec<_>>().leak() };
        Box::leak(Box::new(Kind {
            group: kept(&spec["group"]),
            version: kept(&version["name"]),
            kind: kept(&names["kind"]),
            plural: kept(&names["plural"]),
            singular: kept(&names["singular"]),
            short: list(&names["shortNames"]),
            namespaced: spec["scope"] == "Namespaced",
            categories: list(&names["categories"]),
            verbs: if going { LAST_VERBS } else { VERBS },
            subresources: ["status", "scale"]
                .into_iter()
                .filter(|name| !version["subresources"][*name].is_null())
                .collect::<Vec<_>>()
                .leak(),
            generation: true,
            stored,
            custom: Some(Box::leak(Box::new(custom(definition, version)))),
        }))
    })
}

fn custom(definition: &Value, version: &Value) -> Custom {
    let (spec, names) = (&definition["spec"], &definition["status"]["acceptedNames"]);
    let written = version["schema"]["openAPIV3Schema"].clone();
    let columns = items(&version["additionalPrinterColumns"]);
    let api_version = format!("{}/{}", text(&spec["group"]), text(&version["name"]));
    Custom {
        list_kind: text(&names["listKind"]).to_owned(),
        served: version["served"] == true,
        schema: Schema::root(&written, spec["preserveUnknownFields"] == true),
        columns: match columns {
            [] => Column::age().into_iter().collect(),
            // The first that cannot be read is the end of them.
            all => all.iter().map_while(Column::of).collect(),
        },
        scale: Scale::of(&version["subresources"]["scale"]),
        selectable: items(&version["selectableFields"])
            .iter()
            .map(|field| -> &'static str { text(&field["jsonPath"]).trim_start_matches('.').to_owned().leak() })
            .collect(),
        deprecation: (version["deprecated"] == true).then(|| match version["deprecationWarning"].as_str() {
            Some(said) => said.to_owned(),
            None => format!("{api_version} {} is deprecated{}", text(&names["kind"]), successor(definition, version)),
        }),
        written,
    }
}

/// What to use instead of a deprecated version: the newest that is not deprecated, where it is newer.
fn successor(definition: &Value, version: &Value) -> String {
    let spec = &definition["spec"];
    let name = |version: &Value| text(&version["name"]).to_owned();
    let good = items(&spec["versions"])
        .iter()
        .filter(|other| other["served"] == true && other["deprecated"] != true);
    let newest = good.map(name).min_by(|one, other| by_version(one, other));
    match newest.filter(|newest| by_version(newest, &name(version)).is_lt()) {
        Some(newest) => format!("; use {}/{newest} {}", text(&spec["group"]), text(&spec["names"]["kind"])),
        None => String::new(),
    }
}
