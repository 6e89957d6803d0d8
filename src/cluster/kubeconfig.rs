//! The kubeconfig: the file that was named, or those of `$KUBECONFIG`, or `~/.kube/config`; read and merged as kubectl does
//! (`k8s.io/client-go/tools/clientcmd/loader.go`).

use std::io;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use kube::config::Kubeconfig;
use serde_json::Value;

use super::connect::ConnectError;
use crate::yaml;

/// # Errors
/// The file that cannot be read or understood, and why.
pub(super) fn read(named: Option<&Path>) -> Result<Kubeconfig, ConnectError> {
    let files = named.map_or_else(files, |file| vec![file.to_owned()]);
    let unreadable = |file: &Path, why: String| ConnectError::Unreadable {
        file: file.display().to_string(),
        why,
    };
    let mut merged = None;
    let mut missing = None;
    for file in &files {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(why) if why.kind() == io::ErrorKind::NotFound => {
                missing = Some(unreadable(file, why.to_string()));
                continue;
            }
            Err(why) => return Err(unreadable(file, why.to_string())),
        };
        merged = Some(add(merged.unwrap_or_default(), file, &text)?);
    }
    // Of several files, those that are not there are passed over.
    merged.ok_or_else(|| missing.unwrap_or_else(|| unreadable(Path::new("~/.kube/config"), "no home folder".to_owned())))
}

fn files() -> Vec<PathBuf> {
    let listed = std::env::var_os("KUBECONFIG").unwrap_or_default();
    let listed: Vec<PathBuf> = std::env::split_paths(&listed).filter(|file| !file.as_os_str().is_empty()).collect();
    if !listed.is_empty() {
        return listed;
    }
    etcetera::home_dir().map(|home| home.join(".kube/config")).into_iter().collect()
}

/// Adds what the documents of a file say and those before it do not.
fn add(known: Kubeconfig, file: &Path, text: &str) -> Result<Kubeconfig, ConnectError> {
    let name = file.display().to_string();
    let broken = |why: String| ConnectError::Broken { file: name.clone(), why };
    // The line itself may hold a secret and is not shown.
    let documents = yaml::documents(&name, text).map_err(|error| broken(format!("line {}: {}", error.line, error.message)))?;
    documents.into_iter().try_fold(known, |known, (_, mut document, _)| {
        resolve(&mut document, file.parent().unwrap_or(Path::new("")));
        // What stands where it should not may be a secret too.
        let unquoted = |why: serde_json::Error| why.to_string().split('"').step_by(2).collect::<Vec<_>>().join("…");
        let said: Kubeconfig = serde_json::from_value(document).map_err(|why| broken(unquoted(why)))?;
        known.merge(said).map_err(|why| broken(why.to_string()))
    })
}

/// Files that are named relative to the kubeconfig's folder get their whole path; a plugin without a folder is looked for on the `PATH`.
fn resolve(document: &mut Value, folder: &Path) {
    let whole = |path: &mut Value| {
        if let Some(name) = path.as_str().filter(|name| !name.is_empty() && Path::new(name).is_relative()) {
            *path = folder.join(name).to_string_lossy().into();
        }
    };
    for (list, inner, fields) in [
        ("clusters", "cluster", &["certificate-authority"] as &[&str]),
        ("users", "user", &["client-certificate", "client-key", "tokenFile"]),
    ] {
        for named in document[list].as_array_mut().into_iter().flatten() {
            for field in fields {
                named.pointer_mut(&format!("/{inner}/{field}")).into_iter().for_each(whole);
            }
            let command = named.pointer_mut("/user/exec/command");
            let placed = |command: &&mut Value| command.as_str().is_some_and(|name| name.contains(MAIN_SEPARATOR));
            command.into_iter().filter(placed).for_each(whole);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "
current-context: lab
contexts: [{name: lab, context: {cluster: one, user: me}}]
clusters: [{name: one, cluster: {server: 'https://127.0.0.1:1', certificate-authority: pki/ca.crt}}]
users:
- {name: me, user: {client-key: /else/me.key, exec: {command: bin/login, apiVersion: client.authentication.k8s.io/v1}}}
- {name: you, user: {exec: {command: aws, apiVersion: client.authentication.k8s.io/v1}}}
";
    const TWO: &str = "
current-context: other
contexts: [{name: other, context: {cluster: one}}]
clusters: [{name: one, cluster: {server: 'https://127.0.0.1:2'}}]
";

    #[test]
    fn files_stand_relative_to_the_kubeconfig_and_programs_with_a_folder_too() {
        let read = add(Kubeconfig::default(), Path::new("/home/me/.kube/config"), ONE).unwrap();
        let cluster = read.clusters[0].cluster.as_ref().unwrap();
        assert_eq!(cluster.certificate_authority.as_deref(), Some("/home/me/.kube/pki/ca.crt"));
        let user = |at: usize| read.auth_infos[at].auth_info.clone().unwrap();
        assert_eq!(user(0).client_key.as_deref(), Some("/else/me.key"));
        let command = |at: usize| user(at).exec.unwrap().command.unwrap();
        assert_eq!((command(0).as_str(), command(1).as_str()), ("/home/me/.kube/bin/login", "aws"));
    }

    #[test]
    fn the_first_to_say_a_thing_is_believed() {
        let first = add(Kubeconfig::default(), Path::new("one"), ONE).unwrap();
        let both = add(first, Path::new("two"), TWO).unwrap();
        assert_eq!(both.current_context.as_deref(), Some("lab"));
        assert_eq!(both.contexts.len(), 2);
        assert_eq!(both.clusters[0].cluster.as_ref().unwrap().server.as_deref(), Some("https://127.0.0.1:1"));
    }

    #[test]
    fn what_is_broken_is_named_without_the_secret_on_its_line() {
        for text in ["users:\n- {name: me, user: {token: hush}\n", "contexts: hush\n"] {
            let said = add(Kubeconfig::default(), Path::new("config"), text).unwrap_err().to_string();
            assert!(said.contains("the kubeconfig config is broken") && !said.contains("hush"), "{said}");
        }
    }
}
