//! `trap`: what a shell does when a signal comes.

use super::{Flow, Shell};
use crate::practice::runtime::hold;

const NAMES: &[(i32, &str)] = &[
    (1, "HUP"),
    (2, "INT"),
    (3, "QUIT"),
    (6, "ABRT"),
    (9, "KILL"),
    (10, "USR1"),
    (12, "USR2"),
    (13, "PIPE"),
    (14, "ALRM"),
    (15, "TERM"),
    (17, "CHLD"),
    (18, "CONT"),
    (19, "STOP"),
    (28, "WINCH"),
];

/// The number of a signal given by name or number; 0 is the exit.
pub fn number(name: &str) -> Option<i32> {
    if let Ok(number) = name.parse() {
        return (0..=64).contains(&number).then_some(number);
    }
    let name = name.to_ascii_uppercase();
    let name = name.strip_prefix("SIG").unwrap_or(&name);
    if name == "EXIT" {
        return Some(0);
    }
    NAMES.iter().find(|(_, known)| *known == name).map(|(number, _)| *number)
}

pub fn name(number: i32) -> &'static str {
    NAMES.iter().find(|(known, _)| *known == number).map_or("EXIT", |(_, name)| name)
}

impl Shell {
    pub(super) async fn trap(&mut self, words: &[String]) -> Flow {
        let words: Vec<&String> = words.iter().filter(|word| *word != "--").collect();
        self.status = 0;
        let Some((action, signals)) = words.split_first() else {
            for (signal, action) in self.traps.clone() {
                let line = format!("trap -- '{action}' {}\n", name(signal));
                let _ = self.process.print(line).await;
            }
            return Flow::Next;
        };
        let alone = signals.is_empty();
        let signals = if alone { std::slice::from_ref(action) } else { signals };
        for signal in signals {
            let Some(signal) = number(signal) else {
                self.complain(format!("trap: {signal}: invalid signal specification")).await;
                self.status = 1;
                continue;
            };
            let default = alone || *action == "-";
            if default {
                self.traps.remove(&signal);
            } else {
                self.traps.insert(signal, (*action).clone());
            }
            if let Some(known) = hold(&self.process.kernel.table).get_mut(&self.process.pid) {
                if default {
                    known.caught.remove(&signal);
                } else {
                    known.caught.insert(signal);
                }
            }
        }
        Flow::Next
    }

    /// Signals go back to what they do by themselves, as for a program that takes the shell's place.
    pub(super) fn signals_default(&mut self) {
        let ignored: Vec<i32> = self.traps.iter().filter(|(_, action)| action.is_empty()).map(|(signal, _)| *signal).collect();
        if let Some(known) = hold(&self.process.kernel.table).get_mut(&self.process.pid) {
            known.caught.retain(|signal| ignored.contains(signal));
        }
    }

    /// Does what the traps say about the signals that came.
    pub(super) async fn caught(&mut self) -> Flow {
        for signal in self.pending() {
            let Some(action) = self.traps.get(&signal).cloned() else { continue };
            let status = self.status;
            let flow = Box::pin(self.source(&action)).await.unwrap_or(Flow::Next);
            if flow != Flow::Next {
                return flow;
            }
            self.status = status;
        }
        Flow::Next
    }
}
