//! klab: a full-screen terminal lab for learning to fix Kubernetes.
pub mod cli;
pub mod cluster;
pub mod image;
pub mod lab;
pub mod practice;
pub mod progress;
pub mod scenario;
pub mod text;
