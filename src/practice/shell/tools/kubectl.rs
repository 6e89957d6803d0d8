//! kubectl inside of a container: it speaks to the API in the name of the pod's ServiceAccount.

use std::time::Duration;

use serde_json::{Value, json};

use super::Done;
use crate::practice::field::{int, items, text};
use crate::practice::kind::{Kind, find};
use crate::practice::net::{ApiAnswer, ApiCall, NoRoute};
use crate::practice::runtime::kernel::Call;
use crate::practice::runtime::process::Process;

const TABLES: &str = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
const PLAIN: &str = "application/json";
/// Where the API is, and how long kubectl tries to reach it.
const SERVER: (&str, u16) = ("10.96.0.1", 443);
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_secs(1);

/// The options that were given, and the words.
#[derive(Default)]
struct Given {
    words: Vec<String>,
    namespace: Option<String>,
    all: bool,
    watch: bool,
    only_watch: bool,
    output: String,
    labels: String,
    fields: String,
    raw: Option<String>,
    headless: bool,
    quiet: bool,
    no_wait: bool,
}

impl Given {
    /// Takes a command line apart; the flag nobody here knows comes back.
    fn read(words: &[String]) -> Result<Self, String> {
        let (mut given, mut rest) = (Self::default(), words.iter().peekable());
        while let Some(word) = rest.next() {
            let (name, joined) = match word.split_once('=') {
                Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
                _ => (word.as_str(), None),
            };
            let mut value = || joined.clone().or_else(|| rest.next().cloned()).unwrap_or_default();
            let off = joined.as_deref() == Some("false");
            match name {
                "-n" | "--namespace" => given.namespace = Some(value()),
                "-l" | "--selector" => given.labels = value(),
                "--field-selector" => given.fields = value(),
                "-o" | "--output" => given.output = value(),
                "--raw" => given.raw = Some(value()),
                "-A" | "--all-namespaces" => given.all = true,
                "-w" | "--watch" => given.watch = !off,
                "--watch-only" => (given.watch, given.only_watch) = (true, true),
                "--no-headers" => given.headless = true,
                "-q" | "--quiet" => given.quiet = true,
                "--wait" => given.no_wait = off,
                "--client" | "--now" | "--force" | "--ignore-not-found" => given.words.push(word.clone()),
                name if name.starts_with("-o") && name.len() > 2 && !name.starts_with("--") => name[2..].clone_into(&mut given.output),
                name if name.starts_with("--") => return Err(format!("unknown flag: {name}")),
                name if name.starts_with('-') && name.len() > 1 => {
                    return Err(format!("unknown shorthand flag: '{}' in {name}", name.chars().nth(1).unwrap_or_default()));
                }
                _ => given.words.push(word.clone()),
            }
        }
        Ok(given)
    }
}

pub(super) async fn run(process: &Process, words: &[String]) -> Done {
    let given = match Given::read(words) {
        Ok(given) => given,
        Err(why) => {
            process.complain(format!("error: {why}\nSee 'kubectl --help' for usage.")).await;
            return Ok(1);
        }
    };
    let rest = given.words.get(1..).unwrap_or_default();
    match given.words.first().map(String::as_str) {
        Some("get") => get(process, &given, rest).await,
        Some("delete") => delete(process, &given, rest).await,
        Some("auth") if rest.first().is_some_and(|word| word == "can-i") => may(process, &given, &rest[1..]).await,
        Some("version") => process.print("Client Version: v1.36.3\nServer Version: v1.36.3\n").await.map(|()| 0),
        Some(other) => {
            process
                .complain(format!(
                    "error: kubectl inside of the practice cluster's containers knows get, delete, auth can-i and version, not {other:?}"
                ))
                .await;
            Ok(1)
        }
        None => process.print("kubectl controls the Kubernetes cluster manager.\n").await.map(|()| 0),
    }
}

/// Asks the API; what kubectl prints when there is no way to it.
async fn ask(process: &Process, method: &'static str, path: String, body: Option<Value>, accept: &'static str) -> Result<ApiAnswer, String> {
    let facts = &process.kernel.facts;
    let connected = process.kernel.ask(|slot| Call::Connect(SERVER.0.to_owned(), SERVER.1, slot));
    let patience = Box::pin(process.kernel.sleep(PATIENCE));
    let connected = match futures::future::select(connected, patience).await {
        futures::future::Either::Left((connected, _)) => connected,
        futures::future::Either::Right(_) => Err(NoRoute::TimedOut),
    };
    if connected.is_err() {
        return Err(format!("Unable to connect to the server: dial tcp {}:{}: i/o timeout", SERVER.0, SERVER.1));
    }
    let call = ApiCall {
        user: format!("system:serviceaccount:{}:{}", facts.namespace, facts.account),
        method,
        path,
        body: body.map(|body| (PLAIN, body.to_string())),
        accept,
    };
    let answer = process.kernel.ask(|slot| Call::Api(call, slot)).await;
    match answer.code {
        200..300 => Ok(answer),
        401 => Err("error: You must be logged in to the server (Unauthorized)".to_owned()),
        _ => {
            let reason = answer.body["reason"]
                .as_str()
                .filter(|reason| !reason.is_empty())
                .map(|reason| format!(" ({reason})"));
            Err(format!("Error from server{}: {}", reason.unwrap_or_default(), text(&answer.body["message"])))
        }
    }
}

fn escaped(value: &str) -> String {
    value
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// The path of a kind's objects, or of one.
fn path(process: &Process, given: &Given, kind: &Kind, name: &str, query: &[(&str, &str)]) -> String {
    let group = if kind.group.is_empty() {
        "/api".to_owned()
    } else {
        format!("/apis/{}", kind.group)
    };
    let own = given.namespace.as_deref().unwrap_or(&process.kernel.facts.namespace);
    let space = if kind.namespaced && !given.all {
        format!("/namespaces/{own}")
    } else {
        String::new()
    };
    let name = if name.is_empty() { String::new() } else { format!("/{name}") };
    let query: Vec<String> = query
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| format!("{key}={}", escaped(value)))
        .collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    format!("{group}/{}{space}/{}{name}{query}", kind.version, kind.plural)
}

/// Kinds with names, from `pods`, `pods,svc`, `pod web`, `pod/web`.
fn wanted(words: &[String]) -> Result<Vec<(&'static Kind, String)>, String> {
    let unknown = |word: &str| format!("error: the server doesn't have a resource type \"{word}\"");
    let mut all = Vec::new();
    if words.first().is_some_and(|word| word.contains('/')) {
        for word in words {
            let (kind, name) = word.split_once('/').unwrap_or((word, ""));
            all.push((find(kind).ok_or_else(|| unknown(kind))?, name.to_owned()));
        }
        return Ok(all);
    }
    let (kinds, names) = words
        .split_first()
        .ok_or("You must specify the type of resource to get. Use \"kubectl api-resources\" for a complete list of supported resources.\n\nerror: Required resource not specified.")?;
    for kind in kinds.split(',') {
        let found = find(kind).ok_or_else(|| unknown(kind))?;
        if names.is_empty() {
            all.push((found, String::new()));
        }
        all.extend(names.iter().map(|name| (found, name.clone())));
    }
    Ok(all)
}

async fn get(process: &Process, given: &Given, words: &[String]) -> Done {
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
    for (kind, name) in &wanted {
        code |= match one(process, given, kind, name, &mut page).await? {
            Ok(()) => 0,
            Err(why) => failed(process, &why).await?,
        };
    }
    Ok(code)
}

async fn failed(process: &Process, why: &str) -> Done {
    process.complain(why).await;
    Ok(1)
}

/// A table as it grows: columns never become narrower.
#[derive(Default)]
struct Page {
    widths: Vec<usize>,
    kind: &'static str,
}

impl Page {
    fn lines(&mut self, given: &Given, kind: &'static Kind, table: &Value) -> String {
        let wide = given.output == "wide";
        let columns = items(&table["columnDefinitions"]);
        let shown: Vec<usize> = if columns.is_empty() {
            (0..self.widths.len() - usize::from(given.all && kind.namespaced)).collect()
        } else {
            (0..columns.len()).filter(|at| wide || int(&columns[*at]["priority"]) == 0).collect()
        };
        let mut rows: Vec<Vec<String>> = Vec::new();
        if self.kind != kind.plural && !columns.is_empty() {
            (self.widths, self.kind) = (Vec::new(), kind.plural);
            let mut head: Vec<String> = shown.iter().map(|at| text(&columns[*at]["name"]).to_uppercase()).collect();
            if given.all && kind.namespaced {
                head.insert(0, "NAMESPACE".to_owned());
            }
            self.widths = vec![0; head.len()];
            if given.headless { self.widths = vec![0; head.len()] } else { rows.push(head) }
        }
        for row in items(&table["rows"]) {
            let cell = |at: &usize| match &row["cells"][*at] {
                Value::String(text) => text.clone(),
                Value::Null => String::new(),
                other => other.to_string(),
            };
            let mut cells: Vec<String> = shown.iter().map(cell).collect();
            if given.all && kind.namespaced {
                cells.insert(0, text(&row["object"]["metadata"]["namespace"]).to_owned());
            }
            rows.push(cells);
        }
        for row in &rows {
            for (width, cell) in self.widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let padded = |row: &Vec<String>| {
            let last = row.len().saturating_sub(1);
            let cells = row.iter().zip(&self.widths).enumerate();
            cells
                .map(|(at, (cell, width))| if at == last { cell.clone() } else { format!("{cell:<width$}   ") })
                .collect::<String>()
                + "\n"
        };
        rows.iter().map(padded).collect()
    }
}

/// Gets objects of one kind and prints them, then what becomes of them when that is wanted.
async fn one(
    process: &Process,
    given: &Given,
    kind: &'static Kind,
    name: &str,
    page: &mut Page,
) -> Result<Result<(), String>, crate::practice::runtime::pipe::Broken> {
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
        other => Err(format!(
            "error: kubectl inside of the practice cluster's containers prints wide, name, json and yaml, not {other}"
        )),
    }
}

async fn delete(process: &Process, given: &Given, words: &[String]) -> Done {
    let (flags, words): (Vec<String>, Vec<String>) = words.iter().cloned().partition(|word| word.starts_with("--"));
    let wanted = match wanted(&words) {
        Ok(wanted) => wanted,
        Err(why) => return failed(process, &why).await,
    };
    let mut code = 0;
    for (kind, name) in wanted {
        if name.is_empty() {
            return failed(process, "error: resource(s) were provided, but no name was specified").await;
        }
        let at = path(process, given, kind, &name, &[]);
        let body = json!({"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background"});
        match ask(process, "DELETE", at.clone(), Some(body), PLAIN).await {
            Ok(_) => {
                let space = given.namespace.as_deref().unwrap_or(&process.kernel.facts.namespace);
                let from = if kind.namespaced { format!(" from {space} namespace") } else { String::new() };
                process.print(format!("{} \"{name}\" deleted{from}\n", kind.singular)).await?;
                while !given.no_wait && ask(process, "GET", at.clone(), None, PLAIN).await.is_ok() {
                    process.kernel.sleep(POLL).await;
                }
            }
            Err(why) if why.contains("(NotFound)") && flags.iter().any(|flag| flag == "--ignore-not-found") => {}
            Err(why) => code |= failed(process, &why).await?,
        }
    }
    Ok(code)
}

/// `auth can-i VERB KIND [NAME]`.
async fn may(process: &Process, given: &Given, words: &[String]) -> Done {
    let [verb, resource, rest @ ..] = words else {
        return failed(process, "error: you must specify two arguments: verb resource or verb resource/resourceName.").await;
    };
    let (resource, name) = resource.split_once('/').unwrap_or((resource, rest.first().map_or("", String::as_str)));
    let kind = find(resource);
    let space = given.namespace.as_deref().unwrap_or(&process.kernel.facts.namespace);
    let attributes = json!({"namespace": if given.all { "" } else { space }, "verb": verb, "group": kind.map_or("", |kind| kind.group),
        "resource": kind.map_or(resource, |kind| kind.plural), "name": name});
    let review = json!({"kind": "SelfSubjectAccessReview", "apiVersion": "authorization.k8s.io/v1", "spec": {"resourceAttributes": attributes}});
    match ask(
        process,
        "POST",
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews".to_owned(),
        Some(review),
        PLAIN,
    )
    .await
    {
        Ok(answer) => {
            let allowed = answer.body["status"]["allowed"] == true;
            if !given.quiet {
                process.print(if allowed { "yes\n" } else { "no\n" }).await?;
            }
            Ok(i32::from(!allowed))
        }
        Err(why) => failed(process, &why).await,
    }
}
