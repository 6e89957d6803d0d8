//! Each way a connection can fail says what, where and what to do.

use std::io::Write;

use super::*;

fn kubeconfig(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(text.as_bytes()).expect("written");
    file
}

fn pointing_at(server: &str) -> tempfile::NamedTempFile {
    kubeconfig(&format!(
        "apiVersion: v1\nkind: Config\nclusters: [{{name: c, cluster: {{server: '{server}'}}}}]\nusers: [{{name: u, user: {{token: t}}}}]\n\
         contexts: [{{name: lab, context: {{cluster: c, user: u}}}}, {{name: other, context: {{cluster: c, user: u}}}}]\n"
    ))
}

async fn failure(file: &Path, context: &str) -> String {
    let options = ConnectOptions {
        context: context.into(),
        kubeconfig: Some(file.into()),
        namespace: "lab-1".into(),
        own_namespace: false,
    };
    Cluster::connect(options).await.err().map(|error| error.to_string()).unwrap_or_default()
}

/// A server that answers every request with one status.
async fn answering(code: u16) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let body = serde_json::json!({"kind": "Status", "code": code, "message": "said no", "reason": "R", "status": "Failure"}).to_string();
    let answer = move || async move { (axum::http::StatusCode::from_u16(code).unwrap_or_default(), body) };
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(answer)).await });
    format!("http://{address}")
}

#[tokio::test]
async fn files_and_contexts() {
    assert!(
        failure(Path::new("/nowhere/config"), "lab")
            .await
            .starts_with("cannot read the kubeconfig /nowhere/config: No such file")
    );
    let broken = kubeconfig("clusters: [");
    assert!(
        failure(broken.path(), "lab").await.contains("is broken"),
        "{}",
        failure(broken.path(), "lab").await
    );
    let file = pointing_at("https://127.0.0.1:1");
    assert!(failure(file.path(), "lob").await.contains("has no context `lob`; it has: lab, other"));
    assert_eq!(contexts(Some(file.path())).expect("contexts"), ["lab", "other"]);
}

#[tokio::test]
async fn a_server_that_is_not_there() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let free = listener.local_addr().expect("an address");
    drop(listener);
    let file = pointing_at(&format!("http://{free}"));
    assert_eq!(
        failure(file.path(), "lab").await,
        format!("http://{free} (context lab) refuses connections; is the cluster running?")
    );
}

#[tokio::test]
async fn a_server_that_says_no() {
    let file = pointing_at(&answering(401).await);
    assert!(failure(file.path(), "lab").await.contains("does not accept the login of context lab (401"));
    let file = pointing_at(&answering(403).await);
    assert!(failure(file.path(), "lab").await.contains("(403 Forbidden): said no"));
}

#[tokio::test]
async fn a_bad_certificate_and_a_silent_server_are_told_apart() {
    let config = |error: &str| explain("lab", "https://c", &kube::Error::Service(error.to_owned().into())).to_string();
    assert!(config("invalid peer certificate: UnknownIssuer").contains("is not trusted: invalid peer certificate: UnknownIssuer"));
    assert!(config("operation timed out").contains("did not answer within 5 s"));
    assert!(config("dns error: no such host").starts_with("cannot reach https://c"));
}

#[tokio::test]
async fn a_login_plugin_never_asks() {
    let file = kubeconfig(
        "apiVersion: v1\nkind: Config\nclusters: [{name: c, cluster: {server: 'http://127.0.0.1:1'}}]\ncontexts: [{name: lab, context: {cluster: c, user: u}}]\n\
         users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: login, interactiveMode: IfAvailable}}}]\n",
    );
    let options = ConnectOptions {
        context: "lab".into(),
        kubeconfig: Some(file.path().into()),
        ..ConnectOptions::default()
    };
    let mode = config(&options)
        .await
        .ok()
        .and_then(|(config, _)| config.auth_info.exec)
        .and_then(|exec| exec.interactive_mode);
    assert_eq!(mode, Some(ExecInteractiveMode::Never));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_hangs_is_given_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let file = pointing_at(&format!("http://{}", listener.local_addr().expect("an address")));
    assert!(failure(file.path(), "lab").await.contains("did not answer within 5 s"));
}
