//! get: prints objects, and what becomes of them.

use serde_json::Value;

use super::ask::{ask, path};
use super::given::Given;
use super::page::Page;
use super::template::filled;
use super::{PLAIN, failed, wanted};
use crate::practice::field::{items, text};
use crate::practice::kind::Kind;
use crate::practice::runtime::pipe::Broken;
use crate::practice::runtime::process::Process;
use crate::practice::shell::tools::Done;

const TABLES: &str = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

pub(super) async fn get(process: &Process, given: &Given, words: &[String]) -> Done {
    if let Some(raw) = &given.raw {
        return match ask(process, "GET", raw.clone(), None, PLAIN).await {
            Ok(answer) => process.print(answer.body.to_string()).await.map(|()| 0),
            Err(why) => failed(process, &why).await,
        };
    }
    let wanted = match wanted(words) {
        Ok(wanted) => wanted,
        Err(why) => return failed(process, &why).await,
    };
    let mut code = 0;
    let mut page = Page::default();
    page.several = wanted.iter().any(|(kind, _)| *kind != wanted[0].0);
    for (kind, name) in &wanted {
        code |= match one(process, given, kind, name, &mut page).await? {
            Ok(()) => 0,
            Err(why) => failed(process, &why).await?,
        };
    }
    if page.several && !page.begun && code == 0 && given.output.is_empty() {
        process.complain(nothing(process, given, wanted[0].0)).await;
    }
    Ok(code)
}

/// Gets objects of one kind and prints them, then what becomes of them when that is wanted.
async fn one(process: &Process, given: &Given, kind: &'static Kind, name: &str, page: &mut Page) -> Result<Result<(), String>, Broken> {
    let tables = matches!(given.output.as_str(), "" | "wide");
    let accept = if tables { TABLES } else { PLAIN };
    let fields = if name.is_empty() || !given.watch {
        given.fields.clone()
    } else {
        format!("metadata.name={name}")
    };
    let selectors = [("labelSelector", given.labels.as_str()), ("fieldSelector", fields.as_str())];
    let at = path(
        process,
        given,
        kind,
        if given.watch { "" } else { name },
        if name.is_empty() || given.watch { &selectors } else { &[] },
    );
    let answer = match ask(process, "GET", at, None, accept).await {
        Ok(answer) => answer.body,
        Err(why) => return Ok(Err(why)),
    };
    if !given.only_watch {
        let empty = name.is_empty() && if tables { items(&answer["rows"]) } else { items(&answer["items"]) }.is_empty();
        match printed(given, kind, &answer, page) {
            Ok(_) if empty && page.several => {}
            Ok(_) if empty && !given.watch && given.output.is_empty() => process.complain(nothing(process, given, kind)).await,
            Ok(_) if empty && given.watch => {}
            Ok(text) => process.print(text).await?,
            Err(why) => return Ok(Err(why)),
        }
    }
    if !given.watch {
        return Ok(Ok(()));
    }
    let version = text(&answer["metadata"]["resourceVersion"]).to_owned();
    let query = [selectors[0], selectors[1], ("watch", "true"), ("resourceVersion", version.as_str())];
    let stream = match ask(process, "GET", path(process, given, kind, "", &query), None, accept).await {
        Ok(answer) => answer.stream,
        Err(why) => return Ok(Err(why)),
    };
    let Some(stream) = stream else { return Ok(Ok(())) };
    let mut bytes = Vec::new();
    loop {
        let chunk = stream.read(65_536).await;
        if chunk.is_empty() {
            return Ok(Ok(()));
        }
        bytes.extend(chunk);
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = bytes.drain(..=end).collect();
            let event: Value = serde_json::from_slice(&line).unwrap_or_default();
            if event["type"] == "ERROR" {
                return Ok(Err(format!("error: {}", text(&event["object"]["message"]))));
            }
            if let Ok(text) = printed(given, kind, &event["object"], page) {
                process.print(text).await?;
            }
        }
    }
}

fn nothing(process: &Process, given: &Given, kind: &Kind) -> String {
    match (kind.namespaced, given.all) {
        (true, false) => format!(
            "No resources found in {} namespace.",
            given.namespace.as_deref().unwrap_or(&process.kernel.facts.namespace)
        ),
        _ => "No resources found".to_owned(),
    }
}

/// An answer in the form asked for.
fn printed(given: &Given, kind: &'static Kind, answer: &Value, page: &mut Page) -> Result<String, String> {
    let group = if kind.group.is_empty() { String::new() } else { format!(".{}", kind.group) };
    let name = |object: &Value| format!("{}{group}/{}\n", kind.singular, text(&object["metadata"]["name"]));
    match given.output.as_str() {
        "" | "wide" => Ok(page.lines(given, kind, answer)),
        "name" if answer["items"].is_array() => Ok(items(&answer["items"]).iter().map(name).collect()),
        "name" => Ok(name(answer)),
        "json" => serde_json::to_string_pretty(answer)
            .map(|text| text + "\n")
            .map_err(|why| format!("error: {why}")),
        "yaml" => Ok(crate::yaml::print(answer)),
        other => match other.strip_prefix("jsonpath=") {
            Some(template) => filled(template, answer).map_err(|why| format!("error: error parsing jsonpath {template}, {why}")),
            None => Err(format!(
                "error: kubectl inside of the practice cluster's containers prints wide, name, json, yaml and jsonpath, not {other}"
            )),
        },
    }
}
