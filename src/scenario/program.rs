//! What the lesson's workloads run: a repair leaves it alone, however it is done, unless solution/ changes it as well.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::reference::ImageReference;
use super::{Manifest, Scenario, SolutionMode, manifest};

/// One container's program: of which image, under whatever tag and from whichever registry, and which command of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    pub kind: String,
    pub workload: String,
    /// The image's repository, without what stands before it.
    pub image: String,
    /// The first word of the command; None for the image's own.
    pub command: Option<String>,
}

/// The programs that broken/ and solution/ agree upon.
#[must_use]
pub fn kept(scenario: &Scenario) -> Vec<Program> {
    if scenario.solution_mode == SolutionMode::Delete {
        return Vec::new();
    }
    scenario.broken.iter().flat_map(|broken| agreed(broken, scenario)).collect()
}

fn agreed(broken: &Manifest, scenario: &Scenario) -> Vec<Program> {
    let same = |other: &&Manifest| (other.kind(), other.name()) == (broken.kind(), broken.name());
    let solved = scenario.solution.iter().rev().find(same).unwrap_or(broken);
    let (before, after) = (of(&broken.object), of(&solved.object));
    before.into_iter().filter(|program| after.contains(program)).collect()
}

/// What the containers of a workload run, init containers among them.
fn of(object: &Value) -> Vec<Program> {
    let text = |field: &Value| field.as_str().unwrap_or_default().to_owned();
    let program = |container: &Value| Program {
        kind: text(&object["kind"]),
        workload: text(&object["metadata"]["name"]),
        image: ImageReference::parse(container["image"].as_str().unwrap_or_default()).repository,
        command: command(container),
    };
    manifest::pod_spec(object).map_or_else(Vec::new, |spec| manifest::containers(spec).map(program).collect())
}

/// An argument that is an option is for the image's own program.
fn command(container: &Value) -> Option<String> {
    let first = |list: &str| container[list][0].as_str().map(str::to_owned);
    first("command").or_else(|| first("args").filter(|word| !word.starts_with('-')))
}

impl Program {
    /// Whether the workload as it is now runs it; if not, what it runs.
    ///
    /// # Errors
    /// What runs instead.
    pub fn runs_in(&self, live: &Value) -> Result<(), String> {
        let now = of(live);
        let same = |other: &Program| (&other.image, &other.command) == (&self.image, &self.command);
        if now.iter().any(same) {
            return Ok(());
        }
        let instead = now.iter().find(|other| other.image == self.image).or(now.first());
        let instead = instead.map_or_else(|| "nothing".to_owned(), Self::said);
        Err(format!("{} runs {instead} instead of {}", self.workload, self.said()))
    }

    fn said(&self) -> String {
        match &self.command {
            Some(command) => format!("{command} of {}", self.image),
            None => self.image.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn deployment(container: Value) -> Manifest {
        Manifest {
            object: json!({"kind": "Deployment", "metadata": {"name": "web"}, "spec": {"template": {"spec": {"containers": [container]}}}}),
            ..Manifest::default()
        }
    }

    fn kept_of(broken: Value, solution: Value) -> Vec<Program> {
        let (broken, solution) = (vec![deployment(broken)], vec![deployment(solution)]);
        kept(&Scenario {
            broken,
            solution,
            ..Scenario::default()
        })
    }

    #[test]
    fn another_tag_registry_or_option_is_the_same_program() {
        let kept = kept_of(json!({"image": "rose/shop:1"}), json!({"image": "rose/shop:2", "args": ["--verbose"]}));
        let live = |container| kept[0].runs_in(&deployment(container).object);
        assert_eq!(live(json!({"image": "mirror.example/rose/shop@sha256:1"})), Ok(()));
        assert_eq!(live(json!({"image": "nginx"})).unwrap_err(), "web runs nginx instead of shop");
        let sleeps = live(json!({"image": "rose/shop:1", "args": ["sleep", "1d"]}));
        assert_eq!(sleeps.unwrap_err(), "web runs sleep of shop instead of shop");
    }

    #[test]
    fn what_the_solution_changes_is_free() {
        assert_eq!(kept_of(json!({"image": "ngnix"}), json!({"image": "nginx"})), []);
        let script = |text: &str| json!({"image": "busybox", "command": ["sh", "-c", text]});
        let kept = kept_of(script("a"), script("b"));
        assert_eq!(kept[0].runs_in(&deployment(script("c")).object), Ok(()));
        assert_eq!(kept_of(script("a"), json!({"image": "busybox", "command": ["httpd"]})), []);
    }
}
