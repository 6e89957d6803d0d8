//! The practice cluster's API server: every request is read, answered from the one table of kinds, and written as Kubernetes does.

mod accept;
mod admittance;
mod answer;
mod body;
mod call;
mod continuing;
mod defined;
mod discovery;
mod eviction;
mod health;
pub mod inside;
mod json;
mod list;
mod logs;
mod openapi;
mod options;
mod patching;
mod path;
mod pod_status;
mod protobuf;
mod proxy;
mod reviews;
mod scale;
mod signing;
mod streams;
mod table;
mod verbs;
mod warnings;
mod watch;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::response::Response;

use self::call::Call;
use self::path::{Resource, Target};
use super::cluster::Practice;
use super::status::Status;
use super::world::World;

/// Everything the practice cluster serves.
pub fn router(practice: Practice) -> axum::Router {
    axum::Router::new().fallback(serve).with_state(practice)
}

async fn serve(State(practice): State<Practice>, request: Request) -> Response {
    match Call::read(&practice, request).await {
        Ok((target, call)) => {
            let warnings = Arc::clone(&call.warnings);
            let for_people = call.for_people() && !call.flag("watch");
            let mut response = route(&practice, target, call).await.unwrap_or_else(|status| answer::refusal(&status));
            if for_people {
                response = answer::on_lines(response).await;
            }
            answer::warned(response, &warnings)
        }
        Err(status) => answer::refusal(&status),
    }
}

async fn route(practice: &Practice, target: Target, call: Call) -> Result<Response, Status> {
    admittance::check(practice, &target, &call)?;
    if let Target::Resource(at) = &target {
        warnings::of_kind(at.kind, &call);
    }
    match target {
        Target::Resource(resource) if resource.sub == "proxy" && resource.kind.custom.is_none() => proxy::serve(practice, &resource, &call).await,
        Target::Resource(resource) => resource_route(practice, resource, call),
        Target::Health => Ok(health::serve(&call)),
        Target::NoPage => Ok(health::no_page()),
        Target::Unknown(_) => Err(Status::no_such_path()),
        _ if call.method != Method::GET => Err(Status::method_not_allowed()),
        other => discovery::serve(&other, &call, &practice.read(World::served)),
    }
}

fn resource_route(practice: &Practice, at: Resource, call: Call) -> Result<Response, Status> {
    if at.kind.custom.is_some() && !at.sub.is_empty() && !at.kind.subresources.contains(&at.sub.as_str()) {
        return Err(Status::not_found(at.kind, &at.name));
    }
    if at.sub.is_empty() && at.kind.custom.is_none() && !at.kind.verbs.contains(&verb(&at.name, &call)) {
        return Err(Status::method_not_allowed());
    }
    if !matches!(at.sub.as_str(), "log" | "exec" | "attach" | "portforward") {
        accept::check(at.kind, &call)?;
    }
    options::check(&at, &call)?;
    match (call.method.as_str(), at.name.is_empty(), at.sub.as_str()) {
        ("GET", true, "") if call.flag("watch") => watch::open(practice, at, call, ""),
        ("GET", false, "") if call.flag("watch") => {
            let only = format!("metadata.name={}", at.name);
            watch::open(practice, at, call, &only)
        }
        ("GET", true, "") => list::serve(practice, &at, &call),
        ("GET", false, "log") => logs::serve(practice, at, &call),
        ("POST", true, "") if at.kind.verbs == ["create"] && at.kind.group.starts_with("auth") => reviews::serve(practice, &at, &call),
        ("POST", false, "token") => reviews::issue(practice, &at, &call),
        ("POST", true, "") if at.kind.built_in() == "Binding" => verbs::bind(practice, &at, &call),
        ("POST" | "DELETE", true, "") if at.kind.namespaced && at.namespace.is_none() => Err(Status::method_not_allowed()),
        ("POST", true, "") => verbs::create(practice, &at, &call),
        ("DELETE", true, "") => verbs::delete_collection(practice, &at, &call),
        ("DELETE", false, "") => verbs::delete(practice, &at, &call),
        ("POST", false, "binding") => verbs::bind(practice, &at, &call),
        ("POST", false, "eviction") => eviction::serve(practice, &at, &call),
        ("GET" | "POST", false, "exec" | "attach") => streams::serve(practice, &at, call),
        ("GET" | "POST", false, "portforward") => Err(Status::bad_request(
            "port-forward is not part of the practice cluster: read through the API server's proxy instead, as in `kubectl get --raw \
             /api/v1/namespaces/NAMESPACE/pods/NAME:PORT/proxy/`, or with `kubectl proxy`",
        )),
        ("GET" | "PUT" | "PATCH", false, "scale") => scale::serve(practice, &at, call),
        ("GET", false, "" | "status" | "approval" | "resize" | verbs::EPHEMERAL) => verbs::get(practice, &at, &call),
        ("PUT", false, "" | "status" | "approval" | "resize" | "finalize" | verbs::EPHEMERAL) => verbs::update(practice, &at, &call),
        ("PATCH", false, "" | "status" | "approval" | "resize" | verbs::EPHEMERAL) => patching::serve(practice, &at, &call),
        _ => Err(Status::method_not_allowed()),
    }
}

/// What a request wants to do, in the words in which rights are given.
fn verb(name: &str, call: &Call) -> &'static str {
    match (call.method.as_str(), name.is_empty()) {
        ("GET", _) if call.flag("watch") => "watch",
        ("GET", true) => "list",
        ("GET", false) => "get",
        ("POST", _) => "create",
        ("PUT", _) => "update",
        ("PATCH", _) => "patch",
        ("DELETE", true) => "deletecollection",
        ("DELETE", false) => "delete",
        _ => "",
    }
}
