//! Logs of containers: a tail for the rules, a stream for the learner.

use futures::{AsyncBufReadExt, Stream, StreamExt};
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, LogParams};

use super::{Cluster, Error};

impl Cluster {
    /// The last lines of a container's log, of its previous run if so asked.
    ///
    /// # Errors
    /// The server's refusal, such as `previous terminated container "app" in pod "p" not found`.
    pub async fn log_tail(&self, pod: &str, container: &str, previous: bool, lines: usize) -> Result<Vec<String>, Error> {
        let params = LogParams {
            container: Some(container.to_owned()),
            previous,
            tail_lines: i64::try_from(lines).ok(),
            ..LogParams::default()
        };
        let text = self
            .pods()
            .logs(pod, &params)
            .await
            .map_err(|error| Error::refused(format!("the log of {pod}"), &error))?;
        Ok(text.lines().map(super::clean).collect())
    }

    /// A container's log line by line, cleaned; it goes on as long as the container runs when followed.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn log_follow(&self, pod: &str, container: &str, previous: bool, follow: bool) -> Result<impl Stream<Item = String> + use<>, Error> {
        let params = LogParams {
            container: Some(container.to_owned()),
            previous,
            follow,
            timestamps: true,
            ..LogParams::default()
        };
        let reader = self
            .pods()
            .log_stream(pod, &params)
            .await
            .map_err(|error| Error::refused(format!("the log of {pod}"), &error))?;
        Ok(reader
            .lines()
            .take_while(|line| std::future::ready(line.is_ok()))
            .filter_map(|line| std::future::ready(line.ok().map(|line| super::clean(&line)))))
    }

    fn pods(&self) -> Api<Pod> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }
}
