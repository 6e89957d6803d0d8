//! Styles by meaning, for every kind of terminal; each colour has a companion sign.

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Line;

use crate::lab::Theme;

/// Which colours a terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Palette {
    Dark,
    Light,
    /// White and pure colours on black.
    HighContrast,
    /// The sixteen colours every terminal has, on whatever background.
    Sixteen,
    /// `NO_COLOR`: bold, dim and reverse only.
    None,
}

/// What something means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mean {
    Text,
    Strong,
    Dim,
    Frame,
    /// Keys, links, focus.
    Key,
    /// The fault.
    Fault,
    /// Transient or warning.
    Warning,
    /// Proven good.
    Good,
    Code,
    Heading,
}

/// How the screen looks on this terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Look {
    pub palette: Palette,
    pub ascii: bool,
}

impl Look {
    /// Reads the environment as terminal programs do: `NO_COLOR`, `TERM`, `COLORTERM`, the locale.
    #[must_use]
    pub fn from_env(variable: impl Fn(&str) -> Option<String>, light: bool) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let term = set("TERM").unwrap_or_default();
        let deep = set("COLORTERM").is_some_and(|depth| depth == "truecolor" || depth == "24bit") || term.contains("256color") || term.contains("direct");
        // COLORFGBG ends with the background's number; 7 and 15 are the light ones.
        let light = light || set("COLORFGBG").is_some_and(|pair| matches!(pair.rsplit(';').next(), Some("7" | "15")));
        let palette = if set("NO_COLOR").is_some() || term == "dumb" {
            Palette::None
        } else if !deep {
            Palette::Sixteen
        } else if light {
            Palette::Light
        } else {
            Palette::Dark
        };
        let locale = set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG"));
        let ascii = term == "linux" || locale.is_some_and(|locale| matches!(locale.as_str(), "C" | "POSIX"));
        Self { palette, ascii }
    }

    /// The same with the colours that the learner wants.
    #[must_use]
    pub fn themed(mut self, theme: Theme) -> Self {
        self.palette = match (theme, self.palette) {
            (Theme::Auto, palette) => palette,
            (Theme::None, _) => Palette::None,
            (Theme::HighContrast, _) => Palette::HighContrast,
            (Theme::Dark | Theme::Light, Palette::Sixteen) => Palette::Sixteen,
            (Theme::Dark, _) => Palette::Dark,
            (Theme::Light, _) => Palette::Light,
        };
        self
    }

    /// The style of what something means.
    #[must_use]
    pub fn style(&self, mean: Mean) -> Style {
        let style = Style::new();
        let bold = |style: Style| style.add_modifier(Modifier::BOLD);
        if self.palette == Palette::None {
            return match mean {
                Mean::Strong | Mean::Key | Mean::Fault | Mean::Heading => bold(style),
                Mean::Dim | Mean::Frame => style.add_modifier(Modifier::DIM),
                _ => style,
            };
        }
        let colour = self.colour(mean);
        let style = colour.map_or(style, |colour| style.fg(colour));
        let style = if self.palette == Palette::HighContrast {
            style.bg(Color::Black)
        } else {
            style
        };
        match mean {
            Mean::Strong | Mean::Heading | Mean::Key => bold(style),
            _ => style,
        }
    }

    /// How all looks that an overlay leaves in view.
    #[must_use]
    pub fn behind(&self) -> Style {
        let quiet = Style::reset().patch(self.style(Mean::Frame));
        match self.palette {
            // there it is as bright as the rest
            Palette::HighContrast => quiet.add_modifier(Modifier::DIM),
            _ => quiet,
        }
    }

    /// The title of the pane that has the focus: where no colour can say so it is reversed.
    #[must_use]
    pub fn focused<'a>(&self, title: Line<'a>) -> Line<'a> {
        match self.palette {
            Palette::None => title.patch_style(Modifier::REVERSED),
            _ => title,
        }
    }

    fn colour(&self, mean: Mean) -> Option<Color> {
        let rgb = |hex: u32| Some(Color::from_u32(hex));
        match (self.palette, mean) {
            (Palette::None, _) | (Palette::Sixteen, Mean::Text | Mean::Strong | Mean::Heading) => None,
            (Palette::Sixteen, Mean::Dim | Mean::Frame) => Some(Color::DarkGray),
            (Palette::Sixteen, Mean::Key) => Some(Color::Cyan),
            (Palette::Sixteen, Mean::Fault) => Some(Color::Red),
            (Palette::Sixteen, Mean::Warning) => Some(Color::Yellow),
            (Palette::Sixteen, Mean::Good) => Some(Color::Green),
            (Palette::Sixteen, Mean::Code) => Some(Color::Magenta),
            (Palette::HighContrast, Mean::Key) => rgb(0x0000_ffff),
            (Palette::HighContrast, Mean::Fault) => rgb(0x00ff_8080),
            (Palette::HighContrast, Mean::Warning) => rgb(0x00ff_ff00),
            (Palette::HighContrast, Mean::Good) => rgb(0x0040_ff40),
            (Palette::HighContrast, _) => rgb(0x00ff_ffff),
            (Palette::Dark, Mean::Text) => rgb(0x00c9_d1d9),
            (Palette::Dark, Mean::Strong | Mean::Heading) => rgb(0x00f0_f3f6),
            (Palette::Dark, Mean::Dim) => rgb(0x0087_8f99),
            (Palette::Dark, Mean::Frame) => rgb(0x003d_444d),
            (Palette::Dark, Mean::Key) => rgb(0x0058_a6ff),
            (Palette::Dark, Mean::Fault) => rgb(0x00ff_6b61),
            (Palette::Dark, Mean::Warning) => rgb(0x00e3_b341),
            (Palette::Dark, Mean::Good) => rgb(0x0056_d364),
            (Palette::Dark, Mean::Code) => rgb(0x00a5_d6ff),
            (Palette::Light, Mean::Text) => rgb(0x0024_292f),
            (Palette::Light, Mean::Strong | Mean::Heading) => rgb(0x0010_1418),
            (Palette::Light, Mean::Dim) => rgb(0x005f_6873),
            (Palette::Light, Mean::Frame) => rgb(0x00c0_c7cf),
            (Palette::Light, Mean::Key) => rgb(0x0009_52b5),
            (Palette::Light, Mean::Fault) => rgb(0x00b4_1e28),
            (Palette::Light, Mean::Warning) => rgb(0x0085_5300),
            (Palette::Light, Mean::Good) => rgb(0x0011_6b2b),
            (Palette::Light, Mean::Code) => rgb(0x0005_4a91),
        }
    }

    /// Behind code blocks and the bars at the screen's edges.
    #[must_use]
    pub fn shade(&self) -> Style {
        match self.palette {
            Palette::Dark => Style::new().bg(Color::from_u32(0x0016_1b22)),
            Palette::Light => Style::new().bg(Color::from_u32(0x00ee_f1f4)),
            _ => Style::new(),
        }
    }

    /// Behind the clue: the only filled area.
    #[must_use]
    pub fn alarm(&self) -> Style {
        match self.palette {
            Palette::Dark => Style::new().bg(Color::from_u32(0x0033_1a1a)),
            Palette::Light => Style::new().bg(Color::from_u32(0x00fd_e7e6)),
            _ => Style::new(),
        }
    }

    /// A sign, or its ASCII stand-in.
    #[must_use]
    pub fn sign(&self, sign: Sign) -> &'static str {
        let (unicode, ascii) = match sign {
            Sign::Warning => ("▲", "!"),
            Sign::Met => ("✔", "+"),
            Sign::Unmet => ("○", "o"),
            Sign::Bad => ("✗", "x"),
            Sign::Live => ("●", "*"),
            Sign::Shut => ("▸", ">"),
            Sign::Open => ("▾", "v"),
            Sign::Bar => ("▌", "|"),
            Sign::Next => ("›", ">"),
            Sign::Bullet => ("•", "-"),
            Sign::Times => ("×", "x"),
            Sign::Down => ("↓", "v"),
            Sign::Up => ("↑", "^"),
            Sign::Corner => ("└", "`"),
            Sign::Axis => ("│", "|"),
            Sign::Again => ("↻", "r"),
            Sign::About => ("≈", "~"),
            Sign::Dot => ("·", "-"),
            Sign::Cut => ("…", "~"),
        };
        if self.ascii { ascii } else { unicode }
    }
}

/// What a sign stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    Warning,
    Met,
    Unmet,
    Bad,
    Live,
    Shut,
    Open,
    Bar,
    Next,
    Bullet,
    Times,
    Down,
    Up,
    Corner,
    Axis,
    Again,
    About,
    Dot,
    Cut,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(pairs: &[(&str, &str)]) -> Look {
        Look::from_env(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()), false)
    }

    #[test]
    fn the_environment_chooses_the_palette() {
        assert_eq!(look(&[("TERM", "xterm-256color")]).palette, Palette::Dark);
        assert_eq!(look(&[("TERM", "xterm-256color"), ("COLORFGBG", "0;15")]).palette, Palette::Light);
        assert_eq!(look(&[("TERM", "xterm"), ("LANG", "en_GB.UTF-8")]).palette, Palette::Sixteen);
        assert_eq!(look(&[("TERM", "xterm-256color"), ("NO_COLOR", "1")]).palette, Palette::None);
        assert!(look(&[("TERM", "linux")]).ascii);
    }

    #[test]
    fn without_colours_no_style_has_one() {
        let look = look(&[("NO_COLOR", "1")]);
        for mean in [Mean::Text, Mean::Fault, Mean::Good, Mean::Key, Mean::Warning, Mean::Code] {
            assert_eq!((look.style(mean).fg, look.style(mean).bg), (None, None));
        }
        assert_eq!(look.alarm().bg, None);
    }
}
