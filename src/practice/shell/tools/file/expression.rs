//! The expressions of find.

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Expression {
    Always,
    Name(String),
    Folded(String),
    Path(String),
    Type(char),
    Empty,
    /// Prints the path with this behind it.
    Print(char),
    Run(Vec<String>),
    /// Runs once for all that is found, by its place among such commands.
    Gather(usize),
    Delete,
    Not(Box<Expression>),
    Both(Box<Expression>, Box<Expression>),
    Either(Box<Expression>, Box<Expression>),
}

/// What find was asked for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub follow: bool,
    /// Folders come after what is in them.
    pub inside_first: bool,
    pub least: usize,
    pub most: Option<usize>,
    /// The commands that run once.
    pub commands: Vec<Vec<String>>,
    acts: bool,
}

/// Reads the words after the paths.
///
/// # Errors
/// busybox's words for what is no expression.
pub(super) fn read(words: &[String]) -> Result<(Expression, Asked), String> {
    let mut reader = Reader {
        words: words.iter(),
        asked: Asked::default(),
    };
    let expression = reader.either()?;
    if let Some(word) = reader.words.next() {
        return Err(format!("unrecognized: {word}"));
    }
    let whole = match reader.asked.acts {
        true => expression,
        false => Expression::Both(expression.into(), Expression::Print('\n').into()),
    };
    Ok((whole, reader.asked))
}

struct Reader<'a> {
    words: std::slice::Iter<'a, String>,
    asked: Asked,
}

impl Reader<'_> {
    fn peek(&self) -> &str {
        self.words.as_slice().first().map_or("", String::as_str)
    }

    fn either(&mut self) -> Result<Expression, String> {
        let left = self.both()?;
        if matches!(self.peek(), "-o" | "-or") {
            self.words.next();
            return Ok(Expression::Either(left.into(), self.either()?.into()));
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Expression, String> {
        let mut all = Expression::Always;
        while !matches!(self.peek(), "" | "-o" | "-or" | ")") {
            if matches!(self.peek(), "-a" | "-and") {
                self.words.next();
            }
            all = Expression::Both(all.into(), self.one()?.into());
        }
        Ok(all)
    }

    fn value(&mut self, name: &str) -> Result<String, String> {
        self.words.next().cloned().ok_or_else(|| format!("{name} requires an argument"))
    }

    fn one(&mut self) -> Result<Expression, String> {
        let word = self.words.next().map_or("", String::as_str);
        Ok(match word {
            "!" | "-not" => Expression::Not(self.one()?.into()),
            "(" => {
                let inner = self.either()?;
                if self.value("(")? != ")" {
                    return Err("unpaired '('".to_owned());
                }
                inner
            }
            "-name" => Expression::Name(self.value(word)?),
            "-iname" => Expression::Folded(self.value(word)?.to_lowercase()),
            "-path" => Expression::Path(self.value(word)?),
            "-type" => Expression::Type(self.value(word)?.chars().next().unwrap_or_default()),
            "-empty" => Expression::Empty,
            "-print" | "-print0" | "-delete" | "-exec" => self.action(word)?,
            _ => return self.option(word),
        })
    }

    fn action(&mut self, word: &str) -> Result<Expression, String> {
        self.asked.acts = true;
        Ok(match word {
            "-print" => Expression::Print('\n'),
            "-print0" => Expression::Print('\0'),
            "-delete" => {
                self.asked.inside_first = true;
                Expression::Delete
            }
            _ => {
                let mut command = Vec::new();
                loop {
                    match self.value(word)?.as_str() {
                        ";" => break Expression::Run(command),
                        "+" => {
                            self.asked.commands.push(command);
                            break Expression::Gather(self.asked.commands.len() - 1);
                        }
                        part => command.push(part.to_owned()),
                    }
                }
            }
        })
    }

    /// What holds for the whole walk.
    fn option(&mut self, word: &str) -> Result<Expression, String> {
        match word {
            "-follow" => self.asked.follow = true,
            "-depth" => self.asked.inside_first = true,
            "-xdev" => {}
            "-maxdepth" | "-mindepth" => {
                let depth = self.value(word)?;
                let depth = depth.parse().map_err(|_| format!("invalid number '{depth}'"))?;
                if word == "-maxdepth" {
                    self.asked.most = Some(depth);
                } else {
                    self.asked.least = depth;
                }
            }
            _ => return Err(format!("unrecognized: {word}")),
        }
        Ok(Expression::Always)
    }
}
