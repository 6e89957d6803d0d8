//! Writing a scenario's objects: server-side apply, replace, delete.

use std::fmt;

use kube::Api;
use kube::api::{DeleteParams, Patch, PatchParams};
use serde_json::Value;
use thiserror::Error;

use super::cleanup::{PATIENCE, until_gone};
use super::guard::{Guard, Passed, Piece, Refusal, is_klabs};
use super::raw::Raw;
use super::{Cluster, fault};
use crate::text;

const FIELD_MANAGER: &str = "klab";

/// What became of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Created,
    Configured,
    Unchanged,
}

impl fmt::Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Outcome::Created => "created",
            Outcome::Configured => "configured",
            Outcome::Unchanged => "unchanged",
        })
    }
}

/// An object that was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    pub kind: String,
    pub name: String,
    pub what: Outcome,
}

/// Why an object was not written.
#[derive(Debug, Error)]
pub enum ApplyError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("{label}: {kind} {name}: {message}; {}", fault::advice(*.code))]
    Server {
        label: String,
        kind: String,
        name: String,
        message: String,
        code: Option<u16>,
    },
    #[error(
        "{label}: {kind} {name} was not made by klab and others own these fields: {fields}; give the lab a namespace of its own, or remove the object first"
    )]
    Conflict {
        label: String,
        kind: String,
        name: String,
        fields: String,
    },
    #[error("{label}: {kind} {name} was not made by klab, so klab does not delete it; give the lab a namespace of its own, or delete it yourself")]
    NotOurs { label: String, kind: String, name: String },
    #[error("{label}: {kind} {name} is still there after {seconds} s; see `kubectl describe` for what holds it (a finalizer?)")]
    Lingers { label: String, kind: String, name: String, seconds: u64 },
}

impl ApplyError {
    pub(super) fn server(of: &Passed, error: &kube::Error) -> Self {
        ApplyError::Server {
            label: of.label.clone(),
            kind: of.kind.clone(),
            name: of.name.clone(),
            message: fault::say(error),
            code: fault::code(error),
        }
    }
}

impl Cluster {
    /// Applies objects in order. On a real cluster all of them are tried without effect first, so that a refusal leaves nothing half done.
    ///
    /// # Errors
    /// The first object that the guard or the server refuses.
    pub async fn apply(&self, guard: &Guard, pieces: &[Piece], dry_run: bool) -> Result<Vec<Applied>, ApplyError> {
        let mut passed = Vec::new();
        for piece in pieces {
            passed.push(self.pass(guard, piece).await?);
        }
        if !self.practice && !dry_run {
            for object in &passed {
                self.apply_one(object, true).await?;
            }
        }
        let mut applied = Vec::new();
        for object in &passed {
            applied.push(self.apply_one(object, dry_run).await?);
        }
        Ok(applied)
    }

    /// Deletes objects, waits until they are gone, and makes them anew: for fields that cannot be changed.
    ///
    /// # Errors
    /// As for `apply` and `delete`.
    pub async fn replace(&self, guard: &Guard, pieces: &[Piece]) -> Result<Vec<Applied>, ApplyError> {
        self.delete(guard, pieces).await?;
        self.apply(guard, pieces, false).await
    }

    /// Deletes objects with what they own, and waits until they are gone. One that is not there is no error.
    ///
    /// # Errors
    /// The first object that the guard or the server refuses, or that does not go.
    pub async fn delete(&self, guard: &Guard, pieces: &[Piece]) -> Result<(), ApplyError> {
        let mut going = Vec::new();
        for piece in pieces {
            let object = self.pass(guard, piece).await?;
            let api = self.api_in(&object.served, &object.namespace);
            let Some(live) = api.get_opt(&object.name).await.map_err(|error| ApplyError::server(&object, &error))? else {
                continue;
            };
            let in_our_namespace = object.served.namespaced && object.namespace == self.namespace && !self.own_namespace;
            if !is_klabs(&live.value) && !in_our_namespace {
                return Err(ApplyError::NotOurs {
                    label: object.label,
                    kind: object.kind,
                    name: object.name,
                });
            }
            match api.delete(&object.name, &DeleteParams::foreground()).await {
                Err(error) if fault::code(&error) != Some(404) => return Err(ApplyError::server(&object, &error)),
                _ => going.push((object, api)),
            }
        }
        for (Passed { label, kind, name, .. }, api) in going {
            if !until_gone(api, &format!("metadata.name={name}"), "", PATIENCE).await.is_empty() {
                return Err(ApplyError::Lingers {
                    label,
                    kind,
                    name,
                    seconds: PATIENCE.as_secs(),
                });
            }
        }
        Ok(())
    }

    /// Changes some fields of one object of the lab by a merge patch.
    ///
    /// # Errors
    /// When the guard or the server refuses.
    pub async fn change(&self, guard: &Guard, piece: &Piece, patch: &Value) -> Result<(), ApplyError> {
        let object = self.pass(guard, piece).await?;
        let api = self.api_in(&object.served, &object.namespace);
        let params = PatchParams {
            field_manager: Some(FIELD_MANAGER.to_owned()),
            ..PatchParams::default()
        };
        api.patch(&object.name, &params, &Patch::Merge(patch))
            .await
            .map_err(|error| ApplyError::server(&object, &error))?;
        Ok(())
    }

    async fn apply_one(&self, object: &Passed, dry_run: bool) -> Result<Applied, ApplyError> {
        let api = self.api_in(&object.served, &object.namespace);
        let before = api.get_opt(&object.name).await.map_err(|error| ApplyError::server(object, &error))?;
        let params = PatchParams {
            dry_run,
            ..PatchParams::apply(FIELD_MANAGER).validation_strict()
        };
        let after = match send(&api, object, &params).await {
            Err(kube::Error::Api(status)) if is_conflict(&status) => {
                if !before.as_ref().is_some_and(|live| is_klabs(&live.value)) {
                    let (label, kind, name) = (object.label.clone(), object.kind.clone(), object.name.clone());
                    return Err(ApplyError::Conflict {
                        label,
                        kind,
                        name,
                        fields: conflicts(&status),
                    });
                }
                send(&api, object, &params.force()).await
            }
            answer => answer,
        };
        let after = after.map_err(|error| ApplyError::server(object, &error))?;
        let what = match before {
            None => Outcome::Created,
            Some(before) if ours(&before.value) == ours(&after.value) => Outcome::Unchanged,
            Some(_) => Outcome::Configured,
        };
        Ok(Applied {
            kind: object.kind.clone(),
            name: object.name.clone(),
            what,
        })
    }
}

/// What an apply of ours can change: a controller may write status, annotations and versions between two looks.
fn ours(object: &Value) -> (Value, Value, Vec<Value>) {
    let mut content = object.clone();
    if let Some(fields) = content.as_object_mut() {
        fields.remove("metadata");
        fields.remove("status");
    }
    let entries = object["metadata"]["managedFields"].as_array().cloned().unwrap_or_default();
    let is_our_apply = |entry: &Value| entry["manager"] == FIELD_MANAGER && entry["operation"] == "Apply";
    let applied = entries.into_iter().filter(is_our_apply).collect();
    (content, object["metadata"]["labels"].clone(), applied)
}

async fn send(api: &Api<Raw>, object: &Passed, params: &PatchParams) -> kube::Result<Raw> {
    api.patch(&object.name, params, &Patch::Apply(&object.object)).await
}

/// A conflict over fields; other kinds of 409 are a plain refusal.
fn is_conflict(status: &kube::core::Status) -> bool {
    status.code == 409
        && status
            .details
            .as_ref()
            .is_some_and(|details| details.causes.iter().any(|cause| cause.reason == "FieldManagerConflict"))
}

fn conflicts(status: &kube::core::Status) -> String {
    let causes = status.details.iter().flat_map(|details| &details.causes);
    causes
        .map(|cause| text::clean(&format!("{} ({})", cause.field, cause.message)))
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
#[path = "apply_tests.rs"]
mod tests;
