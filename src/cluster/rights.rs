//! Who may do what, as the API server's authorizer says.

use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec, SubjectAccessReview, SubjectAccessReviewSpec, SubjectAccessReviewStatus,
};
use kube::Api;
use kube::api::PostParams;

use super::{Cluster, fault};

impl Cluster {
    /// Whether somebody may do something in the lab's namespace; `who` is a user as Kubernetes spells it, empty for the one who asks.
    /// The resource may name its group and a subresource: `deployments.apps`, `pods/log`.
    ///
    /// # Errors
    /// What the server says when it does not tell.
    pub async fn may(&self, who: &str, verb: &str, resource: &str) -> Result<bool, String> {
        let attributes = Some(self.attributes(verb, resource));
        let params = PostParams::default();
        let status: Option<SubjectAccessReviewStatus> = if who.is_empty() {
            let spec = SelfSubjectAccessReviewSpec {
                resource_attributes: attributes,
                ..SelfSubjectAccessReviewSpec::default()
            };
            let review = SelfSubjectAccessReview {
                spec,
                ..SelfSubjectAccessReview::default()
            };
            let api: Api<SelfSubjectAccessReview> = Api::all(self.client.clone());
            api.create(&params, &review).await.map_err(|error| fault::say(&error))?.status
        } else {
            let spec = SubjectAccessReviewSpec {
                resource_attributes: attributes,
                user: Some(who.to_owned()),
                groups: Some(groups(who)),
                ..SubjectAccessReviewSpec::default()
            };
            let review = SubjectAccessReview {
                spec,
                ..SubjectAccessReview::default()
            };
            let api: Api<SubjectAccessReview> = Api::all(self.client.clone());
            api.create(&params, &review).await.map_err(|error| fault::say(&error))?.status
        };
        Ok(status.is_some_and(|status| status.allowed))
    }

    fn attributes(&self, verb: &str, resource: &str) -> ResourceAttributes {
        let (resource, subresource) = resource.split_once('/').map_or((resource, None), |(resource, sub)| (resource, Some(sub)));
        let (resource, group) = resource.split_once('.').unwrap_or((resource, ""));
        ResourceAttributes {
            namespace: Some(self.namespace.clone()),
            verb: Some(verb.to_owned()),
            group: Some(group.to_owned()),
            resource: Some(resource.to_owned()),
            subresource: subresource.map(str::to_owned),
            ..ResourceAttributes::default()
        }
    }
}

/// The groups that come with a user by its name.
fn groups(who: &str) -> Vec<String> {
    let mut groups = vec!["system:authenticated".to_owned()];
    if let Some((namespace, _)) = who.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':')) {
        groups.push("system:serviceaccounts".to_owned());
        groups.push(format!("system:serviceaccounts:{namespace}"));
    }
    groups
}

#[cfg(test)]
mod tests {
    use crate::cluster::stub;
    use serde_json::json;

    #[tokio::test]
    async fn a_service_account_is_asked_for_with_its_groups() {
        let cluster = stub::cluster(|asked| {
            assert_eq!(asked.path, "/apis/authorization.k8s.io/v1/subjectaccessreviews");
            let spec = &asked.body["spec"];
            assert_eq!(spec["groups"][2], "system:serviceaccounts:lab-1");
            let attributes = &spec["resourceAttributes"];
            assert_eq!((&attributes["resource"], &attributes["subresource"]), (&json!("pods"), &json!("log")));
            stub::json(&json!({"spec": {}, "status": {"allowed": attributes["verb"] == "get"}}))
        });
        let robot = "system:serviceaccount:lab-1:robot";
        assert_eq!(cluster.may(robot, "get", "pods/log").await, Ok(true));
        assert_eq!(cluster.may(robot, "delete", "pods/log").await, Ok(false));
    }

    #[tokio::test]
    async fn the_learner_is_asked_for_by_their_own_login() {
        let cluster = stub::cluster(|asked| {
            assert_eq!(asked.path, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews");
            assert_eq!(asked.body["spec"]["resourceAttributes"]["group"], "apps");
            stub::json(&json!({"spec": {}, "status": {"allowed": true}}))
        });
        assert_eq!(cluster.may("", "list", "deployments.apps").await, Ok(true));
    }
}
