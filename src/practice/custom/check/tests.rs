//! Every limit of a schema, in Kubernetes' words.

use serde_json::json;

use super::*;

fn told(schema: Value, value: Value) -> Vec<String> {
    let schema = Schema::of(&json!({"type": "object", "properties": {"spec": schema}}));
    check(&schema, "", &json!({"spec": value}), None).iter().map(ToString::to_string).collect()
}

#[test]
fn every_limit_has_its_words() {
    for (schema, value, words) in [
        (
            json!({"type": "integer"}),
            json!("x"),
            "spec: Invalid value: \"string\": spec in body must be of type integer: \"string\"",
        ),
        (
            json!({"type": "integer", "minimum": 1}),
            json!(0),
            "spec: Invalid value: 0: spec in body should be greater than or equal to 1",
        ),
        (
            json!({"type": "number", "maximum": 1.5, "exclusiveMaximum": true}),
            json!(1.5),
            "spec: Invalid value: 1.5: spec in body should be less than 1.5",
        ),
        (
            json!({"type": "string", "pattern": "^a\\d$"}),
            json!("b"),
            "spec: Invalid value: \"b\": spec in body should match '^a\\d$'",
        ),
        (
            json!({"type": "string", "maxLength": 2}),
            json!("abc"),
            "spec: Too long: may not be more than 2 bytes",
        ),
        (
            json!({"type": "string", "minLength": 1}),
            json!(""),
            "spec: Invalid value: \"\": spec in body should be at least 1 chars long",
        ),
        (
            json!({"type": "string", "enum": ["a", "b"]}),
            json!("c"),
            "spec: Unsupported value: \"c\": supported values: \"a\", \"b\"",
        ),
        (json!({"type": "object", "required": ["a"]}), json!({}), "spec.a: Required value"),
        (
            json!({"type": "array", "maxItems": 1, "items": {"type": "string"}}),
            json!(["a", "b"]),
            "spec: Too many: 2: must have at most 1 item",
        ),
        (
            json!({"type": "array", "items": {"type": "string"}}),
            json!([1]),
            "spec[0]: Invalid value: \"integer\": spec[0] in body must be of type string: \"integer\"",
        ),
        (
            json!({"type": "object", "additionalProperties": {"type": "string"}}),
            json!({"k": true}),
            "spec.k: Invalid value: \"boolean\": spec.k in body must be of type string: \"boolean\"",
        ),
        (
            json!({"x-kubernetes-int-or-string": true}),
            json!(true),
            "spec: Invalid value: \"boolean\": spec in body must be of type integer,string: \"boolean\"",
        ),
        (
            json!({"type": "string"}),
            json!(null),
            "spec: Invalid value: \"null\": spec in body must be of type string: \"null\"",
        ),
    ] {
        assert_eq!(told(schema, value), [words]);
    }
}

#[test]
fn what_fits_is_not_told_of() {
    for (schema, value) in [
        (json!({"type": "number"}), json!(1)),
        (json!({"type": "integer"}), json!(2.0)),
        (json!({"type": "string", "nullable": true}), json!(null)),
        (json!({"x-kubernetes-int-or-string": true}), json!("25%")),
        (json!({"x-kubernetes-preserve-unknown-fields": true}), json!({"a": [1]})),
    ] {
        assert_eq!(told(schema, value), [] as [String; 0]);
    }
}

#[test]
fn of_alternatives_one_has_to_hold() {
    let schema =
        json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "oneOf": [{"required": ["a"]}, {"required": ["b"]}]});
    assert_eq!(
        told(schema.clone(), json!({})),
        [
            "<nil>: Invalid value: \"\": \"spec\" must validate one and only one schema (oneOf). Found none valid",
            "spec.a: Required value"
        ]
    );
    assert_eq!(
        told(schema, json!({"a": "", "b": ""})),
        ["<nil>: Invalid value: \"\": \"spec\" must validate one and only one schema (oneOf). Found 2 valid alternatives"]
    );
}

#[test]
fn what_was_wrong_before_may_stay() {
    let schema = Schema::of(&json!({"type": "object", "properties": {"a": {"type": "string", "maxLength": 1}, "b": {"type": "string"}}}));
    let (old, new) = (json!({"a": "long", "b": "x"}), json!({"a": "long", "b": "y"}));
    assert_eq!(check(&schema, "", &new, Some(&old)), []);
    assert_eq!(check(&schema, "", &new, None).len(), 1);
}
