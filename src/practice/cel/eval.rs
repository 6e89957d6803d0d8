//! What an expression comes to. Every step is counted, so that none goes on without end.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};

use super::tree::{Call, Each, Expr, How, Node, Select};
use super::value::{Key, Val};
use super::{Program, function, operator};

/// Why there is no value, in the words of CEL's interpreter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed(pub String);

/// What an expression may cost.
const MOST: usize = 1_000_000;
/// What all expressions about one object may cost.
pub const ALL_TOGETHER: usize = 10_000_000;
/// How deep variables may ask for one another, in steps into expressions.
const DEEPEST: usize = 160;

impl Failed {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    #[must_use]
    pub fn no_overload() -> Self {
        Self::new("no such overload")
    }

    #[must_use]
    pub fn too_much() -> Self {
        Self::new("operation cancelled: actual cost limit exceeded")
    }
}

pub type Result<T> = std::result::Result<T, Failed>;

/// What names stand for.
#[derive(Debug)]
pub struct Scope<'a> {
    values: HashMap<&'static str, Val>,
    /// Programs that are asked for as fields of `variables`, each once.
    pub variables: HashMap<&'a str, &'a Program>,
    found: RefCell<HashMap<&'a str, Result<Val>>>,
    /// What all expressions together may still cost.
    left: Cell<usize>,
}

impl Default for Scope<'_> {
    fn default() -> Self {
        Self::costing(ALL_TOGETHER)
    }
}

impl<'a> Scope<'a> {
    /// A scope whose expressions may cost so much.
    #[must_use]
    pub fn costing(left: usize) -> Self {
        Self {
            values: HashMap::new(),
            variables: HashMap::new(),
            found: RefCell::default(),
            left: Cell::new(left),
        }
    }

    /// What its expressions may still cost.
    #[must_use]
    pub fn left(&self) -> usize {
        self.left.get()
    }

    pub fn set(&mut self, name: &'static str, value: Val) {
        self.values.insert(name, value);
    }

    /// What an expression comes to here.
    ///
    /// # Errors
    /// Why it comes to nothing.
    pub fn eval(&self, expr: &'a Expr) -> Result<Val> {
        let may = self.left.get().min(MOST);
        let mut run = Run {
            scope: self,
            names: Vec::new(),
            left: may,
            depth: 0,
        };
        let value = run.eval(expr);
        self.left.set(self.left.get() - (may - run.left));
        // What was too much leaves nothing over.
        if value.as_ref().is_err_and(|why| *why == Failed::too_much()) {
            self.left.set(self.left.get() - run.left);
        }
        value
    }
}

/// One evaluation.
pub struct Run<'r, 'a> {
    scope: &'r Scope<'a>,
    /// What macros gave names to, the latest last.
    names: Vec<(&'a str, Val)>,
    left: usize,
    depth: usize,
}

impl<'a> Run<'_, 'a> {
    /// Counts some steps.
    ///
    /// # Errors
    /// When there were too many.
    pub fn spend(&mut self, steps: usize) -> Result<()> {
        self.left = self.left.checked_sub(steps).ok_or_else(Failed::too_much)?;
        Ok(())
    }

    fn eval(&mut self, expr: &'a Expr) -> Result<Val> {
        self.spend(1)?;
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Failed::too_much());
        }
        let value = self.node(&expr.node);
        self.depth -= 1;
        value
    }

    fn node(&mut self, node: &'a Node) -> Result<Val> {
        match node {
            Node::Literal(value) => Ok(value.clone()),
            Node::Name(name) => self.name(name),
            Node::Select(select) => self.select(select),
            Node::Call(call) => self.call(call),
            Node::Every(parts) => self.joined(parts, false),
            Node::Any(parts) => self.joined(parts, true),
            Node::If(parts) => match self.eval(&parts[0])? {
                Val::Bool(true) => self.eval(&parts[1]),
                Val::Bool(false) => self.eval(&parts[2]),
                _ => Err(Failed::no_overload()),
            },
            Node::List(parts) => self.list(parts),
            Node::Map(parts) => self.map(parts),
            Node::Each(each) => self.each(each),
        }
    }

    fn name(&self, name: &str) -> Result<Val> {
        let local = self.names.iter().rev().find(|(known, _)| *known == name).map(|(_, value)| value);
        match local.or_else(|| self.scope.values.get(name)) {
            Some(value) => Ok(value.clone()),
            None => type_named(name).ok_or_else(|| Failed::new(format!("no such attribute(s): {name}"))),
        }
    }

    /// A program of the scope, evaluated when it is first asked for.
    fn variable(&mut self, name: &str) -> Result<Val> {
        let Some((name, program)) = self.scope.variables.get_key_value(name) else {
            return Err(Failed::new(format!("no such key: {name}")));
        };
        if let Some(found) = self.scope.found.borrow().get(name) {
            return found.clone();
        }
        let names = std::mem::take(&mut self.names);
        let value = self
            .eval(&program.root)
            .map_err(|Failed(why)| Failed(format!("composited variable {name:?} fails to evaluate: {why}")));
        self.names = names;
        self.scope.found.borrow_mut().insert(name, value.clone());
        value
    }

    fn select(&mut self, select: &'a Select) -> Result<Val> {
        if matches!(&select.of.node, Node::Name(name) if name == "variables") && !self.scope.variables.is_empty() {
            return match self.variable(&select.field) {
                found if select.has => Ok(Val::Bool(found.is_ok())),
                found => found,
            };
        }
        let of = self.eval(&select.of)?;
        let wanted = Val::from(select.field.as_str());
        if select.has {
            return Ok(Val::Bool(match of {
                Val::Optional(None) => false,
                Val::Optional(Some(nest)) => operator::found(&nest.held, &wanted).is_some(),
                of => operator::found(&of, &wanted).is_some(),
            }));
        }
        if select.optional {
            return operator::optional_index(&of, &wanted);
        }
        match of {
            Val::Optional(_) => operator::optional_index(&of, &wanted),
            of => operator::found(&of, &wanted).ok_or_else(|| Failed::new(format!("no such key: {}", select.field))),
        }
    }

    /// Whether all hold, or any: an error counts only where the others do not decide.
    fn joined(&mut self, parts: &'a [Expr], decides: bool) -> Result<Val> {
        let mut failed = None;
        for part in parts {
            match self.eval(part) {
                Ok(Val::Bool(is)) if is == decides => return Ok(Val::Bool(decides)),
                Ok(Val::Bool(_)) => {}
                Ok(_) => failed = failed.or_else(|| Some(Failed::no_overload())),
                Err(why) => failed = failed.or(Some(why)),
            }
        }
        failed.map_or(Ok(Val::Bool(!decides)), Err)
    }

    fn list(&mut self, parts: &'a [(Expr, bool)]) -> Result<Val> {
        let mut held = Vec::with_capacity(parts.len());
        for (part, optional) in parts {
            match (self.eval(part)?, optional) {
                (Val::Optional(inner), true) => held.extend(inner.map(|nest| nest.held.clone())),
                (value, _) => held.push(value),
            }
        }
        Val::list(held)
    }

    fn map(&mut self, parts: &'a [(Expr, Expr, bool)]) -> Result<Val> {
        let mut held = BTreeMap::new();
        for (key, value, optional) in parts {
            let key = self.eval(key)?;
            let key = key.key().ok_or_else(|| Failed::new("unsupported key type"))?;
            match (self.eval(value)?, optional) {
                (Val::Optional(inner), true) => held.extend(inner.map(|nest| (key, nest.held.clone()))),
                (value, _) => drop(held.insert(key, value)),
            }
        }
        Val::map(held)
    }

    fn call(&mut self, call: &'a Call) -> Result<Val> {
        let (on, name) = match call.on.as_deref() {
            // A function may have a name of several words.
            Some(Expr { node: Node::Name(space), .. }) if function::is_spaced(space, &call.name) => (None, Some(format!("{space}.{}", call.name))),
            on => (on, None),
        };
        let mut args = Vec::with_capacity(call.args.len() + 1);
        for part in on.into_iter().chain(&call.args) {
            let value = self.eval(part)?;
            // Of what is looked at as a whole every part counts.
            if !["_[_]", "_[?_]", "size"].contains(&call.name.as_str()) {
                self.spend(value.weight())?;
            }
            args.push(value);
        }
        let name = name.as_deref().unwrap_or(&call.name);
        let value = function::call(self, name, on.is_some(), &args)?;
        self.spend(value.weight())?;
        Ok(value)
    }

    fn each(&mut self, each: &'a Each) -> Result<Val> {
        let entries = entries(&self.eval(&each.of)?, each.names.len())?;
        let mut gathered = Gathered::default();
        for (first, second) in entries {
            let known = self.names.len();
            let values = [Some(first.clone()), second.clone()].into_iter().flatten();
            self.names.extend(each.names.iter().map(String::as_str).zip(values));
            let given = self.given(each);
            self.names.truncate(known);
            if gathered.take(each.how, given, first, second)? {
                break;
            }
        }
        gathered.value(self, each.how)
    }

    /// What one element gives; `None` where its test keeps it out.
    fn given(&mut self, each: &'a Each) -> Result<Option<Val>> {
        if let Some(test) = &each.test {
            match self.eval(test)? {
                Val::Bool(true) => {}
                Val::Bool(false) => return Ok(None),
                _ => return Err(Failed::no_overload()),
            }
        }
        self.eval(&each.give).map(Some)
    }
}

/// What a macro goes over: elements, or keys; with two names places or keys, and what is there.
fn entries(of: &Val, names: usize) -> Result<Vec<(Val, Option<Val>)>> {
    match of {
        Val::List(nest) | Val::Set(nest) if names == 1 => Ok(nest.held.iter().map(|element| (element.clone(), None)).collect()),
        Val::List(nest) | Val::Set(nest) => Ok((0..).map(Val::Int).zip(nest.held.iter().cloned().map(Some)).collect()),
        Val::Map(nest) => {
            let values = nest.held.iter();
            Ok(values.map(|(key, value)| (key.val(), (names > 1).then(|| value.clone()))).collect())
        }
        other => Err(Failed::new(format!("got '{}', expected iterable type", other.go()))),
    }
}

/// What a macro has found so far.
#[derive(Default)]
struct Gathered {
    count: usize,
    decided: bool,
    failed: Option<Failed>,
    list: Vec<Val>,
    map: BTreeMap<Key, Val>,
    /// What to sort by.
    order: Vec<Val>,
}

impl Gathered {
    /// Takes what one element gave; says whether that was enough.
    fn take(&mut self, how: How, given: Result<Option<Val>>, first: Val, second: Option<Val>) -> Result<bool> {
        let given = match given {
            // Whether all hold or any may be clear without the one that failed.
            Err(why) if matches!(how, How::All | How::Exists) && why != Failed::too_much() => {
                self.failed.get_or_insert(why);
                return Ok(false);
            }
            given => given?,
        };
        let Some(value) = given else { return Ok(false) };
        match (how, value) {
            (How::All, Val::Bool(is)) => self.decided = !is,
            (How::Exists, Val::Bool(is)) => self.decided = is,
            (How::ExistsOne, Val::Bool(is)) => self.count += usize::from(is),
            (How::Filter, Val::Bool(is)) => self.list.extend(is.then_some(first)),
            (How::All | How::Exists, _) => drop(self.failed.get_or_insert_with(Failed::no_overload)),
            (How::ExistsOne | How::Filter, _) => return Err(Failed::no_overload()),
            (How::Map, value) => self.list.push(value),
            (How::MapValues, value) => drop(first.key().map(|key| self.map.insert(key, value))),
            (How::SortBy, value) => {
                self.order.push(value);
                self.list.push(second.unwrap_or(first));
            }
        }
        Ok(self.decided)
    }

    fn value(self, run: &mut Run, how: How) -> Result<Val> {
        match how {
            How::All | How::Exists => match self.failed.filter(|_| !self.decided) {
                Some(why) => Err(why),
                None => Ok(Val::Bool(self.decided == (how == How::Exists))),
            },
            How::ExistsOne => Ok(Val::Bool(self.count == 1)),
            How::Filter | How::Map => Val::list(self.list),
            How::MapValues => Val::map(self.map),
            How::SortBy => operator::sorted(run, self.list, &self.order),
        }
    }
}

/// A type by its name, which is a value too.
fn type_named(name: &str) -> Option<Val> {
    const NAMES: [&str; 10] = ["bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type"];
    NAMES.iter().find(|known| **known == name).map(|known| Val::Type(known))
}
