//! Markdown as styled lines of a given width, by a walk over pulldown-cmark's events.

mod code;
mod table;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use self::code::{code_style, narrowed, wrap_code};
use self::table::Table;
use super::pane::{padded, wrap_spans};
use super::theme::{Look, Mean, Sign};

/// A text's lines; links show their addresses when `addresses` says so.
pub fn lines(text: &str, width: usize, look: &Look, addresses: bool) -> Vec<Line<'static>> {
    lines_and_code(text, width, look, addresses).0
}

/// The same, and for each fenced code block the row that each of its lines begins on.
pub fn lines_and_code(text: &str, width: usize, look: &Look, addresses: bool) -> (Vec<Line<'static>>, Vec<Vec<usize>>) {
    let mut walk = Walk {
        width: width.max(10),
        addresses,
        ..Walk::new(look)
    };
    for event in Parser::new_ext(&kept_lines(text), Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        walk.take(event);
    }
    walk.flush();
    while walk.out.last().is_some_and(|line| line.width() == 0) {
        walk.out.pop();
    }
    (walk.out, walk.blocks)
}

/// Lines that authors write as lines stay lines: those that begin with a bold word or a check mark.
fn kept_lines(text: &str) -> String {
    let stands_alone = |line: &str| line.starts_with("**") || line.starts_with(['✅', '✔', '❌']);
    let mut kept = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        kept.push_str(line);
        if !line.trim().is_empty() && lines.peek().is_some_and(|next| stands_alone(next)) {
            kept.push_str("  ");
        }
        kept.push('\n');
    }
    kept
}

struct Walk<'a> {
    look: &'a Look,
    width: usize,
    addresses: bool,
    out: Vec<Line<'static>>,
    /// Rows of the fenced code blocks' lines.
    blocks: Vec<Vec<usize>>,
    /// Words of the paragraph that is being read.
    words: Vec<(String, Style)>,
    /// What the next paragraph begins with, such as a bullet.
    lead: String,
    indent: usize,
    styles: Vec<Style>,
    /// Number of the next item, for each list that is open.
    lists: Vec<Option<u64>>,
    code: Option<(String, String)>,
    quote: bool,
    table: Option<Table>,
    link: Option<String>,
}

impl<'a> Walk<'a> {
    fn new(look: &'a Look) -> Self {
        Self {
            look,
            width: 0,
            addresses: false,
            out: Vec::new(),
            blocks: Vec::new(),
            words: Vec::new(),
            lead: String::new(),
            indent: 0,
            styles: vec![look.style(Mean::Text)],
            lists: Vec::new(),
            code: None,
            quote: false,
            table: None,
            link: None,
        }
    }

    fn style(&self) -> Style {
        self.styles.last().copied().unwrap_or_default()
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some((_, code)) => code.push_str(&text),
                None => self.word(text.to_string(), self.style()),
            },
            Event::Code(code) => self.word(code.to_string(), self.look.style(Mean::Code)),
            Event::SoftBreak => self.word(" ".to_owned(), self.style()),
            Event::HardBreak => self.flush(),
            Event::Rule => {
                self.blank();
                self.out.push(Line::styled("─".repeat(self.width), self.look.style(Mean::Frame)));
            }
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag) {
        match tag {
            Tag::Heading { level, .. } => {
                self.blank();
                let style = self.look.style(Mean::Heading);
                self.styles.push(if level <= HeadingLevel::H1 {
                    style.add_modifier(Modifier::UNDERLINED)
                } else {
                    style
                });
            }
            Tag::Paragraph if self.lead.is_empty() && self.lists.is_empty() => self.blank(),
            Tag::Strong => self.styles.push(self.style().patch(self.look.style(Mean::Strong))),
            Tag::Emphasis => self.styles.push(self.style().add_modifier(Modifier::ITALIC)),
            Tag::Link { dest_url, .. } => {
                self.link = Some(dest_url.to_string());
                self.styles.push(self.look.style(Mean::Text).add_modifier(Modifier::UNDERLINED));
            }
            Tag::List(first) => {
                self.flush();
                if self.lists.is_empty() {
                    self.blank();
                }
                self.lists.push(first);
            }
            Tag::Item => self.item(),
            Tag::CodeBlock(kind) => {
                self.flush();
                let language = if let CodeBlockKind::Fenced(language) = kind {
                    self.blocks.push(Vec::new());
                    language.to_string()
                } else {
                    String::new()
                };
                self.code = Some((language, String::new()));
            }
            Tag::BlockQuote(_) => {
                self.blank();
                self.quote = true;
            }
            Tag::Table(_) => self.table = Some(Table::default()),
            Tag::TableHead | Tag::TableRow => self.table.iter_mut().for_each(Table::row),
            Tag::TableCell => self.table.iter_mut().for_each(Table::cell),
            _ => {}
        }
    }

    fn item(&mut self) {
        self.flush();
        let depth = self.lists.len().saturating_sub(1);
        let mark = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{}. ", *number - 1)
            }
            _ => format!("{} ", self.look.sign(Sign::Bullet)),
        };
        self.lead = format!("{}{mark}", "  ".repeat(depth));
        self.indent = self.lead.width();
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.flush();
                self.styles.pop();
            }
            TagEnd::Paragraph => self.flush(),
            TagEnd::Strong | TagEnd::Emphasis => drop(self.styles.pop()),
            TagEnd::Link => {
                self.styles.pop();
                if let Some(address) = self.link.take().filter(|address| self.addresses && address.contains("://")) {
                    self.words.push((format!(" {address}"), self.look.style(Mean::Dim)));
                }
            }
            TagEnd::List(_) => {
                self.flush();
                self.lists.pop();
                self.indent = 0;
            }
            TagEnd::Item => {
                self.flush();
                self.indent = 0;
            }
            TagEnd::CodeBlock => self.code_block(),
            TagEnd::BlockQuote(_) => {
                self.flush();
                self.quote = false;
            }
            TagEnd::Table => {
                self.blank();
                let table = self.table.take().unwrap_or_default();
                self.out.extend(table.lines(self.look, self.width));
            }
            _ => {}
        }
    }

    /// Words belong to the cell that is being read, else to the paragraph.
    fn word(&mut self, words: String, style: Style) {
        self.words.extend(match &mut self.table {
            Some(table) => table.add(words, style),
            None => Some((words, style)),
        });
    }

    /// A blank row, unless there is one or nothing yet.
    fn blank(&mut self) {
        self.flush();
        if self.out.last().is_some_and(|line| line.width() > 0) {
            self.out.push(Line::default());
        }
    }

    /// Writes the paragraph that was read.
    fn flush(&mut self) {
        if self.words.is_empty() {
            return;
        }
        let mut words = std::mem::take(&mut self.words);
        let lead = std::mem::take(&mut self.lead);
        if self.quote {
            let bar = Span::styled(format!("{} ", self.look.sign(Sign::Bar)), self.look.style(Mean::Key));
            for mut line in wrap_spans(words, self.width - 2, 0) {
                line.spans.insert(0, bar.clone());
                self.out.push(line);
            }
            return;
        }
        if !lead.is_empty() {
            words.insert(0, (lead, self.look.style(Mean::Key)));
        }
        self.out.extend(wrap_spans(words, self.width, self.indent));
    }

    fn code_block(&mut self) {
        let Some((language, code)) = self.code.take() else { return };
        if self.out.last().is_some_and(|line| line.width() > 0) {
            self.out.push(Line::default());
        }
        for line in code.lines() {
            let row = self.out.len();
            self.blocks.last_mut().into_iter().for_each(|rows| rows.push(row));
            let style = code_style(self.look, &language, line);
            let room = self.width.saturating_sub(2);
            let line = if language.is_empty() && line.width() > room {
                narrowed(line)
            } else {
                line.into()
            };
            for row in wrap_code(&line, room) {
                self.out.push(Line::from(Span::styled(
                    padded(&format!("  {row}"), self.width),
                    style.patch(self.look.shade()),
                )));
            }
        }
        self.out.push(Line::default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, width: usize) -> Vec<String> {
        let look = Look {
            palette: super::super::theme::Palette::None,
            ascii: false,
        };
        lines(text, width, &look, true)
            .iter()
            .map(|line| line.to_string().trim_end().to_owned())
            .collect()
    }

    #[test]
    fn lists_are_indented_and_wrapped() {
        assert_eq!(shown("- one two three\n- four\n", 10), ["• one two", "  three", "• four"]);
        assert_eq!(shown("1. a\n2. b\n", 10), ["1. a", "2. b"]);
    }

    #[test]
    fn tables_have_columns() {
        assert_eq!(shown("| a | b |\n|---|---|\n| long | x |\n", 20), ["a     b", "long  x"]);
        let wide = shown("| asked | told |\n|---|---|\n| one two three | four five six |\n", 18);
        assert_eq!(wide, ["asked     told", "one two   four", "three     five six"]);
    }

    #[test]
    fn code_keeps_its_lines_and_links_their_addresses() {
        assert_eq!(shown("```bash\nkubectl get pods\n```\n", 30), ["  kubectl get pods"]);
        let table = "```\n  Type     Reason   Message\n  ----     ------   -------\n  Normal   Pulled   it came\n```\n";
        assert_eq!(shown(table, 40)[0], "    Type     Reason   Message");
        let narrow = [
            "    Type  Reason",
            "      Message",
            "    ----  ------  -",
            "    Normal  Pulled",
            "      it came",
        ];
        assert_eq!(shown(table, 19), narrow);
        assert_eq!(shown("[Images](https://k8s.example/images)", 60), ["Images https://k8s.example/images"]);
    }
}
