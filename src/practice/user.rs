//! Who makes a request: the cluster's administrator, a ServiceAccount, or whom an administrator speaks for.

use std::collections::BTreeMap;

use axum::http::HeaderMap;

/// A user and the groups it belongs to. A server puts the one it let in into the request's extensions; without one, klab itself asks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct User {
    pub name: String,
    pub groups: Vec<String>,
    /// Empty when nothing gave it one.
    pub uid: String,
    /// What else is known of it, by key.
    pub extra: BTreeMap<String, Vec<String>>,
}

impl User {
    /// Who may do everything: the learner, and klab itself.
    #[must_use]
    pub fn administrator() -> Self {
        Self {
            name: "admin".to_owned(),
            groups: vec!["system:masters".to_owned(), "system:authenticated".to_owned()],
            ..Self::default()
        }
    }

    /// A user by its name; a ServiceAccount is in its groups.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let mut groups = Vec::new();
        if let Some(account) = name.strip_prefix("system:serviceaccount:") {
            let namespace = account.split(':').next().unwrap_or_default();
            groups = vec!["system:serviceaccounts".to_owned(), format!("system:serviceaccounts:{namespace}")];
        }
        groups.push("system:authenticated".to_owned());
        Self {
            name: name.to_owned(),
            groups,
            ..Self::default()
        }
    }

    /// For whom this user speaks: itself, or who the `Impersonate-` headers name.
    ///
    /// # Errors
    /// The groups that are named without a user.
    pub fn speaking_for(self, headers: &HeaderMap) -> Result<Self, String> {
        let values = |name: &str| -> Vec<String> {
            let given = headers.get_all(name).iter();
            given.filter_map(|value| value.to_str().ok().map(str::to_owned)).collect()
        };
        let groups = values("impersonate-group");
        let Some(name) = values("impersonate-user").into_iter().next() else {
            let quoted: Vec<String> = groups.iter().map(|group| format!("{group:?}")).collect();
            return if groups.is_empty() { Ok(self) } else { Err(quoted.join(", ")) };
        };
        let mut user = Self::named(&name);
        if !groups.is_empty() {
            user.groups = groups;
            user.groups.push("system:authenticated".to_owned());
        }
        user.uid = values("impersonate-uid").into_iter().next().unwrap_or_default();
        for (header, value) in headers {
            if let (Some(key), Ok(value)) = (header.as_str().strip_prefix("impersonate-extra-"), value.to_str()) {
                user.extra.entry(key.to_owned()).or_default().push(value.to_owned());
            }
        }
        Ok(user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_administrator_speaks_for_a_service_account() {
        let mut headers = HeaderMap::new();
        assert_eq!(User::administrator().speaking_for(&headers).unwrap().name, "admin");
        headers.insert("impersonate-user", "system:serviceaccount:lab:robot".parse().unwrap());
        let robot = User::administrator().speaking_for(&headers).unwrap();
        assert_eq!(robot.name, "system:serviceaccount:lab:robot");
        assert_eq!(robot.groups, ["system:serviceaccounts", "system:serviceaccounts:lab", "system:authenticated"]);
        headers.append("impersonate-group", "readers".parse().unwrap());
        headers.append("impersonate-group", "writers".parse().unwrap());
        assert_eq!(
            User::administrator().speaking_for(&headers).unwrap().groups,
            ["readers", "writers", "system:authenticated"]
        );
    }
}
