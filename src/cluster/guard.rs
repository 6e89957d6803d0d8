//! The one guard at the point of writing: nothing outside the lab's namespace, nothing cluster-scoped, all of it labelled.

use serde_json::Value;

use super::{Cluster, Error, MANAGED_BY, kinds};

impl Cluster {
    /// The object as klab may write it: in the lab's namespace, with klab's label.
    pub(super) fn guarded(&self, label: &str, object: &Value) -> Result<Value, Error> {
        let kind = object["kind"].as_str().unwrap_or_default();
        if kinds::cluster_scoped(kind) {
            return Err(Error::Guard(format!(
                "{label}: a {kind} lives outside the lab's namespace and this lesson may not make one; list it under `allow:` in scenario.yaml"
            )));
        }
        let namespace = object["metadata"]["namespace"].as_str().unwrap_or(&self.namespace);
        if namespace != self.namespace {
            return Err(Error::Guard(format!(
                "{label}: the object is in the namespace {namespace}, but the lab writes only in {}; leave metadata.namespace out",
                self.namespace
            )));
        }
        let mut object = object.clone();
        object["metadata"]["namespace"] = self.namespace.clone().into();
        object["metadata"]["labels"][MANAGED_BY.0] = MANAGED_BY.1.into();
        Ok(object)
    }
}
