//! The tokens controller (kubernetes `pkg/controller/serviceaccount/tokens_controller.go`): fills Secrets that ask for the token of
//! a service account, and takes them away with their account.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::root_ca::CERTIFICATE;
use crate::practice::access::token;
use crate::practice::field::{deleting, text};
use crate::practice::kind::{SECRET, SERVICE_ACCOUNT};
use crate::practice::registry::{Deletion, Part};
use crate::practice::store::{Change, What};
use crate::practice::world::{Controller, Id, Key, World};

const TYPE: &str = "kubernetes.io/service-account-token";
const ACCOUNT: &str = "kubernetes.io/service-account.name";
const ACCOUNT_UID: &str = "kubernetes.io/service-account.uid";

/// The tokens controller.
#[derive(Debug, Default)]
pub struct ServiceAccountTokens;

impl Controller for ServiceAccountTokens {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        let names = if change.kind == &SECRET && change.what != What::Deleted {
            vec![change.name.to_string()]
        } else if change.kind == &SERVICE_ACCOUNT && change.what == What::Deleted {
            let secrets = world.store.objects(&SECRET, Some(&change.namespace));
            let of_account = secrets.iter().filter(|secret| secret["type"] == TYPE && account(secret) == &*change.name);
            of_account.map(|secret| text(&secret["metadata"]["name"]).to_owned()).collect()
        } else {
            return;
        };
        for name in names {
            let after = world.between(2, 8);
            world.queue(me, Key::new(&change.namespace, &name), after);
        }
    }

    fn run(&mut self, _me: Id, world: &mut World, key: &Key) {
        let Some(secret) = world.store.get(&SECRET, &key.namespace, &key.name) else {
            return;
        };
        if secret["type"] != TYPE || deleting(&secret) {
            return;
        }
        let uid = &secret["metadata"]["annotations"][ACCOUNT_UID];
        let account = world.store.get(&SERVICE_ACCOUNT, &key.namespace, account(&secret));
        // A refusal means that someone else was faster.
        let _ = match account.filter(|account| uid.is_null() || *uid == account["metadata"]["uid"]) {
            None => world.delete(&SECRET, &key.namespace, &key.name, &Deletion::default()).map(drop),
            Some(account) => fill(world, secret, &account),
        };
    }
}

/// Whose token a Secret asks for.
fn account(secret: &Value) -> &str {
    text(&secret["metadata"]["annotations"][ACCOUNT])
}

/// Adds what is missing.
fn fill(world: &mut World, mut secret: Value, account: &Value) -> Result<(), crate::practice::status::Status> {
    let whole = ["ca.crt", "namespace", "token"].iter().all(|key| !text(&secret["data"][key]).is_empty());
    if whole && secret["metadata"]["annotations"][ACCOUNT_UID] == account["metadata"]["uid"] {
        return Ok(());
    }
    if !secret["data"].is_object() {
        secret["data"] = json!({});
    }
    secret["data"]["ca.crt"] = STANDARD.encode(CERTIFICATE).into();
    secret["data"]["namespace"] = STANDARD.encode(text(&secret["metadata"]["namespace"])).into();
    if text(&secret["data"]["token"]).is_empty() {
        secret["data"]["token"] = STANDARD.encode(token::lasting(world, account, &secret)).into();
    }
    secret["metadata"]["annotations"][ACCOUNT_UID] = account["metadata"]["uid"].clone();
    world.update(&SECRET, secret, Part::Spec).map(drop)
}
