//! What the practice cluster costs: its start, writes through the router, deliveries to watches, an hour of pods in trouble.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Request;
use futures::StreamExt;
use klab::practice::kind::{CONFIG_MAP, POD};
use klab::practice::{Options, Practice};
use serde_json::{Value, json};
use tower::ServiceExt;

const WRITES: u32 = 20_000;
const WATCHERS: u32 = 10;
const CHANGES: u32 = 5_000;
const PODS: u32 = 50;

fn options() -> Options {
    Options {
        images: klab::scenario::catalogue().clone(),
        speed: 1.0,
        ..Options::default()
    }
}

fn map(number: u32) -> Value {
    json!({"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": format!("m-{number}"), "namespace": "default"}, "data": {"number": number.to_string()}})
}

fn rate(count: u32, took: Duration) -> f64 {
    f64::from(count) / took.as_secs_f64()
}

/// From nothing to the first answer.
async fn start() -> Duration {
    let begin = Instant::now();
    let practice = Practice::start(options());
    let request = Request::get("/api/v1/namespaces/default/pods").body(Body::empty()).expect("request");
    let Ok(answer) = practice.router().oneshot(request).await;
    assert_eq!(answer.status(), 200);
    begin.elapsed()
}

/// ConfigMaps created one after the other, through the router.
async fn creates() -> f64 {
    let practice = Practice::start(options());
    let router = practice.router();
    let begin = Instant::now();
    for number in 0..WRITES {
        let request = Request::post("/api/v1/namespaces/default/configmaps")
            .header("content-type", "application/json")
            .body(Body::from(map(number).to_string()))
            .expect("request");
        let Ok(answer) = router.clone().oneshot(request).await;
        assert_eq!(answer.status(), 201);
    }
    rate(WRITES, begin.elapsed())
}

/// Changes as all watchers together get them.
async fn deliveries() -> f64 {
    let practice = Practice::start(options());
    let mut readers = Vec::new();
    for _ in 0..WATCHERS {
        let request = Request::get("/api/v1/namespaces/default/configmaps?watch=true&fieldSelector=metadata.name!=kube-root-ca.crt");
        let Ok(answer) = practice.router().oneshot(request.body(Body::empty()).expect("request")).await;
        let mut stream = answer.into_body().into_data_stream();
        readers.push(tokio::spawn(async move {
            let mut lines = 0;
            while lines < CHANGES as usize {
                let Some(Ok(bytes)) = stream.next().await else { break };
                lines += bytes.iter().filter(|byte| **byte == b'\n').count();
            }
            lines
        }));
    }
    let begin = Instant::now();
    let writer = practice.clone();
    let written = tokio::spawn(async move {
        for number in 0..CHANGES {
            assert!(writer.write(|world| world.create(&CONFIG_MAP, map(number))).is_ok());
            if number % 50 == 0 {
                tokio::task::yield_now().await;
            }
        }
    });
    for reader in readers {
        assert_eq!(reader.await.expect("reader"), CHANGES as usize);
    }
    written.await.expect("writer");
    rate(WATCHERS * CHANGES, begin.elapsed())
}

/// Pods that crash, wait for images, fail their probes, for an hour of the cluster's own time.
async fn hour() -> Duration {
    let practice = Practice::start(options());
    for number in 0..PODS {
        let container = match number % 5 {
            0 => json!({"name": "c", "image": "busybox:1.36", "command": ["sh", "-c", "echo no; exit 1"]}),
            1 => json!({"name": "c", "image": "nginx:none"}),
            2 => json!({"name": "c", "image": "nginx:1.29", "livenessProbe": {"httpGet": {"path": "/none", "port": 80}, "periodSeconds": 5}}),
            3 => json!({"name": "c", "image": "busybox:1.36", "command": ["sh", "-c", "sleep 20"]}),
            _ => json!({"name": "c", "image": "nginx:1.29", "envFrom": [{"configMapRef": {"name": "none"}}]}),
        };
        let pod = json!({"metadata": {"name": format!("p-{number}"), "namespace": "default"}, "spec": {"containers": [container]}});
        assert!(practice.write(|world| world.create(&POD, pod)).is_ok());
    }
    let begin = Instant::now();
    tokio::time::pause();
    tokio::time::sleep(Duration::from_secs(3600)).await;
    tokio::time::resume();
    begin.elapsed()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime")
}

fn main() {
    // `cargo bench --bench practice -- hour` measures that alone
    let named: Vec<String> = std::env::args().skip(1).filter(|name| !name.starts_with('-')).collect();
    let wanted = |name: &str| named.is_empty() || named.iter().any(|one| one == name);
    if wanted("start") {
        println!("start to first answer   {:>10.2?}", runtime().block_on(start()));
    }
    if wanted("creates") {
        println!("creates through router  {:>10.0} /s", runtime().block_on(creates()));
    }
    if wanted("deliveries") {
        println!("watch deliveries        {:>10.0} /s", runtime().block_on(deliveries()));
    }
    if wanted("hour") {
        println!("an hour of {PODS} pods      {:>10.2?}", runtime().block_on(hour()));
    }
}
