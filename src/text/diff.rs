//! Two texts compared piece by piece (Myers' algorithm, and no other: each costs much in the binary).

use similar::algorithms::{Capture, Compact, Replace, myers};
use similar::{DiffOp, DiffTag};

pub use similar::{diff_ratio, group_diff_ops};

/// A piece in both texts, or in one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    Same(&'a str),
    Gone(&'a str),
    Come(&'a str),
}

/// What turns the old pieces into the new ones.
#[must_use]
pub fn operations(old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    let mut hook = Compact::new(Replace::new(Capture::new()), old, new);
    // Capturing cannot fail.
    let _ = myers::diff(&mut hook, old, 0..old.len(), new, 0..new.len());
    hook.into_inner().into_inner().into_ops()
}

/// The pieces that an operation is about, what goes before what comes.
pub fn pieces<'a>(operation: &DiffOp, old: &[&'a str], new: &[&'a str]) -> Vec<Piece<'a>> {
    let (tag, before, after) = operation.as_tag_tuple();
    if tag == DiffTag::Equal {
        return old[before].iter().map(|piece| Piece::Same(piece)).collect();
    }
    let gone = old[before].iter().map(|piece| Piece::Gone(piece));
    gone.chain(new[after].iter().map(|piece| Piece::Come(piece))).collect()
}

/// The lines that differ with some around them, in the unified form; empty where nothing does.
#[must_use]
pub fn unified(old: &[&str], new: &[&str], context: usize) -> String {
    let mut text = String::new();
    for group in group_diff_ops(operations(old, new), context) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let before = span(first.old_range().start, last.old_range().end);
        let after = span(first.new_range().start, last.new_range().end);
        text += &format!("@@ -{before} +{after} @@\n");
        for piece in group.iter().flat_map(|operation| pieces(operation, old, new)) {
            let (sign, line) = match piece {
                Piece::Same(line) => (' ', line),
                Piece::Gone(line) => ('-', line),
                Piece::Come(line) => ('+', line),
            };
            text += &format!("{sign}{line}\n");
        }
    }
    text
}

/// First line and number of lines, as `diff -u` counts them.
fn span(start: usize, end: usize) -> String {
    match end - start {
        0 => format!("{start},0"),
        1 => (start + 1).to_string(),
        many => format!("{},{many}", start + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hunks_are_counted_as_diff_counts_them() {
        let old = ["a", "b", "c", "d", "e", "f"];
        let new = ["a", "b", "x", "d", "e", "f"];
        assert_eq!(unified(&old, &new, 1), "@@ -2,3 +2,3 @@\n b\n-c\n+x\n d\n");
        assert_eq!(unified(&old[..1], &[], 3), "@@ -1 +0,0 @@\n-a\n");
        assert_eq!(unified(&[], &old[..2], 3), "@@ -0,0 +1,2 @@\n+a\n+b\n");
        assert_eq!(unified(&old, &old, 3), "");
    }
}
