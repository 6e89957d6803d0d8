//! The built-in rules of what decides a fault, as data. None of them names an object or an image.

use super::{Fault, PullFault};

/// What must be so now for a rule to hold; an event alone may be history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum While {
    /// A container of a living pod waits with one of these reasons.
    Waiting(&'static [&'static str]),
    /// A container's image does not come; the event says so up to a second before its waiting reason does.
    Pulling,
    /// The scheduler has found no node.
    Unscheduled,
    /// A container runs but is not ready, or is being killed for its liveness.
    NotReady,
    /// A controller has fewer pods than it wants.
    Short,
    /// A claim has no volume.
    Unbound,
}

/// One line of the table: in this state, the event that decides.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    pub fault: Fault,
    pub during: While,
    pub reason: &'static str,
    /// A glob.
    pub message: &'static str,
    /// The words that decide, the first that is there; what follows the first colon when none is.
    pub decisive: &'static [&'static str],
}

/// Waiting reasons of a container whose image does not come.
pub const PULL_REASONS: &[&str] = &[
    "ErrImagePull",
    "ImagePullBackOff",
    "ErrImageNeverPull",
    "InvalidImageName",
    "ImageInspectError",
    "RegistryUnavailable",
    "SignatureValidationFailed",
];
/// Waiting reasons of a container that could not be made.
pub const CREATE_REASONS: &[&str] = &["CreateContainerConfigError", "CreateContainerError", "RunContainerError"];
pub const START_REASONS: &[&str] = &["ContainerCreating", "PodInitializing"];

/// In order of preference; crashes, which the logs decide, stand between `CONFIGS` and `AFTER_CRASH`.
pub const PULL_EVENTS: &[Rule] = &[
    rule(Fault::Pull(PullFault::Other), While::Pulling, "Failed", "Failed to pull image*", &[]),
    rule(
        Fault::Pull(PullFault::Other),
        While::Pulling,
        "InspectFailed",
        "Failed to apply default image tag*",
        &[],
    ),
    rule(Fault::Pull(PullFault::Other), While::Pulling, "InspectFailed", "", &[]),
    rule(Fault::Pull(PullFault::Other), While::Pulling, "ErrImageNeverPull", "", &[]),
];

pub const CONFIGS: &[Rule] = &[rule(Fault::Config, While::Waiting(CREATE_REASONS), "Failed", "Error: *", &[])];

pub const AFTER_CRASH: &[Rule] = &[
    rule(
        Fault::Mount,
        While::Waiting(START_REASONS),
        "FailedMount",
        "",
        &["not found", "references non-existent"],
    ),
    rule(Fault::Mount, While::Waiting(START_REASONS), "FailedAttachVolume", "", &[]),
    rule(Fault::Other, While::Waiting(START_REASONS), "FailedCreatePodSandBox", "", &[]),
    rule(
        Fault::Mount,
        While::Unbound,
        "FailedBinding",
        "",
        &["no storage class is set", "no persistent volumes available"],
    ),
    rule(Fault::Mount, While::Unbound, "ProvisioningFailed", "", &[]),
    rule(Fault::Scheduling, While::Unscheduled, "FailedScheduling", "", &SCHEDULING),
    rule(Fault::Probe, While::NotReady, "Unhealthy", "Startup probe failed*", &PROBES),
    rule(Fault::Probe, While::NotReady, "Unhealthy", "Liveness probe failed*", &PROBES),
    rule(Fault::Probe, While::NotReady, "Unhealthy", "", &PROBES),
    rule(Fault::Quota, While::Short, "FailedCreate", "*quota*", &["exceeded quota", "failed quota"]),
    rule(Fault::Quota, While::Short, "FailedCreate", "*LimitRange*", &[]),
    rule(Fault::Config, While::Short, "FailedCreate", "*not found*", &["not found"]),
    rule(Fault::Other, While::Short, "FailedCreate", "", &["is forbidden"]),
];

const SCHEDULING: [&str; 9] = [
    "Insufficient",
    "didn't match Pod's node affinity/selector",
    "had untolerated taint",
    "were unschedulable",
    "unbound immediate PersistentVolumeClaims",
    "not found",
    "didn't match pod",
    "Too many pods",
    "no nodes available",
];
const PROBES: [&str; 5] = ["connection refused", "statuscode: ", "context deadline exceeded", "timed out", "no such file"];

const fn rule(fault: Fault, during: While, reason: &'static str, message: &'static str, decisive: &'static [&'static str]) -> Rule {
    Rule {
        fault,
        during,
        reason,
        message,
        decisive,
    }
}

/// How pull failures are told apart: the first phrase that stands in the message outside the image's own name. Lower case.
pub const PULLS: &[(PullFault, &[&str])] = &[
    (PullFault::NeverPull, &["pull policy of never"]),
    (PullFault::InvalidName, &["invalid reference format", "couldn't parse image name"]),
    (PullFault::RateLimited, &["toomanyrequests", "429 too many requests", "pull rate limit"]),
    (
        PullFault::Denied,
        &[
            "pull access denied",
            "requested access to the resource is denied",
            "insufficient_scope",
            "403 forbidden",
        ],
    ),
    (
        PullFault::Unauthorized,
        &[
            "401 unauthorized",
            "unauthorized",
            "authorization failed",
            "authentication required",
            "no basic auth credentials",
        ],
    ),
    (PullFault::UnknownHost, &["no such host", "server misbehaving", "name or service not known"]),
    (
        PullFault::Timeout,
        &[
            "i/o timeout",
            "tls handshake timeout",
            "context deadline exceeded",
            "client.timeout exceeded",
            "connection timed out",
        ],
    ),
    (
        PullFault::Digest,
        &["unexpected commit digest", "digest mismatch", "invalid checksum digest", "content digest"],
    ),
    (PullFault::ManifestUnknown, &["manifest unknown", "manifest_unknown"]),
    (PullFault::NotFound, &["not found", "code = notfound"]),
];

/// Words by which a log line looks like the one that says why a process ended. Lower case, the strongest row first.
pub const LOG_WORDS: &[&[&str]] = &[
    &[
        "fatal",
        "panic",
        "is not set",
        "not set",
        "must be set",
        "missing required",
        "required environment",
    ],
    &[
        "error",
        "exception",
        "denied",
        "no such file",
        "no such host",
        "refused",
        "cannot",
        "can't",
        "failed",
        "unable to",
        "not found",
        "invalid",
        "killed",
    ],
    &["warn", "missing", "unknown"],
];
