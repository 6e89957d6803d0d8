//! Parts of objects that are written by a way of their own: resizes and approvals; and what a namespace asks of its pods.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::start;
use crate::practice::Practice;
use crate::practice::kind::{NAMESPACE, POD};

async fn send(practice: &Practice, method: &str, path: &str, media: &str, body: Value) -> (u16, Value) {
    let request = Request::builder().method(method).uri(path).header("content-type", media);
    let answer = practice.router().oneshot(request.body(Body::from(body.to_string())).unwrap()).await.unwrap();
    let code = answer.status().as_u16();
    let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    (code, serde_json::from_slice(&bytes).unwrap())
}

fn pod(resources: &Value) -> Value {
    json!({"metadata": {"name": "a", "namespace": "lab"}, "spec": {"containers": [{"name": "app", "image": "acme/shop:1.0", "resources": resources}]}})
}

#[tokio::test(start_paused = true)]
async fn a_pod_is_resized_within_its_class() {
    let (practice, _client) = start();
    practice.write(|world| world.create(&POD, pod(&json!({"requests": {"cpu": "10m"}})))).unwrap();
    let resize = async |resources: Value| {
        let body = json!({"spec": {"containers": [{"name": "app", "image": "other", "resources": resources}]}});
        let path = "/api/v1/namespaces/lab/pods/a/resize";
        send(&practice, "PATCH", path, "application/strategic-merge-patch+json", body).await
    };
    let (code, bigger) = resize(json!({"requests": {"cpu": "20m"}})).await;
    assert_eq!((code, bigger["metadata"]["generation"].as_i64()), (200, Some(2)));
    assert_eq!(bigger["spec"]["containers"][0]["resources"]["requests"]["cpu"], "20m");
    assert_eq!(bigger["spec"]["containers"][0]["image"], "acme/shop:1.0");
    let (code, refused) = resize(json!({"requests": {"cpu": null}})).await;
    assert_eq!(code, 422);
    assert!(
        refused["message"].as_str().unwrap().contains("resource requests cannot be removed"),
        "{refused}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_approval_changes_nothing_but_the_answer() {
    let (practice, _client) = start();
    let pem = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K";
    let path = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
    let request =
        json!({"metadata": {"name": "ann"}, "spec": {"request": pem, "signerName": "acme.example/users", "usages": ["client auth"], "username": "root"}});
    let (code, made) = send(&practice, "POST", path, "application/json", request.clone()).await;
    assert_eq!((code, &made["spec"]["username"]), (201, &json!("admin")));
    let mut answer = made.clone();
    answer["spec"]["signerName"] = "acme.example/others".into();
    answer["status"]["conditions"] = json!([{"type": "Approved", "status": "True", "reason": "Known"}]);
    let (_, approved) = send(&practice, "PUT", &format!("{path}/ann/approval"), "application/json", answer).await;
    assert_eq!(approved["spec"]["signerName"], "acme.example/users");
    assert_eq!(approved["status"]["conditions"][0]["reason"], "Known");
    assert!(approved["status"]["conditions"][0]["lastTransitionTime"].is_string());
    let mut wrong = request;
    wrong["spec"]["signerName"] = "users".into();
    let (code, _) = send(&practice, "POST", path, "application/json", wrong).await;
    assert_eq!(code, 422);
}

#[tokio::test(start_paused = true)]
async fn a_deletion_may_be_tried_out() {
    let (practice, _client) = start();
    practice.write(|world| world.create(&POD, pod(&json!({})))).unwrap();
    let options = json!({"kind": "DeleteOptions", "apiVersion": "v1", "dryRun": ["All"]});
    let (code, gone) = send(&practice, "DELETE", "/api/v1/namespaces/lab/pods/a", "application/json", options).await;
    assert_eq!((code, &gone["metadata"]["name"]), (200, &json!("a")));
    let there = practice.read(|world| world.store.get(&POD, "lab", "a")).unwrap();
    assert!(there["metadata"]["deletionTimestamp"].is_null());
}

#[tokio::test(start_paused = true)]
async fn a_namespace_keeps_pods_out() {
    let (practice, _client) = start();
    let root = json!({"metadata": {"name": "b"}, "spec": {"hostNetwork": true, "containers": [{"name": "app", "image": "acme/shop:1.0"}]}});
    let (code, _) = send(&practice, "POST", "/api/v1/namespaces/lab/pods", "application/json", root.clone()).await;
    assert_eq!(code, 201);
    practice
        .write(|world| {
            let mut namespace = world.store.get(&NAMESPACE, "", "lab").unwrap();
            namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] = "baseline".into();
            world.update(&NAMESPACE, namespace, crate::practice::registry::Part::Spec)
        })
        .unwrap();
    let mut again = root;
    again["metadata"]["name"] = "c".into();
    let (code, refused) = send(&practice, "POST", "/api/v1/namespaces/lab/pods", "application/json", again).await;
    let why = "pods \"c\" is forbidden: violates PodSecurity \"baseline:latest\": host namespaces (hostNetwork=true)";
    assert_eq!((code, refused["message"].as_str().unwrap()), (403, why));
}
