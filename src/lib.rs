//! klab: a full-screen terminal lab in which people learn to fix Kubernetes.
//!
//! # The map of the house
//!
//! | part | what it is | what it must not know |
//! |---|---|---|
//! | [`cli`] | the command line's types | everything else |
//! | [`app`] | the shell: terminal, loop, effects carried out, `klab run` | – |
//! | [`ui`] | the view: `render(&Model, …)`, pure | Kubernetes clients, tokio |
//! | [`lab`] | the model: `update(&mut Model, Msg) -> Vec<Effect>`, pure; the one key table | ratatui, kube, clocks |
//! | [`scenario`] | lessons: load, clue rules, goals | ui, practice, kube |
//! | [`cluster`] | the only code that speaks to Kubernetes | lab, ui, scenario, practice |
//! | [`cluster::snapshot`] | small rows that watched objects become at once | kube |
//! | [`practice`] | a Kubernetes in memory behind an axum router | lab, ui, scenario, cluster |
//! | [`image`] | how container images behave; shared by scenario and practice | – |
//! | [`progress`] | what the learner solved, on disk | – |
//! | [`text`], [`yaml`] | untrusted text made safe; manifests read and printed | – |
//!
//! Arrows point one way: `main → app → ui → lab → scenario → cluster::snapshot → text, yaml`; `app → cluster → kube`;
//! `app → practice`. `tests/layers.rs` reads the imports and fails on an arrow against these.
//!
//! # How a key becomes a picture
//!
//! `app::screen` turns a key into a [`lab::msg::Msg`], `lab::update` changes the model and returns effects, `app::hands`
//! carries them out on the attempt's cluster and sends the answers back as messages, and `ui::render` draws what is there.
//! The seam to Kubernetes is `kube::Client` itself: the practice cluster's router is its service, so the same code plays on both.
//!
//! # How to add …
//!
//! - a scenario: a folder under `scenarios/` with README.md, `broken/` and `solution/`;
//! - a key: a row in `lab::keymap`, which also feeds the footer and the help;
//! - a kind to the practice cluster: a row in `practice::kind`, and a controller is a file in `practice::controllers`.

pub mod app;
pub mod cli;
pub mod cluster;
pub mod image;
pub mod lab;
pub mod practice;
pub mod progress;
pub mod scenario;
pub mod text;
pub mod ui;
pub mod yaml;
