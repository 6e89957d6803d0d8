//! Objects made, read, listed, changed and deleted, and what is filled in.

use std::collections::BTreeMap;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Pod, Service, ServiceSpec};
use kube::ResourceExt;
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams, PostParams};
use serde_json::{Value, json};

use super::{map, refused, start, web};

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

    let first = maps.list(&ListParams::default().labels("app").limit(2)).await.unwrap();
    // With a selector Kubernetes does not say how many remain.
    assert_eq!((first.items.len(), first.metadata.remaining_item_count), (2, None));
    let rest = maps
        .list(&ListParams::default().labels("app").limit(2).continue_token(&first.metadata.continue_.unwrap()))
        .await
        .unwrap();
    assert_eq!(rest.items[0].name_any(), "c");
    assert_eq!(rest.metadata.continue_, None);
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

#[tokio::test(start_paused = true)]
async fn a_table_is_given_to_who_asks_for_one() {
    let (_practice, client) = start();
    let pods: Api<Pod> = Api::namespaced(client.clone(), "lab");
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "a:1"}]}});
    pods.create(&PostParams::default(), &serde_json::from_value(pod).unwrap()).await.unwrap();
    let ask = |uri: &str| {
        let accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
        axum::http::Request::get(uri).header("accept", accept).body(Vec::new()).unwrap()
    };
    let table: Value = client.request(ask("/api/v1/namespaces/lab/pods")).await.unwrap();
    assert_eq!(table["columnDefinitions"][2]["name"], "Status");
    assert_eq!(
        table["rows"][0]["cells"],
        json!(["p", "0/1", "Pending", "0", "0s", "<none>", "<none>", "<none>", "<none>"])
    );
    assert_eq!(table["rows"][0]["object"]["metadata"]["name"], "p");
    let watched = client
        .request_text(ask("/api/v1/namespaces/lab/pods?watch=true&timeoutSeconds=5"))
        .await
        .unwrap();
    let event: Value = serde_json::from_str(watched.lines().next().unwrap()).unwrap();
    assert_eq!((&event["type"], &event["object"]["kind"]), (&json!("ADDED"), &json!("Table")));
    let template = json!({"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "a:1"}]}});
    let spec = json!({"replicas": 0, "selector": {"matchLabels": {"a": "b"}}, "template": template});
    let set = json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "r"}, "spec": spec});
    let path = "/apis/apps/v1/namespaces/lab/replicasets";
    let made = axum::http::Request::post(path).body(set.to_string().into_bytes()).unwrap();
    client.request::<Value>(made).await.unwrap();
    let scale: Value = client.request(ask(&format!("{path}/r/scale"))).await.unwrap();
    let columns: Vec<&Value> = scale["columnDefinitions"].as_array().unwrap().iter().map(|column| &column["name"]).collect();
    assert_eq!(columns, ["Name", "Desired", "Available", "Age"]);
    assert_eq!(scale["rows"][0]["cells"], json!(["r", 0, 0, "0s"]));
}

#[tokio::test(start_paused = true)]
async fn what_is_left_out_is_filled_in() {
    let (_practice, client) = start();
    let deployments: Api<Deployment> = Api::namespaced(client.clone(), "lab");
    let made = deployments
        .patch("web", &PatchParams::apply("klab"), &Patch::Apply(web(1, "a:1")))
        .await
        .unwrap();
    let spec = serde_json::to_value(made.spec.unwrap()).unwrap();
    assert_eq!(
        spec["strategy"],
        json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}})
    );
    let pod = &spec["template"]["spec"];
    assert_eq!(
        (&pod["restartPolicy"], &pod["containers"][0]["imagePullPolicy"]),
        (&json!("Always"), &json!("IfNotPresent"))
    );
    assert!(pod.get("enableServiceLinks").is_none(), "only Pods have it filled in");

    let service = json!({"metadata": {"name": "web"}, "spec": {"ports": [{"port": 80}]}});
    let request = axum::http::Request::post("/api/v1/namespaces/lab/services")
        .body(service.to_string().into_bytes())
        .unwrap();
    let service: Value = client.request(request).await.unwrap();
    assert!(service["spec"]["clusterIP"].as_str().unwrap().starts_with("10.96."));
    assert_eq!(service["spec"]["ports"], json!([{"port": 80, "protocol": "TCP", "targetPort": 80}]));
}

#[tokio::test(start_paused = true)]
async fn a_service_gets_and_loses_what_its_type_has() {
    let (_practice, client) = start();
    let services: Api<Service> = Api::namespaced(client, "lab");
    let bed: Service = serde_json::from_value(json!({"metadata": {"name": "bed"}, "spec": {"ports": [{"port": 80}]}})).unwrap();
    let made = services.create(&PostParams::default(), &bed).await.unwrap().spec.unwrap();
    let become_a = async |kind: &str| {
        let patch = Patch::Merge(json!({"spec": {"type": kind}}));
        services.patch("bed", &PatchParams::default(), &patch).await.unwrap().spec.unwrap()
    };
    let port = |spec: &ServiceSpec| spec.ports.as_ref().unwrap()[0].node_port;
    assert_eq!(port(&made), None);
    let open = become_a("NodePort").await;
    assert!(port(&open).is_some_and(|port| port >= 30_000));
    assert_eq!(open.external_traffic_policy.as_deref(), Some("Cluster"));
    let inside = become_a("ClusterIP").await;
    assert_eq!(
        (port(&inside), inside.external_traffic_policy.as_deref(), inside.cluster_ip),
        (None, None, made.cluster_ip)
    );
}
