//! Words become text: quotes, variables, substitutions, then field splitting and globs.

use brush_parser::word::{self, TildeExpr, WordPiece, WordPieceWithSource};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::{DEEPEST, Flow, Shell, glob, options};
use crate::practice::runtime::pipe::pipe;
use crate::practice::runtime::process::File;

/// A part of an expanded word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// As written, outside of quotes: may be a glob.
    Plain(String),
    /// In quotes.
    Quoted(String),
    /// From an expansion outside of quotes: split into fields, may be a glob.
    Split(String),
    /// `"$@"`: fields of their own.
    Fields(Vec<String>),
}

type Parts = Result<Vec<Part>, Flow>;

impl Shell {
    /// The fields of a word.
    pub(super) async fn fields(&mut self, word: &str) -> Result<Vec<String>, Flow> {
        let parts = self.parts(word).await?;
        let separators = self.value("IFS").unwrap_or(" \t\n").to_owned();
        let mut fields = Vec::new();
        for field in split(parts, &separators) {
            if self.set.no_glob || !glob::is_pattern(&field) {
                fields.push(glob::unescape(&field));
                continue;
            }
            let found = glob::expand(&self.process, &field);
            if found.is_empty() {
                fields.push(glob::unescape(&field));
            } else {
                fields.extend(found);
            }
        }
        Ok(fields)
    }

    /// A word as one text: neither split nor globbed.
    pub(super) async fn whole(&mut self, word: &str) -> Result<String, Flow> {
        Ok(joined(self.parts(word).await?))
    }

    /// A word as a pattern: what was quoted stands for itself.
    pub(super) async fn pattern(&mut self, word: &str) -> Result<String, Flow> {
        let parts = self.parts(word).await?.into_iter();
        Ok(parts
            .map(|part| match part {
                Part::Plain(text) | Part::Split(text) => text,
                Part::Quoted(text) => glob::escape(&text),
                Part::Fields(fields) => glob::escape(&fields.join(" ")),
            })
            .collect())
    }

    /// The body of a here-document.
    pub(super) async fn document(&mut self, body: &str) -> Result<String, Flow> {
        match word::parse_heredoc(body, &options()) {
            Ok(pieces) => Ok(joined(self.pieces(&pieces, true).await?)),
            Err(_) => Ok(body.to_owned()),
        }
    }

    fn parts<'a>(&'a mut self, word: &'a str) -> BoxFuture<'a, Parts> {
        async move {
            if !word.contains(['$', '`', '\\', '\'', '"', '~']) {
                return Ok(vec![Part::Plain(word.to_owned())]);
            }
            match word::parse(word, &options()) {
                Ok(pieces) => self.pieces(&pieces, false).await,
                Err(_) => {
                    self.complain(format!("syntax error: bad substitution in {word}")).await;
                    self.status = 2;
                    Err(Flow::Exit)
                }
            }
        }
        .boxed()
    }

    fn pieces<'a>(&'a mut self, pieces: &'a [WordPieceWithSource], quoted: bool) -> BoxFuture<'a, Parts> {
        async move {
            let mut parts = Vec::new();
            for piece in pieces {
                self.piece(&piece.piece, quoted, &mut parts).await?;
            }
            Ok(parts)
        }
        .boxed()
    }

    async fn piece(&mut self, piece: &WordPiece, quoted: bool, parts: &mut Vec<Part>) -> Result<(), Flow> {
        let from = |text: String| if quoted { Part::Quoted(text) } else { Part::Split(text) };
        match piece {
            WordPiece::Text(text) if quoted => parts.push(Part::Quoted(text.clone())),
            WordPiece::Text(text) => parts.push(Part::Plain(text.clone())),
            WordPiece::SingleQuotedText(text) => parts.push(Part::Quoted(text.clone())),
            WordPiece::AnsiCQuotedText(text) => parts.push(Part::Quoted(super::tools::escape::unescape(text, false).0)),
            WordPiece::EscapeSequence(text) => {
                let text = text.strip_prefix('\\').unwrap_or(text);
                parts.push(Part::Quoted(if text == "\n" { String::new() } else { text.to_owned() }));
            }
            WordPiece::DoubleQuotedSequence(inner) | WordPiece::GettextDoubleQuotedSequence(inner) => {
                let inner = self.pieces(inner, true).await?;
                if inner.is_empty() {
                    parts.push(Part::Quoted(String::new()));
                }
                parts.extend(inner);
            }
            WordPiece::TildeExpansion(tilde) => parts.push(Part::Quoted(match tilde {
                TildeExpr::Home => self.value("HOME").unwrap_or("/root").to_owned(),
                TildeExpr::WorkingDir => self.process.folder.clone(),
                TildeExpr::OldWorkingDir => self.value("OLDPWD").unwrap_or("~-").to_owned(),
                TildeExpr::UserHome(user) if user == "root" => "/root".to_owned(),
                TildeExpr::UserHome(user) => format!("~{user}"),
                _ => "~".to_owned(),
            })),
            WordPiece::CommandSubstitution(source) => parts.push(from(self.substitute(source).await)),
            WordPiece::BackquotedCommandSubstitution(source) => {
                let source = source.replace("\\`", "`").replace("\\$", "$").replace("\\\\", "\\");
                parts.push(from(self.substitute(&source).await));
            }
            WordPiece::ArithmeticExpression(expression) => match self.calculate(&expression.value).await {
                Ok(number) => parts.push(from(number.to_string())),
                Err(flow) => return Err(flow),
            },
            WordPiece::ParameterExpansion(expression) => parts.extend(self.parameter(expression, quoted).await?),
        }
        Ok(())
    }

    /// What a command prints, without the newlines at its end.
    async fn substitute(&mut self, source: &str) -> String {
        if self.depth >= DEEPEST {
            self.complain("command substitutions too deep").await;
            return String::new();
        }
        let (mut shell, source) = (self.clone(), source.to_owned());
        shell.traps.clear();
        shell.depth += 1;
        let (reader, writer) = pipe();
        let child = self.process.spawn(vec![self.name.clone()], |mut process| {
            process.files.insert(1, File::Write(writer));
            async move {
                shell.process = process;
                let code = shell.script(&source).await;
                shell.leave(code).await
            }
        });
        let (mut output, mut held) = (crate::practice::runtime::files::Data::default(), Vec::new());
        loop {
            let chunk = reader.read(65_536).await;
            if chunk.is_empty() {
                break;
            }
            output.push(&chunk);
            held.push(self.process.kernel.take(chunk.len() as u64).await);
        }
        self.status = self.process.wait(child, false).await.unwrap_or(127);
        self.substituted = true;
        self.more += output.more;
        output.bytes.retain(|byte| *byte != 0);
        output.text().trim_end_matches('\n').to_owned()
    }

    /// The value of an arithmetic expression.
    pub(super) async fn calculate(&mut self, source: &str) -> Result<i64, Flow> {
        let text = if source.contains(['$', '`']) {
            self.whole(&format!("\"{source}\"")).await?
        } else {
            source.to_owned()
        };
        match self.evaluate(&text) {
            Ok(number) => Ok(number),
            Err(why) => {
                self.complain(why).await;
                self.status = 2;
                Err(Flow::Exit)
            }
        }
    }
}

pub(super) fn joined(parts: Vec<Part>) -> String {
    parts
        .into_iter()
        .map(|part| match part {
            Part::Plain(text) | Part::Quoted(text) | Part::Split(text) => text,
            Part::Fields(fields) => fields.join(" "),
        })
        .collect()
}

/// Splits expanded parts into fields, as patterns in which what is quoted is escaped.
fn split(parts: Vec<Part>, separators: &str) -> Vec<String> {
    let mut fields = Vec::new();
    let mut current: Option<String> = None;
    for part in parts {
        match part {
            Part::Plain(text) => current.get_or_insert_default().push_str(&text),
            Part::Quoted(text) => current.get_or_insert_default().push_str(&glob::escape(&text)),
            Part::Fields(own) => {
                for (index, field) in own.into_iter().enumerate() {
                    if index > 0 {
                        fields.extend(current.take());
                    }
                    current.get_or_insert_default().push_str(&glob::escape(&field));
                }
            }
            Part::Split(text) => {
                // A separator that is not white space makes a field even of nothing.
                for c in text.chars() {
                    if !separators.contains(c) {
                        let field = current.get_or_insert_default();
                        if c == '\\' {
                            field.push('\\');
                        }
                        field.push(c);
                    } else if c.is_whitespace() {
                        fields.extend(current.take());
                    } else {
                        fields.push(current.take().unwrap_or_default());
                    }
                }
            }
        }
    }
    fields.extend(current);
    fields
}
