//! Whether an object is as its schema wants it, in the words of Kubernetes' validator (kube-openapi `validation/validate`).

use serde_json::Value;

use super::formats;
use super::schema::{Additional, Schema};
use crate::practice::status::Fault;

/// What is wrong with a value; what is as it was before a change is not looked at again.
#[must_use]
pub fn check(schema: &Schema, at: &str, value: &Value, old: Option<&Value>) -> Vec<Fault> {
    let look = Look { at, way: String::new() };
    look.value(schema, value, old).faults
}

/// What was found, and how many of the questions were asked: of several failures the one that came furthest is told.
#[derive(Debug, Default)]
struct Found {
    faults: Vec<Fault>,
    asked: usize,
}

impl Found {
    fn merge(&mut self, other: Self) {
        self.asked += other.asked;
        other.faults.into_iter().for_each(|fault| self.add(fault));
    }

    fn add(&mut self, fault: Fault) {
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }
}

/// A place in an object: where the whole is, and the way from there.
struct Look<'a> {
    at: &'a str,
    way: String,
}

impl Look<'_> {
    fn below(&self, name: &str) -> Self {
        let way = if self.way.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.way)
        };
        Self { at: self.at, way }
    }

    fn element(&self, index: usize) -> Self {
        Self {
            at: self.at,
            way: format!("{}[{index}]", self.way),
        }
    }

    fn field(&self) -> String {
        match (self.at, self.way.as_str()) {
            ("", "") => "<nil>".to_owned(),
            ("", way) => way.to_owned(),
            (at, "") => at.to_owned(),
            (at, way) => format!("{at}.{way}"),
        }
    }

    fn invalid(&self, value: &Value, why: &str) -> Fault {
        Fault::invalid(self.field(), value, &format!("{} in body {why}", self.way))
    }

    /// A fault of several schemas together, which has no place of its own.
    fn composite(&self, why: &str) -> Fault {
        let field = if self.at.is_empty() { "<nil>" } else { self.at };
        Fault::invalid(field, &"".into(), &format!("{:?} {why}", self.way))
    }

    fn value(&self, schema: &Schema, value: &Value, old: Option<&Value>) -> Found {
        let mut found = Found::default();
        if old == Some(value) {
            return found;
        }
        found.merge(self.kind(schema, value));
        if value.is_null() {
            found.merge(self.one_of(schema, value));
            return found;
        }
        found.asked += 1;
        found.merge(self.together(schema, value, old));
        found.merge(match value {
            Value::String(text) => self.text(schema, text),
            Value::Number(_) => self.number(schema, value),
            Value::Array(list) => self.list(schema, list, old),
            _ => Found::default(),
        });
        found.merge(self.one_of(schema, value));
        if let Value::Object(map) = value {
            found.merge(self.object(schema, map, old));
        }
        found.asked += 2;
        found
    }

    fn kind(&self, schema: &Schema, value: &Value) -> Found {
        let mut found = Found { asked: 1, ..Found::default() };
        let wanted: &[&str] = if schema.int_or_string {
            &["integer", "string"]
        } else {
            &[schema.kind.as_str()]
        };
        let format = formats::known(&schema.kind, &schema.format);
        if wanted == [""] && format.is_empty() {
            return found;
        }
        let (kind, own) = formats::of(value);
        let whole = value.as_f64().is_some_and(|number| number.fract() == 0.0) && wanted.contains(&"integer");
        let fits = wanted.contains(&kind) || whole || kind == "integer" && wanted.contains(&"number");
        let misfit = |wanted: &str, kind: &str| Fault {
            reason: "FieldValueTypeInvalid",
            ..self.invalid(&kind.into(), &format!("must be of type {wanted}: {kind:?}"))
        };
        let text = matches!(value, Value::String(_) | Value::Array(_));
        // What a text means is for its format to say.
        let meant = text && !format.is_empty() && !wanted.contains(&"number") && !wanted.contains(&"integer");
        if value.is_null() {
            if wanted != [""] && !schema.nullable {
                found.add(misfit(&wanted.join(","), "null"));
            }
        } else if !text && !format.is_empty() && !fits && own != format {
            found.add(misfit(format, own));
        } else if !meant && !fits {
            found.add(misfit(&wanted.join(","), kind));
        }
        found
    }

    /// What allOf, anyOf, oneOf and not say.
    fn together(&self, schema: &Schema, value: &Value, old: Option<&Value>) -> Found {
        let mut found = Found { asked: 1, ..Found::default() };
        let each = |schemas: &[Schema]| -> Vec<Found> { schemas.iter().map(|schema| self.value(schema, value, old)).collect() };
        let (any, one, all) = (each(&schema.any_of), each(&schema.one_of), each(&schema.all_of));
        if !any.is_empty() {
            let good = any.iter().any(|one| one.faults.is_empty());
            if !good {
                found.add(self.composite("must validate at least one schema (anyOf)"));
            }
            found.merge(best(any));
        }
        if !one.is_empty() {
            match one.iter().filter(|one| one.faults.is_empty()).count() {
                1 => found.merge(best(one)),
                0 => {
                    found.add(self.composite("must validate one and only one schema (oneOf). Found none valid"));
                    found.merge(best(one));
                }
                count => found.add(self.composite(&format!("must validate one and only one schema (oneOf). Found {count} valid alternatives"))),
            }
        }
        if !all.is_empty() {
            let good = all.iter().filter(|one| one.faults.is_empty()).count();
            let count = all.len();
            all.into_iter().for_each(|one| found.merge(one));
            if good < count {
                let more = if good == 0 { ". None validated" } else { "" };
                found.add(self.composite(&format!("must validate all the schemas (allOf){more}")));
            }
        }
        if schema.not.as_ref().is_some_and(|not| self.value(not, value, None).faults.is_empty()) {
            found.add(self.composite("must not validate the schema (not)"));
        }
        found
    }

    fn text(&self, schema: &Schema, text: &str) -> Found {
        let mut found = Found { asked: 1, ..Found::default() };
        let (limits, value, length) = (&schema.limits, Value::from(text), text.chars().count() as u64);
        if let Some(most) = limits.max_length.filter(|most| length > *most) {
            found.add(Fault::too_long(self.field(), usize::try_from(most).unwrap_or(usize::MAX)));
        } else if let Some(least) = limits.min_length.filter(|least| length < *least) {
            found.add(self.invalid(&value, &format!("should be at least {least} chars long")));
        } else if let Some((pattern, regex)) = &limits.pattern
            && regex.as_ref().is_some_and(|regex| !regex.is_match(text.as_bytes()))
        {
            found.add(self.invalid(&value, &format!("should match '{pattern}'")));
        }
        let format = formats::known(&schema.kind, &schema.format);
        if !format.is_empty() && !formats::holds(format, text) {
            found.add(self.invalid(&value, &format!("must be of type {format}: {text:?}")));
        }
        found
    }

    fn number(&self, schema: &Schema, value: &Value) -> Found {
        let mut found = Found { asked: 1, ..Found::default() };
        let (limits, number) = (&schema.limits, value.as_f64().unwrap_or_default());
        if let Some(why) = formats::out_of_range(schema, value) {
            let field = if self.at.is_empty() { "<nil>" } else { self.at };
            found.add(Fault::invalid(field, &"".into(), &format!("Checked value must be {why} in {}", self.way)));
        }
        // A bound of a whole number is whole.
        let bound = |bound: f64| if value.is_i64() { bound.trunc() } else { bound };
        if let Some(factor) = limits.multiple_of
            && (number / factor).fract() != 0.0
        {
            found.add(self.invalid(value, &format!("should be a multiple of {}", shown(factor))));
        }
        if let Some(least) = limits.minimum.map(bound) {
            let words = if limits.above { "greater than" } else { "greater than or equal to" };
            if number < least || limits.above && number <= least {
                found.add(self.invalid(value, &format!("should be {words} {}", shown(least))));
            }
        }
        if let Some(most) = limits.maximum.map(bound) {
            let words = if limits.below { "less than" } else { "less than or equal to" };
            if number > most || limits.below && number >= most {
                found.add(self.invalid(value, &format!("should be {words} {}", shown(most))));
            }
        }
        found
    }

    fn list(&self, schema: &Schema, list: &[Value], old: Option<&Value>) -> Found {
        let mut found = Found { asked: 1, ..Found::default() };
        if let Some(items) = &schema.items {
            for (index, element) in list.iter().enumerate() {
                found.merge(self.element(index).value(items, element, formats::counterpart(schema, element, old)));
            }
        }
        let length = list.len() as u64;
        if let Some(least) = schema.limits.min_items.filter(|least| length < *least) {
            found.add(self.invalid(&length.into(), &format!("should have at least {least} items")));
        }
        if let Some(most) = schema.limits.max_items.filter(|most| length > *most) {
            found.add(Fault::too_many(self.field(), length, most));
        }
        found
    }

    fn one_of(&self, schema: &Schema, value: &Value) -> Found {
        let mut found = Found { asked: 1, ..Found::default() };
        let values = &schema.limits.one_of;
        let same = |one: &Value| one == value || one.is_number() && one.as_f64() == value.as_f64();
        if !values.is_empty() && !values.iter().any(same) {
            let texts: Vec<String> = values.iter().map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned)).collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            found.add(Fault::unsupported(self.field(), value, &texts));
        }
        found
    }

    fn object(&self, schema: &Schema, map: &serde_json::Map<String, Value>, old: Option<&Value>) -> Found {
        let mut found = Found { asked: 1, ..Found::default() };
        let count = map.len() as u64;
        if let Some(least) = schema.limits.min_properties.filter(|least| count < *least) {
            found.add(self.invalid(&count.into(), &format!("should have at least {least} properties")));
        }
        if let Some(most) = schema.limits.max_properties.filter(|most| count > *most) {
            found.add(Fault::too_many(self.field(), count, most));
        }
        for (name, value) in map.iter().filter(|(name, _)| !schema.properties.contains_key(*name)) {
            match &schema.additional {
                Additional::Of(inner) => found.merge(self.below(name).value(inner, value, old.and_then(|old| old.get(name)))),
                Additional::Forbidden => {
                    let why = format!("{}.{name} in body is a forbidden property", self.way);
                    found.add(Fault::invalid(self.field(), &name.as_str().into(), &why));
                }
                Additional::Any | Additional::Unsaid => {}
            }
        }
        for (name, inner) in &schema.properties {
            if let Some(value) = map.get(name) {
                found.merge(self.below(name).value(inner, value, old.and_then(|old| old.get(name))));
            }
        }
        let own = ["apiVersion", "kind"].into_iter().filter(|_| schema.embedded);
        for name in own
            .chain(schema.limits.required.iter().map(String::as_str))
            .filter(|name| !map.contains_key(*name))
        {
            found.add(Fault::required(self.below(name).field(), ""));
        }
        found
    }
}

/// A success, or else the failure that came furthest.
fn best(all: Vec<Found>) -> Found {
    let mut best: Option<Found> = None;
    for found in all {
        if found.faults.is_empty() {
            return found;
        }
        if best.as_ref().is_none_or(|best| found.asked > best.asked) {
            best = Some(found);
        }
    }
    best.unwrap_or_default()
}

/// A number as Go prints it.
fn shown(number: f64) -> String {
    if number.abs() >= 1e21 { format!("{number:e}") } else { number.to_string() }
}

#[cfg(test)]
mod tests;
