//! A scenario in the picker's list.

use std::sync::Arc;

use super::msg::Solved;
use crate::scenario::Scenario;

/// A scenario as the picker lists it.
#[derive(Debug, Clone)]
pub struct Card {
    pub folder: String,
    /// The scenario, or what is wrong with its folder.
    pub scenario: Result<Arc<Scenario>, String>,
    pub state: Solved,
    /// Best time in seconds.
    pub best: Option<u64>,
}

impl Card {
    /// `03 Port mismatch`
    #[must_use]
    pub fn label(&self) -> String {
        match &self.scenario {
            Ok(scenario) => match scenario.number {
                Some(number) => format!("{number:02} {}", scenario.title),
                None => scenario.title.clone(),
            },
            Err(_) => self.folder.clone(),
        }
    }
}
