//! `/proxy`: a request that goes on to a pod or through a Service.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;

use super::answer;
use super::call::Call;
use super::path::Resource;
use crate::practice::cluster::Practice;
use crate::practice::net::http::{self, Request};
use crate::practice::status::Status;

/// Headers that concern one connection only, or carry what the container must not learn.
const OWN: [HeaderName; 6] = [
    header::AUTHORIZATION,
    header::CONNECTION,
    header::HOST,
    header::TE,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Passes a request on and its answer back.
pub async fn serve(practice: &Practice, at: &Resource, call: &Call) -> Result<Response, Status> {
    if at.kind.kind == "Node" && at.rest.trim_matches('/') == "healthz" {
        // The one question that a node of this cluster answers itself.
        return match practice.read(|world| world.store.encoded(at.kind, "", &at.name).is_some()) {
            true => Ok(answer::text("ok")),
            false => Err(Status::not_found(at.kind, &at.name)),
        };
    }
    if at.kind.kind == "Node" {
        return Err(Status::service_unavailable("the practice cluster's nodes answer no requests of their own"));
    }
    let answer = practice.proxy(at.kind.plural, at.ns(), &at.name, onward(at, call)).await?;
    Ok(back(answer))
}

fn onward(at: &Resource, call: &Call) -> Request {
    let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
    let mut headers = vec![("Host".to_owned(), at.name.clone()), ("Connection".to_owned(), "close".to_owned())];
    headers.extend(
        call.headers
            .iter()
            .filter(|(name, _)| !OWN.contains(name))
            .map(|(name, value)| (name.to_string(), text(value))),
    );
    let path = if at.rest.is_empty() { "/" } else { &at.rest };
    Request {
        method: call.method.to_string(),
        target: if call.raw_query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{}", call.raw_query)
        },
        headers,
        body: call.body.to_vec(),
    }
}

fn back(answer: http::Response) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.code).unwrap_or(StatusCode::BAD_GATEWAY);
    for (name, value) in &answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value))
            && !OWN.contains(&name)
            && name != header::CONTENT_LENGTH
        {
            response.headers_mut().append(name, value);
        }
    }
    response
}
