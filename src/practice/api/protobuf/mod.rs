//! Protobuf bodies: Kubernetes' envelope (apimachinery `runtime/serializer/protobuf`) taken off, and what is in it turned into JSON.

mod decode;
mod wire;

use serde_json::Value;

pub const MEDIA: &str = "application/vnd.kubernetes.protobuf";
/// What every body starts with.
const MAGIC: &[u8] = b"k8s\0";

/// Why a body cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]")]
    NoPrefix,
    #[error("unexpected EOF")]
    Truncated,
    #[error("proto: illegal wireType {0}")]
    WireType(u8),
    #[error("proto: integer overflow")]
    Overflow,
    #[error("proto: wrong wireType = {wire} for field {field}")]
    Mismatch { wire: u8, field: &'static str },
    #[error("string field {0} contains invalid UTF-8")]
    NotText(&'static str),
    #[error("proto: message nested too deeply")]
    TooDeep,
    #[error("no kind {kind:?} is registered for version {version:?}")]
    UnknownKind { kind: String, version: String },
    #[error("Object 'Kind' is missing in the message")]
    NoKind,
    /// What is in the envelope cannot be read.
    #[error("{0}")]
    Object(Box<Error>),
    #[error("empty body")]
    Empty,
    #[error("{0}")]
    Json(String),
}

/// The object of a body.
///
/// # Errors
/// Whatever is not as the types of the table say.
pub fn read(body: &[u8]) -> Result<Value, Error> {
    let envelope = body.strip_prefix(MAGIC).ok_or(Error::NoPrefix)?;
    if envelope.is_empty() {
        return Err(Error::Empty);
    }
    let (mut version, mut kind, mut raw) = (String::new(), String::new(), &[][..]);
    for field in wire::fields(envelope) {
        match field? {
            (1, wire::Value::Bytes(meta)) => {
                for field in wire::fields(meta) {
                    match field? {
                        (1, wire::Value::Bytes(text)) => version = text_of(text, "apiVersion")?,
                        (2, wire::Value::Bytes(text)) => kind = text_of(text, "kind")?,
                        _ => {}
                    }
                }
            }
            (2, wire::Value::Bytes(bytes)) => raw = bytes,
            _ => {}
        }
    }
    if kind.is_empty() {
        return Err(Error::NoKind);
    }
    let mut object = decode::object(&version, &kind, raw).map_err(|why| Error::Object(Box::new(why)))?;
    object["apiVersion"] = version.into();
    object["kind"] = kind.into();
    Ok(object)
}

fn text_of(bytes: &[u8], field: &'static str) -> Result<String, Error> {
    String::from_utf8(bytes.to_vec()).map_err(|_| Error::NotText(field))
}

#[cfg(test)]
mod tests;
