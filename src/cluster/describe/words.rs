//! The small pieces of kubectl's descriptions: labels, times, selectors.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::page::Page;
use crate::text;

const LONGEST_ANNOTATION: usize = 140;

pub fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

pub fn string(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

pub fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or(0)
}

pub fn or_none(text: &str) -> &str {
    if text.is_empty() { "<none>" } else { text }
}

/// A number or a string: ports, percentages.
pub fn either(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// `Sun, 22 Nov 2026 13:45:34 +0000`.
pub fn date(value: &Value, zone: &TimeZone) -> String {
    let time = string(value).parse::<Timestamp>().unwrap_or_default();
    time.to_zoned(zone.clone()).strftime("%a, %d %b %Y %H:%M:%S %z").to_string()
}

/// How long ago, as kubectl says it.
pub fn since(value: &Value, now: Timestamp) -> String {
    string(value)
        .parse::<Timestamp>()
        .map_or_else(|_| "<unknown>".to_owned(), |time| text::age(now.duration_since(time).as_secs()))
}

/// One `key=value` a line, the name before the first.
pub fn labels(page: &mut Page, name: &str, labels: &Value) {
    let lines: Vec<_> = sorted(labels).into_iter().map(|(key, value)| format!("{key}={}", string(value))).collect();
    lines_under(page, name, &lines);
}

/// Values under a name, one a line.
pub fn lines_under(page: &mut Page, name: &str, lines: &[String]) {
    if lines.is_empty() {
        page.line(0, &format!("{name}:\t<none>"));
    }
    for (index, line) in lines.iter().enumerate() {
        page.line(0, &if index == 0 { format!("{name}:\t{line}") } else { format!("\t{line}") });
    }
}

/// Annotations, long ones below their key; what kubectl itself remembers is left out.
pub fn annotations(page: &mut Page, name: &str, annotations: &Value) {
    let shown = sorted(annotations)
        .into_iter()
        .filter(|(key, _)| *key != "kubectl.kubernetes.io/last-applied-configuration");
    let mut lines = Vec::new();
    for (key, value) in shown {
        let value = string(value);
        let value = value.strip_suffix('\n').unwrap_or(value);
        if value.len() + key.len() + 2 > LONGEST_ANNOTATION || value.contains('\n') {
            lines.push(format!("{key}:"));
            lines.extend(value.split('\n').map(|line| format!("  {}", shortened(line))));
        } else {
            lines.push(format!("{key}: {value}"));
        }
    }
    lines_under(page, name, &lines);
}

fn shortened(line: &str) -> String {
    match line.char_indices().nth(LONGEST_ANNOTATION - 2) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line.to_owned(),
    }
}

/// Entries of an object by key.
pub fn sorted(object: &Value) -> Vec<(&str, &Value)> {
    let mut entries: Vec<_> = object.as_object().into_iter().flatten().map(|(key, value)| (key.as_str(), value)).collect();
    entries.sort_by_key(|(key, _)| *key);
    entries
}

/// `app=web,tier in (a,b)`.
pub fn selector(selector: &Value) -> String {
    let mut parts: Vec<(&str, String)> = sorted(&selector["matchLabels"])
        .into_iter()
        .map(|(key, value)| (key, format!("{key}={}", string(value))))
        .collect();
    for expression in list(&selector["matchExpressions"]) {
        let key = string(&expression["key"]);
        let values = list(&expression["values"]).iter().map(string).collect::<Vec<_>>().join(",");
        let part = match string(&expression["operator"]) {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} notin ({values})"),
            "DoesNotExist" => format!("!{key}"),
            _ => key.to_owned(),
        };
        parts.push((key, part));
    }
    parts.sort();
    or_none(&parts.into_iter().map(|(_, part)| part).collect::<Vec<_>>().join(",")).to_owned()
}

/// Who owns the object: `ReplicaSet/web-1`.
pub fn controlled_by(page: &mut Page, object: &Value) {
    if let Some(owner) = list(&object["metadata"]["ownerReferences"]).iter().find(|owner| owner["controller"] == true) {
        page.field(0, "Controlled By", format!("{}/{}", string(&owner["kind"]), string(&owner["name"])));
    }
}

/// Conditions with their reasons.
pub fn conditions(page: &mut Page, object: &Value) {
    let conditions = list(&object["status"]["conditions"]);
    if conditions.is_empty() {
        return;
    }
    page.line(0, "Conditions:");
    page.line(1, "Type\tStatus\tReason");
    page.line(1, "----\t------\t------");
    for c in conditions {
        page.line(1, &format!("{} \t{}\t{}", string(&c["type"]), string(&c["status"]), string(&c["reason"])));
    }
}
