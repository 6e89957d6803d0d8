//! Parts of a definition as Go shows them in an error: every field of the structure, under Go's names.

use serde_json::Value;

use crate::practice::field::items;

/// How a field's value is shown.
#[derive(Clone, Copy)]
enum As {
    Text,
    Truth,
    /// As it was written, or null.
    Whole,
    Schema,
    Schemas,
    Fields,
    /// A schema, or whether anything goes.
    Additional,
    Items,
    Docs,
}

/// The fields of a schema in Go's order: Go's name, the name in JSON, and how its value is shown.
const SCHEMA: [(&str, &str, As); 43] = [
    ("ID", "id", As::Text),
    ("Schema", "$schema", As::Text),
    ("Ref", "$ref", As::Whole),
    ("Description", "description", As::Text),
    ("Type", "type", As::Text),
    ("Nullable", "nullable", As::Truth),
    ("Format", "format", As::Text),
    ("Title", "title", As::Text),
    ("Default", "default", As::Whole),
    ("Maximum", "maximum", As::Whole),
    ("ExclusiveMaximum", "exclusiveMaximum", As::Truth),
    ("Minimum", "minimum", As::Whole),
    ("ExclusiveMinimum", "exclusiveMinimum", As::Truth),
    ("MaxLength", "maxLength", As::Whole),
    ("MinLength", "minLength", As::Whole),
    ("Pattern", "pattern", As::Text),
    ("MaxItems", "maxItems", As::Whole),
    ("MinItems", "minItems", As::Whole),
    ("UniqueItems", "uniqueItems", As::Truth),
    ("MultipleOf", "multipleOf", As::Whole),
    ("Enum", "enum", As::Whole),
    ("MaxProperties", "maxProperties", As::Whole),
    ("MinProperties", "minProperties", As::Whole),
    ("Required", "required", As::Whole),
    ("Items", "items", As::Items),
    ("AllOf", "allOf", As::Schemas),
    ("OneOf", "oneOf", As::Schemas),
    ("AnyOf", "anyOf", As::Schemas),
    ("Not", "not", As::Schema),
    ("Properties", "properties", As::Fields),
    ("AdditionalProperties", "additionalProperties", As::Additional),
    ("PatternProperties", "patternProperties", As::Fields),
    ("Dependencies", "dependencies", As::Whole),
    ("AdditionalItems", "additionalItems", As::Additional),
    ("Definitions", "definitions", As::Fields),
    ("ExternalDocs", "externalDocs", As::Docs),
    ("Example", "example", As::Whole),
    ("XPreserveUnknownFields", "x-kubernetes-preserve-unknown-fields", As::Whole),
    ("XEmbeddedResource", "x-kubernetes-embedded-resource", As::Truth),
    ("XIntOrString", "x-kubernetes-int-or-string", As::Truth),
    ("XListMapKeys", "x-kubernetes-list-map-keys", As::Whole),
    ("XListType", "x-kubernetes-list-type", As::Whole),
    ("XMapType", "x-kubernetes-map-type", As::Whole),
];

/// A schema.
pub fn schema(written: &Value) -> String {
    let mut parts: Vec<String> = SCHEMA
        .iter()
        .map(|(name, field, how)| format!("{name:?}:{}", shown(&written[*field], *how)))
        .collect();
    parts.push(format!("\"XValidations\":{}", listed(&written["x-kubernetes-validations"], rule)));
    format!("{{{}}}", parts.join(","))
}

fn shown(value: &Value, how: As) -> String {
    match (how, value) {
        (As::Text, Value::Null) => "\"\"".to_owned(),
        (As::Truth, Value::Null) => "false".to_owned(),
        (_, Value::Null) => "null".to_owned(),
        (As::Schema, _) => schema(value),
        (As::Schemas, _) => listed(value, schema),
        (As::Fields, _) => {
            let fields = value.as_object().into_iter().flatten();
            let fields: Vec<String> = fields.map(|(name, inner)| format!("{name:?}:{}", schema(inner))).collect();
            format!("{{{}}}", fields.join(","))
        }
        (As::Additional, Value::Bool(is)) => format!("{{\"Allows\":{is},\"Schema\":null}}"),
        (As::Additional, _) => format!("{{\"Allows\":true,\"Schema\":{}}}", schema(value)),
        (As::Items, Value::Array(_)) => format!("{{\"Schema\":null,\"JSONSchemas\":{}}}", listed(value, schema)),
        (As::Items, _) => format!("{{\"Schema\":{},\"JSONSchemas\":null}}", schema(value)),
        (As::Docs, _) => format!(
            "{{\"Description\":{},\"URL\":{}}}",
            shown(&value["description"], As::Text),
            shown(&value["url"], As::Text)
        ),
        (As::Text | As::Truth | As::Whole, _) => value.to_string(),
    }
}

fn listed(value: &Value, one: impl Fn(&Value) -> String) -> String {
    match value {
        Value::Array(list) => format!("[{}]", list.iter().map(one).collect::<Vec<_>>().join(",")),
        _ => "null".to_owned(),
    }
}

/// Signs of HTML as Go's JSON writes them.
pub fn html(json: &str) -> String {
    json.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e")
}

/// A rule.
pub fn rule(rule: &Value) -> String {
    let field = |name: &str, how: As| shown(&rule[name], how);
    format!(
        "{{\"Rule\":{},\"Message\":{},\"MessageExpression\":{},\"Reason\":{},\"FieldPath\":{},\"OptionalOldSelf\":{}}}",
        field("rule", As::Text),
        field("message", As::Text),
        field("messageExpression", As::Text),
        field("reason", As::Whole),
        field("fieldPath", As::Text),
        field("optionalOldSelf", As::Whole)
    )
}

/// The versions of a definition; what all of them have alike is kept above them.
pub fn versions(versions: &[Value], alike: impl Fn(&str) -> bool) -> String {
    let one = |version: &Value| {
        let own = |field: &str, shown: &dyn Fn(&Value) -> String| match &version[field] {
            Value::Null => "null".to_owned(),
            _ if alike(field) => "null".to_owned(),
            value => shown(value),
        };
        let parts = [
            ("Name", shown(&version["name"], As::Text)),
            ("Served", shown(&version["served"], As::Truth)),
            ("Storage", shown(&version["storage"], As::Truth)),
            ("Deprecated", shown(&version["deprecated"], As::Truth)),
            ("DeprecationWarning", version["deprecationWarning"].to_string()),
            (
                "Schema",
                own("schema", &|value| {
                    format!("{{\"OpenAPIV3Schema\":{}}}", shown(&value["openAPIV3Schema"], As::Schema))
                }),
            ),
            ("Subresources", own("subresources", &subresources)),
            ("AdditionalPrinterColumns", own("additionalPrinterColumns", &|value| listed(value, column))),
            (
                "SelectableFields",
                own("selectableFields", &|value| {
                    listed(value, |field| format!("{{\"JSONPath\":{}}}", field["jsonPath"]))
                }),
            ),
        ];
        let parts: Vec<String> = parts.iter().map(|(name, value)| format!("{name:?}:{value}")).collect();
        format!("{{{}}}", parts.join(","))
    };
    format!("[{}]", versions.iter().map(one).collect::<Vec<_>>().join(","))
}

fn subresources(value: &Value) -> String {
    let scale = &value["scale"];
    let scale = match scale {
        Value::Null => "null".to_owned(),
        _ => format!(
            "{{\"SpecReplicasPath\":{},\"StatusReplicasPath\":{},\"LabelSelectorPath\":{}}}",
            scale["specReplicasPath"], scale["statusReplicasPath"], scale["labelSelectorPath"]
        ),
    };
    format!("{{\"Status\":{},\"Scale\":{scale}}}", value["status"])
}

fn column(column: &Value) -> String {
    let text = |name: &str| shown(&column[name], As::Text);
    format!(
        "{{\"Name\":{},\"Type\":{},\"Format\":{},\"Description\":{},\"Priority\":{},\"JSONPath\":{}}}",
        text("name"),
        text("type"),
        text("format"),
        text("description"),
        column["priority"].as_i64().unwrap_or(0),
        text("jsonPath")
    )
}

/// Whether all versions have a field, and the same in it.
pub fn alike(versions: &[Value], field: &str) -> bool {
    let empty = |value: &Value| value.is_null() || items(value).is_empty() && value.is_array();
    versions.first().is_some_and(|first| !empty(&first[field])) && versions.iter().all(|version| version[field] == versions[0][field])
}
