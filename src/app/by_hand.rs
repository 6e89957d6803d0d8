//! Every scenario repaired by hand with `r` and `e` alone, as on a machine without kubectl.

use std::sync::Arc;

use crossterm::event::KeyCode;
use jiff::SignedDuration;

use super::edit::ANEW;
use super::player::Player;
use super::settings::Settings;
use crate::cli::Place;
use crate::lab::repair::RepairPage;
use crate::lab::{Attempt, Overlay, Stage, Tab, table};

const PATIENCE: SignedDuration = SignedDuration::from_secs(300);

/// What a learner does: the object, and on it …
enum By {
    /// … `r`: a row by its name, and what is typed there.
    Repair(&'static str, &'static str, &'static str),
    /// … `r`, and after the refusal `R`.
    Anew(&'static str, &'static str, &'static str),
    /// … `e`: a text replaced by another.
    Edit(&'static str, &'static str, &'static str),
    /// … `e`, several texts replaced and the object made anew.
    EditAnew(&'static str, &'static [(&'static str, &'static str)]),
    /// `e` in the empty table of a kind: the objects of the solution are typed.
    Make(&'static str),
}

use By::{Anew, Edit, EditAnew, Make, Repair};

fn by_hand(scenario: &str) -> &'static [By] {
    match scenario {
        "01-crash-loop" => &[Repair("Deployment/crash-app", "app: one more variable", "REQUIRED_CONFIG=production")],
        "02-image-pull-backoff" => &[
            Repair("Deployment/imagepull-app", "app: image", "vellankikoti/k8s-masterclass-crashloop:v1.0"),
            Repair("Deployment/imagepull-app", "app: one more variable", "REQUIRED_CONFIG=production"),
        ],
        "03-port-mismatch" => &[Repair("Service/web", "spec.ports[0].targetPort", "80")],
        "04-missing-configmap" => &[Make("ConfigMap")],
        "05-selector-mismatch" => &[Repair("Service/shop", "spec.selector.tier", "frontend")],
        "06-readiness-path" => &[Repair("Deployment/catalog", "readinessProbe.httpGet.path", "/healthz")],
        "07-insufficient-cpu" => &[Repair("Deployment/thumbnails", "resources.requests.cpu", "100m")],
        "08-pending-claim" => &[EditAnew("PersistentVolumeClaim/data", &[("ReadWriteMany", "ReadWriteOnce"), ("10Gi", "1Gi")])],
        "09-quota" => &[Repair("Deployment/", "resources.requests.memory", "32Mi")],
        "10-stuck-rollout" => &[Repair("Deployment/web", "readinessProbe.httpGet.port", "80")],
        "11-out-of-memory" => &[Repair("Deployment/report", "resources.limits.memory", "96Mi")],
        "12-init-container-waits" => &[Make("Service")],
        "13-liveness-kills" => &[Repair("Deployment/checkout", "livenessProbe.httpGet.port", "80")],
        "14-rbac-forbidden" => &[Make("Role")],
        "15-finalizer-stuck" => &[Repair("ConfigMap/handover", "metadata.finalizers[0]", "")],
        "16-job-gives-up" => &[Anew("Job/invoices", "one more variable", "MONTH=2026-10")],
        "17-wrong-service-name" => &[Repair("Deployment/prices", "env[API_URL].value", "http://api:8080/")],
        "18-three-faults" => &[
            Repair("Deployment/db", "postgres: image", "postgres:17"),
            Repair("Deployment/db", "postgres: one more variable", "POSTGRES_PASSWORD=only-for-the-lab"),
            Repair("Service/db", "spec.selector.app", "db"),
        ],
        "19-network-policy" => &[Edit(
            "NetworkPolicy/egress",
            "  egress:\n",
            "  egress:\n  - to:\n    - namespaceSelector:\n        matchLabels:\n          kubernetes.io/metadata.name: kube-system\n    ports:\n    - {protocol: UDP, port: 53}\n",
        )],
        "20-tainted-node" => &[Edit(
            "Deployment/reports",
            "      containers:\n",
            "      tolerations:\n      - {key: dedicated, operator: Equal, value: reports, effect: NoSchedule}\n      containers:\n",
        )],
        _ => &[],
    }
}

struct Learner {
    player: Player,
    folder: String,
}

impl Learner {
    async fn until(&mut self, what: &str, shows: impl Fn(&Attempt) -> bool) {
        let seen = self.player.until(PATIENCE, |_, attempt| shows(attempt).then_some(())).await;
        let goals = self.player.attempt().map(|attempt| format!("{:#?}", attempt.verdicts));
        assert!(
            seen.is_some(),
            "{}: never {what}: {:?} {}",
            self.folder,
            self.player.model.notice,
            goals.unwrap_or_default()
        );
    }

    /// Turns to the kind's table and takes the object there: the one of this name, or the first.
    async fn select(&mut self, of: &str) {
        let (kind, name) = of.split_once('/').unwrap_or((of, "-"));
        let tab = Tab::Kind(kind.to_owned());
        if name != "-" {
            let there = |attempt: &Attempt| attempt.snapshot.of_kind(kind).any(|row| row.name.starts_with(name));
            self.until(&format!("saw {of}"), there).await;
        }
        let attempt = self.player.model.attempt_mut().unwrap();
        attempt.tab = tab;
        attempt.memory.turned = true;
        attempt.selected = None;
        let place = table::rows(attempt).iter().position(|row| name.is_empty() || row.object().name == name);
        if let Some(place) = place {
            table::select_place(attempt, place);
        }
    }

    fn page(&self) -> Option<&RepairPage> {
        match self.player.model.overlays.last() {
            Some(Overlay::Repair(page)) => Some(page),
            _ => None,
        }
    }

    /// `r`, a row, and what is typed in it; whether it was done.
    async fn repair(&mut self, of: &str, row: &str, text: &str) -> bool {
        self.select(of).await;
        self.player.press(KeyCode::Char('r'));
        let read = self.player.until(PATIENCE, |model, _| {
            matches!(model.overlays.last(), Some(Overlay::Repair(page)) if page.object.is_some()).then_some(())
        });
        assert!(read.await.is_some(), "{}: {of} was not read", self.folder);
        self.player.press(KeyCode::Home);
        while !self.page().and_then(|page| page.row()).is_some_and(|at| at.label().ends_with(row)) {
            let before = self.page().unwrap().selected;
            self.player.press(KeyCode::Down);
            assert_ne!(
                self.page().unwrap().selected,
                before,
                "{}: {row} is not among {:?}",
                self.folder,
                self.page().unwrap().rows
            );
        }
        self.player.press(KeyCode::Enter);
        self.player.type_in(text);
        self.player.press(KeyCode::Enter);
        self.answered().await
    }

    async fn answered(&mut self) -> bool {
        let answer = self.player.until(PATIENCE, |model, _| match model.overlays.last() {
            Some(Overlay::Repair(page)) => page.refused.is_some().then_some(false),
            _ => Some(true),
        });
        answer.await.unwrap_or_else(|| panic!("{}: no answer", self.folder))
    }

    async fn edit(&mut self, editor: impl Fn(&str) -> String) {
        self.player.press(KeyCode::Char('e'));
        let said = self.player.edit(editor).await;
        assert!(!said.bad, "{}: {said:?}", self.folder);
    }

    async fn take(&mut self, step: &By) {
        match step {
            Repair(of, row, text) => {
                let done = self.repair(of, row, text).await;
                assert!(done, "{}: {:?}", self.folder, self.page().and_then(|page| page.refused.as_ref()));
            }
            Anew(of, row, text) => {
                assert!(!self.repair(of, row, text).await, "{}: {row} can be changed in place", self.folder);
                self.player.press(KeyCode::Char('R'));
                assert!(
                    self.answered().await,
                    "{}: {:?}",
                    self.folder,
                    self.page().and_then(|page| page.refused.as_ref())
                );
            }
            Edit(of, from, to) => {
                self.select(of).await;
                self.edit(|text| changed(text, from, to)).await;
            }
            EditAnew(of, changes) => {
                self.select(of).await;
                let all = |text: &str| changes.iter().fold(text.to_owned(), |text, (from, to)| changed(&text, from, to));
                self.edit(|text| if text.contains(ANEW) { format!("{ANEW}\n{text}") } else { all(text) }).await;
            }
            Make(kind) => {
                self.select(kind).await;
                let texts: Vec<String> = self.player.attempt().unwrap().scenario.solution.iter().map(|m| m.text.clone()).collect();
                self.edit(|_| texts.join("---\n")).await;
            }
        }
    }
}

fn changed(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from:?} is not in {text}");
    text.replacen(from, to, 1)
}

async fn finish(settings: &Arc<Settings>, folder: &str) {
    let mut learner = Learner {
        player: Player::open(settings, folder),
        folder: folder.to_owned(),
    };
    learner.until("opened", |attempt| attempt.stage == Stage::Ready).await;
    learner.player.press(KeyCode::Char('b'));
    learner.until("broke", |attempt| attempt.verdicts.first().is_some_and(|goal| goal.met)).await;
    let steps = by_hand(folder);
    assert!(!steps.is_empty(), "{folder}: nobody has tried to finish it by hand; add its steps");
    for step in steps {
        learner.take(step).await;
    }
    learner.until("solved", |attempt| attempt.stage == Stage::Solved).await;
    assert!(!learner.player.attempt().unwrap().solution_seen, "{folder}: by hand, and without the solution");
}

#[tokio::test(start_paused = true)]
async fn every_scenario_can_be_finished_without_kubectl() {
    let place = Place {
        speed: 1.0,
        seed: Some(1),
        ..Place::default()
    };
    let state = tempfile::tempdir().unwrap();
    let mut settings = Settings::new(place).unwrap().without_progress();
    settings.state = Some(state.path().to_owned());
    let settings = Arc::new(settings);
    for entry in &settings.library.entries {
        finish(&settings, &entry.folder).await;
    }
}
