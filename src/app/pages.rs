//! Texts of the pages that a learner asks the cluster for.

use std::fmt::Write;

use super::session::Session;
use crate::cluster::ask::Answered;
use crate::lab::msg::Detail;

impl Session {
    /// Text of a page.
    ///
    /// # Errors
    /// Why it cannot be shown.
    pub async fn detail(&self, detail: &Detail) -> Result<String, String> {
        let version = |kind: &str| self.api_version(kind).map_err(|notice| notice.what);
        let cluster = &self.cluster;
        match detail {
            Detail::Describe(object) => cluster.describe(&version(&object.kind)?, &object.kind, &object.name, self.now()).await,
            Detail::Yaml(object) => {
                let found = cluster.yaml(&version(&object.kind)?, &object.kind, &object.name).await?;
                Ok(crate::yaml::print(&found))
            }
            Detail::List {
                resource,
                everywhere,
                selector,
            } => cluster.table(resource, *everywhere, selector).await,
            Detail::Explain { kind, fields } => cluster.explain(kind, fields).await,
            Detail::Can { who, verb, resource } => {
                let may = cluster.may(who, verb, resource).await?;
                Ok(if may { "yes" } else { "no" }.to_owned())
            }
            Detail::Raw(path) => cluster.ask(path, "*/*").await.map(|answer| told(&answer)),
            Detail::Request { service, port, path } => {
                let address = cluster.proxy(service, port, path);
                let answer = cluster.ask(&address, "*/*").await?;
                let inside = format!("$ curl http://{service}.{}:{port}{path}    from a pod of the cluster", cluster.namespace);
                let outside = format!("$ kubectl proxy &    and then, from here,\n$ curl http://127.0.0.1:8001{address}");
                Ok(format!("{inside}\n{outside}\n\n{}", told(&answer)))
            }
        }
    }
}

/// Status and time, then the body.
fn told(answer: &Answered) -> String {
    let mut out = format!("{} in {} ms", answer.status, answer.took.as_millis());
    if !answer.kind.is_empty() {
        let _ = write!(out, ", {}", answer.kind);
    }
    // a refusal of the API server says in one field what matters
    let refused = serde_json::from_str::<serde_json::Value>(&answer.body)
        .ok()
        .filter(|body| body["kind"] == "Status");
    let refused = refused.and_then(|status| status["message"].as_str().map(str::to_owned));
    let body = match &refused {
        Some(message) => message,
        None if answer.body.is_empty() => "(no body)",
        None => &answer.body,
    };
    format!("{out}\n\n{body}\n")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::app::session;
    use crate::app::settings::Settings;
    use crate::cli::Place;
    use crate::lab::msg::{Mend, Order};

    #[tokio::test(start_paused = true)]
    async fn a_service_is_asked_and_kinds_are_listed_and_explained_without_kubectl() {
        let place = Place {
            speed: 1.0,
            ..Place::default()
        };
        let settings = Settings::new(place).unwrap().without_progress();
        let scenario = Arc::new(settings.scenario("03").unwrap().clone());
        let practice = session::practice(&scenario, 1.0, 1);
        let session = Session::open(&settings, Arc::clone(&scenario), Some(practice)).await.unwrap();
        let (sender, _inbox) = tokio::sync::mpsc::channel(9);
        let answer = crate::app::hands::Answer::new(Default::default(), sender);
        session.carry(Order::Prepare, &answer).await;
        session.carry(Order::Break, &answer).await;
        let web = Detail::Request {
            service: "web".to_owned(),
            port: "80".to_owned(),
            path: "/".to_owned(),
        };
        let broken = session.detail(&web).await.unwrap();
        assert!(
            broken.contains("503 Service Unavailable") && broken.contains("curl http://web.lab-03:80/"),
            "{broken}"
        );
        for manifest in &scenario.solution {
            session.make(manifest.object.clone()).await.unwrap();
        }
        session
            .cluster
            .until_ready("apps/v1", "Deployment", "web", std::time::Duration::from_secs(60))
            .await;
        let mended = session.detail(&web).await.unwrap();
        assert!(mended.contains("200 OK"), "{mended}");
        let list = |resource: &str| Detail::List {
            resource: resource.to_owned(),
            everywhere: false,
            selector: String::new(),
        };
        let namespaces = session.detail(&list("Namespace")).await.unwrap();
        assert!(namespaces.starts_with("NAME") && namespaces.contains("lab-03"), "{namespaces}");
        let explain = Detail::Explain {
            kind: "Service".to_owned(),
            fields: vec!["spec".to_owned(), "ports".to_owned()],
        };
        let told = session.detail(&explain).await.unwrap();
        assert!(told.contains("FIELD: ports <[]ServicePort>") && told.contains("targetPort"), "{told}");
        assert!(session.mend(Mend::Anew(serde_json::json!({}))).await.is_err());
    }
}
