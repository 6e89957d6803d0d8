//! Writes the schemas that Kubernetes' types bring along (`k8s-openapi` with `schemars`) into assets/types/schemas.txt.gz, and
//! checks that they are what is kept there: linked in, the code that makes them would be half of the program.

use std::collections::BTreeSet;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use k8s_openapi::api::{
    admissionregistration, apps, authentication, authorization, autoscaling, batch, certificates, coordination, core, discovery, events, flowcontrol,
    networking, node, policy, rbac, resource, scheduling, storage,
};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions;
use k8s_openapi::kube_aggregator::pkg::apis::apiregistration;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value};

use super::schemas::{lines, references};

/// Group, version, kind, and what makes its schema.
type Known = (&'static str, &'static str, &'static str, Make);
type Make = fn(&mut SchemaGenerator) -> Schema;

/// The schemas of every kind and of all types in them, by their names.
fn generated() -> Map<String, Value> {
    let settings = SchemaSettings::openapi3().with(|settings| settings.definitions_path = "/components/schemas".into());
    let mut generator = settings.into_generator();
    for (.., make) in KNOWN {
        make(&mut generator);
    }
    generator.take_definitions(true)
}

fn make<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

macro_rules! known {
    ($($group:literal $module:ident $version:ident [$($kind:ident),*])*) => {
        /// Every kind whose type is at hand.
        const KNOWN: &[Known] = &[$($(($group, stringify!($version), stringify!($kind), make::<$module::$version::$kind>)),*),*];
    };
}

known! {
    "" core v1 [Binding, ComponentStatus, ConfigMap, Endpoints, Event, LimitRange, Namespace, Node, PersistentVolume, PersistentVolumeClaim, Pod, PodTemplate,
        ReplicationController, ResourceQuota, Secret, Service, ServiceAccount]
    "admissionregistration.k8s.io" admissionregistration v1 [MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding, MutatingWebhookConfiguration,
        ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding, ValidatingWebhookConfiguration]
    "apiextensions.k8s.io" apiextensions v1 [CustomResourceDefinition]
    "apps" apps v1 [ControllerRevision, DaemonSet, Deployment, ReplicaSet, StatefulSet]
    "authentication.k8s.io" authentication v1 [SelfSubjectReview, TokenRequest, TokenReview]
    "authorization.k8s.io" authorization v1 [LocalSubjectAccessReview, SelfSubjectAccessReview, SelfSubjectRulesReview, SubjectAccessReview]
    "autoscaling" autoscaling v1 [HorizontalPodAutoscaler, Scale]
    "autoscaling" autoscaling v2 [HorizontalPodAutoscaler]
    "batch" batch v1 [CronJob, Job]
    "certificates.k8s.io" certificates v1 [CertificateSigningRequest]
    "coordination.k8s.io" coordination v1 [Lease]
    "discovery.k8s.io" discovery v1 [EndpointSlice]
    "flowcontrol.apiserver.k8s.io" flowcontrol v1 [FlowSchema, PriorityLevelConfiguration]
    "resource.k8s.io" resource v1 [DeviceClass, ResourceClaim, ResourceClaimTemplate, ResourceSlice]
    "apiregistration.k8s.io" apiregistration v1 [APIService]
    "events.k8s.io" events v1 [Event]
    "networking.k8s.io" networking v1 [IPAddress, Ingress, IngressClass, NetworkPolicy, ServiceCIDR]
    "node.k8s.io" node v1 [RuntimeClass]
    "policy" policy v1 [Eviction, PodDisruptionBudget]
    "rbac.authorization.k8s.io" rbac v1 [ClusterRole, ClusterRoleBinding, Role, RoleBinding]
    "scheduling.k8s.io" scheduling v1 [PriorityClass]
    "storage.k8s.io" storage v1 [CSIDriver, CSINode, CSIStorageCapacity, StorageClass, VolumeAttachment, VolumeAttributesClass]
}

/// The names of all, each after those that lead to it.
fn ordered(all: &Map<String, Value>) -> Vec<&String> {
    fn put<'a>(name: &'a String, all: &'a Map<String, Value>, order: &mut Vec<&'a String>, seen: &mut BTreeSet<&'a String>) {
        if !seen.insert(name) {
            return;
        }
        let mut used = Vec::new();
        references(&all[name], &mut |name| used.push(name.to_owned()));
        for (name, _) in used.iter().filter_map(|name| all.get_key_value(name)) {
            put(name, all, order, seen);
        }
        order.push(name);
    }
    let (mut order, mut seen) = (Vec::new(), BTreeSet::new());
    all.keys().for_each(|name| put(name, all, &mut order, &mut seen));
    order.reverse();
    order
}

#[test]
fn what_is_kept_is_what_the_types_say() {
    let generated = generated();
    if std::env::var_os("KLAB_WRITE_ASSETS").is_some() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/types/schemas.txt.gz");
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        for name in ordered(&generated) {
            writeln!(packed, "{name} {}", generated[name]).unwrap();
        }
        std::fs::write(file, packed.finish().unwrap()).unwrap();
        return;
    }
    let lines: Vec<String> = lines().collect();
    let parted = lines.iter().map(|line| line.split_once(' ').unwrap());
    let packed: Map<String, Value> = parted.map(|(name, schema)| (name.to_owned(), serde_json::from_str(schema).unwrap())).collect();
    assert!(packed == generated, "run this test once with KLAB_WRITE_ASSETS=1");
}
