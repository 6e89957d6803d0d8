//! What looks like a call and is looked at before anything is evaluated: `has`, `all`, `map` …

use super::issue::Issue;
use super::parse::call;
use super::tree::{Each, Expr, How, Node};

/// A function, or `has()`.
///
/// # Errors
/// What is wrong with a macro's arguments.
pub fn function(at: usize, name: String, mut args: Vec<Expr>) -> Result<Expr, Issue> {
    if name != "has" || args.len() != 1 {
        return call(at, None, name, args);
    }
    match args.pop().map(|arg| (arg.at, arg.node)) {
        Some((_, Node::Select(mut select))) if !select.optional => {
            select.has = true;
            Expr::new(at, Node::Select(select))
        }
        arg => Err(Issue::new(arg.map_or(at, |(at, _)| at), "invalid argument to has() macro")),
    }
}

/// The macro of a name and a number of arguments: what it does, how many names it gives, and whether it has a test.
fn known(name: &str, args: usize) -> Option<(How, usize, bool)> {
    Some(match (name, args) {
        ("all", 2 | 3) => (How::All, args - 1, false),
        ("exists", 2 | 3) => (How::Exists, args - 1, false),
        ("exists_one", 2) | ("existsOne", 2 | 3) => (How::ExistsOne, args - 1, false),
        ("filter", 2) => (How::Filter, 1, false),
        ("map", 2) => (How::Map, 1, false),
        ("map", 3) => (How::Map, 1, true),
        ("transformList", 3) => (How::Map, 2, false),
        ("transformList", 4) => (How::Map, 2, true),
        ("transformMap", 3) => (How::MapValues, 2, false),
        ("transformMap", 4) => (How::MapValues, 2, true),
        ("sortBy", 2) => (How::SortBy, 1, false),
        _ => return None,
    })
}

/// A method, or a macro over what it is called on.
///
/// # Errors
/// What is wrong with a macro's arguments.
pub fn method(at: usize, of: Expr, name: String, mut args: Vec<Expr>) -> Result<Expr, Issue> {
    let Some((how, count, tests)) = known(&name, args.len()) else {
        return call(at, Some(of), name, args);
    };
    let mut rest = args.split_off(count).into_iter();
    let mut names = Vec::new();
    for arg in args {
        match arg.node {
            Node::Name(name) => names.push(name),
            _ => return Err(Issue::new(arg.at, "argument is not an identifier")),
        }
    }
    let test = if tests { rest.next() } else { None };
    let Some(give) = rest.next() else {
        return Err(Issue::new(at, "argument is missing"));
    };
    Expr::new(at, Node::Each(Box::new(Each { of, how, names, test, give })))
}
