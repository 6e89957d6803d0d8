//! Logs of a container: the last lines, or every line as it is written.

use std::time::Duration;

use futures::future::ready;
use futures::{AsyncBufReadExt, Stream, StreamExt};
use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::LogParams;

use super::{Cluster, fault};
use crate::text;

/// A container that floods is read no further back than this.
const TAIL_BYTES: i64 = 1 << 20;
/// Longer lines are cut.
const LINE_CHARS: usize = 4000;
const GONE: &str = "unable to retrieve container logs for ";
const TAIL_TIMEOUT: Duration = Duration::from_secs(10);

impl Cluster {
    /// The last lines that a container wrote, or its predecessor.
    ///
    /// # Errors
    /// What the server or the kubelet says: `container "app" … is waiting to start: trying and failing to pull image`.
    pub async fn log_tail(&self, pod: &str, container: &str, previous: bool, lines: usize) -> Result<Vec<String>, String> {
        let tail_lines = i64::try_from(lines).ok();
        let params = LogParams {
            container: Some(container.to_owned()),
            previous,
            tail_lines,
            limit_bytes: Some(TAIL_BYTES),
            ..LogParams::default()
        };
        let api: Api<Pod> = Api::namespaced(self.client.clone(), &self.namespace);
        match tokio::time::timeout(TAIL_TIMEOUT, api.logs(pod, &params)).await {
            // The kubelet answers so, and with success, when the container is gone already.
            Ok(Ok(log)) if log.starts_with(GONE) && log.lines().count() == 1 => Err(tidy(log.trim_end())),
            Ok(Ok(log)) => Ok(log.lines().map(tidy).collect()),
            Ok(Err(error)) => Err(fault::say(&error)),
            Err(_) => Err(format!("no log of {pod} within {} s; is its node reachable?", TAIL_TIMEOUT.as_secs())),
        }
    }

    /// The last lines with their times, and then each as it is written; of the previous run, only what it left. Ends when the container ends.
    ///
    /// # Errors
    /// As for `log_tail`.
    pub async fn log_follow(&self, pod: &str, container: &str, previous: bool, lines: usize) -> Result<impl Stream<Item = String> + Send + use<>, String> {
        let params = LogParams {
            container: Some(container.to_owned()),
            previous,
            follow: !previous,
            timestamps: true,
            tail_lines: i64::try_from(lines).ok(),
            ..LogParams::default()
        };
        let api: Api<Pod> = Api::namespaced(self.client.clone(), &self.namespace);
        let log = api.log_stream(pod, &params).await.map_err(|error| fault::say(&error))?;
        let whole = log.lines().take_while(|line| ready(line.is_ok()));
        Ok(whole.filter_map(|line| ready(line.ok().map(|line| tidy(&line)))))
    }
}

fn tidy(line: &str) -> String {
    let line = text::clean(line);
    match line.char_indices().nth(LINE_CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::stub;
    use serde_json::json;

    #[tokio::test]
    async fn what_the_kubelet_says_of_a_container_that_is_gone_is_no_log() {
        let cluster = stub::cluster(|_| stub::text("unable to retrieve container logs for containerd://0f94"));
        let answer = cluster.log_tail("p", "app", true, 20).await;
        assert!(answer.is_err_and(|why| why.contains("0f94")));
    }

    #[tokio::test]
    async fn lines_are_cleaned_and_cut() {
        let cluster = stub::cluster(|request| {
            assert_eq!(request.path, "/api/v1/namespaces/lab-1/pods/p/log");
            assert!(
                request.query.contains("previous=true") && request.query.contains("tailLines=50"),
                "{}",
                request.query
            );
            stub::text(&format!("one\u{1b}[2J\n{}\n", "x".repeat(LINE_CHARS + 5)))
        });
        let lines = cluster.log_tail("p", "app", true, 50).await.unwrap_or_default();
        assert_eq!(lines.len(), 2);
        assert!(!lines[0].contains('\u{1b}'));
        assert_eq!(lines[1].chars().count(), LINE_CHARS + 1);
    }

    #[tokio::test]
    async fn the_kubelets_refusal_is_the_message() {
        let cluster = stub::cluster(|_| {
            stub::status(
                400,
                "BadRequest",
                "container \"app\" in pod \"p\" is waiting to start: image can't be pulled",
                json!({}),
            )
        });
        let why = cluster.log_tail("p", "app", false, 50).await.err().unwrap_or_default();
        assert_eq!(why, "container \"app\" in pod \"p\" is waiting to start: image can't be pulled");
    }

    #[tokio::test]
    async fn following_ends_with_the_container() {
        let cluster = stub::cluster(|_| stub::text("a\nb\n"));
        let log = cluster.log_follow("p", "app", false, 10).await.ok();
        let lines: Vec<String> = log.expect("a log").collect().await;
        assert_eq!(lines, ["a", "b"]);
    }
}
