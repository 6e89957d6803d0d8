//! The schemas of kinds that a cluster defined, as it publishes them (apiextensions `controller/openapi/builder`).

use serde_json::{Value, json};

use super::marks;
use crate::practice::kind::Kind;
use crate::practice::types;

const API_VERSION: &str = "APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the \
    latest internal value, and may reject unrecognized values. More info: \
    https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources";
const KIND: &str = "Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client \
    submits requests to. Cannot be updated. In CamelCase. More info: \
    https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds";
const METADATA: &str = "Standard object's metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";

/// The schema of a defined kind, with its name.
pub fn schema(kind: &Kind) -> Option<(String, Value)> {
    let custom = kind.custom?;
    let mut schema = if custom.written.is_object() {
        custom.written.clone()
    } else {
        json!({"type": "object"})
    };
    let properties = &mut schema["properties"];
    properties["apiVersion"] = json!({"type": "string", "description": API_VERSION});
    properties["kind"] = json!({"type": "string", "description": KIND});
    let metadata = types::table().find("meta/v1", "ObjectMeta").map(marks::schema_name).unwrap_or_default();
    properties["metadata"] = json!({"description": METADATA, "allOf": [{"$ref": format!("#/components/schemas/{metadata}")}]});
    schema["x-kubernetes-group-version-kind"] = json!([{"group": kind.group, "kind": kind.kind, "version": kind.version}]);
    Some((name(kind), schema))
}

/// `com.example.v1.Widget`: the group from its end, the version and the kind.
fn name(kind: &Kind) -> String {
    let group: Vec<&str> = kind.group.rsplit('.').collect();
    format!("{}.{}.{}", group.join("."), kind.version, kind.kind)
}
