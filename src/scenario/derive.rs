//! Fills in what an author did not say: sidecar before README before what the manifests tell.

use std::time::Duration;

use super::readme::Readme;
use super::sidecar::Sidecar;
use super::{Fold, Goal, Manifest, Part, Program, Scenario, SolutionMode, Want, images, kind, manifest, program};

/// How long a repair must hold at least.
const HOLD: Duration = Duration::from_secs(10);
const LONGEST_HOLD: Duration = Duration::from_secs(120);

/// The whole scenario from its three sources.
#[must_use]
pub fn complete(named: Scenario, readme: Readme, sidecar: Sidecar) -> Scenario {
    let mut scenario = named;
    scenario.number = scenario.number.or(readme.number);
    scenario.title = sidecar.title.or(readme.title).unwrap_or_else(|| title(&scenario.id));
    if let Some(id) = sidecar.id {
        scenario.id = id;
    }
    scenario.level = sidecar.level.or(readme.level).unwrap_or_default();
    scenario.minutes = sidecar.minutes.or(readme.minutes).unwrap_or(15);
    scenario.lesson = readme.lesson;
    (scenario.tags, scenario.requires, scenario.allow) = (sidecar.tags, sidecar.requires, sidecar.allow);
    (scenario.trigger, scenario.clues, scenario.cheats) = (sidecar.trigger, sidecar.clues, sidecar.cheats);
    (scenario.nodes, scenario.repairs) = (sidecar.nodes, sidecar.repairs);
    (scenario.solution_mode, scenario.lift_finalizers) = (sidecar.solution_mode, sidecar.lift_finalizers);
    scenario.expect_broken = sidecar.expect_broken.unwrap_or(readme.statuses);
    scenario.warnings = sidecar.warnings;
    add_hints(&mut scenario, sidecar.hints);
    warn(&mut scenario);
    scenario.goals = vec![Goal {
        what: Want::SeenBroken,
        hold: Duration::ZERO,
        why: String::new(),
        title: String::new(),
    }];
    let goals = sidecar.goals.unwrap_or_else(|| goals(&scenario));
    scenario.goals.extend(goals);
    scenario.goals.extend(own_programs(&scenario));
    (scenario.images, scenario.inferred) = images::complete(&scenario, sidecar.images);
    scenario
}

/// `image-pull-backoff` as a title.
fn title(id: &str) -> String {
    let words = id.replace(['-', '_'], " ");
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Puts the sidecar's hints behind the README's, in front of the solution.
fn add_hints(scenario: &mut Scenario, hints: Vec<(String, Option<Duration>)>) {
    let parts = &mut scenario.lesson.parts;
    let known = parts.iter().filter(|part| matches!(part, Part::Fold { kind: Fold::Hint(_), .. })).count();
    let solution = parts
        .iter()
        .position(|part| matches!(part, Part::Fold { kind: Fold::Solution, .. }))
        .unwrap_or(parts.len());
    for (at, (body, when)) in hints.into_iter().enumerate() {
        let number = known + at + 1;
        parts.insert(
            solution + at,
            Part::Fold {
                kind: Fold::Hint(number),
                summary: format!("Hint {number}"),
                body,
            },
        );
        if let Some(when) = when {
            scenario.hint_offers.insert(number, when);
        }
    }
}

fn warn(scenario: &mut Scenario) {
    let folder = &scenario.folder;
    if scenario.solution.is_empty() {
        scenario
            .warnings
            .push(format!("{folder}: there is no solution/; without one `s` has nothing to apply"));
    }
    let same = |a: &Manifest, b: &Manifest| a.object == b.object;
    let unchanged = scenario.solution.len() == scenario.broken.len() && scenario.solution.iter().zip(&scenario.broken).all(|(a, b)| same(a, b));
    if unchanged && !scenario.broken.is_empty() && scenario.solution_mode == SolutionMode::Apply && scenario.trigger.is_empty() {
        scenario
            .warnings
            .push(format!("{folder}: broken/ and solution/ are the same; the solution would change nothing"));
    }
    if scenario.lesson.parts.is_empty() {
        scenario.warnings.push(format!("{folder}: there is no README.md; write the lesson there"));
    }
}

/// Whether the promised fault is an image that cannot be pulled.
#[must_use]
pub fn expects_pull_failure(scenario: &Scenario) -> bool {
    scenario
        .expect_broken
        .iter()
        .any(|status| matches!(status.trim_start_matches("Init:"), "ErrImagePull" | "ImagePullBackOff"))
}

/// What the cluster should look like once solved: the newest of each object that solution/, broken/ or setup/ name.
pub fn wanted(scenario: &Scenario) -> Vec<&Manifest> {
    let sources: &[&Vec<Manifest>] = if scenario.solution_mode == SolutionMode::Delete {
        &[&scenario.broken, &scenario.setup]
    } else {
        &[&scenario.solution, &scenario.broken, &scenario.setup]
    };
    let mut wanted: Vec<&Manifest> = Vec::new();
    for manifest in sources.iter().flat_map(|source| source.iter()) {
        let named = |other: &&Manifest| (other.kind(), other.name()) == (manifest.kind(), manifest.name());
        let deleted = scenario.solution_mode == SolutionMode::Delete && scenario.solution.iter().any(|other| named(&other));
        if !deleted && !wanted.iter().any(named) {
            wanted.push(manifest);
        }
    }
    wanted
}

fn goals(scenario: &Scenario) -> Vec<Goal> {
    let wanted = wanted(scenario);
    let from_solution = scenario.solution.iter().any(|manifest| kind::is_workload(manifest.kind()));
    let asked = |manifest: &&&Manifest| !from_solution || manifest.file.starts_with("solution/");
    let hold = wanted
        .iter()
        .map(|manifest| probe_cycle(manifest))
        .max()
        .unwrap_or_default()
        .clamp(HOLD, LONGEST_HOLD);
    let goal = |what, hold| Goal {
        what,
        hold,
        why: String::new(),
        title: String::new(),
    };
    let mut goals = Vec::new();
    for manifest in wanted.iter().filter(asked) {
        let (kind, name) = (manifest.kind().to_owned(), manifest.name().to_owned());
        if kind::is_workload(&kind) {
            goals.push(goal(Want::Ready { kind, name }, hold));
        } else if let Some((condition, status)) = match kind.as_str() {
            "Job" => Some(("Complete", "True")),
            "PersistentVolumeClaim" => Some(("Bound", "True")),
            _ => None,
        } {
            goals.push(goal(
                Want::Condition {
                    kind,
                    name,
                    condition: condition.to_owned(),
                    status: status.to_owned(),
                },
                Duration::ZERO,
            ));
        }
    }
    goals.push(if expects_pull_failure(scenario) {
        goal(Want::Pulls, Duration::ZERO)
    } else {
        goal(Want::Quiet, hold)
    });
    for manifest in wanted
        .iter()
        .filter(|manifest| manifest.kind() == "Service" && manifest.object["spec"]["selector"].is_object())
    {
        goals.push(goal(
            Want::Endpoints {
                service: manifest.name().to_owned(),
                at_least: 1,
            },
            Duration::ZERO,
        ));
    }
    goals
}

/// That nothing else runs in the place of what is broken, which would be well and do nothing of use.
fn own_programs(scenario: &Scenario) -> Option<Goal> {
    let gone = |program: &Program| {
        scenario
            .goals
            .iter()
            .any(|goal| matches!(&goal.what, Want::Gone { name, .. } if *name == program.workload))
    };
    let programs: Vec<Program> = program::kept(scenario).into_iter().filter(|program| !gone(program)).collect();
    (!programs.is_empty()).then(|| Goal {
        what: Want::Runs { programs },
        hold: Duration::ZERO,
        why: "A program that was put in its place may run well, and does not do its work.".to_owned(),
        title: String::new(),
    })
}

/// How long the slowest liveness probe of an object may take to kill a container.
fn probe_cycle(manifest: &Manifest) -> Duration {
    let Some(spec) = manifest::pod_spec(&manifest.object) else {
        return Duration::ZERO;
    };
    let seconds = manifest::containers(spec)
        .map(|container| &container["livenessProbe"])
        .filter(|probe| probe.is_object())
        .map(|probe| {
            let number = |field: &str, default| probe[field].as_u64().unwrap_or(default);
            number("initialDelaySeconds", 0) + number("periodSeconds", 10) * number("failureThreshold", 3)
        });
    Duration::from_secs(seconds.max().unwrap_or(0))
}
