//! kubectl inside of a container: it speaks to the API in the name of the pod's ServiceAccount.

mod ask;
mod get;
mod given;
mod page;
mod template;

use std::time::Duration;

use serde_json::json;

use self::ask::{ask, path};
use self::given::Given;
use super::Done;
use crate::practice::kind::{Kind, find};
use crate::practice::runtime::process::Process;

const PLAIN: &str = "application/json";
const POLL: Duration = Duration::from_secs(1);

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
        Some("get") => get::get(process, &given, rest).await,
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

async fn failed(process: &Process, why: &str) -> Done {
    process.complain(why).await;
    Ok(1)
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
