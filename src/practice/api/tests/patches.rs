//! Every form of patch, and who owns what afterwards.

use std::collections::BTreeMap;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::ResourceExt;
use kube::api::{Api, Patch, PatchParams, PostParams};
use serde_json::{Value, json};

use super::{map, refused, start, web};

#[tokio::test(start_paused = true)]
async fn applies_merge_own_and_conflict() {
    let (_practice, client) = start();
    let deployments: Api<Deployment> = Api::namespaced(client, "lab");
    let apply = |manager: &'static str, force: bool, object: Value| {
        let deployments = deployments.clone();
        let params = PatchParams {
            force,
            ..PatchParams::apply(manager)
        };
        async move { deployments.patch("web", &params, &Patch::Apply(object)).await }
    };
    let first = apply("one", false, web(2, "a:1")).await.unwrap();
    assert_eq!(first.metadata.generation, Some(1));
    let again = apply("one", false, web(2, "a:1")).await.unwrap();
    assert_eq!(again.resource_version(), first.resource_version());

    let other = apply("two", false, web(3, "a:1")).await;
    let status = refused(other);
    assert_eq!(status.message, "Apply failed with 1 conflict: conflict with \"one\": .spec.replicas");
    assert_eq!((status.code, status.details.unwrap().causes[0].field.as_str()), (409, ".spec.replicas"));
    let forced = apply("two", true, web(3, "a:1")).await.unwrap();
    assert_eq!(forced.spec.unwrap().replicas, Some(3));

    // "one" lost replicas and gives up the image, which "two" still holds; its own annotation goes when no longer applied.
    let mut mine = web(3, "a:1");
    mine["metadata"]["annotations"] = json!({"note": "x"});
    assert_eq!(apply("one", false, mine.clone()).await.unwrap().annotations()["note"], "x");
    mine["metadata"].as_object_mut().unwrap().remove("annotations");
    mine["spec"]["template"]["spec"]["containers"][0].as_object_mut().unwrap().remove("image");
    let left = apply("one", false, mine).await.unwrap();
    assert!(left.annotations().get("note").is_none());
    assert_eq!(left.spec.unwrap().template.spec.unwrap().containers[0].image.as_deref(), Some("a:1"));
}

#[tokio::test(start_paused = true)]
async fn an_edit_takes_a_field_from_the_one_who_applied_it() {
    let (_practice, client) = start();
    let deployments: Api<Deployment> = Api::namespaced(client, "lab");
    deployments
        .patch("web", &PatchParams::apply("klab"), &Patch::Apply(web(1, "a:1")))
        .await
        .unwrap();
    let image = json!({"spec": {"template": {"spec": {"containers": [{"name": "app", "image": "a:2"}]}}}});
    let edit = PatchParams {
        field_manager: Some("kubectl-set".to_owned()),
        ..PatchParams::default()
    };
    let edited = deployments.patch("web", &edit, &Patch::Strategic(image)).await.unwrap();
    assert_eq!(edited.metadata.generation, Some(2));
    assert_eq!(edited.spec.unwrap().template.spec.unwrap().containers[0].ports.as_ref().unwrap().len(), 1);
    let refusal = refused(deployments.patch("web", &PatchParams::apply("klab"), &Patch::Apply(web(1, "a:3"))).await);
    assert!(
        refusal
            .message
            .starts_with("Apply failed with 1 conflict: conflict with \"kubectl-set\" using apps/v1"),
        "{}",
        refusal.message
    );
    assert!(
        refusal.message.ends_with(": .spec.template.spec.containers[name=\"app\"].image"),
        "{}",
        refusal.message
    );
}

#[tokio::test(start_paused = true)]
async fn merge_and_json_patches_change_what_they_say() {
    let (_practice, client) = start();
    let maps: Api<ConfigMap> = Api::namespaced(client, "lab");
    maps.create(&PostParams::default(), &map("a", "1", "x")).await.unwrap();
    let merged = maps
        .patch("a", &PatchParams::default(), &Patch::Merge(json!({"data": {"text": null, "more": "2"}})))
        .await
        .unwrap();
    assert_eq!(merged.data.unwrap(), BTreeMap::from([("more".to_owned(), "2".to_owned())]));
    let steps = serde_json::from_value(json!([{"op": "replace", "path": "/data/more", "value": "3"}])).unwrap();
    let patched = maps.patch("a", &PatchParams::default(), &Patch::Json::<()>(steps)).await.unwrap();
    assert_eq!(patched.data.unwrap()["more"], "3");
    let steps = serde_json::from_value(json!([{"op": "test", "path": "/data/more", "value": "9"}])).unwrap();
    assert_eq!(refused(maps.patch("a", &PatchParams::default(), &Patch::Json::<()>(steps)).await).code, 422);
}

#[tokio::test(start_paused = true)]
async fn what_is_noted_on_a_deployment_counts_as_a_change() {
    let (_practice, client) = start();
    let deployments: Api<Deployment> = Api::namespaced(client, "lab");
    deployments
        .create(&PostParams::default(), &serde_json::from_value(web(1, "a:1")).unwrap())
        .await
        .unwrap();
    let mut seen = Vec::new();
    for metadata in [
        json!({"labels": {"a": "b"}}),
        json!({"annotations": {"a": "b"}}),
        json!({"annotations": {"a": "b"}}),
    ] {
        let patched = deployments
            .patch("web", &PatchParams::default(), &Patch::Merge(json!({"metadata": metadata})))
            .await
            .unwrap();
        seen.push(patched.metadata.generation.unwrap());
    }
    assert_eq!(seen, [1, 2, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_scale_changes_replicas() {
    let (_practice, client) = start();
    let deployments: Api<Deployment> = Api::namespaced(client, "lab");
    deployments
        .patch("web", &PatchParams::apply("klab"), &Patch::Apply(web(1, "a:1")))
        .await
        .unwrap();
    let scale = deployments
        .patch_scale("web", &PatchParams::default(), &Patch::Merge(json!({"spec": {"replicas": 4}})))
        .await
        .unwrap();
    assert_eq!(scale.spec.unwrap().replicas, Some(4));
    assert_eq!(deployments.get("web").await.unwrap().spec.unwrap().replicas, Some(4));
}
