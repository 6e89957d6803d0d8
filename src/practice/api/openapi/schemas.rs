//! The schemas of Kubernetes' types, by kind: made once from the types themselves, and kept packed.

use std::io::BufReader;

use flate2::read::GzDecoder;
use serde_json::{Map, Value};

use super::marks;
use crate::practice::kind::Kind;
use crate::practice::types;

const PACKED: &[u8] = include_bytes!("../../../../assets/types/schemas.json.gz");
const REFERENCE: &str = "#/components/schemas/";

/// Every schema by its name; unpacked anew each time, as they are much and seldom asked for.
pub fn all() -> Map<String, Value> {
    // what is built in was read by the tests
    serde_json::from_reader(BufReader::new(GzDecoder::new(PACKED))).unwrap_or_default()
}

/// The schemas of kinds and of all types in them, by their names.
pub fn of(kinds: &[&Kind]) -> Map<String, Value> {
    let mut all = all();
    let roots = kinds.iter().filter_map(|kind| types::table().find(&kind.api_version(), kind.kind));
    let mut waiting: Vec<String> = roots.map(marks::schema_name).collect();
    let mut found = Map::new();
    while let Some(name) = waiting.pop() {
        if let Some(schema) = all.remove(&name) {
            references(&schema, &mut waiting);
            found.insert(name, schema);
        }
    }
    found
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
