//! What a lesson prints of pods and events, held against what the practice cluster showed.

use super::witness::Witness;

/// A line of a lesson that promises something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Promise {
    /// READY and STATUS of a pod.
    Row(String, String),
    /// Type and reason of an event.
    Event(&'static str, String),
}

/// Every promise of a README, with its line from 1.
#[must_use]
pub fn of(readme: &str) -> Vec<(usize, Promise)> {
    let mut found = Vec::new();
    let mut columns: Option<(usize, usize)> = None;
    let mut fenced = false;
    for (at, line) in readme.lines().enumerate() {
        if line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~") {
            fenced = !fenced;
            columns = None;
            continue;
        }
        if !fenced {
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let position = |name| words.iter().position(|word| *word == name);
        if let (Some(ready), Some(status)) = (position("READY"), position("STATUS")) {
            columns = Some((ready, status));
            continue;
        }
        let promise = columns.and_then(|columns| row(&words, columns)).or_else(|| event(&words));
        if promise.is_none() && words.is_empty() {
            columns = None;
        }
        found.extend(promise.map(|promise| (at + 1, promise)));
    }
    found
}

fn row(words: &[&str], (ready, status): (usize, usize)) -> Option<Promise> {
    let (ready, status) = (words.get(ready)?, words.get(status)?);
    let (have, want) = ready.split_once('/')?;
    let counts = [have, want]
        .iter()
        .all(|count| !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit()));
    counts.then(|| Promise::Row((*ready).to_owned(), (*status).to_owned()))
}

/// `Warning  Failed …`, as describe and `get events` print it: the type, and a reason of one capital word.
fn event(words: &[&str]) -> Option<Promise> {
    let at = words.iter().take(2).position(|word| matches!(*word, "Normal" | "Warning"))?;
    let kind = if words[at] == "Normal" { "Normal" } else { "Warning" };
    let reason = words.get(at + 1)?;
    let word = reason.starts_with(|char: char| char.is_ascii_uppercase()) && reason.bytes().all(|byte| byte.is_ascii_alphanumeric());
    // a sentence that begins so is no event: one has an age, a source or an object behind its reason
    (word && words.len() > at + 3).then(|| Promise::Event(kind, (*reason).to_owned()))
}

impl Witness {
    /// Whether what was promised came.
    #[must_use]
    pub fn kept(&self, promise: &Promise) -> bool {
        match promise {
            Promise::Row(ready, status) => self.rows.contains(&(ready.clone(), status.clone())),
            Promise::Event(kind, reason) => self.events.contains(&(*kind, reason.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_events_promise_and_prose_does_not() {
        let readme = "Warning Failed is what to look for, they say.\n```\nNAME READY STATUS RESTARTS AGE\nweb-1 0/1 ErrImagePull 0 3s\nweb-2 1/1 Running 2 (3s ago) 9s\n```\n\
                      ```\nEvents:\n  Type     Reason  Age  From     Message\n  Warning  Failed  3s   kubelet  Failed to pull\n12s  Normal  Pulling  pod/web  Pulling image\n```\n";
        let row = |ready: &str, status: &str| Promise::Row(ready.into(), status.into());
        assert_eq!(
            of(readme),
            [
                (4, row("0/1", "ErrImagePull")),
                (5, row("1/1", "Running")),
                (10, Promise::Event("Warning", "Failed".into())),
                (11, Promise::Event("Normal", "Pulling".into()))
            ]
        );
    }
}
