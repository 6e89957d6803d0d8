//! The map: chains in order, and each kind of broken link with the two texts that should fit.

use super::bench::*;
use crate::cluster::snapshot::{Change, LinkRow, ObjectRow, PodRow, PortRow, Row, Snapshot};
use crate::lab::map::{State, Stop, others, paths, workloads};
use crate::lab::msg::Effect;

fn snapshot(rows: Vec<Row>, listed: &[&str]) -> Snapshot {
    let mut snapshot = Snapshot::default();
    snapshot.listed.extend(listed.iter().map(|kind| (*kind).to_owned()));
    for row in rows {
        snapshot.take(Change::Put(row));
    }
    snapshot
}

fn port(name: &str, port: &str, target: &str) -> PortRow {
    PortRow {
        name: name.to_owned(),
        port: port.to_owned(),
        target: target.to_owned(),
    }
}

fn service(selected: &str, ports: Vec<PortRow>) -> ObjectRow {
    ObjectRow {
        selector: [("app".to_owned(), selected.to_owned())].into(),
        ports,
        ..object("Service", "front", None)
    }
}

fn ingress(service: &str, port: &str) -> ObjectRow {
    let link = LinkRow {
        kind: "Service".to_owned(),
        name: service.to_owned(),
        how: "shop.example/".to_owned(),
        port: port.to_owned(),
        ..LinkRow::default()
    };
    ObjectRow {
        links: vec![link],
        ..object("Ingress", "door", None)
    }
}

fn listening(name: &str, ports: Vec<PortRow>) -> PodRow {
    PodRow { ports, ..pod(name, 1) }
}

fn texts(stops: &[Stop]) -> Vec<(String, String)> {
    let broken = stops.iter().filter(|stop| stop.state == State::Broken);
    broken
        .filter_map(|stop| stop.pair.as_ref())
        .map(|pair| (pair.left.text.clone(), pair.right.text.clone()))
        .collect()
}

fn two(left: &str, right: &str) -> Vec<(String, String)> {
    vec![(left.to_owned(), right.to_owned())]
}

#[test]
fn a_workload_leads_down_to_its_pods_past_what_it_names() {
    let mut web = object("Deployment", "web", None);
    let link = LinkRow {
        kind: "ConfigMap".to_owned(),
        name: "prices".to_owned(),
        how: "envFrom".to_owned(),
        ..LinkRow::default()
    };
    web.links = vec![link.clone(), link];
    let rows = vec![
        Row::Object(web),
        Row::Object(object("ReplicaSet", "web-rs", Some(("Deployment", "web")))),
        Row::Pod(pod("web-1", 1)),
        Row::Pod(PodRow {
            owner: None,
            ..pod("alone", 2)
        }),
        Row::Object(object("ConfigMap", "price", None)),
    ];
    let stops = workloads(&snapshot(rows, &["ConfigMap"]));
    let chain: Vec<_> = stops.iter().map(|stop| (stop.depth, stop.name.as_str())).collect();
    assert_eq!(chain, [(0, "web"), (1, "prices"), (1, "web-rs"), (2, "web-1"), (0, "alone")]);
    assert_eq!(texts(&stops), two("prices", "price"));
}

#[test]
fn what_is_not_watched_or_may_be_missing_is_not_broken() {
    let mut web = object("Deployment", "web", None);
    web.links = [("Secret", false), ("ConfigMap", true)]
        .map(|(kind, optional)| LinkRow {
            kind: kind.to_owned(),
            name: "key".to_owned(),
            optional,
            ..LinkRow::default()
        })
        .into();
    let stops = workloads(&snapshot(vec![Row::Object(web)], &["ConfigMap"]));
    assert_eq!(stops.len(), 3);
    assert!(texts(&stops).is_empty(), "{stops:#?}");
}

#[test]
fn a_selector_that_meets_nothing_stands_beside_the_nearest_pod() {
    let mut other = pod("db-1", 2);
    other.labels = [("tier".to_owned(), "data".to_owned())].into();
    let rows = vec![Row::Object(service("wbe", Vec::new())), Row::Pod(other), Row::Pod(pod("web-1", 1))];
    assert_eq!(texts(&paths(&snapshot(rows, &["Service"]))), two("app=wbe", "app=web"));
}

#[test]
fn a_port_that_nobody_listens_on_is_broken_by_name_and_by_number() {
    for (target, open, broken) in [
        ("web", vec![port("http", "8080", "")], Some("http 8080")),
        ("web", Vec::new(), Some("none")),
        ("80", vec![port("", "8080", "")], Some("8080")),
        ("80", Vec::new(), None),
        ("http", vec![port("http", "8080", "")], None),
        ("8080", vec![port("http", "8080", "")], None),
    ] {
        let rows = vec![Row::Object(service("web", vec![port("", "80", target)])), Row::Pod(listening("web-1", open))];
        let wanted = broken.map_or(Vec::new(), |there| two(target, there));
        assert_eq!(texts(&paths(&snapshot(rows, &["Service"]))), wanted, "{target}");
    }
}

#[test]
fn an_ingress_needs_the_service_and_its_port() {
    let rows = |ingress| {
        vec![
            Row::Object(ingress),
            Row::Object(service("web", vec![port("http", "80", "8080")])),
            Row::Pod(pod("web-1", 1)),
        ]
    };
    let found = |ingress| texts(&paths(&snapshot(rows(ingress), &["Service"])));
    assert_eq!(found(ingress("frnt", "80")), two("frnt", "front"));
    assert_eq!(found(ingress("front", "81")), two("81", "http 80→8080"));
    assert!(found(ingress("front", "80")).is_empty() && found(ingress("front", "http")).is_empty());
}

#[test]
fn endpoints_say_which_pods_are_left_out() {
    let mut slice = object("EndpointSlice", "front-x", Some(("Service", "front")));
    slice.links = [("web-1", "ready"), ("web-2", "not ready")]
        .map(|(name, how)| LinkRow {
            kind: "Pod".to_owned(),
            name: name.to_owned(),
            how: how.to_owned(),
            ..LinkRow::default()
        })
        .into();
    let rows = vec![
        Row::Object(slice),
        Row::Object(service("web", Vec::new())),
        Row::Pod(pod("web-1", 1)),
        Row::Pod(pod("web-2", 1)),
    ];
    let stops = paths(&snapshot(rows, &[]));
    let states: Vec<_> = stops.iter().map(|stop| (stop.name.as_str(), stop.state)).collect();
    let wanted = [
        ("front", State::Plain),
        ("front-x", State::Waiting),
        ("web-1", State::Good),
        ("web-2", State::Waiting),
    ];
    assert_eq!(states, wanted);
}

#[test]
fn m_opens_the_map_and_it_is_kept_as_markdown() {
    let mut lab = Lab::broken();
    lab.put(vec![Row::Object(service("wbe", Vec::new()))]);
    lab.keys("m");
    let Some(Effect::Keep { text, .. }) = lab.keys("S").pop() else {
        panic!("nothing is kept")
    };
    assert!(text.contains("✗ Pod `none`") && text.contains("spec.selector: `app=wbe`"), "{text}");
}

#[test]
fn what_no_chain_names_stands_beside_them() {
    let mut held = object("ConfigMap", "held", None);
    held.deleting = true;
    let rows = [
        held,
        object("ConfigMap", "kube-root-ca.crt", None),
        object("Deployment", "web", None),
        object("Role", "reader", None),
    ];
    let found = others(&snapshot(rows.into_iter().map(Row::Object).collect(), &[]));
    let found: Vec<_> = found.iter().map(|stop| (stop.name.as_str(), stop.state)).collect();
    assert_eq!(found, [("held", State::Waiting), ("reader", State::Plain)]);
}

fn policy(selector: &str, field: &str, rules: &str) -> ObjectRow {
    let fact = |path: String, text: &str| crate::cluster::snapshot::Fact { path, text: text.to_owned() };
    ObjectRow {
        facts: vec![fact("spec.podSelector".to_owned(), selector), fact(format!("spec.{field}"), rules)],
        ..object("NetworkPolicy", "wall", None)
    }
}

fn labelled(name: &str, app: &str) -> Row {
    let labels = [("app".to_owned(), app.to_owned())].into();
    let ports = vec![port("", "8080", "")];
    Row::Pod(PodRow { labels, ports, ..pod(name, 1) })
}

#[test]
fn a_policys_rule_that_meets_nobody_stands_beside_the_nearest_pod() {
    let meets = |wanted: &str| format!(r#"[{{"from":[{{"podSelector":{{"matchLabels":{{"app":"{wanted}"}}}}}}],"ports":[{{"port":8080}}]}}]"#);
    let drawn = |rules: &str| {
        let rows = vec![
            Row::Object(policy("app=shop", "ingress", rules)),
            labelled("shop-1", "shop"),
            labelled("till-1", "till"),
        ];
        texts(&paths(&snapshot(rows, &[])))
    };
    assert_eq!(drawn(&meets("till")), []);
    assert_eq!(drawn(&meets("desk")), two("app=desk", "app=shop"));
    assert_eq!(drawn(r#"[{"ports":[{"port":9090}]}]"#), two("TCP 9090", "8080"), "nobody listens there");
    let shut = paths(&snapshot(vec![Row::Object(policy("every pod", "ingress", "nothing is let through"))], &[]));
    assert_eq!((shut[1].state, shut[1].note.as_str()), (State::Broken, "nothing is let through"));
}

#[test]
fn a_look_up_that_no_rule_lets_out_is_broken_until_some_policy_does() {
    let out = r#"[{"to":[{"podSelector":{"matchLabels":{"app":"shop"}}}],"ports":[{"protocol":"TCP","port":8080}]}]"#;
    let mut rows = vec![Row::Object(policy("every pod", "egress", out)), labelled("shop-1", "shop")];
    assert_eq!(texts(&paths(&snapshot(rows.clone(), &[]))), two("TCP 8080", "UDP 53, TCP 53"));
    let mut other = policy("every pod", "egress", r#"[{"ports":[{"protocol":"UDP","port":53}]}]"#);
    (other.uid, other.name) = (uid("dns"), "dns".to_owned());
    rows.push(Row::Object(other));
    assert_eq!(texts(&paths(&snapshot(rows, &[]))), []);
}

#[test]
fn an_account_leads_to_its_binding_and_role_or_to_none() {
    let link = |kind: &str, name: &str, how: &str| LinkRow {
        kind: kind.to_owned(),
        name: name.to_owned(),
        how: how.to_owned(),
        ..LinkRow::default()
    };
    let runs_as = vec![link("ServiceAccount", "robot", "serviceAccountName")];
    let mut web = object("Deployment", "web", None);
    web.links = runs_as.clone();
    let mut rows = vec![
        Row::Object(web),
        Row::Object(object("ServiceAccount", "robot", None)),
        Row::Pod(PodRow {
            links: runs_as,
            is_ready: false,
            ..pod("web-1", 1)
        }),
    ];
    let listed = ["RoleBinding", "Role", "ServiceAccount"];
    let drawn = |rows: &[Row]| texts(&workloads(&snapshot(rows.to_vec(), &listed)));
    assert!(drawn(&rows).contains(&("robot".to_owned(), "none".to_owned())), "{:?}", drawn(&rows));
    let mut binding = object("RoleBinding", "gives", None);
    binding.links = vec![link("Role", "reader", "roleRef"), link("ServiceAccount", "robot", "subjects")];
    rows.push(Row::Object(binding));
    let missing = ("reader".to_owned(), "none".to_owned());
    assert!(
        drawn(&rows).iter().all(|pair| *pair == missing) && !drawn(&rows).is_empty(),
        "the role is missing"
    );
    rows.push(Row::Object(object("Role", "reader", None)));
    assert_eq!(drawn(&rows), []);
    assert_eq!(others(&snapshot(rows, &listed)), [], "all of it stands in the chain");
}
