//! The test bench: a small lesson, rows, and a lab that takes keys as text.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::cluster::snapshot::{Change, ContainerRow, ContainerState, EventRow, ObjectRef, ObjectRow, PodRow, Row, Uid};
use crate::lab::msg::{AttemptNo, Effect, FromCluster, Measures, Msg, Order, PaneMeasure, Solved};
use crate::lab::{Attempt, Card, Model, Overlay, Pane, Place, Question, Stage, update};
use crate::scenario::clue::{Clue, Fault, PullFault, Source};
use crate::scenario::{Fold, Lesson, Manifest, Part, Scenario};

pub const START: i64 = 1_800_000_000;

pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(START + seconds).unwrap()
}

pub fn manifest(file: &str, kind: &str, name: &str, text: &str) -> Manifest {
    Manifest {
        file: file.to_owned(),
        line: 1,
        object: json!({"kind": kind, "metadata": {"name": name}}),
        text: text.to_owned(),
    }
}

fn fold(kind: Fold, summary: &str, body: &str) -> Part {
    Part::Fold {
        kind,
        summary: summary.to_owned(),
        body: body.to_owned(),
    }
}

pub fn scenario(folder: &str, title: &str) -> Scenario {
    let parts = vec![
        Part::Text("# The task\n```bash\nkubectl get pods\n```\nLook.\n```bash\nkubectl get events\n```".to_owned()),
        fold(Fold::Hint(1), "Hint 1: Look at the rows", "First."),
        fold(Fold::Hint(2), "💡 Hint 2 - Look closer", "Second."),
        fold(Fold::Solution, "Solution", "The answer."),
        fold(Fold::Answer, "", "What it was."),
        fold(Fold::Plain, "More", "An aside."),
    ];
    Scenario {
        id: folder[3..].to_owned(),
        folder: folder.to_owned(),
        title: title.to_owned(),
        lesson: Lesson { parts, ..Lesson::default() },
        broken: vec![manifest(
            "broken/web.yaml",
            "Deployment",
            "web",
            "kind: Deployment\nimage: shop:bad\nreplicas: 1\n",
        )],
        solution: vec![manifest(
            "solution/web.yaml",
            "Deployment",
            "web",
            "kind: Deployment\nimage: shop:good\nreplicas: 1\n",
        )],
        ..Scenario::default()
    }
}

pub fn card(scenario: Result<Scenario, &str>, folder: &str) -> Card {
    Card {
        folder: folder.to_owned(),
        scenario: scenario.map(Arc::new).map_err(str::to_owned),
        state: Solved::New,
        best: None,
    }
}

/// The scenario of a card.
pub fn scenario_of(lab: &Lab, place: usize) -> Arc<Scenario> {
    Arc::clone(lab.model.cards[place].scenario.as_ref().unwrap())
}

pub struct Lab {
    pub model: Model,
}

impl Lab {
    /// Three scenarios, the last of them spoilt.
    pub fn new(place: Place) -> Self {
        let cards = vec![
            card(Ok(scenario("01-crash-loop", "CrashLoopBackOff")), "01-crash-loop"),
            card(Ok(scenario("02-image-pull", "ImagePullBackOff")), "02-image-pull"),
            card(Err("README.md is missing"), "03-spoilt"),
        ];
        Self {
            model: Model::new(cards, place, at(0)).0,
        }
    }

    pub fn real() -> Place {
        Place::Real {
            context: "school".to_owned(),
            server: "https://10.0.0.1:6443".to_owned(),
            shared: false,
        }
    }

    /// Opened, and prepared where that needs no question.
    pub fn opened(place: Place) -> Self {
        let mut lab = Self::new(place);
        lab.model.open("01-crash-loop");
        lab.cluster(FromCluster::Opened {
            namespace: "lab-01".to_owned(),
            server: match &lab.model.place {
                Place::Real { server, .. } => server.clone(),
                Place::Practice => "practice".to_owned(),
            },
            version: "v1.36.0".to_owned(),
        });
        if lab.model.place == Place::Practice {
            lab.cluster(FromCluster::Done(Order::Prepare, Vec::new()));
        }
        lab
    }

    /// Broken, with one pod in view.
    pub fn broken() -> Self {
        let mut lab = Self::opened(Place::Practice);
        lab.keys("b");
        lab.cluster(FromCluster::Done(Order::Break, vec!["deployment.apps/web created".to_owned()]));
        lab.put(vec![Row::Pod(pod("web-1", 1))]);
        lab
    }

    pub fn send(&mut self, msg: Msg) -> Vec<Effect> {
        update(&mut self.model, msg)
    }

    pub fn cluster(&mut self, news: FromCluster) -> Vec<Effect> {
        let number = AttemptNo(self.model.attempts);
        self.send(Msg::Cluster(number, news))
    }

    pub fn put(&mut self, rows: Vec<Row>) -> Vec<Effect> {
        self.cluster(FromCluster::Changed(rows.into_iter().map(Change::Put).collect()))
    }

    /// Keys as text; `\n` Enter, `\x1b` Esc, `\t` Tab, `\x03` Ctrl-C, `\x08` Backspace. The last key's effects.
    pub fn keys(&mut self, keys: &str) -> Vec<Effect> {
        keys.chars().map(|c| self.send(Msg::Key(key(c)))).last().unwrap_or_default()
    }

    pub fn tick(&mut self, seconds: i64) -> Vec<Effect> {
        self.send(Msg::Tick(at(seconds)))
    }

    pub fn pass(&mut self, millis: i64) -> Vec<Effect> {
        let now = self.model.now + SignedDuration::from_millis(millis);
        self.send(Msg::Tick(now))
    }

    pub fn measure(&mut self, pane: Pane, rows: usize, visible: usize) {
        let mut measures: Measures = self.model.measures.clone();
        measures.panes.retain(|measure| measure.pane != pane);
        let y = u16::try_from(measures.panes.len()).unwrap() * 20;
        measures.panes.push(PaneMeasure {
            pane,
            x: 0,
            y,
            width: 40,
            height: u16::try_from(visible).unwrap(),
            rows,
            visible,
        });
        self.send(Msg::Measured(measures));
    }

    pub fn attempt(&self) -> &Attempt {
        self.model.attempt().expect("an attempt is open")
    }

    pub fn edit(&mut self) -> &mut Attempt {
        self.model.attempt_mut().expect("an attempt is open")
    }

    pub fn stage(&self) -> Stage {
        self.attempt().stage
    }

    pub fn notice(&self) -> String {
        self.model
            .notice
            .as_ref()
            .map_or_else(String::new, |(notice, _)| format!("{} | {}", notice.what, notice.next))
    }

    pub fn equal(&self) -> &str {
        self.attempt().equal.as_ref().map_or("", |(command, _)| command)
    }
}

pub fn key(c: char) -> KeyEvent {
    let (code, modifiers) = match c {
        '\n' => (KeyCode::Enter, KeyModifiers::NONE),
        '\x1b' => (KeyCode::Esc, KeyModifiers::NONE),
        '\t' => (KeyCode::Tab, KeyModifiers::NONE),
        '\x08' => (KeyCode::Backspace, KeyModifiers::NONE),
        '\x03' => (KeyCode::Char('c'), KeyModifiers::CONTROL),
        c if c.is_uppercase() => (KeyCode::Char(c), KeyModifiers::SHIFT),
        c => (KeyCode::Char(c), KeyModifiers::NONE),
    };
    KeyEvent::new(code, modifiers)
}

pub fn uid(name: &str) -> Uid {
    Uid(name.to_owned())
}

/// A pod of replica set `web-rs`, made some seconds after the start.
pub fn pod(name: &str, created: i64) -> PodRow {
    let container = ContainerRow {
        name: "app".to_owned(),
        image: "shop:bad".to_owned(),
        pull_policy: "Always".to_owned(),
        ..ContainerRow::default()
    };
    PodRow {
        uid: uid(name),
        name: name.to_owned(),
        namespace: "lab-01".to_owned(),
        labels: [("app".to_owned(), "web".to_owned())].into(),
        status: "ContainerCreating".to_owned(),
        created: Some(at(created)),
        node: "node-1".to_owned(),
        containers: vec![container],
        owner: Some(("ReplicaSet".to_owned(), "web-rs".to_owned())),
        ..PodRow::default()
    }
}

pub fn crashing(name: &str) -> PodRow {
    let mut row = pod(name, 1);
    let sidecar = ContainerRow {
        name: "side".to_owned(),
        ready: true,
        ..ContainerRow::default()
    };
    row.containers[0].restarts = 2;
    row.containers[0].state = ContainerState::Waiting {
        reason: "CrashLoopBackOff".to_owned(),
        message: String::new(),
    };
    row.containers.insert(0, sidecar);
    row
}

pub fn object(kind: &str, name: &str, owner: Option<(&str, &str)>) -> ObjectRow {
    ObjectRow {
        uid: uid(name),
        kind: kind.to_owned(),
        namespace: "lab-01".to_owned(),
        name: name.to_owned(),
        owner: owner.map(|(kind, name)| (kind.to_owned(), name.to_owned())),
        ..ObjectRow::default()
    }
}

pub fn event(name: &str, about: &str, warning: bool, count: u32) -> EventRow {
    EventRow {
        uid: uid(name),
        about_uid: uid(about),
        warning,
        reason: "Failed".to_owned(),
        count,
        last: Some(at(i64::from(count))),
        ..EventRow::default()
    }
}

pub fn clue(about: &str, fault: Fault) -> Clue {
    Clue {
        about: ObjectRef {
            kind: "Pod".to_owned(),
            namespace: "lab-01".to_owned(),
            name: about.to_owned(),
        },
        uid: uid(about),
        source: Source::State,
        fault,
        text: "shop:bad: not found".to_owned(),
        decisive: Vec::new(),
        count: 1,
        last: None,
        explain: String::new(),
        pair: None,
        promised: false,
        image: None,
    }
}

pub const PULL: Fault = Fault::Pull(PullFault::NotFound);

/// The question that is asked.
pub fn top(lab: &Lab) -> Option<Question> {
    match lab.model.overlays.last() {
        Some(Overlay::Ask { question, .. }) => Some(*question),
        _ => None,
    }
}
