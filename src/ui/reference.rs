//! An image reference taken apart: registry, user, repository and tag, each named beneath.

use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::pane::padded;
use super::theme::{Look, Mean, Sign};
use crate::scenario::clue::Part;
use crate::scenario::reference::ImageReference;

/// A part as it is shown.
struct Shown<'a> {
    part: Part,
    name: &'static str,
    text: &'a str,
    default: bool,
    /// What stands before it.
    mark: &'static str,
}

/// The parts in a row, named beneath, or a row a part where the width does not suffice; `spare` saves a row.
pub fn lines(look: &Look, image: &ImageReference, blamed: Part, width: usize, spare: bool) -> Vec<Line<'static>> {
    let parts = parts(image);
    let airy = |mark: &str| if mark.is_empty() { String::new() } else { format!(" {mark} ") };
    let inside = spare && parts.iter().any(|part| part.default);
    for (marks, inside) in [(airy as fn(&str) -> String, inside), (str::to_owned, inside), (str::to_owned, false)] {
        let cells = cells(look, &parts, marks, inside);
        if 2 + cells.iter().map(|(text, _)| text.width()).sum::<usize>() <= width {
            return beside(look, &parts, &cells, blamed, spare);
        }
    }
    parts.iter().map(|part| row(look, part, blamed)).collect()
}

fn parts(image: &ImageReference) -> Vec<Shown<'_>> {
    let part = |part, name, text, default, mark| Shown {
        part,
        name,
        text,
        default,
        mark,
    };
    let mut parts = vec![part(Part::Registry, "registry", &image.registry.text, image.registry.default, "")];
    if !image.user.text.is_empty() {
        parts.push(part(Part::Repository, "user", &image.user.text, image.user.default, "/"));
    }
    parts.push(part(Part::Repository, "repository", &image.repository, false, "/"));
    match (&image.digest, &image.tag) {
        (Some(digest), _) => parts.push(part(Part::Digest, "digest", digest, false, "@")),
        (None, Some(tag)) => parts.push(part(Part::Tag, "tag", &tag.text, tag.default, ":")),
        (None, None) => {}
    }
    parts
}

/// What each part's column holds: its text, filled to its name's width, and the mark before the next; and that name.
fn cells(look: &Look, parts: &[Shown], mark: impl Fn(&str) -> String, default_inside: bool) -> Vec<(String, String)> {
    let next = parts.iter().skip(1).map(|part| mark(part.mark)).chain([String::new()]);
    let cell = |(part, behind): (&Shown, String)| {
        let default = if default_inside && part.default { " (default)" } else { "" };
        let name = format!("{} {}{default}", look.sign(Sign::Corner), part.name);
        let last = behind.is_empty();
        let wide = (part.text.width() + behind.width()).max(name.width() + usize::from(!last));
        (format!("{}{behind}", padded(part.text, wide - behind.width())), name)
    };
    parts.iter().zip(next).map(cell).collect()
}

fn beside(look: &Look, parts: &[Shown], cells: &[(String, String)], blamed: Part, spare: bool) -> Vec<Line<'static>> {
    let dim = look.style(Mean::Dim);
    let mut rows = [vec![Span::raw("  ")], vec![Span::raw("  ")], vec![Span::raw("  ")]];
    for (part, (text, name)) in parts.iter().zip(cells) {
        let behind = text.get(part.text.len()..).unwrap_or_default().to_owned();
        let wide = text.width();
        let name_style = if part.part == blamed { look.style(Mean::Fault) } else { dim };
        let default = if part.default { "  (default)" } else { "" };
        rows[0].extend([Span::styled(part.text.to_owned(), style(look, part, blamed)), Span::styled(behind, dim)]);
        rows[1].push(Span::styled(padded(name, wide), name_style));
        rows[2].push(Span::styled(padded(default, wide), dim));
    }
    let defaults = !spare && parts.iter().any(|part| part.default);
    rows.into_iter().take(if defaults { 3 } else { 2 }).map(Line::from).collect()
}

fn row(look: &Look, part: &Shown, blamed: Part) -> Line<'static> {
    let default = if part.default { "  (default)" } else { "" };
    Line::from(vec![
        Span::styled(format!("  {:<11}", part.name), look.style(Mean::Dim)),
        Span::styled(part.text.to_owned(), style(look, part, blamed)),
        Span::styled(default, look.style(Mean::Dim)),
    ])
}

fn style(look: &Look, part: &Shown, blamed: Part) -> Style {
    match (part.part == blamed, part.default) {
        (true, _) => look.style(Mean::Fault).add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
        (false, true) => look.style(Mean::Dim),
        (false, false) => look.style(Mean::Strong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::Palette;

    const LOOK: Look = Look {
        palette: Palette::None,
        ascii: false,
    };

    fn drawn(image: &str, width: usize, spare: bool) -> Vec<String> {
        let image = ImageReference::parse(image);
        let said = |line: &Line| line.to_string().trim_end().to_owned();
        lines(&LOOK, &image, Part::Tag, width, spare).iter().map(said).collect()
    }

    #[test]
    fn the_reference_stands_in_one_piece_with_its_parts_named_beneath() {
        assert_eq!(
            drawn("books/catalogue-service:v7", 76, false),
            [
                "  docker.io / books / catalogue-service : v7",
                "  └ registry  └ user  └ repository        └ tag",
                "    (default)"
            ]
        );
    }

    #[test]
    fn where_rows_are_scarce_a_default_stands_beside_the_name() {
        let rows = drawn("books/catalogue-service:v7", 76, true);
        assert_eq!(rows.len(), 2);
        assert!(rows[1].contains("└ registry (default)"), "{rows:?}");
    }

    #[test]
    fn a_narrow_card_loses_the_air_first_and_the_row_then() {
        let image = "books/catalogue-service-of-the-shop:v7";
        assert_eq!(drawn(image, 56, false)[0], "  docker.io /books /catalogue-service-of-the-shop:v7");
        assert_eq!(drawn(image, 40, false)[2], "  repository catalogue-service-of-the-shop");
    }
}
