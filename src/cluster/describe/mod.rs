//! What `kubectl describe` 1.36 prints, from objects alone.

mod container;
mod events;
mod other;
mod page;
mod pod;
mod service;
mod volume;
mod words;
mod workload;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use kube::api::ListParams;
use serde_json::Value;

use super::Cluster;
use super::kinds::built_in;
use page::Page;

/// An object and what is known around it.
#[derive(Debug, Clone)]
pub struct DescribeInput {
    pub kind: String,
    pub object: Value,
    /// core/v1 events about the object.
    pub events: Vec<Value>,
    /// Of a Deployment: its ReplicaSets, by name.
    pub replica_sets: Vec<Value>,
    /// Of a ReplicaSet: its pods.
    pub pods: Vec<Value>,
    /// Of a Service: its EndpointSlices.
    pub slices: Vec<Value>,
    pub now: Timestamp,
    /// Where the reader's clock is.
    pub zone: TimeZone,
}

/// The description, as kubectl prints it.
#[must_use]
pub fn describe(input: &DescribeInput) -> String {
    let mut page = Page::default();
    match input.kind.as_str() {
        "Pod" => pod::pod(&mut page, input),
        "Deployment" => workload::deployment(&mut page, input),
        "ReplicaSet" => workload::replica_set(&mut page, input),
        "Service" => service::service(&mut page, input),
        "ConfigMap" => other::config_map(&mut page, input),
        "Secret" => {
            other::secret(&mut page, input);
            return page.finish();
        }
        _ => other::any(&mut page, input),
    }
    events::events(&mut page, &input.events, input.now);
    page.finish()
}

impl Cluster {
    /// Describes an object as it is now; `now` is the cluster's present. An empty `api_version` is that of the built-in kind.
    ///
    /// # Errors
    /// What the server says.
    pub async fn describe(&self, api_version: &str, kind: &str, name: &str, now: Timestamp) -> Result<String, String> {
        let version = match api_version {
            "" => built_in(kind).unwrap_or("v1"),
            version => version,
        };
        let object = self.object(version, kind, name).await?;
        let all = ListParams::default();
        let uid = object["metadata"]["uid"].as_str().unwrap_or_default();
        let owned = |list: Vec<Value>| list.into_iter().filter(|object| is_owned_by(object, uid)).collect::<Vec<_>>();
        let (mut replica_sets, mut pods, mut slices) = (Vec::new(), Vec::new(), Vec::new());
        match kind {
            "Deployment" => replica_sets = owned(self.objects("apps/v1", "ReplicaSet", &all).await?),
            "ReplicaSet" => pods = owned(self.objects("v1", "Pod", &all).await?),
            "Service" => {
                slices = self
                    .objects(
                        "discovery.k8s.io/v1",
                        "EndpointSlice",
                        &all.labels(&format!("kubernetes.io/service-name={name}")),
                    )
                    .await?
            }
            _ => {}
        }
        // Who may not read events still gets the rest.
        let events = self.raw_events(uid).await.unwrap_or_default();
        Ok(describe(&DescribeInput {
            kind: kind.to_owned(),
            object,
            events,
            replica_sets,
            pods,
            slices,
            now,
            zone: TimeZone::system(),
        }))
    }
}

fn is_owned_by(object: &Value, uid: &str) -> bool {
    object["metadata"]["ownerReferences"]
        .as_array()
        .is_some_and(|owners| owners.iter().any(|owner| owner["controller"] == true && owner["uid"] == uid))
}

#[cfg(test)]
mod tests;
