//! What the expressions of a policy come to for one write.

use serde_json::Value;

use crate::practice::cel::{Failed, Program, Scope, Val};
use crate::practice::field::{items, text};

const TOO_DEAR: &str = "validation failed due to running out of cost budget, no further validation rules will be run";
/// The longest message that an expression may give.
const LONGEST: usize = 5 * 1024;

/// That a policy is broken: what is said of it, and what kind of error it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub message: String,
    pub reason: String,
    /// It denies, whatever the binding would have done.
    pub anyway: bool,
}

/// What becomes of a failure: it counts only where the policy does not ignore failures.
pub fn failing(spec: &Value, message: String) -> Option<Verdict> {
    let reason = String::new();
    (spec["failurePolicy"] != "Ignore").then_some(Verdict {
        message,
        reason,
        anyway: false,
    })
}

/// An expression read; what cannot be read was refused when it was written.
fn read(written: &Value) -> Option<Program> {
    Program::parse(text(written)).ok()
}

/// What names stand for.
pub type Seen = [(&'static str, Val)];

/// All that is broken, in the policy's order; match conditions do not see the namespace.
pub fn of(spec: &Value, seen: &Seen, namespace: Val) -> Vec<Verdict> {
    let variables: Vec<(&str, Program)> = items(&spec["variables"])
        .iter()
        .filter_map(|variable| Some((text(&variable["name"]), read(&variable["expression"])?)))
        .collect();
    match matched(spec, seen, &variables) {
        Ok(true) => {}
        Ok(false) => return Vec::new(),
        Err(why) => return failing(spec, why).into_iter().collect(),
    }
    let programs: Vec<(&Value, Option<Program>, Option<Program>)> = items(&spec["validations"])
        .iter()
        .map(|validation| (validation, read(&validation["expression"]), message(validation)))
        .collect();
    let annotations: Vec<(&Value, Option<Program>)> = items(&spec["auditAnnotations"])
        .iter()
        .map(|annotation| (annotation, read(&annotation["valueExpression"])))
        .collect();
    let mut scope = scope(seen, &variables);
    scope.set("namespaceObject", namespace);
    let mut verdicts = Vec::new();
    for (validation, program, message) in &programs {
        match program.as_ref().map(|program| program.eval(&scope)) {
            None | Some(Ok(Val::Bool(true))) => {}
            Some(Ok(_)) => verdicts.push(Verdict {
                message: told(validation, message.as_ref(), &scope),
                reason: text(&validation["reason"]).to_owned(),
                anyway: false,
            }),
            // One that costs too much is all that is told of.
            Some(Err(why)) if why == Failed::too_much() => return failing(spec, TOO_DEAR.to_owned()).into_iter().collect(),
            Some(Err(Failed(why))) => verdicts.extend(failing(spec, failed(&validation["expression"], &why))),
        }
    }
    for (annotation, program) in &annotations {
        if let Some(Err(Failed(why))) = program.as_ref().map(|program| program.eval(&scope)) {
            let verdict = failing(spec, failed(&annotation["valueExpression"], &why));
            verdicts.extend(verdict.map(|verdict| Verdict { anyway: true, ..verdict }));
        }
    }
    verdicts
}

fn scope<'a>(seen: &Seen, variables: &'a [(&'a str, Program)]) -> Scope<'a> {
    let mut scope = Scope::default();
    seen.iter().for_each(|(name, value)| scope.set(name, value.clone()));
    scope.variables = variables.iter().map(|(name, program)| (*name, program)).collect();
    scope
}

fn failed(expression: &Value, why: &str) -> String {
    format!("expression '{}' resulted in error: {why}", text(expression))
}

/// Whether all match conditions hold; one that does not counts more than one that fails.
fn matched(spec: &Value, seen: &Seen, variables: &[(&str, Program)]) -> Result<bool, String> {
    let conditions: Vec<(&Value, Option<Program>)> = items(&spec["matchConditions"])
        .iter()
        .map(|condition| (&condition["expression"], read(&condition["expression"])))
        .collect();
    let scope = scope(seen, variables);
    let mut failures = Vec::new();
    for (expression, program) in &conditions {
        match program.as_ref().map(|program| program.eval(&scope)) {
            Some(Ok(Val::Bool(false))) => return Ok(false),
            Some(Err(Failed(why))) => failures.push(failed(expression, &why)),
            _ => {}
        }
    }
    match failures.as_slice() {
        [] => Ok(true),
        // What may fail without harm does not match.
        _ if spec["failurePolicy"] == "Ignore" => Ok(false),
        [only] => Err(only.clone()),
        all => Err(format!("[{}]", all.join(", "))),
    }
}

fn message(validation: &Value) -> Option<Program> {
    let written = &validation["messageExpression"];
    if text(written).is_empty() { None } else { read(written) }
}

/// What is said of a validation that does not hold.
fn told<'a>(validation: &Value, message: Option<&'a Program>, scope: &Scope<'a>) -> String {
    let given = match message.map(|program| program.eval(scope)) {
        Some(Ok(Val::Text(given))) => given.trim().to_owned(),
        _ => String::new(),
    };
    if !given.is_empty() && given.len() <= LONGEST && !given.contains('\n') {
        return given;
    }
    match text(&validation["message"]).trim() {
        "" => format!("failed expression: {}", text(&validation["expression"]).trim()),
        said => said.to_owned(),
    }
}
