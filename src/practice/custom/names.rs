//! Which of a definition's names it gets: those that no other of its group has (apiextensions `controller/status`).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::practice::field::{items, text};

/// A reason and what is in the way.
pub type Conflict = (&'static str, String);

/// The names that a definition has then, and the last of the conflicts.
#[must_use]
pub fn accept(wanted: &Value, accepted: &Value, used: &(BTreeSet<String>, BTreeSet<String>)) -> (Value, Option<Conflict>) {
    let (resources, kinds) = used;
    let (mut names, mut conflict) = (accepted.clone(), None);
    if !names.is_object() {
        names = json!({});
    }
    let taken = |name: &str, used: &BTreeSet<String>| used.contains(name).then(|| format!("{name:?} is already in use"));
    let mut one = |field: &str, reason: &'static str, used: &BTreeSet<String>| {
        let own = wanted[field] == accepted[field];
        match taken(text(&wanted[field]), used).filter(|_| !own) {
            Some(why) => conflict = Some((reason, why)),
            None if wanted[field].is_null() => {}
            None => names[field] = wanted[field].clone(),
        }
    };
    one("plural", "PluralConflict", resources);
    one("singular", "SingularConflict", resources);
    let short = short_names(&wanted["shortNames"], &accepted["shortNames"], |name| taken(name, resources));
    one("kind", "KindConflict", kinds);
    one("listKind", "ListKindConflict", kinds);
    match short {
        Err(why) => conflict = conflict.filter(|(reason, _)| reason.contains("Kind")).or(Some(("ShortNamesConflict", why))),
        Ok(()) => copy(&mut names, wanted, "shortNames"),
    }
    copy(&mut names, wanted, "categories");
    (names, conflict)
}

fn copy(names: &mut Value, wanted: &Value, field: &str) {
    match (wanted.get(field), names.as_object_mut()) {
        (Some(list), Some(names)) => drop(names.insert(field.to_owned(), list.clone())),
        (None, Some(names)) => drop(names.remove(field)),
        _ => {}
    }
}

fn short_names(wanted: &Value, accepted: &Value, taken: impl Fn(&str) -> Option<String>) -> Result<(), String> {
    let fresh = items(wanted).iter().filter(|name| !items(accepted).contains(name));
    let faults: Vec<String> = fresh.filter_map(|name| taken(text(name))).collect();
    match faults.as_slice() {
        [] => Ok(()),
        [one] => Err(one.clone()),
        all => Err(format!("[{}]", all.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_others_have_are_not_given() {
        let wanted = json!({"plural": "cats", "singular": "cat", "shortNames": ["c"], "kind": "Cat", "listKind": "CatList"});
        let used = |resources: &[&str], kinds: &[&str]| {
            let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
            (set(resources), set(kinds))
        };
        assert_eq!(accept(&wanted, &Value::Null, &used(&["dogs"], &["Dog"])), (wanted.clone(), None));
        let (names, conflict) = accept(&wanted, &Value::Null, &used(&["c"], &["Dog"]));
        assert_eq!(names["shortNames"], Value::Null);
        assert_eq!(conflict, Some(("ShortNamesConflict", "\"c\" is already in use".to_owned())));
        let (names, conflict) = accept(&wanted, &Value::Null, &used(&["cats"], &["Cat"]));
        assert_eq!((&names["plural"], &names["singular"]), (&Value::Null, &json!("cat")));
        assert_eq!(conflict.unwrap().0, "KindConflict");
        assert_eq!(accept(&wanted, &wanted, &used(&["cats", "cat", "c"], &["Cat", "CatList"])), (wanted, None));
    }
}
