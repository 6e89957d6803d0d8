//! The schemas of Kubernetes' types, by kind: made once from the types themselves, and kept packed, a line a type.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};

use flate2::read::GzDecoder;
use serde_json::Value;

use super::marks;
use crate::practice::kind::Kind;
use crate::practice::types;

const PACKED: &[u8] = include_bytes!("../../../../assets/types/schemas.txt.gz");
const REFERENCE: &str = "#/components/schemas/";

/// The schemas of kinds and of all types in them, with their names. A type stands after those that lead to it, so that one
/// pass finds all; what nobody needs is not read, as it is much.
pub fn of(kinds: &[&Kind]) -> impl Iterator<Item = (String, Value)> + use<> {
    // what a cluster defines has the metadata that all have
    let root = |kind: &&Kind| match kind.custom {
        Some(_) => types::table().find("meta/v1", "ObjectMeta"),
        None => types::table().find(&kind.api_version(), kind.kind),
    };
    let mut wanted: BTreeSet<String> = kinds.iter().filter_map(root).map(marks::schema_name).collect();
    lines().filter_map(move |line| {
        let (name, schema) = line.split_once(' ').filter(|(name, _)| wanted.remove(*name))?;
        // what is built in was read by the tests
        let schema: Value = serde_json::from_str(schema).unwrap_or_default();
        references(&schema, &mut |used| {
            wanted.insert(used.to_owned());
        });
        Some((name.to_owned(), schema))
    })
}

/// Every type: its name, a space, its schema.
pub fn lines() -> impl Iterator<Item = String> + Send {
    BufReader::new(GzDecoder::new(PACKED)).lines().map_while(Result::ok)
}

/// The names of the types that a schema uses.
pub fn references(value: &Value, found: &mut impl FnMut(&str)) {
    match value {
        Value::Object(map) => {
            let name = map.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix(REFERENCE));
            name.into_iter().for_each(&mut *found);
            map.values().for_each(|value| references(value, found));
        }
        Value::Array(list) => list.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}
