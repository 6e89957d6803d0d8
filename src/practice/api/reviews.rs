//! Reviews: questions about rights and users, which are answered and not kept; and tokens of service accounts.

use axum::response::Response;
use serde_json::{Value, json};

use super::answer;
use super::call::Call;
use super::path::Resource;
use crate::practice::access::{Ask, rbac, token};
use crate::practice::cluster::Practice;
use crate::practice::kind::{NODE, POD, SECRET, SERVICE_ACCOUNT};
use crate::practice::status::{Fault, Status};
use crate::practice::user::User;
use crate::practice::world::World;

/// Answers a review.
pub fn serve(practice: &Practice, at: &Resource, call: &Call) -> Result<Response, Status> {
    let mut review = call.json()?;
    super::verbs::belongs(at, &mut review)?;
    let spec = review["spec"].clone();
    review["status"] = match at.kind.kind {
        "SelfSubjectReview" => json!({"userInfo": who(&call.user)}),
        "TokenReview" => token_review(practice, &spec),
        "SelfSubjectRulesReview" => rules(practice, &call.user, &spec)?,
        kind => {
            check(kind, &spec)?;
            let asking = if kind == "SelfSubjectAccessReview" {
                call.user.clone()
            } else {
                subject(&spec)
            };
            access(practice, &asking, &spec)
        }
    };
    if at.kind.kind == "SelfSubjectReview" {
        review["metadata"]["creationTimestamp"] = practice.read(|world| world.seconds()).into();
    }
    Ok(answer::created(&review))
}

fn who(user: &User) -> Value {
    let mut who = json!({"username": user.name, "groups": user.groups});
    if !user.uid.is_empty() {
        who["uid"] = user.uid.as_str().into();
    }
    if !user.extra.is_empty() {
        who["extra"] = json!(user.extra);
    }
    who
}

fn access(practice: &Practice, user: &User, spec: &Value) -> Value {
    practice.read(|world| rbac::decide(&world.store, user, &Ask::of_review(spec))).status()
}

/// What is wrong with a question about rights.
fn check(kind: &str, spec: &Value) -> Result<(), Status> {
    let mut faults = Vec::new();
    match (spec["resourceAttributes"].is_object(), spec["nonResourceAttributes"].is_object()) {
        (true, true) => {
            let (path, verb) = (&spec["nonResourceAttributes"]["path"], &spec["nonResourceAttributes"]["verb"]);
            let shown = json!({"Path": path.as_str().unwrap_or_default(), "Verb": verb.as_str().unwrap_or_default()});
            let why = "cannot be specified in combination with resourceAttributes";
            faults.push(Fault::invalid("spec.nonResourceAttributes", &shown, why));
        }
        (false, false) => {
            let why = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
            faults.push(Fault::invalid("spec.resourceAttributes", &Value::Null, why));
        }
        _ => {}
    }
    let nobody = spec["user"].as_str().unwrap_or_default().is_empty() && spec["groups"].as_array().is_none_or(Vec::is_empty);
    if kind != "SelfSubjectAccessReview" && nobody {
        let why = "at least one of user or group must be specified";
        faults.push(Fault::invalid("spec.user", &"".into(), why));
    }
    // The API server names only the group of what it refuses here.
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Status::invalid_as("", "authorization.k8s.io", "", &faults))
    }
}

/// Of whom a review asks.
fn subject(spec: &Value) -> User {
    let groups: Vec<String> = spec["groups"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| one.as_str().map(str::to_owned))
        .collect();
    let name = spec["user"].as_str().unwrap_or_default().to_owned();
    User {
        name,
        groups,
        ..User::default()
    }
}

fn rules(practice: &Practice, user: &User, spec: &Value) -> Result<Value, Status> {
    let namespace = spec["namespace"].as_str().unwrap_or_default();
    if namespace.is_empty() {
        return Err(Status::bad_request("no namespace on request"));
    }
    let (all, errors) = practice.read(|world| rbac::rules(&world.store, user, namespace));
    let part = |rule: &Value, fields: &[&str]| -> Value {
        let given = fields.iter().filter(|field| !rule[**field].is_null());
        Value::Object(given.map(|field| ((*field).to_owned(), rule[*field].clone())).collect())
    };
    let (others, resources): (Vec<&Value>, Vec<&Value>) = all.iter().partition(|rule| rule["nonResourceURLs"].is_array());
    let mut status = json!({
        "resourceRules": resources.iter().map(|rule| part(rule, &["verbs", "apiGroups", "resources", "resourceNames"])).collect::<Vec<_>>(),
        "nonResourceRules": others.iter().map(|rule| part(rule, &["verbs", "nonResourceURLs"])).collect::<Vec<_>>(),
        "incomplete": false,
    });
    if !errors.is_empty() {
        status["evaluationError"] = errors.join(", ").into();
    }
    Ok(status)
}

fn token_review(practice: &Practice, spec: &Value) -> Value {
    let given = spec["token"].as_str().unwrap_or_default();
    match practice.read(|world| token::user(world, given)) {
        Some(user) => json!({"authenticated": true, "user": who(&user), "audiences": [token::ISSUER]}),
        // What has not the form of a service account's token was never taken for one.
        None if given.split('.').count() != 3 => json!({"user": {}, "error": "invalid bearer token"}),
        None => json!({"user": {}, "error": "[invalid bearer token, service account token is not valid]"}),
    }
}

/// What a token is bound to must be there, and be what is meant.
fn bind(world: &World, at: &Resource, bound: &mut Value) -> Result<(), Status> {
    let (kind, namespace) = match bound["kind"].as_str() {
        None => return Ok(()),
        Some("Pod") => (&POD, at.ns()),
        Some("Secret") => (&SECRET, at.ns()),
        Some("Node") => (&NODE, ""),
        Some(other) => {
            let version = bound["apiVersion"].as_str().unwrap_or_default();
            return Err(Status::bad_request(format!(
                "cannot bind token for serviceaccount {:?} to object of type {version}, Kind={other}",
                at.name
            )));
        }
    };
    let name = bound["name"].as_str().unwrap_or_default().to_owned();
    let object = world.store.get(kind, namespace, &name).ok_or_else(|| Status::not_found(kind, &name))?;
    let uid = object["metadata"]["uid"].clone();
    if !bound["uid"].as_str().unwrap_or_default().is_empty() && bound["uid"] != uid {
        let why = format!(
            "the UID in the bound object reference ({}) does not match the UID in record. The object might have been deleted and then recreated",
            bound["uid"].as_str().unwrap_or_default()
        );
        return Err(Status::conflict_because(kind, &name, &why));
    }
    bound["uid"] = uid;
    Ok(())
}

/// `serviceaccounts/NAME/token`.
pub fn issue(practice: &Practice, at: &Resource, call: &Call) -> Result<Response, Status> {
    let request = call.json()?;
    let spec = &request["spec"];
    let seconds = spec["expirationSeconds"].as_i64().unwrap_or(3600);
    if seconds < 600 {
        let why = "may not specify a duration less than 10 minutes";
        let fault = Fault::invalid("spec.expirationSeconds", &seconds.into(), why);
        return Err(Status::invalid_as("TokenRequest", "authentication.k8s.io", "", &[fault]));
    }
    let asked: Vec<String> = spec["audiences"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| one.as_str().map(str::to_owned))
        .collect();
    let audiences = if asked.is_empty() { vec![token::ISSUER.to_owned()] } else { asked };
    practice.write(|world| {
        let account = world.store.get(&SERVICE_ACCOUNT, at.ns(), &at.name);
        let account = account.ok_or_else(|| Status::not_found(&SERVICE_ACCOUNT, &at.name))?;
        let ends = (world.now + jiff::SignedDuration::from_secs(seconds))
            .strftime("%Y-%m-%dT%H:%M:%SZ")
            .to_string();
        let mut bound = spec["boundObjectRef"].clone();
        bind(world, at, &mut bound)?;
        let token = token::issue(world, &account, seconds, &audiences, &bound);
        Ok(answer::created(&json!({"kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1",
            "metadata": {"name": at.name, "namespace": at.namespace, "creationTimestamp": world.seconds()},
            "spec": {"audiences": audiences, "expirationSeconds": seconds, "boundObjectRef": bound},
            "status": {"token": token, "expirationTimestamp": ends}})))
    })
}
