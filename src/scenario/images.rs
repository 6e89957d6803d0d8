//! How the images of a scenario behave: as its author says, as the built-in catalogue knows, or as the manifests let one guess.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::Value;

use super::derive::expects_pull_failure;
use super::reference::ImageReference;
use super::{Manifest, Scenario, manifest};
use crate::image::{Catalogue, Image, Step};
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
    /// All images of this scenario's world: the built-in ones, and its own in front of them.
    #[must_use]
    pub fn registry(&self) -> Catalogue {
        let mut images = catalogue().clone();
        images.extend(self.images.clone());
        images
    }
}

/// A container of a scenario: where it stands, its image and what is set for it.
struct Container<'a> {
    /// Kind and name of the object, name of the container.
    place: (&'a str, &'a str, &'a str),
    image: ImageReference,
    env: BTreeSet<&'a str>,
    ports: Vec<u16>,
    paths: BTreeSet<String>,
}

/// The behaviours that go with a scenario besides the built-in ones.
#[must_use]
pub fn complete(scenario: &Scenario, declared: Catalogue) -> Catalogue {
    let built_in = catalogue();
    let broken = containers(&scenario.broken);
    let solved: Vec<Container> = containers(&scenario.solution).into_iter().chain(containers(&scenario.setup)).collect();
    let names: BTreeSet<String> = broken.iter().chain(&solved).map(|container| container.image.familiar()).collect();
    let mut images = declared;
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
                    let mut image = known.clone();
                    image.tags.extend(missing);
                    images.insert(name, image);
                }
            }
            None => drop(images.insert(name.clone(), guess(&name, tags, &broken, &solved))),
        }
    }
    images
}

/// The tags that must exist: those of the solution, and those of broken/ unless the missing tag is the lesson.
fn tags(scenario: &Scenario, name: &str, broken: &[Container], solved: &[Container]) -> Vec<String> {
    let of = |containers: &[Container]| -> Vec<String> {
        let here = containers.iter().filter(|container| container.image.familiar() == name);
        here.filter_map(|container| container.image.tag.as_ref().map(|tag| tag.text.clone())).collect()
    };
    let mut tags = of(solved);
    if !expects_pull_failure(scenario) && !scenario.expect_broken.is_empty() {
        tags.extend(of(broken));
    }
    tags.sort();
    tags.dedup();
    tags
}

/// A process that needs what only the solution sets, serves the ports that are declared, and stays.
fn guess(name: &str, tags: Vec<String>, broken: &[Container], solved: &[Container]) -> Image {
    let mut image = Image { tags, ..Image::default() };
    let mut needs = BTreeMap::new();
    let mut serve: BTreeMap<u16, BTreeSet<String>> = BTreeMap::new();
    let here = |containers: &&Container| containers.image.familiar() == name;
    for container in solved.iter().filter(here) {
        if let Some(before) = broken.iter().find(|other| other.place == container.place) {
            needs.extend(
                container
                    .env
                    .difference(&before.env)
                    .map(|env| ((*env).to_owned(), format!("fatal: {env} is not set"))),
            );
        }
    }
    // what broken/ declares may be the fault itself; it is asked only where the solution does not run the image
    let known = solved.iter().any(|container| here(&container));
    for container in if known { solved } else { broken }.iter().filter(here) {
        for port in &container.ports {
            serve
                .entry(*port)
                .or_insert_with(|| BTreeSet::from(["/".to_owned()]))
                .extend(container.paths.iter().cloned());
        }
    }
    image.ports = serve.keys().copied().collect();
    image.run.push(Step::Log("starting".to_owned()));
    if !needs.is_empty() {
        image.run.push(Step::NeedEnv(needs));
    }
    image.run.push(Step::Log("running".to_owned()));
    image.run.push(if serve.is_empty() {
        Step::Stay
    } else {
        Step::Serve(serve.into_iter().map(|(port, paths)| (port, paths.into_iter().collect())).collect())
    });
    image
}

fn containers(manifests: &[Manifest]) -> Vec<Container<'_>> {
    let mut found = Vec::new();
    for manifest in manifests {
        let Some(spec) = manifest::pod_spec(&manifest.object) else { continue };
        for container in manifest::containers(spec) {
            let Some(image) = container["image"].as_str() else { continue };
            let named = |list: &str| container[list].as_array().into_iter().flatten();
            found.push(Container {
                place: (manifest.kind(), manifest.name(), container["name"].as_str().unwrap_or_default()),
                image: ImageReference::parse(image),
                env: named("env").filter_map(|env| env["name"].as_str()).collect(),
                ports: named("ports")
                    .filter_map(|port| port["containerPort"].as_u64())
                    .filter_map(|port| u16::try_from(port).ok())
                    .collect(),
                paths: probe_paths(container),
            });
        }
    }
    found
}

fn probe_paths(container: &Value) -> BTreeSet<String> {
    let probes = ["livenessProbe", "readinessProbe", "startupProbe"].into_iter();
    probes
        .filter_map(|probe| container[probe]["httpGet"]["path"].as_str())
        .map(str::to_owned)
        .collect()
}
