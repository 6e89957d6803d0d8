//! The schemas of Kubernetes' types, by kind: made once from the types themselves, and kept packed.

use std::collections::BTreeMap;
use std::io::Read;

use flate2::read::GzDecoder;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::marks;
use crate::practice::kind::Kind;
use crate::practice::types;

const PACKED: &[u8] = include_bytes!("../../../../assets/types/schemas.json.gz");
const REFERENCE: &str = "#/components/schemas/";

/// The schemas of kinds and of all types in them, by their names; the rest stays unread, as it is much.
pub fn of(kinds: &[&Kind]) -> Map<String, Value> {
    let text = unpacked();
    // what is built in was read by the tests
    let mut all: BTreeMap<&str, &RawValue> = serde_json::from_str(&text).unwrap_or_default();
    // what a cluster defines has the metadata that all have
    let root = |kind: &&Kind| match kind.custom {
        Some(_) => types::table().find("meta/v1", "ObjectMeta"),
        None => types::table().find(&kind.api_version(), kind.kind),
    };
    let mut waiting: Vec<String> = kinds.iter().filter_map(root).map(marks::schema_name).collect();
    let mut found = Map::new();
    while let Some(name) = waiting.pop() {
        if let Some(schema) = all.remove(name.as_str()) {
            let schema: Value = serde_json::from_str(schema.get()).unwrap_or_default();
            references(&schema, &mut waiting);
            found.insert(name, schema);
        }
    }
    found
}

/// Every schema by its name.
pub fn unpacked() -> String {
    let mut text = String::new();
    // what is built in was read by the tests
    let _ = GzDecoder::new(PACKED).read_to_string(&mut text);
    text
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            let name = map.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix(REFERENCE));
            found.extend(name.map(str::to_owned));
            map.values().for_each(|value| references(value, found));
        }
        Value::Array(list) => list.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}
