//! Validation of where a Service leads to (kubernetes `pkg/apis/discovery/validation`, `core/validation`).

use std::net::IpAddr;

use serde_json::Value;

use super::check::{Faults, formed, one_of, port, required};
use super::format;
use crate::practice::field::{items, text};
use crate::practice::status::Fault;

const PROTOCOLS: [&str; 3] = ["SCTP", "TCP", "UDP"];
const ADDRESSES: usize = 100;
const ENDPOINTS: usize = 1000;
const HINTS: usize = 8;

/// Whether there are more than there may be.
fn too_many(at: &str, list: &[Value], most: usize, faults: &mut Faults) -> bool {
    if list.len() > most {
        faults.push(Fault::too_many(at, list.len() as u64, most as u64));
    }
    list.len() > most
}

pub fn slice(old: Option<&Value>, slice: &Value, faults: &mut Faults) {
    required("addressType", &slice["addressType"], faults);
    if !text(&slice["addressType"]).is_empty() {
        one_of("addressType", &slice["addressType"], &["FQDN", "IPv4", "IPv6"], faults);
    }
    ports(items(&slice["ports"]), faults);
    let all = items(&slice["endpoints"]);
    if old.is_some_and(|old| old["endpoints"] == slice["endpoints"]) || too_many("endpoints", all, ENDPOINTS, faults) {
        return;
    }
    for (index, one) in all.iter().enumerate() {
        endpoint(&format!("endpoints[{index}]"), one, text(&slice["addressType"]), faults);
    }
}

fn ports(ports: &[Value], faults: &mut Faults) {
    for (index, port) in ports.iter().enumerate() {
        let at = format!("ports[{index}]");
        formed(&format!("{at}.name"), &port["name"], format::label, faults);
        if ports[..index].iter().any(|other| text(&other["name"]) == text(&port["name"])) {
            faults.push(Fault::duplicate(format!("{at}.name"), &text(&port["name"]).into()));
        }
        one_of(&format!("{at}.protocol"), &port["protocol"], &PROTOCOLS, faults);
        spoken(&at, port, faults);
    }
}

/// The protocol that is spoken on a port.
fn spoken(at: &str, port: &Value, faults: &mut Faults) {
    for why in port["appProtocol"].as_str().map(format::qualified).unwrap_or_default() {
        faults.push(Fault::invalid(format!("{at}.appProtocol"), &port["appProtocol"], &why));
    }
}

fn endpoint(at: &str, endpoint: &Value, kind: &str, faults: &mut Faults) {
    let (field, addresses) = (format!("{at}.addresses"), items(&endpoint["addresses"]));
    if addresses.is_empty() {
        faults.push(Fault::required(&*field, "must contain at least 1 address"));
    }
    too_many(&field, addresses, ADDRESSES, faults);
    for (index, one) in addresses.iter().enumerate() {
        address(&field, index, one, kind, faults);
    }
    formed(&format!("{at}.nodeName"), &endpoint["nodeName"], format::subdomain, faults);
    formed(&format!("{at}.hostname"), &endpoint["hostname"], format::label, faults);
    for (field, form) in [("forZones", format::label_value as fn(&str) -> Option<String>), ("forNodes", format::subdomain)] {
        let (at, hints) = (format!("{at}.hints.{field}"), items(&endpoint["hints"][field]));
        if too_many(&at, hints, HINTS, faults) {
            return;
        }
        for (index, hint) in hints.iter().enumerate() {
            let at = format!("{at}[{index}].name");
            if hints[..index].iter().any(|other| other["name"] == hint["name"]) {
                faults.push(Fault::duplicate(&*at, &hint["name"]));
            }
            if let Some(why) = form(text(&hint["name"])) {
                faults.push(Fault::invalid(at, &hint["name"], &why));
            }
        }
    }
}

fn address(field: &str, index: usize, address: &Value, kind: &str, faults: &mut Faults) {
    let at = format!("{field}[{index}]");
    match kind {
        "IPv4" | "IPv6" => {
            let wrong = |address: IpAddr| address.is_ipv4() != (kind == "IPv4");
            if text(address).parse().is_ok_and(wrong) {
                faults.push(Fault::invalid(field, address, &format!("must be an {kind} address")));
            }
            format::endpoint(&at, address, faults);
        }
        "FQDN" => {
            let name = text(address).strip_suffix('.').unwrap_or(text(address));
            if let Some(why) = format::subdomain(name) {
                faults.push(Fault::invalid(at, address, &why));
            } else if !name.contains('.') {
                faults.push(Fault::invalid(at, address, "should be a domain with at least two segments separated by dots"));
            }
        }
        _ => {}
    }
}

/// The subsets of Endpoints, the older form.
pub fn subsets(subsets: &Value, faults: &mut Faults) {
    for (index, subset) in items(subsets).iter().enumerate() {
        let at = format!("subsets[{index}]");
        let lists = ["addresses", "notReadyAddresses"];
        if lists.iter().all(|list| items(&subset[*list]).is_empty()) {
            faults.push(Fault::required(&*at, "must specify `addresses` or `notReadyAddresses`"));
        }
        for list in lists {
            for (place, one) in items(&subset[list]).iter().enumerate() {
                held(&format!("{at}.{list}[{place}]"), one, faults);
            }
        }
        let ports = items(&subset["ports"]);
        for (place, one) in ports.iter().enumerate() {
            let at = format!("{at}.ports[{place}]");
            if ports.len() > 1 {
                required(&format!("{at}.name"), &one["name"], faults);
            }
            formed(&format!("{at}.name"), &one["name"], format::label, faults);
            port(&format!("{at}.port"), &one["port"], faults);
            one_of(&format!("{at}.protocol"), &one["protocol"], &PROTOCOLS, faults);
            spoken(&at, one, faults);
        }
    }
}

fn held(at: &str, address: &Value, faults: &mut Faults) {
    let ip = text(&address["ip"]).parse::<IpAddr>().is_ok();
    if !ip {
        format::endpoint(&format!("{at}.ip"), &address["ip"], faults);
    }
    formed(&format!("{at}.hostname"), &address["hostname"], format::label, faults);
    formed(&format!("{at}.nodeName"), &address["nodeName"], format::subdomain, faults);
    if ip {
        format::endpoint(&format!("{at}.ip"), &address["ip"], faults);
    } else {
        faults.push(Fault::invalid(format!("{at}.ip"), &address["ip"], "must be a valid IP address"));
    }
}
