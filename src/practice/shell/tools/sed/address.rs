//! Whether a command of sed is for the line at hand.

use regex::bytes::Regex;

use super::command::{Address, Command, Fault};
use super::editor::{Editor, Stop};

impl Editor<'_> {
    pub(super) async fn applies(&mut self, at: usize, command: &Command) -> Result<bool, Stop> {
        let hit = match (&command.from, &command.to) {
            (None, _) => true,
            (Some(from), None) => self.hit(from).await?,
            (Some(from), Some(to)) => self.within(at, from, to).await?,
        };
        Ok(hit != command.not)
    }

    /// Whether the line is in a range, which is opened or closed by it.
    async fn within(&mut self, at: usize, from: &Address, to: &Address) -> Result<bool, Stop> {
        if let Some(until) = self.ranges[at] {
            let ends = match to {
                Address::Number(_) | Address::After(_) => self.number >= until,
                other => self.hit(other).await?,
            };
            if ends {
                self.ranges[at] = None;
            }
            return Ok(true);
        }
        if !self.hit(from).await? {
            return Ok(false);
        }
        let until = match to {
            Address::Number(number) => *number,
            Address::After(lines) => self.number + lines,
            _ => usize::MAX,
        };
        self.ranges[at] = (until > self.number).then_some(until);
        Ok(true)
    }

    async fn hit(&mut self, address: &Address) -> Result<bool, Stop> {
        Ok(match address {
            Address::Number(number) => *number == self.number,
            Address::Step(first, 0) => *first == self.number,
            Address::Step(first, step) => self.number >= *first && (self.number - first).is_multiple_of(*step),
            Address::Last => self.at_last().await?,
            Address::Matches(pattern) => self.asked(pattern.as_ref())?.is_match(&self.space),
            Address::After(_) => false,
        })
    }

    pub(super) async fn at_last(&mut self) -> Result<bool, Stop> {
        if !self.input.ready() {
            self.flush().await?;
        }
        Ok(self.input.ended(self.process).await)
    }

    /// The pattern, or the one that was asked last.
    pub(super) fn asked(&mut self, pattern: Option<&Regex>) -> Result<Regex, Stop> {
        if let Some(pattern) = pattern {
            self.last = Some(pattern.clone());
        }
        self.last.clone().ok_or(Stop::Fault(Fault::Previous))
    }
}
