//! The one context that klab was given, as a kubeconfig of its own: for the learner's kubectl, which must reach nothing else.

use kube::config::Kubeconfig;

use super::Cluster;
use crate::yaml;

/// A kubeconfig with this context alone, and its cluster and user.
#[must_use]
pub(super) fn only(mut kubeconfig: Kubeconfig, context: &str) -> Kubeconfig {
    kubeconfig.contexts.retain(|named| named.name == context);
    kubeconfig.contexts.truncate(1);
    let pinned = kubeconfig.contexts.first().and_then(|named| named.context.clone()).unwrap_or_default();
    kubeconfig.clusters.retain(|named| named.name == pinned.cluster);
    kubeconfig.auth_infos.retain(|named| pinned.user.as_deref() == Some(named.name.as_str()));
    kubeconfig.current_context = Some(context.to_owned());
    (kubeconfig.api_version, kubeconfig.kind) = (Some("v1".to_owned()), Some("Config".to_owned()));
    kubeconfig
}

impl Cluster {
    /// The kubeconfig of this cluster alone, set to the lab's namespace; `None` for the practice cluster, which has none before it is served.
    #[must_use]
    pub fn kubeconfig(&self) -> Option<String> {
        let mut kubeconfig = Kubeconfig::clone(self.pinned.as_deref()?);
        for named in &mut kubeconfig.contexts {
            if let Some(context) = &mut named.context {
                context.namespace = Some(self.namespace.clone());
            }
        }
        serde_json::to_value(&kubeconfig).ok().map(|kubeconfig| yaml::print(&kubeconfig))
    }
}

#[cfg(test)]
mod tests {
    use super::only;

    #[test]
    fn other_contexts_and_their_secrets_are_left_out() {
        let text = "
contexts:
- {name: lab, context: {cluster: one, user: me}}
- {name: prod, context: {cluster: two, user: boss}}
clusters:
- {name: one, cluster: {server: 'https://127.0.0.1:1'}}
- {name: two, cluster: {server: 'https://127.0.0.1:2'}}
users:
- {name: me, user: {token: mine}}
- {name: boss, user: {token: secret}}
current-context: prod
";
        let pinned = only(serde_yaml::from_str(text).unwrap(), "lab");
        let written = serde_yaml::to_string(&pinned).unwrap();
        assert_eq!(pinned.current_context.as_deref(), Some("lab"));
        assert!(
            written.contains("mine") && !written.contains("secret") && !written.contains("prod"),
            "{written}"
        );
    }
}
