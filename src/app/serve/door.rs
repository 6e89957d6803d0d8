//! Who gets in: a known host name, no foreign web page, and the token of the kubeconfig.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};

use crate::practice::status::Status;
use crate::practice::user::User;

/// What a request must show.
struct Door {
    port: u16,
    token: String,
}

/// A router behind the door of a port.
pub fn guarded(router: axum::Router, port: u16, token: &str) -> axum::Router {
    let door = Arc::new(Door { port, token: token.to_owned() });
    router.layer(middleware::from_fn_with_state(door, pass))
}

async fn pass(State(door): State<Arc<Door>>, mut request: Request, next: Next) -> Response {
    match door.user(request.headers()) {
        Ok(user) => {
            if let Some(user) = user {
                request.extensions_mut().insert(user);
            }
            next.run(request).await
        }
        Err(status) => refusal(&status),
    }
}

impl Door {
    /// Who asks, or why the request is not taken. Another bearer may be a service account, which only the cluster knows.
    fn user(&self, headers: &HeaderMap) -> Result<Option<User>, Status> {
        let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        // A name that was made to point here (DNS rebinding) shows in Host; a foreign page's request shows in Origin.
        if !text(header::HOST).is_some_and(|host| self.is_here(host)) {
            return Err(refused(403, "Forbidden", "the Host header does not name this server"));
        }
        let origin = headers.get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or_default());
        if origin.is_some_and(|origin| !origin.strip_prefix("https://").is_some_and(|host| self.is_here(host))) {
            return Err(refused(403, "Forbidden", "requests of web pages are not served"));
        }
        let given = text(header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
        match given {
            Some(given) if same(given.as_bytes(), self.token.as_bytes()) => Ok(Some(User::administrator())),
            Some(_) => Ok(None),
            None => Err(refused(401, "Unauthorized", "Unauthorized")),
        }
    }

    fn is_here(&self, host: &str) -> bool {
        ["127.0.0.1", "localhost"].iter().any(|name| host == format!("{name}:{}", self.port))
    }
}

/// Compares in a time that does not tell where two secrets differ.
fn same(given: &[u8], wanted: &[u8]) -> bool {
    given.len() == wanted.len() && given.iter().zip(wanted).fold(0, |differ, (one, other)| differ | (one ^ other)) == 0
}

fn refused(code: u16, reason: &'static str, message: &str) -> Status {
    Status {
        code,
        reason,
        message: message.to_owned(),
        details: serde_json::Value::Null,
    }
}

fn refusal(status: &Status) -> Response {
    let code = StatusCode::from_u16(status.code).unwrap_or(StatusCode::FORBIDDEN);
    (code, axum::Json(status.body())).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(headers: &[(&'static str, &str)]) -> u16 {
        let door = Door {
            port: 6443,
            token: "secret".to_owned(),
        };
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        door.user(&map).map_or_else(|status| status.code, |_| 200)
    }

    #[test]
    fn host_origin_and_token_are_asked_for() {
        let (host, token) = (("host", "127.0.0.1:6443"), ("authorization", "Bearer secret"));
        assert_eq!(code(&[host, token]), 200);
        assert_eq!(code(&[("host", "localhost:6443"), token]), 200);
        assert_eq!(code(&[host]), 401);
        assert_eq!(code(&[host, ("authorization", "Basic secret")]), 401);
        assert_eq!(code(&[token]), 403);
        assert_eq!(code(&[("host", "rebound.example:6443"), token]), 403);
        assert_eq!(code(&[host, token, ("origin", "https://page.example")]), 403);
        assert_eq!(code(&[host, token, ("origin", "http://127.0.0.1:6443")]), 403);
        assert_eq!(code(&[host, token, ("origin", "https://127.0.0.1:6443")]), 200);
    }
}
