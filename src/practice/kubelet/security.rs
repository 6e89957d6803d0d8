//! A container's security settings, from its security context and its pod's.

use serde_json::Value;

use crate::practice::field::{items, text};
use crate::practice::runtime::security::{ALL, Security, USUAL, capabilities};

pub(super) fn of(pod: &Value, spec: &Value, user: i64) -> Security {
    let own = &spec["securityContext"];
    let named = |field: &str| items(&own["capabilities"][field]).iter().fold(0, |all, name| all | capabilities(text(name)));
    let (added, dropped) = (named("add"), named("drop"));
    // All are given or taken first, then the single ones.
    let whole = match (added == ALL, dropped == ALL) {
        (true, _) => ALL & !if dropped == ALL { 0 } else { dropped },
        (false, true) => added,
        (false, false) => (USUAL | added) & !dropped,
    };
    let bounding = if own["privileged"] == true { ALL } else { whole };
    let profile = own.get("seccompProfile").or_else(|| pod["spec"]["securityContext"].get("seccompProfile"));
    let profile = profile.map_or("", |profile| text(&profile["type"]));
    Security {
        // Only root has what the container may have.
        effective: if user == 0 { bounding } else { 0 },
        bounding,
        no_new_privileges: own["allowPrivilegeEscalation"] == false,
        filtered: matches!(profile, "RuntimeDefault" | "Localhost") && own["privileged"] != true,
    }
}
