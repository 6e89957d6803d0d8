//! The practice cluster over a socket, as a client sees it.

use k8s_openapi::api::core::v1::Namespace;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config};

use super::*;

async fn client(loopback: &Loopback) -> Client {
    let kubeconfig: Kubeconfig = serde_yaml::from_str(&loopback.kubeconfig("lab")).unwrap();
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap();
    Client::try_from(config).unwrap()
}

#[tokio::test]
async fn a_client_of_the_kubeconfig_gets_in_until_the_server_is_dropped() {
    let practice = Practice::start(Options::default());
    let loopback = Loopback::start(&practice, 0).await.unwrap();
    let client = client(&loopback).await;
    assert_eq!(client.default_namespace(), "lab");
    let namespaces: Api<Namespace> = Api::all(client);
    assert!(namespaces.get("kube-system").await.is_ok());
    let address = ("127.0.0.1", loopback.port());
    drop(loopback);
    assert!(namespaces.get("kube-system").await.is_err());
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn another_servers_token_and_authority_are_not_taken() {
    let practice = Practice::start(Options::default());
    let (one, other) = (Loopback::start(&practice, 0).await.unwrap(), Loopback::start(&practice, 0).await.unwrap());
    let mut kubeconfig: Kubeconfig = serde_yaml::from_str(&one.kubeconfig("lab")).unwrap();
    let foreign: Kubeconfig = serde_yaml::from_str(&other.kubeconfig("lab")).unwrap();
    kubeconfig.auth_infos = foreign.auth_infos.clone();
    let config = Config::from_custom_kubeconfig(kubeconfig.clone(), &KubeConfigOptions::default()).await.unwrap();
    let refused = Api::<Namespace>::all(Client::try_from(config).unwrap()).get("default").await.unwrap_err();
    let kube::Error::Api(status) = refused else { panic!("{refused:?}") };
    assert_eq!((status.code, status.reason.as_str()), (401, "Unauthorized"));
    kubeconfig.clusters[0].cluster.as_mut().unwrap().certificate_authority_data =
        foreign.clusters[0].cluster.as_ref().unwrap().certificate_authority_data.clone();
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap();
    let refused = Api::<Namespace>::all(Client::try_from(config).unwrap()).get("default").await.unwrap_err();
    assert!(!matches!(refused, kube::Error::Api(_)), "{refused:?}");
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let practice = Practice::start(Options::default());
    let first = Loopback::start(&practice, 0).await.unwrap();
    let Err(error) = Loopback::start(&practice, first.port()).await else {
        panic!("one port for two")
    };
    assert!(error.to_string().contains(&first.port().to_string()), "{error}");
}

#[test]
fn images_are_read_bare_and_from_a_sidecar() {
    let folder = tempfile::tempdir().unwrap();
    let (bare, sidecar) = (folder.path().join("images.yaml"), folder.path().join("scenario.yaml"));
    std::fs::write(&bare, "example/a: {tags: [\"1\"]}\n").unwrap();
    std::fs::write(&sidecar, "title: x\nimages:\n  example/b: {tags: [\"2\"]}\n").unwrap();
    let images = catalogue(&[bare.clone(), sidecar]).unwrap();
    assert_eq!(
        (&images["example/a"].tags, &images["example/b"].tags),
        (&vec!["1".to_owned()], &vec!["2".to_owned()])
    );
    assert!(images.contains_key("nginx"));
    std::fs::write(&bare, "example/a: {tagz: []}\n").unwrap();
    let error = catalogue(std::slice::from_ref(&bare)).unwrap_err().to_string();
    assert!(error.contains("images.yaml") && error.contains("tagz"), "{error}");
}

#[test]
fn a_path_is_quoted_for_the_shell() {
    assert_eq!(quoted(Path::new("/tmp/a-b/config")), "/tmp/a-b/config");
    assert_eq!(quoted(Path::new("/tmp/Ann's folder/config")), r"'/tmp/Ann'\''s folder/config'");
}
