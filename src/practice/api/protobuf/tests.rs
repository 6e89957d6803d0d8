//! Protobuf bodies written by hand, field by field.

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// A field that holds bytes.
fn field(number: u32, bytes: &[u8]) -> Vec<u8> {
    let mut out = number_bytes(u64::from(number) << 3 | 2);
    out.extend(number_bytes(bytes.len() as u64));
    out.extend(bytes);
    out
}

/// A field that holds a number.
fn number(field: u32, value: u64) -> Vec<u8> {
    [number_bytes(u64::from(field) << 3), number_bytes(value)].concat()
}

fn number_bytes(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

fn body(version: &str, kind: &str, raw: &[u8]) -> Vec<u8> {
    let meta = [field(1, version.as_bytes()), field(2, kind.as_bytes())].concat();
    [MAGIC.to_vec(), field(1, &meta), field(2, raw)].concat()
}

#[test]
fn maps_bytes_and_unset_fields() {
    // A ConfigMap as Go writes it: metadata with empty strings and an empty creationTimestamp.
    let labels = field(11, &[field(1, b"app"), field(2, b"web")].concat());
    let metadata = [field(1, b"a"), field(2, b""), field(8, b""), labels].concat();
    let raw = [
        field(1, &metadata),
        field(2, &[field(1, b"key"), field(2, b"text")].concat()),
        field(3, &[field(1, b"bin"), field(2, &[1, 2, 3])].concat()),
    ]
    .concat();
    let read = read(&body("v1", "ConfigMap", &raw)).unwrap();
    let wanted = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "labels": {"app": "web"}},
        "data": {"key": "text"}, "binaryData": {"bin": "AQID"}});
    assert_eq!(read, wanted);
}

#[test]
fn pointers_keep_their_zero_and_members_stand_in_their_owners_place() {
    // Deployment: spec.replicas is a pointer; minReadySeconds is a number; a Probe's handler and a Volume's source are inlined.
    let get = [field(1, b"/healthz"), field(2, &[number(1, 1), field(3, b"http")].concat()), field(4, b"")].concat();
    let probe = [field(1, &field(2, &get)), number(2, 0), number(4, 5)].concat();
    let limits = field(1, &[field(1, b"cpu"), field(2, &field(1, b"100m"))].concat());
    let port = [field(1, b""), number(2, 0), number(3, 8080), field(4, b"TCP")].concat();
    let container = [field(1, b"app"), field(2, b"nginx"), field(6, &port), field(8, &limits), field(10, &probe)].concat();
    let volume = [field(1, b"tmp"), field(2, &field(2, &field(1, b"")))].concat();
    let pod = [field(1, &volume), field(2, &container), number(21, 0)].concat();
    let spec = [number(1, 0), field(3, &field(2, &pod)), number(5, 0)].concat();
    let read = read(&body("apps/v1", "Deployment", &field(2, &spec))).unwrap();
    let wanted = json!({"replicas": 0, "template": {"spec": {"automountServiceAccountToken": false, "volumes": [{"name": "tmp", "emptyDir": {}}],
        "containers": [{"name": "app", "image": "nginx", "ports": [{"containerPort": 8080, "protocol": "TCP"}], "resources": {"limits": {"cpu": "100m"}},
            "livenessProbe": {"httpGet": {"path": "/healthz", "port": "http"}, "periodSeconds": 5}}]}}});
    assert_eq!(read["spec"], wanted);
}

#[test]
fn what_is_no_message_is_refused() {
    assert_eq!(read(b"{}"), Err(Error::NoPrefix));
    assert_eq!(read(b"k8s\0\x0a\xff"), Err(Error::Truncated));
    assert_eq!(
        read(&body("v1", "Nonsense", b"")).unwrap_err().to_string(),
        r#"no kind "Nonsense" is registered for version "v1""#
    );
    let inside = |why: Error| Err(Error::Object(Box::new(why)));
    assert_eq!(read(&body("v1", "Pod", &field(1, &field(1, &[0xff])))), inside(Error::NotText("name")));
    assert_eq!(read(&body("v1", "Pod", &number(1, 3))), inside(Error::Mismatch { wire: 0, field: "metadata" }));
    assert_eq!(read(b"k8s\0"), Err(Error::Empty));
}

proptest! {
    #[test]
    fn no_bytes_make_it_fail_worse_than_an_error(raw in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&raw);
        let _ = read(&body("apps/v1", "Deployment", &raw));
        let _ = read(&body("apiextensions.k8s.io/v1", "CustomResourceDefinition", &raw));
    }
}
