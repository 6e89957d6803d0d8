//! What an expression is made of.

use super::issue::Issue;
use super::value::Val;

/// How deep expressions may be: less than the 250 of CEL's parser, so that no thread's stack is too small.
pub const DEEPEST: usize = 120;

/// A part of an expression, and where it stands.
#[derive(Debug)]
pub struct Expr {
    pub at: usize,
    pub node: Node,
    depth: usize,
}

#[derive(Debug)]
pub enum Node {
    Literal(Val),
    Name(String),
    Select(Box<Select>),
    Call(Call),
    /// Whether all hold, or any.
    Every(Vec<Expr>),
    Any(Vec<Expr>),
    /// Question, answer, other answer.
    If(Box<[Expr; 3]>),
    /// Elements; an optional one may be none.
    List(Vec<(Expr, bool)>),
    Map(Vec<(Expr, Expr, bool)>),
    Each(Box<Each>),
}

/// A field of something.
#[derive(Debug)]
pub struct Select {
    pub of: Expr,
    pub field: String,
    /// `.?`: none instead of an error.
    pub optional: bool,
    /// `has()`: only whether it is there.
    pub has: bool,
}

/// A function, a method, or an operator under CEL's name for it, such as `_+_`.
#[derive(Debug)]
pub struct Call {
    pub on: Option<Box<Expr>>,
    pub name: String,
    pub args: Vec<Expr>,
}

/// What a macro does with every element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
    /// To a map with the same keys.
    MapValues,
    SortBy,
}

#[derive(Debug)]
pub struct Each {
    pub of: Expr,
    pub how: How,
    /// The element, or key and value.
    pub names: Vec<String>,
    /// What keeps elements out.
    pub test: Option<Expr>,
    pub give: Expr,
}

impl Expr {
    /// A part made of smaller ones.
    ///
    /// # Errors
    /// When it is too deep.
    pub fn new(at: usize, node: Node) -> Result<Self, Issue> {
        let mut depth = 0;
        node.parts(&mut |part| depth = depth.max(part.depth));
        if depth >= DEEPEST {
            return Err(Issue::new(at, format!("expression recursion limit exceeded: {DEEPEST}")));
        }
        Ok(Self { at, node, depth: depth + 1 })
    }

    /// Whether a name stands anywhere in it.
    #[must_use]
    pub fn names(&self, wanted: &str) -> bool {
        let mut found = matches!(&self.node, Node::Name(name) if name == wanted);
        self.node.parts(&mut |part| found = found || part.names(wanted));
        found
    }
}

impl Node {
    fn parts<'a>(&'a self, show: &mut dyn FnMut(&'a Expr)) {
        match self {
            Self::Literal(_) | Self::Name(_) => {}
            Self::Select(select) => show(&select.of),
            Self::Call(call) => call.on.as_deref().into_iter().chain(&call.args).for_each(show),
            Self::Every(parts) | Self::Any(parts) => parts.iter().for_each(show),
            Self::If(parts) => parts.iter().for_each(show),
            Self::List(parts) => parts.iter().for_each(|(part, _)| show(part)),
            Self::Map(parts) => parts.iter().for_each(|(key, value, _)| {
                show(key);
                show(value);
            }),
            Self::Each(each) => [Some(&each.of), each.test.as_ref(), Some(&each.give)].into_iter().flatten().for_each(show),
        }
    }
}
