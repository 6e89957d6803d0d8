//! Words that stored objects are searched for: far cheaper than to decode them, and made ready once for all objects.

use std::sync::LazyLock;

use axum::body::Bytes;
use memchr::memmem::Finder;

/// A text as it stands in an encoded object, letter for letter.
pub struct Word<'a>(Finder<'a>);

impl<'a> Word<'a> {
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self(Finder::new(text))
    }

    /// Whether the object holds it.
    #[must_use]
    pub fn is_in(&self, object: &Bytes) -> bool {
        self.0.find(object).is_some()
    }
}

/// What is being deleted has it.
pub static DELETION: LazyLock<Word<'static>> = LazyLock::new(|| Word::new("\"deletionTimestamp\""));
/// What has owners has it.
pub static OWNERS: LazyLock<Word<'static>> = LazyLock::new(|| Word::new("\"ownerReferences\""));
/// What somebody wrote whom a field manager names has it.
pub static MANAGED: LazyLock<Word<'static>> = LazyLock::new(|| Word::new("\"managedFields\""));
/// What a controller owns has it.
pub static CONTROLLED: LazyLock<Word<'static>> = LazyLock::new(|| Word::new("\"controller\":true"));
