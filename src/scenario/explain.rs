//! Sentences that explain a fault. They lead and do not tell.

use super::clue::{Fault, PullFault};

/// What a failed pull means, and no more than that.
#[must_use]
pub fn pull(fault: PullFault) -> &'static str {
    match fault {
        PullFault::NotFound => "`not found` means: this registry has no such repository:tag, and no more than that. Compare the reference, part by part, with what exists.",
        PullFault::Denied => "The registry does not show this repository to the node: either no such repository exists, or it is private and the pull had no right to it.",
        PullFault::Unauthorized => "The registry answered 401: it wants to know who asks. The name may well be right; look at what the pod brings along to log in.",
        PullFault::RateLimited => "The registry answered 429, too many requests: not your fault, and nothing in the manifest. It passes, or a login or a mirror helps.",
        PullFault::Timeout => "The registry did not answer in time. That is about the way there, a firewall, a proxy or the registry itself, not about the tag.",
        PullFault::UnknownHost => "The registry's own name leads nowhere: the node's DNS knows no such host. Read the part in front of the first slash.",
        PullFault::ManifestUnknown => "The registry knows the repository, but has no manifest under this tag.",
        PullFault::Digest => "The image is asked for by digest, and what the registry has does not carry that digest.",
        PullFault::InvalidName => "This cannot be an image reference at all, so no registry was asked. Mind which characters and which case the rules allow.",
        PullFault::NeverPull => "The pull policy forbids the node to pull, and the node does not have the image yet.",
        PullFault::Other => "The image did not come. The last part of the message says what the registry or the way to it had against it.",
    }
}

/// Why a failure points at one part of the reference.
#[must_use]
pub fn blame(fault: PullFault) -> &'static str {
    match fault {
        PullFault::NotFound => {
            "The registry was reached and answered, so its name is right. It has no such repository:tag; most registries say `denied` to a wrong repository, so look at the tag first."
        }
        PullFault::ManifestUnknown => "The registry found the repository and looked for the tag in it: that is what it does not have.",
        PullFault::Denied => "The registry stopped at the repository and never came to the tag: it does not exist under this name, or it is not for everyone.",
        PullFault::InvalidName => "The name breaks the rules for names: lower case letters, digits, and `.`, `_`, `-` between them.",
        PullFault::Unauthorized => "The registry asks for a login before it looks at anything that follows.",
        PullFault::Timeout => "The registry never answered, so nothing behind its name has been looked at yet.",
        PullFault::UnknownHost => "The registry's name could not be resolved, so nothing behind it has been looked at yet.",
        PullFault::Digest => "The digest decides alone which image is meant; a tag beside it is not asked.",
        PullFault::RateLimited => "No part of the reference is wrong: the registry counts pulls, and too many came from here.",
        PullFault::NeverPull => "No part of the reference needs to be wrong: imagePullPolicy says never to ask a registry.",
        PullFault::Other => "The message names no part; read its last words.",
    }
}

/// What any fault means, to begin with.
#[must_use]
pub fn fault(fault: Fault) -> &'static str {
    match fault {
        Fault::Pull(which) => pull(which),
        Fault::Crash => "The container starts and its process ends by itself; Kubernetes only starts it again, later each time. What the process said last is the place to look.",
        Fault::Config => "The container was never started: something that its definition refers to, or asks for, cannot be had. The message names it.",
        Fault::Scheduling => "No node takes the pod. The message counts the nodes and says for each reason how many refused; compare that with what the pod asks for.",
        Fault::Probe => "The process runs, but the check that Kubernetes makes on it fails. Compare what the probe asks for with what the process offers.",
        Fault::Quota => "The pods are not even created: a limit of the namespace stands against them. The message says which and how much is used.",
        Fault::Mount => "The pod waits for a volume. The message names the volume and what it should be filled from.",
        Fault::Other => "Read who reports this and about which object: that is where to look next.",
    }
}

/// What a crash's way of ending means, where it says more than the log.
#[must_use]
pub fn ending(reason: &str, exit: i32) -> &'static str {
    match (reason, exit) {
        ("OOMKilled", _) => "The process took more memory than its limit allows, and the kernel ended it. Compare the limit with what the process needs.",
        ("StartError" | "ContainerCannotRun", _) => "The container's command could not be started at all. Compare the command with what the image has.",
        (_, 0) => "The process ended without an error, but a pod of this kind is meant to run for ever, so it is started again and again.",
        (_, 137) => "The process was killed from outside (137 = 128 + signal 9).",
        (_, 127) => "Exit code 127 is the shell's: the command was not found.",
        (_, 126) => "Exit code 126 is the shell's: the command is not executable.",
        _ => fault(Fault::Crash),
    }
}
