//! What a script of sed consists of.

use regex::bytes::Regex;

use super::substitution::Substitution;

#[derive(Debug)]
pub(super) enum Address {
    Number(usize),
    /// `first~step`.
    Step(usize, usize),
    Last,
    /// `//` is the pattern that was asked last.
    Matches(Option<Regex>),
    /// `addr,+N`, only as an end.
    After(usize),
}

#[derive(Debug)]
pub(super) enum Deed {
    /// `{`, with the place behind its `}`.
    Open(usize),
    Nothing,
    Branch(usize),
    /// When something was replaced since the line was read.
    BranchIf(usize),
    Substitute(Box<Substitution>),
    /// `y`: characters and what stands for them.
    Translate(Vec<(char, char)>),
    Append(Vec<u8>),
    Insert(Vec<u8>),
    Change(Vec<u8>),
    Read(String),
    Write(String),
    Print,
    PrintFirst,
    Delete,
    DeleteFirst,
    Quit,
    Number,
    Next,
    NextAppend,
    Hold,
    HoldAppend,
    Get,
    GetAppend,
    Exchange,
}

#[derive(Debug)]
pub(super) struct Command {
    pub from: Option<Address>,
    pub to: Option<Address>,
    pub not: bool,
    pub deed: Deed,
}

/// Why a script cannot be run, in busybox's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("missing command")]
    Missing,
    #[error("no address after comma")]
    Comma,
    #[error("unsupported command {0}")]
    Command(char),
    #[error("unmatched '{0}'")]
    Unmatched(char),
    #[error("unexpected '}}'")]
    Closed,
    #[error("unterminated {{")]
    Open,
    #[error("bad option in substitution expression")]
    Option,
    #[error("bad regex '{0}'")]
    Pattern(String),
    #[error("strings for 'y' command have different lengths")]
    Lengths,
    #[error("can't find label for jump to '{0}'")]
    Label(String),
    #[error("no previous regexp")]
    Previous,
    #[error("out of memory")]
    Memory,
}
