//! Looking closer at the selected object: describe, YAML, log, its events; and copying its name.

use super::super::keymap::Action;
use super::super::msg::{Detail, Effect};
use super::super::{Model, Overlay, Pane, Search, lesson, log, overlay, table};
use super::{equal, namespace};
use crate::cluster::snapshot::{ObjectRef, Uid};

pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some((about, uid)) = selected(model) else {
        model.say(false, "Nothing is selected", "b brings objects in; Tab and the arrows choose one");
        return Vec::new();
    };
    match action {
        Action::Describe => show(model, Detail::Describe(about.clone()), format!("kubectl describe {}", typed(&about))),
        Action::Yaml => show(model, Detail::Yaml(about.clone()), format!("kubectl get {} -o yaml", typed(&about))),
        Action::Logs => logs(model),
        Action::Events => {
            let command = format!("kubectl events --for {}/{}", about.kind.to_lowercase(), about.name);
            equal(model, within(command, &about));
            model.overlays.push(Overlay::Object { about, uid, scroll: 0 });
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// The selected object; without one that lives, the tab's default has been taken already.
fn selected(model: &Model) -> Option<(ObjectRef, Uid)> {
    let row = table::selected(model.attempt()?)?;
    let mut about = row.object();
    if about.namespace.is_empty() && about.kind == "Pod" {
        about.namespace = namespace(model);
    }
    Some((about, row.uid().clone()))
}

/// `pod web-1`
fn typed(about: &ObjectRef) -> String {
    format!("{} {}", about.kind.to_lowercase(), about.name)
}

/// Cluster-scoped objects have no namespace to name.
fn within(command: String, about: &ObjectRef) -> String {
    if about.namespace.is_empty() {
        command
    } else {
        format!("{command} -n {}", about.namespace)
    }
}

fn show(model: &mut Model, detail: Detail, command: String) -> Vec<Effect> {
    let (Detail::Describe(about) | Detail::Yaml(about)) = &detail;
    let command = within(command, about);
    equal(model, command);
    let Some(number) = model.attempt().map(|attempt| attempt.number) else {
        return Vec::new();
    };
    let effect = Effect::Show(number, detail.clone());
    model.overlays.push(Overlay::Page {
        detail,
        text: Ok(String::new()),
        loading: true,
        scroll: 0,
        search: Search::default(),
    });
    vec![effect]
}

fn logs(model: &mut Model) -> Vec<Effect> {
    let Some(attempt) = model.attempt() else { return Vec::new() };
    let number = attempt.number;
    let Some(page) = table::selected(attempt).and_then(|row| log::pod_of(attempt, &row)).map(log::open) else {
        model.say(false, "No pod belongs to this object", "[ and ] turn to the pods");
        return Vec::new();
    };
    model.overlays.push(Overlay::Log(page.clone()));
    overlay::follow(model, &page, number)
}

/// `.`: the lesson's next code block, else the selected row's name.
pub(super) fn copy(model: &mut Model) -> Vec<Effect> {
    let Some(attempt) = model.attempt_mut() else { return Vec::new() };
    if attempt.focus == Pane::Lesson {
        let blocks = lesson::code_blocks(attempt);
        let place = if attempt.memory.block < blocks.len() { attempt.memory.block } else { 0 };
        attempt.memory.block = place + 1;
        let Some(block) = blocks.get(place).cloned() else {
            model.say(false, "The lesson shows no command to copy", "");
            return Vec::new();
        };
        let first = block.lines().next().unwrap_or_default();
        model.say(
            false,
            format!("Copied {} of {}: {first}", place + 1, blocks.len()),
            if blocks.len() > 1 { ". copies the next one" } else { "" },
        );
        return vec![Effect::Copy(block)];
    }
    let Some((about, _)) = selected(model) else {
        model.say(false, "Nothing is selected", "");
        return Vec::new();
    };
    model.say(false, format!("Copied {}", about.name), "");
    vec![Effect::Copy(about.name)]
}
