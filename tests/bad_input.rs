//! What goes in wrong comes out as one clear message: what, where and what to do; with status 1 or 2, and nothing lost.

use std::fs;
use std::path::Path;
use std::process::Command;

use klab::app::serve::Loopback;
use klab::practice::{Options, Practice};
use serde_json::json;

use super::pseudo_terminal::Terminal;

/// What klab said on both streams, and its exit status.
fn klab(arguments: &[&str]) -> (String, Option<i32>) {
    let state = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_klab"))
        .args(arguments)
        .env("XDG_STATE_HOME", state.path())
        .env_remove("KUBECONFIG")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (said, output.status.code())
}

/// A folder of one scenario, `mine`, with this manifest in broken/.
fn scenario(manifest: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("mine/broken");
    fs::create_dir_all(&broken).unwrap();
    fs::write(folder.path().join("mine/README.md"), "# Scenario 90: Mine\n").unwrap();
    fs::write(broken.join("x.yaml"), manifest).unwrap();
    folder
}

fn run(folder: &Path) -> (String, Option<i32>) {
    klab(&["--scenarios", folder.to_str().unwrap(), "run", "mine"])
}

#[test]
fn a_manifest_that_cannot_be_used_is_named_with_its_line() {
    let config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x";
    let cases = [
        ("apiVersion: v1\nkind: [\n", 2, "mine/broken/x.yaml:2:"),
        ("---\n---\n", 2, "mine/broken/x.yaml:1: no object in this file"),
        (&format!("{config}, namespace: other}}\n"), 2, "names a namespace of its own, other"),
        (
            "apiVersion: v1\nkind: Foo\nmetadata: {name: x}\n",
            1,
            "broken/x.yaml:1: this cluster has no kind Foo in v1",
        ),
        (&format!("{config}}}\ndata: {{a: [1]}}\n"), 1, "broken/x.yaml:1:"),
    ];
    for (manifest, status, message) in cases {
        let (said, code) = run(scenario(manifest).path());
        assert!(said.contains(message) && code == Some(status), "{manifest}\n{code:?} {said}");
    }
}

#[test]
fn a_folder_without_its_parts_is_listed_and_the_others_stay() {
    let folder = scenario("");
    fs::remove_dir_all(folder.path().join("mine/broken")).unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    let (said, code) = klab(&["--scenarios", folder.path().to_str().unwrap(), "list"]);
    assert!(said.contains("there is no broken/") && said.contains("image-pull-backoff"), "{said}");
    assert_eq!(code, Some(1));
}

#[test]
fn a_kubeconfig_that_does_not_do_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config");
    let file = file.to_str().unwrap();
    let connect = || klab(&["run", "02", "--yes", "--context", "lab", "--kubeconfig", file]);
    assert!(connect().0.contains("cannot read the kubeconfig"), "{}", connect().0);
    fs::write(file, "clusters: [").unwrap();
    assert!(connect().0.contains("is broken"), "{}", connect().0);
    fs::write(file, "contexts: [{name: other, context: {cluster: c, user: u}}]").unwrap();
    assert!(connect().0.contains("has no context `lab`; it has: other"), "{}", connect().0);
    let (said, code) = klab(&["--kubeconfig", file]);
    assert!(said.contains("add --context with one of: other") && code == Some(2), "{said}");
}

/// A practice cluster behind a real socket, and its kubeconfig in a folder.
async fn served() -> (Practice, Loopback, tempfile::TempDir) {
    let practice = Practice::start(Options::default());
    let loopback = Loopback::start(&practice, 0).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("config"), loopback.kubeconfig("default")).unwrap();
    (practice, loopback, folder)
}

async fn connected(folder: &Path) -> (String, Option<i32>) {
    let file = folder.join("config").to_str().unwrap().to_owned();
    let asked = move || klab(&["run", "02", "--yes", "--context", "klab-practice", "--kubeconfig", &file]);
    tokio::task::spawn_blocking(asked).await.unwrap()
}

#[tokio::test]
async fn a_certificate_nobody_vouches_for_is_not_trusted() {
    let (_practice, _loopback, folder) = served().await;
    let (_other, _stranger, others) = served().await;
    let authority = |text: &str| {
        let config: serde_json::Value = serde_yaml::from_str(text).unwrap();
        config["clusters"][0]["cluster"]["certificate-authority-data"].as_str().unwrap().to_owned()
    };
    let read = |folder: &Path| fs::read_to_string(folder.join("config")).unwrap();
    let mixed = read(folder.path()).replace(&authority(&read(folder.path())), &authority(&read(others.path())));
    fs::write(folder.path().join("config"), mixed).unwrap();
    let (said, code) = connected(folder.path()).await;
    assert!(said.contains("is not trusted") && said.contains("certificate-authority-data"), "{said}");
    assert_eq!(code, Some(1));
}

#[tokio::test]
async fn a_namespace_that_is_someone_elses_is_left_alone() {
    let (practice, _loopback, folder) = served().await;
    let namespaces: kube::Api<k8s_openapi::api::core::v1::Namespace> = kube::Api::all(practice.client());
    let theirs = serde_json::from_value(json!({"metadata": {"name": "lab-02"}})).unwrap();
    namespaces.create(&Default::default(), &theirs).await.unwrap();
    let (said, code) = connected(folder.path()).await;
    assert!(said.contains("lab-02") && code == Some(1), "{said}");
    let left = namespaces.get("lab-02").await.unwrap().metadata;
    assert!(left.deletion_timestamp.is_none() && left.labels.is_none_or(|labels| !labels.contains_key("app.kubernetes.io/managed-by")));
}

#[test]
fn a_small_screen_says_how_large_it_must_be() {
    let mut terminal = Terminal::start(&[], 50, 15);
    terminal.shows("klab needs 60x18");
    terminal.press("q");
    assert!(terminal.ended().0.success());
}

#[test]
fn an_odd_line_of_the_settings_is_named_and_the_rest_works() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("klab");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("config.yaml"), "theme: none\ncolour: red\nkeys:\n  zoom: Z\n  describe: b\n").unwrap();
    let asked = Command::new(env!("CARGO_BIN_EXE_klab"))
        .arg("config")
        .env("XDG_CONFIG_HOME", home.path())
        .output()
        .unwrap();
    let (printed, odd) = (String::from_utf8(asked.stdout).unwrap(), String::from_utf8(asked.stderr).unwrap());
    assert!(
        asked.status.success() && printed.contains("theme: none") && printed.contains("zoom: \"Z\""),
        "{printed}"
    );
    assert!(odd.contains("line 2: `colour`") && odd.contains("line 5: b is bound twice"), "{odd}");
}
