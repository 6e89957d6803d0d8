//! What a container finds where its volumes are mounted, and what becomes of it when they change.

use std::time::Duration;

use serde_json::{Value, json};

use super::inside::{cluster, script};
use super::{Play, SPACE};
use crate::practice::Practice;
use crate::practice::kind::{CONFIG_MAP, Kind, POD, SECRET};
use crate::practice::registry::{Deletion, Part};

/// A cluster with a pod of these volumes, each mounted under its name, and of other settings.
async fn shed(settings: Value, mounts: Value, volumes: Value) -> Practice {
    let practice = cluster(&[]).await;
    let of = |kind: &str| json!({"metadata": {"name": kind, "namespace": "default"}, "data": {"soil": "cGVhdA==", "seeds": "b2F0cw=="}});
    practice.write(|world| world.create(&CONFIG_MAP, of("map"))).expect("map");
    practice.write(|world| world.create(&SECRET, of("secret"))).expect("secret");
    let mut spec =
        json!({"containers": [{"name": "main", "image": "florist/shed:1.0", "command": ["sleep", "9999"], "volumeMounts": mounts}], "volumes": volumes});
    for (name, value) in settings.as_object().into_iter().flatten() {
        spec[name] = value.clone();
    }
    let pod = json!({"metadata": {"name": "shed", "namespace": "default", "labels": {}}, "spec": spec});
    practice.write(|world| world.create(&POD, pod)).expect("pod");
    tokio::time::sleep(Duration::from_secs(10)).await;
    practice
}

fn change(practice: &Practice, kind: &'static Kind, name: &str, field: &str, value: Value) {
    practice.write(|world| {
        let mut object = world.store.get(kind, "default", name).expect("object");
        *object.pointer_mut(field).expect("field") = value;
        world.update(kind, object, Part::Spec).expect("update");
    });
}

#[tokio::test(start_paused = true)]
async fn what_is_made_of_a_map_lies_behind_links() {
    let volumes = json!([{"name": "map", "configMap": {"name": "map", "defaultMode": 0o600,
        "items": [{"key": "soil", "path": "deep/soil", "mode": 0o755}, {"key": "seeds", "path": "seeds"}]}}]);
    let mounts = json!([{"name": "map", "mountPath": "/map"}, {"name": "map", "mountPath": "/one", "subPath": "deep/soil"}]);
    let practice = shed(json!({}), mounts, volumes).await;
    let source = "cd /map; ls; readlink deep ..data | sed 's/[0-9]//g'; stat -c '%a %F' deep; stat -L -c '%a %F' deep deep/soil seeds; \
                  find . -follow -name soil -type f | grep -v '/\\.\\.'; find . -type l | sort; test -L seeds && test -f seeds && cat deep/soil /one; test -L /one || echo plain";
    let (out, _) = script(&practice, source).await;
    let expected = [
        "deep",
        "seeds",
        "..data/deep",
        ".._____.",
        "777 symbolic link",
        "755 directory",
        "755 regular file",
        "600 regular file",
        "./deep/soil",
        "./..data",
        "./deep",
        "./seeds",
        "cGVhdA==cGVhdA==plain",
    ];
    assert_eq!(out.lines().collect::<Vec<_>>(), expected);
    let (out, _) = script(&practice, "echo x > /map/seeds; rm -f /map/..data; touch /map/new; cat /map/seeds; ls /map").await;
    assert_eq!(out, "b2F0cw==deep\nseeds\n");
}

#[tokio::test(start_paused = true)]
async fn a_changed_map_comes_with_the_next_sync_and_never_to_a_part() {
    let mounts = json!([{"name": "map", "mountPath": "/map"}, {"name": "map", "mountPath": "/one", "subPath": "soil"}]);
    let practice = shed(json!({}), mounts, json!([{"name": "map", "configMap": {"name": "map"}}])).await;
    let all = "cat /map/soil /one; ls -A /map | wc -l";
    change(&practice, &CONFIG_MAP, "map", "/data/soil", json!("clay"));
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(script(&practice, all).await.0, "cGVhdA==cGVhdA==4\n");
    tokio::time::sleep(Duration::from_secs(90)).await;
    assert_eq!(script(&practice, all).await.0, "claycGVhdA==4\n");
    // A pod whose labels change is synced at once.
    change(&practice, &CONFIG_MAP, "map", "/data/soil", json!("loam"));
    change(&practice, &POD, "shed", "/metadata/labels", json!({"a": "b"}));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(script(&practice, all).await.0, "loamcGVhdA==4\n");
}

#[tokio::test(start_paused = true)]
async fn files_are_given_to_the_group_of_the_pod() {
    let settings = json!({"securityContext": {"fsGroup": 2000, "runAsUser": 1000, "runAsGroup": 3000}});
    let volumes = json!([{"name": "keys", "secret": {"secretName": "secret", "defaultMode": 0o400}}, {"name": "work", "emptyDir": {}},
        {"name": "fast", "emptyDir": {"medium": "Memory", "sizeLimit": "8Mi"}}]);
    let mounts = json!([{"name": "keys", "mountPath": "/keys"}, {"name": "work", "mountPath": "/work"}, {"name": "fast", "mountPath": "/fast"}]);
    let practice = shed(settings, mounts, volumes).await;
    let source = "stat -L -c '%A %u %g' /keys /keys/soil /work /fast; cat /keys/soil; echo; touch /work/a; mkdir /work/b; stat -c '%A %u %g' /work/*; \
                  echo x > /etc/x || chown 0 /work/a || df -m /fast | tail -n1; grep -E '^(CapEff|NoNewPrivs)' /proc/self/status";
    let (out, _) = script(&practice, source).await;
    let expected = [
        "drwxrwsrwt 0 2000",
        "-r--r----- 0 2000",
        "drwxrwsrwx 0 2000",
        "drwxrwsrwt 0 2000",
        "peat",
        "-rw-r--r-- 1000 2000",
        "drwxr-sr-x 1000 2000",
        "tmpfs                        8         0         8   0% /fast",
        "CapEff:\t0000000000000000",
        "NoNewPrivs:\t0",
    ];
    assert_eq!(out.lines().collect::<Vec<_>>(), expected);
}

#[tokio::test(start_paused = true)]
async fn links_lead_or_say_that_they_do_not() {
    let practice = shed(json!({}), json!([]), json!([])).await;
    let source = "cd /tmp; mkdir d; ln -s d l; echo a > l/f; ls l; readlink -f l/f; ln -s loop loop; cat loop 2>&1; ln -s gone dead; cat dead 2>&1; \
                  test -e dead || test -L dead && echo dead; echo b > dead; cat gone; rm l; ls d; ln -s f d/f 2>&1; mv dead d; ls d; ls -l d/dead | cut -c1-10";
    let (out, _) = script(&practice, source).await;
    let expected = [
        "f",
        "/tmp/d/f",
        "cat: can't open 'loop': Too many levels of symbolic links",
        "cat: can't open 'dead': No such file or directory",
        "dead",
        "b",
        "f",
        "ln: d/f: File exists",
        "dead",
        "f",
        "lrwxrwxrwx",
    ];
    assert_eq!(out.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn a_running_pod_keeps_what_its_map_has_lost_and_tells_of_it() {
    let mut play = Play::new();
    play.create(&CONFIG_MAP, json!({"metadata": {"name": "map"}, "data": {"a": "b"}}));
    let pod = json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "main", "image": "tulip:1.0"}],
        "volumes": [{"name": "map", "configMap": {"name": "map"}}]}});
    play.create(&POD, pod);
    play.to(20.0);
    play.engine.world.delete(&CONFIG_MAP, SPACE, "map", &Deletion::default()).expect("delete");
    play.to(120.0);
    let told = play.told("FailedMount");
    let why = "MountVolume.SetUp failed for volume \"map\" : configmap \"map\" not found";
    assert_eq!(told.first().map(|(message, _)| message.as_str()), Some(why));
}
