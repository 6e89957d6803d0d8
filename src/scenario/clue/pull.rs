//! A failed image pull: which failure it is, which part of the reference it blames, and how to see what exists.

use std::ops::Range;

use super::{Clue, Fault, explain, rules};
use crate::image::Catalogue;
use crate::scenario::reference::ImageReference;

/// Why an image does not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PullFault {
    NotFound,
    Denied,
    Unauthorized,
    RateLimited,
    Timeout,
    UnknownHost,
    ManifestUnknown,
    Digest,
    InvalidName,
    NeverPull,
    Other,
}

/// A part of an image reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Registry,
    Repository,
    Tag,
    Digest,
    /// The reference is not to blame.
    None,
}

/// The part that a message blames, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blame {
    pub part: Part,
    pub why: &'static str,
}

/// Which failure a message tells of, and where in it the words stand that decide.
#[must_use]
pub fn classify(message: &str, image: Option<&ImageReference>) -> (PullFault, Vec<Range<usize>>) {
    let bare = without_names(message, image);
    for (fault, phrases) in rules::PULLS {
        if let Some((phrase, at)) = phrases.iter().find_map(|phrase| bare.rfind(phrase).map(|at| (phrase, at))) {
            let by_digest = *fault == PullFault::NotFound && image.is_some_and(|image| image.digest.is_some());
            let range = at..at + phrase.len();
            return (if by_digest { PullFault::Digest } else { *fault }, vec![range]);
        }
    }
    (PullFault::Other, Vec::new())
}

/// The message in lower case, with the image's names blanked at equal length: an image may be called anything.
fn without_names(message: &str, image: Option<&ImageReference>) -> String {
    let mut bare = message.to_ascii_lowercase();
    let Some(image) = image else { return bare };
    let mut names = [
        image.normalised(),
        image.written.clone(),
        image.name(),
        image.familiar(),
        format!("{}/{}", image.user.text, image.repository),
    ];
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    for name in names.iter().map(|name| name.to_ascii_lowercase()).filter(|name| name.len() > 3) {
        bare = bare.replace(&name, &"\u{1}".repeat(name.len()));
    }
    bare
}

/// The image that a message quotes first.
#[must_use]
pub fn quoted_image(message: &str) -> Option<ImageReference> {
    let (_, rest) = message.split_once("image")?;
    let (_, rest) = rest.split_once('"')?;
    let (name, _) = rest.split_once('"')?;
    (!name.is_empty()).then(|| ImageReference::parse(name))
}

/// Which part of the reference the message blames, and why.
#[must_use]
pub fn which_part(clue: &Clue) -> Blame {
    let Fault::Pull(fault) = clue.fault else {
        return Blame {
            part: Part::None,
            why: "The image is there; the fault lies elsewhere.",
        };
    };
    let part = match fault {
        PullFault::NotFound | PullFault::ManifestUnknown => Part::Tag,
        PullFault::Denied | PullFault::InvalidName => Part::Repository,
        PullFault::Unauthorized | PullFault::Timeout | PullFault::UnknownHost => Part::Registry,
        PullFault::Digest => Part::Digest,
        PullFault::RateLimited | PullFault::NeverPull | PullFault::Other => Part::None,
    };
    Blame {
        part,
        why: explain::blame(fault),
    }
}

/// Which tags exist: on practice from its registry, on a real cluster how to ask.
#[must_use]
pub fn tags_line(clue: &Clue, catalogue: Option<&Catalogue>) -> String {
    let Some(image) = &clue.image else {
        return "No image is named here.".to_owned();
    };
    let Some(catalogue) = catalogue else { return how_to_ask(image) };
    let known = [image.familiar(), image.name(), image.written.clone()]
        .iter()
        .find_map(|name| catalogue.get(name));
    match known {
        Some(known) if known.tags.is_empty() => format!("The registry has {}, but no tag of it.", image.familiar()),
        Some(known) => format!("The registry has {} with: {}", image.familiar(), known.tags.join(", ")),
        None => format!("The registry has no repository {}.", image.familiar()),
    }
}

fn how_to_ask(image: &ImageReference) -> String {
    let name = image.name();
    let page = match image.registry.text.as_str() {
        "docker.io" if image.user.default => format!(", or look at https://hub.docker.com/_/{}/tags", image.repository),
        "docker.io" => format!(", or look at https://hub.docker.com/r/{}/tags", image.familiar()),
        "quay.io" => format!(", or look at https://quay.io/repository/{}/{}?tab=tags", image.user.text, image.repository),
        "ghcr.io" => format!(
            ", or look for {} under the Packages of https://github.com/{}",
            image.repository, image.user.text
        ),
        _ => String::new(),
    };
    format!(
        "Ask the registry: `skopeo list-tags docker://{name}`, `crane ls {name}`, `docker manifest inspect {}`{page}",
        image.normalised()
    )
}

/// What to say when a mended pull lets the next fault show: the container now starts and crashes.
#[must_use]
pub fn behind(before: &Clue, now: &Clue) -> Option<String> {
    if !matches!((before.fault, now.fault), (Fault::Pull(_), Fault::Crash | Fault::Config)) {
        return None;
    }
    let mended = match (&before.image, &now.image) {
        (Some(old), Some(new)) if old.registry.text != new.registry.text => "the registry is mended",
        (Some(old), Some(new)) if old.name() != new.name() => "the repository is mended",
        (Some(old), Some(new)) if old.tag.as_ref().map(|tag| &tag.text) != new.tag.as_ref().map(|tag| &tag.text) => "the tag is mended",
        (Some(old), Some(new)) if old.digest != new.digest => "the digest is mended",
        _ => "the image comes now",
    };
    Some(format!("{mended}, a second fault was behind it"))
}
