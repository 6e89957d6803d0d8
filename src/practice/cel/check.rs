//! Whether an expression can be evaluated at all: names are declared, fields defined, arguments of the right type.

use super::issue::Issue;
use super::time;
use super::tree::{Call, Each, Expr, How, Node, Select};
use super::types::{Bound, Type};
use super::value::Val;
use super::{function, signature};
use crate::practice::custom::schema::is_wrong;

/// Names of types, which are values too.
const TYPES: [&str; 10] = ["bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type"];

/// The type of an expression where some names are declared.
///
/// # Errors
/// All that is wrong with it.
pub fn check(expr: &Expr, names: &[(&str, Type)]) -> Result<Type, Vec<Issue>> {
    let mut checker = Checker {
        names: names.iter().map(|(name, of)| ((*name).to_owned(), of.clone())).collect(),
        issues: Vec::new(),
        literals: Vec::new(),
    };
    let found = checker.of(expr);
    // What literals say is looked at when all types are right.
    let issues = if checker.issues.is_empty() { checker.literals } else { checker.issues };
    if issues.is_empty() { Ok(found) } else { Err(issues) }
}

struct Checker {
    names: Vec<(String, Type)>,
    issues: Vec<Issue>,
    /// What is wrong with literals.
    literals: Vec<Issue>,
}

impl Checker {
    /// Something is wrong: what follows from it is not told.
    fn wrong(&mut self, at: usize, text: String) -> Type {
        self.issues.push(Issue::new(at, text));
        Type::Dyn
    }

    fn of(&mut self, expr: &Expr) -> Type {
        match &expr.node {
            Node::Literal(value) => literal(value),
            Node::Name(name) => match self.names.iter().rev().find(|(known, _)| known == name) {
                Some((_, of)) => of.clone(),
                None if TYPES.contains(&name.as_str()) => Type::Kind,
                None => self.undeclared(expr.at, name),
            },
            Node::Select(select) => self.select(expr.at, select),
            Node::Call(call) => self.call(expr.at, call),
            Node::Every(parts) => self.joined(expr.at, "_&&_", parts),
            Node::Any(parts) => self.joined(expr.at, "_||_", parts),
            Node::If(parts) => {
                let args: Vec<Type> = parts.iter().map(|part| self.of(part)).collect();
                self.gives(expr.at, "_?_:_", None, &args)
            }
            Node::List(parts) => {
                let mut held = Type::Dyn;
                for (part, optional) in parts {
                    let given = self.element(part, *optional);
                    held = self.alike(part.at, held, given);
                }
                Type::list(held)
            }
            Node::Map(parts) => {
                let (mut key, mut value) = (Type::Dyn, Type::Dyn);
                for (name, part, optional) in parts {
                    let given = self.of(name);
                    key = self.alike(name.at, key, given);
                    let given = self.element(part, *optional);
                    value = self.alike(part.at, value, given);
                }
                Type::Map(Box::new(key), Box::new(value))
            }
            Node::Each(each) => self.each(expr.at, each),
        }
    }

    fn undeclared(&mut self, at: usize, name: &str) -> Type {
        self.wrong(at, format!("undeclared reference to '{name}' (in container '')"))
    }

    fn element(&mut self, part: &Expr, optional: bool) -> Type {
        match self.of(part) {
            Type::Optional(of) if optional => *of,
            other => other,
        }
    }

    /// Elements of a literal have one type.
    fn alike(&mut self, at: usize, known: Type, given: Type) -> Type {
        if !known.takes(&given, &mut Bound::new()) {
            self.literals.push(Issue::new(at, format!("expected type '{known}' but found '{given}'")));
        }
        if known == Type::Dyn { given } else { known }
    }

    fn select(&mut self, at: usize, select: &Select) -> Type {
        let of = self.of(&select.of);
        let (of, optional) = match of {
            Type::Optional(of) => (*of, true),
            of => (of, select.optional),
        };
        let field = match &of {
            Type::Dyn => Type::Dyn,
            Type::Map(_, value) => (**value).clone(),
            Type::Object(object) => match object.fields.get(&select.field) {
                Some(field) => field.clone(),
                None => self.wrong(at, format!("undefined field '{}'", select.field)),
            },
            other => self.wrong(at, format!("type '{other}' does not support field selection")),
        };
        match field {
            _ if select.has => Type::Bool,
            Type::Optional(_) => field,
            field if optional => Type::optional(field),
            field => field,
        }
    }

    fn joined(&mut self, at: usize, name: &str, parts: &[Expr]) -> Type {
        for part in parts {
            let of = self.of(part);
            if !Type::Bool.takes(&of, &mut Bound::new()) {
                self.no_overload(at, name, None, &[Type::Bool, of]);
            }
        }
        Type::Bool
    }

    fn call(&mut self, at: usize, call: &Call) -> Type {
        let spaced = match call.on.as_deref().map(|on| &on.node) {
            Some(Node::Name(space)) => function::is_spaced(space, &call.name).then(|| format!("{space}.{}", call.name)),
            _ => None,
        };
        let on = call.on.as_deref().filter(|_| spaced.is_none()).map(|on| self.of(on));
        let known = self.literals.len();
        let args: Vec<Type> = call.args.iter().map(|arg| self.of(arg)).collect();
        if call.name == "format" {
            // What is put into a text may be of several types.
            self.literals.truncate(known);
        }
        let name = spaced.as_deref().unwrap_or(&call.name);
        self.argument(name, call);
        if !signature::is_known(name) {
            return self.undeclared(at, name);
        }
        self.gives(at, name, on.as_ref(), &args)
    }

    /// Texts of literals that have to mean something.
    fn argument(&mut self, name: &str, call: &Call) {
        let Some(arg) = call.args.last() else { return };
        let Node::Literal(Val::Text(text)) = &arg.node else { return };
        let is_wrong = match name {
            "matches" => is_wrong(text),
            "timestamp" => time::timestamp(text).is_none(),
            "duration" => time::duration(text).is_none(),
            _ => false,
        };
        if is_wrong {
            self.literals.push(Issue::new(arg.at, format!("invalid {name} argument")));
        }
    }

    fn gives(&mut self, at: usize, name: &str, on: Option<&Type>, args: &[Type]) -> Type {
        match signature::gives(name, on, args) {
            Some(found) => found,
            None => self.no_overload(at, name, on, args),
        }
    }

    fn no_overload(&mut self, at: usize, name: &str, on: Option<&Type>, args: &[Type]) -> Type {
        let args: Vec<String> = args.iter().map(ToString::to_string).collect();
        let on = on.map(|on| format!("{on}.")).unwrap_or_default();
        self.wrong(at, format!("found no matching overload for '{name}' applied to '{on}({})'", args.join(", ")))
    }

    fn each(&mut self, at: usize, each: &Each) -> Type {
        let of = self.of(&each.of);
        let two = each.names.len() > 1;
        let (first, second) = match &of {
            Type::List(element) if two => (Type::Int, (**element).clone()),
            Type::List(element) => ((**element).clone(), Type::Dyn),
            Type::Map(key, value) => ((**key).clone(), (**value).clone()),
            Type::Dyn => (Type::Dyn, Type::Dyn),
            other => {
                let why = format!("expression of type '{other}' cannot be range of a comprehension (must be list, map, or dynamic)");
                (self.wrong(each.of.at, why), Type::Dyn)
            }
        };
        let known = self.names.len();
        self.names.extend(each.names.iter().cloned().zip([first.clone(), second]));
        if let Some(test) = &each.test {
            let of = self.of(test);
            self.truth(at, "_?_:_", of);
        }
        let given = self.of(&each.give);
        self.names.truncate(known);
        match each.how {
            How::Map => Type::list(given),
            How::MapValues => Type::Map(Box::new(if matches!(of, Type::List(_)) { Type::Int } else { first }), Box::new(given)),
            How::SortBy => of,
            How::Filter => {
                self.truth(at, "_?_:_", given);
                Type::list(first)
            }
            How::All | How::Exists | How::ExistsOne => {
                self.truth(at, if each.how == How::All { "_&&_" } else { "_||_" }, given);
                Type::Bool
            }
        }
    }

    /// What a macro asks has to be true or not.
    fn truth(&mut self, at: usize, name: &str, given: Type) {
        if !Type::Bool.takes(&given, &mut Bound::new()) {
            self.no_overload(at, name, None, &[Type::Bool, given]);
        }
    }
}

fn literal(value: &Val) -> Type {
    match value {
        Val::Null => Type::Null,
        Val::Bool(_) => Type::Bool,
        Val::Int(_) => Type::Int,
        Val::Uint(_) => Type::Uint,
        Val::Double(_) => Type::Double,
        Val::Text(_) => Type::Text,
        Val::Bytes(_) => Type::Bytes,
        _ => Type::Dyn,
    }
}
