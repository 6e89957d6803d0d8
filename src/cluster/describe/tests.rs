//! Whole descriptions, letter by letter.

use serde_json::json;

use super::*;

fn input(kind: &str, object: Value) -> DescribeInput {
    let now = "2026-03-01T10:01:00Z".parse().expect("a time");
    let none = Vec::new;
    DescribeInput {
        kind: kind.into(),
        object,
        events: none(),
        replica_sets: none(),
        pods: none(),
        slices: none(),
        now,
        zone: TimeZone::UTC,
    }
}

fn meta(name: &str) -> Value {
    json!({"name": name, "namespace": "shop", "uid": name, "creationTimestamp": "2026-03-01T10:00:00Z", "labels": {"app": "till"}})
}

#[test]
fn a_pod_that_crashes() {
    let ended = json!({"terminated": {"exitCode": 2, "reason": "Error", "startedAt": "2026-03-01T10:00:02Z", "finishedAt": "2026-03-01T10:00:03Z"}});
    let status = json!([{"name": "main", "containerID": "cri://1", "image": "till:2", "imageID": "till@1", "ready": false, "restartCount": 3,
        "state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": ended}]);
    let container = json!({"name": "main", "image": "till:2", "args": ["serve", "a\nb"], "ports": [{"containerPort": 80, "protocol": "TCP"}],
        "resources": {"limits": {"memory": "64Mi"}, "requests": {"cpu": "100m", "memory": "64Mi"}},
        "readinessProbe": {"httpGet": {"path": "/up", "port": 80, "scheme": "HTTP"}, "timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3},
        "env": [{"name": "MODE", "value": "fast"}, {"name": "POD", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}}},
            {"name": "PIN", "valueFrom": {"secretKeyRef": {"name": "pins", "key": "pin"}}}],
        "volumeMounts": [{"name": "conf", "mountPath": "/etc/till"}]});
    let mut metadata = meta("till-1");
    metadata["ownerReferences"] = json!([{"kind": "ReplicaSet", "name": "till", "controller": true}]);
    let pod = json!({"metadata": metadata,
        "spec": {"priority": 0, "serviceAccountName": "default", "nodeName": "n1", "containers": [container],
            "volumes": [{"name": "conf", "configMap": {"name": "till-conf"}}], "tolerations": [{"key": "k", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}]},
        "status": {"phase": "Running", "hostIP": "10.1.0.1", "podIP": "10.0.0.4", "podIPs": [{"ip": "10.0.0.4"}], "startTime": "2026-03-01T10:00:01Z", "qosClass": "Burstable",
            "containerStatuses": status, "conditions": [{"type": "Initialized", "status": "True"}, {"type": "Ready", "status": "False"}]}});
    let mut input = input("Pod", pod);
    input.events = vec![
        json!({"type": "Warning", "reason": "BackOff", "message": "Back-off restarting failed container", "source": {"component": "kubelet"}, "count": 4, "eventTime": null,
            "involvedObject": {"fieldPath": "spec.containers{main}"}, "firstTimestamp": "2026-03-01T10:00:05Z", "lastTimestamp": "2026-03-01T10:00:50Z"}),
        json!({"type": "Normal", "reason": "Scheduled", "message": "assigned", "source": {}, "reportingComponent": "default-scheduler",
            "eventTime": "2026-03-01T10:00:00.2Z", "firstTimestamp": null, "lastTimestamp": null, "involvedObject": {}}),
    ];
    let want = "\
Name:             till-1
Namespace:        shop
Priority:         0
Service Account:  default
Node:             n1/10.1.0.1
Start Time:       Sun, 01 Mar 2026 10:00:01 +0000
Labels:           app=till
Annotations:      <none>
Status:           Running
IP:               10.0.0.4
IPs:
  IP:           10.0.0.4
Controlled By:  ReplicaSet/till
Containers:
  main:
    Container ID:  cri://1
    Image:         till:2
    Image ID:      till@1
    Port:          80/TCP
    Host Port:     0/TCP
    Args:
      serve
      a
      b
    State:          Waiting
      Reason:       CrashLoopBackOff
    Last State:     Terminated
      Reason:       Error
      Exit Code:    2
      Started:      Sun, 01 Mar 2026 10:00:02 +0000
      Finished:     Sun, 01 Mar 2026 10:00:03 +0000
    Ready:          False
    Restart Count:  3
    Limits:
      memory:  64Mi
    Requests:
      cpu:      100m
      memory:   64Mi
    Readiness:  http-get http://:80/up delay=0s timeout=1s period=10s #success=1 #failure=3
    Environment:
      MODE:  fast
      POD:   till-1 (v1:metadata.name)
      PIN:   <set to the key 'pin' in secret 'pins'>  Optional: false
    Mounts:
      /etc/till from conf (rw)
Conditions:
  Type          Status
  Initialized   True~
  Ready         False~
Volumes:
  conf:
    Type:        ConfigMap (a volume populated by a ConfigMap)
    Name:        till-conf
    Optional:    false
QoS Class:       Burstable
Node-Selectors:  <none>
Tolerations:     k:NoExecute op=Exists for 300s
Events:
  Type     Reason     Age                From               Message
  ----     ------     ----               ----               -------
  Normal   Scheduled  59s                default-scheduler  assigned
  Warning  BackOff    10s (x4 over 55s)  kubelet            spec.containers{main}: Back-off restarting failed container
";
    // `~` stands for the space that kubectl leaves at the end of a line.
    assert_eq!(describe(&input), want.replace('~', " "));
}

fn template(tag: &str, hash: &str) -> Value {
    json!({"metadata": {"labels": if hash.is_empty() { json!({"app": "till"}) } else { json!({"app": "till", "pod-template-hash": hash}) }},
        "spec": {"containers": [{"name": "main", "image": format!("till:{tag}")}]}})
}

#[test]
fn a_deployment_with_an_old_replica_set() {
    let set = |name: &str, tag: &str, replicas: u32| json!({"metadata": meta(name), "spec": {"replicas": replicas, "template": template(tag, name)}, "status": {"replicas": replicas}});
    let mut input = input(
        "Deployment",
        json!({"metadata": meta("till"),
            "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "till"}}, "template": template("2", ""),
                "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 1}}},
            "status": {"replicas": 2, "updatedReplicas": 2, "availableReplicas": 1, "unavailableReplicas": 1,
                "conditions": [{"type": "Available", "status": "True", "reason": "MinimumReplicasAvailable"}]}}),
    );
    input.replica_sets = vec![set("till-a", "1", 0), set("till-b", "2", 2)];
    let want = "\
Name:                   till
Namespace:              shop
CreationTimestamp:      Sun, 01 Mar 2026 10:00:00 +0000
Labels:                 app=till
Annotations:            <none>
Selector:               app=till
Replicas:               2 desired | 2 updated | 2 total | 1 available | 1 unavailable
StrategyType:           RollingUpdate
MinReadySeconds:        0
RollingUpdateStrategy:  1 max unavailable, 25% max surge
Pod Template:
  Labels:  app=till
  Containers:
   main:
    Image:         till:2
    Port:          <none>
    Host Port:     <none>
    Environment:   <none>
    Mounts:        <none>
  Volumes:         <none>
  Node-Selectors:  <none>
  Tolerations:     <none>
Conditions:
  Type           Status  Reason
  ----           ------  ------
  Available      True    MinimumReplicasAvailable
OldReplicaSets:  till-a (0/0 replicas created)
NewReplicaSet:   till-b (2/2 replicas created)
Events:          <none>
";
    assert_eq!(describe(&input), want);
}

#[test]
fn a_service_counts_ready_endpoints() {
    let mut input = input(
        "Service",
        json!({"metadata": meta("till"), "spec": {"type": "ClusterIP", "selector": {"app": "till"}, "clusterIP": "10.2.0.1", "clusterIPs": ["10.2.0.1"],
            "ipFamilyPolicy": "SingleStack", "ipFamilies": ["IPv4"], "sessionAffinity": "None", "internalTrafficPolicy": "Cluster",
            "ports": [{"port": 80, "targetPort": "web", "protocol": "TCP"}]}}),
    );
    let at = |address: &str, ready: bool| json!({"addresses": [address], "conditions": {"ready": ready}});
    input.slices = vec![json!({"ports": [{"name": "", "port": 8080}], "endpoints": [at("10.0.0.1", true), at("10.0.0.2", false), at("10.0.0.3", true)]})];
    let want = "\
Name:                     till
Namespace:                shop
Labels:                   app=till
Annotations:              <none>
Selector:                 app=till
Type:                     ClusterIP
IP Family Policy:         SingleStack
IP Families:              IPv4
IP:                       10.2.0.1
IPs:                      10.2.0.1
Port:                     <unset>  80/TCP
TargetPort:               web/TCP
Endpoints:                10.0.0.1:8080,10.0.0.3:8080
Session Affinity:         None
Internal Traffic Policy:  Cluster
Events:                   <none>
";
    assert_eq!(describe(&input), want);
}

#[test]
fn a_replica_set_counts_its_own_pods() {
    let mut input = input(
        "ReplicaSet",
        json!({"metadata": meta("till-a"), "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "till"}}, "template": template("1", "a")}}),
    );
    let pod = |owner: &str, phase: &str| json!({"metadata": {"ownerReferences": [{"uid": owner, "controller": true}]}, "status": {"phase": phase}});
    input.pods = vec![pod("till-a", "Running"), pod("till-a", "Pending"), pod("other", "Running")];
    let text = describe(&input);
    assert!(
        text.contains("\nReplicas:     0 current / 2 desired\nPods Status:  1 Running / 1 Waiting / 0 Succeeded / 0 Failed\n"),
        "{text}"
    );
}
