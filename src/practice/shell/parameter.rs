//! `$name`, `${name:-word}` and their kin.

use brush_parser::word::{Parameter, ParameterExpr, ParameterTestType, SpecialParameter, SubstringMatchKind};

use super::expand::Part;
use super::{Flow, Shell, glob};

impl Shell {
    /// What a parameter expands to.
    pub(super) async fn parameter(&mut self, expression: &ParameterExpr, quoted: bool) -> Result<Vec<Part>, Flow> {
        use ParameterExpr as E;
        let part = |text: String| vec![if quoted { Part::Quoted(text) } else { Part::Split(text) }];
        match expression {
            E::Parameter { parameter, .. } => self.plain(parameter, quoted).await,
            E::UseDefaultValues {
                parameter,
                test_type,
                default_value,
                ..
            } => match self.tested(parameter, test_type) {
                Some(value) => Ok(part(value)),
                None => self.other(default_value.as_deref(), quoted).await,
            },
            E::AssignDefaultValues {
                parameter,
                test_type,
                default_value,
                ..
            } => match self.tested(parameter, test_type) {
                Some(value) => Ok(part(value)),
                None => {
                    let value = self.word(default_value.as_deref()).await?;
                    if let Parameter::Named(name) = parameter {
                        // A read-only variable stays what it is.
                        let _ = self.assign(name, value.clone(), 0).await;
                    }
                    Ok(part(value))
                }
            },
            E::IndicateErrorIfNullOrUnset {
                parameter,
                test_type,
                error_message,
                ..
            } => match self.tested(parameter, test_type) {
                Some(value) => Ok(part(value)),
                None => {
                    let message = self.word(error_message.as_deref()).await?;
                    let message = if message.is_empty() {
                        "parameter not set or null".to_owned()
                    } else {
                        message
                    };
                    self.complain(format!("{}: {message}", name_of(parameter))).await;
                    self.status = 2;
                    Err(Flow::Exit)
                }
            },
            E::UseAlternativeValue {
                parameter,
                test_type,
                alternative_value,
                ..
            } => match self.tested(parameter, test_type) {
                Some(_) => self.other(alternative_value.as_deref(), quoted).await,
                None => Ok(part(String::new())),
            },
            E::ParameterLength { parameter, .. } => {
                let length = self.get(parameter).map_or(0, |value| value.chars().count() as u64);
                let more = match parameter {
                    Parameter::Named(name) => self.variables.get(name).map_or(0, |variable| variable.more),
                    _ => 0,
                };
                Ok(part((length + more).to_string()))
            }
            E::RemoveSmallestSuffixPattern { parameter, pattern, .. } => self.cut(parameter, pattern, false, false).await.map(part),
            E::RemoveLargestSuffixPattern { parameter, pattern, .. } => self.cut(parameter, pattern, false, true).await.map(part),
            E::RemoveSmallestPrefixPattern { parameter, pattern, .. } => self.cut(parameter, pattern, true, false).await.map(part),
            E::RemoveLargestPrefixPattern { parameter, pattern, .. } => self.cut(parameter, pattern, true, true).await.map(part),
            E::Substring { parameter, offset, length, .. } => {
                let value: Vec<char> = self.get(parameter).unwrap_or_default().chars().collect();
                let size = i64::try_from(value.len()).unwrap_or(i64::MAX);
                let offset = self.calculate(&offset.value).await?;
                let from = if offset < 0 { size + offset } else { offset }.clamp(0, size);
                let to = match length {
                    None => size,
                    Some(length) => {
                        let length = self.calculate(&length.value).await?;
                        if length < 0 { size + length } else { from.saturating_add(length) }.clamp(from, size)
                    }
                };
                let inside = value.get(from as usize..to as usize).unwrap_or_default();
                Ok(part(inside.iter().collect()))
            }
            E::ReplaceSubstring {
                parameter,
                pattern,
                replacement,
                match_kind,
                ..
            } => {
                let value = self.get(parameter).unwrap_or_default();
                let pattern = self.pattern(pattern).await?;
                let with = self.word(replacement.as_deref()).await?;
                let all = matches!(match_kind, SubstringMatchKind::Anywhere);
                Ok(part(glob::replace(&value, &pattern, &with, all)))
            }
            _ => {
                self.cannot("this form of ${…}").await;
                Err(Flow::Exit)
            }
        }
    }

    async fn plain(&mut self, parameter: &Parameter, quoted: bool) -> Result<Vec<Part>, Flow> {
        if let Parameter::Special(SpecialParameter::AllPositionalParameters { concatenate }) = parameter {
            return Ok(match (quoted, concatenate) {
                (true, true) => vec![Part::Quoted(self.arguments.join(" "))],
                (true, false) => vec![Part::Fields(self.arguments.clone())],
                // White space keeps apart what is split again.
                (false, _) => vec![Part::Split(self.arguments.join(" "))],
            });
        }
        let value = self.get(parameter);
        if value.is_none() && self.set.unset {
            self.complain(format!("{}: parameter not set", name_of(parameter))).await;
            self.status = 2;
            return Err(Flow::Exit);
        }
        if let Parameter::Named(name) = parameter {
            self.more += self.variables.get(name).map_or(0, |variable| variable.more);
        }
        let value = value.unwrap_or_default();
        Ok(vec![if quoted { Part::Quoted(value) } else { Part::Split(value) }])
    }

    /// A parameter's value, if it has one.
    pub(super) fn get(&self, parameter: &Parameter) -> Option<String> {
        match parameter {
            Parameter::Named(name) => self.value(name).map(str::to_owned),
            Parameter::Positional(0) => Some(self.name.clone()),
            Parameter::Positional(number) => self.arguments.get(*number as usize - 1).cloned(),
            Parameter::Special(special) => Some(match special {
                SpecialParameter::AllPositionalParameters { .. } => self.arguments.join(" "),
                SpecialParameter::PositionalParameterCount => self.arguments.len().to_string(),
                SpecialParameter::LastExitStatus => self.status.to_string(),
                SpecialParameter::ProcessId => self.process.pid.to_string(),
                SpecialParameter::LastBackgroundProcessId if self.background == 0 => String::new(),
                SpecialParameter::LastBackgroundProcessId => self.background.to_string(),
                SpecialParameter::ShellName => self.name.clone(),
                SpecialParameter::CurrentOptionFlags => if self.set.exit { "e" } else { "" }.to_owned(),
            }),
            _ => None,
        }
    }

    fn tested(&self, parameter: &Parameter, test: &ParameterTestType) -> Option<String> {
        let value = match parameter {
            Parameter::Special(SpecialParameter::AllPositionalParameters { .. }) if self.arguments.is_empty() => None,
            other => self.get(other),
        };
        value.filter(|value| matches!(test, ParameterTestType::Unset) || !value.is_empty())
    }

    async fn word(&mut self, word: Option<&str>) -> Result<String, Flow> {
        match word {
            Some(word) => Box::pin(self.whole(word)).await,
            None => Ok(String::new()),
        }
    }

    /// The word that stands in for a value; outside of quotes it is split like one.
    async fn other(&mut self, word: Option<&str>, quoted: bool) -> Result<Vec<Part>, Flow> {
        let quotes = word.is_some_and(|word| word.starts_with(['"', '\'']));
        let text = self.word(word).await?;
        Ok(vec![if quoted || quotes { Part::Quoted(text) } else { Part::Split(text) }])
    }

    /// A value without what a pattern matches at one of its ends.
    async fn cut(&mut self, parameter: &Parameter, pattern: &Option<String>, front: bool, most: bool) -> Result<String, Flow> {
        let value = self.get(parameter).unwrap_or_default();
        let Some(pattern) = pattern else { return Ok(value) };
        let pattern = Box::pin(self.pattern(pattern)).await?;
        let mut ends: Vec<usize> = value.char_indices().map(|(at, _)| at).chain([value.len()]).collect();
        // The smallest match at the front ends first, the smallest at the back begins last.
        if front == most {
            ends.reverse();
        }
        let hit = ends.into_iter().find(|at| {
            let side = if front { &value[..*at] } else { &value[*at..] };
            glob::matches(&pattern, side)
        });
        Ok(match hit {
            Some(at) if front => value[at..].to_owned(),
            Some(at) => value[..at].to_owned(),
            None => value,
        })
    }
}

fn name_of(parameter: &Parameter) -> String {
    match parameter {
        Parameter::Named(name) => name.clone(),
        Parameter::Positional(number) => number.to_string(),
        other => other.to_string(),
    }
}
