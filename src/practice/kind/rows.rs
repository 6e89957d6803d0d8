//! The kinds, row by row: names, scope, categories and subresources as Kubernetes' own discovery prints them.

use super::{Kind, global, namespaced};

// core
pub static BINDING: Kind = namespaced("", "v1", "Binding", "bindings", "binding").only(&["create"]);
pub static COMPONENT_STATUS: Kind = global("", "v1", "ComponentStatus", "componentstatuses", "componentstatus")
    .short(&["cs"])
    .only(&["get", "list"]);
pub static CONFIG_MAP: Kind = namespaced("", "v1", "ConfigMap", "configmaps", "configmap").short(&["cm"]);
pub static ENDPOINTS: Kind = namespaced("", "v1", "Endpoints", "endpoints", "endpoints").short(&["ep"]);
pub static EVENT: Kind = namespaced("", "v1", "Event", "events", "event").short(&["ev"]);
pub static LIMIT_RANGE: Kind = namespaced("", "v1", "LimitRange", "limitranges", "limitrange").short(&["limits"]);
pub static NAMESPACE: Kind = global("", "v1", "Namespace", "namespaces", "namespace")
    .short(&["ns"])
    .sub(&["finalize", "status"])
    .only(&["create", "delete", "get", "list", "patch", "update", "watch"]);
pub static NODE: Kind = global("", "v1", "Node", "nodes", "node").short(&["no"]).sub(&["proxy", "status"]);
pub static PERSISTENT_VOLUME_CLAIM: Kind = namespaced("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", "persistentvolumeclaim")
    .short(&["pvc"])
    .sub(&["status"]);
pub static PERSISTENT_VOLUME: Kind = global("", "v1", "PersistentVolume", "persistentvolumes", "persistentvolume")
    .short(&["pv"])
    .sub(&["status"]);
pub static POD: Kind = namespaced("", "v1", "Pod", "pods", "pod")
    .short(&["po"])
    .category(&["all"])
    .sub(&[
        "attach",
        "binding",
        "ephemeralcontainers",
        "eviction",
        "exec",
        "log",
        "portforward",
        "proxy",
        "resize",
        "status",
    ])
    .counted();
pub static POD_TEMPLATE: Kind = namespaced("", "v1", "PodTemplate", "podtemplates", "podtemplate").counted();
pub static REPLICATION_CONTROLLER: Kind = namespaced("", "v1", "ReplicationController", "replicationcontrollers", "replicationcontroller")
    .short(&["rc"])
    .category(&["all"])
    .sub(&["scale", "status"])
    .counted();
pub static RESOURCE_QUOTA: Kind = namespaced("", "v1", "ResourceQuota", "resourcequotas", "resourcequota")
    .short(&["quota"])
    .sub(&["status"]);
pub static SECRET: Kind = namespaced("", "v1", "Secret", "secrets", "secret");
pub static SERVICE_ACCOUNT: Kind = namespaced("", "v1", "ServiceAccount", "serviceaccounts", "serviceaccount")
    .short(&["sa"])
    .sub(&["token"]);
pub static SERVICE: Kind = namespaced("", "v1", "Service", "services", "service")
    .short(&["svc"])
    .category(&["all"])
    .sub(&["proxy", "status"]);

// apiregistration.k8s.io
pub static API_SERVICE: Kind = global("apiregistration.k8s.io", "v1", "APIService", "apiservices", "apiservice")
    .category(&["api-extensions"])
    .sub(&["status"]);

// apps
pub static CONTROLLER_REVISION: Kind = namespaced("apps", "v1", "ControllerRevision", "controllerrevisions", "controllerrevision");
pub static DAEMON_SET: Kind = namespaced("apps", "v1", "DaemonSet", "daemonsets", "daemonset")
    .short(&["ds"])
    .category(&["all"])
    .sub(&["status"])
    .counted();
pub static DEPLOYMENT: Kind = namespaced("apps", "v1", "Deployment", "deployments", "deployment")
    .short(&["deploy"])
    .category(&["all"])
    .sub(&["scale", "status"])
    .counted();
pub static REPLICA_SET: Kind = namespaced("apps", "v1", "ReplicaSet", "replicasets", "replicaset")
    .short(&["rs"])
    .category(&["all"])
    .sub(&["scale", "status"])
    .counted();
pub static STATEFUL_SET: Kind = namespaced("apps", "v1", "StatefulSet", "statefulsets", "statefulset")
    .short(&["sts"])
    .category(&["all"])
    .sub(&["scale", "status"])
    .counted();

// events.k8s.io
pub static EVENTS_EVENT: Kind = namespaced("events.k8s.io", "v1", "Event", "events", "event").short(&["ev"]).stored(&EVENT);

// authentication.k8s.io
pub static SELF_SUBJECT_REVIEW: Kind = global("authentication.k8s.io", "v1", "SelfSubjectReview", "selfsubjectreviews", "selfsubjectreview").only(&["create"]);
pub static TOKEN_REVIEW: Kind = global("authentication.k8s.io", "v1", "TokenReview", "tokenreviews", "tokenreview").only(&["create"]);

// authorization.k8s.io
pub static LOCAL_SUBJECT_ACCESS_REVIEW: Kind = namespaced(
    "authorization.k8s.io",
    "v1",
    "LocalSubjectAccessReview",
    "localsubjectaccessreviews",
    "localsubjectaccessreview",
)
.only(&["create"]);
pub static SELF_SUBJECT_ACCESS_REVIEW: Kind = global(
    "authorization.k8s.io",
    "v1",
    "SelfSubjectAccessReview",
    "selfsubjectaccessreviews",
    "selfsubjectaccessreview",
)
.only(&["create"]);
pub static SELF_SUBJECT_RULES_REVIEW: Kind = global(
    "authorization.k8s.io",
    "v1",
    "SelfSubjectRulesReview",
    "selfsubjectrulesreviews",
    "selfsubjectrulesreview",
)
.only(&["create"]);
pub static SUBJECT_ACCESS_REVIEW: Kind = global(
    "authorization.k8s.io",
    "v1",
    "SubjectAccessReview",
    "subjectaccessreviews",
    "subjectaccessreview",
)
.only(&["create"]);

// autoscaling
pub static HORIZONTAL_POD_AUTOSCALER: Kind = namespaced(
    "autoscaling",
    "v2",
    "HorizontalPodAutoscaler",
    "horizontalpodautoscalers",
    "horizontalpodautoscaler",
)
.short(&["hpa"])
.category(&["all"])
.sub(&["status"]);
pub static HPA_V1: Kind = namespaced(
    "autoscaling",
    "v1",
    "HorizontalPodAutoscaler",
    "horizontalpodautoscalers",
    "horizontalpodautoscaler",
)
.short(&["hpa"])
.category(&["all"])
.sub(&["status"])
.stored(&HORIZONTAL_POD_AUTOSCALER);

// batch
pub static CRON_JOB: Kind = namespaced("batch", "v1", "CronJob", "cronjobs", "cronjob")
    .short(&["cj"])
    .category(&["all"])
    .sub(&["status"])
    .counted();
pub static JOB: Kind = namespaced("batch", "v1", "Job", "jobs", "job").category(&["all"]).sub(&["status"]).counted();

// certificates.k8s.io
pub static CERTIFICATE_SIGNING_REQUEST: Kind = global(
    "certificates.k8s.io",
    "v1",
    "CertificateSigningRequest",
    "certificatesigningrequests",
    "certificatesigningrequest",
)
.short(&["csr"])
.sub(&["approval", "status"]);

// networking.k8s.io
pub static INGRESS_CLASS: Kind = global("networking.k8s.io", "v1", "IngressClass", "ingressclasses", "ingressclass").counted();
pub static INGRESS: Kind = namespaced("networking.k8s.io", "v1", "Ingress", "ingresses", "ingress")
    .short(&["ing"])
    .sub(&["status"])
    .counted();
pub static IP_ADDRESS: Kind = global("networking.k8s.io", "v1", "IPAddress", "ipaddresses", "ipaddress").short(&["ip"]);
pub static NETWORK_POLICY: Kind = namespaced("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", "networkpolicy")
    .short(&["netpol"])
    .counted();
pub static SERVICE_CIDR: Kind = global("networking.k8s.io", "v1", "ServiceCIDR", "servicecidrs", "servicecidr").sub(&["status"]);

// policy
pub static POD_DISRUPTION_BUDGET: Kind = namespaced("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", "poddisruptionbudget")
    .short(&["pdb"])
    .sub(&["status"])
    .counted();

// rbac.authorization.k8s.io
pub static CLUSTER_ROLE_BINDING: Kind = global(
    "rbac.authorization.k8s.io",
    "v1",
    "ClusterRoleBinding",
    "clusterrolebindings",
    "clusterrolebinding",
);
pub static CLUSTER_ROLE: Kind = global("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", "clusterrole");
pub static ROLE_BINDING: Kind = namespaced("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", "rolebinding");
pub static ROLE: Kind = namespaced("rbac.authorization.k8s.io", "v1", "Role", "roles", "role");

// storage.k8s.io
pub static CSI_DRIVER: Kind = global("storage.k8s.io", "v1", "CSIDriver", "csidrivers", "csidriver");
pub static CSI_NODE: Kind = global("storage.k8s.io", "v1", "CSINode", "csinodes", "csinode");
pub static CSI_STORAGE_CAPACITY: Kind = namespaced("storage.k8s.io", "v1", "CSIStorageCapacity", "csistoragecapacities", "csistoragecapacity");
pub static STORAGE_CLASS: Kind = global("storage.k8s.io", "v1", "StorageClass", "storageclasses", "storageclass").short(&["sc"]);
pub static VOLUME_ATTACHMENT: Kind = global("storage.k8s.io", "v1", "VolumeAttachment", "volumeattachments", "volumeattachment").sub(&["status"]);
pub static VOLUME_ATTRIBUTES_CLASS: Kind = global(
    "storage.k8s.io",
    "v1",
    "VolumeAttributesClass",
    "volumeattributesclasses",
    "volumeattributesclass",
)
.short(&["vac"]);

// admissionregistration.k8s.io
pub static MUTATING_ADMISSION_POLICY: Kind = global(
    "admissionregistration.k8s.io",
    "v1",
    "MutatingAdmissionPolicy",
    "mutatingadmissionpolicies",
    "mutatingadmissionpolicy",
)
.category(&["api-extensions"])
.counted();
pub static MUTATING_ADMISSION_POLICY_BINDING: Kind = global(
    "admissionregistration.k8s.io",
    "v1",
    "MutatingAdmissionPolicyBinding",
    "mutatingadmissionpolicybindings",
    "mutatingadmissionpolicybinding",
)
.category(&["api-extensions"])
.counted();
pub static MUTATING_WEBHOOK_CONFIGURATION: Kind = global(
    "admissionregistration.k8s.io",
    "v1",
    "MutatingWebhookConfiguration",
    "mutatingwebhookconfigurations",
    "mutatingwebhookconfiguration",
)
.category(&["api-extensions"])
.counted();
pub static VALIDATING_ADMISSION_POLICY: Kind = global(
    "admissionregistration.k8s.io",
    "v1",
    "ValidatingAdmissionPolicy",
    "validatingadmissionpolicies",
    "validatingadmissionpolicy",
)
.category(&["api-extensions"])
.sub(&["status"])
.counted();
pub static VALIDATING_ADMISSION_POLICY_BINDING: Kind = global(
    "admissionregistration.k8s.io",
    "v1",
    "ValidatingAdmissionPolicyBinding",
    "validatingadmissionpolicybindings",
    "validatingadmissionpolicybinding",
)
.category(&["api-extensions"])
.counted();
pub static VALIDATING_WEBHOOK_CONFIGURATION: Kind = global(
    "admissionregistration.k8s.io",
    "v1",
    "ValidatingWebhookConfiguration",
    "validatingwebhookconfigurations",
    "validatingwebhookconfiguration",
)
.category(&["api-extensions"])
.counted();

// apiextensions.k8s.io
pub static CUSTOM_RESOURCE_DEFINITION: Kind = global(
    "apiextensions.k8s.io",
    "v1",
    "CustomResourceDefinition",
    "customresourcedefinitions",
    "customresourcedefinition",
)
.short(&["crd", "crds"])
.category(&["api-extensions"])
.sub(&["status"])
.counted();

// scheduling.k8s.io
pub static PRIORITY_CLASS: Kind = global("scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", "priorityclass")
    .short(&["pc"])
    .counted();

// coordination.k8s.io
pub static LEASE: Kind = namespaced("coordination.k8s.io", "v1", "Lease", "leases", "lease");

// node.k8s.io
pub static RUNTIME_CLASS: Kind = global("node.k8s.io", "v1", "RuntimeClass", "runtimeclasses", "runtimeclass");

// discovery.k8s.io
pub static ENDPOINT_SLICE: Kind = namespaced("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", "endpointslice").counted();

// resource.k8s.io
pub static DEVICE_CLASS: Kind = global("resource.k8s.io", "v1", "DeviceClass", "deviceclasses", "deviceclass").counted();
pub static RESOURCE_CLAIM: Kind = namespaced("resource.k8s.io", "v1", "ResourceClaim", "resourceclaims", "resourceclaim").sub(&["status"]);
pub static RESOURCE_CLAIM_TEMPLATE: Kind = namespaced(
    "resource.k8s.io",
    "v1",
    "ResourceClaimTemplate",
    "resourceclaimtemplates",
    "resourceclaimtemplate",
);
pub static RESOURCE_SLICE: Kind = global("resource.k8s.io", "v1", "ResourceSlice", "resourceslices", "resourceslice");

// flowcontrol.apiserver.k8s.io
pub static FLOW_SCHEMA: Kind = global("flowcontrol.apiserver.k8s.io", "v1", "FlowSchema", "flowschemas", "flowschema")
    .sub(&["status"])
    .counted();
pub static PRIORITY_LEVEL_CONFIGURATION: Kind = global(
    "flowcontrol.apiserver.k8s.io",
    "v1",
    "PriorityLevelConfiguration",
    "prioritylevelconfigurations",
    "prioritylevelconfiguration",
)
.sub(&["status"])
.counted();

/// Every kind served, in discovery's order.
pub static KINDS: &[&Kind] = &[
    &BINDING,
    &COMPONENT_STATUS,
    &CONFIG_MAP,
    &ENDPOINTS,
    &EVENT,
    &LIMIT_RANGE,
    &NAMESPACE,
    &NODE,
    &PERSISTENT_VOLUME_CLAIM,
    &PERSISTENT_VOLUME,
    &POD,
    &POD_TEMPLATE,
    &REPLICATION_CONTROLLER,
    &RESOURCE_QUOTA,
    &SECRET,
    &SERVICE_ACCOUNT,
    &SERVICE,
    &API_SERVICE,
    &CONTROLLER_REVISION,
    &DAEMON_SET,
    &DEPLOYMENT,
    &REPLICA_SET,
    &STATEFUL_SET,
    &EVENTS_EVENT,
    &SELF_SUBJECT_REVIEW,
    &TOKEN_REVIEW,
    &LOCAL_SUBJECT_ACCESS_REVIEW,
    &SELF_SUBJECT_ACCESS_REVIEW,
    &SELF_SUBJECT_RULES_REVIEW,
    &SUBJECT_ACCESS_REVIEW,
    &HORIZONTAL_POD_AUTOSCALER,
    &HPA_V1,
    &CRON_JOB,
    &JOB,
    &CERTIFICATE_SIGNING_REQUEST,
    &INGRESS_CLASS,
    &INGRESS,
    &IP_ADDRESS,
    &NETWORK_POLICY,
    &SERVICE_CIDR,
    &POD_DISRUPTION_BUDGET,
    &CLUSTER_ROLE_BINDING,
    &CLUSTER_ROLE,
    &ROLE_BINDING,
    &ROLE,
    &CSI_DRIVER,
    &CSI_NODE,
    &CSI_STORAGE_CAPACITY,
    &STORAGE_CLASS,
    &VOLUME_ATTACHMENT,
    &VOLUME_ATTRIBUTES_CLASS,
    &MUTATING_ADMISSION_POLICY,
    &MUTATING_ADMISSION_POLICY_BINDING,
    &MUTATING_WEBHOOK_CONFIGURATION,
    &VALIDATING_ADMISSION_POLICY,
    &VALIDATING_ADMISSION_POLICY_BINDING,
    &VALIDATING_WEBHOOK_CONFIGURATION,
    &CUSTOM_RESOURCE_DEFINITION,
    &PRIORITY_CLASS,
    &LEASE,
    &RUNTIME_CLASS,
    &ENDPOINT_SLICE,
    &DEVICE_CLASS,
    &RESOURCE_CLAIM,
    &RESOURCE_CLAIM_TEMPLATE,
    &RESOURCE_SLICE,
    &FLOW_SCHEMA,
    &PRIORITY_LEVEL_CONFIGURATION,
];
