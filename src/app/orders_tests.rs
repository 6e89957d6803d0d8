//! Learners on one cluster: each breaks, solves and cleans up alone.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::app::session;
use crate::app::settings::Settings;
use crate::cli::Place;
use crate::lab::msg::Detail;
use crate::practice::Practice;

fn settings(learner: &str) -> Settings {
    let place = Place {
        learner: Some(learner.to_owned()),
        speed: 1.0,
        ..Place::default()
    };
    Settings::new(place).unwrap().without_progress()
}

async fn open(learner: &str, practice: &Practice) -> Session {
    let settings = settings(learner);
    let scenario = Arc::new(settings.scenario("02").unwrap().clone());
    Session::open(&settings, scenario, Some(practice.clone())).await.unwrap()
}

async fn ready(session: &Session) -> bool {
    let patience = Duration::from_secs(30);
    session.cluster.until_ready("apps/v1", "Deployment", "imagepull-app", patience).await
}

async fn clean(session: &Session) -> Vec<String> {
    session.cluster.cleanup(&session.kinds(), &[], |_| {}).await.unwrap().left
}

#[tokio::test(start_paused = true)]
async fn three_learners_on_one_cluster_do_not_meet() {
    let settings = settings("ann");
    let practice = session::practice(settings.scenario("02").unwrap(), 1.0, 1);
    let (ann, ben, cem) = tokio::join!(open("ann", &practice), open("ben", &practice), open("cem", &practice));
    for session in [&ann, &ben, &cem] {
        session.prepare().await.unwrap();
    }
    let broken = tokio::join!(ann.break_it(), ben.break_it(), cem.break_it());
    assert!(broken.0.is_ok() && broken.1.is_ok() && broken.2.is_ok());
    ann.solve().await.unwrap();
    assert!(ready(&ann).await);
    assert!(!ready(&ben).await, "what one learner repairs stays broken for the others");
    assert_eq!(clean(&ann).await, Vec::<String>::new());
    ben.solve().await.unwrap();
    assert!(ready(&ben).await, "one learner's cleanup takes nothing from the others");
    assert_eq!(clean(&ben).await, Vec::<String>::new());
    assert!(!ready(&cem).await);
    let left = |learner| cem.cluster.leftovers(Some(learner));
    assert!(left("ann").await.unwrap().is_empty() && left("ben").await.unwrap().is_empty());
    assert_eq!(left("cem").await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_edit_by_hand_repairs_and_a_refused_one_changes_nothing() {
    let settings = settings("ann");
    let practice = session::practice(settings.scenario("02").unwrap(), 1.0, 1);
    let ann = open("ann", &practice).await;
    ann.prepare().await.unwrap();
    ann.break_it().await.unwrap();
    let about = ObjectRef {
        kind: "Deployment".to_owned(),
        name: "imagepull-app".to_owned(),
        ..ObjectRef::default()
    };
    let before = ann.manifest(&about).await.unwrap();
    assert!(before.get("status").is_none() && before["metadata"].get("uid").is_none(), "{before}");
    let mut wrong = before.clone();
    wrong["spec"]["replicaz"] = 3.into();
    let refused = ann.amend(&before, &wrong).await.unwrap_err();
    assert!(refused.contains("replicaz"), "{refused}");
    assert_eq!(ann.manifest(&about).await.unwrap(), before);
    let solution = ann.scenario.solution.iter().find(|manifest| manifest.kind() == "Deployment").unwrap();
    let mut after = before.clone();
    after["spec"]["template"]["spec"]["containers"] = solution.object["spec"]["template"]["spec"]["containers"].clone();
    ann.amend(&before, &after).await.unwrap();
    assert!(ready(&ann).await);
}

#[tokio::test(start_paused = true)]
async fn an_object_of_any_kind_is_shown_and_what_cannot_be_changed_is_made_anew() {
    let settings = settings("ann");
    let practice = session::practice(settings.scenario("16").unwrap(), 1.0, 1);
    let scenario = Arc::new(settings.scenario("16").unwrap().clone());
    let ann = Session::open(&settings, scenario, Some(practice.clone())).await.unwrap();
    ann.prepare().await.unwrap();
    ann.break_it().await.unwrap();
    let about = ObjectRef {
        kind: "Job".to_owned(),
        name: "invoices".to_owned(),
        ..ObjectRef::default()
    };
    let yaml = ann.detail(&Detail::Yaml(about.clone())).await.unwrap();
    assert!(yaml.starts_with("apiVersion: batch/v1\nkind: Job\n"), "{yaml}");
    let before = ann.manifest(&about).await.unwrap();
    let mut after = before.clone();
    after["spec"]["template"]["spec"]["containers"][0]["image"] = "nginx:1.27".into();
    let refused = ann.mend(Mend::Amend { before, after: after.clone() }).await.unwrap_err();
    assert!(refused.contains("immutable"), "{refused}");
    ann.mend(Mend::Anew(after)).await.unwrap();
    let now = ann.manifest(&about).await.unwrap();
    assert_eq!(now["spec"]["template"]["spec"]["containers"][0]["image"], "nginx:1.27");
}
