//! What a request's path names.

use crate::practice::kind::Kind;

/// The thing a path stands for.
#[derive(Debug)]
pub enum Target {
    Health,
    Version,
    /// `/`: the list of paths.
    Root,
    /// `/api`.
    Core,
    /// `/apis`.
    Groups,
    /// `/apis/GROUP`.
    Group(String),
    /// `/api/v1` or `/apis/GROUP/VERSION`.
    GroupVersion(String, String),
    /// `/openapi/v2`.
    OldOpenApi,
    /// `/openapi/v3`.
    OpenApi,
    /// `/openapi/v3/…`: group and version.
    OpenApiGroup(String, String),
    Resource(Resource),
    /// A resource that is not served, as rights would name it.
    Unknown(Unknown),
    /// A path that is not part of the API.
    NoPage,
}

/// Where a request wanted to go.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Unknown {
    pub group: String,
    pub resource: String,
    pub namespace: String,
    pub name: String,
}

/// A collection or an object of a kind, or a part of an object.
#[derive(Debug, Clone)]
pub struct Resource {
    pub kind: &'static Kind,
    /// `None`: all namespaces, or no namespace.
    pub namespace: Option<String>,
    /// Empty for the collection.
    pub name: String,
    /// Empty for the object itself.
    pub sub: String,
    /// What follows `proxy`, from its `/`.
    pub rest: String,
}

impl Resource {
    /// The namespace as the store keeps it.
    pub fn ns(&self) -> &str {
        self.namespace.as_deref().unwrap_or_default()
    }
}

/// Reads a path, among the kinds that are served.
pub fn parse(path: &str, kinds: &[&'static Kind]) -> Target {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let served = |group: &str| kinds.iter().any(|kind| kind.group == group);
    match parts.as_slice() {
        [] => Target::Root,
        ["healthz" | "readyz" | "livez", ..] => Target::Health,
        ["version"] => Target::Version,
        ["openapi", "v2"] => Target::OldOpenApi,
        ["openapi", "v3"] => Target::OpenApi,
        ["openapi", "v3", "api", version] => Target::OpenApiGroup(String::new(), (*version).to_owned()),
        ["openapi", "v3", "apis", group, version] => Target::OpenApiGroup((*group).to_owned(), (*version).to_owned()),
        ["api"] => Target::Core,
        ["apis"] => Target::Groups,
        ["apis", group, ..] if !served(group) => Target::NoPage,
        ["apis", group] => Target::Group((*group).to_owned()),
        ["api", version] => Target::GroupVersion(String::new(), (*version).to_owned()),
        ["apis", group, version] => Target::GroupVersion((*group).to_owned(), (*version).to_owned()),
        ["api", version, rest @ ..] => resource("", version, rest, path, kinds),
        ["apis", group, version, rest @ ..] => resource(group, version, rest, path, kinds),
        _ => Target::NoPage,
    }
}

fn resource(group: &str, version: &str, rest: &[&str], path: &str, kinds: &[&'static Kind]) -> Target {
    // `namespaces/x` and its own parts are the Namespace; anything else below it is in the namespace.
    let (namespace, rest) = match rest {
        ["namespaces", _] | ["namespaces", _, "status" | "finalize"] => (None, rest),
        ["namespaces", namespace, rest @ ..] => (Some((*namespace).to_owned()), rest),
        _ => (None, rest),
    };
    let (plural, name, sub) = match rest {
        [plural, name, "proxy", ..] => (*plural, *name, "proxy"),
        [plural] => (*plural, "", ""),
        [plural, name] => (*plural, *name, ""),
        [plural, name, sub, ..] => (*plural, *name, *sub),
        [] => ("", "", ""),
    };
    let found = kinds
        .iter()
        .copied()
        .find(|kind| kind.group == group && kind.version == version && kind.plural == plural);
    let known = found.filter(|kind| {
        let misplaced = namespace.is_some() && !kind.namespaced || namespace.is_none() && kind.namespaced && !name.is_empty();
        // What a cluster defined is asked for any part.
        let part = sub.is_empty() || kind.custom.is_some() || kind.subresources.contains(&sub) && (rest.len() == 3 || sub == "proxy");
        !misplaced && part
    });
    let Some(kind) = known else {
        let resource = if sub.is_empty() { plural.to_owned() } else { format!("{plural}/{sub}") };
        return Target::Unknown(Unknown {
            group: group.to_owned(),
            resource,
            namespace: namespace.unwrap_or_default(),
            name: name.to_owned(),
        });
    };
    Target::Resource(Resource {
        kind,
        namespace,
        name: name.to_owned(),
        sub: sub.to_owned(),
        rest: path
            .split_once("/proxy")
            .filter(|_| sub == "proxy")
            .map_or(String::new(), |(_, rest)| rest.to_owned()),
    })
}
