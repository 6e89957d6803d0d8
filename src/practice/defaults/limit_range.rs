//! Defaults of LimitRanges: what a container may at most have is its default limit, and that its default request.

use serde_json::{Map, Value, json};

use super::each;

pub fn limit_range(object: &mut Value) {
    for item in each(&mut object["spec"], "limits").filter(|item| item["type"] == "Container") {
        for (field, source) in [("default", "max"), ("defaultRequest", "default"), ("defaultRequest", "min")] {
            let amounts: Map<String, Value> = item[source].as_object().cloned().unwrap_or_default();
            for (resource, amount) in amounts {
                if item[field].is_null() {
                    item[field] = json!({});
                }
                if item[field][&resource].is_null() {
                    item[field][&resource] = amount;
                }
            }
        }
        let none: Vec<String> = item
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(_, value)| value.is_null())
            .map(|(name, _)| name.clone())
            .collect();
        for name in none {
            item.as_object_mut().and_then(|item| item.remove(&name));
        }
    }
}
