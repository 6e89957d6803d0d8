//! Resource quotas: what may be made in a namespace, and how much of it is used up.

use jiff::Timestamp;
use serde_json::Value;

use self::usage::Amounts;
use super::field::{int, items, text};
use super::kind::{EVENT, Kind, POD, RESOURCE_QUOTA};
use super::quantity::Quantity;
use super::registry::Part;
use super::status::Status;
use super::store::names;
use super::world::World;

pub mod usage;

/// The names a quota limits.
fn hard(quota: &Value) -> Vec<String> {
    quota["status"]["hard"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name.clone())
        .collect()
}

/// Whether a kind's objects can count under a name.
#[must_use]
pub fn counts(kind: &Kind, name: &str) -> bool {
    let plain = |name: &str| {
        ["cpu", "memory", "ephemeral-storage", "pods"].contains(&name) || ["requests.", "limits.", "hugepages-"].iter().any(|prefix| name.starts_with(prefix))
    };
    if let Some(counted) = name.strip_prefix("count/") {
        return counted == kind.qualified();
    }
    match kind.built_in() {
        "Pod" => plain(name) && name != "requests.storage",
        "Service" => name == "services" || name.starts_with("services."),
        "PersistentVolumeClaim" => matches!(name, "persistentvolumeclaims" | "requests.storage") || name.contains(".storageclass.storage.k8s.io/"),
        "ConfigMap" | "Secret" | "ReplicationController" | "ResourceQuota" => name == kind.plural,
        _ => false,
    }
}

/// Whether a quota speaks of an object at all: its scopes.
#[must_use]
pub fn in_scope(quota: &Value, kind: &Kind, object: &Value) -> bool {
    let plain = items(&quota["spec"]["scopes"]).iter().map(|scope| (text(scope), "Exists", &Value::Null));
    let chosen = items(&quota["spec"]["scopeSelector"]["matchExpressions"])
        .iter()
        .map(|one| (text(&one["scopeName"]), text(&one["operator"]), &one["values"]));
    let mut scopes = plain.chain(chosen).peekable();
    if scopes.peek().is_some() && kind != &POD {
        return false;
    }
    let bounded = int(&object["spec"]["activeDeadlineSeconds"]) > 0 || object["spec"]["activeDeadlineSeconds"] == 0;
    let best_effort = object["status"]["qosClass"] == "BestEffort";
    let class = &object["spec"]["priorityClassName"];
    scopes.all(|(scope, operator, values)| match scope {
        "Terminating" => bounded,
        "NotTerminating" => !bounded,
        "BestEffort" => best_effort,
        "NotBestEffort" => !best_effort,
        "PriorityClass" => match operator {
            "In" => items(values).contains(class),
            "NotIn" => !items(values).contains(class),
            "DoesNotExist" => text(class).is_empty(),
            _ => !text(class).is_empty(),
        },
        _ => false,
    })
}

/// Charges a new or changed object to the quotas of its namespace.
///
/// # Errors
/// 403 when one of them would be exceeded, or asks for what the object does not say.
pub fn charge(world: &mut World, kind: &'static Kind, object: &Value, before: Option<&Value>) -> Result<(), Status> {
    let (namespace, name) = names(object);
    if namespace.is_empty() || kind == &EVENT {
        return Ok(());
    }
    let quotas = world.store.objects(&RESOURCE_QUOTA, Some(&namespace));
    let mut charged = Vec::new();
    for quota in quotas {
        let limited: Vec<String> = hard(&quota).into_iter().filter(|name| counts(kind, name)).collect();
        if limited.is_empty() || !in_scope(&quota, kind, object) {
            continue;
        }
        let own = text(&quota["metadata"]["name"]).to_owned();
        if kind == &POD
            && before.is_none()
            && let Some(why) = usage::unsaid(object, &limited)
        {
            return Err(Status::forbidden(kind, &name, &format!("failed quota: {own}: {why}")));
        }
        if limited.iter().any(|name| quota["status"]["used"][name].is_null()) {
            let why = format!("status unknown for quota: {own}, resources: {}", limited.join(","));
            return Err(Status::forbidden(kind, &name, &why));
        }
        let delta = delta(&quota, kind, object, before, world.now);
        if let Some(quota) = added(quota, &delta, &limited).map_err(|why| Status::forbidden(kind, &name, &why))? {
            charged.push(quota);
        }
    }
    for quota in charged {
        // Nobody else writes meanwhile.
        let _ = world.update(&RESOURCE_QUOTA, quota, Part::Status);
    }
    Ok(())
}

/// How much more an object uses than before.
fn delta(quota: &Value, kind: &'static Kind, object: &Value, before: Option<&Value>, now: Timestamp) -> Amounts {
    let mut delta = usage::of(kind, object, now);
    if let Some(before) = before.filter(|before| in_scope(quota, kind, before)) {
        for (name, amount) in usage::of(kind, before, now) {
            let known = delta.entry(name).or_insert(Quantity::ZERO);
            *known = known.minus(amount);
        }
    }
    delta.retain(|_, amount| *amount > Quantity::ZERO);
    delta
}

/// The quota with the amounts added to what is used; `None` when they do not concern it.
fn added(mut quota: Value, delta: &Amounts, limited: &[String]) -> Result<Option<Value>, String> {
    let asked: Vec<(&String, Quantity)> = limited.iter().filter_map(|name| Some((name, *delta.get(name)?))).collect();
    let status = &quota["status"];
    let amount = |part: &str, name: &str| Quantity::of(&status[part][name]).unwrap_or(Quantity::ZERO);
    let sum = |name: &str, more: Quantity| amount("used", name).plus(more);
    let over: Vec<(&String, Quantity)> = asked.iter().filter(|(name, more)| sum(name, *more) > amount("hard", name)).copied().collect();
    if over.is_empty() {
        let sums: Vec<(String, String)> = asked.iter().map(|(name, amount)| ((*name).clone(), sum(name, *amount).to_string())).collect();
        for (name, amount) in &sums {
            quota["status"]["used"][name] = amount.as_str().into();
        }
        return Ok((!sums.is_empty()).then_some(quota));
    }
    let list = |part: &dyn Fn(&str, Quantity) -> Quantity| {
        let parts = over.iter().map(|(name, amount)| format!("{name}={}", part(name, *amount)));
        parts.collect::<Vec<_>>().join(",")
    };
    Err(format!(
        "exceeded quota: {}, requested: {}, used: {}, limited: {}",
        text(&quota["metadata"]["name"]),
        list(&|_, amount| amount),
        list(&|name, _| amount("used", name)),
        list(&|name, _| amount("hard", name))
    ))
}
