//! Lists: whole, selected, or in pages.

use axum::body::Bytes;
use axum::response::Response;
use serde_json::{Value, json};

use super::call::Call;
use super::path::Resource;
use super::{answer, table};
use crate::practice::cluster::Practice;
use crate::practice::kind::Kind;
use crate::practice::selector::Selector;
use crate::practice::status::Status;
use crate::practice::store::{Store, decode};
use crate::practice::view;

/// Where a list goes on: the version it shows, and the last object it gave.
struct Continue {
    version: u64,
    namespace: String,
    name: String,
}

impl Continue {
    fn token(&self) -> String {
        let text = format!("{}\n{}\n{}", self.version, self.namespace, self.name);
        text.bytes().map(|byte| format!("{byte:02x}")).collect()
    }

    fn parse(token: &str) -> Option<Self> {
        let digits: Vec<u8> = token
            .chars()
            .map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .collect::<Option<_>>()?;
        let text = String::from_utf8(digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect()).ok()?;
        let mut lines = text.splitn(3, '\n');
        Some(Self {
            version: lines.next()?.parse().ok()?,
            namespace: lines.next()?.to_owned(),
            name: lines.next()?.to_owned(),
        })
    }
}

/// Answers a list request.
pub fn serve(practice: &Practice, at: &Resource, call: &Call) -> Result<Response, Status> {
    let selector = call.selector(at.kind)?;
    let limit = call.number("limit")?.and_then(|limit| usize::try_from(limit).ok()).filter(|limit| *limit > 0);
    let from = match call.param("continue") {
        "" => None,
        token => Some(Continue::parse(token).ok_or_else(|| Status::bad_request("continue key is not valid: illegal base64 data"))?),
    };
    let now = practice.now();
    let as_table = table::wanted(call);
    practice.read(|world| {
        let page = page(&world.store, at, &selector, limit, from)?;
        if as_table {
            let objects: Vec<Value> = page.items.into_iter().map(decode).collect();
            return Ok(table::answer(&table::table(at.kind, page.metadata, &objects, now, call, true)));
        }
        Ok(answer::encoded(page.encode(at.kind)))
    })
}

/// Some of the objects that match, in order.
struct Page<'a> {
    metadata: Value,
    items: Vec<&'a Bytes>,
}

impl Page<'_> {
    fn encode(&self, kind: &Kind) -> Bytes {
        let mut body = format!(
            r#"{{"kind":"{}List","apiVersion":"{}","metadata":{},"items":["#,
            kind.kind,
            kind.api_version(),
            self.metadata
        )
        .into_bytes();
        for (index, item) in self.items.iter().enumerate() {
            if index > 0 {
                body.push(b',');
            }
            body.extend(view::shown(kind, item).iter());
        }
        body.extend(b"]}");
        body.into()
    }
}

fn page<'a>(store: &'a Store, at: &'a Resource, selector: &Selector, limit: Option<usize>, from: Option<Continue>) -> Result<Page<'a>, Status> {
    if from.as_ref().is_some_and(|from| from.version < store.forgotten()) {
        return Err(Status::expired(
            "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.",
        ));
    }
    let version = from.as_ref().map_or(store.version(), |from| from.version);
    let after = from.map(|from| (from.namespace, from.name));
    let mut matching = store
        .range(at.kind, at.namespace.as_deref(), after)
        .filter(|(_, object)| selector.is_empty() || selector.matches(&decode(object)));
    let mut items = Vec::new();
    let mut last = None;
    for (name, object) in matching.by_ref().take(limit.unwrap_or(usize::MAX)) {
        items.push(object);
        last = Some(name);
    }
    let mut metadata = json!({"resourceVersion": version.to_string()});
    if let (Some(_), Some((namespace, name))) = (limit, last) {
        let left = matching.count();
        if left > 0 {
            metadata["continue"] = Continue {
                version,
                namespace: namespace.clone(),
                name: name.clone(),
            }
            .token()
            .into();
            if selector.is_empty() {
                metadata["remainingItemCount"] = left.into();
            }
        }
    }
    Ok(Page { metadata, items })
}
