//! The indexes of an Indexed Job: which are done, which have failed, which come next.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::policy::{Verdict, judge};
use super::sync::pod_failed;
use super::{ended_at, tracked};
use crate::practice::field::{int, items, text};

const INDEX: &str = "batch.kubernetes.io/job-completion-index";
const FAILURES: &str = "batch.kubernetes.io/job-index-failure-count";

/// Completion indexes.
pub(super) type Indexes = BTreeSet<i64>;

/// Whether the Job gives each pod an index.
pub(super) fn indexed(job: &Value) -> bool {
    job["spec"]["completionMode"] == "Indexed"
}

/// Whether each index has its own limit of failures.
pub(super) fn per_index(job: &Value) -> bool {
    !job["spec"]["backoffLimitPerIndex"].is_null()
}

/// The index of a pod, if it is one of the Job's.
pub(super) fn of(job: &Value, pod: &Value) -> Option<i64> {
    let index = text(&pod["metadata"]["annotations"][INDEX]).parse().ok()?;
    (0..int(&job["spec"]["completions"])).contains(&index).then_some(index)
}

/// Reads `0-2,5`.
pub(super) fn parse(text: &str) -> Indexes {
    text.split(',')
        .filter_map(|part| {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            Some(first.parse::<i64>().ok()?..=last.parse::<i64>().ok()?)
        })
        .flatten()
        .collect()
}

/// Writes `0-2,5`.
pub(super) fn print(indexes: &Indexes) -> String {
    let mut runs: Vec<(i64, i64)> = Vec::new();
    for index in indexes {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *index => *last = *index,
            _ => runs.push((*index, *index)),
        }
    }
    let run = |(first, last): (i64, i64)| match last - first {
        0 => first.to_string(),
        1 => format!("{first},{last}"),
        _ => format!("{first}-{last}"),
    };
    runs.into_iter().map(run).collect::<Vec<_>>().join(",")
}

/// The indexes that have succeeded: as counted before, and by pods not counted yet.
pub(super) fn succeeded(job: &Value, pods: &[Value]) -> Indexes {
    let mut done = parse(text(&job["status"]["completedIndexes"]));
    let fresh = pods.iter().filter(|pod| tracked(pod) && pod["status"]["phase"] == "Succeeded");
    done.extend(fresh.filter_map(|pod| of(job, pod)));
    done
}

/// The indexes that have failed for good, where each has its own limit.
pub(super) fn failed(job: &Value, pods: &[Value]) -> Indexes {
    let mut failed = parse(text(&job["status"]["failedIndexes"]));
    let limit = int(&job["spec"]["backoffLimitPerIndex"]);
    for pod in pods.iter().filter(|pod| tracked(pod) && pod_failed(job, pod)) {
        let verdict = judge(job, pod);
        if matches!(verdict, Verdict::FailIndex) || failures(pod) >= limit && !matches!(verdict, Verdict::Ignore) {
            failed.extend(of(job, pod));
        }
    }
    failed
}

/// How often the index of a pod had failed before it.
pub(super) fn failures(pod: &Value) -> i64 {
    text(&pod["metadata"]["annotations"][FAILURES]).parse().unwrap_or(0)
}

/// Failed pods that are kept until their index has its next pod, by index: the last one each.
pub(super) fn kept(job: &Value, pods: &[Value], done: &Indexes, failed: &Indexes) -> BTreeMap<i64, Value> {
    let mut kept: BTreeMap<i64, Value> = BTreeMap::new();
    let mut running = Indexes::new();
    for pod in pods {
        let Some(index) = of(job, pod).filter(|index| !done.contains(index) && !failed.contains(index)) else {
            continue;
        };
        if super::super::pods::active(pod) {
            running.insert(index);
        } else if tracked(pod) && pod_failed(job, pod) && kept.get(&index).is_none_or(|other| ended_at(other) < ended_at(pod)) {
            kept.insert(index, pod.clone());
        }
    }
    kept.retain(|index, _| !running.contains(index));
    kept
}

/// The first so many indexes that have no pod yet.
pub(super) fn pending(job: &Value, active: &[Value], done: &Indexes, failed: &Indexes, count: usize) -> Vec<i64> {
    let busy: Indexes = active.iter().filter_map(|pod| of(job, pod)).collect();
    (0..int(&job["spec"]["completions"]))
        .filter(|index| ![&busy, done, failed].iter().any(|set| set.contains(index)))
        .take(count)
        .collect()
}

/// Makes a pod the one of an index.
pub(super) fn mark(job: &Value, pod: &mut Value, index: i64, before: Option<&Value>) {
    let number = index.to_string();
    let prefix = format!("{}-{number}", text(&job["metadata"]["name"]));
    pod["metadata"]["generateName"] = format!("{prefix}-").into();
    pod["metadata"]["annotations"][INDEX] = number.as_str().into();
    pod["metadata"]["labels"][INDEX] = number.into();
    pod["spec"]["hostname"] = prefix.into();
    if per_index(job) {
        let count = before.map_or(0, |before| failures(before) + i64::from(!matches!(judge(job, before), Verdict::Ignore)));
        pod["metadata"]["annotations"][FAILURES] = count.to_string().into();
    }
    let variable = json!({"name": "JOB_COMPLETION_INDEX", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": format!("metadata.labels['{INDEX}']")}}});
    for list in ["initContainers", "containers"] {
        for container in pod["spec"].get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            let mut variables = items(&container["env"]).to_vec();
            if !variables.iter().any(|known| known["name"] == variable["name"]) {
                variables.push(variable.clone());
                container["env"] = variables.into();
            }
        }
    }
}

/// The rule of the success policy that is met, in words.
pub(super) fn success(job: &Value, done: &Indexes) -> Option<String> {
    if done.is_empty() {
        return None;
    }
    let met = |rule: &Value| {
        let count = rule["succeededCount"].as_u64().and_then(|count| usize::try_from(count).ok());
        match rule["succeededIndexes"].as_str().map(parse) {
            Some(wanted) => !wanted.is_empty() && wanted.intersection(done).count() >= count.unwrap_or(wanted.len()),
            None => count.is_some_and(|count| done.len() >= count),
        }
    };
    let at = items(&job["spec"]["successPolicy"]["rules"]).iter().position(met)?;
    Some(format!("Matched rules at index {at}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes_are_written_as_runs() {
        for text in ["", "0", "0,1", "0-2,5", "3,7-9,11,12"] {
            assert_eq!(print(&parse(text)), text);
        }
    }
}
