//! A request, read: method, query, headers that matter, body.

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts, Query, Request};
use axum::http::{HeaderMap, Method, header};

use super::admittance;
use super::path::{self, Target};
use crate::practice::cluster::Practice;
use crate::practice::kind::Kind;
use crate::practice::selector::Selector;
use crate::practice::status::Status;
use crate::practice::user::User;
use crate::practice::world::World;

/// The largest body taken, as Kubernetes limits it.
const BODY_LIMIT: usize = 3 * 1024 * 1024;

/// How many warnings an answer carries.
const WARNINGS: usize = 100;

#[derive(Debug)]
pub struct Call {
    pub method: Method,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// Who asks.
    pub user: User,
    pub path: String,
    query: Vec<(String, String)>,
    /// The query as it was sent.
    pub raw_query: String,
    /// The client would rather speak through a WebSocket.
    pub upgrade: Option<WebSocketUpgrade>,
    /// What the answer will warn of.
    pub warnings: Arc<Mutex<Vec<String>>>,
}

/// A `resourceVersion` of a query; `None` when there is none.
///
/// # Errors
/// What is wrong with it, as etcd's client words it.
pub fn version(text: &str) -> Result<Option<u64>, String> {
    match text {
        "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|_| format!("resourceVersion: Invalid value: {text:?}: strconv.ParseUint: parsing {text:?}: invalid syntax")),
    }
}

impl Call {
    /// Takes a request apart.
    pub async fn read(practice: &Practice, request: Request) -> Result<(Target, Self), Status> {
        let (mut parts, body) = request.into_parts();
        let user = admittance::user(practice, parts.extensions.remove::<User>(), &parts.headers)?;
        let target = path::parse(parts.uri.path(), &practice.read(World::served));
        let Query(query) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).map_err(|bad| Status::bad_request(bad.to_string()))?;
        let raw_query = parts.uri.query().unwrap_or_default().to_owned();
        let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &()).await.ok();
        let body = axum::body::to_bytes(body, BODY_LIMIT).await.map_err(|_| Status::too_large(BODY_LIMIT))?;
        Ok((
            target,
            Self {
                method: parts.method,
                headers: parts.headers,
                body,
                user,
                path: parts.uri.path().to_owned(),
                query,
                raw_query,
                upgrade,
                warnings: Arc::default(),
            },
        ))
    }

    /// A query parameter; empty when absent.
    pub fn param(&self, name: &str) -> &str {
        self.query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// All values of a query parameter.
    pub fn params<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.query.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn flag(&self, name: &str) -> bool {
        self.query.iter().any(|(key, value)| key == name && !matches!(value.as_str(), "false" | "0"))
    }

    /// A number in the query.
    pub fn number(&self, name: &str) -> Result<Option<i64>, Status> {
        match self.param(name) {
            "" => Ok(None),
            text => text
                .parse()
                .map(Some)
                .map_err(|_| Status::bad_request(format!("strconv.ParseInt: parsing {text:?}: invalid syntax"))),
        }
    }

    pub fn dry_run(&self) -> bool {
        self.param("dryRun") == "All"
    }

    /// What the query selects of a kind.
    pub fn selector(&self, kind: &Kind) -> Result<Selector, Status> {
        Selector::parse(self.param("labelSelector"), self.param("fieldSelector"))?.for_kind(kind)
    }

    fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Whether a person reads the answer: who asks for it so, or asks with a browser's or a shell's tool.
    pub fn for_people(&self) -> bool {
        let agent = self.header(header::USER_AGENT);
        match self.param("pretty") {
            "" => ["curl", "Wget", "Mozilla/5.0"].iter().any(|tool| agent.starts_with(tool)),
            word => matches!(word, "1" | "t" | "T" | "true" | "TRUE" | "True"),
        }
    }

    /// Where the client found the server.
    pub fn host(&self) -> &str {
        self.header(header::HOST)
    }

    pub fn accept(&self) -> &str {
        self.header(header::ACCEPT)
    }

    /// The body's media type without its parameters.
    pub fn content_type(&self) -> &str {
        self.header(header::CONTENT_TYPE).split(';').next().unwrap_or_default().trim()
    }

    /// Who writes: `fieldManager`, or the program's name from the user agent.
    pub fn manager(&self) -> &str {
        let agent = self.header(header::USER_AGENT).split('/').next().unwrap_or_default();
        [self.param("fieldManager"), agent]
            .into_iter()
            .find(|name| !name.is_empty())
            .unwrap_or("unknown")
    }

    /// Tells the user of something that was done all the same.
    pub fn warn(&self, text: &str) {
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        if warnings.len() < WARNINGS {
            warnings.push(text.to_owned());
        }
    }
}
