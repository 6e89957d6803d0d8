//! The options and words that were given.

/// The options that were given, and the words.
#[derive(Default)]
pub(super) struct Given {
    pub words: Vec<String>,
    pub namespace: Option<String>,
    pub all: bool,
    pub watch: bool,
    pub only_watch: bool,
    pub output: String,
    pub labels: String,
    pub fields: String,
    pub raw: Option<String>,
    pub headless: bool,
    pub quiet: bool,
    pub no_wait: bool,
}

impl Given {
    /// Takes a command line apart; the flag nobody here knows comes back.
    pub fn read(words: &[String]) -> Result<Self, String> {
        let (mut given, mut rest) = (Self::default(), words.iter().peekable());
        while let Some(word) = rest.next() {
            let (name, joined) = match word.split_once('=') {
                Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
                _ => (word.as_str(), None),
            };
            let mut value = || joined.clone().or_else(|| rest.next().cloned()).unwrap_or_default();
            let off = joined.as_deref() == Some("false");
            match name {
                "-n" | "--namespace" => given.namespace = Some(value()),
                "-l" | "--selector" => given.labels = value(),
                "--field-selector" => given.fields = value(),
                "-o" | "--output" => given.output = value(),
                "--raw" => given.raw = Some(value()),
                "-A" | "--all-namespaces" => given.all = true,
                "-w" | "--watch" => given.watch = !off,
                "--watch-only" => (given.watch, given.only_watch) = (true, true),
                "--no-headers" => given.headless = true,
                "-q" | "--quiet" => given.quiet = true,
                "--wait" => given.no_wait = off,
                "--client" | "--now" | "--force" | "--ignore-not-found" => given.words.push(word.clone()),
                name if name.starts_with("-o") && name.len() > 2 && !name.starts_with("--") => name[2..].clone_into(&mut given.output),
                name if name.starts_with("--") => return Err(format!("unknown flag: {name}")),
                name if name.starts_with('-') && name.len() > 1 => {
                    return Err(format!("unknown shorthand flag: '{}' in {name}", name.chars().nth(1).unwrap_or_default()));
                }
                _ => given.words.push(word.clone()),
            }
        }
        Ok(given)
    }
}
