//! How an image that nobody has described behaves: what only solution/ gives its process is what the process needs.

use std::collections::{BTreeMap, BTreeSet};

use super::process::Process;
use crate::image::{Image, Step};

/// A behaviour, and what it was told from.
pub struct Inferred {
    pub image: Image,
    pub why: Vec<String>,
}

/// The behaviour of one repository's images: `broken` and `solved` are all processes before and after.
pub fn behaviour(name: &str, tags: Vec<String>, broken: &[Process], solved: &[Process]) -> Inferred {
    let here = |process: &&Process| process.image.familiar() == name;
    let mut why = vec![if tags.is_empty() {
        "no tag of it exists".to_owned()
    } else {
        format!("tags {} exist", tags.join(", "))
    }];
    // what broken/ declares may be the fault itself; it is asked only where the solution does not run the image
    let known = solved.iter().any(|process| here(&process));
    let telling: Vec<&Process> = if known { solved } else { broken }.iter().filter(here).collect();
    let changed: Vec<(&Process, &Process)> = solved
        .iter()
        .filter(here)
        .filter_map(|after| Some((broken.iter().find(|before| before.place == after.place)?, after)))
        .collect();
    let mut run = vec![Step::Log("starting".to_owned())];
    needs(&changed, &mut run, &mut why);
    run.extend(memory(&changed, &mut why));
    run.push(Step::Log("running".to_owned()));
    run.extend(end(&telling, &mut why));
    let ports = telling.iter().flat_map(|process| process.serves.keys().copied()).collect::<BTreeSet<_>>();
    if changed.iter().any(|(before, after)| before.user.is_none() && after.user.is_some()) {
        why.push("it runs as root unless told otherwise".to_owned());
    }
    let image = Image {
        tags,
        run: run.into(),
        ports: ports.into_iter().collect(),
        ..Image::default()
    };
    Inferred { image, why }
}

/// Variables, files and arguments that only the solution gives.
fn needs(changed: &[(&Process, &Process)], run: &mut Vec<Step>, why: &mut Vec<String>) {
    let added = |of: fn(&Process) -> BTreeSet<String>, says: fn(&str) -> String| -> BTreeMap<String, String> {
        let names = changed
            .iter()
            .flat_map(|(before, after)| of(after).difference(&of(before)).cloned().collect::<Vec<_>>());
        names.map(|name| (name.clone(), says(&name))).collect()
    };
    let variables = added(|process| process.env.clone(), |name| format!("fatal: {name} is not set"));
    let files = added(|process| process.files.clone(), |path| format!("fatal: open {path}: no such file or directory"));
    let arguments = added(
        |process| process.args.iter().cloned().collect(),
        |argument| format!("fatal: missing argument {argument}"),
    );
    for (what, needed) in [("variable", &variables), ("file", &files), ("argument", &arguments)] {
        if !needed.is_empty() {
            let names: Vec<&str> = needed.keys().map(String::as_str).collect();
            why.push(format!("it needs {what} {}", names.join(", ")));
        }
    }
    let steps = [Step::NeedEnv(variables), Step::NeedFile(files), Step::NeedArg(arguments)];
    run.extend(
        steps
            .into_iter()
            .filter(|step| !matches!(step, Step::NeedEnv(none) | Step::NeedFile(none) | Step::NeedArg(none) if none.is_empty())),
    );
}

/// A limit that the solution raised lies on both sides of what the process takes.
fn memory(changed: &[(&Process, &Process)], why: &mut Vec<String>) -> Option<Step> {
    let raised = changed.iter().find_map(|(before, after)| {
        let (low, high) = (before.memory?, after.memory.unwrap_or(before.memory? * 4.0));
        (high > low).then_some((low, high))
    });
    raised.map(|(low, high)| {
        let mib = ((low + high) / 2.0 / f64::from(1 << 20)).ceil();
        why.push(format!("it takes about {mib} MiB of memory"));
        Step::Use(format!("{mib}Mi"))
    })
}

/// What the process does once it is up.
fn end(telling: &[&Process], why: &mut Vec<String>) -> Option<Step> {
    let mut serves: BTreeMap<u16, BTreeSet<String>> = BTreeMap::new();
    for (port, paths) in telling.iter().flat_map(|process| &process.serves) {
        serves
            .entry(*port)
            .or_insert_with(|| BTreeSet::from(["/".to_owned()]))
            .extend(paths.iter().cloned());
    }
    if !serves.is_empty() {
        let ports: Vec<String> = serves
            .iter()
            .map(|(port, paths)| format!("{port} ({})", paths.iter().cloned().collect::<Vec<_>>().join(" ")))
            .collect();
        why.push(format!("it serves port {}", ports.join(", ")));
        return Some(Step::Serve(
            serves.into_iter().map(|(port, paths)| (port, paths.into_iter().collect())).collect(),
        ));
    }
    if !telling.is_empty() && telling.iter().all(|process| process.ends) {
        why.push("it does its work and ends".to_owned());
        return None;
    }
    Some(Step::Stay)
}
