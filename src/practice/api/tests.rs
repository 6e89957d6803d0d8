//! The API server as a client sees it.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Pod};
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams, PostParams, WatchEvent, WatchParams};
use kube::core::Status as Answer;
use kube::runtime::watcher;
use kube::{Client, ResourceExt};
use serde_json::{Value, json};

use crate::practice::kind::NAMESPACE;
use crate::practice::{Options, Practice};

fn start() -> (Practice, Client) {
    let practice = Practice::start(Options::default());
    practice.write(|world| drop(world.create(&NAMESPACE, json!({"metadata": {"name": "lab"}}))));
    let client = practice.client();
    (practice, client)
}

fn map(name: &str, text: &str, label: &str) -> ConfigMap {
    let object = json!({"metadata": {"name": name, "labels": {"app": label}}, "data": {"text": text}});
    serde_json::from_value(object).unwrap()
}

fn web(replicas: i64, image: &str) -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"replicas": replicas,
        "selector": {"matchLabels": {"app": "web"}}, "template": {"metadata": {"labels": {"app": "web"}},
        "spec": {"containers": [{"name": "app", "image": image, "ports": [{"containerPort": 80}]}]}}}})
}

fn refused<T: std::fmt::Debug>(result: kube::Result<T>) -> Answer {
    match result {
        Err(kube::Error::Api(status)) => *status,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn an_object_is_created_read_replaced_and_deleted() {
    let (_practice, client) = start();
    let maps: Api<ConfigMap> = Api::namespaced(client, "lab");
    let made = maps.create(&PostParams::default(), &map("a", "1", "x")).await.unwrap();
    assert!(made.uid().is_some() && made.resource_version().is_some());
    assert_eq!(
        refused(maps.create(&PostParams::default(), &map("a", "1", "x")).await).message,
        "configmaps \"a\" already exists"
    );

    let mut newer = made.clone();
    newer.data = Some(BTreeMap::from([("text".to_owned(), "2".to_owned())]));
    maps.replace("a", &PostParams::default(), &newer).await.unwrap();
    let stale = refused(maps.replace("a", &PostParams::default(), &made).await);
    assert_eq!((stale.code, stale.reason.as_str()), (409, "Conflict"));

    assert!(maps.delete("a", &DeleteParams::default()).await.unwrap().is_right());
    let gone = refused(maps.get("a").await);
    assert_eq!((gone.code, gone.message.as_str()), (404, "configmaps \"a\" not found"));
}

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
async fn lists_are_selected_and_come_in_pages() {
    let (_practice, client) = start();
    let maps: Api<ConfigMap> = Api::namespaced(client, "lab");
    for (name, label) in [("a", "x"), ("b", "y"), ("c", "x")] {
        maps.create(&PostParams::default(), &map(name, "1", label)).await.unwrap();
    }
    let names = |params: ListParams| {
        let maps = maps.clone();
        async move { maps.list(&params).await.unwrap().items.iter().map(ResourceExt::name_any).collect::<Vec<_>>() }
    };
    assert_eq!(names(ListParams::default().labels("app=x")).await, ["a", "c"]);
    assert_eq!(names(ListParams::default().labels("app notin (x)")).await, ["b"]);
    assert_eq!(names(ListParams::default().fields("metadata.name=b")).await, ["b"]);

    let first = maps.list(&ListParams::default().limit(2)).await.unwrap();
    assert_eq!((first.items.len(), first.metadata.remaining_item_count), (2, Some(1)));
    let rest = maps
        .list(&ListParams::default().limit(2).continue_token(&first.metadata.continue_.unwrap()))
        .await
        .unwrap();
    assert_eq!(rest.items[0].name_any(), "c");
    assert_eq!(rest.metadata.continue_, None);
}

#[tokio::test(start_paused = true)]
async fn a_watch_sees_objects_enter_and_leave_its_selection() {
    let (_practice, client) = start();
    let maps: Api<ConfigMap> = Api::namespaced(client, "lab");
    let version = maps.list(&ListParams::default()).await.unwrap().metadata.resource_version.unwrap();
    let mut events = maps.watch(&WatchParams::default().labels("app=x"), &version).await.unwrap().boxed();
    for (text, label) in [("1", "x"), ("2", "x"), ("3", "y")] {
        maps.patch("a", &PatchParams::apply("test"), &Patch::Apply(applied(text, label))).await.unwrap();
    }
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(match events.try_next().await.unwrap().unwrap() {
            WatchEvent::Added(map) => ("added", map.data.unwrap()["text"].clone()),
            WatchEvent::Modified(map) => ("modified", map.data.unwrap()["text"].clone()),
            WatchEvent::Deleted(map) => ("deleted", map.data.unwrap()["text"].clone()),
            other => panic!("{other:?}"),
        });
    }
    assert_eq!(seen, [("added", "1".to_owned()), ("modified", "2".to_owned()), ("deleted", "2".to_owned())]);
}

fn applied(text: &str, label: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "labels": {"app": label}}, "data": {"text": text}})
}

#[tokio::test(start_paused = true)]
async fn a_watch_from_a_forgotten_version_is_refused() {
    let (practice, client) = start();
    let maps: Api<ConfigMap> = Api::namespaced(client, "lab");
    maps.create(&PostParams::default(), &map("a", "1", "x")).await.unwrap();
    practice.write(|world| {
        for _ in 0..20_010 {
            let object = world.store.get(&crate::practice::kind::CONFIG_MAP, "lab", "a").unwrap();
            world.store.put(&crate::practice::kind::CONFIG_MAP, object);
        }
    });
    let Err(error) = maps.watch(&WatchParams::default(), "2").await.map(|_| ()) else {
        panic!("watched")
    };
    let kube::Error::Api(status) = error else { panic!("{error:?}") };
    assert_eq!((status.code, status.reason.as_str()), (410, "Expired"));
    assert!(status.message.starts_with("too old resource version: 2 ("), "{}", status.message);
}

#[tokio::test(start_paused = true)]
async fn watchers_run_plain_and_with_streaming_lists() {
    for config in [watcher::Config::default(), watcher::Config::default().streaming_lists()] {
        let (_practice, client) = start();
        let maps: Api<ConfigMap> = Api::namespaced(client, "lab");
        maps.create(&PostParams::default(), &map("a", "1", "x")).await.unwrap();
        let mut events = watcher(maps.clone(), config).boxed();
        let mut seen = Vec::new();
        while seen.len() < 3 {
            seen.push(match events.try_next().await.unwrap().unwrap() {
                watcher::Event::Init => "init".to_owned(),
                watcher::Event::InitApply(map) => map.name_any(),
                watcher::Event::InitDone => "done".to_owned(),
                other => panic!("{other:?}"),
            });
        }
        assert_eq!(seen, ["init", "a", "done"]);
        maps.create(&PostParams::default(), &map("b", "1", "x")).await.unwrap();
        let next = events.try_next().await.unwrap().unwrap();
        assert!(matches!(next, watcher::Event::Apply(map) if map.name_any() == "b"));
        // Hours pass; the watch is renewed without a new list.
        tokio::time::sleep(std::time::Duration::from_secs(3 * 3600)).await;
        maps.delete("b", &DeleteParams::default()).await.unwrap();
        let next = events.try_next().await.unwrap().unwrap();
        assert!(matches!(next, watcher::Event::Delete(map) if map.name_any() == "b"));
    }
}

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
            .starts_with("Apply failed with 1 conflict: conflict with \"kubectl-set\" using apps/v1 at "),
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
async fn a_dry_run_stores_nothing() {
    let (_practice, client) = start();
    let maps: Api<ConfigMap> = Api::namespaced(client, "lab");
    let dry = PostParams {
        dry_run: true,
        ..PostParams::default()
    };
    assert_eq!(maps.create(&dry, &map("a", "1", "x")).await.unwrap().name_any(), "a");
    assert_eq!(refused(maps.get("a").await).code, 404);
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

#[tokio::test(start_paused = true)]
async fn a_running_pod_is_marked_then_removed_by_its_kubelet() {
    let (_practice, client) = start();
    let pods: Api<Pod> = Api::namespaced(client, "lab");
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"nodeName": "n", "containers": [{"name": "c", "image": "a:1"}]}});
    pods.create(&PostParams::default(), &serde_json::from_value(pod).unwrap()).await.unwrap();
    let marked = pods.delete("p", &DeleteParams::default()).await.unwrap().left().unwrap();
    assert_eq!(marked.metadata.deletion_grace_period_seconds, Some(30));
    pods.delete("p", &DeleteParams::default().grace_period(0)).await.unwrap();
    assert_eq!(refused(pods.get("p").await).code, 404);
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
async fn discovery_lists_every_kind() {
    let (_practice, client) = start();
    let groups = client.list_api_groups().await.unwrap();
    assert!(groups.groups.iter().any(|group| group.name == "apps"));
    let core = client.list_core_api_resources("v1").await.unwrap();
    assert!(core.resources.iter().any(|resource| resource.name == "pods/log"));
    let discovery = kube::Discovery::new(client).run_aggregated().await.unwrap();
    assert!(
        discovery
            .groups()
            .flat_map(|group| group.recommended_resources())
            .any(|(resource, _)| resource.plural == "endpointslices")
    );
}
