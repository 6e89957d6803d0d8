//! Whether a context looks like a cluster that people depend on: then its name is typed before anything is written to it.

use std::net::IpAddr;

/// Words that people give the clusters their customers use.
const NAMES: &[&str] = &["prod", "production", "prd", "live"];
/// A cluster to learn on seldom has more nodes.
const NODES: usize = 5;

/// Why a real cluster looks like production; `None` when it does not. `shared`: the learner said with `--learner` that it is a class's.
#[must_use]
pub fn looks_like_production(context: &str, server: &str, nodes: usize, shared: bool) -> Option<String> {
    let lower = context.to_lowercase();
    let word = lower.split(|c: char| !c.is_ascii_alphanumeric()).find(|word| {
        let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
        NAMES.contains(&letters)
    });
    if let Some(word) = word {
        return Some(format!("its name says `{word}`"));
    }
    if nodes > NODES {
        return Some(format!("it has {nodes} nodes"));
    }
    (!shared && !near(host(server))).then(|| format!("its server {} is on the public network", host(server)))
}

/// The host of `https://host:port/path`.
fn host(server: &str) -> &str {
    let rest = server.split_once("://").map_or(server, |(_, rest)| rest);
    let rest = rest.split('/').next().unwrap_or_default();
    match rest.strip_prefix('[') {
        Some(six) => six.split(']').next().unwrap_or_default(),
        None => rest.split(':').next().unwrap_or_default(),
    }
}

/// On this machine or in a private network (RFC 1918, RFC 4193), or a name without a public ending.
fn near(host: &str) -> bool {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(four)) => four.is_loopback() || four.is_private() || four.is_link_local(),
        Ok(IpAddr::V6(six)) => six.is_loopback() || six.is_unique_local() || six.is_unicast_link_local(),
        Err(_) => !host.contains('.') || [".local", ".internal", ".localhost", ".lan", ".test"].iter().any(|end| host.ends_with(end)),
    }
}

#[cfg(test)]
mod tests {
    use super::looks_like_production;

    #[test]
    fn a_name_a_size_or_a_public_address_tells() {
        let why = |context, server, nodes, shared| looks_like_production(context, server, nodes, shared);
        assert_eq!(why("kind-klab", "https://127.0.0.1:6443", 1, false), None);
        assert_eq!(why("minikube", "https://192.168.49.2:8443", 3, false), None);
        assert_eq!(why("home", "https://[::1]:6443", 3, false), None);
        assert_eq!(why("reproduce", "https://k3s.local:6443", 1, false), None, "a word, not a part of one");
        assert_eq!(
            why("arn:aws:eks:eu:1:cluster/shop-PROD2", "https://10.0.0.1", 1, true),
            Some("its name says `prod2`".into())
        );
        assert_eq!(why("school", "https://10.0.0.1", 40, true), Some("it has 40 nodes".into()));
        assert!(why("school", "https://abc.eks.amazonaws.com", 3, false).is_some_and(|why| why.contains("abc.eks.amazonaws.com")));
        assert_eq!(why("school", "https://abc.eks.amazonaws.com", 3, true), None);
    }
}
