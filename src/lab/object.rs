//! The object page: what its events, images, pull policies, owners and nodes say, as plain rows.

use super::{Attempt, table};
use crate::cluster::snapshot::{ContainerRow, ContainerState, EventRow, ObjectRef, PodRow, Uid};

/// Everything the page shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ObjectView<'a> {
    pub title: String,
    /// The object is gone; its events may still be there.
    pub gone: bool,
    /// The object first, then who made it, and who made that.
    pub owners: Vec<String>,
    pub containers: Vec<ContainerLine<'a>>,
    /// Images named in the pod template of an object that is no pod.
    pub images: Vec<String>,
    pub conditions: Vec<String>,
    pub events: Vec<&'a EventRow>,
    /// Name of the pod's node, and the images it holds.
    pub node: Option<(String, Vec<String>)>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ContainerLine<'a> {
    pub name: &'a str,
    pub init: bool,
    pub image: &'a str,
    pub pull_policy: &'a str,
    pub state: String,
    /// The node holds the image already; unknown where the node is.
    pub cached: Option<bool>,
}

#[must_use]
pub fn view<'a>(attempt: &'a Attempt, about: &ObjectRef, uid: &Uid) -> ObjectView<'a> {
    let snapshot = &attempt.snapshot;
    let mut view = ObjectView {
        title: format!("{} {}", about.kind, about.name),
        ..ObjectView::default()
    };
    view.events = table::all_events(attempt);
    view.events.retain(|event| event.about_uid == *uid);
    if let Some(pod) = snapshot.pods.get(uid) {
        pod_view(attempt, pod, &mut view);
    } else if let Some(object) = snapshot.objects.get(uid) {
        view.images = object.images.clone();
        view.owners = owners(attempt, &object.kind, &object.name, object.owner.as_ref());
        view.conditions = object.conditions.iter().map(|c| condition(&c.kind, &c.status, &c.reason, &c.message)).collect();
    } else if let Some(node) = snapshot.nodes.get(uid) {
        view.node = Some((node.name.clone(), held(&node.images)));
    } else {
        view.gone = true;
    }
    view
}

fn pod_view<'a>(attempt: &'a Attempt, pod: &'a PodRow, view: &mut ObjectView<'a>) {
    let node = attempt.snapshot.nodes.values().find(|node| node.name == pod.node);
    let cached = |image: &str| node.map(|node| node.images.iter().any(|(names, _)| names.iter().any(|name| same_image(name, image))));
    let line = |c: &'a ContainerRow| ContainerLine {
        name: &c.name,
        init: c.init,
        image: &c.image,
        pull_policy: &c.pull_policy,
        state: state(&c.state),
        cached: cached(&c.image),
    };
    view.containers = pod.containers.iter().map(line).collect();
    view.owners = owners(attempt, "Pod", &pod.name, pod.owner.as_ref());
    view.conditions = pod.conditions.iter().map(|c| condition(&c.kind, &c.status, &c.reason, &c.message)).collect();
    view.node = node.map(|node| (node.name.clone(), held(&node.images)));
}

/// `Pod web-1`, `ReplicaSet web`, `Deployment web`.
fn owners(attempt: &Attempt, kind: &str, name: &str, owner: Option<&(String, String)>) -> Vec<String> {
    let mut chain = vec![format!("{kind} {name}")];
    let mut next = owner.cloned();
    while let Some((kind, name)) = next {
        let link = format!("{kind} {name}");
        if chain.contains(&link) {
            break;
        }
        chain.push(link);
        next = attempt.snapshot.of_kind(&kind).find(|row| row.name == name).and_then(|row| row.owner.clone());
    }
    chain
}

fn condition(kind: &str, status: &str, reason: &str, message: &str) -> String {
    let parts = [reason, message].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ");
    if parts.is_empty() {
        format!("{kind}={status}")
    } else {
        format!("{kind}={status}  {parts}")
    }
}

fn state(state: &ContainerState) -> String {
    match state {
        ContainerState::Unknown => String::new(),
        ContainerState::Waiting { reason, .. } => format!("waiting: {reason}"),
        ContainerState::Running { .. } => "running".to_owned(),
        ContainerState::Terminated { reason, exit, .. } => format!("ended: {reason}, exit code {exit}"),
    }
}

/// One name an image, the tagged one where there is one.
fn held(images: &[(Vec<String>, u64)]) -> Vec<String> {
    let tagged = |names: &Vec<String>| names.iter().find(|name| !name.contains('@')).or(names.first()).cloned();
    let mut held: Vec<String> = images.iter().filter_map(|(names, _)| tagged(names)).collect();
    held.sort();
    held
}

/// `nginx` and `docker.io/library/nginx:latest` are the same.
fn same_image(a: &str, b: &str) -> bool {
    full(a) == full(b)
}

fn full(image: &str) -> String {
    let (first, rest) = image.split_once('/').unwrap_or(("", image));
    let is_host = first.contains(['.', ':']) || first == "localhost";
    let with_host = match (is_host, first.is_empty()) {
        (true, _) => image.to_owned(),
        (false, true) => format!("docker.io/library/{rest}"),
        (false, false) => format!("docker.io/{image}"),
    };
    let last = with_host.rsplit('/').next().unwrap_or_default();
    if last.contains([':', '@']) {
        with_host
    } else {
        format!("{with_host}:latest")
    }
}
