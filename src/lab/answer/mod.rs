//! The lab's own answer to a kubectl command of the lesson, for learners who have no kubectl.

mod words;

use super::keymap::Action;
use super::msg::{Detail, Effect};
use super::table::{self, TableRow};
use super::{Attempt, Model, Pane, Tab, attempt};
use crate::cluster::snapshot::{ObjectRef, Uid};
use words::{Words, kind};

/// Opens the view that answers; none where the command is not kubectl's.
pub(super) fn open(model: &mut Model, command: &str) -> Option<Vec<Effect>> {
    let words = Words::read(command)?;
    let effects = match words.verb.as_str() {
        "get" => get(model, &words),
        "describe" => on_row(model, &words, Action::Describe),
        "logs" => logs(model, &words),
        "events" => events(model, &words),
        "explain" => explain(model, &words),
        "edit" => on_row(model, &words, Action::Edit),
        "scale" | "patch" | "label" | "annotate" | "set" => on_row(model, &words, Action::Repair),
        "delete" if words.files.is_empty() => on_row(model, &words, Action::Repair),
        "rollout" => rollout(model, &words),
        "create" | "expose" | "run" if words.files.is_empty() => make(model, &words),
        "apply" | "create" | "replace" | "delete" => files(model, &words),
        "wait" => get(model, &words),
        "auth" if words.about.len() > 2 => can(model, &words),
        verb => {
            let what = format!("There is no kubectl on your PATH, and the lab has no view of its own for `kubectl {verb}`");
            model.say(false, what, ". copies the command; : lists what the lab can do");
            Vec::new()
        }
    };
    Some(effects)
}

fn get(model: &mut Model, words: &Words) -> Vec<Effect> {
    if let Some(path) = &words.raw {
        return attempt::page(model, Detail::Raw(path.clone()), format!("kubectl get --raw {path}"));
    }
    if words.object().is_some_and(|(kind, _)| kind == "Event") {
        return events(model, words);
    }
    let text = ["yaml", "json", "jsonpath", "go-template", "custom-columns"];
    if text.iter().any(|form| words.output.starts_with(form)) {
        return on_row(model, words, Action::Yaml);
    }
    let all = words.about.first().is_some_and(|word| word == "all");
    let wanted = if all { Some(("Pod", "")) } else { words.object() };
    match wanted.filter(|_| !words.everywhere) {
        Some((kind, _)) if shown(model, kind) => {
            turn(model, words, kind);
            if let Some(attempt) = model.attempt_mut() {
                attempt.wide |= words.output == "wide";
            }
            let labels = if words.selector.is_empty() {
                String::new()
            } else {
                format!(" -l {}", pairs(words))
            };
            let namespace = attempt::namespace(model);
            attempt::equal(model, format!("kubectl get {}s{labels} -n {namespace}", kind.to_lowercase()));
            Vec::new()
        }
        _ => list(model, words),
    }
}

fn pairs(words: &Words) -> String {
    let pairs: Vec<_> = words.selector.iter().map(|(key, value)| format!("{key}={value}")).collect();
    pairs.join(",")
}

/// A kind that the lab does not watch is asked for once.
fn list(model: &mut Model, words: &Words) -> Vec<Effect> {
    let Some(word) = words.about.first().and_then(|word| word.split([',', '/']).next()) else {
        return Vec::new();
    };
    let resource = kind(word).map_or_else(|| word.to_owned(), str::to_owned);
    let scope = if words.everywhere { " --all-namespaces" } else { "" };
    let command = format!("kubectl get {word}{scope}");
    let (everywhere, selector) = (words.everywhere, pairs(words));
    attempt::page(
        model,
        Detail::List {
            resource,
            everywhere,
            selector,
        },
        command,
    )
}

fn shown(model: &Model, kind: &str) -> bool {
    let tab = tab(kind);
    model.attempt().is_some_and(|attempt| table::tabs(attempt).contains(&tab))
}

fn tab(kind: &str) -> Tab {
    if kind == "Pod" { Tab::Pods } else { Tab::Kind(kind.to_owned()) }
}

/// Shows the kind's table, with the object that is meant selected: by name, by label, else the one that is selected anyway.
fn turn(model: &mut Model, words: &Words, kind: &str) -> bool {
    let name = words.object().map_or("", |(_, name)| name);
    let Some(attempt) = model.attempt_mut() else { return false };
    attempt.focus = Pane::Pods;
    attempt.memory.turned = true;
    let tab = tab(kind);
    if attempt.tab != tab {
        attempt.tab = tab;
        attempt.scroll.pods = 0;
        attempt.selected = None;
    }
    table::reselect(attempt);
    let Some(uid) = meant(attempt, words, name) else {
        return attempt.selected.is_some();
    };
    attempt.selected = Some(uid);
    attempt.memory.picked = true;
    true
}

/// The row of this name or a longer one, or the newest with these labels.
fn meant(attempt: &Attempt, words: &Words, name: &str) -> Option<Uid> {
    let rows = table::rows(attempt);
    let called = |whole: bool| {
        rows.iter().find(|row| {
            let own = row.object().name;
            if whole { own == name } else { !name.is_empty() && own.starts_with(name) }
        })
    };
    let labelled = || {
        rows.iter()
            .rev()
            .find(|row| !words.selector.is_empty() && words.selector.iter().all(|(key, value)| labels(row, key) == Some(value)))
    };
    called(true).or_else(|| called(false)).or_else(labelled).map(|row| row.uid().clone())
}

fn labels<'a>(row: &'a TableRow, key: &str) -> Option<&'a String> {
    match row {
        TableRow::Pod(pod) => pod.labels.get(key),
        TableRow::Object(object) => object.labels.get(key),
        TableRow::Node(_) => None,
    }
}

/// A key of the lab's own, pressed on the row that the command is about.
fn on_row(model: &mut Model, words: &Words, action: Action) -> Vec<Effect> {
    let Some((kind, name)) = words.object() else {
        model.say(false, "The lab does not know this kind", "[ and ] turn to the kinds of this lesson");
        return Vec::new();
    };
    if shown(model, kind) && turn(model, words, kind) {
        return attempt::inspect(model, action);
    }
    let namespace = attempt::namespace(model);
    let about = ObjectRef {
        kind: kind.to_owned(),
        namespace,
        name: name.to_owned(),
    };
    match action {
        _ if name.is_empty() => {
            model.say(false, format!("There is no {kind} here yet"), "b brings the lesson's objects in");
            Vec::new()
        }
        Action::Describe => attempt::page(model, Detail::Describe(about), format!("kubectl describe {} {name}", kind.to_lowercase())),
        Action::Yaml => attempt::page(model, Detail::Yaml(about), format!("kubectl get {} {name} -o yaml", kind.to_lowercase())),
        _ => {
            model.say(false, format!("There is no {kind} {name} here"), "b brings the lesson's objects in");
            Vec::new()
        }
    }
}

fn logs(model: &mut Model, words: &Words) -> Vec<Effect> {
    let kind = words.object().map_or("Pod", |(kind, _)| kind);
    if !turn(model, words, kind) {
        model.say(false, "There is no pod here yet", "b brings the lesson's objects in");
        return Vec::new();
    }
    attempt::logs_of(model, words.container.as_deref(), words.previous.then_some(true))
}

/// The feed, or the events of the object that is named.
fn events(model: &mut Model, words: &Words) -> Vec<Effect> {
    if let Some((word, name)) = words.of.as_deref().and_then(|of| of.split_once('/')) {
        let about = Words {
            verb: "events".to_owned(),
            about: vec![word.to_owned(), name.to_owned()],
            ..Words::default()
        };
        return on_row(model, &about, Action::Events);
    }
    let namespace = attempt::namespace(model);
    if let Some(attempt) = model.attempt_mut() {
        attempt.focus = Pane::Events;
    }
    attempt::equal(model, format!("kubectl events -n {namespace}"));
    Vec::new()
}

fn explain(model: &mut Model, words: &Words) -> Vec<Effect> {
    let Some(path) = words.about.first() else { return Vec::new() };
    let (first, rest) = path.split_once('.').map_or((path.as_str(), ""), |(first, rest)| (first, rest));
    let kind = kind(first).unwrap_or(first).to_owned();
    let fields = rest.split('.').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    attempt::page(model, Detail::Explain { kind, fields }, format!("kubectl explain {path}"))
}

fn rollout(model: &mut Model, words: &Words) -> Vec<Effect> {
    match words.about.first().map(String::as_str) {
        Some("status") => get(model, words),
        Some("history") => on_row(model, words, Action::Describe),
        _ => on_row(model, words, Action::Repair),
    }
}

/// `kubectl auth can-i VERB RESOURCE --as=…`
fn can(model: &mut Model, words: &Words) -> Vec<Effect> {
    let (verb, resource) = (words.about[1].clone(), words.about[2].clone());
    let who = words.who.clone().unwrap_or_default();
    let named = if who.is_empty() { String::new() } else { format!(" --as={who}") };
    let command = format!("kubectl auth can-i {verb} {resource}{named} -n {}", attempt::namespace(model));
    attempt::page(model, Detail::Can { who, verb, resource }, command)
}

/// A new object is written in the editor.
fn make(model: &mut Model, words: &Words) -> Vec<Effect> {
    let named = words.about.first().and_then(|word| kind(word));
    let made = match words.verb.as_str() {
        "expose" => "Service",
        "run" => "Pod",
        _ => named.unwrap_or("ConfigMap"),
    };
    let namespace = attempt::namespace(model);
    attempt::edit(
        model,
        ObjectRef {
            kind: made.to_owned(),
            namespace,
            name: String::new(),
        },
    )
}

/// The lesson's folders have keys of their own; nothing of a lesson runs by itself.
fn files(model: &mut Model, words: &Words) -> Vec<Effect> {
    let solution = words.files.iter().any(|file| file.contains("solution"));
    let (what, next) = match (words.verb.as_str(), solution) {
        ("delete", _) => ("There is no kubectl on your PATH; the lab deletes what the lesson made", "c cleans up"),
        (_, true) => (
            "There is no kubectl on your PATH; the lab applies solution/ itself",
            "s shows it, Enter there applies it",
        ),
        (_, false) => ("There is no kubectl on your PATH; the lab applies broken/ itself", "b does"),
    };
    model.say(false, what, next);
    Vec::new()
}
