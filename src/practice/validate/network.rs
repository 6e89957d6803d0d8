//! Validation of NetworkPolicies (kubernetes `pkg/apis/networking/validation`).

use std::net::IpAddr;

use serde_json::Value;

use super::check::{Faults, one_of, port, port_or_name, required, selector};
use super::format;
use crate::practice::field::{items, text};
use crate::practice::status::Fault;

pub fn policy(spec: &Value, faults: &mut Faults) {
    selector("spec.podSelector", &spec["podSelector"], faults);
    for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
        for (index, rule) in items(&spec[direction]).iter().enumerate() {
            let at = format!("spec.{direction}[{index}]");
            for (place, one) in items(&rule["ports"]).iter().enumerate() {
                ports(&format!("{at}.ports[{place}]"), one, faults);
            }
            for (place, one) in items(&rule[peers]).iter().enumerate() {
                peer(&format!("{at}.{peers}[{place}]"), one, faults);
            }
        }
    }
    let types = items(&spec["policyTypes"]);
    if types.len() > 2 {
        faults.push(Fault::invalid(
            "spec.policyTypes",
            &spec["policyTypes"],
            "may not specify more than two policyTypes",
        ));
        return;
    }
    for (index, one) in types.iter().enumerate() {
        one_of(&format!("spec.policyTypes[{index}]"), one, &["Ingress", "Egress"], faults);
    }
}

fn peer(at: &str, peer: &Value, faults: &mut Faults) {
    for field in ["podSelector", "namespaceSelector"] {
        selector(&format!("{at}.{field}"), &peer[field], faults);
    }
    let block = &peer["ipBlock"];
    if block.is_object() && required(&format!("{at}.ipBlock.cidr"), &block["cidr"], faults) {
        addresses(&format!("{at}.ipBlock"), block, faults);
    }
    let others = peer["podSelector"].is_object() || peer["namespaceSelector"].is_object();
    if others && block.is_object() {
        faults.push(Fault::forbidden(at, "may not specify both ipBlock and another peer"));
    } else if !others && !block.is_object() {
        faults.push(Fault::required(at, "must specify a peer"));
    }
}

/// Ports from one to another.
fn ports(at: &str, one: &Value, faults: &mut Faults) {
    one_of(&format!("{at}.protocol"), &one["protocol"], &["TCP", "UDP", "SCTP"], faults);
    let (first, end, at_end) = (&one["port"], &one["endPort"], format!("{at}.endPort"));
    let why = match first {
        Value::Null => "may not be specified when `port` is not specified",
        Value::String(_) => "may not be specified when `port` is non-numeric",
        _ => "",
    };
    if !end.is_null() && !why.is_empty() {
        faults.push(Fault::invalid(&*at_end, end, why));
    }
    port_or_name(&format!("{at}.port"), first, faults);
    if why.is_empty() {
        // The port is what is shown here.
        if end.as_i64().is_some_and(|end| Some(end) < first.as_i64()) {
            faults.push(Fault::invalid(&*at_end, first, "must be greater than or equal to `port`"));
        }
        port(&at_end, end, faults);
    }
}

/// A block of addresses and what is left out of it.
fn addresses(at: &str, block: &Value, faults: &mut Faults) {
    let cidr = &block["cidr"];
    if let Some(why) = format::network(text(cidr)) {
        faults.push(Fault::invalid(format!("{at}.cidr"), cidr, &why));
    }
    let Some((network, bits)) = format::prefix(text(cidr)) else { return };
    for (index, one) in items(&block["except"]).iter().enumerate() {
        let at = format!("{at}.except[{index}]");
        if let Some(why) = format::network(text(one)) {
            faults.push(Fault::invalid(&*at, one, &why));
        }
        let inside = |(address, length): (IpAddr, u8)| length > bits && format::masked(address, bits) == format::masked(network, bits);
        if format::prefix(text(one)).is_some_and(|one| !inside(one)) {
            faults.push(Fault::invalid(at, one, "must be a strict subset of `cidr`"));
        }
    }
}
