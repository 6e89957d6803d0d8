//! Defaults of HorizontalPodAutoscalers (kubernetes `pkg/apis/autoscaling/v2/defaults.go`).

use serde_json::{Value, json};

use super::set;

pub fn autoscaler(object: &mut Value) {
    let spec = &mut object["spec"];
    set(spec, "minReplicas", 1.into());
    let cpu = json!([{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}}]);
    if spec["metrics"].as_array().is_none_or(Vec::is_empty) {
        spec["metrics"] = cpu;
    }
    if !spec["behavior"].is_object() {
        return;
    }
    let percent = json!({"type": "Percent", "value": 100, "periodSeconds": 15});
    let up = json!([{"type": "Pods", "value": 4, "periodSeconds": 15}, percent]);
    for (direction, policies, window) in [("scaleUp", up, Some(0)), ("scaleDown", json!([percent]), None)] {
        set(&mut spec["behavior"], direction, json!({}));
        let rules = &mut spec["behavior"][direction];
        set(rules, "policies", policies);
        set(rules, "selectPolicy", "Max".into());
        if let Some(window) = window {
            set(rules, "stabilizationWindowSeconds", window.into());
        }
    }
}
