//! What goes on inside of containers: programs run from outside, requests that reach them, the shell.

use std::time::Duration;

use serde_json::{Value, json};

use super::images;
use crate::practice::field::text;
use crate::practice::kind::{POD, SERVICE};
use crate::practice::net::http::Request;
use crate::practice::runtime::session::{Exec, Output, Session};
use crate::practice::{Options, Practice};

/// A cluster with pods of these containers, after they had ten seconds to start.
pub(super) async fn cluster(pods: &[(&str, Value)]) -> Practice {
    let practice = Practice::start(Options {
        images: images(),
        ..Options::default()
    });
    for (name, container) in pods {
        let mut container = container.clone();
        container["name"] = "main".into();
        let pod = json!({"metadata": {"name": name, "namespace": "default", "labels": {"plant": name}}, "spec": {"containers": [container]}});
        practice.write(|world| world.create(&POD, pod)).expect("pod");
    }
    tokio::time::sleep(Duration::from_secs(10)).await;
    practice
}

/// Everything a session prints, and its exit code.
async fn whole(mut session: Session) -> (String, String, i32) {
    let (mut out, mut err) = (String::new(), String::new());
    while let Some(output) = session.next().await {
        match output {
            Output::Stdout(bytes) => out += &String::from_utf8_lossy(&bytes),
            Output::Stderr(bytes) => err += &String::from_utf8_lossy(&bytes),
            Output::Exit(code) => return (out, err, code),
        }
    }
    panic!("no exit code")
}

fn command(words: &[&str]) -> Exec {
    Exec {
        command: words.iter().map(|word| (*word).to_owned()).collect(),
        ..Exec::default()
    }
}

/// What a script prints to stdout, and its exit code.
pub(super) async fn script(practice: &Practice, source: &str) -> (String, i32) {
    let session = practice.exec("default", "shed", &command(&["sh", "-c", source])).expect("session");
    let (out, _, code) = whole(session).await;
    (out, code)
}

pub(super) fn idle() -> Value {
    json!({"image": "florist/shed:1.0", "command": ["sleep", "9999"]})
}

#[tokio::test(start_paused = true)]
async fn a_command_runs_in_a_container_and_gives_its_code() {
    let practice = cluster(&[("shed", idle())]).await;
    let mut session = practice
        .exec(
            "default",
            "shed",
            &Exec {
                stdin: true,
                ..command(&["sh", "-c", "read line; echo got $line; echo bad >&2; exit 3"])
            },
        )
        .expect("session");
    session.write(b"seeds\n");
    session.close();
    assert_eq!(whole(session).await, ("got seeds\n".to_owned(), "bad\n".to_owned(), 3));
    let before = practice.now();
    assert_eq!(script(&practice, "sleep 5; echo slept").await, ("slept\n".to_owned(), 0));
    assert_eq!(practice.now().duration_since(before).as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn exec_is_refused_as_kubernetes_does() {
    let practice = cluster(&[("shed", idle())]).await;
    let refusal = |pod: &str, exec: &Exec| practice.exec("default", pod, exec).err().map(|why| why.to_string()).unwrap_or_default();
    assert!(refusal("shed", &command(&["dig"])).ends_with("exec: \"dig\": executable file not found in $PATH"));
    assert_eq!(refusal("barn", &command(&["true"])), "pods \"barn\" not found");
    let other = Exec {
        container: "x".to_owned(),
        ..command(&["true"])
    };
    assert_eq!(refusal("shed", &other), "container x is not valid for pod shed");
}

#[tokio::test(start_paused = true)]
async fn a_request_from_outside_reaches_the_process_that_listens() {
    let practice = cluster(&[("tulip", json!({"image": "tulip:1.0"}))]).await;
    let service = json!({"metadata": {"name": "bed", "namespace": "default"},
        "spec": {"selector": {"plant": "tulip"}, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]}});
    practice.write(|world| world.create(&SERVICE, service)).expect("service");
    tokio::time::sleep(Duration::from_secs(2)).await;
    let get = |path: &str| Request::get("bed", path, "test");
    let answer = practice.proxy("services", "default", "bed:http", get("/bloom")).await.expect("answer");
    assert_eq!((answer.code, answer.body), (200, b"ok\n".to_vec()));
    assert_eq!(
        practice.proxy("pods", "default", "tulip:8080", get("/weed")).await.map(|answer| answer.code),
        Ok(404)
    );
    let refused = practice.proxy("pods", "default", "tulip:9090", get("/")).await.expect_err("refusal").message;
    assert!(
        refused.starts_with("error trying to reach service: dial tcp ") && refused.ends_with(":9090: connect: connection refused"),
        "{refused}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_shell_does_what_a_shell_does() {
    let practice = cluster(&[("shed", idle())]).await;
    let mut wrong = Vec::new();
    for (source, printed, code) in [
        ("x=rose; echo \"${x}s ${y:-none} ${#x} ${x#r} ${x%se}\"", "roses none 4 ose ro\n", 0),
        ("for i in 1 2 3; do [ $i = 2 ] && continue; echo $i; done", "1\n3\n", 0),
        ("i=0; while [ $i -lt 3 ]; do i=$((i+1)); done; echo $i", "3\n", 0),
        ("case tulip.txt in *.md) echo no;; *.txt) echo yes;; esac", "yes\n", 0),
        ("plant() { echo \"$1 of $#\"; return 4; }; plant a b; echo $?", "a of 2\n4\n", 0),
        ("echo a b c | while read x y; do echo \"$y-$x\"; done", "b c-a\n", 0),
        ("set -e; false || echo saved; false; echo lost", "saved\n", 1),
        ("trap 'echo bye' EXIT; echo hi; exit 7", "hi\nbye\n", 7),
        ("cat <<END\nx=$((2*3))\nEND\ncat <<'END'\n$x\nEND", "x=6\n$x\n", 0),
        (
            "mkdir -p /none 2>/dev/null; echo one >/tmp/a; echo two >>/tmp/a; cat /tmp/a; cat /tmp/b",
            "one\ntwo\n",
            1,
        ),
        ("v=$(echo in; exit 5); echo \"$v $?\"", "in 5\n", 0),
        ("(exit 3); echo $?; ! true; echo $?", "3\n1\n", 0),
        ("sleep 100 & kill $!; wait $!; echo $?", "143\n", 0),
        ("trap 'echo term' TERM; kill $$; echo on", "term\non\n", 0),
        ("nonesuch; echo $?", "127\n", 0),
        ("set -- a 'b c'; for x in \"$@\"; do echo \"<$x>\"; done", "<a>\n<b c>\n", 0),
        ("printf '%s-%03d\\n' a 7 b 8", "a-007\nb-008\n", 0),
    ] {
        let got = script(&practice, source).await;
        if got != (printed.to_owned(), code) {
            wrong.push((source, got));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_loop_without_a_pause_does_not_stop_the_cluster() {
    let practice = cluster(&[("busy", json!({"image": "florist/shed:1.0", "command": ["sh", "-c", "while :; do :; done"]}))]).await;
    let pod = practice.read(|world| world.store.get(&POD, "default", "busy")).expect("pod");
    assert_eq!(text(&pod["status"]["phase"]), "Running");
}

#[tokio::test(start_paused = true)]
async fn the_last_command_takes_the_place_of_its_shell() {
    let practice = cluster(&[("shed", idle())]).await;
    let (seen, _) = script(&practice, "true; ps").await;
    assert!(seen.lines().last().is_some_and(|line| line.ends_with(" ps")), "{seen}");
    assert!(!seen.contains("sh -c"), "{seen}");
    let (seen, _) = script(&practice, "trap 'echo bye' EXIT; ps").await;
    assert!(seen.contains("sh -c") && seen.ends_with("bye\n"), "{seen}");
    assert_eq!(script(&practice, "false && true").await, (String::new(), 1));
}

#[tokio::test(start_paused = true)]
async fn a_service_may_stand_for_another_name() {
    let practice = cluster(&[("shed", idle()), ("tulip", json!({"image": "tulip:1.0"}))]).await;
    let service = |name: &str, spec: Value| json!({"metadata": {"name": name, "namespace": "default"}, "spec": spec});
    practice
        .write(|world| {
            world.create(&SERVICE, service("bed", json!({"selector": {"plant": "tulip"}, "ports": [{"port": 8080}]})))?;
            world.create(
                &SERVICE,
                service("other", json!({"type": "ExternalName", "externalName": "bed.default.svc.cluster.local"})),
            )?;
            world.create(
                &SERVICE,
                service("round", json!({"type": "ExternalName", "externalName": "round.default.svc.cluster.local"})),
            )
        })
        .expect("services");
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(script(&practice, "wget -qO- http://other:8080/bloom").await.1, 0);
    assert_eq!(script(&practice, "wget -qO- http://round:8080/").await.1, 1);
}

#[tokio::test(start_paused = true)]
async fn a_container_finds_its_hosts_as_the_kubelet_lists_them() {
    let practice = Practice::start(Options {
        images: images(),
        ..Options::default()
    });
    let spec = json!({"hostname": "rose", "subdomain": "bed", "hostAliases": [{"ip": "10.1.2.3", "hostnames": ["db", "old"]}], "containers": [{"name": "main", "image": "florist/shed:1.0", "command": ["sleep", "999"]}]});
    let pod = json!({"metadata": {"name": "shed", "namespace": "default"}, "spec": spec});
    practice.write(|world| world.create(&POD, pod)).expect("pod");
    tokio::time::sleep(Duration::from_secs(10)).await;
    let (hosts, _) = script(&practice, "tail -n 4 /etc/hosts | cut -f2-; hostname; hostname -f").await;
    assert_eq!(
        hosts,
        "rose.bed.default.svc.cluster.local\trose\n\n# Entries added by HostAliases.\ndb\told\nrose\nrose.bed.default.svc.cluster.local\n"
    );
}
