//! The JSON Schema is made from the form's types, and names what is read, no more and no less.

use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde_json::Value;

use super::form::*;

fn schema_of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>()
}

/// Every key that a map of this type may have.
fn keys<T: JsonSchema>() -> Vec<String> {
    fn collect(schema: &Value, root: &Value, keys: &mut Vec<String>) {
        keys.extend(schema["properties"].as_object().into_iter().flatten().map(|(key, _)| key.clone()));
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
            collect(&root["$defs"][name], root, keys);
        }
        for choice in ["oneOf", "anyOf", "allOf"].iter().filter_map(|list| schema[*list].as_array()).flatten() {
            collect(choice, root, keys);
        }
    }
    let root = schema_of::<T>().to_value();
    let mut found = Vec::new();
    collect(&root, &root, &mut found);
    found.sort();
    found.dedup();
    found
}

#[test]
fn the_schema_in_assets_is_that_of_the_types() {
    let generated = serde_json::to_string_pretty(&schema_of::<ScenarioYaml>()).unwrap() + "\n";
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/scenario.schema.json");
    if std::env::var_os("KLAB_WRITE_ASSETS").is_some() {
        std::fs::write(file, &generated).unwrap();
    }
    let kept = std::fs::read_to_string(file).unwrap_or_default();
    assert!(
        kept == generated,
        "run the test once with KLAB_WRITE_ASSETS=1 and look at what changed in {file}"
    );
}

#[test]
fn what_is_read_is_what_the_schema_names() {
    let told = |yaml: &str| -> Vec<String> {
        let warnings = super::parse("scenario.yaml", yaml).unwrap().warnings;
        let list = warnings.iter().find_map(|warning| Some(warning.split_once("known here: ")?.1.to_owned()));
        let mut keys: Vec<String> = list.unwrap_or_else(|| panic!("{yaml}: {warnings:?}")).split(", ").map(str::to_owned).collect();
        keys.sort();
        keys.dedup();
        keys
    };
    const ODD: &str = "qqqqqqqqqqqq";
    let places = [
        (format!("{ODD}: 1"), keys::<ScenarioYaml>()),
        (format!("nodes: [{{name: a, {ODD}: 1}}]"), keys::<Node>()),
        (format!("trigger: [{{delete: pod/a, {ODD}: 1}}]"), keys::<Deed>()),
        (format!("trigger: [{{scale: {{of: deployment/a, {ODD}: 1}}}}]"), keys::<Scale>()),
        (format!("trigger: [{{request: {{service: a, {ODD}: 1}}}}]"), keys::<Request>()),
        (format!("trigger: [{{patch: {{of: deployment/a, with: {{}}, {ODD}: 1}}}}]"), keys::<Patch>()),
        (format!("clue: [{{event: {{}}, {ODD}: 1}}]"), keys::<Clue>()),
        (format!("clue: [{{event: {{{ODD}: 1}}}}]"), keys::<EventClue>()),
        (format!("clue: [{{log: {{{ODD}: 1}}}}]"), keys::<LogClue>()),
        (format!("clue: [{{condition: {{{ODD}: 1}}}}]"), keys::<ConditionClue>()),
        (format!("clue: [{{mismatch: {{{ODD}: 1}}}}]"), keys::<Mismatch>()),
        (format!("goals: [{{quiet: pods, {ODD}: 1}}]"), keys::<Goal>()),
        (format!("goals: [{{endpoints: {{service: a, {ODD}: 1}}}}]"), keys::<Endpoints>()),
        (format!("goals: [{{answers: {{service: a, {ODD}: 1}}}}]"), keys::<Answers>()),
        (format!("goals: [{{condition: {{of: job/a, {ODD}: 1}}}}]"), keys::<Condition>()),
        (format!("goals: [{{value: {{of: job/a, {ODD}: 1}}}}]"), keys::<Field>()),
        (format!("goals: [{{can: {{{ODD}: 1}}}}]"), keys::<Can>()),
        (format!("hints: [{{text: a, {ODD}: 1}}]"), keys::<OfferedHint>()),
        (format!("solution: {{{ODD}: 1}}"), keys::<Solution>()),
        (format!("cleanup: {{{ODD}: 1}}"), keys::<Cleanup>()),
        (format!("cheats: [{{do: [{{delete: pod/a}}], {ODD}: 1}}]"), keys::<Cheat>()),
        (format!("repairs: [{{do: [{{delete: pod/a}}], {ODD}: 1}}]"), keys::<Repair>()),
    ];
    for (yaml, keys) in places {
        assert_eq!(told(&yaml), keys, "{yaml}");
    }
}

/// What does not fit, by its place; of the schema's words those that the generator writes.
fn misfit(value: &Value, schema: &Value, root: &Value, place: &str) -> Option<String> {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
        return misfit(value, &root["$defs"][name], root, place);
    }
    let fits = |kind: &str| match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64(),
        "number" => value.is_number(),
        _ => value.is_null(),
    };
    let kinds: Vec<&str> = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        kind => kind.as_str().into_iter().collect(),
    };
    let listed = |word: &str| schema[word].as_array().is_none_or(|known| known.contains(value));
    if !(kinds.is_empty() || kinds.into_iter().any(fits)) || !listed("enum") || schema.get("const").is_some_and(|only| only != value) {
        return Some(format!("{place}: {value} is not {schema}"));
    }
    for word in ["anyOf", "oneOf"] {
        if let Some(choices) = schema[word].as_array()
            && choices.iter().all(|choice| misfit(value, choice, root, place).is_some())
        {
            return Some(format!("{place}: {value} is none of {}", schema[word]));
        }
    }
    let lacks = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|key| value.get(key.as_str().unwrap_or_default()).is_none());
    if let Some(key) = lacks.filter(|_| value.is_object()) {
        return Some(format!("{place}: there is no {key}"));
    }
    let within = |key: &str, field: &Value| match (schema["properties"].get(key), &schema["additionalProperties"]) {
        (Some(inner), _) => misfit(field, inner, root, &format!("{place}.{key}")),
        (None, Value::Bool(false)) => Some(format!("{place}: {key} is not known")),
        (None, Value::Object(_)) => misfit(field, &schema["additionalProperties"], root, &format!("{place}.{key}")),
        (None, _) => None,
    };
    let fields = value.as_object().into_iter().flatten();
    let items = value.as_array().into_iter().flatten().filter(|_| schema.get("items").is_some());
    fields.clone().find_map(|(key, field)| within(key, field)).or_else(|| {
        let mut items = items.enumerate();
        items.find_map(|(at, item)| misfit(item, &schema["items"], root, &format!("{place}[{at}]")))
    })
}

#[test]
fn every_shipped_sidecar_fits_the_schema_and_a_slip_does_not() {
    let root = schema_of::<ScenarioYaml>().to_value();
    let checked = |text: &str| misfit(&serde_yaml::from_str::<Value>(text).unwrap(), &root, &root, "");
    for scenario in crate::scenario::load::embedded().scenarios() {
        if let Some((_, bytes)) = scenario.files.iter().find(|(path, _)| path == "scenario.yaml") {
            assert_eq!(checked(std::str::from_utf8(bytes).unwrap()), None, "{}", scenario.folder);
        }
    }
    for slip in [
        "titel: A",
        "goals: [{redy: pod/a}]",
        "cheats: [{do: {delet: pod/a}}]",
        "minutes: many",
        "level: simple",
    ] {
        assert!(checked(slip).is_some(), "{slip}");
    }
}
