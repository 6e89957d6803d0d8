//! What a container's first process is: the image's own program or the command given, and all that it finds around it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::{config, mounts, security};
use crate::image::Image;
use crate::practice::field::{items, milli, text};
use crate::practice::net::dns;
use crate::practice::runtime::files::{Content, Files};
use crate::practice::runtime::kernel::{Facts, Kernel};
use crate::practice::runtime::process::{Descriptors, Process};
use crate::practice::runtime::{Launch, refusal, root};
use crate::practice::shell::{self, tools};
use crate::practice::world::World;

/// Where a container's volumes are found.
pub type Volumes = BTreeMap<String, crate::practice::runtime::files::SharedTree>;

/// The number of a user that an image names.
const NAMED: i64 = 1000;

/// The users an image knows, its own among them.
fn passwd(named: Option<&str>) -> String {
    let own = named.map_or(String::new(), |name| format!("{name}:x:{NAMED}:{NAMED}:{name}:/:/bin/sh\n"));
    format!("root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n{own}")
}

/// What every container finds in its list of hosts (`pkg/kubelet/kubelet_pods.go`).
const HOSTS: &str = "# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\n\
                     fe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n";

fn hosts(pod: &Value) -> String {
    let (address, hostname) = (text(&pod["status"]["podIP"]), dns::hostname(pod));
    let full = dns::full_name(pod).map_or(String::new(), |full| format!("{full}\t"));
    let mut hosts = format!("{HOSTS}{address}\t{full}{hostname}\n");
    let aliases = items(&pod["spec"]["hostAliases"]);
    if !aliases.is_empty() {
        hosts += "\n# Entries added by HostAliases.\n";
    }
    for alias in aliases {
        let names: Vec<&str> = items(&alias["hostnames"]).iter().map(text).collect();
        hosts += &format!("{}\t{}\n", text(&alias["ip"]), names.join("\t"));
    }
    hosts
}

/// Makes a container ready to start.
///
/// # Errors
/// The runtime's text when its command cannot be started.
pub fn of(
    world: &World,
    pod: &Value,
    spec: &Value,
    image: &Image,
    repository: &str,
    env: BTreeMap<String, String>,
    volumes: &Volumes,
) -> Result<Launch, String> {
    let words = |field: &str| items(&spec[field]).iter().map(|word| config::expand(text(word), &env)).collect::<Vec<_>>();
    let (command, args) = (words("command"), words("args"));
    let own = repository.rsplit('/').next().unwrap_or_default().to_owned();
    let runs = !image.run.is_empty();
    let mut argv: Vec<String> = match (command.is_empty(), args.is_empty()) {
        (false, _) => command,
        // The image's own entry point takes what follows.
        (true, _) if image.kubectl => vec!["kubectl".to_owned()],
        (true, false) if image.shell => Vec::new(),
        (true, _) if image.shell => vec!["true".to_owned()],
        (true, _) if runs => vec![own.clone()],
        (true, _) => vec!["true".to_owned()],
    };
    argv.extend(args);
    let mut programs = tools::special(&own, image.kubectl);
    if runs {
        programs.push(&own);
    }
    let metadata = &pod["metadata"];
    let hosts = hosts(pod);
    let full = dns::full_name(pod).filter(|_| pod["spec"]["setHostnameAsFQDN"] == true);
    let hostname = full.unwrap_or_else(|| dns::hostname(pod).to_owned());
    let namespace = text(&metadata["namespace"]);
    let resolver = format!(
        "search {namespace}.svc.{0} svc.{0} {0}\nnameserver {1}\noptions ndots:5\n",
        dns::DOMAIN,
        dns::SERVER
    );
    let context = |field: &str| {
        let own = spec["securityContext"].get(field);
        own.or_else(|| pod["spec"]["securityContext"].get(field)).cloned().unwrap_or_default()
    };
    let named = image.user.as_deref().filter(|user| *user != "root" && user.parse::<i64>().is_err());
    let own_user = named.map(|_| NAMED).or_else(|| image.user.as_ref()?.parse().ok());
    let user = context("runAsUser").as_i64().or(own_user).unwrap_or(0);
    let own_group = named.filter(|_| user == NAMED).map_or(0, |_| NAMED);
    let group = context("runAsGroup").as_i64().unwrap_or(own_group);
    let pod_context = &pod["spec"]["securityContext"];
    let mut groups: Vec<i64> = items(&pod_context["supplementalGroups"]).iter().filter_map(Value::as_i64).collect();
    groups.extend(pod_context["fsGroup"].as_i64());
    groups.push(group);
    groups.sort_unstable();
    groups.dedup();
    let mut files = Files {
        mounts: vec![root::of(
            root::Alike {
                programs: programs.into_iter().map(str::to_owned).collect(),
                files: vec![("/etc/resolv.conf", resolver), ("/etc/passwd", passwd(named))],
            },
            &[("/etc/hosts", &hosts), ("/etc/hostname", &format!("{hostname}\n"))],
            context("readOnlyRootFilesystem") == true,
            world.now,
        )],
        since: world.now,
    };
    // The runtime mounts this file over the root, so that it can be written even when the root cannot.
    let message = Content::default();
    let words = spec["terminationMessagePath"]
        .as_str()
        .filter(|path| !path.is_empty())
        .unwrap_or("/dev/termination-log");
    files.mounts.extend(mounts::of(world, pod, spec, &env, volumes));
    files.mounts.push(root::last_words(words, message.clone(), world.now));
    let limit = milli(&spec["resources"]["limits"]["memory"]).max(milli(&pod["spec"]["resources"]["limits"]["memory"]));
    let facts = Facts {
        uid: text(&metadata["uid"]).to_owned(),
        namespace: namespace.to_owned(),
        pod: text(&metadata["name"]).to_owned(),
        container: text(&spec["name"]).to_owned(),
        account: pod["spec"]["serviceAccountName"].as_str().unwrap_or("default").to_owned(),
        hostname,
        image: own.clone(),
        own: runs.then(|| image.run.clone()),
        user,
        group,
        groups,
        security: security::of(pod, spec, user),
        memory: u64::try_from(limit / 1000).ok().filter(|limit| *limit > 0),
    };
    let folder = spec["workingDir"].as_str().unwrap_or("/").to_owned();
    let mut env = env;
    env.entry("PATH".to_owned()).or_insert_with(|| tools::DEFAULT_PATH.to_owned());
    env.entry("HOSTNAME".to_owned()).or_insert_with(|| facts.hostname.clone());
    env.entry("HOME".to_owned()).or_insert_with(|| if user == 0 { "/root" } else { "/" }.to_owned());
    let env = Arc::new(env);
    let probe = Process {
        kernel: Arc::new(Kernel::new(0, Facts::default(), files.clone(), Arc::default(), Arc::default(), Arc::default())),
        pid: 0,
        env: env.clone(),
        folder: folder.clone(),
        files: Descriptors::new(),
    };
    let first = argv.first().map_or("", String::as_str);
    if let Err(fault) = shell::find(&probe, first) {
        return Err(format!(
            "failed to create containerd task: failed to create shim task: {}",
            refusal(&probe, first, fault, "create failed: runc create failed")
        ));
    }
    Ok(Launch {
        facts,
        files,
        argv,
        env,
        folder,
        number: 0,
        message,
        stdin: spec["stdin"] == true,
        stdin_once: spec["stdinOnce"] == true,
    })
}
