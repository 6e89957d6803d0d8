//! The shell round the model: terminal, loop, clusters. The only part that sees both clusters.

mod author;
mod background;
#[cfg(test)]
mod by_hand;
pub mod check;
mod compare;
pub mod config;
pub mod drill;
mod edit;
mod hands;
mod layouts;
mod links;
pub mod new;
mod orders;
pub mod pack;
mod pages;
pub mod papers;
mod player;
pub mod proof;
mod questions;
pub mod report;
mod screen;
pub mod serve;
mod session;
mod settings;
mod shell;
mod side_by_side;
mod signals;
pub mod terminal;
mod unpack;

pub use player::Player;
pub use screen::play;
pub use settings::{Settings, StartError};
