//! What stands beside a clue and explains it: the volume that comes nearest to a claim, the policy that covers a pod.

use super::scene::Scene;
use super::{Clue, Pair, Side};
use crate::cluster::snapshot::{Fact, ObjectRow, PodRow};
use crate::scenario::path;

/// Fields by which a claim and a volume find each other: of the claim, of the volume.
const FIELDS: [(&str, &str); 3] = [
    ("spec.storageClassName", "spec.storageClassName"),
    ("spec.accessModes", "spec.accessModes"),
    ("spec.resources.requests.storage", "spec.capacity.storage"),
];
/// What programs say when a name cannot be looked up.
const LOOKUPS: [&str; 5] = [
    "bad address",
    "no such host",
    "name resolution",
    "could not resolve",
    "name or service not known",
];

fn said<'a>(facts: &'a [Fact], path: &str) -> &'a str {
    facts.iter().find(|fact| fact.path == path).map_or("", |fact| fact.text.as_str())
}

/// Sets a claim beside the volume that it misses, and says so.
pub(super) fn claim(clue: &mut Clue, claim: Option<&ObjectRow>, scene: &Scene) {
    clue.pair = claim.and_then(|claim| volume(claim, scene));
    if clue.pair.is_some() {
        clue.explain = MISSES.to_owned();
    }
}

/// The claim and the free volume that misses it by the fewest fields, with these.
fn volume(claim: &ObjectRow, scene: &Scene) -> Option<Pair> {
    let bound = |row: &ObjectRow| row.columns.iter().any(|(name, value)| name == "STATUS" && value == "Bound");
    let volumes = scene.snapshot.of_kind("PersistentVolume").filter(|row| !row.deleting && !bound(row));
    let apart = |volume: &ObjectRow| -> Vec<usize> { (0..FIELDS.len()).filter(|field| !fits(*field, claim, volume)).collect() };
    let (fields, volume) = volumes.map(|volume| (apart(volume), volume)).min_by_key(|(fields, _)| fields.len())?;
    if fields.is_empty() {
        return None;
    }
    let side = |row: &ObjectRow, path_of: fn(usize) -> &'static str| {
        let paths: Vec<&str> = fields.iter().map(|field| path_of(*field)).collect();
        let texts: Vec<&str> = paths
            .iter()
            .map(|path| said(&row.facts, path))
            .map(|text| if text.is_empty() { "\"\"" } else { text })
            .collect();
        Side::new(&row.kind, &row.namespace, &row.name, &named(&paths), texts.join(", "))
    };
    Some(Pair {
        left: side(claim, |field| FIELDS[field].0),
        right: side(volume, |field| FIELDS[field].1),
    })
}

/// One path whole; of several the last words.
fn named(paths: &[&str]) -> String {
    match paths {
        [one] => (*one).to_owned(),
        several => several
            .iter()
            .map(|path| path.rsplit('.').next().unwrap_or(path))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

fn fits(field: usize, claim: &ObjectRow, volume: &ObjectRow) -> bool {
    let (wanted, offered) = (said(&claim.facts, FIELDS[field].0), said(&volume.facts, FIELDS[field].1));
    let number = |text: &str| path::number(&text.into());
    match field {
        // the empty class is written as two quotes
        0 => wanted.trim_matches('"') == offered.trim_matches('"'),
        1 => wanted.split(", ").all(|mode| offered.split(", ").any(|other| other == mode)),
        _ => number(wanted) <= number(offered),
    }
}

/// What to look for where a claim and a volume miss each other.
const MISSES: &str = "A claim takes a volume only when class, access mode and size fit all three. Hold the claim against the volume, field by field.";

/// What to ask where a name cannot be looked up and a policy restricts what leaves the pod.
pub(super) fn policy(pod: &PodRow, line: &str, scene: &Scene) -> Option<String> {
    let line = line.to_lowercase();
    if !LOOKUPS.iter().any(|words| line.contains(words)) {
        return None;
    }
    let restricts = |row: &&ObjectRow| !row.deleting && !said(&row.facts, "spec.egress").is_empty() && covers(row, pod);
    let policy = scene.snapshot.of_kind("NetworkPolicy").find(restricts)?;
    Some(format!(
        "A name could not be looked up, and the NetworkPolicy `{}` says what may leave this pod. To look a name up is traffic as well: where does it go, and which rule lets it through?",
        policy.name
    ))
}

fn covers(policy: &ObjectRow, pod: &PodRow) -> bool {
    let selector = said(&policy.facts, "spec.podSelector");
    let mut pairs = selector.split(", ").filter_map(|pair| pair.split_once('='));
    pairs.all(|(key, value)| pod.labels.get(key).is_some_and(|label| label == value))
}
