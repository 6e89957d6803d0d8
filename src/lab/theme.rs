//! The colours that the learner wants.

/// A choice of colours; what each looks like is the view's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// Light or dark as the terminal's background is; none where `NO_COLOR` says so.
    #[default]
    Auto,
    Dark,
    Light,
    HighContrast,
    None,
}

const ALL: [Theme; 5] = [Theme::Auto, Theme::Dark, Theme::Light, Theme::HighContrast, Theme::None];

impl Theme {
    pub const NAMES: [&'static str; 5] = ["auto", "dark", "light", "high-contrast", "none"];

    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[ALL.iter().position(|theme| *theme == self).unwrap_or(0)]
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().position(|known| *known == name).map(|place| ALL[place])
    }

    /// The one after it, around the end.
    #[must_use]
    pub fn next(self) -> Self {
        let place = ALL.iter().position(|theme| *theme == self).unwrap_or(0);
        ALL[(place + 1) % ALL.len()]
    }
}
