//! What the house as a whole must do; one binary, a file a subject.

mod bad_input;
mod by_hand;
mod folders;
mod ladder;
mod layers;
mod layouts;
mod pseudo_terminal;
mod real_cluster;
mod screens;
mod story;
mod terminal;
mod untrusted;
