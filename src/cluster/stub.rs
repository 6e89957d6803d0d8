//! An API server of a few lines for tests: a function from request to answer, behind a real client.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, Response};
use futures::StreamExt;
use kube::Client;
use serde_json::{Value, json};

use super::Cluster;

/// What a test looks at in a request.
pub struct Asked {
    pub method: String,
    pub path: String,
    pub query: String,
    pub body: Value,
}

/// A cluster in namespace `lab-1` that answers by a function.
pub fn cluster(answer: impl Fn(Asked) -> Response<Body> + Send + Sync + 'static) -> Cluster {
    let answer = Arc::new(answer);
    let service = tower::service_fn(move |request: Request<kube::client::Body>| {
        let answer = answer.clone();
        async move {
            let (head, body) = request.into_parts();
            let bytes = axum::body::to_bytes(Body::new(body), usize::MAX).await.unwrap_or_default();
            let asked = Asked {
                method: head.method.to_string(),
                path: head.uri.path().to_owned(),
                query: head.uri.query().unwrap_or_default().to_owned(),
                body: serde_json::from_slice(&bytes).unwrap_or_default(),
            };
            Ok::<_, std::convert::Infallible>(answer(asked))
        }
    });
    Cluster::practice(Client::new(service, "default"), "lab-1")
}

/// A cluster that must not be asked.
pub fn silent() -> Cluster {
    cluster(|asked| panic!("asked {} {}", asked.method, asked.path))
}

pub fn json(value: &Value) -> Response<Body> {
    Response::new(Body::from(value.to_string()))
}

pub fn text(text: &str) -> Response<Body> {
    Response::new(Body::from(text.to_owned()))
}

/// A watch that says these things and then stays open.
pub fn stream(events: &[Value]) -> Response<Body> {
    let lines: Vec<_> = events.iter().map(|event| Ok::<_, std::convert::Infallible>(format!("{event}\n"))).collect();
    Response::new(Body::from_stream(futures::stream::iter(lines).chain(futures::stream::pending())))
}

pub fn status(code: u16, reason: &str, message: &str, details: Value) -> Response<Body> {
    let body = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason, "message": message, "details": details});
    let mut response = json(&body);
    *response.status_mut() = axum::http::StatusCode::from_u16(code).unwrap_or_default();
    response
}
