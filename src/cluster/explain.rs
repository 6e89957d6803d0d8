//! What a field is for, as `kubectl explain` tells it: read from the OpenAPI that the server publishes.

use std::fmt::Write;

use serde_json::Value;

use super::Cluster;
use super::kinds::built_in;

/// Columns of a description.
const WIDTH: usize = 78;

impl Cluster {
    /// Explains a kind, or a field of it by its path.
    ///
    /// # Errors
    /// What the server does not know.
    pub async fn explain(&self, kind: &str, fields: &[String]) -> Result<String, String> {
        let version = built_in(kind).ok_or_else(|| format!("the lab does not know the kind {kind}"))?;
        let root = if version.contains('/') { "apis" } else { "api" };
        let answer = self.ask_json(&format!("/openapi/v3/{root}/{version}")).await?;
        let schemas = &answer["components"]["schemas"];
        let (group, version_only) = version.split_once('/').unwrap_or(("", version));
        let is_it = |schema: &&Value| {
            let kinds = schema["x-kubernetes-group-version-kind"].as_array();
            kinds.is_some_and(|kinds| {
                kinds
                    .iter()
                    .any(|of| of["kind"] == kind && of["version"] == version_only && of["group"] == group)
            })
        };
        let top = schemas.as_object().and_then(|all| all.values().find(is_it));
        let mut at = top.ok_or_else(|| format!("the server publishes no schema of {kind}"))?;
        let mut field = at;
        for name in fields {
            field = &at["properties"][name];
            if field.is_null() {
                return Err(format!("field \"{name}\" does not exist"));
            }
            at = target(schemas, field);
        }
        Ok(told(kind, version, fields, schemas, field, at))
    }

    async fn ask_json(&self, path: &str) -> Result<Value, String> {
        let request = axum::http::Request::get(path).body(Vec::new()).map_err(|error| error.to_string())?;
        self.client.request(request).await.map_err(|error| super::fault::say(&error))
    }
}

/// The schema that a field refers to, through lists and maps.
fn target<'a>(schemas: &'a Value, field: &'a Value) -> &'a Value {
    let named = |schema: &Value| {
        let name = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str())?;
        schemas.get(name.rsplit('/').next()?)
    };
    let inner = [field, &field["items"], &field["additionalProperties"]];
    inner.into_iter().find_map(named).unwrap_or(field)
}

/// kubectl's word for a field's type.
fn kind_of(schemas: &Value, field: &Value) -> String {
    let plain = |schema: &Value| {
        let named = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str());
        let name = named.and_then(|name| name.rsplit(['/', '.']).next());
        name.map_or_else(|| schema["type"].as_str().unwrap_or("Object").to_owned(), str::to_owned)
    };
    let scalar = target(schemas, field);
    match field["type"].as_str() {
        Some("array") => format!("[]{}", plain(&field["items"])),
        Some("object") if !field["additionalProperties"].is_null() => format!("map[string]{}", plain(&field["additionalProperties"])),
        _ if scalar["type"] == "string" => "string".to_owned(),
        _ => plain(field),
    }
}

fn told(kind: &str, version: &str, path: &[String], schemas: &Value, field: &Value, at: &Value) -> String {
    let (group, version) = version.split_once('/').unwrap_or(("", version));
    let mut out = String::new();
    if !group.is_empty() {
        let _ = writeln!(out, "GROUP:      {group}");
    }
    let _ = writeln!(out, "KIND:       {kind}\nVERSION:    {version}\n");
    if let Some(name) = path.last() {
        let _ = writeln!(out, "FIELD: {name} <{}>\n", kind_of(schemas, field));
    }
    out.push_str("DESCRIPTION:\n");
    let said = field["description"].as_str().or_else(|| at["description"].as_str()).unwrap_or("<empty>");
    wrapped(&mut out, said, 4);
    let Some(properties) = at["properties"].as_object() else { return out };
    out.push_str("\nFIELDS:\n");
    let required = at["required"].as_array().cloned().unwrap_or_default();
    for (name, field) in properties {
        let must = if required.iter().any(|one| one == name) { " -required-" } else { "" };
        let _ = writeln!(out, "  {name}\t<{}>{must}", kind_of(schemas, field));
        wrapped(&mut out, field["description"].as_str().unwrap_or("<no description>"), 4);
        out.push('\n');
    }
    out
}

fn wrapped(out: &mut String, text: &str, indent: usize) {
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && line.chars().count() + word.chars().count() + 1 > WIDTH - indent {
                let _ = writeln!(out, "{:indent$}{line}", "");
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        let _ = writeln!(out, "{:indent$}{line}", "");
    }
}

#[cfg(test)]
mod tests {
    use crate::cluster::stub;
    use serde_json::json;

    #[tokio::test]
    async fn a_field_is_explained_through_lists_and_references() {
        let schemas = json!({"components": {"schemas": {
            "a.Service": {"description": "A name for pods.", "x-kubernetes-group-version-kind": [{"group": "", "kind": "Service", "version": "v1"}],
                "properties": {"spec": {"allOf": [{"$ref": "#/components/schemas/a.Spec"}], "description": "What is wished for."}}},
            "a.Spec": {"properties": {"ports": {"type": "array", "items": {"$ref": "#/components/schemas/a.Port"}, "description": "Its ports."}}},
            "a.Port": {"required": ["port"], "properties": {"port": {"type": "integer", "description": "Where it listens."}}}}}});
        let cluster = stub::cluster(move |asked| {
            assert_eq!(asked.path, "/openapi/v3/api/v1");
            stub::json(&schemas)
        });
        let path = ["spec".to_owned(), "ports".to_owned()];
        let told = cluster.explain("Service", &path).await.unwrap();
        assert!(told.contains("FIELD: ports <[]Port>") && told.contains("    Its ports."), "{told}");
        assert!(told.contains("  port\t<integer> -required-\n    Where it listens."), "{told}");
        let unknown = cluster.explain("Service", &["spek".to_owned()]).await;
        assert_eq!(unknown, Err("field \"spek\" does not exist".to_owned()));
    }
}
