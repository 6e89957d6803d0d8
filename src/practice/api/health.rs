//! `/healthz`, `/livez` and `/readyz`: the checks of an API server, all of which hold here.

use axum::http::StatusCode;
use axum::response::Response;

use super::answer;
use super::call::Call;

const CHECKS: [&str; 8] = [
    "ping",
    "log",
    "etcd",
    "poststarthook/start-apiserver-admission-initializer",
    "poststarthook/start-system-namespaces-controller",
    "poststarthook/rbac/bootstrap-roles",
    "poststarthook/scheduling/bootstrap-system-priority-classes",
    "poststarthook/bootstrap-controller",
];
/// What only readiness asks.
const READY: [&str; 3] = ["etcd-readiness", "informer-sync", "shutdown"];

/// Answers for all checks, or for the one that the path names.
pub fn serve(call: &Call) -> Response {
    let path = call.path.trim_matches('/');
    let (door, check) = path.split_once('/').unwrap_or((path, ""));
    let checks = CHECKS.iter().chain(READY.iter().filter(|_| door == "readyz"));
    if !check.is_empty() {
        return if checks.copied().any(|known| known == check) {
            answer::text("ok")
        } else {
            no_page()
        };
    }
    if !call.flag("verbose") {
        return answer::text("ok");
    }
    let lines: String = checks.map(|check| format!("[+]{check} ok\n")).collect();
    answer::typed(StatusCode::OK, "text/plain; charset=utf-8", format!("{lines}{door} check passed\n"))
}

/// What the API server says where it serves nothing.
pub fn no_page() -> Response {
    answer::typed(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", "404 page not found\n")
}
