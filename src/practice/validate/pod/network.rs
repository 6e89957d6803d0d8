//! How a Pod is named and how it finds others.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::practice::field::{items, text};
use crate::practice::status::Fault;
use crate::practice::validate::check::{Faults, formed};
use crate::practice::validate::format;

const NAMESERVERS: usize = 3;
const SEARCHES: usize = 32;

pub fn dns(at: &str, spec: &Value, faults: &mut Faults) {
    let (at, config) = (format!("{at}.dnsConfig"), &spec["dnsConfig"]);
    let servers = items(&config["nameservers"]);
    if spec["dnsPolicy"] == "None" && config.is_null() {
        return faults.push(Fault::required(at, "must provide `dnsConfig` when `dnsPolicy` is None"));
    }
    if spec["dnsPolicy"] == "None" && servers.is_empty() {
        let why = "must provide at least one DNS nameserver when `dnsPolicy` is None";
        return faults.push(Fault::required(format!("{at}.nameservers"), why));
    }
    if servers.len() > NAMESERVERS {
        let why = format!("must not have more than {NAMESERVERS} nameservers");
        faults.push(Fault::invalid(format!("{at}.nameservers"), &config["nameservers"], &why));
    }
    for (index, server) in servers.iter().enumerate() {
        if let Some(why) = format::address(text(server)) {
            faults.push(Fault::invalid(format!("{at}.nameservers[{index}]"), server, &why));
        }
    }
    let searches = items(&config["searches"]);
    if searches.len() > SEARCHES {
        let why = format!("must not have more than {SEARCHES} search paths");
        faults.push(Fault::invalid(format!("{at}.searches"), &config["searches"], &why));
    }
    for (index, search) in searches.iter().enumerate().filter(|(_, search)| *search != ".") {
        let name = text(search).strip_suffix('.').unwrap_or(text(search));
        if let Some(why) = format::search(name) {
            faults.push(Fault::invalid(format!("{at}.searches[{index}]"), &name.into(), &why));
        }
    }
    for (index, option) in items(&config["options"]).iter().enumerate() {
        if text(&option["name"]).is_empty() {
            faults.push(Fault::required(format!("{at}.options[{index}]"), "must not be empty"));
        }
    }
}

/// A name that stands for the one which the Pod would have.
pub fn host_name(at: &str, spec: &Value, faults: &mut Faults) {
    let (at, name) = (format!("{at}.hostnameOverride"), &spec["hostnameOverride"]);
    if name.is_null() {
        return;
    }
    for (field, why) in [
        ("setHostnameAsFQDN", "may not be specified when setHostnameAsFQDN is true"),
        ("hostNetwork", "may not be specified when hostNetwork is true"),
    ] {
        if spec[field] == true {
            faults.push(Fault::forbidden(&*at, why));
        }
    }
    if text(name).len() > 64 {
        faults.push(Fault::too_long(&*at, 64));
    }
    if let Some(why) = format::subdomain(text(name)) {
        faults.push(Fault::invalid(at, name, &why));
    }
}

/// Ports of a node that are taken twice.
pub fn host_ports(at: &str, containers: &[Value], faults: &mut Faults) {
    let mut taken = BTreeSet::new();
    for (index, container) in containers.iter().enumerate() {
        for (place, port) in items(&container["ports"]).iter().enumerate() {
            let number = port["hostPort"].as_i64().unwrap_or(0);
            let key = format!("{}/{}/{number}", text(&port["protocol"]), text(&port["hostIP"]));
            if number != 0 && !taken.insert(key.clone()) {
                let at = format!("{at}[{index}].ports[{place}].hostPort");
                faults.push(Fault::duplicate(at, &key.into()));
            }
        }
    }
}

pub fn aliases(at: &str, list: &Value, faults: &mut Faults) {
    for (index, alias) in items(list).iter().enumerate() {
        if let Some(why) = format::address(text(&alias["ip"])) {
            faults.push(Fault::invalid(format!("{at}[{index}].ip"), &text(&alias["ip"]).into(), &why));
        }
        for (place, name) in items(&alias["hostnames"]).iter().enumerate() {
            formed(&format!("{at}[{index}].hostnames[{place}]"), name, format::subdomain, faults);
        }
    }
}
