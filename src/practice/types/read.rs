//! Reads the table of types from its text (`assets/types/fields.txt`; the generator beside it says what stands in it).

use std::collections::HashMap;
use std::sync::Arc;

use super::{Field, Id, ListType, Shape, Table, Type, Values};

/// Reads the table; a line that says nothing known is an `Any`.
pub fn read(text: &'static str, enums: &'static str) -> Table {
    let heads = text.lines().filter(|line| !line.starts_with(' '));
    let by_name: HashMap<&'static str, Id> = heads.enumerate().map(|(id, name)| (name, id)).collect();
    let mut types: Vec<Type> = Vec::with_capacity(by_name.len());
    for line in text.lines() {
        match (line.strip_prefix(' '), types.last_mut()) {
            (None, _) => types.push(Type {
                name: line,
                fields: Vec::new(),
            }),
            (Some(rest), Some(owner)) => {
                let package = owner.name.rsplit_once('.').map_or("", |(package, _)| package);
                owner.fields.extend(field(rest, package, &by_name));
            }
            (Some(_), None) => {}
        }
    }
    let values = values(enums, &by_name);
    Table {
        shapes: (0..types.len()).map(Shape::Type).collect(),
        types,
        by_name,
        values,
    }
}

/// Fields come first, then the values that all of them take.
fn values(text: &'static str, known: &HashMap<&'static str, Id>) -> HashMap<(Id, &'static str), Arc<Values>> {
    let mut found = HashMap::new();
    let mut lines = text.lines().peekable();
    while lines.peek().is_some() {
        let mut fields = Vec::new();
        while let Some(line) = lines.next_if(|line| !line.starts_with(' ')) {
            fields.extend(line.split_once(' ').and_then(|(name, field)| Some((*known.get(name)?, field))));
        }
        let mut values = Values::new();
        while let Some(line) = lines.next_if(|line| line.starts_with(' ')) {
            let (value, meaning) = line[1..].split_once(' ').unwrap_or((&line[1..], ""));
            values.push((if value == "\"\"" { "" } else { value }, meaning));
        }
        let values = Arc::new(values);
        found.extend(fields.into_iter().map(|field| (field, Arc::clone(&values))));
    }
    found
}

fn field(line: &'static str, package: &str, known: &HashMap<&'static str, Id>) -> Option<Field> {
    let mut words = line.split(' ');
    let number = words.next()?.parse().ok()?;
    let name = words.next().map(|name| if name == "-" { "" } else { name })?;
    let mut field = Field {
        number,
        name,
        shape: shape(words.next()?, package, known),
        required: false,
        keep: false,
        list: None,
        merge_key: None,
        retain_keys: false,
        atomic: false,
    };
    for word in words {
        match word.split_once('=').unwrap_or((word, "")) {
            ("required", _) => field.required = true,
            ("keep", _) => field.keep = true,
            ("list", "atomic") => field.list = Some(ListType::Atomic),
            ("list", "set") => field.list = Some(ListType::Set),
            ("list", map) => field.list = map.strip_prefix("map:").map(|keys| ListType::Map(keys.split(',').collect())),
            ("merge", key) => field.merge_key = Some(key),
            ("replace", _) => field.retain_keys = true,
            ("atomic", _) => field.atomic = true,
            _ => {}
        }
    }
    Some(field)
}

fn shape(word: &'static str, package: &str, known: &HashMap<&'static str, Id>) -> Shape {
    if let Some(element) = word.strip_prefix("[]") {
        return Shape::List(Box::new(shape(element, package, known)));
    }
    if let Some(value) = word.strip_prefix("map:") {
        return Shape::Map(Box::new(shape(value, package, known)));
    }
    let (go, plain) = word.split_once('=').unwrap_or((word, word));
    match plain {
        "string" => Shape::Text(go),
        "bool" => Shape::Bool,
        "int" | "int32" | "int64" | "uint32" | "uint64" | "byte" => Shape::Whole(go),
        "float64" => Shape::Float,
        "bytes" => Shape::Bytes,
        "Quantity" => Shape::Quantity,
        "IntOrString" => Shape::IntOrString,
        "Time" => Shape::Time,
        "MicroTime" => Shape::MicroTime,
        "wrapped[]string" => Shape::Wrapped,
        name => {
            let whole = if name.contains('.') { name.to_owned() } else { format!("{package}.{name}") };
            known.get(whole.as_str()).map_or(Shape::Any, |id| Shape::Type(*id))
        }
    }
}
