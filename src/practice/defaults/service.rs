//! Defaults of Services.

use serde_json::{Value, json};

use super::{each, set};

pub fn service(object: &mut Value) {
    let spec = &mut object["spec"];
    set(spec, "type", "ClusterIP".into());
    set(spec, "sessionAffinity", "None".into());
    if spec["type"] != "ExternalName" {
        set(spec, "internalTrafficPolicy", "Cluster".into());
    }
    if matches!(spec["type"].as_str(), Some("NodePort" | "LoadBalancer")) {
        set(spec, "externalTrafficPolicy", "Cluster".into());
    }
    if spec["sessionAffinity"] == "ClientIP" {
        set(spec, "sessionAffinityConfig", json!({"clientIP": {"timeoutSeconds": 10_800}}));
    }
    if spec["type"] == "LoadBalancer" {
        set(spec, "allocateLoadBalancerNodePorts", true.into());
    }
    for port in each(spec, "ports") {
        set(port, "protocol", "TCP".into());
        if port["targetPort"].is_null() || port["targetPort"] == "" || port["targetPort"] == 0 {
            port["targetPort"] = port["port"].clone();
        }
    }
}
