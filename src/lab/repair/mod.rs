//! `r`: one field of an object changed in place, with the kubectl command that does the same.

pub mod command;
pub mod fields;

use serde_json::{Value, json};

use super::keymap::Action;
use super::msg::{AttemptNo, Effect, Mend, Order};
use super::scroll::{Step, moved};
use super::table::TableRow;
use super::{Attempt, Model, Overlay, Pane, attempt, overlay};
use crate::cluster::snapshot::ObjectRef;
use crate::scenario::Deed;
use fields::{Field, Path, at, containers, fields, put, take, typed};

/// The page: what can be changed of an object, and what is being typed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RepairPage {
    pub about: ObjectRef,
    /// The pod that was selected, where the object is what made it.
    pub pod: Option<String>,
    /// As it was read; none while it is asked for.
    pub object: Option<Value>,
    /// Why it could not be read.
    pub failed: Option<String>,
    pub rows: Vec<Row>,
    pub selected: usize,
    pub scroll: usize,
    /// What is typed for the selected row.
    pub typed: Option<String>,
    /// Sent, and not answered yet.
    pub sent: Option<Change>,
    /// What was refused, and why.
    pub refused: Option<(Change, String)>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    Do(Deed),
    Field(Field),
    /// One more variable for the container at this path.
    Variable(Path, String),
}

/// A change, and the command that makes the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub mend: Mend,
    pub command: String,
}

impl Row {
    /// What it is called.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::Do(Deed::Restart { kind, name }) => format!("restart {} {name}", kind.to_lowercase()),
            Self::Do(Deed::Undo { kind, name }) => format!("undo the rollout of {} {name}", kind.to_lowercase()),
            Self::Do(Deed::Delete { kind, name }) => format!("delete {} {name}", kind.to_lowercase()),
            Self::Do(_) => String::new(),
            Self::Field(field) => field.label.clone(),
            Self::Variable(_, container) => format!("{container}: one more variable"),
        }
    }
}

impl RepairPage {
    #[must_use]
    pub fn row(&self) -> Option<&Row> {
        self.rows.get(self.selected)
    }

    /// What Enter would do now.
    #[must_use]
    pub fn change(&self) -> Option<Change> {
        let (object, row) = (self.object.as_ref()?, self.row()?);
        match row {
            Row::Do(deed) => Some(Change {
                mend: Mend::Do(deed.clone()),
                command: command::deed(&self.about, deed),
            }),
            Row::Field(field) => {
                let text = self.typed.as_deref().or(field.value.as_deref())?;
                Some(self.set(object, &field.path, text))
            }
            Row::Variable(container, _) => {
                let (name, value) = self.typed.as_deref()?.split_once('=')?;
                let mut path: Path = container.iter().cloned().chain(["env".to_owned()]).collect();
                let mut after = object.clone();
                let mut all = at(object, &path).and_then(Value::as_array).cloned().unwrap_or_default();
                all.push(json!({"name": name.trim(), "value": value}));
                path.extend([(all.len() - 1).to_string(), "value".to_owned()]);
                put(&mut after, &path[..path.len() - 2], Value::Array(all));
                let command = command::set(&self.about, &after, &path, Some(&value.into()));
                Some(self.amend(object, after, command))
            }
        }
    }

    /// An emptied field is taken out.
    fn set(&self, object: &Value, path: &Path, text: &str) -> Change {
        let mut after = object.clone();
        let value = (!text.is_empty()).then(|| typed(at(object, path), path, text));
        match &value {
            Some(value) => put(&mut after, path, value.clone()),
            None => take(&mut after, path),
        }
        self.amend(object, after, command::set(&self.about, object, path, value.as_ref()))
    }

    fn amend(&self, before: &Value, after: Value, command: String) -> Change {
        let before = before.clone();
        Change {
            mend: Mend::Amend { before, after },
            command,
        }
    }

    fn read(&mut self, object: Value) {
        let deeds = deeds(&self.about, self.pod.as_deref());
        self.rows = deeds.into_iter().map(Row::Do).collect();
        self.selected = self.rows.len();
        self.rows.extend(fields(&object).into_iter().map(Row::Field));
        for (path, name) in containers(&object) {
            let of_it = |row: &Row| {
                let Row::Field(field) = row else { return false };
                let name = field.path.strip_prefix(path.as_slice()).and_then(|rest| rest.first());
                name.is_some_and(|name| name == "image" || name == "env")
            };
            let place = self.rows.iter().rposition(of_it).map_or(self.rows.len(), |last| last + 1);
            self.rows.insert(place, Row::Variable(path, name));
        }
        self.selected = self.selected.min(self.rows.len().saturating_sub(1));
        self.object = Some(object);
    }
}

/// What can be done to the whole of an object.
fn deeds(about: &ObjectRef, pod: Option<&str>) -> Vec<Deed> {
    let (kind, name) = (about.kind.clone(), about.name.clone());
    let mut deeds = Vec::new();
    if matches!(kind.as_str(), "Deployment" | "StatefulSet" | "DaemonSet") {
        deeds.push(Deed::Restart {
            kind: kind.clone(),
            name: name.clone(),
        });
    }
    if kind == "Deployment" {
        deeds.push(Deed::Undo { kind: kind.clone(), name });
    } else if kind == "Pod" {
        deeds.push(Deed::Delete { kind, name });
    }
    let pod = pod.map(|pod| Deed::Delete {
        kind: "Pod".to_owned(),
        name: pod.to_owned(),
    });
    deeds.extend(pod);
    deeds
}

/// `r` on a row: a pod is repaired in what made it.
pub(super) fn open(model: &mut Model, about: ObjectRef) -> Vec<Effect> {
    if overlay::needs_yes(model, Order::Break) {
        model.say(true, "Nothing is written to this cluster before you agreed to it", "b asks");
        return Vec::new();
    }
    let Some(attempt) = model.attempt() else { return Vec::new() };
    let number = attempt.number;
    let maker = maker(attempt, &about);
    let pod = (maker != about && about.kind == "Pod").then(|| about.name.clone());
    let effect = Effect::Fetch(number, maker.clone());
    model.overlays.push(Overlay::Repair(Box::new(RepairPage {
        about: maker,
        pod,
        ..RepairPage::default()
    })));
    vec![effect]
}

/// The object at the end of the chain of owners, as far as it is watched.
fn maker(attempt: &Attempt, about: &ObjectRef) -> ObjectRef {
    let owner = |of: &ObjectRef| match of.kind.as_str() {
        "Pod" => attempt.snapshot.pods.values().find(|pod| pod.name == of.name)?.owner.clone(),
        kind => attempt.snapshot.of_kind(kind).find(|row| row.name == of.name)?.owner.clone(),
    };
    let mut last = about.clone();
    while matches!(last.kind.as_str(), "Pod" | "ReplicaSet" | "Job")
        && let Some((kind, name)) = owner(&last)
        && let Some(row) = attempt.snapshot.of_kind(&kind).find(|row| row.name == name)
    {
        last = TableRow::Object(row).object();
    }
    last
}

fn page(model: &mut Model) -> Option<&mut RepairPage> {
    model.overlays.iter_mut().rev().find_map(|overlay| match overlay {
        Overlay::Repair(page) => Some(&mut **page),
        _ => None,
    })
}

pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let visible = model.measures.extent(Pane::Page).visible;
    let Some(number) = model.attempt().map(|attempt| attempt.number) else {
        return Vec::new();
    };
    let Some(page) = page(model) else { return Vec::new() };
    match action {
        Action::Move(step) => select(page, step, visible),
        Action::Open => return enter(page, number),
        Action::Replace => return anew(page, number),
        Action::Edit => {
            let about = page.about.clone();
            overlay::close(model);
            return attempt::edit(model, about);
        }
        Action::Copy => {
            if let Some(change) = page.change() {
                model.say(false, format!("Copied {}", change.command), "");
                return vec![Effect::Copy(change.command)];
            }
        }
        _ => {}
    }
    Vec::new()
}

fn select(page: &mut RepairPage, step: Step, visible: usize) {
    page.selected = moved(page.selected, step, page.rows.len().saturating_sub(1), visible.max(2));
    page.refused = None;
    if visible > 0 {
        page.scroll = page.scroll.clamp((page.selected + 1).saturating_sub(visible), page.selected);
    }
}

/// Enter on a row: a deed is done, a field is typed.
fn enter(page: &mut RepairPage, number: AttemptNo) -> Vec<Effect> {
    match page.row() {
        Some(Row::Do(_)) => return page.change().map_or_else(Vec::new, |change| send(page, number, change)),
        Some(Row::Field(field)) => page.typed = Some(field.value.clone().unwrap_or_default()),
        Some(Row::Variable(..)) => page.typed = Some(String::new()),
        None => {}
    }
    page.refused = None;
    Vec::new()
}

/// Enter after typing.
pub(super) fn entered(model: &mut Model) -> Vec<Effect> {
    let Some(number) = model.attempt().map(|attempt| attempt.number) else {
        return Vec::new();
    };
    let Some(page) = page(model) else { return Vec::new() };
    let same = matches!(page.row(), Some(Row::Field(field)) if field.value.as_deref().unwrap_or_default() == page.typed.as_deref().unwrap_or_default());
    let change = page.change().filter(|_| !same);
    if same {
        page.typed = None;
    }
    match change {
        Some(change) => send(page, number, change),
        None if same => Vec::new(),
        None => {
            model.say(false, "A variable is a name and a value", "as in MODE=production");
            Vec::new()
        }
    }
}

fn send(page: &mut RepairPage, number: AttemptNo, change: Change) -> Vec<Effect> {
    if page.sent.is_some() {
        return Vec::new();
    }
    page.typed = None;
    page.refused = None;
    page.sent = Some(change.clone());
    vec![Effect::Mend(number, page.about.clone(), Box::new(change.mend))]
}

/// What was refused, by deleting the object and making it anew.
fn anew(page: &mut RepairPage, number: AttemptNo) -> Vec<Effect> {
    let Some((
        Change {
            mend: Mend::Amend { after, .. },
            ..
        },
        _,
    )) = page.refused.take()
    else {
        return Vec::new();
    };
    let namespace = match page.about.namespace.as_str() {
        "" => String::new(),
        namespace => format!(" -n {namespace}"),
    };
    let command = format!("kubectl replace --force -f {}.yaml{namespace}", page.about.name);
    send(
        page,
        number,
        Change {
            mend: Mend::Anew(after),
            command,
        },
    )
}

/// The object was read.
pub(super) fn fetched(model: &mut Model, about: &ObjectRef, answer: Result<Value, String>) {
    let Some(page) = page(model).filter(|page| page.about == *about) else {
        return;
    };
    match answer {
        Ok(object) => page.read(object),
        Err(why) => page.failed = Some(why),
    }
}

/// The cluster did what was asked, or not.
pub(super) fn mended(model: &mut Model, about: &ObjectRef, answer: Result<(), String>) {
    let Some(page) = page(model).filter(|page| page.about == *about) else {
        return;
    };
    let Some(change) = page.sent.take() else { return };
    match answer {
        Ok(()) => {
            model.overlays.retain(|overlay| !matches!(overlay, Overlay::Repair(_)));
            attempt::equal(model, change.command);
        }
        Err(why) => page.refused = Some((change, why)),
    }
}
