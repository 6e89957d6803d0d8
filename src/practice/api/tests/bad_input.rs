//! What no client should send: each thing gets Kubernetes' own Status, and nothing of it stays.

use axum::body::Body;
use axum::http::{Request, header};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::start;
use crate::practice::Practice;
use crate::practice::api::router;

const MAPS: &str = "/api/v1/namespaces/lab/configmaps";
const MERGE: &str = "application/merge-patch+json";
const JSON: &str = "application/json";

/// Code, reason and message of the answer.
async fn ask(practice: &Practice, method: &str, path: &str, media: &str, body: impl Into<Body>) -> (u16, String, String) {
    let request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, media);
    let response = router(practice.clone()).oneshot(request.body(body.into()).unwrap()).await.unwrap();
    let code = response.status().as_u16();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let status: Value = serde_json::from_slice(&body).unwrap_or_else(|_| json!({"message": String::from_utf8_lossy(&body)}));
    let text = |field: &str| status[field].as_str().unwrap_or_default().to_owned();
    (code, text("reason"), text("message"))
}

/// Asks each row's question and compares code, reason and the start of the message.
async fn table(rows: &[(&str, &str, &str, &str, u16, &str, &str)]) {
    let (practice, _client) = start();
    let one = json!({"metadata": {"name": "one"}, "data": {"a": "b"}}).to_string();
    assert_eq!(ask(&practice, "POST", MAPS, JSON, one).await.0, 201);
    for (method, path, media, body, code, reason, message) in rows {
        let (was, why, told) = ask(&practice, method, path, media, (*body).to_owned()).await;
        assert_eq!((was, why.as_str()), (*code, *reason), "{method} {path} {body}: {told}");
        assert!(told.starts_with(message), "{method} {path} {body}: {told}");
    }
}

#[tokio::test(start_paused = true)]
async fn bodies_that_cannot_be_read() {
    let protobuf = "application/vnd.kubernetes.protobuf";
    let unread = "the object provided is unrecognized (must be of type ConfigMap): ";
    let deep = "[".repeat(200_000);
    table(&[
        ("POST", MAPS, JSON, "{\"kind\":", 400, "BadRequest", unread),
        ("POST", MAPS, JSON, &deep, 400, "BadRequest", unread),
        (
            "POST",
            MAPS,
            JSON,
            "null",
            422,
            "Invalid",
            "ConfigMap \"\" is invalid: metadata.name: Required value: name or generateName",
        ),
        (
            "POST",
            MAPS,
            JSON,
            "{\"kind\":\"Pod\",\"apiVersion\":\"v1\"}",
            400,
            "BadRequest",
            "Pod in version \"v1\" cannot be handled as a ConfigMap",
        ),
        (
            "POST",
            MAPS,
            JSON,
            "{\"kind\":\"ConfigMap\",\"apiVersion\":\"a/b/c\"}",
            400,
            "BadRequest",
            &format!("{unread}unexpected GroupVersion string: a/b/c"),
        ),
        (
            "POST",
            MAPS,
            "application/yaml",
            "a: [",
            400,
            "BadRequest",
            &format!("{unread}yaml: line 1: did not find expected node content"),
        ),
        (
            "POST",
            MAPS,
            "application/yaml",
            "a:\n\tb: 1\n",
            400,
            "BadRequest",
            &format!("{unread}yaml: line 2: found character that cannot start any token"),
        ),
        (
            "POST",
            MAPS,
            "application/yaml",
            "a: *b\n",
            400,
            "BadRequest",
            &format!("{unread}yaml: unknown anchor 'b' referenced"),
        ),
        ("POST", MAPS, protobuf, "junk", 400, "BadRequest", unread),
        ("POST", MAPS, protobuf, "k8s\0", 400, "BadRequest", &format!("{unread}empty body")),
        (
            "POST",
            MAPS,
            protobuf,
            "k8s\0\n\u{f}\n\u{2}v1\u{12}\u{9}ConfigMap\u{12}\u{1}\u{7f}",
            400,
            "BadRequest",
            "ConfigMap in version \"v1\" cannot be handled as a",
        ),
        (
            "POST",
            MAPS,
            "text/plain",
            "x",
            415,
            "UnsupportedMediaType",
            "the body of the request was in an unknown format",
        ),
        (
            "PATCH",
            "/api/v1/namespaces/lab/configmaps/one",
            JSON,
            "{}",
            415,
            "UnsupportedMediaType",
            "415: Unsupported Media Type",
        ),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn bodies_that_are_too_much() {
    let (practice, _client) = start();
    let map = |name: &str, data: Value| json!({"metadata": {"name": name}, "data": data}).to_string();
    let ten_megabytes = map("huge", json!({"a": "x".repeat(10_000_000)}));
    assert_eq!(
        ask(&practice, "POST", MAPS, JSON, ten_megabytes).await,
        (413, "RequestEntityTooLarge".to_owned(), "Request entity too large: limit is 3145728".to_owned())
    );
    let large = map("large", json!({"a": "x".repeat(1_100_000)}));
    assert_eq!(
        ask(&practice, "POST", MAPS, JSON, large).await.2,
        "ConfigMap \"large\" is invalid: []: Too long: may not be more than 1048576 bytes"
    );
    let fields: Value = (0..10_000)
        .map(|at| (format!("k{at}"), Value::from("v")))
        .collect::<serde_json::Map<_, _>>()
        .into();
    assert_eq!(ask(&practice, "POST", MAPS, JSON, map("many", fields)).await.0, 201);
    let long = ask(&practice, "POST", MAPS, JSON, map(&"a".repeat(300), json!({}))).await;
    assert!(long.0 == 422 && long.2.ends_with("must be no more than 253 characters"), "{}", long.2);
    let steps: Vec<Value> = (0..10_001)
        .map(|at| json!({"op": "add", "path": format!("/data/x{at}"), "value": "z"}))
        .collect();
    let patched = ask(
        &practice,
        "PATCH",
        "/api/v1/namespaces/lab/configmaps/many",
        "application/json-patch+json",
        json!(steps).to_string(),
    )
    .await;
    assert_eq!(
        patched.2,
        "Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001"
    );
}

#[tokio::test(start_paused = true)]
async fn queries_that_cannot_be_answered() {
    let path = |query: &str| format!("{MAPS}?{query}");
    let list = "ListOptions.meta.k8s.io \"\" is invalid: ";
    let create = "CreateOptions.meta.k8s.io \"\" is invalid: ";
    let named = "{\"metadata\":{\"name\":\"x\"}}";
    table(&[
        (
            "GET",
            &path("labelSelector=a%3Db%3Dc"),
            JSON,
            "",
            400,
            "BadRequest",
            "found '=', expected: ',' or 'end of string'",
        ),
        (
            "GET",
            &path("fieldSelector=a"),
            JSON,
            "",
            400,
            "BadRequest",
            "invalid selector: 'a'; can't understand 'a'",
        ),
        (
            "GET",
            &path("fieldSelector=nope%3D1"),
            JSON,
            "",
            400,
            "BadRequest",
            "\"nope\" is not a known field selector: only \"metadata.name\"",
        ),
        (
            "GET",
            &path("continue=%25%25&limit=1"),
            JSON,
            "",
            400,
            "BadRequest",
            "invalid continue token: continue key is not valid: illegal base64",
        ),
        (
            "GET",
            &path("resourceVersion=x"),
            JSON,
            "",
            400,
            "BadRequest",
            "invalid resource version: resourceVersion: Invalid value: \"x\"",
        ),
        (
            "GET",
            &path("resourceVersion=99999999"),
            JSON,
            "",
            504,
            "Timeout",
            "Timeout: Too large resource version: 99999999, current: ",
        ),
        (
            "GET",
            &path("resourceVersionMatch=Exact"),
            JSON,
            "",
            422,
            "Invalid",
            &format!("{list}resourceVersionMatch: Forbidden"),
        ),
        (
            "GET",
            &path("sendInitialEvents=true"),
            JSON,
            "",
            422,
            "Invalid",
            &format!("{list}sendInitialEvents: Forbidden"),
        ),
        (
            "GET",
            &path("watch=1&resourceVersion=x"),
            JSON,
            "",
            500,
            "",
            "resourceVersion: Invalid value: \"x\"",
        ),
        (
            "POST",
            &path("dryRun=Some"),
            JSON,
            named,
            422,
            "Invalid",
            &format!("{create}dryRun: Unsupported value: [\"Some\"]"),
        ),
        (
            "POST",
            &path("fieldValidation=Nope"),
            JSON,
            named,
            422,
            "Invalid",
            &format!("{create}fieldValidation: Unsupported value: \"Nope\""),
        ),
        (
            "POST",
            &path("fieldManager=a%00b"),
            JSON,
            named,
            422,
            "Invalid",
            &format!("{create}fieldManager: Invalid value: \"a\\x00b\""),
        ),
        (
            "POST",
            "/api/v1/configmaps",
            JSON,
            named,
            405,
            "MethodNotAllowed",
            "the server does not allow this method",
        ),
        ("GET", "/nope", JSON, "", 404, "", "404 page not found"),
        (
            "GET",
            "/api/v1/namespaces/lab/nope",
            JSON,
            "",
            404,
            "NotFound",
            "the server could not find the requested resource",
        ),
        ("FLY", MAPS, JSON, "", 405, "MethodNotAllowed", "the server does not allow this method"),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn writes_that_cannot_be_made() {
    let one = format!("{MAPS}/one");
    let (json_patch, apply) = ("application/json-patch+json", "application/apply-patch+yaml");
    let applied = format!("{one}?fieldManager=m");
    let no_map = "json: cannot unmarshal array into Go value of type map[string]interface {}";
    table(&[
        (
            "PUT",
            &one,
            JSON,
            "{}",
            400,
            "BadRequest",
            "the name of the object (one based on URL) was undeterminable: name must be provided",
        ),
        (
            "PUT",
            &one,
            JSON,
            "{\"metadata\":{\"name\":\"one\",\"uid\":\"1\"}}",
            409,
            "Conflict",
            "Operation cannot be fulfilled on configmaps \"one\": StorageError",
        ),
        (
            "POST",
            MAPS,
            JSON,
            "{\"metadata\":{\"name\":\"x\",\"resourceVersion\":\"1\"}}",
            500,
            "",
            "resourceVersion should not be set on objects to be created",
        ),
        (
            "PATCH",
            &one,
            json_patch,
            "{}",
            400,
            "BadRequest",
            "error decoding patch: json: cannot unmarshal object into Go value of type []handlers",
        ),
        (
            "PATCH",
            &one,
            json_patch,
            "[{\"op\":\"fly\",\"path\":\"/x\"}]",
            422,
            "Invalid",
            "the server rejected our request due to an error in our request",
        ),
        ("PATCH", &one, MERGE, "[]", 400, "BadRequest", &format!("error decoding patch: {no_map}")),
        (
            "PATCH",
            &one,
            "application/strategic-merge-patch+json",
            "{\"$patch\":\"nope\"}",
            500,
            "",
            "unknown patch type: nope in map: map[$patch:nope]",
        ),
        (
            "PATCH",
            &format!("{one}?force=true"),
            MERGE,
            "{}",
            422,
            "Invalid",
            "PatchOptions.meta.k8s.io \"\" is invalid: force: Forbidden",
        ),
        ("PATCH", &applied, apply, "{}", 400, "BadRequest", "invalid object type: /, Kind="),
        (
            "PATCH",
            &applied,
            apply,
            "[]",
            400,
            "BadRequest",
            &format!("error decoding YAML: error unmarshaling JSON: while decoding JSON: {no_map}"),
        ),
        (
            "DELETE",
            &one,
            JSON,
            "{\"propagationPolicy\":\"Nope\"}",
            422,
            "Invalid",
            "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported",
        ),
        (
            "DELETE",
            &one,
            JSON,
            "{\"preconditions\":{\"uid\":\"x\"}}",
            409,
            "Conflict",
            "Operation cannot be fulfilled on ConfigMap \"one\": the UID in the precondition",
        ),
        (
            "DELETE",
            "/api/v1/namespaces/default",
            JSON,
            "",
            403,
            "Forbidden",
            "namespaces \"default\" is forbidden: this namespace may not be deleted",
        ),
    ])
    .await;
}
