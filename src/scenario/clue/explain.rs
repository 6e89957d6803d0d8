//! Sentences that explain a fault. They lead and do not tell.

use super::{Clue, Fault, PullFault, Source, apart};

/// What a failed pull means, and no more than that.
#[must_use]
pub fn pull(fault: PullFault) -> &'static str {
    match fault {
        PullFault::NotFound => {
            "`not found` means: this registry has no such repository:tag, and no more than that. Compare the reference, part by part, with what exists."
        }
        PullFault::Denied => {
            "The registry does not show this repository to the node: either no such repository exists, or it is private and the pull had no right to it."
        }
        PullFault::Unauthorized => {
            "The registry answered 401: it wants to know who asks. The name may well be right; look at what the pod brings along to log in."
        }
        PullFault::RateLimited => {
            "The registry answered 429, too many requests: not your fault, and nothing in the manifest. It passes, or a login or a mirror helps."
        }
        PullFault::Timeout => {
            "The registry did not answer in time. That is about the way there, a firewall, a proxy or the registry itself, not about the tag."
        }
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
        Fault::Crash => {
            "The container starts and its process ends by itself; Kubernetes only starts it again, later each time. What the process said last is the place to look."
        }
        Fault::Config => "The container was never started: something that its definition refers to, or asks for, cannot be had. The message names it.",
        Fault::Scheduling => {
            "No node takes the pod. The message counts the nodes and says for each reason how many refused; compare that with what the pod asks for."
        }
        Fault::Probe => "The process runs, but the check that Kubernetes makes on it fails. Compare what the probe asks for with what the process offers.",
        Fault::Quota => "The pods are not even created: a limit of the namespace stands against them. The message says which and how much is used.",
        Fault::Mount => "The pod waits for a volume. The message names the volume and what it should be filled from.",
        Fault::Waits => {
            "The init container has not ended, and until it does no other container of the pod is started. Ask what it waits for, and whether that exists."
        }
        Fault::Other => "Read who reports this and about which object: that is where to look next.",
    }
}

/// How to read the parts of a message.
#[must_use]
pub fn of_parts(clue: &Clue) -> &'static str {
    if let Some((reads, _)) = apart::told(clue) {
        return reads;
    }
    match clue.fault {
        Fault::Crash => {
            "A process takes what it needs from its command, its environment, its files and the network. The marked part says what it did not get, or could not bear."
        }
        Fault::Waits => "It asks again and again until it is answered. The part that is marked is what it asks for; everything else of the line only says how.",
        Fault::Config => "The node looked for exactly this name, in the pod's own namespace, and found nothing by it.",
        Fault::Scheduling => "The nodes are counted by what stands against them. A reason is of use where the pod, or a node, can be changed so that it falls.",
        Fault::Probe => "The first part says which check failed, the last what came back. An answer, even a wrong one, proves that something listens there.",
        Fault::Quota => "What is asked for is added to what is used, and the sum is more than the limit. One of the three numbers has to give way.",
        Fault::Mount => "The volume is described in the pod, and what it is filled from must be in the same namespace, under the same name.",
        Fault::Pull(_) => "The message says which part of the reference was looked at last.",
        Fault::Other => match clue.source {
            Source::Condition => "A condition is a controller's own word: the reason is its name for what happened, the message how it came to that.",
            Source::State => "The field that is named decides alone; nothing else about the object needs to be wrong.",
            Source::Log { .. } => "The program asked and was told this in answer. The part that is marked is where the two did not agree.",
            Source::Event(_) => "The last part is the cause; what stands before it says who met it, and where.",
        },
    }
}

/// Where to look next; what is to be found there is the learner's.
#[must_use]
pub fn look_next(clue: &Clue) -> &'static str {
    if clue.pair.is_some() {
        return "One of the two was meant, and the other follows. Look in the map for who else goes by the left one and who by the right one, before you change either.";
    }
    if let Some((_, next)) = apart::told(clue) {
        return next;
    }
    match clue.fault {
        Fault::Crash => {
            "Read the log of the run before to its end, then describe the pod: command, environment, mounts and limits are listed there. Which of them does the marked part belong to?"
        }
        Fault::Waits => "Look whether anything goes by that name: Services in their own table, and whether one of them leads to a pod in the map.",
        Fault::Config => "Describe the pod and find the line that names it, then list what there is of that kind. Compare the two letter by letter.",
        Fault::Scheduling => {
            "Turn the table to the Nodes and describe one: what it has, what is taken, its taints. Hold that against requests, selectors and tolerations in the pod's YAML."
        }
        Fault::Probe => "Describe the pod for the port and the path that the probe asks, and read in its log on which it serves.",
        Fault::Quota => "Turn the table to the ResourceQuota and describe it: used and limit stand side by side there. Then find out who uses how much.",
        Fault::Mount => "Describe the pod for its volumes, then list what there is of the kind that the volume names.",
        Fault::Pull(_) => "Ask the registry what it has.",
        Fault::Other if matches!(clue.source, Source::Log { .. }) => {
            "Take the marked part and look for it in the cluster: an account and its roles, a Service and its endpoints, a policy that stands between. The map shows what belongs together."
        }
        Fault::Other if clue.source == Source::Condition => {
            "Ask what that controller waits for: the objects below this one in the map, then the events and the log of the lowest."
        }
        Fault::Other => {
            "Look at the object's YAML for that field as it stands, and ask who writes it and who waits for it. Its description tells what happened to it last."
        }
    }
}

/// What a log's line means where the container goes on.
pub const RUNS: &str = "The container runs on, and Kubernetes sees no fault: only its log tells what goes wrong in it. Take the line apart: what was asked for, of whom, and what came back.";

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

/// Words that kubectl shows as STATUS or REASON, and what they mean.
const WORDS: [(&str, &str); 38] = [
    (
        "Pending",
        "Accepted, but not every container runs yet: no node was found, or images and volumes are still to come.",
    ),
    ("ContainerCreating", "A node has the pod and prepares it: volumes, network, image."),
    ("PodInitializing", "The init containers are still at work; the others wait for them."),
    (
        "Running",
        "At least one container runs. Whether it serves is another question: READY answers that.",
    ),
    (
        "Completed",
        "Every process ended with 0. Right for a Job; for a Deployment it means that the process does not stay.",
    ),
    ("Succeeded", "Every container ended with 0 and is not started again."),
    (
        "Failed",
        "For a pod: a container ended with an error and is not started again. For an event: the message says what did not work.",
    ),
    ("Error", "The latest run ended with an exit code other than 0. Its log says why."),
    (
        "CrashLoopBackOff",
        "The container keeps ending, and the kubelet waits before it starts it again: 10 s, 20 s, 40 s, up to 5 min.",
    ),
    ("OOMKilled", "The kernel ended the process: it took more memory than the container's limit."),
    (
        "ErrImagePull",
        "A try to pull the image has just failed. The event `Failed to pull image` carries the registry's answer.",
    ),
    (
        "ImagePullBackOff",
        "The kubelet waits before it pulls again: 10 s, 20 s, 40 s, up to 5 min. The fault is that of the last try.",
    ),
    ("ErrImageNeverPull", "The pull policy is Never, and the node does not have the image."),
    ("InvalidImageName", "The image is written in a way that no reference can be."),
    (
        "CreateContainerConfigError",
        "Something that the container refers to is missing: a ConfigMap, a Secret, or a key of one.",
    ),
    (
        "CreateContainerError",
        "The runtime could not make the container; the event says what it had against it.",
    ),
    ("RunContainerError", "The container was made, but its command could not be started."),
    (
        "Terminating",
        "The pod was told to go: its processes have a grace period, or a finalizer still holds it.",
    ),
    ("Evicted", "The node was short of something and sent the pod away."),
    ("Unknown", "The node has not reported for a while, so nobody knows."),
    ("Scheduled", "A node was chosen."),
    ("FailedScheduling", "No node takes the pod now. The message counts the nodes for each reason."),
    ("Pulling", "The node asks the registry for the image."),
    ("Pulled", "The image is on the node."),
    ("Created", "The container was made; it does not run yet."),
    ("Started", "The container's process was started."),
    ("BackOff", "The kubelet waits before the next try, longer each time."),
    ("Killing", "A container is being stopped; the message says why."),
    (
        "Unhealthy",
        "A probe failed. Readiness takes the pod out of its Services; liveness has the container restarted.",
    ),
    (
        "FailedMount",
        "A volume could not be made ready for the pod; the message names it and its source.",
    ),
    ("FailedCreate", "A controller could not create a pod; the message is the API server's refusal."),
    ("ScalingReplicaSet", "The Deployment changed how many pods one of its ReplicaSets shall have."),
    ("SuccessfulCreate", "A controller has created a pod."),
    ("SuccessfulDelete", "A controller has deleted a pod."),
    (
        "ProgressDeadlineExceeded",
        "A rollout has not moved for ten minutes (progressDeadlineSeconds); it is not undone by itself.",
    ),
    (
        "BackoffLimitExceeded",
        "The Job's pods failed as often as backoffLimit allows, and it makes no more of them. Why they failed is in the log of any of them.",
    ),
    (
        "DeadlineExceeded",
        "The Job ran longer than activeDeadlineSeconds allows, and its pods were ended. Ask what took so long.",
    ),
    ("Unschedulable", "The scheduler has found no node for the pod."),
];

/// What a STATUS or a reason means; `Init:` in front is the same for an init container.
#[must_use]
pub fn word(word: &str) -> Option<&'static str> {
    let bare = word.strip_prefix("Init:").unwrap_or(word);
    if bare != word && bare.contains('/') {
        return Some("Init containers run one after another; so many of all are done.");
    }
    WORDS.iter().find(|(known, _)| *known == bare).map(|(_, meaning)| *meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_explained_with_and_without_init() {
        assert!(word("ImagePullBackOff").is_some_and(|meaning| meaning.contains("waits")));
        assert_eq!(word("Init:CrashLoopBackOff"), word("CrashLoopBackOff"));
        assert!(word("Init:0/2").is_some_and(|meaning| meaning.contains("one after another")));
        assert_eq!(word("Nonsense"), None);
    }

    #[test]
    fn a_rate_limit_is_not_the_learners_fault() {
        assert!(pull(PullFault::RateLimited).contains("not your fault"));
    }
}
