//! What an awk program is made into: steps for a machine with a stack.

use std::sync::Arc;

use regex::Regex;

use super::value::Value;

/// A variable: one of all, or of a function's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    Global(usize),
    Local(usize),
}

/// What may be assigned to. A field's number and an element's key are taken from the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Field,
    Variable(Name),
    Element(Name),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
    Join,
    Less,
    LessOrEqual,
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Matches,
    MatchesNot,
}

/// Where `print` goes, its name on the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum To {
    Stdout,
    File,
    Append,
    Command,
}

/// Where `getline` reads, its name on the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    Operands,
    File,
    Command,
}

/// One step. Jumps name a place of the same block.
#[derive(Debug, Clone)]
pub(super) enum Op {
    Push(Value),
    /// Whether the record matches.
    Record(Regex),
    Load(Place),
    /// Leaves the value on the stack.
    Store(Place),
    /// Assigns what an operator makes of the old value and the one on the stack.
    Update(Place, Binary),
    /// `++` and `--`: by how much, and whether the old value is what stays.
    Step(Place, f64, bool),
    /// A variable as an argument: an array goes as it is.
    Argument(Name),
    Binary(Binary),
    Negate,
    Plus,
    Not,
    Truth,
    Drop,
    Jump(usize),
    JumpIf(bool, usize),
    /// A key of several values.
    Key(usize),
    Contains(Name),
    Delete(Name),
    Clear(Name),
    Size(Name),
    /// Goes over the keys that an array has now.
    Walk(Name),
    /// The next key, or on from there.
    Walked(usize),
    WalkEnd,
    Call(usize, usize),
    Return,
    Builtin(&'static str, usize),
    Split(Name, bool),
    /// `sub` and `gsub`: of what, and whether all.
    Substitute(Option<Place>, bool),
    Getline(From, Option<Place>),
    Print(usize, To),
    Printf(usize, To),
    /// Whether a range of records is open.
    JumpInside(usize, usize),
    SetInside(usize, bool),
    Next,
    NextFile,
    Exit(bool),
}

impl Op {
    /// The step as it is when it stands so many places later, with all it jumps to.
    pub(super) fn shifted(self, by: usize) -> Self {
        match self {
            Self::Jump(to) => Self::Jump(to + by),
            Self::JumpIf(when, to) => Self::JumpIf(when, to + by),
            other => other,
        }
    }
}

/// Steps with the lines of the program that they come from.
pub(super) type Block = Vec<(Op, u32)>;

/// A program: its first blocks are BEGIN, the rules and END; the others are functions.
#[derive(Debug, Default)]
pub(super) struct Program {
    pub blocks: Vec<Block>,
    /// How many parameters each function has.
    pub parameters: Vec<usize>,
    /// Variables by their number.
    pub names: Vec<String>,
    pub ranges: usize,
}

pub(super) const BEGIN: usize = 0;
pub(super) const RULES: usize = 1;
pub(super) const END: usize = 2;
pub(super) const FUNCTIONS: usize = 3;

/// Variables that mean something, in the order of their numbers.
pub(super) const SPECIAL: &[&str] = &[
    "NF", "NR", "FNR", "FS", "OFS", "ORS", "RS", "FILENAME", "SUBSEP", "ENVIRON", "RSTART", "RLENGTH", "CONVFMT", "OFMT", "ARGC", "ARGV",
];

pub(super) mod special {
    pub const NF: usize = 0;
    pub const NR: usize = 1;
    pub const FNR: usize = 2;
    pub const FS: usize = 3;
    pub const OFS: usize = 4;
    pub const ORS: usize = 5;
    pub const RS: usize = 6;
    pub const FILENAME: usize = 7;
    pub const SUBSEP: usize = 8;
    pub const ENVIRON: usize = 9;
    pub const RSTART: usize = 10;
    pub const RLENGTH: usize = 11;
    pub const CONVFMT: usize = 12;
    pub const OFMT: usize = 13;
    pub const ARGC: usize = 14;
    pub const ARGV: usize = 15;
}

pub(super) fn text(text: &str) -> Value {
    Value::Text(Arc::from(text))
}
