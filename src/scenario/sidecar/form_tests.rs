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
