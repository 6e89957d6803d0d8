//! Messages without the names that a cluster made up, so that two that say the same are the same.

use crate::cluster::snapshot::Snapshot;

/// Letters of which Kubernetes makes names (apimachinery `util/rand`).
const ALPHABET: &str = "bcdfghjklmnpqrstvwxz2456789";
const GENERATED: usize = 5;

/// A text with the names of pods, and names made the same way, replaced by their owners' and a star; addresses folded too.
#[must_use]
pub fn fold(text: &str, snapshot: &Snapshot) -> String {
    let mut folded = text.to_owned();
    for pod in snapshot.pods.values() {
        if let Some((_, owner)) = &pod.owner {
            folded = folded.replace(&pod.name, &format!("{owner}-*"));
        }
    }
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    let mut out = String::with_capacity(folded.len());
    let mut rest = folded.as_str();
    while let Some(start) = rest.find(word) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c| !word(c)).unwrap_or(from.len());
        out.push_str(before);
        out.push_str(&folded_word(&from[..end]));
        rest = &from[end..];
    }
    out.push_str(rest);
    out
}

fn folded_word(word: &str) -> String {
    let octets: Vec<&str> = word.trim_end_matches('.').split('.').collect();
    if octets.len() == 4 && octets.iter().all(|octet| octet.parse::<u8>().is_ok()) {
        return "*.*.*.*".to_owned();
    }
    let parts: Vec<&str> = word.split('-').collect();
    let mut kept = parts.len();
    // name-hash-suffix or name-suffix, never the whole word
    while kept > 1 && parts.len() - kept < 2 && is_generated(parts[kept - 1], parts.len() - kept) {
        kept -= 1;
    }
    if kept == parts.len() {
        word.to_owned()
    } else {
        format!("{}-*", parts[..kept].join("-"))
    }
}

/// Whether a part of a name looks made up: a suffix, or a pod template's hash in front of one.
fn is_generated(part: &str, behind: usize) -> bool {
    let lengths = if behind == 0 { GENERATED..=10 } else { 6..=10 };
    let (digits, letters) = (
        part.bytes().any(|byte| byte.is_ascii_digit()),
        part.bytes().any(|byte| byte.is_ascii_lowercase()),
    );
    lengths.contains(&part.len()) && part.chars().all(|c| ALPHABET.contains(c)) && (part.len() == GENERATED || (digits && letters))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_names_and_addresses_are_folded_and_words_are_not() {
        let none = Snapshot::default();
        for (text, folded) in [
            (
                "pods \"web-6d4cf56db6-x2k4z\" is forbidden: exceeded quota: small",
                "pods \"web-*\" is forbidden: exceeded quota: small",
            ),
            ("pods \"web-7f9c-dns\" not found", "pods \"web-7f9c-dns\" not found"),
            (
                "Readiness probe failed: Get \"http://10.244.0.7:8080/\"",
                "Readiness probe failed: Get \"http://*.*.*.*:8080/\"",
            ),
            ("configmap \"app-settings\" not found", "configmap \"app-settings\" not found"),
            ("1.36.2", "1.36.2"),
        ] {
            assert_eq!(fold(text, &none), folded);
        }
    }
}
