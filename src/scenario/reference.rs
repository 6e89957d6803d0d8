//! An image reference, taken apart as the container runtime reads it, each part knowing whether it was written or is a default.

const DEFAULT_REGISTRY: &str = "docker.io";
const DEFAULT_USER: &str = "library";
const DEFAULT_TAG: &str = "latest";

/// A part of a reference, and whether it is there only by default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Piece {
    pub text: String,
    pub default: bool,
}

/// `registry/user/repository:tag` or `…@digest`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImageReference {
    /// As it was written.
    pub written: String,
    pub registry: Piece,
    /// What stands between registry and repository; empty where there is none.
    pub user: Piece,
    pub repository: String,
    /// None when only a digest is given.
    pub tag: Option<Piece>,
    pub digest: Option<String>,
}

impl ImageReference {
    /// Takes a reference apart. It never fails: what breaks the rules is shown where it stands.
    #[must_use]
    pub fn parse(written: &str) -> Self {
        let written = written.trim();
        let (name, digest) = match written.split_once('@') {
            Some((name, digest)) => (name, Some(digest.to_owned())),
            None => (written, None),
        };
        let slash = name.rfind('/').map_or(0, |at| at + 1);
        let (name, tag) = match name[slash..].find(':') {
            Some(at) => (&name[..slash + at], Some(&name[slash + at + 1..])),
            None => (name, None),
        };
        let (registry, path) = match name.split_once('/') {
            Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => (Some(first), rest),
            _ => (None, name),
        };
        let registry = registry.map(|registry| if registry == "index.docker.io" { DEFAULT_REGISTRY } else { registry });
        let on_hub = registry.is_none_or(|registry| registry == DEFAULT_REGISTRY);
        let (user, repository) = match path.rsplit_once('/') {
            Some((user, repository)) => (
                Piece {
                    text: user.to_owned(),
                    default: false,
                },
                repository,
            ),
            None if on_hub => (
                Piece {
                    text: DEFAULT_USER.to_owned(),
                    default: true,
                },
                path,
            ),
            None => (Piece::default(), path),
        };
        let tag = match (tag, &digest) {
            (Some(tag), _) => Some(Piece {
                text: tag.to_owned(),
                default: false,
            }),
            (None, None) => Some(Piece {
                text: DEFAULT_TAG.to_owned(),
                default: true,
            }),
            (None, Some(_)) => None,
        };
        Self {
            written: written.to_owned(),
            registry: Piece {
                text: registry.unwrap_or(DEFAULT_REGISTRY).to_owned(),
                default: registry.is_none(),
            },
            user,
            repository: repository.to_owned(),
            tag,
            digest,
        }
    }

    /// The reference in full, all defaults written out.
    #[must_use]
    pub fn normalised(&self) -> String {
        let mut full = self.name();
        if let Some(tag) = &self.tag {
            full = format!("{full}:{}", tag.text);
        }
        match &self.digest {
            Some(digest) => format!("{full}@{digest}"),
            None => full,
        }
    }

    /// Registry, user and repository in full, without tag and digest.
    #[must_use]
    pub fn name(&self) -> String {
        let parts = [self.registry.text.as_str(), &self.user.text, &self.repository];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
    }

    /// The name as people write it: without `docker.io/` and `library/`.
    #[must_use]
    pub fn familiar(&self) -> String {
        let name = self.name();
        let short = name.strip_prefix("docker.io/").unwrap_or(&name);
        short.strip_prefix("library/").unwrap_or(short).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(written: &str) -> (String, bool, String, bool, String, String) {
        let r = ImageReference::parse(written);
        let tag = r.tag.clone().unwrap_or_default();
        (
            r.registry.text,
            r.registry.default,
            r.user.text,
            r.user.default,
            r.repository,
            format!("{}{}", tag.text, if tag.default { "*" } else { "" }),
        )
    }

    #[test]
    fn every_part_knows_whether_it_is_a_default() {
        let s = str::to_owned;
        assert_eq!(parts("team/x:broken"), (s("docker.io"), true, s("team"), false, s("x"), s("broken")));
        assert_eq!(parts("nginx"), (s("docker.io"), true, s("library"), true, s("nginx"), s("latest*")));
        assert_eq!(parts("localhost:5000/x"), (s("localhost:5000"), false, s(""), false, s("x"), s("latest*")));
        assert_eq!(parts("ghcr.io/a/b/c:1"), (s("ghcr.io"), false, s("a/b"), false, s("c"), s("1")));
        assert_eq!(parts("docker.io/nginx:1"), (s("docker.io"), false, s("library"), true, s("nginx"), s("1")));
        assert_eq!(parts(""), (s("docker.io"), true, s("library"), true, s(""), s("latest*")));
    }

    #[test]
    fn normalised_and_familiar_names() {
        let digest = ImageReference::parse("nginx@sha256:abc");
        assert_eq!(
            (digest.tag.clone(), digest.normalised()),
            (None, "docker.io/library/nginx@sha256:abc".to_owned())
        );
        assert_eq!(ImageReference::parse("nginx:1@sha256:abc").normalised(), "docker.io/library/nginx:1@sha256:abc");
        assert_eq!(ImageReference::parse("docker.io/library/nginx:1").familiar(), "nginx");
        assert_eq!(ImageReference::parse("registry.k8s.io/pause:3").familiar(), "registry.k8s.io/pause");
    }
}
