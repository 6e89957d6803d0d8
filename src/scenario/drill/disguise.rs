//! A scenario under other names and, where there are others, with other tags: the same fault, and nothing to recognise it by.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Chance;
use crate::image::Catalogue;
use crate::scenario::{Cheat, ClueRule, Deed, Manifest, Scenario, Test, Want, kind};
use crate::yaml;

const WORDS: [&str; 40] = [
    "alder", "amber", "anchor", "aspen", "basalt", "beacon", "birch", "bramble", "cedar", "cobalt", "coral", "cypress", "dahlia", "delta", "ember", "fennel",
    "flint", "garnet", "gorse", "harbor", "hazel", "heron", "indigo", "juniper", "kestrel", "larch", "linden", "lupin", "marble", "meadow", "onyx", "osprey",
    "pebble", "plover", "quartz", "rowan", "sable", "saffron", "tundra", "willow",
];
/// Tags that nobody has pushed; one takes the place of a tag that does not exist.
const ABSENT: [&str; 6] = ["v9.9", "stabel", "0.0.1-rc7", "release-x", "lastest", "2.71"];

/// The words in the order in which they are used up.
pub fn words(chance: &mut Chance) -> Vec<String> {
    let mut words = WORDS.to_vec();
    for at in (1..words.len()).rev() {
        words.swap(at, chance.up_to(at + 1));
    }
    words.into_iter().map(str::to_owned).collect()
}

/// The scenario with its objects renamed and its tags changed.
pub fn disguised(scenario: &Scenario, words: &mut Vec<String>, chance: &mut Chance) -> Scenario {
    let mut twin = scenario.clone();
    let mut names = BTreeMap::new();
    for name in renamable(scenario) {
        if let Some(word) = words.pop() {
            names.insert(name, word);
        }
    }
    let mask = Mask {
        names,
        images: tags(scenario, chance),
    };
    twin.files.clear();
    twin.inferred.clear();
    twin.hint_offers.clear();
    twin.repairs.clear();
    let cheats = twin.cheats.iter_mut().flat_map(|cheat| &mut cheat.does);
    twin.trigger.iter_mut().chain(cheats).for_each(|deed| mask.deed(deed));
    for manifest in [&mut twin.setup, &mut twin.broken, &mut twin.solution].into_iter().flatten() {
        mask.manifest(manifest);
    }
    for goal in &mut twin.goals {
        mask.text(&mut goal.title);
        mask.want(&mut goal.what);
    }
    for Cheat { when, say, .. } in &mut twin.cheats {
        mask.text(say);
        when.iter_mut().for_each(|want| mask.want(want));
    }
    for rule in &mut twin.clues {
        match rule {
            ClueRule::Event { message, .. } => mask.text(message),
            ClueRule::Log { container, line } => [container, line].into_iter().for_each(|text| mask.text(text)),
            ClueRule::Condition { .. } | ClueRule::Mismatch { .. } => {}
        }
    }
    twin
}

fn manifests(scenario: &Scenario) -> impl Iterator<Item = &Manifest> {
    [&scenario.setup, &scenario.broken, &scenario.solution].into_iter().flatten()
}

/// Names of objects that mean nothing else: no key of a manifest, no part of an image, nothing that outlives the namespace.
fn renamable(scenario: &Scenario) -> BTreeSet<String> {
    let mut taken = BTreeSet::new();
    for manifest in manifests(scenario) {
        meanings(&manifest.object, &mut taken);
    }
    // nodes and images are not renamed, so what they speak of keeps its name
    for node in &scenario.nodes {
        let texts = node.labels.iter().flat_map(|(key, value)| [key, value]).chain(&node.taints).chain([&node.name]);
        taken.extend(texts.flat_map(|text| runs(text)).map(|(run, _)| run.to_owned()));
    }
    if let Ok(images) = serde_json::to_value(&scenario.images) {
        spoken(&images, &mut taken);
    }
    let namespaced = manifests(scenario).filter(|manifest| !kind::is_cluster_scoped(manifest.kind()));
    namespaced
        .map(|manifest| manifest.name().to_owned())
        .filter(|name| !taken.contains(name))
        .collect()
}

/// Every word of every text.
fn spoken(value: &Value, taken: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => taken.extend(runs(text).map(|(run, _)| run.to_owned())),
        Value::Array(items) => items.iter().for_each(|item| spoken(item, taken)),
        Value::Object(fields) => fields.iter().for_each(|(key, value)| {
            taken.extend(runs(key).map(|(run, _)| run.to_owned()));
            spoken(value, taken);
        }),
        _ => {}
    }
}

fn meanings(value: &Value, taken: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| meanings(item, taken)),
        Value::Object(fields) => {
            for (key, value) in fields {
                taken.extend(runs(key).map(|(run, _)| run.to_owned()));
                match value.as_str() {
                    Some(image) if key == "image" => taken.extend(runs(image).map(|(run, _)| run.to_owned())),
                    Some(kind) if key == "kind" => drop(taken.insert(kind.to_owned())),
                    _ => meanings(value, taken),
                }
            }
        }
        _ => {}
    }
}

/// Stretches of letters, digits, `-` and `_`, and where each begins.
fn runs(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let breaks = |char: char| !(char.is_alphanumeric() || char == '-' || char == '_');
    text.split(breaks)
        .filter(|run| !run.is_empty())
        .map(|run| (run, run.as_ptr() as usize - text.as_ptr() as usize))
}

/// Each image that is to be another one: a tag that exists gives way to one that exists, a missing one to a missing one.
fn tags(scenario: &Scenario, chance: &mut Chance) -> BTreeMap<String, String> {
    let known: Catalogue = scenario.registry();
    let mut images = BTreeSet::new();
    for manifest in manifests(scenario) {
        images_of(&manifest.object, &mut images);
    }
    let mut changed = BTreeMap::new();
    for image in images {
        let Some((repository, tag)) = image.rsplit_once(':') else { continue };
        let Some(of) = known.get(repository).filter(|of| of.registry.is_none()) else {
            continue;
        };
        let other = if of.tags.iter().any(|known| known == tag) {
            chance.one(&of.tags).cloned()
        } else {
            let absent: Vec<&str> = ABSENT.into_iter().filter(|absent| of.tags.iter().all(|known| known != absent)).collect();
            chance.one(&absent).map(|absent| (*absent).to_owned())
        };
        if let Some(other) = other {
            changed.insert(image.clone(), format!("{repository}:{other}"));
        }
    }
    changed
}

fn images_of(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| images_of(item, found)),
        Value::Object(fields) => {
            found.extend(fields.get("image").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| images_of(value, found));
        }
        _ => {}
    }
}

struct Mask {
    names: BTreeMap<String, String>,
    images: BTreeMap<String, String>,
}

impl Mask {
    /// Every name in a text; behind a single slash stands a path, which stays.
    fn text(&self, text: &mut String) {
        if let Some(image) = self.images.get(text.as_str()) {
            text.clone_from(image);
            return;
        }
        let mut told = String::with_capacity(text.len());
        let mut at = 0;
        for (run, start) in runs(text) {
            let path = text[..start].ends_with('/') && !text[..start].ends_with("//");
            let Some(name) = self.name(run).filter(|_| !path) else { continue };
            told.push_str(&text[at..start]);
            told.push_str(&name);
            at = start + run.len();
        }
        told.push_str(&text[at..]);
        *text = told;
    }

    /// The name itself, or that of one of a StatefulSet's pods.
    fn name(&self, run: &str) -> Option<String> {
        if let Some(name) = self.names.get(run) {
            return Some(name.clone());
        }
        let (set, ordinal) = run.rsplit_once('-')?;
        let numbered = !ordinal.is_empty() && ordinal.bytes().all(|byte| byte.is_ascii_digit());
        self.names.get(set).filter(|_| numbered).map(|name| format!("{name}-{ordinal}"))
    }

    fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(fields) => fields.iter_mut().for_each(|(key, value)| {
                if key != "kind" && key != "apiVersion" && key != "apiGroup" {
                    self.value(value);
                }
            }),
            _ => {}
        }
    }

    fn manifest(&self, manifest: &mut Manifest) {
        self.value(&mut manifest.object);
        manifest.text = yaml::print(&manifest.object);
    }

    fn deed(&self, deed: &mut Deed) {
        match deed {
            Deed::Delete { name, .. } | Deed::Scale { name, .. } | Deed::Restart { name, .. } | Deed::Undo { name, .. } => self.text(name),
            Deed::Request { service, .. } => self.text(service),
            Deed::Patch { name, patch, .. } => {
                self.text(name);
                self.value(patch);
            }
            Deed::Apply(manifests) | Deed::Replace(manifests) => manifests.iter_mut().for_each(|manifest| self.manifest(manifest)),
            Deed::Finalize => {}
        }
    }

    fn want(&self, want: &mut Want) {
        match want {
            Want::Ready { name, .. } | Want::Condition { name, .. } | Want::Gone { name, .. } => self.text(name),
            Want::Endpoints { service, .. } => self.text(service),
            Want::Value { name, path, test, .. } => {
                self.text(name);
                self.text(path);
                match test {
                    Test::Is(value) | Test::Not(value) => self.value(value),
                    Test::Like(text) => self.text(text),
                    Test::AtLeast(_) | Test::AtMost(_) | Test::UnsetOrAtMost(_) | Test::Exists(_) => {}
                }
            }
            Want::Answers { service, body, .. } => {
                self.text(service);
                self.text(body);
            }
            Want::Can { who, .. } => self.text(who),
            Want::Runs { programs } => programs.iter_mut().for_each(|program| self.text(&mut program.workload)),
            Want::SeenBroken | Want::Quiet | Want::Pulls => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_name_is_another_wherever_it_stands_for_the_object() {
        let service = json!({"kind": "Service", "metadata": {"name": "db"}, "spec": {"selector": {"app": "db"}}});
        let deployment = json!({"kind": "Deployment", "metadata": {"name": "web"}, "spec": {"template": {"spec": {"containers": [
            {"name": "web", "image": "nginx:1", "command": ["sh", "-c", "wget http://db:8080/db && cat /etc/web/db-0.conf; ping db-0.db"]}]}}}});
        let manifest = |object: &Value| Manifest {
            object: object.clone(),
            ..Manifest::default()
        };
        let scenario = Scenario {
            broken: vec![manifest(&service), manifest(&deployment)],
            ..Scenario::default()
        };
        let mut words = vec!["two".to_owned(), "one".to_owned()];
        let got = disguised(&scenario, &mut words, &mut Chance(1));
        assert_eq!((got.broken[0].name(), got.broken[1].name()), ("one", "two"));
        assert_eq!(got.broken[0].object["spec"]["selector"]["app"], "one");
        let command = &got.broken[1].object["spec"]["template"]["spec"]["containers"][0]["command"][2];
        assert_eq!(command, "wget http://one:8080/db && cat /etc/web/db-0.conf; ping one-0.one");
    }

    #[test]
    fn what_means_something_else_keeps_its_name() {
        let config = json!({"kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"settings": "1"}});
        let pod = json!({"kind": "Pod", "metadata": {"name": "nginx"}, "spec": {"containers": [{"image": "nginx:1"}]}});
        let manifest = |object: Value| Manifest { object, ..Manifest::default() };
        let scenario = Scenario {
            broken: vec![manifest(config), manifest(pod)],
            ..Scenario::default()
        };
        assert_eq!(renamable(&scenario), BTreeSet::new());
    }
}
