//! A message taken apart: the texts that Kubernetes and programs write have a form, and each part of it a name.

use super::{Clue, Fault, Source};

/// A part of a message and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub name: String,
    pub text: String,
    /// The part that the fault hangs on.
    pub decides: bool,
}

/// How to read a message of a form and where to look next, where that says more than its fault.
pub type Told = (&'static str, &'static str);

const RIGHTS: Told = (
    "A refusal in full: who asked, to do what, with which kind, where. A right must fit all four, and nothing but a binding gives one.",
    "Describe the pod for the service account that it runs as. Then list the Roles and RoleBindings: which of them name this account, and what do those allow?",
);
const NAMES: Told = (
    "The name was asked of the cluster's DNS, which knows a name for each Service, in the Service's own namespace.",
    "List the Services and hold their names against this one, letter by letter; then look in the map whether the one that is meant leads to a pod.",
);

/// Forms of messages, the closest first; `{name}` stands for a part, `{!name}` for the one that decides.
const FORMS: [(&str, Option<Told>); 18] = [
    (
        "User \"{who}\" cannot {!may not} resource \"{resource}\" in API group \"{API group}\" in the namespace \"{namespace}\"",
        Some(RIGHTS),
    ),
    (
        "User \"{who}\" cannot {!may not} resource \"{resource}\" in API group \"{API group}\" at the {scope} scope",
        Some(RIGHTS),
    ),
    ("exceeded quota: {quota}, requested: {!asked for}, used: {used}, limited: {limit}", None),
    ("{check} probe failed: HTTP probe failed with statuscode: {!answer}", None),
    ("{check} probe failed: Get \"{asked}\": {!answer}", None),
    ("{check} probe failed: dial tcp {asked}: {!answer}", None),
    ("{check} probe failed: {!answer}", None),
    ("couldn't find key {!key} in {kind} {object}", None),
    ("MountVolume.SetUp failed for volume \"{volume}\" : {kind} \"{!object}\" not found", None),
    ("{kind} \"{!object}\" not found", None),
    ("{nodes that take it} nodes are available: {!why not}. preemption: {preemption}", None),
    ("{nodes that take it} nodes are available: {!why not}.", None),
    ("lookup {!name} on {DNS server}: {answer}", Some(NAMES)),
    ("{who asks}: bad address '{!name}'", Some(NAMES)),
    ("can't connect to remote host ({!address}): {answer}", None),
    ("container {container} ended: {!reason}, exit code {exit code}", None),
    ("{object} was told to go and stays: {field}: {!held by}", None),
    ("Container {container} failed {!check} probe, will be restarted", None),
];
/// Of a condition.
const CONDITION: &str = "{condition}={status} {!reason}: {message}";

/// The parts of a clue's message, in its order.
#[must_use]
pub fn apart(clue: &Clue) -> Vec<Named> {
    if clue.source == Source::Condition
        && clue.fault != Fault::Scheduling
        && let Some(parts) = parts(CONDITION, &clue.text)
    {
        return parts;
    }
    known(&clue.text).map_or_else(|| chain(&clue.text), |(parts, _)| parts)
}

/// What the form of a clue's message tells.
#[must_use]
pub(super) fn told(clue: &Clue) -> Option<Told> {
    known(&clue.text).and_then(|(_, told)| told)
}

fn known(text: &str) -> Option<(Vec<Named>, Option<Told>)> {
    FORMS.iter().find_map(|(form, told)| parts(form, text).map(|parts| (parts, *told)))
}

/// What a form finds in a text, wherever in it the form begins.
fn parts(form: &str, text: &str) -> Option<Vec<Named>> {
    let (before, names) = form.split_once('{')?;
    // a part in front of all literal words is the last word there
    let mut rest = if before.is_empty() { text } else { text.split_once(before)?.1 };
    let mut found: Vec<Named> = Vec::new();
    for piece in names.split('{') {
        let (name, literal) = piece.split_once('}')?;
        let (said, behind) = if literal.is_empty() { (rest, "") } else { rest.split_once(literal)? };
        let said = if found.is_empty() && before.is_empty() { last_clause(said) } else { said };
        let (name, decides) = name.strip_prefix('!').map_or((name, false), |name| (name, true));
        if !said.is_empty() {
            let text = said.to_owned();
            found.push(Named {
                name: name.to_owned(),
                text,
                decides,
            });
        }
        rest = behind;
    }
    found.iter().any(|part| part.decides).then_some(found)
}

/// What stands behind the last colon: an open first part reaches back no further.
fn last_clause(said: &str) -> &str {
    said.rsplit_once(": ").map_or(said, |(_, last)| last)
}

/// `a: b: c` is how programs say who complains, about what, and why; the cause comes last.
fn chain(text: &str) -> Vec<Named> {
    let Some((before, last)) = text.trim_end().rsplit_once(": ") else {
        return Vec::new();
    };
    let part = |name: &str, text: &str, decides| Named {
        name: name.to_owned(),
        text: text.to_owned(),
        decides,
    };
    vec![part("it says", before, false), part("because", last, true)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(form: &str, text: &str) -> Vec<(String, String, bool)> {
        let parts = parts(form, text).unwrap_or_default();
        parts.into_iter().map(|part| (part.name, part.text, part.decides)).collect()
    }

    #[test]
    fn each_form_finds_its_own_parts_and_one_that_decides() {
        for (form, _) in FORMS {
            let text = form.replace("{!", "").replace(['{', '}'], "");
            let (known, _) = known(&text).expect(form);
            assert_eq!(known.iter().filter(|part| part.decides).count(), 1, "{form}: {known:?}");
            assert!(known.iter().all(|part| part.name == part.text), "{form}: {known:?}");
        }
    }

    #[test]
    fn a_form_begins_anywhere_in_a_message() {
        let said = "Error from server (Forbidden): pods is forbidden: User \"robot\" cannot list resource \"pods\" in API group \"\" in the namespace \"lab\"";
        let parts: Vec<String> = taken(FORMS[0].0, said).into_iter().map(|(name, text, _)| format!("{name}={text}")).collect();
        assert_eq!(parts, ["who=robot", "may not=list", "resource=pods", "namespace=lab"]);
        assert_eq!(taken(FORMS[13].0, "12:00 wget: bad address 'db:8080'")[1].1, "db:8080");
    }

    #[test]
    fn what_has_no_known_form_ends_with_its_cause() {
        let parts = chain("fatal: cannot start: SETTING is not set");
        assert_eq!((parts[0].text.as_str(), parts[1].text.as_str()), ("fatal: cannot start", "SETTING is not set"));
        assert!(chain("bye").is_empty());
    }
}
