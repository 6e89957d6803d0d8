//! Objects as users send them, read through Kubernetes' own types: wrong types are refused, odd fields found.

use serde_json::Value;

use super::kind::Kind;
use super::status::Status;
use super::types::decode::{Decoded, decode};
use super::types::{Id, table};

/// Reads an object that is JSON already.
///
/// # Errors
/// 400 for what the kind's type cannot hold.
pub fn read(kind: &Kind, object: &Value) -> Result<Decoded, Status> {
    match id(kind) {
        Some(id) => decode(id, object).map_err(|why| unfit(kind, &why)),
        None => Ok(Decoded {
            object: object.clone(),
            odd: Vec::new(),
        }),
    }
}

/// Reads a body in one pass; `None` when something is wrong with it, and a slower look must say what.
#[must_use]
pub fn parse(kind: &Kind, body: &[u8]) -> Option<Decoded> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let read = decode(id(kind)?, &mut reader).ok()?;
    reader.end().ok()?;
    read.object.is_object().then_some(read)
}

/// Refuses an object for its odd fields.
#[must_use]
pub fn odd(kind: &Kind, fields: &[String]) -> Status {
    unfit(kind, &format!("strict decoding error: {}", fields.join(", ")))
}

/// Refuses an object that its kind's type cannot hold.
#[must_use]
pub fn unfit(kind: &Kind, why: &str) -> Status {
    Status::bad_request(format!(
        "{} in version {:?} cannot be handled as a {}: {why}",
        kind.kind, kind.version, kind.kind
    ))
}

/// What such a refusal says besides naming the kind.
#[must_use]
pub fn reason(kind: &Kind, status: &Status) -> String {
    let named = unfit(kind, "").message;
    status.message.strip_prefix(&named).unwrap_or(&status.message).to_owned()
}

fn id(kind: &Kind) -> Option<Id> {
    table().find(&kind.api_version(), kind.kind)
}
