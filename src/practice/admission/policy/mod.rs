//! ValidatingAdmissionPolicies: expressions about what is written, asked after all else (apiserver `admission/plugin/policy/validating`).

mod matching;
mod params;
#[cfg(test)]
mod tests;
mod verdict;

use serde_json::{Map, Value, json};

use self::matching::{binding_matches, policy_matches};
use self::verdict::{Seen, Verdict};
use crate::practice::cel::{Failed, Val};
use crate::practice::field::{instant, items, text};
use crate::practice::kind::{Kind, NAMESPACE, VALIDATING_ADMISSION_POLICY, VALIDATING_ADMISSION_POLICY_BINDING};
use crate::practice::status::Status;
use crate::practice::store::names;
use crate::practice::world::World;

/// What is done with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Create,
    Update,
    Delete,
}

impl Operation {
    fn name(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        }
    }
}

/// What is written, and what it replaces; null where there is nothing.
#[derive(Debug, Clone, Copy)]
struct Write<'a> {
    kind: &'static Kind,
    operation: Operation,
    object: &'a Value,
    old: &'a Value,
}

impl Write<'_> {
    fn names(&self) -> (String, String) {
        names(if self.object.is_null() { self.old } else { self.object })
    }
}

/// Parts of objects that no policy is asked about here.
const UNASKED: [&str; 5] = ["scale", "eviction", "binding", "approval", "finalize"];
/// How long the API server takes until it knows of a policy, in seconds.
const LEARNING: i64 = 1;

/// Asks the policies that are bound to what is written.
///
/// # Errors
/// The refusal of the first that denies it.
pub fn check(world: &mut World, kind: &'static Kind, operation: Operation, object: &Value, old: &Value) -> Result<(), Status> {
    let bindings: Vec<Value> = world.store.objects(&VALIDATING_ADMISSION_POLICY_BINDING, None);
    // What rules the policies is not ruled by them.
    if bindings.is_empty() || kind.group == VALIDATING_ADMISSION_POLICY.group || UNASKED.contains(&world.request.sub.as_str()) {
        return Ok(());
    }
    let write = Write { kind, operation, object, old };
    let (mut warnings, mut denied) = (Vec::new(), None);
    for policy in world
        .store
        .objects(&VALIDATING_ADMISSION_POLICY, None)
        .iter()
        .filter(|policy| known(world, policy))
    {
        if !policy_matches(world, &policy["spec"]["matchConstraints"], &write) {
            continue;
        }
        let own = bindings.iter().filter(|binding| binding["spec"]["policyName"] == policy["metadata"]["name"]);
        for binding in own.filter(|binding| known(world, binding)) {
            if !binding_matches(world, &binding["spec"]["matchResources"], &write) {
                continue;
            }
            let (name, bound) = (text(&policy["metadata"]["name"]), text(&binding["metadata"]["name"]));
            let named = format!("ValidatingAdmissionPolicy '{name}' with binding '{bound}'");
            let does = |action: &str| items(&binding["spec"]["validationActions"]).iter().any(|said| said == action);
            for Verdict { message, reason, anyway } in ask(world, policy, binding, &write) {
                if does("Warn") && !anyway {
                    warnings.push(format!("Validation failed for {named}: {message}"));
                }
                if denied.is_none() && (does("Deny") || anyway) {
                    denied = Some((format!("{named} denied request: {message}"), reason));
                }
            }
        }
    }
    world.request.warnings.extend(warnings);
    match denied {
        Some((why, reason)) => Err(refusal(&write, &why, &reason)),
        None => Ok(()),
    }
}

/// Whether the API server has learnt of a policy or a binding.
fn known(world: &World, object: &Value) -> bool {
    let since = instant(&object["metadata"]["creationTimestamp"]);
    since.is_none_or(|since| since.as_second() + LEARNING <= world.now.as_second())
}

fn refusal(write: &Write, why: &str, reason: &str) -> Status {
    let status = Status::forbidden(write.kind, &write.names().1, why).causes(json!([{"message": why}]));
    let (code, reason) = match reason {
        "Forbidden" => (403, "Forbidden"),
        "Unauthorized" => (401, "Unauthorized"),
        "RequestEntityTooLarge" => (413, "RequestEntityTooLarge"),
        _ => (422, "Invalid"),
    };
    Status { code, reason, ..status }
}

/// What a policy says under a binding.
fn ask(world: &World, policy: &Value, binding: &Value, write: &Write) -> Vec<Verdict> {
    let spec = &policy["spec"];
    let params = match params::of(world, &spec["paramKind"], &binding["spec"]["paramRef"], &write.names().0) {
        Ok(params) => params,
        Err(why) => {
            let verdict = verdict::failing(spec, format!("failed to configure binding: {why}"));
            return verdict.into_iter().map(|verdict| Verdict { anyway: true, ..verdict }).collect();
        }
    };
    let asked = params.iter().flat_map(|param| match seen(world, write, param) {
        Ok((seen, namespace)) => verdict::of(spec, &seen, namespace),
        Err(Failed(why)) => verdict::failing(spec, why).into_iter().collect(),
    });
    asked.collect()
}

/// What expressions see, and the namespace, which not all of them do.
fn seen(world: &World, write: &Write, param: &Value) -> Result<(Box<Seen>, Val), Failed> {
    let namespace = match write.names() {
        (namespace, _) if !namespace.is_empty() && write.kind != &NAMESPACE => world.store.get(&NAMESPACE, "", &namespace),
        _ => None,
    };
    let namespace = namespace.map_or(Value::Null, |mut namespace| {
        if let Some(map) = namespace.as_object_mut() {
            map.retain(|name, _| name != "kind" && name != "apiVersion");
        }
        namespace
    });
    let seen = Box::new([
        ("object", Val::of(write.object)?),
        ("oldObject", Val::of(write.old)?),
        ("request", Val::of(&request(world, write))?),
        ("params", Val::of(param)?),
        ("namespaceObject", Val::Null),
    ]);
    Ok((seen, Val::of(&namespace)?))
}

fn request(world: &World, write: &Write) -> Value {
    let (kind, (namespace, name)) = (write.kind, write.names());
    let own = &world.request;
    let of_kind = json!({"group": kind.group, "version": kind.version, "kind": kind.kind});
    let resource = json!({"group": kind.group, "version": kind.version, "resource": kind.plural});
    let user = &own.user;
    // Where nobody asks, the cluster's own controllers do.
    let username = if user.name.is_empty() { "system:kube-controller-manager" } else { &user.name };
    let mut who = json!({"username": username, "groups": user.groups});
    if !user.uid.is_empty() {
        who["uid"] = user.uid.clone().into();
    }
    if !user.extra.is_empty() {
        who["extra"] = json!(user.extra);
    }
    let mut request = Map::new();
    for (field, value) in [
        ("uid", "".into()),
        ("kind", of_kind.clone()),
        ("resource", resource.clone()),
        ("requestKind", of_kind),
        ("requestResource", resource),
        ("operation", write.operation.name().into()),
        ("userInfo", who),
        ("dryRun", own.dry_run.into()),
    ] {
        request.insert(field.to_owned(), value);
    }
    for (field, said) in [
        ("name", name),
        ("namespace", namespace),
        ("subResource", own.sub.clone()),
        ("requestSubResource", own.sub.clone()),
    ] {
        if !said.is_empty() {
            request.insert(field.to_owned(), said.into());
        }
    }
    Value::Object(request)
}
