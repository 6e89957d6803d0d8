//! Asking for one object afresh, for the views of detail.

use kube::api::ListParams;
use serde_json::Value;

use super::snapshot::EventRow;
use super::{Cluster, fault, row};
use crate::text;

impl Cluster {
    /// An object as it is now, without the fields that only machines read.
    ///
    /// # Errors
    /// What the server says.
    pub async fn yaml(&self, api_version: &str, kind: &str, name: &str) -> Result<Value, String> {
        let mut object = self.object(api_version, kind, name).await?;
        if let Some(metadata) = object["metadata"].as_object_mut() {
            metadata.remove("managedFields");
        }
        Ok(object)
    }

    /// What a name stands for: one object, or with `*` every one of the kind in the namespace.
    ///
    /// # Errors
    /// What the server says.
    pub async fn named(&self, api_version: &str, kind: &str, name: &str) -> Result<Vec<Value>, String> {
        match name {
            "*" => self.objects(api_version, kind, &ListParams::default()).await,
            _ => Ok(vec![self.yaml(api_version, kind, name).await?]),
        }
    }

    /// Whether the server says that there is no such object, or it is on its way out.
    pub async fn lacks(&self, api_version: &str, kind: &str, name: &str) -> bool {
        let Ok(served) = self.kind(api_version, kind).await else { return false };
        match self.api(&served).get_opt(name).await {
            Ok(object) => object.is_none_or(|object| !object.value["metadata"]["deletionTimestamp"].is_null()),
            Err(_) => false,
        }
    }

    /// The events about an object, oldest first.
    ///
    /// # Errors
    /// What the server says.
    pub async fn events_of(&self, uid: &str) -> Result<Vec<EventRow>, String> {
        let mut rows: Vec<_> = self.raw_events(uid).await?.iter().map(row::event_row).collect();
        rows.sort_by_key(|row| (row.last, row.first));
        Ok(rows)
    }

    pub(super) async fn object(&self, api_version: &str, kind: &str, name: &str) -> Result<Value, String> {
        let served = self.kind(api_version, kind).await.map_err(|error| error.to_string())?;
        let mut object = cleaned(self.api(&served).get(name).await.map_err(|error| fault::say(&error))?.value);
        object["apiVersion"] = api_version.into();
        object["kind"] = kind.into();
        Ok(object)
    }

    pub(super) async fn objects(&self, api_version: &str, kind: &str, params: &ListParams) -> Result<Vec<Value>, String> {
        let served = self.kind(api_version, kind).await.map_err(|error| error.to_string())?;
        let list = self.api(&served).list(params).await.map_err(|error| fault::say(&error))?;
        Ok(list.items.into_iter().map(|object| cleaned(object.value)).collect())
    }

    pub(super) async fn raw_events(&self, uid: &str) -> Result<Vec<Value>, String> {
        self.objects("v1", "Event", &ListParams::default().fields(&format!("involvedObject.uid={uid}")))
            .await
    }
}

/// An object whose every text is safe to show; line breaks stay.
fn cleaned(value: Value) -> Value {
    let lines = |text: &str| text.split('\n').map(text::clean).collect::<Vec<_>>().join("\n");
    match value {
        Value::String(text) => Value::String(lines(&text)),
        Value::Array(values) => values.into_iter().map(cleaned).collect(),
        Value::Object(fields) => fields.into_iter().map(|(key, value)| (lines(&key), cleaned(value))).collect(),
        plain => plain,
    }
}

#[cfg(test)]
mod tests {
    use crate::cluster::stub;
    use serde_json::json;

    #[tokio::test]
    async fn yaml_is_cleaned_and_without_what_machines_read() {
        let object = json!({"metadata": {"name": "c", "managedFields": [1]}, "data": {"a": "x\u{1b}[1m\ny"}});
        let cluster = stub::cluster(move |asked| {
            assert_eq!(asked.path, "/api/v1/namespaces/lab-1/configmaps/c");
            stub::json(&object)
        });
        let got = cluster.yaml("v1", "ConfigMap", "c").await.unwrap_or_default();
        assert_eq!((&got["kind"], &got["metadata"]), (&json!("ConfigMap"), &json!({"name": "c"})));
        let text = got["data"]["a"].as_str().unwrap_or_default();
        assert!(!text.contains('\u{1b}') && text.ends_with("\ny"), "{text:?}");
    }
}
