//! Claims find their volumes, wait for them with a reason, and hold on to them while they are used.

use serde_json::{Value, json};

use super::{Play, SPACE};
use crate::practice::field::{condition, deleting, text};
use crate::practice::kind::{PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM, POD};
use crate::practice::registry::Deletion;

fn claim(play: &mut Play, name: &str) {
    let claim = json!({"metadata": {"name": name}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}});
    play.create(&PERSISTENT_VOLUME_CLAIM, claim);
}

fn volume(play: &mut Play, name: &str, size: &str) {
    let volume = json!({"metadata": {"name": name}, "spec": {"capacity": {"storage": size}, "accessModes": ["ReadWriteOnce"],
        "persistentVolumeReclaimPolicy": "Retain", "hostPath": {"path": "/beds"}}});
    play.engine.world.create(&PERSISTENT_VOLUME, volume).expect("volume");
}

fn seen(play: &Play, name: &str) -> Value {
    play.engine.world.store.get(&PERSISTENT_VOLUME_CLAIM, SPACE, name).unwrap_or_default()
}

#[test]
fn a_claim_without_a_volume_holds_its_pod_back() {
    let mut play = Play::new();
    claim(&mut play, "soil");
    let pod = json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "main", "image": "tulip:1.0"}],
        "volumes": [{"name": "soil", "persistentVolumeClaim": {"claimName": "soil"}}]}});
    play.create(&POD, pod);
    play.to(20.0);
    let why = "no persistent volumes available for this claim and no storage class is set";
    assert_eq!(play.told("FailedBinding").first().map(|(message, _)| message.as_str()), Some(why));
    let message = text(&condition(&play.pods()[0], "PodScheduled")["message"]).to_owned();
    assert!(
        message.starts_with("0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims."),
        "{message}"
    );
    volume(&mut play, "large", "5Gi");
    volume(&mut play, "small", "2Gi");
    play.to(60.0);
    let bound = seen(&play, "soil");
    assert_eq!((&bound["status"]["phase"], &bound["spec"]["volumeName"]), (&json!("Bound"), &json!("small")));
    assert_eq!(play.walk(0).last().map(String::as_str), Some("1/1 Running"));
}

#[test]
fn a_used_claim_goes_with_its_pod() {
    let mut play = Play::new();
    volume(&mut play, "plot", "1Gi");
    claim(&mut play, "soil");
    let pod = json!({"metadata": {"name": "p"}, "spec": {"terminationGracePeriodSeconds": 0, "containers": [{"name": "main", "image": "tulip:1.0"}],
        "volumes": [{"name": "soil", "persistentVolumeClaim": {"claimName": "soil"}}]}});
    play.create(&POD, pod);
    play.to(20.0);
    play.engine
        .world
        .delete(&PERSISTENT_VOLUME_CLAIM, SPACE, "soil", &Deletion::default())
        .expect("delete");
    play.to(40.0);
    assert!(deleting(&seen(&play, "soil")));
    play.engine.world.delete(&POD, SPACE, "p", &Deletion::default()).expect("delete");
    play.to(80.0);
    assert!(seen(&play, "soil").is_null());
    let left = play.engine.world.store.get(&PERSISTENT_VOLUME, "", "plot").expect("volume");
    assert_eq!(left["status"]["phase"], "Released");
}
