//! Where objects of a defined kind keep what `/scale` shows.

use serde_json::Value;

use crate::practice::field::text;

/// The paths of a `scale` subresource, each as its steps.
#[derive(Debug)]
pub struct Scale {
    /// As it was written.
    pub written: String,
    pub replicas: Vec<String>,
    pub current: Vec<String>,
    pub selector: Option<Vec<String>>,
}

fn steps(path: &str) -> Vec<String> {
    path.trim_start_matches('.').split('.').map(str::to_owned).collect()
}

impl Scale {
    #[must_use]
    pub fn of(written: &Value) -> Option<Self> {
        written.is_object().then(|| Self {
            written: text(&written["specReplicasPath"]).to_owned(),
            replicas: steps(text(&written["specReplicasPath"])),
            current: steps(text(&written["statusReplicasPath"])),
            selector: written["labelSelectorPath"].as_str().map(steps),
        })
    }
}

/// The value at the end of some steps.
#[must_use]
pub fn get<'a>(object: &'a Value, steps: &[String]) -> &'a Value {
    steps.iter().fold(object, |at, step| &at[step.as_str()])
}

/// Sets it, with all that has to be there before.
pub fn set(object: &mut Value, steps: &[String], value: Value) {
    let mut at = object;
    for step in steps {
        if !at.is_object() && !at.is_null() {
            return;
        }
        at = &mut at[step.as_str()];
    }
    *at = value;
}
