//! How the images of a scenario behave: as its author says, as the built-in catalogue knows, or as the manifests let one guess.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::derive::{expects_pull_failure, wanted};
use super::infer::{self, Inferred};
use super::process::{Process, processes};
use super::{Manifest, Scenario};
use crate::image::Catalogue;
use crate::yaml;

/// The images that klab knows without being told.
pub fn catalogue() -> &'static Catalogue {
    static BUILT_IN: LazyLock<Catalogue> = LazyLock::new(|| {
        let documents = yaml::documents("assets/images.yaml", include_str!("../../assets/images.yaml")).unwrap_or_default();
        documents
            .into_iter()
            .find_map(|(_, value, _)| serde_json::from_value(value).ok())
            .unwrap_or_default()
    });
    &BUILT_IN
}

impl Scenario {
    /// Of which images klab only inferred what they do, without saying what: that is the lesson.
    #[must_use]
    pub fn inference(&self) -> Option<String> {
        let names: Vec<&str> = self.inferred.iter().filter_map(|told| told.split(": ").next()).collect();
        let one = names.len() == 1;
        let (these, behave) = if one { ("this image", "behaves") } else { ("these images", "behave") };
        (!names.is_empty()).then(|| format!("On the practice cluster {these} {behave} as inferred from the manifests: {}", names.join(", ")))
    }

    /// All images of this scenario's world: the built-in ones, and its own in front of them.
    #[must_use]
    pub fn registry(&self) -> Catalogue {
        let mut images = catalogue().clone();
        images.extend(self.images.clone());
        images
    }
}

/// The behaviours that go with a scenario besides the built-in ones, and what of them was only inferred.
#[must_use]
pub fn complete(scenario: &Scenario, declared: Catalogue) -> (Catalogue, Vec<String>) {
    let built_in = catalogue();
    let before: Vec<&Manifest> = scenario.broken.iter().chain(&scenario.setup).collect();
    let (broken, solved) = (processes(&before), processes(&wanted(scenario)));
    let names: BTreeSet<String> = broken.iter().chain(&solved).map(|process| process.image.familiar()).collect();
    let (mut images, mut notes) = (declared, Vec::new());
    for name in names {
        if images.contains_key(&name) {
            continue;
        }
        let tags = tags(scenario, &name, &broken, &solved);
        match built_in.get(&name) {
            // a scenario may use a tag of a well-known image that the catalogue has not heard of
            Some(known) => {
                let missing: Vec<String> = tags.into_iter().filter(|tag| !known.tags.contains(tag)).collect();
                if !missing.is_empty() {
                    notes.push(format!("{name}: tag {} exists as well", missing.join(", ")));
                    let mut image = known.clone();
                    image.tags.extend(missing);
                    images.insert(name, image);
                }
            }
            None => {
                let Inferred { image, why } = infer::behaviour(&name, tags, &broken, &solved);
                notes.push(format!("{name}: {}", why.join("; ")));
                images.insert(name, image);
            }
        }
    }
    (images, notes)
}

/// The tags that must exist: those of the solution, and those of broken/ unless the missing tag is the lesson.
fn tags(scenario: &Scenario, name: &str, broken: &[Process], solved: &[Process]) -> Vec<String> {
    let of = |processes: &[Process]| -> Vec<String> {
        let here = processes.iter().filter(|process| process.image.familiar() == name);
        here.filter_map(|process| process.image.tag.as_ref().map(|tag| tag.text.clone())).collect()
    };
    let mut tags = of(solved);
    if !expects_pull_failure(scenario) && !scenario.expect_broken.is_empty() {
        tags.extend(of(broken));
    }
    tags.sort();
    tags.dedup();
    tags
}
