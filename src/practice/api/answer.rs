//! Responses: objects, statuses, plain text, streams.

use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use futures::stream;
use serde_json::Value;

use crate::practice::status::Status;
use crate::practice::types::write;

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
    typed(StatusCode::OK, "application/json", [&bytes[..], b"\n"].concat())
}

/// How much of a list is made at a time.
const PIECE: usize = 32 << 10;

/// A list, whose items are put into words as they are sent: a thousand pods in one text would take 10 MB. The head ends with
/// the bracket before the first item, the tail begins with that after the last.
pub fn listed(head: String, mut items: impl Iterator<Item = Bytes> + Send + 'static, tail: &'static str) -> Response {
    let (mut piece, mut begun, mut ended) = (head.into_bytes(), false, false);
    let pieces = std::iter::from_fn(move || {
        while !ended && piece.len() < PIECE {
            match items.next() {
                Some(item) => {
                    piece.extend(begun.then_some(b','));
                    piece.extend_from_slice(&item);
                    begun = true;
                }
                None => {
                    piece.extend_from_slice(tail.as_bytes());
                    ended = true;
                }
            }
        }
        let piece = Bytes::from(std::mem::take(&mut piece));
        (!piece.is_empty()).then_some(Ok::<_, Infallible>(piece))
    });
    typed(StatusCode::OK, "application/json", Body::from_stream(stream::iter(pieces)))
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

/// JSON as people read it; anything else as it is.
pub async fn on_lines(response: Response) -> Response {
    if response.headers().get(header::CONTENT_TYPE).is_none_or(|media| media != "application/json") {
        return response;
    }
    let (parts, body) = response.into_parts();
    let text = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let lines = super::json::indented(&String::from_utf8_lossy(&text));
    Response::from_parts(parts, Body::from(lines))
}

pub fn refusal(status: &Status) -> Response {
    json(StatusCode::from_u16(status.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), &status.body())
}

fn json(code: StatusCode, value: &Value) -> Response {
    typed(code, "application/json", ordered(value))
}

/// An object as Go writes it, on a line.
pub fn ordered(value: &Value) -> Vec<u8> {
    let mut bytes = write::object(value).unwrap_or_else(|| write::any(value));
    bytes.push(b'\n');
    bytes
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_says_first_what_it_is() {
        let object = json!({"apiVersion": "v1", "data": {"a": "\"b"}, "kind": "ConfigMap", "metadata": {"name": "x"}});
        assert_eq!(
            String::from_utf8_lossy(&ordered(&object)),
            "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"x\"},\"data\":{\"a\":\"\\\"b\"}}\n"
        );
        assert_eq!(ordered(&json!({"paths": []})), b"{\"paths\":[]}\n");
    }
}
