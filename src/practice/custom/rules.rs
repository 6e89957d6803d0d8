//! Whether an object keeps the rules of its schema, at every place (apiextensions `apiserver/schema/cel`).

use serde_json::Value;

use super::formats::counterpart;
use super::rule::Rule;
use super::schema::{Additional, Schema};
use super::typed::val;
use crate::practice::cel::eval::ALL_TOGETHER;
use crate::practice::cel::{Failed, Scope, Val};
use crate::practice::status::Fault;

const TOO_DEAR: &str = "validation failed due to running out of cost budget, no further validation rules will be run";
/// The longest message that an expression may give.
const LONGEST: usize = 5 * 1024;

/// What was found: faults, and what was as wrong before and is only told.
#[derive(Debug)]
pub struct Kept {
    pub faults: Vec<Fault>,
    pub warnings: Vec<String>,
    left: usize,
}

/// What there was before at a place.
#[derive(Clone, Copy)]
struct Before<'a> {
    value: Option<&'a Value>,
    /// What was there as far as it can be told to be the same thing.
    same: Option<&'a Value>,
    /// Whether what the place is in is as it was.
    around: bool,
}

impl<'a> Before<'a> {
    fn unchanged(&self, value: &Value) -> bool {
        self.same.map_or(self.around, |old| old == value)
    }

    /// Before, at a place inside.
    fn inside(&self, value: &Value, inner: Option<&'a Value>) -> Self {
        Self {
            value: inner,
            same: self.same.and(inner),
            around: self.unchanged(value),
        }
    }
}

/// Asks all rules about an object.
#[must_use]
pub fn check(schema: &Schema, object: &Value, old: Option<&Value>) -> Kept {
    let mut kept = Kept {
        faults: Vec::new(),
        warnings: Vec::new(),
        left: ALL_TOGETHER,
    };
    let before = Before {
        value: old,
        same: old,
        around: false,
    };
    kept.value(schema, "", object, before);
    kept
}

impl Kept {
    fn value(&mut self, schema: &Schema, at: &str, value: &Value, before: Before) {
        // A place that may not be there is for the rules around it.
        if value.is_null() || !schema.has_rules {
            return;
        }
        self.own(schema, &schema.rules, at, value, before);
        for other in schema.all_of.iter().filter(|other| !other.rules.is_empty()) {
            self.own(schema, &other.rules, at, value, Before { same: None, ..before });
        }
        match value {
            Value::Array(list) => {
                for (index, element) in list.iter().enumerate() {
                    let Some(items) = &schema.items else { break };
                    let old = counterpart(schema, element, before.value);
                    self.value(items, &format!("{at}[{index}]"), element, before.inside(value, old));
                }
            }
            Value::Object(map) => {
                for (name, inner) in map {
                    let old = before.value.and_then(|old| old.get(name));
                    if let Some(known) = schema.properties.get(name) {
                        let way = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                        self.value(known, &way, inner, before.inside(value, old));
                    } else if let Additional::Of(known) = &schema.additional {
                        self.value(known, &format!("{at}[{name}]"), inner, before.inside(value, old));
                    }
                }
            }
            _ => {}
        }
    }

    /// The rules of one place.
    fn own(&mut self, schema: &Schema, rules: &[Rule], at: &str, value: &Value, before: Before) {
        let at = if at.is_empty() { "<nil>" } else { at };
        let asked = rules
            .iter()
            .filter(|rule| !rule.changes || before.value.is_some_and(|old| !old.is_null()) || rule.optional_old);
        for rule in asked {
            if self.left == 0 {
                return;
            }
            self.rule(schema, rule, at, value, before);
        }
    }

    fn rule(&mut self, schema: &Schema, rule: &Rule, at: &str, value: &Value, before: Before) {
        let kind = Value::from(schema.kind.as_str());
        let invalid = |why: &str| Fault::invalid(at, &kind, why);
        let called = &rule.called;
        let program = match &rule.program {
            Ok(program) => program,
            Err(why) => return self.faults.push(invalid(&format!("rule compile error: compilation failed: {why}"))),
        };
        let scope = match self.scope(schema, rule, value, before.value) {
            Ok(scope) => scope,
            Err(Failed(why)) => return self.faults.push(invalid(&why)),
        };
        let result = program.eval(&scope);
        self.left = scope.left();
        match result {
            Ok(Val::Bool(true)) => {}
            Ok(_) => self.broken(schema, rule, at, value, &scope, before),
            Err(why) if why == Failed::too_much() && self.left == 0 => self.faults.push(invalid(TOO_DEAR)),
            Err(why) if why == Failed::too_much() => {
                self.left = 0;
                let why = format!(
                    "'{}': no further validation rules will be run due to call cost exceeds limit for rule: {called}",
                    why.0
                );
                self.faults.push(invalid(&why));
            }
            Err(Failed(why)) if why.starts_with("no such overload") => {
                let why = format!("'{why}': call arguments did not match a supported operator, function or macro signature for rule: {called}");
                self.faults.push(invalid(&why));
            }
            Err(Failed(why)) => self.faults.push(invalid(&format!("{why} evaluating rule: {called}"))),
        }
    }

    /// What a rule sees.
    fn scope<'a>(&self, schema: &Schema, rule: &Rule, value: &Value, old: Option<&Value>) -> Result<Scope<'a>, Failed> {
        let mut scope = Scope::costing(self.left);
        scope.set("self", val(schema, value)?);
        let old = old.filter(|old| !old.is_null() && rule.changes).map(|old| val(schema, old)).transpose()?;
        match old {
            Some(old) if rule.optional_old => scope.set("oldSelf", Val::some(old)?),
            Some(old) => scope.set("oldSelf", old),
            None if rule.optional_old => scope.set("oldSelf", Val::NONE),
            None => {}
        }
        Ok(scope)
    }

    /// A rule that does not hold.
    fn broken<'a>(&mut self, schema: &Schema, rule: &'a Rule, at: &str, value: &Value, scope: &Scope<'a>, before: Before) {
        let given = rule.message_program.as_ref().and_then(|program| match program.eval(scope) {
            Ok(Val::Text(text)) => Some(text.trim().to_owned()),
            _ => None,
        });
        self.left = scope.left();
        let message = given
            .filter(|text| !text.is_empty() && text.len() <= LONGEST && !text.contains('\n'))
            .unwrap_or_else(|| rule.message.clone());
        let field = match &rule.way {
            Some(way) if at == "<nil>" => way.clone(),
            Some(way) if way.starts_with('[') => format!("{at}{way}"),
            Some(way) => format!("{at}.{way}"),
            None => at.to_owned(),
        };
        // Objects and lists are not shown.
        let shown = !matches!(schema.kind.as_str(), "object" | "array");
        let fault = match (rule.reason.as_str(), shown) {
            ("FieldValueForbidden", _) => Fault::forbidden(field, &message),
            ("FieldValueRequired", _) => Fault::required(field, &message),
            ("FieldValueDuplicate", true) => Fault::duplicate(field, value),
            ("FieldValueDuplicate", false) => Fault::duplicate_without_value(field),
            (_, true) => Fault::invalid(field, value, &message),
            (_, false) => Fault::invalid_without_value(field, &message),
        };
        if !rule.changes && before.unchanged(value) {
            self.warnings.push(fault.to_string());
        } else {
            self.faults.push(fault);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(rules: Value, spec: Value, old: Option<Value>) -> Vec<String> {
        let list = json!({"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"], "items": {"type": "object",
            "x-kubernetes-validations": [{"rule": "self.n >= oldSelf.n"}], "properties": {"k": {"type": "string"}, "n": {"type": "integer"}}}});
        let spec_schema = json!({"type": "object", "x-kubernetes-validations": rules,
            "properties": {"copies": {"type": "integer"}, "most": {"type": "integer"}, "list": list,
            "target": {"type": "string", "x-kubernetes-validations": [{"rule": "self == oldSelf", "message": "never changes"}]}}});
        let schema = Schema::of(&json!({"type": "object", "properties": {"spec": spec_schema}}));
        let kept = check(&schema, &json!({"spec": spec}), old.map(|old| json!({"spec": old})).as_ref());
        kept.faults.iter().map(ToString::to_string).chain(kept.warnings).collect()
    }

    #[test]
    fn a_rule_is_told_as_it_wants_to_be() {
        let few = json!({"copies": 3, "most": 2});
        for (rule, words) in [
            (
                json!({"rule": "self.copies <= self.most"}),
                "spec: Invalid value: failed rule: self.copies <= self.most",
            ),
            (
                json!({"rule": "self.copies <= self.most", "message": " too many "}),
                "spec: Invalid value: too many",
            ),
            (
                json!({"rule": "self.copies <= self.most", "messageExpression": "'not ' + string(self.copies)"}),
                "spec: Invalid value: not 3",
            ),
            (
                json!({"rule": "self.copies <= self.most", "message": "no", "fieldPath": ".copies", "reason": "FieldValueForbidden"}),
                "spec.copies: Forbidden: no",
            ),
            (
                json!({"rule": "self.list[0].n == 1", "message": "no"}),
                "spec: Invalid value: \"object\": no such key: list evaluating rule: no",
            ),
        ] {
            assert_eq!(told(json!([rule]), few.clone(), None), [words]);
        }
    }

    #[test]
    fn changes_are_asked_about_where_there_was_something_before() {
        let old = json!({"target": "photos", "list": [{"k": "a", "n": 2}, {"k": "b", "n": 1}]});
        let new = json!({"target": "music", "list": [{"k": "b", "n": 0}, {"k": "c", "n": 0}]});
        let never = "spec.target: Invalid value: \"music\": never changes";
        let less = "spec.list[0]: Invalid value: failed rule: self.n >= oldSelf.n";
        assert_eq!(told(json!([]), new.clone(), Some(old)), [less, never]);
        assert_eq!(told(json!([]), new, None), [] as [&str; 0]);
        let optional = json!([{"rule": "oldSelf.hasValue() || self.copies == 1", "optionalOldSelf": true, "message": "begins with one"}]);
        assert_eq!(told(optional, json!({"copies": 2}), None), ["spec: Invalid value: begins with one"]);
    }
}
