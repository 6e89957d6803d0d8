//! What leads to the pods: Ingress, Service, EndpointSlice, pod, and what policies let through; each link held against what it
//! should meet.

use super::policies::policies;
use super::{State, Stop, by_name, exists, labels, nearest, side};
use crate::cluster::snapshot::{LinkRow, ObjectRow, PodRow, PortRow, Snapshot};
use crate::scenario::clue::Pair;

/// The chain from each Ingress down, then the Services that none leads to.
#[must_use]
pub fn paths(snapshot: &Snapshot) -> Vec<Stop> {
    let mut stops = Vec::new();
    let mut led: Vec<&str> = Vec::new();
    for ingress in by_name(snapshot, "Ingress") {
        stops.push(Stop {
            kind: ingress.kind.clone(),
            name: ingress.name.clone(),
            ..Stop::default()
        });
        for link in &ingress.links {
            stops.push(backend(snapshot, ingress, link));
            let service = snapshot.of_kind("Service").find(|service| service.name == link.name);
            if let Some(service) = service.filter(|service| !led.contains(&service.name.as_str())) {
                led.push(&service.name);
                behind(snapshot, service, 2, &mut stops);
            }
        }
    }
    for service in by_name(snapshot, "Service").into_iter().filter(|service| !led.contains(&service.name.as_str())) {
        stops.push(Stop {
            kind: service.kind.clone(),
            name: service.name.clone(),
            note: offered(&service.ports),
            ..Stop::default()
        });
        behind(snapshot, service, 1, &mut stops);
    }
    stops.extend(policies(snapshot));
    stops
}

/// A Service as an Ingress names it: there at all, and with the port that is asked for.
fn backend(snapshot: &Snapshot, ingress: &ObjectRow, link: &LinkRow) -> Stop {
    let mut stop = Stop {
        depth: 1,
        kind: "Service".to_owned(),
        name: link.name.clone(),
        note: format!("by {} on port {}", link.how, link.port),
        ..Stop::default()
    };
    let asked = |text: &str| side("Ingress", &ingress.name, &link.how, text.to_owned());
    if exists(snapshot, "Service", &link.name) == Some(false) {
        let names: Vec<&str> = by_name(snapshot, "Service").into_iter().map(|row| row.name.as_str()).collect();
        let there = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        stop.note = format!("by {}; does not exist", link.how);
        stop.pair = Some(Pair {
            left: asked(&link.name),
            right: side("Service", "*", "metadata.name", there),
        });
    } else if let Some(service) = snapshot.of_kind("Service").find(|row| row.name == link.name) {
        let fits = |port: &PortRow| port.port == link.port || (!port.name.is_empty() && port.name == link.port);
        if !link.port.is_empty() && !service.ports.iter().any(fits) {
            stop.note = format!("by {}; has no port {}", link.how, link.port);
            stop.pair = Some(Pair {
                left: asked(&link.port),
                right: side("Service", &service.name, "spec.ports", offered(&service.ports)),
            });
        }
    }
    if stop.pair.is_some() {
        stop.state = State::Broken;
    }
    stop
}

/// What a Service leads to: the pods it selects, whether they listen where it sends, and its endpoints.
fn behind(snapshot: &Snapshot, service: &ObjectRow, depth: usize, stops: &mut Vec<Stop>) {
    if service.selector.is_empty() {
        return;
    }
    let selects = |pod: &&PodRow| service.selector.iter().all(|(key, value)| pod.labels.get(key) == Some(value));
    let pods: Vec<&PodRow> = snapshot.pods_by_age().into_iter().filter(selects).collect();
    if pods.is_empty() {
        stops.push(selector(snapshot, service, depth));
        return;
    }
    stops.extend(service.ports.iter().filter_map(|port| unheard(service, port, &pods, depth)));
    let slices = by_name(snapshot, "EndpointSlice").into_iter();
    let own: Vec<&ObjectRow> = slices
        .filter(|slice| slice.owner.as_ref().is_some_and(|(kind, name)| kind == "Service" && *name == service.name))
        .collect();
    for slice in own {
        stops.push(Stop {
            depth,
            state: if slice.endpoints.ready > 0 { State::Good } else { State::Waiting },
            kind: slice.kind.clone(),
            name: slice.name.clone(),
            note: format!("{} ready, {} not ready", slice.endpoints.ready, slice.endpoints.not_ready),
            pair: None,
        });
        stops.extend(slice.links.iter().map(|link| endpoint(snapshot, link, depth + 1)));
    }
}

fn endpoint(snapshot: &Snapshot, link: &LinkRow, depth: usize) -> Stop {
    let status = snapshot.pods.values().find(|pod| pod.name == link.name).map_or("gone", |pod| &pod.status);
    Stop {
        depth,
        state: if link.how == "ready" { State::Good } else { State::Waiting },
        kind: link.kind.clone(),
        name: link.name.clone(),
        note: format!("{}; {status}", link.how),
        pair: None,
    }
}

/// A selector that meets nothing, beside the pod that comes nearest.
fn selector(snapshot: &Snapshot, service: &ObjectRow, depth: usize) -> Stop {
    let nearest = nearest(snapshot, &service.selector);
    let right = nearest.map(|pod| side("Pod", &pod.name, "metadata.labels", labels(&pod.labels)));
    Stop {
        depth,
        state: State::Broken,
        kind: "Pod".to_owned(),
        name: "none".to_owned(),
        note: "no pod has the labels that are selected".to_owned(),
        pair: right.map(|right| Pair {
            left: side("Service", &service.name, "spec.selector", labels(&service.selector)),
            right,
        }),
    }
}

/// A port that leads nowhere: a name that no container gives, or a number that none says it listens on.
fn unheard(service: &ObjectRow, port: &PortRow, pods: &[&PodRow], depth: usize) -> Option<Stop> {
    let named = port.target.parse::<u16>().is_err();
    let open: Vec<&PortRow> = pods.iter().flat_map(|pod| &pod.ports).collect();
    let heard = open.iter().any(|open| if named { open.name == port.target } else { open.port == port.target });
    // containers may listen on numbers that they do not name
    if heard || (!named && open.is_empty()) {
        return None;
    }
    let pod = pods.first()?;
    let there = if pod.ports.is_empty() { "none".to_owned() } else { offered(&pod.ports) };
    Some(Stop {
        depth,
        state: State::Broken,
        kind: "Port".to_owned(),
        name: port.target.clone(),
        note: if named {
            "no container names a port so"
        } else {
            "no container says it listens there"
        }
        .to_owned(),
        pair: Some(Pair {
            left: side("Service", &service.name, "targetPort", port.target.clone()),
            right: side("Pod", &pod.name, "containerPort", there),
        }),
    })
}

/// `80→8080, web 81→http`
fn offered(ports: &[PortRow]) -> String {
    let said = |port: &PortRow| {
        let name = if port.name.is_empty() { String::new() } else { format!("{} ", port.name) };
        let to = if port.target.is_empty() {
            String::new()
        } else {
            format!("→{}", port.target)
        };
        format!("{name}{}{to}", port.port)
    };
    ports.iter().map(said).collect::<Vec<_>>().join(", ")
}
