//! Responses: objects, statuses, plain text, streams.

use std::sync::{Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::Value;

use crate::practice::status::Status;

/// A body of a media type.
pub fn typed(code: StatusCode, media: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = code;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    response
}

pub fn object(object: &Value) -> Response {
    json(StatusCode::OK, object)
}

pub fn created(object: &Value) -> Response {
    json(StatusCode::CREATED, object)
}

/// JSON that is already encoded.
pub fn encoded(bytes: Bytes) -> Response {
    typed(StatusCode::OK, "application/json", bytes)
}

pub fn text(text: &'static str) -> Response {
    typed(StatusCode::OK, "text/plain; charset=utf-8", text)
}

/// Adds warnings to an answer, as kubectl prints them.
pub fn warned(mut response: Response, warnings: &Mutex<Vec<String>>) -> Response {
    for text in warnings.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        let quoted = text.replace('\\', r"\\").replace('"', "\\\"");
        if let Ok(value) = HeaderValue::from_str(&format!("299 - \"{quoted}\"")) {
            response.headers_mut().append(header::WARNING, value);
        }
    }
    response
}

pub fn refusal(status: &Status) -> Response {
    json(StatusCode::from_u16(status.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), &status.body())
}

fn json(code: StatusCode, value: &Value) -> Response {
    typed(code, "application/json", value.to_string())
}
