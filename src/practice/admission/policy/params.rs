//! What a binding gives its policy to go by (apiserver `admission/plugin/policy/generic`).

use serde_json::Value;

use crate::practice::field::text;
use crate::practice::selector::selects;
use crate::practice::world::World;

/// The objects that a binding means, one evaluation each; null where there is none to mean.
///
/// # Errors
/// Why they cannot be had.
pub fn of(world: &World, wanted: &Value, by: &Value, namespace: &str) -> Result<Vec<Value>, String> {
    if wanted.is_null() || by.is_null() {
        return Ok(vec![Value::Null]);
    }
    let (version, name) = (text(&wanted["apiVersion"]), text(&wanted["kind"]));
    let Some(kind) = world.kinds().find(|kind| kind.kind == name && kind.api_version() == version) else {
        let (group, version) = version.split_once('/').unwrap_or(("", version));
        return Err(format!(
            "failed to find resource referenced by paramKind: '{group}/{version}, Kind={name}': no matches for kind"
        ));
    };
    let own = text(&by["namespace"]);
    let place = if own.is_empty() { namespace } else { own };
    if kind.namespaced && place.is_empty() {
        return Err("cannot use namespaced paramRef in policy binding that matches cluster-scoped resources".to_owned());
    }
    if !kind.namespaced && !own.is_empty() {
        return Err("paramRef.namespace must not be provided for a cluster-scoped `paramKind`".to_owned());
    }
    let place = if kind.namespaced { place } else { "" };
    let found: Vec<Value> = match text(&by["name"]) {
        "" => {
            let all = world.store.objects(kind, kind.namespaced.then_some(place));
            all.into_iter()
                .filter(|object| selects(&by["selector"], &object["metadata"]["labels"]))
                .collect()
        }
        name => world.store.get(kind, place, name).into_iter().collect(),
    };
    if found.is_empty() && by["parameterNotFoundAction"] == "Deny" {
        return Err("no params found for policy binding with `Deny` parameterNotFoundAction".to_owned());
    }
    Ok(found)
}
