//! Requests that come into the pods' network from the node: the API server's proxy and the kubelet's probes.

use std::time::Duration;

use serde_json::Value;

use super::World;
use super::task::{Slot, Wait};
use crate::practice::cluster::Practice;
use crate::practice::field::{int, items, text};
use crate::practice::kind::{POD, SERVICE};
use crate::practice::net::http::{self, Request, Response};
use crate::practice::net::route;
use crate::practice::status::Status;

/// How long the API server waits for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// The answer, or the text of what went wrong.
pub type Fetched = Result<Response, String>;

impl World {
    /// Sends a request to a port of a pod; the answer comes when the pod's process has given it.
    pub fn fetch(&mut self, uid: &str, address: &str, port: u16, request: Request) -> Wait<Fetched> {
        let (slot, wait) = Slot::new();
        let from = address.rsplit_once('.').map_or(String::new(), |(network, _)| format!("{network}.1"));
        match self.runtime.reach(uid, port, &from) {
            None => slot.answer(Err(format!("dial tcp {address}:{port}: connect: connection refused"))),
            Some(stream) => self.runtime.outside(Box::pin(async move {
                let answer = http::ask(&stream, &request).await;
                slot.answer(answer.map_err(|fault| fault.to_string()));
            })),
        }
        self.turn();
        wait
    }
}

impl Practice {
    /// What `pods/NAME[:PORT]/proxy` and `services/[SCHEME:]NAME[:PORT]/proxy` do: `kind` is `pods` or `services`, `name` the
    /// path's own segment, the request's target is the rest of the path with its query.
    ///
    /// # Errors
    /// As Kubernetes refuses: no such object or port, no endpoints, nobody listens, no answer.
    pub async fn proxy(&self, kind: &str, namespace: &str, name: &str, request: Request) -> Result<Response, Status> {
        let unreachable = |why: String| Status::service_unavailable(format!("error trying to reach service: {why}"));
        let wait = self.write(|world| {
            let (address, port) = if kind == "pods" {
                pod(world, namespace, name)
            } else {
                service(world, namespace, name)
            }?;
            let object = route::pod_at(world, &address).ok_or_else(|| unreachable(format!("dial tcp {address}:{port}: connect: no route to host")))?;
            Ok::<_, Status>(world.fetch(text(&object["metadata"]["uid"]), &address, port, request))
        })?;
        match tokio::time::timeout(PATIENCE, wait).await {
            Ok(answer) => answer.map_err(unreachable),
            Err(_) => Err(unreachable("context deadline exceeded".to_owned())),
        }
    }
}

/// `[SCHEME:]NAME[:PORT]`.
fn segments(name: &str) -> (&str, &str) {
    match name.split(':').collect::<Vec<_>>().as_slice() {
        [name, port] | [_, name, port] => (name, port),
        _ => (name, ""),
    }
}

fn pod(world: &World, namespace: &str, name: &str) -> Result<(String, u16), Status> {
    let (name, port) = segments(name);
    let object = world.store.get(&POD, namespace, name).ok_or_else(|| Status::not_found(&POD, name))?;
    let address = text(&object["status"]["podIP"]);
    if address.is_empty() {
        return Err(Status::bad_request("address not allowed"));
    }
    let first = || {
        items(&object["spec"]["containers"])
            .iter()
            .find_map(|container| container["ports"][0]["containerPort"].as_i64())
    };
    let port = if port.is_empty() { first().unwrap_or(80) } else { port.parse().unwrap_or(0) };
    let port = u16::try_from(port).ok().filter(|port| *port > 0);
    Ok((address.to_owned(), port.ok_or_else(|| Status::bad_request("invalid port"))?))
}

fn service(world: &mut World, namespace: &str, whole: &str) -> Result<(String, u16), Status> {
    let (name, wanted) = segments(whole);
    let object = world.store.get(&SERVICE, namespace, name).ok_or_else(|| Status::not_found(&SERVICE, name))?;
    let ports = items(&object["spec"]["ports"]);
    let chosen = |port: &&Value| {
        wanted == text(&port["name"]) && !wanted.is_empty() || wanted == int(&port["port"]).to_string() || wanted.is_empty() && ports.len() == 1
    };
    let missing = || {
        Status::service_unavailable(if wanted.parse::<u16>().is_ok() {
            format!("no service port {wanted} found for service {name:?}")
        } else {
            format!("no endpoints available for service {whole:?}")
        })
    };
    let port = ports.iter().find(chosen).ok_or_else(missing)?;
    let ready = route::endpoints(world, &object, port);
    if ready.is_empty() {
        return Err(Status::service_unavailable(format!("no endpoints available for service \"{name}\"")));
    }
    let index = (world.chance() * ready.len() as f64) as usize;
    Ok(ready[index].clone())
}
