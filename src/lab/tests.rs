//! Message sequences and what they lead to, a file a screen.

mod answering;
mod any;
mod asking;
mod bench;
mod clock;
mod comparing;
mod ends;
mod faults;
mod keys;
mod laying;
mod leaving;
mod looking;
mod mapping;
mod news;
mod ordering;
mod pages;
mod picking;
mod repairing;
mod saving;
mod seeing;
mod shell;
mod story;
mod waking;
