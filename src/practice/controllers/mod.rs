//! The controllers of the practice cluster and what a fresh cluster holds.

use serde_json::{Value, json};

use super::kind::{COMPONENT_STATUS, ENDPOINT_SLICE, ENDPOINTS, LEASE, NAMESPACE, NODE, SERVICE};
use super::registry::Part;
use super::world::{Controller, World};
use super::{Node, Options, access};
use super::{kubelet::Kubelet, net::dns, scheduler::Scheduler};

pub mod admission_policies;
pub mod autoscaler;
mod cluster_role_aggregation;
pub mod cron_job;
pub mod daemon_set;
pub mod definitions;
pub mod deployment;
pub mod disruption;
pub mod endpoints;
pub mod event_expiry;
pub mod garbage;
pub mod job;
pub mod namespace;
pub mod node_lifecycle;
pub mod pod_garbage;
mod pods;
pub mod replica_set;
pub mod resource_quota;
pub mod revision;
pub mod rollout;
pub mod root_ca;
pub mod service_account;
pub mod service_account_token;
pub mod stateful_set;
pub mod taint_eviction;
pub mod ttl_after_finished;
pub mod volume;

/// Every controller, the scheduler and the kubelets.
#[must_use]
pub fn all(options: &Options) -> Vec<Box<dyn Controller>> {
    let mut all: Vec<Box<dyn Controller>> = vec![
        Box::new(deployment::Deployments),
        Box::new(replica_set::ReplicaSets::default()),
        Box::new(resource_quota::ResourceQuotas),
        Box::new(volume::claims::Claims),
        Box::new(volume::protection::Protection),
        Box::new(volume::provisioner::Provisioner),
        Box::new(job::Jobs::default()),
        Box::new(cron_job::CronJobs),
        Box::new(daemon_set::DaemonSets::default()),
        Box::new(stateful_set::StatefulSets::default()),
        Box::new(disruption::Disruption),
        Box::new(node_lifecycle::NodeLifecycle),
        Box::new(taint_eviction::TaintEviction::default()),
        Box::new(volume::ephemeral::Ephemeral),
        Box::new(autoscaler::Autoscaler),
        Box::new(endpoints::slices::EndpointSlices::default()),
        Box::new(endpoints::plain::PlainEndpoints::default()),
        Box::new(endpoints::mirroring::Mirroring),
        Box::new(admission_policies::AdmissionPolicies),
        Box::new(definitions::Definitions),
        Box::new(garbage::Garbage),
        Box::new(namespace::Namespaces),
        Box::new(root_ca::RootCa),
        Box::new(cluster_role_aggregation::ClusterRoleAggregation),
        Box::new(ttl_after_finished::TtlAfterFinished),
        Box::new(pod_garbage::PodGarbage::default()),
        Box::new(service_account::ServiceAccounts),
        Box::new(service_account_token::ServiceAccountTokens),
        Box::new(event_expiry::EventExpiry::default()),
    ];
    if options.nodes > 0 {
        all.extend([Box::new(Scheduler::default()) as Box<dyn Controller>, Box::new(Kubelet::default())]);
    }
    all
}

/// Makes the nodes, the namespaces and the Service of the API that every fresh cluster has.
pub fn bootstrap(world: &mut World, options: &Options) {
    for name in ["default", "kube-system", "kube-public", "kube-node-lease"] {
        let namespace = json!({"metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name}},
            "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}});
        put(world, &NAMESPACE, namespace);
    }
    for index in 0..options.nodes {
        let shape = options.shapes.get(index).cloned().unwrap_or_default();
        let name = match (shape.name.as_str(), index) {
            ("", 0) => options.node_name.clone(),
            ("", _) => format!("{}-{}", options.node_name, index + 1),
            (name, _) => name.to_owned(),
        };
        let mut object = node(world, &name, index);
        shaped(&mut object, &shape);
        put(world, &NODE, object);
        lease(world, &name);
    }
    let https = json!([{"name": "https", "protocol": "TCP", "port": 443, "targetPort": 6443}]);
    let labels = json!({"component": "apiserver", "provider": "kubernetes"});
    service(world, "default", "kubernetes", "10.96.0.1", labels, https);
    api_endpoints(world);
    components(world);
    if options.nodes > 0 {
        name_service(world);
    }
    access::bootstrap::bootstrap(world);
}

/// The sign of life of a node.
fn lease(world: &mut World, node: &str) {
    let Some(object) = world.store.get(&NODE, "", node) else { return };
    let owner = json!({"apiVersion": "v1", "kind": "Node", "name": node, "uid": object["metadata"]["uid"]});
    let lease = json!({"metadata": {"name": node, "namespace": "kube-node-lease", "ownerReferences": [owner]},
        "spec": {"holderIdentity": node, "leaseDurationSeconds": 40, "renewTime": world.micros()}});
    put(world, &LEASE, lease);
}

/// The parts of a cluster whose state the API server tells, as it did once.
fn components(world: &mut World) {
    for name in ["controller-manager", "etcd-0", "scheduler"] {
        let healthy = json!([{"type": "Healthy", "status": "True", "message": "ok"}]);
        put(world, &COMPONENT_STATUS, json!({"metadata": {"name": name}, "conditions": healthy}));
    }
}

/// Where the API server is, which it writes down itself.
fn api_endpoints(world: &mut World) {
    let (name, address) = ("kubernetes", "10.244.0.1");
    let ports = json!([{"name": "https", "port": 6443, "protocol": "TCP"}]);
    let endpoints = json!({"metadata": {"name": name, "namespace": "default", "labels": {"endpointslice.kubernetes.io/skip-mirror": "true"}},
        "subsets": [{"addresses": [{"ip": address}], "ports": ports}]});
    put(world, &ENDPOINTS, endpoints);
    let slice = json!({"metadata": {"name": name, "namespace": "default", "labels": {"kubernetes.io/service-name": name}},
        "addressType": "IPv4", "endpoints": [{"addresses": [address], "conditions": {"ready": true}}], "ports": ports});
    put(world, &ENDPOINT_SLICE, slice);
}

/// A Service of the cluster's own, at an address that everybody knows.
fn service(world: &mut World, namespace: &str, name: &str, address: &str, labels: Value, ports: Value) {
    let service = json!({"metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {"type": "ClusterIP", "clusterIP": address, "clusterIPs": [address], "sessionAffinity": "None", "ipFamilies": ["IPv4"],
            "ipFamilyPolicy": "SingleStack", "internalTrafficPolicy": "Cluster", "ports": ports}, "status": {"loadBalancer": {}}});
    put(world, &SERVICE, service);
}

/// The Service under which pods ask for names; what answers runs on the first node and in no pod.
fn name_service(world: &mut World) {
    const NAME: &str = "kube-dns";
    let port = |name: &str, protocol: &str, target: bool| match target {
        true => json!({"name": name, "protocol": protocol, "port": 53, "targetPort": 53}),
        false => json!({"name": name, "protocol": protocol, "port": 53}),
    };
    let ports = |target| json!([port("dns", "UDP", target), port("dns-tcp", "TCP", target)]);
    let labels = json!({"k8s-app": NAME, "kubernetes.io/cluster-service": "true", "kubernetes.io/name": "CoreDNS"});
    service(world, "kube-system", NAME, dns::SERVER, labels, ports(true));
    let slice = json!({"metadata": {"name": NAME, "namespace": "kube-system", "labels": {"kubernetes.io/service-name": NAME}},
        "addressType": "IPv4", "endpoints": [{"addresses": ["10.244.0.1"], "conditions": {"ready": true}}], "ports": ports(false)});
    put(world, &ENDPOINT_SLICE, slice);
}

/// Creates an object together with its status; what is there already stays.
fn put(world: &mut World, kind: &'static super::kind::Kind, object: Value) {
    let status = object["status"].clone();
    if let Ok(mut made) = world.create(kind, object) {
        made["status"] = status;
        // Freshly made, so there is nothing to conflict with.
        let _ = world.update(kind, made, Part::Status);
    }
}

/// A node as its shape wants it.
fn shaped(node: &mut Value, shape: &Node) {
    for (key, value) in &shape.labels {
        node["metadata"]["labels"][key] = value.as_str().into();
    }
    let taint = |text: &String| {
        let (pair, effect) = text.rsplit_once(':').unwrap_or((text, "NoSchedule"));
        match pair.split_once('=') {
            Some((key, value)) => json!({"key": key, "value": value, "effect": effect}),
            None => json!({"key": pair, "effect": effect}),
        }
    };
    if !shape.taints.is_empty() {
        node["spec"]["taints"] = shape.taints.iter().map(taint).collect();
    }
    if shape.unschedulable {
        node["spec"]["unschedulable"] = true.into();
    }
    for (resource, amount) in [("cpu", &shape.cpu), ("memory", &shape.memory)] {
        if !amount.is_empty() {
            node["status"]["capacity"][resource] = amount.as_str().into();
            node["status"]["allocatable"][resource] = amount.as_str().into();
        }
    }
}

fn node(world: &mut World, name: &str, index: usize) -> Value {
    let now = world.seconds();
    let condition = |kind: &str, status: &str, reason: &str, message: &str| json!({"type": kind, "status": status, "reason": reason, "message": message, "lastHeartbeatTime": now, "lastTransitionTime": now});
    let resources = json!({"cpu": "4", "memory": "8Gi", "pods": "110", "ephemeral-storage": "64Gi", "hugepages-1Gi": "0", "hugepages-2Mi": "0"});
    let labels = json!({"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux", "beta.kubernetes.io/arch": "amd64"});
    json!({
        "metadata": {"name": name, "labels": labels, "annotations": {"node.alpha.kubernetes.io/ttl": "0", "volumes.kubernetes.io/controller-managed-attach-detach": "true"}},
        "spec": {"podCIDR": format!("10.244.{index}.0/24"), "podCIDRs": [format!("10.244.{index}.0/24")]},
        "status": {
            "capacity": resources, "allocatable": resources,
            "conditions": [
                condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
                condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
                condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
                condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
            ],
            "addresses": [{"type": "InternalIP", "address": format!("10.244.{index}.1")}, {"type": "Hostname", "address": name}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
            "nodeInfo": {"machineID": world.uid().replace('-', ""), "systemUUID": world.uid(), "bootID": world.uid(), "kernelVersion": "6.12.0",
                "osImage": "klab practice node", "containerRuntimeVersion": "containerd://2.2.1", "kubeletVersion": "v1.36.3",
                "kubeProxyVersion": "", "operatingSystem": "linux", "architecture": "amd64"},
            "images": [],
        }
    })
}
