//! Fields of an object by their path: `spec.template.spec.containers[app].ports[0].containerPort`.

use std::borrow::Cow;

use serde_json::Value;

/// One step of a path.
#[derive(Debug, PartialEq)]
enum Step<'a> {
    Field(Cow<'a, str>),
    Place(usize),
    /// The item of a list that carries this name, under whichever key such lists use.
    Named(&'a str),
}

/// Keys by which the items of Kubernetes' lists are told apart.
const NAMES: [&str; 8] = ["name", "key", "type", "ip", "mountPath", "containerPort", "port", "topologyKey"];

/// What stands at a path; a dot within a key is written `\.` or the key in brackets and quotes.
#[must_use]
pub fn get<'a>(object: &'a Value, path: &str) -> Option<&'a Value> {
    steps(path).into_iter().try_fold(object, |at, step| match step {
        Step::Field(key) => at.get(key.as_ref()),
        Step::Place(place) => at.get(place),
        Step::Named(name) => at.as_array()?.iter().find(|item| named(item, name)),
    })
}

fn named(item: &Value, name: &str) -> bool {
    item.as_str() == Some(name) || NAMES.iter().any(|key| written(&item[*key]) == name)
}

fn written(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Null => Cow::Borrowed(""),
        other => Cow::Owned(other.to_string()),
    }
}

fn steps(path: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    let mut rest = path.trim_start_matches('.');
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let (name, after) = inside.split_once(']').unwrap_or((inside, ""));
            let bare = name.trim_matches(['\'', '"']);
            steps.push(match bare.parse() {
                _ if bare.len() < name.len() => Step::Field(Cow::Borrowed(bare)),
                Ok(place) => Step::Place(place),
                Err(_) => Step::Named(bare.split_once('=').map_or(bare, |(_, value)| value)),
            });
            rest = after.strip_prefix('.').unwrap_or(after);
            continue;
        }
        let bytes = rest.as_bytes();
        let ends = |&at: &usize| bytes[at] == b'[' || (bytes[at] == b'.' && (at == 0 || bytes[at - 1] != b'\\'));
        let end = (0..bytes.len()).find(ends).unwrap_or(bytes.len());
        let key = &rest[..end];
        steps.push(Step::Field(if key.contains('\\') {
            Cow::Owned(key.replace("\\.", "."))
        } else {
            Cow::Borrowed(key)
        }));
        rest = rest[end..].strip_prefix('.').unwrap_or(&rest[end..]);
    }
    steps
}

/// Whether an object says all that a patch says: null means absent, items of lists are found by what names them.
#[must_use]
pub fn includes(object: &Value, patch: &Value) -> bool {
    match (object, patch) {
        (_, Value::Object(fields)) if fields.is_empty() => object.is_null() || object.as_object().is_some_and(serde_json::Map::is_empty),
        (_, Value::Object(fields)) => fields.iter().all(|(key, wanted)| match key.as_str() {
            "$patch" | "$setElementOrder" | "$retainKeys" => true,
            _ if wanted.is_null() => object.get(key).is_none_or(Value::is_null),
            _ => includes(&object[key], wanted),
        }),
        (Value::Array(items), Value::Array(wanted)) => wanted.iter().all(|wanted| {
            if wanted["$patch"] == "delete" {
                !items.iter().any(|item| includes(item, wanted))
            } else {
                items.iter().any(|item| includes(item, wanted))
            }
        }),
        (Value::Null, Value::Array(wanted)) => wanted.iter().all(|wanted| wanted["$patch"] == "delete"),
        (object, patch) => object == patch || number(object).is_some_and(|it| number(patch) == Some(it)),
    }
}

/// A number or a quantity: `2`, `"500m"`, `96Mi`.
#[must_use]
pub fn number(value: &Value) -> Option<f64> {
    const UNITS: [(&str, f64); 14] = [
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("Pi", 1_125_899_906_842_624.0),
        ("Ei", 1_152_921_504_606_846_976.0),
        ("n", 1e-9),
        ("u", 1e-6),
        ("m", 1e-3),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("P", 1e15),
    ];
    let text = match value {
        Value::Number(number) => return number.as_f64(),
        Value::String(text) => text.trim(),
        _ => return None,
    };
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
        return None;
    }
    let unit = UNITS.iter().find_map(|(unit, factor)| text.strip_suffix(unit).map(|digits| (digits, *factor)));
    let (digits, factor) = unit.unwrap_or((text, 1.0));
    digits.parse::<f64>().ok().map(|number| number * factor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_reach_into_lists_by_place_and_by_name() {
        let object = json!({"a": {"b.c/d": 1, "list": [{"name": "x", "v": 1}, {"name": "y", "v": {"w": 2}}]}});
        for (path, found) in [
            ("a.list[y].v.w", Some(json!(2))),
            ("a.list[name=x].v", Some(json!(1))),
            (".a.list[1].name", Some(json!("y"))),
            ("a.b\\.c/d", Some(json!(1))),
            ("a['b.c/d']", Some(json!(1))),
            ("a.list[z]", None),
            ("a.nothing.at.all", None),
        ] {
            assert_eq!(get(&object, path).cloned(), found, "{path}");
        }
    }

    #[test]
    fn an_object_includes_what_was_patched_into_it() {
        let object = json!({"spec": {"replicas": 0, "list": [{"name": "x", "cpu": "1", "more": 1}, {"name": "y"}]}});
        for (patch, holds) in [
            (json!({"spec": {"replicas": 0}}), true),
            (json!({"spec": {"replicas": 1}}), false),
            (json!({"spec": {"list": [{"name": "x", "cpu": 1}]}}), true),
            (json!({"spec": {"list": [{"name": "y", "probe": null}]}}), true),
            (json!({"spec": {"list": [{"name": "x", "more": null}]}}), false),
            (json!({"spec": {"list": [{"name": "z", "$patch": "delete"}]}}), true),
            (json!({"spec": {"list": [{"name": "x", "$patch": "delete"}]}}), false),
        ] {
            assert_eq!(includes(&object, &patch), holds, "{patch}");
        }
    }

    #[test]
    fn quantities_are_numbers() {
        for (text, value) in [("96Mi", 100_663_296.0), ("500m", 0.5), ("2", 2.0), ("1k", 1000.0), ("1.5Gi", 1_610_612_736.0)] {
            assert_eq!(number(&json!(text)), Some(value), "{text}");
        }
        assert_eq!(number(&json!("Mi")), None);
        assert_eq!(number(&json!("web")), None);
    }
}
