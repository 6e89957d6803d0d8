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
        (only(&self.left.text, &self.right.text), only(&self.right.text, &self.left.text))
    }
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
