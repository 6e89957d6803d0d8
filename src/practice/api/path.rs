//! What a request's path names.

use crate::practice::kind::{self, Kind};
use crate::practice::status::Status;

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

/// Reads a path.
pub fn parse(path: &str) -> Result<Target, Status> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [] => Ok(Target::Root),
        ["healthz" | "readyz" | "livez", ..] => Ok(Target::Health),
        ["version"] => Ok(Target::Version),
        ["openapi", "v2"] => Ok(Target::OldOpenApi),
        ["openapi", "v3"] => Ok(Target::OpenApi),
        ["openapi", "v3", "api", version] => Ok(Target::OpenApiGroup(String::new(), (*version).to_owned())),
        ["openapi", "v3", "apis", group, version] => Ok(Target::OpenApiGroup((*group).to_owned(), (*version).to_owned())),
        ["api"] => Ok(Target::Core),
        ["apis"] => Ok(Target::Groups),
        ["apis", group] => Ok(Target::Group((*group).to_owned())),
        ["api", version] => Ok(Target::GroupVersion(String::new(), (*version).to_owned())),
        ["apis", group, version] => Ok(Target::GroupVersion((*group).to_owned(), (*version).to_owned())),
        ["api", version, rest @ ..] => resource("", version, rest, path),
        ["apis", group, version, rest @ ..] => resource(group, version, rest, path),
        _ => Err(Status::no_such_path()),
    }
}

fn resource(group: &str, version: &str, rest: &[&str], path: &str) -> Result<Target, Status> {
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
        [plural, name, sub] => (*plural, *name, *sub),
        _ => return Err(Status::no_such_path()),
    };
    let kind = kind::by_plural(group, version, plural).ok_or_else(Status::no_such_path)?;
    let misplaced = namespace.is_some() && !kind.namespaced || namespace.is_none() && kind.namespaced && !name.is_empty();
    if misplaced || !sub.is_empty() && !kind.subresources.contains(&sub) {
        return Err(Status::no_such_path());
    }
    Ok(Target::Resource(Resource {
        kind,
        namespace,
        name: name.to_owned(),
        sub: sub.to_owned(),
        rest: path
            .split_once("/proxy")
            .filter(|_| sub == "proxy")
            .map_or(String::new(), |(_, rest)| rest.to_owned()),
    }))
}
