//! The schemas of Kubernetes' types, by kind: made once from the types themselves, and kept packed.

use std::io::Read;
use std::sync::LazyLock;

use flate2::read::GzDecoder;
use serde_json::{Map, Value};

use super::marks;
use crate::practice::kind::Kind;
use crate::practice::types;

const PACKED: &[u8] = include_bytes!("../../../../assets/types/schemas.json.gz");
const REFERENCE: &str = "#/components/schemas/";

/// Every schema by its name.
pub fn all() -> &'static Map<String, Value> {
    static ALL: LazyLock<Map<String, Value>> = LazyLock::new(|| {
        let mut bytes = Vec::new();
        // what is built in was read by the tests
        let read = GzDecoder::new(PACKED).read_to_end(&mut bytes);
        read.ok().and_then(|_| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    });
    &ALL
}

/// The schemas of kinds and of all types in them, by their names.
pub fn of(kinds: &[&Kind]) -> Map<String, Value> {
    let roots = kinds.iter().filter_map(|kind| types::table().find(&kind.api_version(), kind.kind));
    let mut waiting: Vec<String> = roots.map(marks::schema_name).collect();
    let mut found = Map::new();
    while let Some(name) = waiting.pop() {
        if let Some(schema) = all().get(&name).filter(|_| !found.contains_key(&name)) {
            references(schema, &mut waiting);
            found.insert(name, schema.clone());
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
