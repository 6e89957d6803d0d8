//! Image references, what a registry answers to a pull, and the texts containerd makes of it.

use crate::image::{Catalogue, Image, Refusal};

/// An image reference with its defaults filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    pub host: String,
    /// Without the host: `library/nginx`.
    pub path: String,
    pub tag: String,
    pub digest: Option<String>,
}

impl Reference {
    /// Takes a reference apart.
    ///
    /// # Errors
    /// The text containerd's parser would give.
    pub fn parse(image: &str) -> Result<Self, String> {
        let (rest, digest) = image.split_once('@').map_or((image, None), |(rest, digest)| (rest, Some(digest.to_owned())));
        let (name, tag) = match rest.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, tag.to_owned()),
            _ => (rest, String::new()),
        };
        let first = name.split('/').next().unwrap_or_default();
        let has_host = name.contains('/') && (first.contains(['.', ':']) || first == "localhost");
        let (host, path) = if has_host {
            name.split_once('/').unwrap_or(("", name))
        } else {
            ("docker.io", name)
        };
        if path.chars().any(|c| c.is_ascii_uppercase()) {
            return Err(format!("invalid reference format: repository name ({path}) must be lowercase"));
        }
        let word = |text: &str| text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
        let tag_ok = rest.len() == name.len() || (word(&tag) && tag.len() <= 128);
        if path.is_empty() || !path.split('/').all(word) || !tag_ok || digest.as_ref().is_some_and(|digest| !digest.starts_with("sha256:")) {
            return Err("invalid reference format".to_owned());
        }
        let path = if host == "docker.io" && !path.contains('/') {
            format!("library/{path}")
        } else {
            path.to_owned()
        };
        let tag = if tag.is_empty() && digest.is_none() { "latest".to_owned() } else { tag };
        Ok(Self {
            host: host.to_owned(),
            path,
            tag,
            digest,
        })
    }

    /// `docker.io/library/nginx`.
    pub fn repository(&self) -> String {
        format!("{}/{}", self.host, self.path)
    }

    /// The whole reference, normalised.
    pub fn full(&self) -> String {
        let tag = if self.tag.is_empty() { String::new() } else { format!(":{}", self.tag) };
        let digest = self.digest.as_ref().map(|digest| format!("@{digest}")).unwrap_or_default();
        format!("{}{tag}{digest}", self.repository())
    }

    /// The repository's entry in the catalogue, whichever of its names is used there.
    pub fn find<'a>(&self, catalogue: &'a Catalogue) -> Option<&'a Image> {
        let short = self.path.strip_prefix("library/").unwrap_or(&self.path);
        let hub = self.host == "docker.io";
        catalogue.get(&self.repository()).or_else(|| {
            if hub {
                catalogue.get(short).or_else(|| catalogue.get(&self.path))
            } else {
                None
            }
        })
    }

    /// Whether it says which image it means by itself: no default tag, not `latest`.
    pub fn moving(&self) -> bool {
        self.digest.is_none() && self.tag == "latest"
    }

    /// The digest this reference stands for.
    pub fn image_id(&self) -> String {
        self.digest.as_ref().map_or_else(
            || format!("{}@sha256:{}", self.repository(), digest(&self.full())),
            |digest| format!("{}@{digest}", self.repository()),
        )
    }

    /// How large the image is said to be.
    pub fn size(&self) -> u64 {
        3_000_000 + fnv(&self.full()) % 90_000_000
    }
}

/// The name server that the machines ask.
const RESOLVER: &str = "10.0.0.2:53";

/// What the registry answers to a pull.
///
/// # Errors
/// containerd's text for the refusal.
pub fn pull<'a>(reference: &Reference, catalogue: &'a Catalogue) -> Result<&'a Image, String> {
    let full = reference.full();
    let failed = |code: &str, why: String| {
        Err(format!(
            "rpc error: code = {code} desc = failed to pull and unpack image \"{full}\": failed to resolve image: {why}"
        ))
    };
    let Some(image) = reference.find(catalogue) else {
        return match reference.host.as_str() {
            "docker.io" => refuse(Refusal::Denied, reference),
            "ghcr.io" | "quay.io" => refuse(Refusal::Unauthorized, reference),
            "registry.k8s.io" | "gcr.io" => failed("NotFound", format!("{full}: not found")),
            _ => refuse(Refusal::UnknownHost, reference),
        };
    };
    match image.registry {
        Some(refusal) => refuse(refusal, reference),
        None if reference.digest.is_none() && !image.tags.contains(&reference.tag) => failed("NotFound", format!("{full}: not found")),
        // Which digests exist is not declared: only the one a known tag stands for does.
        None if reference
            .digest
            .as_ref()
            .is_some_and(|digest| !image.tags.iter().any(|tag| tagged(reference, tag).image_id().ends_with(digest.as_str()))) =>
        {
            failed("NotFound", format!("{full}: not found"))
        }
        None => Ok(image),
    }
}

fn tagged(reference: &Reference, tag: &str) -> Reference {
    Reference {
        tag: tag.to_owned(),
        digest: None,
        ..reference.clone()
    }
}

fn refuse<T>(refusal: Refusal, reference: &Reference) -> Result<T, String> {
    let (full, tag) = (reference.full(), &reference.tag);
    let server = if reference.host == "docker.io" {
        "registry-1.docker.io"
    } else {
        &reference.host
    };
    let point = reference.digest.as_ref().unwrap_or(tag);
    let url = format!("https://{server}/v2/{}/manifests/{point}", reference.path);
    let (code, why) = match refusal {
        Refusal::Denied => (
            "Unknown",
            "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed".to_owned(),
        ),
        Refusal::Unauthorized => (
            "Unknown",
            format!(
                "failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://{server}/v2/token?scope=repository%3A{}%3Apull&service={server}: 401 Unauthorized",
                reference.path.replace('/', "%2F")
            ),
        ),
        Refusal::RateLimited => (
            "Unknown",
            format!(
                "unexpected status from HEAD request to {url}: 429 Too Many Requests\ntoomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit"
            ),
        ),
        Refusal::Timeout => ("Unknown", format!("failed to do request: Head \"{url}\": dial tcp: i/o timeout")),
        Refusal::UnknownHost => (
            "Unknown",
            format!(
                "failed to do request: Head \"{url}\": dial tcp: lookup {} on {RESOLVER}: no such host",
                server.split(':').next().unwrap_or(server)
            ),
        ),
        Refusal::ManifestUnknown => ("NotFound", format!("{full}: not found: manifest unknown")),
    };
    // The kubelet leaves out a code that says nothing.
    let code = if code == "Unknown" {
        String::new()
    } else {
        format!("rpc error: code = {code} desc = ")
    };
    Err(format!("{code}failed to pull and unpack image \"{full}\": failed to resolve image: {why}"))
}

fn fnv(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A digest made of a text: the same for the same text.
fn digest(text: &str) -> String {
    (0..4).map(|part| format!("{:016x}", fnv(&format!("{part}{text}")))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_filled_in() {
        for (image, full) in [
            ("nginx", "docker.io/library/nginx:latest"),
            ("florist/rose:2", "docker.io/florist/rose:2"),
            ("localhost:5000/rose", "localhost:5000/rose:latest"),
            ("quay.io/a/b/c:x", "quay.io/a/b/c:x"),
            ("rose@sha256:00", "docker.io/library/rose@sha256:00"),
        ] {
            assert_eq!(Reference::parse(image).map(|reference| reference.full()), Ok(full.to_owned()));
        }
        assert!(Reference::parse("a b").is_err() && Reference::parse("rose:").is_err() && Reference::parse("").is_err());
    }

    #[test]
    fn each_refusal_has_its_own_text() {
        let reference = Reference::parse("florist/rose:2").expect("reference");
        for (refusal, part) in [
            (Refusal::Denied, "pull access denied, repository does not exist or may require authorization"),
            (Refusal::Unauthorized, "401 Unauthorized"),
            (Refusal::RateLimited, "toomanyrequests"),
            (Refusal::Timeout, "dial tcp: i/o timeout"),
            (Refusal::UnknownHost, "lookup registry-1.docker.io on 10.0.0.2:53: no such host"),
            (Refusal::ManifestUnknown, "manifest unknown"),
        ] {
            let catalogue = Catalogue::from([(
                "florist/rose".to_owned(),
                Image {
                    tags: vec!["2".into()],
                    registry: Some(refusal),
                    ..Image::default()
                },
            )]);
            let why = pull(&reference, &catalogue).expect_err("refusal");
            assert!(why.contains(part), "{why}");
            assert_eq!(
                why.starts_with("rpc error: code = NotFound desc = "),
                refusal == Refusal::ManifestUnknown,
                "{why}"
            );
        }
    }

    #[test]
    fn a_digest_is_there_when_a_tag_stands_for_it() {
        let catalogue = Catalogue::from([(
            "rose".to_owned(),
            Image {
                tags: vec!["2".into()],
                ..Image::default()
            },
        )]);
        let tagged = Reference::parse("rose:2").expect("reference").image_id();
        assert!(pull(&Reference::parse(&tagged).expect("by digest"), &catalogue).is_ok());
        assert!(pull(&Reference::parse("rose@sha256:00").expect("other"), &catalogue).is_err_and(|why| why.ends_with("rose@sha256:00: not found")));
    }
}
