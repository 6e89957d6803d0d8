//! The columns of each kind, as Kubernetes' own server describes them (`assets/columns/columns.txt`, with its generator beside it).

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::practice::custom::Column;
use crate::practice::kind::Kind;

const TEXT: &str = include_str!("../../../../assets/columns/columns.txt");

static TABLE: LazyLock<HashMap<String, Vec<Value>>> = LazyLock::new(|| read(TEXT));

/// The column definitions of a kind.
pub fn definitions(kind: &'static Kind) -> Vec<Value> {
    if let Some(custom) = kind.custom {
        return defined(&TABLE, &custom.columns);
    }
    let of = |kind: &Kind| TABLE.get(&format!("{}.{}", kind.api_version(), kind.kind));
    of(kind).or_else(|| of(kind.storage())).cloned().unwrap_or_else(|| plain(&TABLE))
}

/// The columns of a Scale, which no list shows: those that all kinds have, and two of its own.
pub fn of_scale() -> Vec<Value> {
    let count = |name: &str, what: &str| {
        let description = format!("replicas is the {what} the scaled object.");
        json!({"name": name, "type": "integer", "format": "", "description": description, "priority": 0})
    };
    let usual = TABLE.get("v1.ServiceAccount").map(Vec::as_slice).unwrap_or_default();
    let mut columns: Vec<Value> = usual
        .iter()
        .filter(|column| column["name"] == "Name" || column["name"] == "Age")
        .cloned()
        .collect();
    for column in &mut columns {
        column["format"] = "".into();
    }
    let own = [
        ("Desired", "desired number of instances for"),
        ("Available", "actual number of observed instances of"),
    ];
    let place = columns.len().min(1);
    columns.splice(place..place, own.map(|(name, what)| count(name, what)));
    columns
}

/// What an object of a kind without columns of its own shows: its name, and when it was made.
fn plain(table: &HashMap<String, Vec<Value>>) -> Vec<Value> {
    let borrowed = table.get("v1.ServiceAccount").cloned().unwrap_or_default();
    let mut columns: Vec<Value> = borrowed.into_iter().take(2).collect();
    if let Some(created) = columns.get_mut(1) {
        created["name"] = "Created At".into();
        created["type"] = "date".into();
    }
    columns
}

/// The columns of a kind that the cluster defined: the name, and what the definition names.
fn defined(table: &HashMap<String, Vec<Value>>, columns: &[Column]) -> Vec<Value> {
    let name = table.get("v1.ServiceAccount").and_then(|columns| columns.first()).cloned();
    let of = |column: &Column| json!({"name": column.name, "type": column.kind, "format": column.format, "description": column.description, "priority": column.priority});
    name.into_iter().chain(columns.iter().map(of)).collect()
}

fn read(text: &str) -> HashMap<String, Vec<Value>> {
    let mut often = Vec::new();
    let mut table: HashMap<String, Vec<Value>> = HashMap::new();
    let mut kind = String::new();
    for line in text.lines() {
        if line.starts_with('=') {
            often.push(line.split_once(' ').map_or("", |(_, text)| text));
        } else if let Some(column) = line.strip_prefix(' ') {
            table.entry(kind.clone()).or_default().push(definition(column, &often));
        } else {
            line.clone_into(&mut kind);
        }
    }
    table
}

fn definition(line: &str, often: &[&str]) -> Value {
    let mut parts = line.splitn(5, '\t');
    let mut next = || parts.next().unwrap_or_default();
    let (name, kind, format, priority, text) = (next(), next(), next(), next(), next());
    let said = text
        .strip_prefix('=')
        .and_then(|number| number.parse::<usize>().ok())
        .and_then(|number| often.get(number));
    let description = said.copied().unwrap_or(text).replace("\\n", "\n");
    json!({"name": name, "type": kind, "format": format, "description": description, "priority": priority.parse::<i64>().unwrap_or(0)})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::practice::kind::{KINDS, POD, ROLE};

    #[test]
    fn columns_have_names_and_words() {
        let pod = definitions(&POD);
        let names: Vec<&str> = pod.iter().filter(|one| one["priority"] == 0).filter_map(|one| one["name"].as_str()).collect();
        assert_eq!(names, ["Name", "Ready", "Status", "Restarts", "Age"]);
        assert_eq!(pod[0]["format"], "name");
        assert!(pod[4]["description"].as_str().unwrap().starts_with("CreationTimestamp is"));
        let role = definitions(&ROLE);
        assert_eq!((&role[1]["name"], &role[1]["type"]), (&json!("Created At"), &json!("date")));
    }

    #[test]
    fn an_object_has_a_cell_for_every_column() {
        let now = jiff::Timestamp::now();
        for kind in KINDS.iter().filter(|kind| kind.verbs.contains(&"list")) {
            let cells = super::super::cells::row(kind, &json!({"metadata": {"name": "a"}}), now);
            assert_eq!(cells.len(), definitions(kind).len(), "{}", kind.kind);
        }
    }
}
