//! The API server as a client sees it.

mod bad_input;
mod defined;
mod objects;
mod parts;
mod patches;
mod refusals;
mod rights;
mod watches;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::Client;
use kube::core::Status as Answer;
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

fn applied(text: &str, label: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "labels": {"app": label}}, "data": {"text": text}})
}
