//! Kinds that a cluster defines for itself, from their definition to their end.

use axum::body::Body;
use axum::http::{Request, header};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::start;
use crate::practice::Practice;
use crate::practice::api::router;

const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const WIDGETS: &str = "/apis/shop.example.com/v1/namespaces/lab/widgets";
const MERGE: &str = "application/merge-patch+json";

/// Code and body of the answer.
async fn ask(practice: &Practice, method: &str, path: &str, media: &str, body: &Value) -> (u16, Value) {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::CONTENT_TYPE, media)
        .header(header::USER_AGENT, "test");
    let accept = if path.ends_with("as-table") {
        "application/json;as=Table;v=v1;g=meta.k8s.io"
    } else {
        "application/json"
    };
    let request = request.header(header::ACCEPT, accept).body(Body::from(body)).unwrap();
    let response = router(practice.clone()).oneshot(request).await.unwrap();
    let code = response.status().as_u16();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (code, serde_json::from_slice(&body).unwrap_or_default())
}

async fn get(practice: &Practice, path: &str) -> (u16, Value) {
    ask(practice, "GET", path, "", &Value::Null).await
}

fn definition() -> Value {
    let spec = json!({"type": "object", "required": ["size"], "properties": {"size": {"type": "string", "enum": ["small", "large"]},
        "replicas": {"type": "integer", "minimum": 0, "default": 1}}});
    let status = json!({"type": "object", "properties": {"replicas": {"type": "integer"}, "phase": {"type": "string"}}});
    let version = json!({"name": "v1", "served": true, "storage": true,
        "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec, "status": status}}},
        "subresources": {"status": {}, "scale": {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}},
        "selectableFields": [{"jsonPath": ".spec.size"}],
        "additionalPrinterColumns": [{"name": "Size", "type": "string", "jsonPath": ".spec.size"}]});
    json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "widgets.shop.example.com"},
        "spec": {"group": "shop.example.com", "scope": "Namespaced", "names": {"plural": "widgets", "kind": "Widget", "shortNames": ["wd"]},
        "versions": [version]}})
}

fn widget(name: &str, size: &str) -> Value {
    json!({"apiVersion": "shop.example.com/v1", "kind": "Widget", "metadata": {"name": name}, "spec": {"size": size}})
}

/// The same kind in two versions, of which the older one is stored.
fn in_two_versions() -> Value {
    let mut two = definition();
    let mut old = two["spec"]["versions"][0].clone();
    old["name"] = "v1beta1".into();
    old["deprecated"] = true.into();
    two["spec"]["versions"][0]["storage"] = false.into();
    two["spec"]["versions"].as_array_mut().unwrap().push(old);
    two
}

/// A cluster that knows widgets.
async fn shop() -> Practice {
    let (practice, _client) = start();
    let (code, made) = ask(&practice, "POST", DEFINITIONS, "", &definition()).await;
    assert_eq!(code, 201, "{made}");
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    practice
}

#[tokio::test(start_paused = true)]
async fn a_definition_is_established_and_its_kind_found() {
    let practice = shop().await;
    let (_, made) = get(&practice, &format!("{DEFINITIONS}/widgets.shop.example.com")).await;
    let names = json!({"plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WidgetList", "shortNames": ["wd"]});
    assert_eq!(made["status"]["acceptedNames"], names);
    let conditions: Vec<(&str, &str)> = made["status"]["conditions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["type"].as_str().unwrap(), one["status"].as_str().unwrap()))
        .collect();
    assert_eq!(conditions, [("NamesAccepted", "True"), ("Established", "True")]);
    let (_, found) = get(&practice, "/apis/shop.example.com/v1").await;
    let names: Vec<&str> = found["resources"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["widgets", "widgets/status", "widgets/scale"]);
    let (code, document) = get(&practice, "/openapi/v3/apis/shop.example.com/v1").await;
    let size = &document["components"]["schemas"]["com.example.shop.v1.Widget"]["properties"]["spec"]["properties"]["size"];
    assert_eq!((code, &size["type"]), (200, &json!("string")));
}

#[tokio::test(start_paused = true)]
async fn objects_are_held_to_their_schema() {
    let practice = shop().await;
    let mut odd = widget("a", "small");
    odd["spec"]["odd"] = 1.into();
    let (code, made) = ask(&practice, "POST", WIDGETS, "", &odd).await;
    assert_eq!((code, &made["spec"]), (201, &json!({"size": "small", "replicas": 1})));
    let (code, refused) = ask(&practice, "POST", &format!("{WIDGETS}?fieldValidation=Strict"), "", &odd).await;
    let strict = "Widget in version \"v1\" cannot be handled as a Widget: strict decoding error: unknown field \"spec.odd\"";
    assert_eq!((code, refused["message"].as_str()), (400, Some(strict)));
    let (code, refused) = ask(&practice, "POST", WIDGETS, "", &widget("b", "huge")).await;
    let unknown = "Widget.shop.example.com \"b\" is invalid: spec.size: Unsupported value: \"huge\": supported values: \"small\", \"large\"";
    assert_eq!((code, refused["message"].as_str()), (422, Some(unknown)));
    let patch = json!({"spec": {"replicas": "many"}});
    let scale = ".spec.replicas: Invalid value: 0: .spec.replicas accessor error: many is of the type string, expected int64";
    let (code, refused) = ask(&practice, "PATCH", &format!("{WIDGETS}/a"), MERGE, &patch).await;
    let misfit = format!(
        "Widget.shop.example.com \"a\" is invalid: [spec.replicas: Invalid value: \"string\": spec.replicas in body must be of type integer: \"string\", {scale}]"
    );
    assert_eq!((code, refused["message"].as_str()), (422, Some(misfit.as_str())));
    let (code, _) = ask(&practice, "PATCH", &format!("{WIDGETS}/a"), "application/strategic-merge-patch+json", &patch).await;
    assert_eq!(code, 415);
}

#[tokio::test(start_paused = true)]
async fn status_and_scale_are_parts_of_their_own() {
    let practice = shop().await;
    let mut lost = widget("a", "small");
    lost["status"] = json!({"phase": "Lost"});
    let (_, made) = ask(&practice, "POST", WIDGETS, "", &lost).await;
    assert!(made.get("status").is_none(), "{made}");
    let path = format!("{WIDGETS}/a/status");
    let (_, found) = ask(
        &practice,
        "PATCH",
        &path,
        MERGE,
        &json!({"spec": {"size": "large"}, "status": {"phase": "Found"}}),
    )
    .await;
    assert_eq!((&found["status"]["phase"], &found["spec"]["size"]), (&json!("Found"), &json!("small")));
    assert_eq!(found["metadata"]["generation"], 1);
    let path = format!("{WIDGETS}/a/scale");
    let (code, scale) = ask(&practice, "PATCH", &path, MERGE, &json!({"spec": {"replicas": 5}})).await;
    assert_eq!((code, &scale["spec"]["replicas"]), (200, &json!(5)));
    let (_, scaled) = get(&practice, &format!("{WIDGETS}/a")).await;
    assert_eq!((&scaled["spec"]["replicas"], &scaled["metadata"]["generation"]), (&json!(5), &json!(2)));
}

#[tokio::test(start_paused = true)]
async fn lists_select_and_show_their_columns() {
    let practice = shop().await;
    for (name, size) in [("a", "small"), ("b", "large")] {
        assert_eq!(ask(&practice, "POST", WIDGETS, "", &widget(name, size)).await.0, 201);
    }
    let (_, list) = get(&practice, &format!("{WIDGETS}?fieldSelector=spec.size%3Dlarge")).await;
    assert_eq!((&list["kind"], &list["items"][0]["metadata"]["name"]), (&json!("WidgetList"), &json!("b")));
    assert_eq!(get(&practice, &format!("{WIDGETS}?fieldSelector=spec.replicas%3D1")).await.0, 400);
    let (_, table) = get(&practice, &format!("{WIDGETS}?as-table")).await;
    assert_eq!(table["columnDefinitions"][1]["name"], "Size");
    assert_eq!(table["rows"][1]["cells"], json!(["b", "large"]));
}

#[tokio::test(start_paused = true)]
async fn objects_go_with_their_definition() {
    let practice = shop().await;
    assert_eq!(ask(&practice, "POST", WIDGETS, "", &widget("a", "small")).await.0, 201);
    let path = format!("{DEFINITIONS}/widgets.shop.example.com");
    let (_, going) = ask(&practice, "DELETE", &path, "", &Value::Null).await;
    assert_eq!(going["metadata"]["finalizers"], json!(["customresourcecleanup.apiextensions.k8s.io"]));
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(get(&practice, &path).await.0, 404);
    assert_eq!(get(&practice, WIDGETS).await.0, 404);
    ask(&practice, "POST", DEFINITIONS, "", &definition()).await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let (code, list) = get(&practice, WIDGETS).await;
    assert_eq!((code, &list["items"]), (200, &json!([])));
}

#[tokio::test(start_paused = true)]
async fn objects_go_with_their_namespace_and_their_owner() {
    let practice = shop().await;
    let (_, owner) = ask(&practice, "POST", WIDGETS, "", &widget("owner", "small")).await;
    let mut owned = widget("owned", "small");
    let reference = json!({"apiVersion": "shop.example.com/v1", "kind": "Widget", "name": "owner", "uid": owner["metadata"]["uid"]});
    owned["metadata"]["ownerReferences"] = json!([reference]);
    assert_eq!(ask(&practice, "POST", WIDGETS, "", &owned).await.0, 201);
    assert_eq!(ask(&practice, "POST", WIDGETS, "", &widget("free", "small")).await.0, 201);
    ask(&practice, "DELETE", &format!("{WIDGETS}/owner"), "", &Value::Null).await;
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let (_, list) = get(&practice, WIDGETS).await;
    let left: Vec<&Value> = list["items"].as_array().unwrap().iter().map(|one| &one["metadata"]["name"]).collect();
    assert_eq!(left, ["free"]);
    ask(&practice, "DELETE", "/api/v1/namespaces/lab", "", &Value::Null).await;
    tokio::time::sleep(std::time::Duration::from_secs(30)).await;
    let (_, list) = get(&practice, "/apis/shop.example.com/v1/widgets").await;
    assert_eq!(list["items"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_second_definition_does_not_get_the_names_of_the_first() {
    let practice = shop().await;
    let mut other = definition();
    other["metadata"]["name"] = "gadgets.shop.example.com".into();
    other["spec"]["names"] = json!({"plural": "gadgets", "kind": "Widget"});
    assert_eq!(ask(&practice, "POST", DEFINITIONS, "", &other).await.0, 201);
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let path = format!("{DEFINITIONS}/gadgets.shop.example.com");
    let (_, made) = get(&practice, &path).await;
    let accepted = &made["status"]["conditions"][0];
    assert_eq!((&accepted["status"], &accepted["reason"]), (&json!("False"), &json!("ListKindConflict")));
    assert_eq!(get(&practice, "/apis/shop.example.com/v1/gadgets").await.0, 404);
    ask(&practice, "DELETE", &format!("{DEFINITIONS}/widgets.shop.example.com"), "", &Value::Null).await;
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let (_, made) = get(&practice, &path).await;
    assert_eq!(made["status"]["conditions"][1]["status"], "True", "{made}");
}

#[tokio::test(start_paused = true)]
async fn a_definition_says_what_is_wrong_with_it() {
    let (practice, _client) = start();
    let mut wrong = definition();
    wrong["metadata"]["name"] = "widgets.example.com".into();
    wrong["spec"]["scope"] = "Global".into();
    wrong["spec"]["versions"][0]["storage"] = false.into();
    let (code, refused) = ask(&practice, "POST", DEFINITIONS, "", &wrong).await;
    let causes: Vec<&str> = refused["details"]["causes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["field"].as_str().unwrap())
        .collect();
    assert_eq!(code, 422);
    assert_eq!(causes, ["metadata.name", "spec.scope", "spec.versions", "status.storedVersions"]);
}

#[tokio::test(start_paused = true)]
async fn versions_are_forms_of_the_same_objects() {
    let (practice, _client) = start();
    assert_eq!(ask(&practice, "POST", DEFINITIONS, "", &in_two_versions()).await.0, 201);
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(ask(&practice, "POST", WIDGETS, "", &widget("a", "small")).await.0, 201);
    let (_, old) = get(&practice, "/apis/shop.example.com/v1beta1/namespaces/lab/widgets/a").await;
    assert_eq!(
        (&old["apiVersion"], &old["spec"]["size"]),
        (&json!("shop.example.com/v1beta1"), &json!("small"))
    );
    let (_, group) = get(&practice, "/apis/shop.example.com").await;
    assert_eq!(
        (&group["preferredVersion"]["version"], &group["versions"][1]["version"]),
        (&json!("v1"), &json!("v1beta1"))
    );
    let path = format!("{DEFINITIONS}/widgets.shop.example.com");
    let other =
        json!([{"op": "replace", "path": "/spec/versions/0/storage", "value": true}, {"op": "replace", "path": "/spec/versions/1/storage", "value": false}]);
    let (code, moved) = ask(&practice, "PATCH", &path, "application/json-patch+json", &other).await;
    assert_eq!((code, &moved["status"]["storedVersions"]), (200, &json!(["v1beta1", "v1"])));
    assert_eq!(get(&practice, &format!("{WIDGETS}/a")).await.1["metadata"]["generation"], 1);
    let gone = json!([{"op": "remove", "path": "/spec/versions/1"}]);
    let (code, refused) = ask(&practice, "PATCH", &path, "application/json-patch+json", &gone).await;
    assert_eq!(code, 422);
    assert!(
        refused["message"].as_str().unwrap().contains("v1beta1 was previously a storage version"),
        "{refused}"
    );
}

#[tokio::test(start_paused = true)]
async fn appliers_own_what_they_apply() {
    let practice = shop().await;
    let apply = |manager: &str, spec: Value| {
        let (path, practice) = (format!("{WIDGETS}/a?fieldManager={manager}"), practice.clone());
        let mut object = widget("a", "small");
        object["spec"] = spec;
        async move { ask(&practice, "PATCH", &path, "application/apply-patch+yaml", &object).await }
    };
    let (code, made) = apply("one", json!({"size": "small", "replicas": 3})).await;
    assert_eq!((code, &made["spec"]), (201, &json!({"size": "small", "replicas": 3})));
    let (code, refused) = apply("two", json!({"size": "large"})).await;
    assert_eq!(
        (code, refused["message"].as_str()),
        (409, Some("Apply failed with 1 conflict: conflict with \"one\": .spec.size"))
    );
    // What is no longer applied falls back to its default.
    let (_, made) = apply("one", json!({"size": "small"})).await;
    assert_eq!(made["spec"]["replicas"], 1);
    let start = "failed to create typed patch object (/a; shop.example.com/v1, Kind=Widget): ";
    for (spec, why) in [
        (json!({"size": "small", "odd": 1}), ".spec.odd: field not declared in schema"),
        (json!({"size": 1}), ".spec.size: expected string, got &value.valueUnstructured{Value:1}"),
    ] {
        let (code, refused) = apply("one", spec).await;
        assert_eq!((code, refused["message"].as_str()), (500, Some(format!("{start}{why}").as_str())));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_not_found_or_not_taken() {
    let practice = shop().await;
    let (_, made) = ask(&practice, "POST", WIDGETS, "", &widget("a", "small")).await;
    assert_eq!(
        get(&practice, &format!("{WIDGETS}/a/log")).await.1["message"],
        "widgets.shop.example.com \"a\" not found"
    );
    let (code, _) = ask(&practice, "POST", WIDGETS, "application/vnd.kubernetes.protobuf", &widget("b", "small")).await;
    assert_eq!(code, 415);
    let (code, refused) = ask(&practice, "PUT", &format!("{WIDGETS}/a"), "", &widget("a", "large")).await;
    let unsaid = "widgets.shop.example.com \"a\" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update";
    assert_eq!((code, refused["message"].as_str()), (422, Some(unsaid)));
    let mut next = widget("a", "large");
    next["metadata"]["resourceVersion"] = made["metadata"]["resourceVersion"].clone();
    assert_eq!(ask(&practice, "PUT", &format!("{WIDGETS}/a"), "", &next).await.0, 200);
    let mut other = widget("c", "small");
    other["kind"] = "Gadget".into();
    let (code, refused) = ask(&practice, "POST", WIDGETS, "", &other).await;
    let another = "Gadget.shop.example.com \"c\" is invalid: kind: Invalid value: \"Gadget\": must be Widget";
    assert_eq!((code, refused["message"].as_str()), (422, Some(another)));
    let anybody = "/apis/rbac.authorization.k8s.io/v1/namespaces/lab/roles";
    assert_eq!(get(&practice, anybody).await.0, 200);
}

/// What a test makes of a schema.
type Change = fn(&mut Value);

#[tokio::test(start_paused = true)]
async fn a_schema_has_to_be_structural() {
    let (practice, _client) = start();
    let spec = |change: Change| {
        let mut wrong = definition();
        change(&mut wrong["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]);
        wrong
    };
    let at = "spec.validation.openAPIV3Schema.properties[spec]";
    let rows: [(Change, &str); 5] = [
        (
            |spec| spec["type"] = Value::Null,
            ".type: Required value: must not be empty for specified object fields",
        ),
        (
            |spec| spec["properties"]["list"] = json!({"type": "array"}),
            ".properties[list].items: Required value: must be specified",
        ),
        (
            |spec| spec["properties"]["replicas"]["default"] = "x".into(),
            ".properties[replicas].default: Invalid value: \"string\":  in body must be of type integer: \"string\"",
        ),
        (
            |spec| spec["oneOf"] = json!([{"type": "object"}]),
            ".oneOf[0].type: Forbidden: must be empty to be structural",
        ),
        (
            |spec| spec["properties"]["other"] = json!({"type": "text"}),
            ".properties[other].type: Unsupported value: \"text\": supported values: \"array\", \"boolean\", \"integer\", \"number\", \"object\", \"string\"",
        ),
    ];
    for (change, why) in rows {
        let (code, refused) = ask(&practice, "POST", DEFINITIONS, "", &spec(change)).await;
        let told = format!("CustomResourceDefinition.apiextensions.k8s.io \"widgets.shop.example.com\" is invalid: {at}{why}");
        assert_eq!((code, refused["message"].as_str()), (422, Some(told.as_str())));
    }
}
