//! What a request's body says: an object read by its kind, with Kubernetes' words for what cannot be read.

use serde_json::Value;

use super::call::Call;
use super::{defined, json, protobuf};
use crate::practice::kind::{KINDS, Kind};
use crate::practice::status::Status;
use crate::practice::typed;
use crate::practice::types::decode::Decoded;
use crate::yaml;

/// The media types of bodies that are objects.
pub const ACCEPTED: &str = "application/json, application/yaml, application/vnd.kubernetes.protobuf";
/// How much of a body an error shows.
const SHOWN: usize = 30;

impl Call {
    /// The object of a kind that the body is.
    ///
    /// # Errors
    /// 400 for a body that is no such object, 415 for another form of it.
    pub fn object(&self, kind: &Kind) -> Result<Value, Status> {
        if kind.custom.is_some() {
            return defined::object(self, kind);
        }
        if matches!(self.content_type(), "" | "application/json" | "*/*")
            && json::too_deep(&self.body).is_none()
            && let Some(read) = typed::parse(kind, &self.body).filter(|read| is_a(&read.object, kind))
        {
            return self.admit(kind, read, |why| why);
        }
        if self.content_type() == protobuf::MEDIA
            && let Err(protobuf::Error::Object(why)) = protobuf::read(&self.body)
            && !matches!(*why, protobuf::Error::UnknownKind { .. })
        {
            return Err(typed::unfit(kind, &why.to_string()));
        }
        let mut object = self.json().map_err(|status| unrecognized(kind, &self.body, status))?;
        if object.is_null() {
            // Go reads it as an object without anything.
            object = Value::Object(serde_json::Map::new());
        }
        if !object.is_object() {
            return Err(unrecognized(kind, &self.body, Status::bad_request(not_an_object(&object))));
        }
        if let Some(version) = object["apiVersion"].as_str().filter(|version| version.matches('/').count() > 1) {
            let why = format!("unexpected GroupVersion string: {version}");
            return Err(unrecognized(kind, &self.body, Status::bad_request(why)));
        }
        if !is_a(&object, kind) {
            return Err(another(&object, kind));
        }
        self.admit(kind, typed::read(kind, &object)?, |why| why)
    }

    /// An object that a patch made, as its kind has it.
    ///
    /// # Errors
    /// What `refused` makes of the reason, for what the kind cannot hold.
    pub fn patched(&self, kind: &Kind, object: &Value, refused: impl Fn(String) -> Status) -> Result<Value, Status> {
        let refuse = |status: Status| refused(typed::reason(kind, &status));
        let read = typed::read(kind, object).map_err(refuse)?;
        self.admit(kind, read, refuse)
    }

    /// Refuses odd fields, warns of them, or passes them over, as the request asks.
    pub fn admit(&self, kind: &Kind, read: Decoded, refuse: impl Fn(Status) -> Status) -> Result<Value, Status> {
        match self.param("fieldValidation") {
            "Strict" if !read.odd.is_empty() => return Err(refuse(typed::odd(kind, &read.odd))),
            "Strict" | "Ignore" => {}
            _ => read.odd.iter().for_each(|odd| self.warn(odd)),
        }
        Ok(read.object)
    }

    /// The body as JSON, whatever form it was sent in.
    ///
    /// # Errors
    /// 400 for what cannot be read, 415 for a form that is not taken.
    pub fn json(&self) -> Result<Value, Status> {
        let wrong = |why: String| Status::bad_request(why);
        match self.content_type() {
            "" | "application/json" | "*/*" => json::read(&self.body).map_err(|why| wrong(format!("couldn't get version/kind; json parse error: {why}"))),
            "application/yaml" => self.yaml().map_err(wrong),
            protobuf::MEDIA => protobuf::read(&self.body).map_err(|why| wrong(why.to_string())),
            _ => Err(Status::unsupported_media_type(ACCEPTED)),
        }
    }

    /// The body of a patch, whatever its form.
    ///
    /// # Errors
    /// 400 for what is no JSON.
    pub fn patch(&self) -> Result<Value, Status> {
        json::read(&self.body).map_err(|why| Status::bad_request(format!("error decoding patch: {why}")))
    }

    /// The body as YAML, of which JSON is a part; `Err` says why not.
    pub fn yaml(&self) -> Result<Value, String> {
        if let Ok(value) = serde_json::from_slice(&self.body) {
            return Ok(value);
        }
        let text = std::str::from_utf8(&self.body).map_err(|_| "yaml: invalid leading UTF-8 octet".to_owned())?;
        yaml::read(text).map_err(|fault| wording(&fault))
    }
}

/// What is wrong with a YAML text, in the words of Go's reader, which gives no advice.
fn wording(fault: &yaml::Fault) -> String {
    let words = fault.words.split("; ").next().unwrap_or_default();
    match fault.told {
        0 => format!("yaml: {words}"),
        line => format!("yaml: line {line}: {words}"),
    }
}

/// Whether an object says that it is of a kind, or does not say.
fn is_a(object: &Value, kind: &Kind) -> bool {
    let says = |field: &str, wanted: &str| match &object[field] {
        Value::Null => true,
        Value::String(text) => text.is_empty() || text == wanted,
        _ => false,
    };
    says("kind", kind.kind) && says("apiVersion", &kind.api_version())
}

/// What Go's decoder says when it looks for a kind in what is no object.
pub fn not_an_object(value: &Value) -> String {
    format!(
        "couldn't get version/kind; json parse error: json: cannot unmarshal {} into Go value of type struct {{ APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; \
         Kind string \"json:\\\"kind,omitempty\\\"\" }}",
        json::kind(value)
    )
}

/// A body in which no object can be found.
pub fn unrecognized(kind: &Kind, body: &[u8], why: Status) -> Status {
    if why.code != 400 {
        return why;
    }
    let start = &body[..body.len().min(SHOWN)];
    let more = if body.len() > SHOWN { " ..." } else { "" };
    let shown = match body.first() {
        None => "<empty>".to_owned(),
        Some(b'{') => String::from_utf8_lossy(start).into_owned(),
        Some(_) => start.iter().map(|byte| format!("{byte:02x}")).collect(),
    };
    Status::bad_request(format!(
        "the object provided is unrecognized (must be of type {}): {} ({shown}{more})",
        kind.kind, why.message
    ))
}

/// An object of another kind than the path's.
fn another(object: &Value, kind: &Kind) -> Status {
    let text = |field: &str, or: String| match &object[field] {
        Value::String(text) if !text.is_empty() => text.clone(),
        _ => or,
    };
    let (version, name) = (text("apiVersion", kind.api_version()), text("kind", kind.kind.to_owned()));
    let short = version.rsplit('/').next().unwrap_or(&version);
    let why = if KINDS.iter().any(|known| known.kind == name && known.api_version() == version) {
        let home = if kind.group.is_empty() {
            "core"
        } else {
            kind.group.split('.').next().unwrap_or_default()
        };
        format!("converting ({short}.{name}) to ({home}.{}): unknown conversion", kind.kind)
    } else {
        format!("no kind {name:?} is registered for version {version:?} in scheme \"pkg/runtime/scheme.go:111\"")
    };
    Status::bad_request(format!("{name} in version {short:?} cannot be handled as a {}: {why}", kind.kind))
}
