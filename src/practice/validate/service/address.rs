//! The cluster addresses of a Service and the families they are of.

use serde_json::Value;

use super::headless;
use crate::practice::field::{items, text};
use crate::practice::status::Fault;
use crate::practice::validate::check::{Faults, one_of};
use crate::practice::validate::format;

const AT: &str = "spec.clusterIPs";

/// What is wrong with them. It is asked before any is given out, and with all the rest again.
pub fn check(spec: &Value, faults: &mut Faults) {
    if spec["type"] == "ExternalName" {
        return;
    }
    let all = items(&spec["clusterIPs"]);
    let mut wrong = |why: &str| faults.push(Fault::invalid(AT, &spec["clusterIPs"], why));
    match (text(&spec["clusterIP"]), all.first()) {
        ("", Some(_)) => wrong("must be empty when `clusterIP` is not specified"),
        ("", None) => {}
        (_, None) => faults.push(Fault::required(AT, "")),
        (first, Some(other)) if first != other => wrong("first value must match `clusterIP`"),
        _ => {}
    }
    let families = items(&spec["ipFamilies"]);
    for (index, family) in families.iter().enumerate() {
        let at = format!("spec.ipFamilies[{index}]");
        one_of(&at, family, &["IPv4", "IPv6"], faults);
        if families[..index].contains(family) {
            faults.push(Fault::duplicate(at, family));
        }
    }
    let policies = ["PreferDualStack", "RequireDualStack", "SingleStack"];
    one_of("spec.ipFamilyPolicy", &spec["ipFamilyPolicy"], &policies, faults);
    if formed(spec, faults) {
        fitting(spec, faults);
    }
}

/// Whether every address is one.
fn formed(spec: &Value, faults: &mut Faults) -> bool {
    let all = items(&spec["clusterIPs"]);
    let before = faults.len();
    for (index, address) in all.iter().enumerate() {
        if index == 0 && address == "None" {
            if all.len() > 1 {
                faults.push(Fault::invalid(AT, &spec["clusterIPs"], "'None' must be the first and only value"));
            }
        } else if let Some(why) = format::address(text(address)) {
            faults.push(Fault::invalid(format!("{AT}[{index}]"), address, &why));
        }
    }
    let good = faults.len() == before;
    if all.len() > 2 {
        faults.push(Fault::invalid(AT, &spec["clusterIPs"], "may only hold up to 2 values"));
    }
    good
}

fn fitting(spec: &Value, faults: &mut Faults) {
    let all = items(&spec["clusterIPs"]);
    let is_v6 = |address: &Value| text(address).contains(':');
    if all.len() > 1 && all.iter().all(|one| is_v6(one) == is_v6(&all[0])) {
        let why = "may specify no more than one IP for each IP family";
        faults.push(Fault::invalid(AT, &spec["clusterIPs"], why));
    }
    if headless(spec) {
        return;
    }
    for (index, (address, family)) in all.iter().zip(items(&spec["ipFamilies"])).enumerate() {
        if matches!((text(family), is_v6(address)), ("IPv4", true) | ("IPv6", false)) {
            let why = format!("expected an {} value as indicated by `ipFamilies[{index}]`", text(family));
            faults.push(Fault::invalid(format!("{AT}[{index}]"), address, &why));
        }
    }
}
