//! The controllers of CustomResourceDefinitions: which names are accepted, when the kind is established, and that its objects go with it.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::practice::custom;
use crate::practice::field::{condition, deleting, items, text};
use crate::practice::kind::{CUSTOM_RESOURCE_DEFINITION, Kind};
use crate::practice::registry::{Deletion, Part, finalizers};
use crate::practice::store::{Change, What};
use crate::practice::world::{Controller, Id, Key, World};

/// What holds a definition until its objects are gone.
const CLEANUP: &str = "customresourcecleanup.apiextensions.k8s.io";
/// How often it is looked whether they are.
const POLL: Duration = Duration::from_secs(5);
/// Kinds of the server's own whose objects no definition may take with it.
const OVERLAPPING: [&str; 2] = ["apiservices.apiregistration.k8s.io", "customresourcedefinitions.apiextensions.k8s.io"];

/// The controllers of definitions.
#[derive(Debug, Default)]
pub struct Definitions;

impl Controller for Definitions {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        if change.kind != &CUSTOM_RESOURCE_DEFINITION {
            return;
        }
        world.define();
        if change.what != What::Deleted {
            let task = if held(change.decoded()) { "clean" } else { "" };
            let after = world.between(3, 8);
            return world.queue(me, Key::new("", &change.name).task(task), after);
        }
        // Its names are free again.
        for name in others(world, change.decoded()) {
            let after = world.between(3, 8);
            world.queue(me, Key::new("", &name), after);
        }
    }

    fn run(&mut self, me: Id, world: &mut World, key: &Key) {
        let Some(definition) = world.store.get(&CUSTOM_RESOURCE_DEFINITION, "", &key.name) else {
            return;
        };
        if key.task == "clean" {
            if held(&definition) && !clean(world, definition) {
                world.queue(me, key.clone(), POLL);
            }
            return;
        }
        let before = definition["status"].clone();
        let named = name(world, definition);
        if named["status"] != before {
            for other in others(world, &named) {
                world.queue(me, Key::new("", &other), Duration::ZERO);
            }
        }
    }
}

/// Begins the deletion of a definition, which its objects go before.
pub fn end(world: &mut World, mut definition: Value) -> Value {
    let mut held = finalizers(&definition);
    if !held.iter().any(|finalizer| finalizer == CLEANUP) {
        held.push(CLEANUP.to_owned());
    }
    definition["metadata"]["finalizers"] = json!(held);
    definition["metadata"]["deletionTimestamp"] = world.seconds().into();
    let message = "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon";
    let pending = json!({"type": "Terminating", "status": "True", "reason": "InstanceDeletionPending", "message": message});
    set(world, &mut definition, pending);
    world.store.put(&CUSTOM_RESOURCE_DEFINITION, definition)
}

/// Whether a definition that is going waits for its objects.
fn held(definition: &Value) -> bool {
    deleting(definition) && finalizers(definition).iter().any(|finalizer| finalizer == CLEANUP)
}

/// The other definitions of a group.
fn others(world: &World, definition: &Value) -> Vec<String> {
    let all = world.store.objects(&CUSTOM_RESOURCE_DEFINITION, None);
    let mates = all.iter().filter(|other| other["spec"]["group"] == definition["spec"]["group"]);
    let names = mates.map(|other| text(&other["metadata"]["name"]).to_owned());
    names.filter(|name| *name != text(&definition["metadata"]["name"])).collect()
}

/// Accepts the names that are free, and establishes the kind when all are.
fn name(world: &mut World, mut definition: Value) -> Value {
    let (wanted, accepted) = (&definition["spec"]["names"], &definition["status"]["acceptedNames"]);
    if wanted == accepted {
        return establish(world, definition);
    }
    let used = used(world, text(&definition["spec"]["group"]));
    let (names, conflict) = custom::names::accept(wanted, accepted, &used);
    let fresh = match &conflict {
        None => json!({"type": "NamesAccepted", "status": "True", "reason": "NoConflicts", "message": "no conflicts found"}),
        Some((reason, why)) => json!({"type": "NamesAccepted", "status": "False", "reason": reason, "message": why}),
    };
    let known = condition(&definition, "NamesAccepted");
    if names == *accepted && same(known, &fresh) {
        return definition;
    }
    definition["status"]["acceptedNames"] = names;
    set(world, &mut definition, fresh);
    if condition(&definition, "Established")["status"] != "True" {
        let (reason, message) = match conflict {
            None => ("Installing", "the initial names have been accepted"),
            Some(_) => ("NotAccepted", "not all names are accepted"),
        };
        set(
            world,
            &mut definition,
            json!({"type": "Established", "status": "False", "reason": reason, "message": message}),
        );
    }
    let definition = write(world, definition);
    establish(world, definition)
}

/// The names that the definitions of a group have: of resources, and of kinds.
fn used(world: &World, group: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut resources, mut kinds) = (BTreeSet::new(), BTreeSet::new());
    for other in world.store.objects(&CUSTOM_RESOURCE_DEFINITION, None) {
        let names = &other["status"]["acceptedNames"];
        if other["spec"]["group"] == group {
            let short = items(&names["shortNames"]).iter();
            resources.extend(
                [&names["plural"], &names["singular"]]
                    .into_iter()
                    .chain(short)
                    .map(|name| text(name).to_owned()),
            );
            kinds.extend([&names["kind"], &names["listKind"]].map(|name| text(name).to_owned()));
        }
    }
    (resources, kinds)
}

fn establish(world: &mut World, mut definition: Value) -> Value {
    let holds = |name: &str| condition(&definition, name)["status"] == "True";
    if !holds("NamesAccepted") || holds("Established") {
        return definition;
    }
    let message = "the initial names have been accepted";
    set(
        world,
        &mut definition,
        json!({"type": "Established", "status": "True", "reason": "InitialNamesAccepted", "message": message}),
    );
    write(world, definition)
}

/// Deletes the objects of a definition; says whether all are gone, and the definition with them.
fn clean(world: &mut World, mut definition: Value) -> bool {
    let terminating = |status: &str, reason: &str, message: &str| json!({"type": "Terminating", "status": status, "reason": reason, "message": message});
    let own = text(&definition["metadata"]["name"]).to_owned();
    let last = if OVERLAPPING.contains(&own.as_str()) {
        terminating("False", "OverlappingBuiltInResource", "instances overlap with built-in resources in storage")
    } else if condition(&definition, "Established")["status"] != "True" {
        terminating("False", "NeverEstablished", "resource was never established")
    } else {
        let progress = terminating("True", "InstanceDeletionInProgress", "CustomResource deletion is in progress");
        if !same(condition(&definition, "Terminating"), &progress) {
            set(world, &mut definition, progress);
            definition = write(world, definition);
        }
        let kind = world.kept().find(|kind| kind.custom.is_some() && kind.qualified() == own);
        if kind.is_some_and(|kind| left(world, kind) > 0) {
            return false;
        }
        terminating("False", "InstanceDeletionCompleted", "removed all instances")
    };
    set(world, &mut definition, last);
    let rest: Vec<Value> = finalizers(&definition)
        .into_iter()
        .filter(|finalizer| finalizer != CLEANUP)
        .map(Value::from)
        .collect();
    let mut definition = write(world, definition);
    definition["metadata"]["finalizers"] = rest.into();
    // Gone meanwhile is as good.
    let _ = world.update(&CUSTOM_RESOURCE_DEFINITION, definition, Part::Spec);
    true
}

/// Deletes all objects of a kind; how many are held all the same.
fn left(world: &mut World, kind: &'static Kind) -> usize {
    for object in world.store.objects(kind, None).into_iter().filter(|object| !deleting(object)) {
        let metadata = &object["metadata"];
        let _ = world.delete(kind, text(&metadata["namespace"]), text(&metadata["name"]), &Deletion::default());
    }
    world.store.list(kind, None).count()
}

/// Whether two conditions say the same, whenever they came.
fn same(one: &Value, other: &Value) -> bool {
    ["status", "reason", "message"].iter().all(|field| one[*field] == other[*field])
}

/// Sets a condition; its time changes with its status only.
fn set(world: &World, definition: &mut Value, mut fresh: Value) {
    let mut conditions = items(&definition["status"]["conditions"]).to_vec();
    fresh["lastTransitionTime"] = world.seconds().into();
    match conditions.iter_mut().find(|known| known["type"] == fresh["type"]) {
        Some(known) => {
            if known["status"] == fresh["status"] {
                fresh["lastTransitionTime"] = known["lastTransitionTime"].clone();
            }
            *known = fresh;
        }
        None => conditions.push(fresh),
    }
    definition["status"]["conditions"] = conditions.into();
}

fn write(world: &mut World, definition: Value) -> Value {
    // Nobody else writes meanwhile.
    world
        .update(&CUSTOM_RESOURCE_DEFINITION, definition.clone(), Part::Status)
        .unwrap_or(definition)
}
