//! The aggregation controller (kubernetes `pkg/controller/clusterroleaggregation`): some cluster roles hold the rules of all others
//! that their selectors choose.

use std::sync::LazyLock;

use serde_json::Value;

use crate::practice::field::{items, text};
use crate::practice::kind::CLUSTER_ROLE;
use crate::practice::registry::Part;
use crate::practice::selector::selects;
use crate::practice::store::word::Word;
use crate::practice::store::{Change, What};
use crate::practice::world::{Controller, Id, Key, World};

/// What every cluster starts with is whole already.
static BOOTSTRAPPED: LazyLock<Word<'static>> = LazyLock::new(|| Word::new("\"kubernetes.io/bootstrapping\""));

/// The aggregation controller.
#[derive(Debug, Default)]
pub struct ClusterRoleAggregation;

impl Controller for ClusterRoleAggregation {
    fn observe(&mut self, me: Id, world: &mut World, change: &Change) {
        let news = change.kind == &CLUSTER_ROLE && (change.what != What::Added || !BOOTSTRAPPED.is_in(&change.object));
        if news {
            let after = world.between(5, 20);
            world.queue(me, Key::new("", ""), after);
        }
    }

    fn run(&mut self, _me: Id, world: &mut World, _key: &Key) {
        let roles = world.store.objects(&CLUSTER_ROLE, None);
        for role in roles.iter().filter(|role| role["aggregationRule"].is_object()) {
            let rules = aggregated(role, &roles);
            if items(&role["rules"]) != rules.as_slice() {
                let mut role = role.clone();
                role["rules"] = rules.into();
                // Someone else was faster: the change that he made comes here too.
                let _ = world.update(&CLUSTER_ROLE, role, Part::Spec);
            }
        }
    }
}

/// The rules of those that a role's selectors choose, in the order of their names, each once.
fn aggregated(role: &Value, roles: &[Value]) -> Vec<Value> {
    let mut rules: Vec<Value> = Vec::new();
    for selector in items(&role["aggregationRule"]["clusterRoleSelectors"]) {
        let others = roles.iter().filter(|other| text(&other["metadata"]["name"]) != text(&role["metadata"]["name"]));
        for other in others.filter(|other| selects(selector, &other["metadata"]["labels"])) {
            for rule in items(&other["rules"]) {
                if !rules.contains(rule) {
                    rules.push(rule.clone());
                }
            }
        }
    }
    rules
}
