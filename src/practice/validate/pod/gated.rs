//! Gates that keep a Pod from being scheduled, and what may be narrowed while there are any (kubernetes `ValidatePodUpdate`).

use serde_json::{Value, json};

use super::affinity::REQUIRED;
use crate::practice::field::{items, text};
use crate::practice::status::Fault;
use crate::practice::validate::check::Faults;

/// Gates may be lifted and not set.
pub fn gates(old: &Value, new: &Value, faults: &mut Faults) {
    for (index, gate) in items(&new["schedulingGates"]).iter().enumerate() {
        if !items(&old["schedulingGates"]).contains(gate) {
            let why = format!("only deletion is allowed, but found new scheduling gate '{}'", text(&gate["name"]));
            faults.push(Fault::forbidden(format!("spec.schedulingGates[{index}].name"), &why));
        }
    }
}

/// The spec with what a gated Pod may change as it was before.
pub fn narrowed(old: &Value, mut new: Value, faults: &mut Faults) -> Value {
    if items(&old["schedulingGates"]).is_empty() {
        return new;
    }
    if old["nodeSelector"] != new["nodeSelector"] {
        selector(&old["nodeSelector"], &new["nodeSelector"], faults);
        put_back(&mut new, old, "nodeSelector");
    }
    let (before, now) = (&old["affinity"]["nodeAffinity"], &new["affinity"]["nodeAffinity"]);
    if before != now {
        affinity(before, now, faults);
        let alone = |spec: &Value| ["podAffinity", "podAntiAffinity"].iter().all(|field| spec["affinity"][*field].is_null());
        if alone(old) && alone(&new) {
            put_back(&mut new, old, "affinity");
        } else {
            put_back(&mut new["affinity"], &old["affinity"], "nodeAffinity");
        }
    }
    new
}

fn selector(old: &Value, new: &Value, faults: &mut Faults) {
    let kept = |(label, value): (&String, &Value)| new.get(label) == Some(value);
    if !old.as_object().into_iter().flatten().all(kept) {
        let why = "only additions to spec.nodeSelector are allowed (no mutations or deletions)";
        faults.push(Fault::invalid("spec.nodeSelector", new, why));
    }
}

fn affinity(old: &Value, new: &Value, faults: &mut Faults) {
    let terms = |affinity: &Value| items(&affinity[REQUIRED]["nodeSelectorTerms"]).to_vec();
    let (old, new) = (terms(old), terms(new));
    let at = format!("spec.affinity.nodeAffinity.{REQUIRED}.nodeSelectorTerms");
    if old.is_empty() {
        return;
    }
    if old.len() != new.len() {
        let shown = new.iter().map(go).collect();
        let why = "no additions/deletions to non-empty NodeSelectorTerms list are allowed";
        faults.push(Fault::invalid(at, &shown, why));
        return;
    }
    for (index, (old, new)) in old.iter().zip(&new).enumerate() {
        let begins = |field: &str| items(&new[field]).starts_with(items(&old[field]));
        let empty = items(&old["matchExpressions"]).is_empty() && items(&old["matchFields"]).is_empty();
        if !begins("matchExpressions") || !begins("matchFields") || empty && old != new {
            let why = "only additions are allowed (no mutations or deletions)";
            faults.push(Fault::invalid(format!("{at}[{index}]"), &go(new), why));
        }
    }
}

/// A term of a node selector by Go's names.
fn go(term: &Value) -> Value {
    let listed = |field: &str| -> Value {
        let all = term[field].as_array().map(|list| {
            list.iter()
                .map(|one| json!({"Key": one["key"], "Operator": one["operator"], "Values": one["values"]}))
        });
        all.map_or(Value::Null, Iterator::collect)
    };
    json!({"MatchExpressions": listed("matchExpressions"), "MatchFields": listed("matchFields")})
}

/// Gives a field the value that it had, or takes it away.
pub fn put_back(new: &mut Value, old: &Value, field: &str) {
    let Some(fields) = new.as_object_mut() else { return };
    match old.get(field) {
        Some(value) => fields.insert(field.to_owned(), value.clone()),
        None => fields.remove(field),
    };
}
