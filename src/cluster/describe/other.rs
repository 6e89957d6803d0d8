//! Descriptions of kinds that kubectl describes briefly, and of those that it describes in ways of their own.

use serde_json::Value;

use super::DescribeInput;
use super::page::Page;
use super::words::{annotations, labels, sorted, string};
use crate::yaml;

pub fn config_map(page: &mut Page, input: &DescribeInput) {
    identity(page, input);
    page.line(0, "\nData\n====");
    for (key, value) in sorted(&input.object["data"]) {
        page.line(0, &format!("{key}:\n----\n{}\n", string(value)));
    }
    page.line(0, "\nBinaryData\n====");
    for (key, value) in sorted(&input.object["binaryData"]) {
        page.line(0, &format!("{key}: {} bytes", decoded(string(value))));
    }
    page.line(0, "");
}

pub fn secret(page: &mut Page, input: &DescribeInput) {
    identity(page, input);
    page.line(0, &format!("\nType:\t{}", string(&input.object["type"])));
    page.line(0, "\nData\n====");
    for (key, value) in sorted(&input.object["data"]) {
        page.field(0, key, format!("{} bytes", decoded(string(value))));
    }
}

/// What is wanted and what is, as YAML.
pub fn any(page: &mut Page, input: &DescribeInput) {
    identity(page, input);
    for part in ["spec", "status"] {
        if !input.object[part].is_null() {
            page.line(0, &format!("{}{}:", part[..1].to_uppercase(), &part[1..]));
            for line in yaml::print(&input.object[part]).lines() {
                page.line(1, line);
            }
        }
    }
}

fn identity(page: &mut Page, input: &DescribeInput) {
    let metadata: &Value = &input.object["metadata"];
    page.field(0, "Name", string(&metadata["name"]));
    if !string(&metadata["namespace"]).is_empty() {
        page.field(0, "Namespace", string(&metadata["namespace"]));
    }
    labels(page, "Labels", &metadata["labels"]);
    annotations(page, "Annotations", &metadata["annotations"]);
}

/// How many bytes a base64 text stands for.
fn decoded(text: &str) -> usize {
    text.trim_end_matches('=').len() * 3 / 4
}
