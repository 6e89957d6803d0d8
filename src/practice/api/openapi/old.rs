//! `/openapi/v2`, which kubectl still asks for before it says that it does not know a kind: its head only, as protobuf or JSON.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use crate::practice::api::answer;
use crate::practice::api::call::Call;
use crate::practice::api::discovery::VERSION;

const PROTOBUF: &str = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
const TITLE: &str = "Kubernetes";

/// The document's head: everything else is in version 3.
pub fn document(call: &Call) -> Response {
    if !call.accept().contains("proto-openapi.spec.v2") {
        return answer::object(&json!({"swagger": "2.0", "info": {"title": TITLE, "version": VERSION}, "paths": {}, "definitions": {}}));
    }
    let info = [member(1, TITLE.as_bytes()), member(2, VERSION.as_bytes())].concat();
    let document = [member(1, b"2.0"), member(2, &info), member(8, &[]), member(9, &[])].concat();
    answer::typed(StatusCode::OK, PROTOBUF, document)
}

/// A member of a message, of less than 128 bytes.
fn member(number: u8, bytes: &[u8]) -> Vec<u8> {
    [&[number << 3 | 2, u8::try_from(bytes.len()).unwrap_or(0)], bytes].concat()
}
