//! Two fields that should fit and do not, side by side: what a clue shows where no message says it.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::cluster::snapshot::ObjectRef;

/// The two sides of a mismatch.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    pub left: Side,
    pub right: Side,
}

/// A field of an object, and what it says.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    pub object: ObjectRef,
    pub path: String,
    pub text: String,
}

impl Side {
    #[must_use]
    pub fn new(kind: &str, namespace: &str, name: &str, path: &str, text: String) -> Self {
        let object = ObjectRef {
            kind: kind.to_owned(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        };
        Self {
            object,
            path: path.to_owned(),
            text,
        }
    }
}

impl Pair {
    /// Byte ranges of the words of each side that the other side does not have.
    #[must_use]
    pub fn differences(&self) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
        (self.left.lacking_in(&self.right), self.right.lacking_in(&self.left))
    }
}

impl Side {
    /// The words that the other side does not have; a label that a selector does not ask for is no difference.
    fn lacking_in(&self, other: &Self) -> Vec<Range<usize>> {
        let mut words = only(&self.text, &other.text);
        let asked = keys(&other.text);
        if other.path.to_lowercase().ends_with("selector") && asked.is_subset(&keys(&self.text)) {
            words.retain(|word| asked.contains(key(&self.text[word.clone()])));
        }
        words
    }
}

/// `app` of `app=web`
fn key(word: &str) -> &str {
    word.split_once('=').map_or(word, |(key, _)| key)
}

fn keys(text: &str) -> BTreeSet<&str> {
    words(text).into_iter().map(|word| key(&text[word])).collect()
}

fn only(text: &str, other: &str) -> Vec<Range<usize>> {
    let known: BTreeSet<&str> = words(other).into_iter().map(|word| &other[word]).collect();
    words(text).into_iter().filter(|word| !known.contains(&text[word.clone()])).collect()
}

/// Labels, ports and the like: what stands between commas and spaces.
fn words(text: &str) -> Vec<Range<usize>> {
    let breaks = |char: char| char == ',' || char.is_whitespace();
    let mut words = Vec::new();
    let mut at = 0;
    for piece in text.split_inclusive(breaks) {
        let bare = piece.trim_end_matches(breaks).len();
        if bare > 0 {
            words.push(at..at + bare);
        }
        at += piece.len();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_that_no_selector_asks_for_is_no_difference() {
        let marked = |asked: &str, labels: &str| {
            let right = Side::new("Pod", "n", "p", "metadata.labels", labels.to_owned());
            let left = Side::new("Service", "n", "s", "spec.selector", asked.to_owned());
            let ranges = Pair { left, right }.differences().1;
            ranges.into_iter().map(|range| labels[range].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(
            marked("app=shop, tier=web", "app=shop, pod-template-hash=5bbf, tier=frontend"),
            ["tier=frontend"]
        );
        // a key that was mistyped: any of the others may be the one that was meant
        assert_eq!(marked("tier=web", "teir=web, app=shop"), ["teir=web", "app=shop"]);
    }

    #[test]
    fn only_what_the_other_side_lacks_differs() {
        let side = |text: &str| Side::new("Pod", "n", "p", "metadata.labels", text.to_owned());
        let pair = Pair {
            left: side("app=web, tier=front"),
            right: side("app=wbe, tier=front, x=ü"),
        };
        let (left, right) = pair.differences();
        let texts = |side: &Side, ranges: Vec<Range<usize>>| ranges.into_iter().map(|range| side.text[range].to_owned()).collect::<Vec<_>>();
        assert_eq!(texts(&pair.left, left), ["app=web"]);
        assert_eq!(texts(&pair.right, right), ["app=wbe", "x=ü"]);
    }
}
