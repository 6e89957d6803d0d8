//! `/healthz`, `/livez` and `/readyz`: the checks of an API server, all of which hold here.

use axum::http::StatusCode;
use axum::response::Response;

use super::answer;
use super::call::Call;

/// What is begun after the start.
const HOOKS: [&str; 30] = [
    "poststarthook/start-apiserver-admission-initializer",
    "poststarthook/generic-apiserver-start-informers",
    "poststarthook/priority-and-fairness-config-consumer",
    "poststarthook/priority-and-fairness-filter",
    "poststarthook/storage-object-count-tracker-hook",
    "poststarthook/start-apiextensions-informers",
    "poststarthook/start-apiextensions-controllers",
    "poststarthook/crd-informer-synced",
    "poststarthook/start-system-namespaces-controller",
    "poststarthook/peer-endpoint-reconciler-controller",
    "poststarthook/start-cluster-authentication-info-controller",
    "poststarthook/start-kube-apiserver-identity-lease-controller",
    "poststarthook/start-kube-apiserver-identity-lease-garbage-collector",
    "poststarthook/storage-readiness",
    "poststarthook/start-legacy-token-tracking-controller",
    "poststarthook/start-service-ip-repair-controllers",
    "poststarthook/rbac/bootstrap-roles",
    "poststarthook/scheduling/bootstrap-system-priority-classes",
    "poststarthook/priority-and-fairness-config-producer",
    "poststarthook/bootstrap-controller",
    "poststarthook/start-kubernetes-service-cidr-controller",
    "poststarthook/start-kube-aggregator-informers",
    "poststarthook/apiservice-status-local-available-controller",
    "poststarthook/apiservice-status-remote-available-controller",
    "poststarthook/apiservice-registration-controller",
    "poststarthook/apiservice-discovery-controller",
    "poststarthook/kube-apiserver-autoregistration",
    "autoregister-completion",
    "poststarthook/apiservice-openapi-controller",
    "poststarthook/apiservice-openapiv3-controller",
];

/// The checks behind one of the doors, in their order.
fn checks(door: &str) -> Vec<&'static str> {
    let (first, last): (&[&str], &[&str]) = match door {
        "readyz" => (&["ping", "log", "etcd", "etcd-readiness", "informer-sync"], &["shutdown"]),
        _ => (&["ping", "log", "loopback-serving-certificate", "etcd"], &[]),
    };
    [first, &HOOKS, last].concat()
}

/// Answers for all checks, or for the one that the path names.
pub fn serve(call: &Call) -> Response {
    let path = call.path.trim_matches('/');
    let (door, check) = path.split_once('/').unwrap_or((path, ""));
    let checks = checks(door);
    if !check.is_empty() {
        return if checks.contains(&check) { answer::text("ok") } else { no_page() };
    }
    if !call.flag("verbose") {
        return answer::text("ok");
    }
    let lines: String = checks.iter().map(|check| format!("[+]{check} ok\n")).collect();
    answer::typed(StatusCode::OK, "text/plain; charset=utf-8", format!("{lines}{door} check passed\n"))
}

/// What the API server says where it serves nothing.
pub fn no_page() -> Response {
    answer::typed(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", "404 page not found\n")
}
