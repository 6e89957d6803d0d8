//! Questions that a learner puts to the API server as it is: any address, a Service behind its proxy, a kind's table.

use std::fmt::Write;
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use serde_json::Value;

use super::kinds::built_in;
use super::{Cluster, fault};
use crate::text;

/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read.
const BODY: usize = 1 << 20;
const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    pub status: StatusCode,
    pub kind: String,
    pub body: String,
    pub took: Duration,
}

impl Cluster {
    /// Asks the API server for an address, as `kubectl get --raw` does, and takes whatever it answers.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn ask(&self, path: &str, accept: &str) -> Result<Answered, String> {
        let request = Request::get(path).header(header::ACCEPT, accept).body(kube::client::Body::empty());
        let request = request.map_err(|error| format!("{path} is no address: {error}"))?;
        let began = Instant::now();
        let read = async {
            let response = self.client.send(request).await.map_err(|error| fault::say(&error))?;
            let (parts, body) = response.into_parts();
            let body = to_bytes(Body::new(body), BODY).await.map_err(|error| error.to_string())?;
            Ok((parts, body))
        };
        let (parts, body) = tokio::time::timeout(ANSWER, read)
            .await
            .unwrap_or_else(|_| Err(format!("no answer within {} s", ANSWER.as_secs())))?;
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let lines: Vec<String> = String::from_utf8_lossy(&body).lines().map(text::clean).collect();
        Ok(Answered {
            status: parts.status,
            kind: text::clean(kind),
            body: lines.join("\n"),
            took: began.elapsed(),
        })
    }

    /// The address of a Service's port behind the API server's proxy.
    #[must_use]
    pub fn proxy(&self, service: &str, port: &str, path: &str) -> String {
        let path = path.trim_start_matches('/');
        format!("/api/v1/namespaces/{}/services/{service}:{port}/proxy/{path}", self.namespace)
    }

    /// The table of a kind as the server prints it, for kinds that nobody watches.
    ///
    /// # Errors
    /// What the server says.
    pub async fn table(&self, kind: &str, everywhere: bool, selector: &str) -> Result<String, String> {
        let version = built_in(kind).ok_or_else(|| format!("the lab does not know the kind {kind}"))?;
        let served = self.kind(version, kind).await.map_err(|error| error.to_string())?;
        let all = everywhere || !served.namespaced;
        let root = if version.contains('/') { "apis" } else { "api" };
        let within = if all { String::new() } else { format!("/namespaces/{}", self.namespace) };
        let query = if selector.is_empty() {
            String::new()
        } else {
            format!("?labelSelector={}", selector.replace('=', "%3D").replace(',', "%2C"))
        };
        let path = format!("/{root}/{version}{within}/{}{query}", served.resource.plural);
        let answer = self.ask(&path, TABLE).await?;
        let table: Value = serde_json::from_str(&answer.body).map_err(|error| format!("{path} answered no table: {error}"))?;
        if !answer.status.is_success() {
            return Err(table["message"].as_str().unwrap_or(answer.status.as_str()).to_owned());
        }
        Ok(printed(&table, everywhere && served.namespaced))
    }
}

/// The columns that kubectl shows without `-o wide`.
fn printed(table: &Value, namespaces: bool) -> String {
    let none = Vec::new();
    let list = |value: &'_ Value| value.as_array().cloned().unwrap_or_default();
    let columns: Vec<(usize, String)> = list(&table["columnDefinitions"])
        .iter()
        .enumerate()
        .filter(|(_, column)| column["priority"].as_i64().unwrap_or(0) == 0)
        .map(|(place, column)| (place, column["name"].as_str().unwrap_or_default().to_uppercase()))
        .collect();
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let first = |text: String| namespaces.then_some(text);
    let heading = first("NAMESPACE".to_owned()).into_iter().chain(columns.iter().map(|(_, name)| name.clone()));
    let rows = table["rows"].as_array().unwrap_or(&none).iter().map(|row| {
        let namespace = first(plain(&row["object"]["metadata"]["namespace"]));
        let cells = columns.iter().map(|(place, _)| plain(&row["cells"][*place]));
        namespace.into_iter().chain(cells).collect::<Vec<_>>()
    });
    let rows: Vec<Vec<String>> = std::iter::once(heading.collect()).chain(rows).collect();
    if rows.len() == 1 {
        return "No resources found".to_owned();
    }
    let widths: Vec<usize> = (0..rows[0].len())
        .map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0))
        .collect();
    let mut out = String::new();
    for row in rows {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        let _ = writeln!(out, "{}", cells.join("   ").trim_end());
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::cluster::stub;
    use serde_json::json;

    #[tokio::test]
    async fn whatever_is_answered_is_told_with_its_status() {
        let cluster = stub::cluster(|asked| match asked.path.as_str() {
            "/api/v1/namespaces/lab-1/services/web:80/proxy/ready" => stub::text("fine\n\u{1b}[1m"),
            _ => stub::status(503, "ServiceUnavailable", "no endpoints available", json!({})),
        });
        let fine = cluster.ask(&cluster.proxy("web", "80", "/ready"), "*/*").await.unwrap();
        assert_eq!(fine.status, 200);
        assert!(fine.body.starts_with("fine\n") && !fine.body.contains('\u{1b}'), "{fine:?}");
        let down = cluster.ask(&cluster.proxy("web", "81", ""), "*/*").await.unwrap();
        assert_eq!(down.status, 503);
        assert!(down.body.contains("no endpoints available"), "{down:?}");
    }

    #[tokio::test]
    async fn a_table_is_printed_in_kubectls_columns() {
        let table = json!({"columnDefinitions": [{"name": "Name"}, {"name": "Phase"}, {"name": "Long", "priority": 1}],
            "rows": [{"cells": ["default", "Active", "x"]}, {"cells": ["b", 7, "x"]}]});
        let cluster = stub::cluster(move |asked| {
            assert_eq!(asked.path, "/api/v1/namespaces");
            stub::json(&table)
        });
        assert_eq!(
            cluster.table("Namespace", false, "").await.as_deref(),
            Ok("NAME      PHASE\ndefault   Active\nb         7\n")
        );
    }
}
