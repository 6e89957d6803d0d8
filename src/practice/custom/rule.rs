//! A rule of a schema (`x-kubernetes-validations`), read once.

use serde_json::Value;

use super::schema::{Additional, Schema};
use crate::practice::cel::Program;
use crate::practice::field::text;

#[derive(Debug)]
pub struct Rule {
    pub program: Result<Program, String>,
    /// Whether it asks for what was there before.
    pub changes: bool,
    /// It is asked even where nothing was there before.
    pub optional_old: bool,
    /// What it is called in errors.
    pub called: String,
    pub message: String,
    pub message_program: Option<Program>,
    pub reason: String,
    /// Where, below its own place, the fault is.
    pub way: Option<String>,
}

impl Rule {
    /// `None` for one that says nothing.
    #[must_use]
    pub fn of(written: &Value, schema: &Schema) -> Option<Self> {
        let (rule, message) = (text(&written["rule"]), text(&written["message"]).trim());
        if rule.trim().is_empty() {
            return None;
        }
        let program = Program::parse(rule);
        Some(Self {
            changes: program.as_ref().is_ok_and(|program| program.names("oldSelf")),
            program,
            optional_old: written["optionalOldSelf"] == true,
            called: if message.is_empty() { rule.trim() } else { message }.to_owned(),
            message: if message.is_empty() {
                format!("failed rule: {}", rule.trim())
            } else {
                message.to_owned()
            },
            message_program: Some(text(&written["messageExpression"]))
                .filter(|source| !source.is_empty())
                .and_then(|source| Program::parse(source).ok()),
            reason: text(&written["reason"]).to_owned(),
            way: way(schema, text(&written["fieldPath"])).filter(|way| !way.is_empty()),
        })
    }
}

/// A path below a schema, such as `.a['b']`, as Kubernetes writes it; `None` where there is nothing such.
#[must_use]
pub fn way(mut schema: &Schema, path: &str) -> Option<String> {
    let (mut written, mut rest) = (String::new(), path);
    while !rest.is_empty() {
        let name;
        if let Some(quoted) = rest.strip_prefix("['") {
            (name, rest) = quoted.split_once("']")?;
        } else {
            let plain = rest.strip_prefix('.')?;
            let end = plain.find(['.', '[']).unwrap_or(plain.len());
            (name, rest) = plain.split_at(end);
        }
        match (schema.properties.is_empty(), &schema.additional) {
            (true, Additional::Of(inner)) => {
                written.push_str(&format!("[{name}]"));
                schema = inner;
            }
            _ => {
                written.push_str(if written.is_empty() { "" } else { "." });
                written.push_str(name);
                schema = schema.properties.get(name)?;
            }
        }
    }
    Some(written)
}
