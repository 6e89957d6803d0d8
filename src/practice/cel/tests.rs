//! Expressions and what they come to.

use serde_json::json;

use super::*;

fn come_to(source: &str) -> String {
    let object = json!({"num": 3, "text": "Hello, World", "list": ["b", "a", "c"], "nums": [3, 1, 2], "map": {"k": 1, "l": 2}, "flag": true, "any": "5%"});
    let mut scope = Scope::default();
    scope.set("self", Val::of(&object).unwrap());
    match Program::parse(source) {
        Ok(program) => program.eval(&scope).map_or_else(|Failed(why)| why, |value| convert::shown(&value)),
        Err(why) => why,
    }
}

#[test]
fn expressions_come_to_what_they_do_in_kubernetes() {
    for line in include_str!("tests/values.txt").lines() {
        let (source, value) = line.split_once(" => ").unwrap();
        assert_eq!(come_to(source), value, "{source}");
    }
}

#[test]
fn what_cannot_be_read_is_told_as_cels_parser_tells_it() {
    let told = |source: &str| Program::parse(source).unwrap_err();
    let beginnings = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";
    assert_eq!(
        told("self.a =="),
        format!("ERROR: <input>:1:10: Syntax error: mismatched input '<EOF>' expecting {beginnings}\n | self.a ==\n | .........^")
    );
    assert_eq!(
        told("1 > && 2"),
        format!("ERROR: <input>:1:5: Syntax error: extraneous input '&&' expecting {beginnings}\n | 1 > && 2\n | ....^")
    );
    for (source, words) in [
        ("(1", "1:3: Syntax error: missing ')' at '<EOF>'"),
        ("1)", "1:2: Syntax error: extraneous input ')' expecting <EOF>"),
        ("a b \"x\"", "1:3: Syntax error: mismatched input 'b' expecting <EOF>"),
        ("a @ 1", "1:3: Syntax error: token recognition error at: '@'"),
        ("a = true", "1:3: Syntax error: token recognition error at: '= '"),
        ("a.", "1:3: Syntax error: no viable alternative at input '.'"),
        ("for == 1", "1:1: reserved identifier: for"),
        ("has(a)", "1:5: invalid argument to has() macro"),
        ("a.map(1, x)", "1:7: argument is not an identifier"),
        ("99999999999999999999", "1:1: invalid int literal"),
    ] {
        assert!(told(source).starts_with(&format!("ERROR: <input>:{words}\n")), "{}", told(source));
    }
}

#[test]
fn what_cannot_be_right_is_told_as_cels_checker_tells_it() {
    let spec = Type::object(
        "selfType",
        [
            ("a".to_owned(), Type::Text),
            ("list".to_owned(), Type::list(Type::Text)),
            ("map".to_owned(), Type::map(Type::Int)),
        ]
        .into(),
    );
    let names = [("self", spec)];
    let told = |source: &str| match Program::compile(source, &names) {
        Ok((_, of)) => of.to_string(),
        Err(why) => why
            .split('\n')
            .filter_map(|line| line.strip_prefix("ERROR: <input>:"))
            .collect::<Vec<_>>()
            .join("|"),
    };
    for (source, words) in [
        ("self.a == foo", "1:11: undeclared reference to 'foo' (in container '')"),
        ("self.nope == 1", "1:5: undefined field 'nope'"),
        ("self.a == 1", "1:8: found no matching overload for '_==_' applied to '(string, int)'"),
        ("nofunc(self.a)", "1:7: undeclared reference to 'nofunc' (in container '')"),
        (
            "self.list.all(x, x == 1)",
            "1:20: found no matching overload for '_==_' applied to '(string, int)'",
        ),
        (
            "self.map[1] == 2",
            "1:9: found no matching overload for '_[_]' applied to '(map(string, int), int)'",
        ),
        (
            "has(self.b) && has(foo.x)",
            "1:4: undefined field 'b'|1:20: undeclared reference to 'foo' (in container '')",
        ),
        ("true ? 1 : 'x'", "1:6: found no matching overload for '_?_:_' applied to '(bool, int, string)'"),
        ("self.a.matches('[')", "1:16: invalid matches argument"),
        ("self.list.map(x, size(x))", "list(int)"),
        ("self.?a.orValue('x')", "string"),
        ("self.list.filter(x, x in self.map).size() < 1.5", "bool"),
        ("[1, 'a']", "1:5: expected type 'int' but found 'string'"),
    ] {
        assert_eq!(told(source), words, "{source}");
    }
}

#[test]
fn nothing_is_so_deep_or_long_that_it_does_not_end() {
    let deep = format!("{}1{}", "(".repeat(10_000), ")".repeat(10_000));
    assert!(Program::parse(&deep).unwrap_err().contains("recursion limit"));
    let chain = format!("1{}", " + 1".repeat(10_000));
    assert!(Program::parse(&chain).unwrap_err().contains("recursion limit"));
    let many = format!("true{}", " && true".repeat(5_000));
    assert_eq!(come_to(&many), "true");
    let nested = format!("{}1{}", "[".repeat(79), "]".repeat(79));
    assert!(come_to(&nested).starts_with("[[["));
    let sum = format!("1{}", " + 1".repeat(100));
    assert_eq!(come_to(&sum), "101");
    let long = "lists.range(1000).all(x, lists.range(1000).all(y, lists.range(1000).all(z, x + y + z >= 0)))";
    assert_eq!(come_to(long), "operation cancelled: actual cost limit exceeded");
    let (many, much) = ("x".repeat(40_000), "y".repeat(40_000));
    assert_eq!(
        come_to(&format!("'{many}'.replace('', '{much}')")),
        "operation cancelled: actual cost limit exceeded"
    );
}

#[test]
fn variables_are_asked_for_when_they_are_needed() {
    let one = Program::parse("1 + 1").unwrap();
    let two = Program::parse("variables.one * 3").unwrap();
    let bad = Program::parse("self.nope").unwrap();
    let mut scope = Scope::default();
    scope.set("self", Val::of(&json!({})).unwrap());
    scope.variables = [("one", &one), ("two", &two), ("bad", &bad)].into();
    let asked = Program::parse("variables.two == 6 || variables.bad").unwrap();
    assert!(matches!(asked.eval(&scope), Ok(Val::Bool(true))));
    let chain: Vec<(String, Program)> = (1..500)
        .map(|index| (format!("v{index}"), Program::parse(&format!("variables.v{} + 1", index - 1)).unwrap()))
        .collect();
    let mut deep = Scope::default();
    deep.variables = chain.iter().map(|(name, program)| (name.as_str(), program)).collect();
    let asked_deep = Program::parse("variables.v499").unwrap();
    assert!(asked_deep.eval(&deep).unwrap_err().0.contains("cost limit"));
    let asked = Program::parse("variables.bad").unwrap();
    let Failed(why) = asked.eval(&scope).unwrap_err();
    assert_eq!(why, "composited variable \"bad\" fails to evaluate: no such key: nope");
}
