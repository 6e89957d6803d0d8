//! Looking closer at the selected object: describe, YAML, log, its events; and copying its name.

use super::super::keymap::Action;
use super::super::msg::{Detail, Effect, Order};
use super::super::{Model, Overlay, Pane, Search, Stage, Tab, lesson, log, order, overlay, repair, table};
use super::{equal, namespace};
use crate::cluster::snapshot::{ObjectRef, Uid};
use lesson::Stop;

pub(in crate::lab) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some((about, uid)) = selected(model) else {
        if action == Action::Edit && model.attempt().is_some_and(|attempt| attempt.opened.is_some()) {
            return edit(model, draft(model));
        }
        nothing_selected(model);
        return Vec::new();
    };
    match action {
        Action::Describe => {
            let command = within(format!("kubectl describe {}", typed(&about)), &about);
            page(model, Detail::Describe(about), command)
        }
        Action::Yaml => {
            let command = within(format!("kubectl get {} -o yaml", typed(&about)), &about);
            page(model, Detail::Yaml(about), command)
        }
        Action::Edit => edit(model, about),
        Action::Repair => repair::open(model, about),
        Action::Logs => logs_of(model, None, None),
        Action::Events => {
            let command = format!("kubectl events --for {}/{}", about.kind.to_lowercase(), about.name);
            equal(model, within(command, &about));
            model.overlays.push(Overlay::Object { about, uid, scroll: 0 });
            Vec::new()
        }
        _ => Vec::new(),
    }
}

fn nothing_selected(model: &mut Model) {
    let bare = model.attempt().is_none_or(|attempt| attempt.stage == Stage::Ready);
    model.say(
        false,
        "Nothing is selected",
        if bare {
            "b brings objects in"
        } else {
            "[ and ] turn to another kind of object"
        },
    );
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

/// An object that is not there yet, of the tab's kind.
fn draft(model: &Model) -> ObjectRef {
    let kind = match model.attempt().map(|attempt| &attempt.tab) {
        Some(Tab::Kind(kind)) => kind.clone(),
        _ => "Pod".to_owned(),
    };
    ObjectRef {
        kind,
        namespace: namespace(model),
        name: String::new(),
    }
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

/// A page of text that the cluster is asked for.
pub(in crate::lab) fn page(model: &mut Model, detail: Detail, command: String) -> Vec<Effect> {
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

/// Gives the object to the learner's editor; a real cluster is not written to before the learner's yes.
pub(in crate::lab) fn edit(model: &mut Model, about: ObjectRef) -> Vec<Effect> {
    if overlay::needs_yes(model, Order::Break) {
        model.say(true, "Nothing is written to this cluster before you agreed to it", "b asks");
        return Vec::new();
    }
    let command = match about.name.as_str() {
        "" => format!("kubectl create -f {}.yaml", about.kind.to_lowercase()),
        _ => format!("kubectl edit {}", typed(&about)),
    };
    let command = within(command, &about);
    equal(model, command);
    let number = model.attempt().map(|attempt| attempt.number);
    number.map(|number| Effect::Edit(number, about)).into_iter().collect()
}

/// The log of the selected row's pod, of a container and a run that may be named.
pub(in crate::lab) fn logs_of(model: &mut Model, container: Option<&str>, previous: Option<bool>) -> Vec<Effect> {
    let Some(attempt) = model.attempt() else { return Vec::new() };
    let number = attempt.number;
    let Some(mut page) = table::selected(attempt).and_then(|row| log::pod_of(attempt, &row)).map(log::open) else {
        model.say(false, "No pod belongs to this object", "[ and ] turn to the pods");
        return Vec::new();
    };
    let named = container.and_then(|name| page.containers.iter().position(|known| known == name));
    page.container = named.unwrap_or(page.container);
    page.previous = previous.unwrap_or(page.previous);
    model.overlays.push(Overlay::Log(page.clone()));
    overlay::follow(model, &page, number)
}

/// `.`: the lesson's marked command, else the selected row's name.
pub(super) fn copy(model: &mut Model) -> Vec<Effect> {
    let Some(attempt) = model.attempt() else { return Vec::new() };
    if attempt.focus == Pane::Lesson {
        return copy_command(model);
    }
    let Some((about, _)) = selected(model) else {
        model.say(false, "Nothing is selected", "");
        return Vec::new();
    };
    model.say(false, format!("Copied {}", about.name), "");
    vec![Effect::Copy(about.name)]
}

/// `K`: a kubeconfig is written, and its line comes back.
pub(super) fn kubeconfig(model: &mut Model) -> Vec<Effect> {
    let Some(attempt) = model.attempt().filter(|attempt| attempt.opened.is_some() && attempt.stage != Stage::Failed) else {
        model.say(false, "The cluster is not open", "");
        return Vec::new();
    };
    vec![Effect::Access(attempt.number)]
}

/// The selected row in one line.
pub(super) fn copy_row(model: &mut Model) -> Vec<Effect> {
    let Some(text) = model.attempt().and_then(table::selected).map(|row| order::line(&row)) else {
        model.say(false, "Nothing is selected", "");
        return Vec::new();
    };
    model.say(false, "Copied the row", "");
    vec![Effect::Copy(text)]
}

fn copy_command(model: &mut Model) -> Vec<Effect> {
    let command = match lesson::current(model) {
        Some(Stop::Command(place)) => model.attempt().and_then(|attempt| lesson::command(attempt, place)),
        _ => None,
    };
    let Some(command) = command else {
        model.say(
            false,
            "No command of the lesson is marked",
            "scroll to one; the arrows choose among those in view",
        );
        return Vec::new();
    };
    model.say(false, format!("Copied {}", command.lines().next().unwrap_or_default()), "");
    vec![Effect::Copy(command)]
}
