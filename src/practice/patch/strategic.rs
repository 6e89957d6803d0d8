//! Strategic merge patch: like a merge patch, but lists with keys are merged element by element.

use serde_json::{Map, Value};

use super::schema::{self, List, Node};
use crate::practice::kind::Kind;
use crate::practice::status::Status;

/// Applies a patch.
///
/// # Errors
/// 500 for a directive that Kubernetes does not know, or an element without its key.
pub fn merge(kind: &Kind, object: &mut Value, patch: &Value) -> Result<(), Status> {
    overlay(Node::of(kind), object, patch)
}

fn overlay(node: Node, target: &mut Value, patch: &Value) -> Result<(), Status> {
    match patch {
        Value::Object(patch) => overlay_map(node, target, patch),
        Value::Array(elements) => overlay_list(node, target, elements),
        other => {
            *target = other.clone();
            Ok(())
        }
    }
}

fn overlay_map(node: Node, target: &mut Value, patch: &Map<String, Value>) -> Result<(), Status> {
    match patch.get("$patch").and_then(Value::as_str) {
        Some("replace") => {
            *target = plain(&Value::Object(patch.clone()));
            return Ok(());
        }
        Some("delete") => {
            *target = Value::Null;
            return Ok(());
        }
        Some("merge") | None => {}
        Some(other) => {
            let printed = printed(&Value::Object(patch.clone()));
            return Err(Status::untold(format!("unknown patch type: {other} in map: {printed}")));
        }
    }
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Some(map) = target.as_object_mut() else { return Ok(()) };
    if let Some(kept) = patch.get("$retainKeys").and_then(Value::as_array) {
        map.retain(|name, _| kept.iter().any(|one| one == name));
    }
    for (name, value) in patch {
        if let Some(list) = name.strip_prefix("$deleteFromPrimitiveList/") {
            if let (Some(from), Some(gone)) = (map.get_mut(list).and_then(Value::as_array_mut), value.as_array()) {
                from.retain(|one| !gone.contains(one));
            }
        } else if value.is_null() {
            map.remove(name);
        } else if !name.starts_with('$') {
            overlay(node.field(name), map.entry(name.clone()).or_insert(Value::Null), value)?;
            if map.get(name).is_some_and(Value::is_null) {
                map.remove(name);
            }
        }
    }
    for (name, order) in patch {
        if let (Some(list), Some(order)) = (name.strip_prefix("$setElementOrder/"), order.as_array())
            && let Some(elements) = map.get_mut(list).and_then(Value::as_array_mut)
        {
            sort(elements, order, node.field(list).strategic());
        }
    }
    Ok(())
}

fn overlay_list(node: Node, target: &mut Value, patch: &[Value]) -> Result<(), Status> {
    let replace = patch
        .iter()
        .any(|element| element["$patch"] == "replace" && element.as_object().is_some_and(|map| map.len() == 1));
    let kind = node.strategic();
    if replace || kind == List::Atomic || !target.is_array() && kind == List::Set {
        *target = patch.iter().filter(|element| element["$patch"] != "replace").map(plain).collect();
        return Ok(());
    }
    if !target.is_array() {
        *target = Value::Array(Vec::new());
    }
    let Some(list) = target.as_array_mut() else { return Ok(()) };
    let List::Keyed(keys) = kind else {
        let before = std::mem::take(list);
        *list = woven(patch, &before, |one, other| one == other);
        return Ok(());
    };
    let before = std::mem::take(list);
    let same = |one: &Value, other: &Value| schema::key(one, keys) == schema::key(other, keys);
    let (mut named, mut kept) = (Vec::new(), before);
    for element in patch {
        if schema::key(element, keys).is_none() {
            let (printed, keys) = (printed(element), keys.join(","));
            return Err(Status::untold(format!("map: {printed} does not contain declared merge key: {keys}")));
        }
        let found = kept.iter().position(|old| same(old, element));
        match (element["$patch"].as_str(), found) {
            (Some("delete"), Some(index)) => drop(kept.remove(index)),
            (Some("delete"), None) => {}
            (_, Some(index)) => {
                overlay(node.element(), &mut kept[index], element)?;
                let merged = kept[index].clone();
                // A patch may name an element twice: what comes later is merged into what came of the first.
                match named.iter_mut().find(|earlier| same(earlier, element)) {
                    Some(earlier) => *earlier = merged,
                    None => named.push(merged),
                }
            }
            (_, None) => match named.iter_mut().find(|earlier| same(earlier, element)) {
                Some(earlier) => overlay(node.element(), earlier, element)?,
                None => named.push(plain(element)),
            },
        }
    }
    *list = woven(&named, &kept, same);
    Ok(())
}

/// What a patch names and what only was there, in one list: what is new comes as early as the old order allows.
fn woven(named: &[Value], before: &[Value], same: impl Fn(&Value, &Value) -> bool) -> Vec<Value> {
    let place = |one: &Value| before.iter().position(|other| same(other, one));
    let others = before.iter().filter(|one| !named.iter().any(|other| same(other, one)));
    let (mut others, mut out) = (others.peekable(), Vec::new());
    for one in named {
        while let Some(next) = others.next_if(|next| place(next).zip(place(one)).is_some_and(|(next, one)| next < one)) {
            out.push(next.clone());
        }
        if !out.iter().any(|there| same(there, one)) {
            out.push(one.clone());
        }
    }
    out.extend(others.cloned());
    out
}

/// Puts elements into the order of a `$setElementOrder`; others keep their place behind those before them.
fn sort(elements: &mut [Value], order: &[Value], kind: List) {
    let place = |element: &Value| match kind {
        List::Keyed(keys) => order.iter().position(|one| schema::key(one, keys) == schema::key(element, keys)),
        _ => order.iter().position(|one| one == element),
    };
    let mut last = 0;
    let mut ranked: Vec<(usize, Value)> = Vec::new();
    for element in elements.iter() {
        last = place(element).unwrap_or(last);
        ranked.push((last, element.clone()));
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    for (slot, (_, element)) in elements.iter_mut().zip(ranked) {
        *slot = element;
    }
}

/// A value as Go prints it with `%v`.
pub fn printed(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let entries: Vec<String> = map.iter().map(|(name, value)| format!("{name}:{}", printed(value))).collect();
            format!("map[{}]", entries.join(" "))
        }
        Value::Array(list) => format!("[{}]", list.iter().map(printed).collect::<Vec<_>>().join(" ")),
        Value::String(text) => text.clone(),
        Value::Null => "<nil>".to_owned(),
        other => other.to_string(),
    }
}

/// A patch's value where there was none: without directives and nulls.
fn plain(patch: &Value) -> Value {
    match patch {
        Value::Object(map) => map
            .iter()
            .filter(|(name, value)| !name.starts_with('$') && !value.is_null())
            .map(|(name, value)| (name.clone(), plain(value)))
            .collect(),
        Value::Array(list) => list.iter().map(plain).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::practice::kind::POD;

    fn pod() -> Value {
        json!({"spec": {"containers": [{"name": "a", "image": "x", "env": [{"name": "K", "value": "1"}]}, {"name": "b", "image": "y"}], "tolerations": [{"key": "t"}]}})
    }

    fn merged(patch: Value) -> Value {
        let mut object = pod();
        merge(&POD, &mut object, &patch).unwrap();
        object["spec"].take()
    }

    #[test]
    fn containers_are_merged_by_name() {
        let spec = merged(
            json!({"spec": {"$setElementOrder/containers": [{"name": "a"}, {"name": "b"}], "containers": [{"name": "a", "image": "z", "env": [{"name": "L", "value": "2"}]}]}}),
        );
        assert_eq!(
            spec["containers"][0],
            json!({"name": "a", "image": "z", "env": [{"name": "L", "value": "2"}, {"name": "K", "value": "1"}]})
        );
        assert_eq!(spec["containers"][1]["image"], "y");
    }

    #[test]
    fn an_element_may_be_named_twice() {
        let containers = json!([{"name": "b", "image": null, "tty": true}, {"name": "b", "image": "z"}]);
        let spec = merged(json!({"spec": {"containers": containers}}));
        assert_eq!(spec["containers"][1], json!({"name": "b", "image": "z", "tty": true}));
        assert_eq!(spec["containers"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn directives_delete_and_replace() {
        assert_eq!(
            merged(json!({"spec": {"containers": [{"name": "a", "$patch": "delete"}]}}))["containers"],
            json!([{"name": "b", "image": "y"}])
        );
        assert_eq!(
            merged(json!({"spec": {"containers": [{"name": "c"}, {"$patch": "replace"}]}}))["containers"],
            json!([{"name": "c"}])
        );
        assert_eq!(
            merged(json!({"spec": {"$retainKeys": ["containers"], "containers": []}})).get("tolerations"),
            None
        );
    }

    #[test]
    fn atomic_lists_are_replaced_and_order_is_kept() {
        let spec = merged(json!({"spec": {"tolerations": [{"key": "u"}], "$setElementOrder/containers": [{"name": "b"}, {"name": "a"}]}}));
        assert_eq!(spec["tolerations"], json!([{"key": "u"}]));
        assert_eq!(spec["containers"][0]["name"], "b");
    }

    proptest::proptest! {
        #[test]
        fn a_patch_applied_twice_changes_nothing_more(names in proptest::collection::vec("[a-d]", 1..5), image in "[x-z]") {
            let containers: Vec<Value> = names.iter().map(|name| json!({"name": name, "image": image})).collect();
            let patch = json!({"spec": {"containers": containers}});
            let mut once = pod();
            merge(&POD, &mut once, &patch).unwrap();
            let mut twice = once.clone();
            merge(&POD, &mut twice, &patch).unwrap();
            proptest::prop_assert_eq!(once, twice);
        }
    }
}
