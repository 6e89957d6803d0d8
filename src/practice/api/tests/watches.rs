//! Watches, by hand and by kube's watcher.

use futures::{StreamExt, TryStreamExt};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::ResourceExt;
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams, PostParams, WatchEvent, WatchParams};
use kube::runtime::watcher;

use super::{applied, map, start};

#[tokio::test(start_paused = true)]
async fn a_watch_sees_objects_enter_and_leave_its_selection() {
    let (_practice, client) = start();
    let maps: Api<ConfigMap> = Api::namespaced(client, "lab");
    let version = maps.list(&ListParams::default()).await.unwrap().metadata.resource_version.unwrap();
    let mut events = maps.watch(&WatchParams::default().labels("app=x"), &version).await.unwrap().boxed();
    for (text, label) in [("1", "x"), ("2", "x"), ("3", "y")] {
        maps.patch("a", &PatchParams::apply("test"), &Patch::Apply(applied(text, label))).await.unwrap();
    }
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(match events.try_next().await.unwrap().unwrap() {
            WatchEvent::Added(map) => ("added", map.data.unwrap()["text"].clone()),
            WatchEvent::Modified(map) => ("modified", map.data.unwrap()["text"].clone()),
            WatchEvent::Deleted(map) => ("deleted", map.data.unwrap()["text"].clone()),
            other => panic!("{other:?}"),
        });
    }
    assert_eq!(seen, [("added", "1".to_owned()), ("modified", "2".to_owned()), ("deleted", "2".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn a_watch_from_a_forgotten_version_is_refused() {
    let (practice, client) = start();
    let maps: Api<ConfigMap> = Api::namespaced(client, "lab");
    maps.create(&PostParams::default(), &map("a", "1", "x")).await.unwrap();
    practice.write(|world| {
        for _ in 0..20_010 {
            let object = world.store.get(&crate::practice::kind::CONFIG_MAP, "lab", "a").unwrap();
            world.store.put(&crate::practice::kind::CONFIG_MAP, object);
        }
    });
    let mut watch = maps.watch(&WatchParams::default(), "2").await.unwrap().boxed();
    let Some(WatchEvent::Error(status)) = watch.try_next().await.unwrap() else {
        panic!("watched")
    };
    assert_eq!((status.code, status.reason.as_str()), (410, "Expired"));
    assert!(status.message.starts_with("too old resource version: 2 ("), "{}", status.message);
}

#[tokio::test(start_paused = true)]
async fn of_a_thousand_watches_the_one_that_is_not_read_is_told_to_start_again() {
    let (practice, client) = start();
    let maps: Api<ConfigMap> = Api::namespaced(client, "lab");
    maps.create(&PostParams::default(), &map("a", "1", "x")).await.unwrap();
    let mut slow = maps.watch(&WatchParams::default(), "0").await.unwrap().boxed();
    assert!(matches!(slow.try_next().await.unwrap(), Some(WatchEvent::Added(_))));
    practice.write(|world| {
        for _ in 0..20_010 {
            let object = world.store.get(&crate::practice::kind::CONFIG_MAP, "lab", "a").unwrap();
            world.store.put(&crate::practice::kind::CONFIG_MAP, object);
        }
    });
    let mut watches = Vec::new();
    for _ in 0..1_000 {
        watches.push(maps.watch(&WatchParams::default(), "0").await.unwrap().boxed());
    }
    maps.create(&PostParams::default(), &map("b", "1", "x")).await.unwrap();
    for watch in &mut watches {
        for name in ["a", "b"] {
            let Some(WatchEvent::Added(seen)) = watch.try_next().await.unwrap() else {
                panic!("nothing was added")
            };
            assert_eq!(seen.name_any(), name);
        }
    }
    let Some(WatchEvent::Error(told)) = slow.try_next().await.unwrap() else {
        panic!("it was not told")
    };
    assert_eq!((told.code, told.reason.as_str()), (410, "Expired"));
}

#[tokio::test(start_paused = true)]
async fn watchers_run_plain_and_with_streaming_lists() {
    for config in [
        watcher::Config::default().labels("app=x"),
        watcher::Config::default().labels("app=x").streaming_lists(),
    ] {
        let (_practice, client) = start();
        let maps: Api<ConfigMap> = Api::namespaced(client, "lab");
        maps.create(&PostParams::default(), &map("a", "1", "x")).await.unwrap();
        let mut events = watcher(maps.clone(), config).boxed();
        let mut seen = Vec::new();
        while seen.len() < 3 {
            seen.push(match events.try_next().await.unwrap().unwrap() {
                watcher::Event::Init => "init".to_owned(),
                watcher::Event::InitApply(map) => map.name_any(),
                watcher::Event::InitDone => "done".to_owned(),
                other => panic!("{other:?}"),
            });
        }
        assert_eq!(seen, ["init", "a", "done"]);
        maps.create(&PostParams::default(), &map("b", "1", "x")).await.unwrap();
        let next = events.try_next().await.unwrap().unwrap();
        assert!(matches!(next, watcher::Event::Apply(map) if map.name_any() == "b"));
        // Hours pass; the watch is renewed without a new list.
        tokio::time::sleep(std::time::Duration::from_secs(3 * 3600)).await;
        maps.delete("b", &DeleteParams::default()).await.unwrap();
        let next = events.try_next().await.unwrap().unwrap();
        assert!(matches!(next, watcher::Event::Delete(map) if map.name_any() == "b"));
    }
}
