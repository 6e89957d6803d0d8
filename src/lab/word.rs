//! What a STATUS or an event reason means (`assets/words.yaml`), and which words an object shows now.

use std::sync::LazyLock;

use serde::Deserialize;

use super::{Attempt, object, table};
use crate::{text, yaml};

static WORDS: LazyLock<Vec<Word>> = LazyLock::new(|| {
    let mut documents = yaml::documents("words.yaml", include_str!("../../assets/words.yaml")).unwrap_or_default();
    let (_, words, _) = documents.pop().unwrap_or_default();
    serde_json::from_value(words).unwrap_or_default()
});

/// One word explained.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Word {
    /// Matched whole; `*` stands for anything.
    pub word: String,
    pub means: String,
    pub causes: String,
    pub look: String,
}

/// The explanation of a word, if there is one.
#[must_use]
pub fn explain(word: &str) -> Option<&'static Word> {
    WORDS.iter().find(|known| text::glob(&known.word, word))
}

/// Words that the selected object shows: its status first, then the reasons of its events, Warnings before the rest.
#[must_use]
pub fn shown(attempt: &Attempt) -> (String, Vec<String>) {
    let Some(row) = table::selected(attempt) else {
        return (String::new(), Vec::new());
    };
    let about = row.object();
    let view = object::view(attempt, &about, row.uid());
    let status = match row {
        table::TableRow::Pod(pod) => vec![pod.status.clone()],
        table::TableRow::Object(row) => row.conditions.iter().filter(|c| c.status == "False").map(|c| c.reason.clone()).collect(),
        table::TableRow::Node(_) => Vec::new(),
    };
    let reasons = |warning: bool| {
        view.events
            .iter()
            .rev()
            .filter(move |event| event.warning == warning)
            .map(|event| event.reason.clone())
    };
    let mut words = Vec::new();
    for word in status.into_iter().chain(reasons(true)).chain(reasons(false)) {
        if !word.is_empty() && !words.contains(&word) {
            words.push(word);
        }
    }
    (view.title, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_two_sentences_with_causes_and_a_place_to_look() {
        assert!(WORDS.len() >= 60, "{}", WORDS.len());
        for word in WORDS.iter() {
            assert_eq!(word.means.matches(". ").count() + 1, 2, "{}: {}", word.word, word.means);
            assert!(!word.causes.is_empty() && !word.look.is_empty(), "{}", word.word);
        }
    }

    #[test]
    fn no_word_is_hidden_by_one_before_it() {
        for word in WORDS.iter().filter(|word| !word.word.contains('*')) {
            assert_eq!(explain(&word.word).map(|found| &found.word), Some(&word.word));
        }
        assert_eq!(explain("Init:0/2").map(|word| word.word.as_str()), Some("Init:*/*"));
        assert_eq!(explain("Init:ExitCode:3").map(|word| word.word.as_str()), Some("Init:*"));
        assert_eq!(explain("Nonsense"), None);
    }
}
