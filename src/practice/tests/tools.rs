//! The programs that containers have, and kubectl among them.

use std::time::Duration;

use serde_json::json;

use super::inside::{cluster, idle, script};
use crate::practice::Practice;
use crate::practice::field::text;
use crate::practice::kind::{NETWORK_POLICY, POD, ROLE, ROLE_BINDING, SERVICE};
use crate::practice::log::{LogQuery, logs};

async fn service(practice: &Practice) {
    let service =
        json!({"metadata": {"name": "bed", "namespace": "default"}, "spec": {"selector": {"plant": "tulip"}, "ports": [{"port": 80, "targetPort": 8080}]}});
    practice.write(|world| world.create(&SERVICE, service)).expect("service");
    tokio::time::sleep(Duration::from_secs(2)).await;
}

fn printed(practice: &Practice, pod: &str) -> Vec<String> {
    let all = practice.read(|world| logs(world, "default", pod, &LogQuery::default())).expect("logs");
    all.lines.into_iter().map(|line| line.text).collect()
}

#[tokio::test(start_paused = true)]
async fn text_and_files_go_through_the_usual_programs() {
    let practice = cluster(&[("shed", idle())]).await;
    let mut wrong = Vec::new();
    for (source, said, code) in [
        ("seq 12 | head -n 2 | tail -n 1", "2\n", 0),
        ("printf 'b\\na\\nb\\n' | sort | uniq -c | tr -s ' '", " 1 a\n 2 b\n", 0),
        ("echo a:b:c | cut -d: -f2-", "b:c\n", 0),
        ("printf 'rose\\nivy\\n' | grep -v ivy; echo x | grep -q y; echo $?", "rose\n1\n", 0),
        ("echo 'rose 1' | sed -e 's/[0-9]/<&>/' -e p | head -c 6", "rose <", 0),
        (
            "mkdir -p /tmp/a/b && touch /tmp/a/b/c && ls /tmp/a && find /tmp/a -type f; rm /tmp/a",
            "b\n/tmp/a/b/c\n",
            1,
        ),
        ("head -c 3m /dev/zero | tr '\\0' x | wc -c", "3145728\n", 0),
        (
            "echo hi > /tmp/x; cp /tmp/x /tmp/y; mv /tmp/y /tmp/z; cat /tmp/z; test -e /tmp/y || echo moved",
            "hi\nmoved\n",
            0,
        ),
        ("echo 1 2 | xargs -n1 echo n", "n 1\nn 2\n", 0),
    ] {
        let got = script(&practice, source).await;
        if got != (said.to_owned(), code) {
            wrong.push((source, got));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test(start_paused = true)]
async fn programs_reach_services_by_name_or_say_why_not() {
    let practice = cluster(&[("shed", idle()), ("tulip", json!({"image": "tulip:1.0"}))]).await;
    service(&practice).await;
    let mut wrong = Vec::new();
    for (source, said, code) in [
        ("wget -qO- http://bed/bloom", "ok\n", 0),
        ("wget -q --spider http://bed/; echo $?", "0\n", 0),
        ("wget -qO- http://bed/weed 2>&1", "wget: server returned error: HTTP/1.1 404 Not Found\n", 1),
        ("wget -qO- http://beds 2>&1", "wget: bad address 'beds'\n", 1),
        ("nc -z bed 80 && echo open", "open\n", 0),
        ("printf 'GET /bloom HTTP/1.0\\r\\n\\r\\n' | nc bed 80 | tail -n 1", "ok\n", 0),
        (
            "mkdir /www; echo page > /www/index.html; httpd -p 8000 -h /www; wget -qO- http://localhost:8000/",
            "page\n",
            0,
        ),
        ("nslookup bed | grep -c ^Name; nslookup beds | grep -c NXDOMAIN", "1\n6\n", 0),
    ] {
        let got = script(&practice, source).await;
        if got != (said.to_owned(), code) {
            wrong.push((source, got));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_forgets_the_name_server_breaks_names() {
    let practice = cluster(&[("shed", idle()), ("tulip", json!({"image": "tulip:1.0"}))]).await;
    service(&practice).await;
    let policy = json!({"metadata": {"name": "fence", "namespace": "default"}, "spec": {"podSelector": {"matchLabels": {"plant": "shed"}},
        "policyTypes": ["Egress"], "egress": [{"to": [{"podSelector": {"matchLabels": {"plant": "tulip"}}}]}]}});
    practice.write(|world| world.create(&NETWORK_POLICY, policy)).expect("policy");
    let address = practice
        .read(|world| world.store.get(&POD, "default", "tulip"))
        .map(|pod| text(&pod["status"]["podIP"]).to_owned());
    let source = format!("wget -qO- http://bed 2>&1; wget -qO- http://{}:8080", address.unwrap_or_default());
    assert_eq!(script(&practice, &source).await, ("wget: bad address 'bed'\nok\n".to_owned(), 0));
}

#[tokio::test(start_paused = true)]
async fn a_shell_variable_that_grows_past_the_limit_is_the_containers_end() {
    let eats = |limit: &str| {
        json!({"image": "florist/shed:1.0", "command": ["sh", "-c", "x=$(head -c 24m /dev/zero | tr '\\0' x); echo ${#x}; sleep 999"],
        "resources": {"limits": {"memory": limit}}})
    };
    let practice = cluster(&[("small", eats("16Mi")), ("large", eats("128Mi"))]).await;
    let small = practice.read(|world| world.store.get(&POD, "default", "small")).expect("pod");
    let status = &small["status"]["containerStatuses"][0];
    let ended = [&status["state"], &status["lastState"]].map(|state| text(&state["terminated"]["reason"]).to_owned());
    assert!(ended.contains(&"OOMKilled".to_owned()), "{status}");
    assert_eq!(printed(&practice, "large"), ["25165824"]);
}

#[tokio::test(start_paused = true)]
async fn kubectl_in_a_pod_has_the_rights_of_its_account() {
    let watcher = json!({"image": "florist/robot:1.0", "args": ["get", "pods", "--watch"]});
    let practice = cluster(&[("robot", watcher)]).await;
    let refusal = "Error from server (Forbidden): pods is forbidden: User \"system:serviceaccount:default:default\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\"";
    assert_eq!(printed(&practice, "robot"), [refusal]);
    let role = json!({"metadata": {"name": "r", "namespace": "default"}, "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list", "watch"]}]});
    let binding = json!({"metadata": {"name": "r", "namespace": "default"}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"},
        "subjects": [{"kind": "ServiceAccount", "name": "default", "namespace": "default"}]});
    practice
        .write(|world| world.create(&ROLE, role).and_then(|_| world.create(&ROLE_BINDING, binding)))
        .expect("rights");
    tokio::time::sleep(Duration::from_secs(60)).await;
    let lines = printed(&practice, "robot");
    assert!(lines.first().is_some_and(|line| line.starts_with("NAME ")) && lines.len() > 1, "{lines:#?}");
    let weak = practice.weak();
    drop(practice);
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert!(weak.upgrade().is_none(), "the watch keeps the cluster");
}
