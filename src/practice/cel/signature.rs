//! The functions there are: name, what they are called on, arguments, result.

use super::types::{Bound, Type};

/// A row of the table; empty where a function is called on nothing.
type Row = (&'static str, &'static str, &'static str, &'static str);

const ROWS: &[Row] = &[
    ("_==_", "", "A A", "bool"),
    ("_!=_", "", "A A", "bool"),
    ("_&&_", "", "bool bool", "bool"),
    ("_||_", "", "bool bool", "bool"),
    ("_?_:_", "", "bool A A", "A"),
    ("!_", "", "bool", "bool"),
    ("-_", "", "int", "int"),
    ("-_", "", "double", "double"),
    ("-_", "", "duration", "duration"),
    ("_+_", "", "int int", "int"),
    ("_+_", "", "uint uint", "uint"),
    ("_+_", "", "double double", "double"),
    ("_+_", "", "string string", "string"),
    ("_+_", "", "bytes bytes", "bytes"),
    ("_+_", "", "list(A) list(A)", "list(A)"),
    ("_+_", "", "timestamp duration", "timestamp"),
    ("_+_", "", "duration timestamp", "timestamp"),
    ("_+_", "", "duration duration", "duration"),
    ("_-_", "", "int int", "int"),
    ("_-_", "", "uint uint", "uint"),
    ("_-_", "", "double double", "double"),
    ("_-_", "", "timestamp duration", "timestamp"),
    ("_-_", "", "timestamp timestamp", "duration"),
    ("_-_", "", "duration duration", "duration"),
    ("_*_", "", "int int", "int"),
    ("_*_", "", "uint uint", "uint"),
    ("_*_", "", "double double", "double"),
    ("_/_", "", "int int", "int"),
    ("_/_", "", "uint uint", "uint"),
    ("_/_", "", "double double", "double"),
    ("_%_", "", "int int", "int"),
    ("_%_", "", "uint uint", "uint"),
    ("@in", "", "A list(A)", "bool"),
    ("@in", "", "A map(A,B)", "bool"),
    ("_[_]", "", "list(A) int", "A"),
    ("_[_]", "", "map(A,B) A", "B"),
    ("_[_]", "", "optional(list(A)) int", "optional(A)"),
    ("_[_]", "", "optional(map(A,B)) A", "optional(B)"),
    ("_[?_]", "", "list(A) int", "optional(A)"),
    ("_[?_]", "", "map(A,B) A", "optional(B)"),
    ("_[?_]", "", "optional(list(A)) int", "optional(A)"),
    ("_[?_]", "", "optional(map(A,B)) A", "optional(B)"),
    ("size", "", "string", "int"),
    ("size", "", "bytes", "int"),
    ("size", "", "list(A)", "int"),
    ("size", "", "map(A,B)", "int"),
    ("size", "string", "", "int"),
    ("size", "bytes", "", "int"),
    ("size", "list(A)", "", "int"),
    ("size", "map(A,B)", "", "int"),
    ("dyn", "", "A", "dyn"),
    ("type", "", "A", "type"),
    ("int", "", "number", "int"),
    ("int", "", "string", "int"),
    ("int", "", "timestamp", "int"),
    ("int", "", "duration", "int"),
    ("uint", "", "number", "uint"),
    ("uint", "", "string", "uint"),
    ("double", "", "number", "double"),
    ("double", "", "string", "double"),
    ("bool", "", "bool", "bool"),
    ("bool", "", "string", "bool"),
    ("string", "", "string", "string"),
    ("string", "", "bool", "string"),
    ("string", "", "bytes", "string"),
    ("string", "", "number", "string"),
    ("string", "", "timestamp", "string"),
    ("string", "", "duration", "string"),
    ("bytes", "", "bytes", "bytes"),
    ("bytes", "", "string", "bytes"),
    ("timestamp", "", "string", "timestamp"),
    ("timestamp", "", "int", "timestamp"),
    ("timestamp", "", "timestamp", "timestamp"),
    ("duration", "", "string", "duration"),
    ("duration", "", "int", "duration"),
    ("duration", "", "duration", "duration"),
    ("matches", "", "string string", "bool"),
    ("matches", "string", "string", "bool"),
    ("startsWith", "string", "string", "bool"),
    ("endsWith", "string", "string", "bool"),
    ("contains", "string", "string", "bool"),
    ("charAt", "string", "int", "string"),
    ("indexOf", "string", "string", "int"),
    ("indexOf", "string", "string int", "int"),
    ("lastIndexOf", "string", "string", "int"),
    ("lastIndexOf", "string", "string int", "int"),
    ("substring", "string", "int", "string"),
    ("substring", "string", "int int", "string"),
    ("lowerAscii", "string", "", "string"),
    ("upperAscii", "string", "", "string"),
    ("trim", "string", "", "string"),
    ("replace", "string", "string string", "string"),
    ("replace", "string", "string string int", "string"),
    ("split", "string", "string", "list(string)"),
    ("split", "string", "string int", "list(string)"),
    ("join", "list(string)", "", "string"),
    ("join", "list(string)", "string", "string"),
    ("format", "string", "list(dyn)", "string"),
    ("find", "string", "string", "string"),
    ("findAll", "string", "string", "list(string)"),
    ("findAll", "string", "string int", "list(string)"),
    ("isSorted", "list(A)", "", "bool"),
    ("sum", "list(A)", "", "A"),
    ("min", "list(A)", "", "A"),
    ("max", "list(A)", "", "A"),
    ("indexOf", "list(A)", "A", "int"),
    ("lastIndexOf", "list(A)", "A", "int"),
    ("distinct", "list(A)", "", "list(A)"),
    ("reverse", "list(A)", "", "list(A)"),
    ("sort", "list(A)", "", "list(A)"),
    ("slice", "list(A)", "int int", "list(A)"),
    ("flatten", "list(list(A))", "", "list(A)"),
    ("flatten", "list(dyn)", "int", "list(dyn)"),
    ("first", "list(A)", "", "optional(A)"),
    ("last", "list(A)", "", "optional(A)"),
    ("lists.range", "", "int", "list(int)"),
    ("sets.contains", "", "list(A) list(A)", "bool"),
    ("sets.equivalent", "", "list(A) list(A)", "bool"),
    ("sets.intersects", "", "list(A) list(A)", "bool"),
    ("optional.none", "", "", "optional(A)"),
    ("optional.of", "", "A", "optional(A)"),
    ("optional.ofNonZeroValue", "", "A", "optional(A)"),
    ("hasValue", "optional(A)", "", "bool"),
    ("value", "optional(A)", "", "A"),
    ("orValue", "optional(A)", "A", "A"),
    ("or", "optional(A)", "optional(A)", "optional(A)"),
    ("quantity", "", "string", "quantity"),
    ("isQuantity", "", "string", "bool"),
    ("sign", "quantity", "", "int"),
    ("isInteger", "quantity", "", "bool"),
    ("asInteger", "quantity", "", "int"),
    ("asApproximateFloat", "quantity", "", "double"),
    ("isGreaterThan", "quantity", "quantity", "bool"),
    ("isLessThan", "quantity", "quantity", "bool"),
    ("compareTo", "quantity", "quantity", "int"),
    ("add", "quantity", "quantity", "quantity"),
    ("add", "quantity", "int", "quantity"),
    ("sub", "quantity", "quantity", "quantity"),
    ("sub", "quantity", "int", "quantity"),
];
/// What has an order.
const ORDERED: [&str; 6] = ["number", "bool", "string", "bytes", "timestamp", "duration"];
/// What is asked of instants, with a time zone or without; the last four of durations too.
const PARTS: [&str; 10] = [
    "getFullYear",
    "getMonth",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getHours",
    "getMinutes",
    "getSeconds",
    "getMilliseconds",
];

/// A way to call a function.
struct Way {
    on: Option<Type>,
    args: Vec<Type>,
    gives: Type,
}

/// The ways to call what has a name.
fn ways(name: &str) -> Vec<Way> {
    let way = |on: &str, args: &str, gives: &str| Way {
        on: (!on.is_empty()).then(|| Type::read(on)),
        args: args.split_whitespace().map(Type::read).collect(),
        gives: Type::read(gives),
    };
    if ["_<_", "_<=_", "_>_", "_>=_"].contains(&name) {
        return ORDERED.iter().map(|of| way("", &format!("{of} {of}"), "bool")).collect();
    }
    if let Some(place) = PARTS.iter().position(|part| *part == name) {
        let mut all = vec![way("timestamp", "", "int"), way("timestamp", "string", "int")];
        all.extend((place >= 6).then(|| way("duration", "", "int")));
        return all;
    }
    let rows = ROWS.iter().filter(|(known, ..)| *known == name);
    rows.map(|(_, on, args, gives)| way(on, args, gives)).collect()
}

/// Whether there is a function of a name.
#[must_use]
pub fn is_known(name: &str) -> bool {
    !ways(name).is_empty()
}

/// What a call gives; `None` where no way of calling takes these arguments.
#[must_use]
pub fn gives(name: &str, on: Option<&Type>, args: &[Type]) -> Option<Type> {
    let fits = |way: &Way| {
        let mut bound = Bound::new();
        let takes = match (&way.on, on) {
            (None, None) => true,
            (Some(wanted), Some(given)) => wanted.takes(given, &mut bound),
            _ => false,
        };
        let all = takes && way.args.len() == args.len() && way.args.iter().zip(args).all(|(wanted, given)| wanted.takes(given, &mut bound));
        all.then(|| way.gives.with(&bound))
    };
    let mut found: Option<Type> = None;
    for given in ways(name).iter().filter_map(fits) {
        match &found {
            // Of several that fit nothing is known for sure.
            Some(known) if *known != given => return Some(Type::Dyn),
            _ => found = Some(given),
        }
    }
    found
}
