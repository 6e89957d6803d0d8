//! Who may do what, as a client sees it.

use axum::http::Request;
use serde_json::{Value, json};

use super::{refused, start};
use crate::practice::kind::{ROLE, ROLE_BINDING, SERVICE_ACCOUNT};

#[tokio::test(start_paused = true)]
async fn a_service_account_may_do_what_its_role_says() {
    let (practice, client) = start();
    practice.write(|world| {
        let in_lab = |name: &str| json!({"name": name, "namespace": "lab"});
        world.create(&SERVICE_ACCOUNT, json!({"metadata": in_lab("robot")})).unwrap();
        let rules = json!([{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list"]}]);
        world.create(&ROLE, json!({"metadata": in_lab("reader"), "rules": rules})).unwrap();
        let binding = json!({"metadata": in_lab("reader"), "roleRef": {"kind": "Role", "name": "reader"},
            "subjects": [{"kind": "ServiceAccount", "name": "robot", "namespace": "lab"}]});
        world.create(&ROLE_BINDING, binding).unwrap();
    });
    let asked = json!({"spec": {"expirationSeconds": 600}}).to_string().into_bytes();
    let request = Request::post("/api/v1/namespaces/lab/serviceaccounts/robot/token").body(asked).unwrap();
    let issued: Value = client.request(request).await.unwrap();
    let token = issued["status"]["token"].as_str().unwrap().to_owned();

    let get = |path: &str, token: &str| {
        let request = Request::get(path).header("authorization", format!("Bearer {token}")).body(Vec::new()).unwrap();
        let client = client.clone();
        async move { client.request::<Value>(request).await }
    };
    assert_eq!(get("/api/v1/namespaces/lab/configmaps", &token).await.unwrap()["kind"], "ConfigMapList");
    let secrets = refused(get("/api/v1/namespaces/lab/secrets", &token).await);
    let who = "system:serviceaccount:lab:robot";
    assert_eq!(
        secrets.message,
        format!(r#"secrets is forbidden: User "{who}" cannot list resource "secrets" in API group "" in the namespace "lab""#)
    );
    let node = refused(get("/api/v1/nodes/practice", &token).await);
    assert!(node.message.ends_with("at the cluster scope"), "{}", node.message);
    assert_eq!(refused(get("/api/v1/namespaces/lab/configmaps", "e30.e30.x").await).code, 401);
}

#[tokio::test(start_paused = true)]
async fn a_review_says_what_is_allowed() {
    let (_practice, client) = start();
    let ask = |user: &str, verb: &str| {
        let review = json!({"spec": {"resourceAttributes": {"namespace": "lab", "verb": verb, "resource": "pods"}}});
        let request = Request::post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews").header("impersonate-user", user);
        let request = request.header("impersonate-group", "readers").body(review.to_string().into_bytes()).unwrap();
        let client = client.clone();
        async move { client.request::<Value>(request).await.unwrap()["status"]["allowed"] == true }
    };
    assert!(!ask("jane", "delete").await);
    let binding = json!({"metadata": {"name": "readers"}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"},
        "subjects": [{"kind": "Group", "name": "readers", "apiGroup": "rbac.authorization.k8s.io"}]});
    let request = Request::post("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings")
        .body(binding.to_string().into_bytes())
        .unwrap();
    client.request::<Value>(request).await.unwrap();
    assert!(ask("jane", "list").await);
    assert!(!ask("jane", "delete").await);
}
