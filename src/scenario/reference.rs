//! An image reference taken apart.

/// `registry / path / repository : tag @ digest`, each part with whether it is a default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageReference {
    pub registry: String,
    pub registry_default: bool,
    /// The user or organisation, `library` for official images; empty when there is none.
    pub user: String,
    pub user_default: bool,
    pub repository: String,
    /// Empty when a digest is given instead.
    pub tag: String,
    pub tag_default: bool,
    pub digest: Option<String>,
}
