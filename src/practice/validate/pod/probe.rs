//! Probes and lifecycle hooks.

use serde_json::Value;

use crate::practice::field::{items, text};
use crate::practice::status::Fault;
use crate::practice::validate::check::{Faults, not_negative, one_of, port, port_or_name, required};
use crate::practice::validate::format;

const NUMBERS: [&str; 5] = ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"];

/// What a probe or a hook does: one thing.
pub fn handler(at: &str, handler: &Value, grace: Option<i64>, faults: &mut Faults) {
    if handler.is_null() {
        return;
    }
    let given = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"]
        .into_iter()
        .filter(|way| handler[*way].is_object());
    let mut count = 0;
    for way in given {
        count += 1;
        let at = format!("{at}.{way}");
        if count > 1 {
            faults.push(Fault::forbidden(at, "may not specify more than 1 handler type"));
        } else {
            one(&at, way, &handler[way], grace, faults);
        }
    }
    if count == 0 {
        faults.push(Fault::required(at, "must specify a handler type"));
    }
}

fn one(at: &str, way: &str, action: &Value, grace: Option<i64>, faults: &mut Faults) {
    match way {
        "exec" if items(&action["command"]).is_empty() => faults.push(Fault::required(format!("{at}.command"), "")),
        "httpGet" => {
            required(&format!("{at}.path"), &action["path"], faults);
            port_or_name(&format!("{at}.port"), &action["port"], faults);
            one_of(&format!("{at}.scheme"), &action["scheme"], &["HTTP", "HTTPS"], faults);
            for header in items(&action["httpHeaders"]) {
                if let Some(why) = format::header_name(text(&header["name"])) {
                    faults.push(Fault::invalid(format!("{at}.httpHeaders"), &header["name"], &why));
                }
            }
        }
        "tcpSocket" => port_or_name(&format!("{at}.port"), &action["port"], faults),
        "grpc" => port(&format!("{at}.port"), &action["port"], faults),
        "sleep" => {
            let seconds = action["seconds"].as_i64().unwrap_or(0);
            if let Some(grace) = grace.filter(|grace| !(0..=*grace).contains(&seconds)) {
                let why = format!("must be non-negative and less than terminationGracePeriodSeconds ({grace})");
                faults.push(Fault::invalid(at, &seconds.into(), &why));
            }
        }
        _ => {}
    }
}

/// A probe.
pub fn check(at: &str, probe: &Value, name: &str, grace: Option<i64>, faults: &mut Faults) {
    handler(at, probe, grace, faults);
    not_negative(at, probe, &NUMBERS, faults);
    let grace = &probe["terminationGracePeriodSeconds"];
    if grace.as_i64().is_some_and(|seconds| seconds <= 0) {
        faults.push(Fault::invalid(format!("{at}.terminationGracePeriodSeconds"), grace, "must be greater than 0"));
    }
    if name != "readinessProbe" && probe["successThreshold"].as_i64().is_some_and(|number| number != 1) {
        faults.push(Fault::invalid(format!("{at}.successThreshold"), &probe["successThreshold"], "must be 1"));
    }
    if name == "readinessProbe" && !grace.is_null() {
        let why = "must not be set for readinessProbes";
        faults.push(Fault::invalid(format!("{at}.terminationGracePeriodSeconds"), grace, why));
    }
}
