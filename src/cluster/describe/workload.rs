//! `kubectl describe` of Deployments and ReplicaSets.

use serde_json::Value;

use super::DescribeInput;
use super::page::Page;
use super::pod::template;
use super::words::{annotations, conditions, controlled_by, date, either, labels, list, number, or_none, selector, string};

pub fn deployment(page: &mut Page, input: &DescribeInput) {
    let (metadata, spec, status) = (&input.object["metadata"], &input.object["spec"], &input.object["status"]);
    page.field(0, "Name", string(&metadata["name"]));
    page.field(0, "Namespace", string(&metadata["namespace"]));
    page.field(0, "CreationTimestamp", date(&metadata["creationTimestamp"], &input.zone));
    labels(page, "Labels", &metadata["labels"]);
    annotations(page, "Annotations", &metadata["annotations"]);
    page.field(0, "Selector", selector(&spec["selector"]));
    let replicas = format!(
        "{} desired | {} updated | {} total | {} available | {} unavailable",
        number(&spec["replicas"]),
        number(&status["updatedReplicas"]),
        number(&status["replicas"]),
        number(&status["availableReplicas"]),
        number(&status["unavailableReplicas"])
    );
    page.field(0, "Replicas", replicas);
    page.field(0, "StrategyType", string(&spec["strategy"]["type"]));
    page.field(0, "MinReadySeconds", number(&spec["minReadySeconds"]));
    let rolling = &spec["strategy"]["rollingUpdate"];
    if rolling.is_object() {
        let text = format!(
            "{} max unavailable, {} max surge",
            either(&rolling["maxUnavailable"]),
            either(&rolling["maxSurge"])
        );
        page.field(0, "RollingUpdateStrategy", text);
    }
    template(page, input);
    conditions(page, &input.object);
    replica_sets(page, input);
}

/// The ReplicaSet of the present template, and those of earlier ones.
fn replica_sets(page: &mut Page, input: &DescribeInput) {
    let wanted = without_hash(&input.object["spec"]["template"]);
    let mut by_age: Vec<&Value> = input.replica_sets.iter().collect();
    by_age.sort_by_key(|set| string(&set["metadata"]["creationTimestamp"]));
    let new = by_age.into_iter().find(|set| without_hash(&set["spec"]["template"]) == wanted);
    let is_new = |set: &Value| new.is_some_and(|new| new["metadata"]["uid"] == set["metadata"]["uid"]);
    let one = |set: &Value| {
        format!(
            "{} ({}/{} replicas created)",
            string(&set["metadata"]["name"]),
            number(&set["status"]["replicas"]),
            number(&set["spec"]["replicas"])
        )
    };
    let old: Vec<_> = input.replica_sets.iter().filter(|set| !is_new(set)).map(one).collect();
    page.field(0, "OldReplicaSets", or_none(&old.join(", ")));
    page.field(0, "NewReplicaSet", new.map_or_else(|| "<none>".to_owned(), one));
}

fn without_hash(template: &Value) -> Value {
    let mut template = template.clone();
    if let Some(labels) = template["metadata"]["labels"].as_object_mut() {
        labels.remove("pod-template-hash");
    }
    template
}

pub fn replica_set(page: &mut Page, input: &DescribeInput) {
    let (metadata, spec, status) = (&input.object["metadata"], &input.object["spec"], &input.object["status"]);
    page.field(0, "Name", string(&metadata["name"]));
    page.field(0, "Namespace", string(&metadata["namespace"]));
    page.field(0, "Selector", selector(&spec["selector"]));
    labels(page, "Labels", &metadata["labels"]);
    annotations(page, "Annotations", &metadata["annotations"]);
    controlled_by(page, &input.object);
    page.field(
        0,
        "Replicas",
        format!("{} current / {} desired", number(&status["replicas"]), number(&spec["replicas"])),
    );
    let ours = |pod: &&Value| {
        list(&pod["metadata"]["ownerReferences"])
            .iter()
            .any(|owner| owner["controller"] == true && owner["uid"] == metadata["uid"])
    };
    let count = |phase: &str| input.pods.iter().filter(ours).filter(|pod| pod["status"]["phase"] == phase).count();
    let pods = format!(
        "{} Running / {} Waiting / {} Succeeded / {} Failed",
        count("Running"),
        count("Pending"),
        count("Succeeded"),
        count("Failed")
    );
    page.field(0, "Pods Status", pods);
    template(page, input);
    conditions(page, &input.object);
}
