//! What the API server refuses, and how it says so.

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Pod};
use kube::api::{Api, DeleteParams, Patch, PatchParams, PostParams};
use serde_json::{Value, json};

use super::{map, refused, start, web};

#[tokio::test(start_paused = true)]
async fn nothing_is_created_where_there_is_no_namespace() {
    let (_practice, client) = start();
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), "none");
    assert_eq!(
        refused(maps.create(&PostParams::default(), &map("a", "1", "x")).await).message,
        "namespaces \"none\" not found"
    );

    let namespaces: Api<Namespace> = Api::all(client.clone());
    namespaces.delete("lab", &DeleteParams::default()).await.unwrap();
    assert_eq!(namespaces.get("lab").await.unwrap().status.unwrap().phase.as_deref(), Some("Terminating"));
    let maps: Api<ConfigMap> = Api::namespaced(client, "lab");
    let ending = refused(maps.create(&PostParams::default(), &map("a", "1", "x")).await);
    assert_eq!(
        ending.message,
        "configmaps \"a\" is forbidden: unable to create new content in namespace lab because it is being terminated"
    );
}

#[tokio::test(start_paused = true)]
async fn a_wrong_body_is_a_bad_request() {
    let (_practice, client) = start();
    let send = |body: Value| {
        let request = axum::http::Request::post("/api/v1/namespaces/lab/configmaps?fieldValidation=Strict")
            .body(body.to_string().into_bytes())
            .unwrap();
        let client = client.clone();
        async move { refused(client.request::<Value>(request).await) }
    };
    let unknown = send(json!({"metadata": {"name": "a"}, "dada": {}})).await;
    assert_eq!(
        unknown.message,
        "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field \"dada\""
    );
    assert_eq!(send(json!({"kind": "Pod", "metadata": {"name": "a"}})).await.code, 400);
    assert_eq!(send(json!([])).await.reason, "BadRequest");
}

#[tokio::test(start_paused = true)]
async fn a_pod_needs_its_service_account() {
    let (_practice, client) = start();
    let pods: Api<Pod> = Api::namespaced(client, "lab");
    let pod = json!({"metadata": {"name": "p"}, "spec": {"serviceAccountName": "robot", "containers": [{"name": "c", "image": "a:1"}]}});
    let status = refused(pods.create(&PostParams::default(), &serde_json::from_value(pod).unwrap()).await);
    assert_eq!(
        status.message,
        "pods \"p\" is forbidden: error looking up service account lab/robot: serviceaccount \"robot\" not found"
    );
}

#[tokio::test(start_paused = true)]
async fn faults_are_refused_with_their_causes() {
    let (_practice, client) = start();
    let deployments: Api<Deployment> = Api::namespaced(client, "lab");
    deployments
        .patch("web", &PatchParams::apply("klab"), &Patch::Apply(web(1, "a:1")))
        .await
        .unwrap();
    let patch = json!({"spec": {"selector": {"matchLabels": {"app": "x"}}, "template": {"metadata": {"labels": {"app": "x"}}}}});
    let status = refused(deployments.patch("web", &PatchParams::default(), &Patch::Merge(patch)).await);
    assert_eq!((status.code, status.reason.as_str()), (422, "Invalid"));
    assert!(status.message.ends_with(": field is immutable"), "{}", status.message);
    assert_eq!(status.details.unwrap().causes[0].field, "spec.selector");
}
