//! Objects as users send them, read through Kubernetes' own types: wrong types are refused, odd fields found.

use serde_json::Value;

use super::custom::Custom;
use super::custom::{embedded, prune};
use super::kind::Kind;
use super::status::Status;
use super::types::decode::{Decoded, decode};
use super::types::{Id, table};

/// Reads an object that is JSON already.
///
/// # Errors
/// 400 for what the kind's type cannot hold.
pub fn read(kind: &Kind, object: &Value) -> Result<Decoded, Status> {
    if let Some(custom) = kind.custom {
        return defined(kind, custom, object.clone());
    }
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
    if kind.custom.is_some() {
        return None;
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    let read = decode(id(kind)?, &mut reader).ok()?;
    reader.end().ok()?;
    read.object.is_object().then_some(read)
}

/// Reads an object of a defined kind: its metadata is as all are, and the rest as its schema has it.
fn defined(kind: &Kind, custom: &Custom, mut object: Value) -> Result<Decoded, Status> {
    let mut odd = Vec::new();
    if let (Some(id), false) = (table().find("meta/v1", "ObjectMeta"), object["metadata"].is_null()) {
        let read = decode(id, &object["metadata"]).map_err(|why| unfit(kind, &why))?;
        object["metadata"] = read.object;
        odd.extend(read.odd.into_iter().map(|why| why.replacen(" field \"", " field \"metadata.", 1)));
    }
    if let Some(id) = table().find("meta/v1", "ObjectMeta") {
        embedded::visit(&custom.schema, "", &mut object, &mut |way, inner| {
            let metadata = inner["metadata"].take();
            if metadata.is_null() {
                return inner.as_object_mut().map_or(Ok(()), |inner| {
                    inner.remove("metadata");
                    Ok(())
                });
            }
            let read = decode(id, &metadata).map_err(|why| unfit(kind, &format!("{way}.metadata: Invalid value: {metadata}: {why}")))?;
            inner["metadata"] = read.object;
            odd.extend(
                read.odd
                    .into_iter()
                    .map(|why| why.replacen(" field \"", &format!(" field \"{way}.metadata."), 1)),
            );
            Ok(())
        })?;
    }
    let gone = prune::prune(&custom.schema, &mut object);
    odd.extend(gone.into_iter().map(|way| format!("unknown field {way:?}")));
    Ok(Decoded { object, odd })
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
