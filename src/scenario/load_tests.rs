//! Tests of loading: the shipped scenarios, a fixture, the outside folder, and everything that can be wrong with a folder.

use std::path::Path;
use std::time::Duration;

use super::load::{self, FindError, LoadError};
use super::{Fold, Part, Program, Scenario, Want};
use crate::image::Step;

fn fixtures() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn folds(scenario: &Scenario, kind: impl Fn(Fold) -> bool) -> Vec<(&str, &str)> {
    let folds = scenario.lesson.parts.iter().filter_map(|part| match part {
        Part::Fold { kind: is, summary, body } if kind(*is) => Some((summary.as_str(), body.as_str())),
        _ => None,
    });
    folds.collect()
}

/// A Deployment whose image has its own name.
fn runs(name: &str) -> Program {
    Program {
        kind: "Deployment".into(),
        workload: name.into(),
        image: name.into(),
        command: None,
    }
}

fn hints(scenario: &Scenario) -> usize {
    folds(scenario, |kind| matches!(kind, Fold::Hint(_))).len()
}

#[test]
fn what_is_shipped_is_whole() {
    let library = load::embedded();
    assert!(library.entries.len() >= 2);
    for (at, entry) in library.entries.iter().enumerate() {
        let scenario = entry.result.as_ref().unwrap();
        assert_eq!(scenario.warnings, Vec::<String>::new());
        assert_eq!((hints(scenario), scenario.lesson.steps.len()), (3, 6), "{}", scenario.folder);
        assert_eq!(folds(scenario, |kind| kind == Fold::Solution).len(), 1);
        let lesson = &scenario.lesson;
        assert!(
            lesson.objectives.len() >= 4 && lesson.learned.len() >= 4 && lesson.pitfalls.len() >= 4 && lesson.links.len() >= 3,
            "{}",
            scenario.folder
        );
        // each leads on to the one after it
        assert_eq!(
            lesson.next.as_deref(),
            library.entries.get(at + 1).map(|entry| entry.folder.as_str()),
            "{}",
            scenario.folder
        );
        assert!(!(scenario.expect_broken.is_empty() && scenario.clues.is_empty() && scenario.trigger.is_empty()));
        assert!(scenario.goals.len() >= 2, "{}", scenario.folder);
        assert!(scenario.files.iter().any(|(path, _)| path.starts_with("broken/")));
    }
    assert_eq!(library.find("02").unwrap().expect_broken, ["ErrImagePull", "ImagePullBackOff"]);
    assert_eq!(library.find("crash-loop").unwrap().expect_broken, ["Error", "CrashLoopBackOff"]);
}

#[test]
fn nothing_that_gives_the_answer_away_is_shown_unfolded() {
    for scenario in load::embedded().scenarios() {
        for part in &scenario.lesson.parts {
            if let Part::Text(text) = part {
                for answer in ["v1.0\"", ":v1.0\n  env", "REQUIRED_CONFIG", "value: production"] {
                    let allowed = scenario.id == "crash-loop" && answer == "v1.0\"";
                    assert!(allowed || !text.contains(answer), "{}: {answer} in {text}", scenario.folder);
                }
            }
        }
    }
}

#[test]
fn the_fixture_loads_without_a_sidecar() {
    let library = load::folder(&fixtures()).unwrap();
    let till = library.find("11").unwrap();
    assert_eq!((till.id.as_str(), till.title.as_str(), till.minutes), ("wrong-tag", "A tag nobody pushed", 20));
    assert_eq!(
        (hints(till), folds(till, |kind| kind == Fold::Solution).len(), till.lesson.steps.len()),
        (3, 1, 6)
    );
    assert_eq!(
        folds(till, |kind| kind == Fold::Hint(2)),
        [("💡 Hint 2 - The part behind the colon", "Is there such a tag?")]
    );
    assert_eq!(folds(till, |kind| kind == Fold::Solution)[0].0, "✅ Solution");
    assert_eq!(till.lesson.learned, ["Pulls fail in two words", "The registry’s answer stands last"]);
    assert_eq!((till.lesson.objectives.len(), till.lesson.pitfalls.len(), till.lesson.links.len()), (3, 2, 2));
    assert_eq!(till.lesson.next.as_deref(), Some("12-wrong-port"));
    assert_eq!(till.expect_broken, ["ImagePullBackOff", "ErrImagePull"]);
    let answers: Vec<&str> = folds(till, |kind| kind == Fold::Answer).into_iter().map(|(summary, _)| summary).collect();
    assert_eq!(
        answers,
        [
            "Image",
            "Step 5: Verify",
            "Step 6: Tidy up",
            "What You Learned",
            "Common Pitfalls",
            "Going Deeper",
            "Next Challenge"
        ]
    );
    let wants: Vec<&Want> = till.goals.iter().map(|goal| &goal.what).collect();
    assert_eq!(
        wants,
        [
            &Want::SeenBroken,
            &Want::Ready {
                kind: "Deployment".into(),
                name: "till".into()
            },
            &Want::Pulls,
            &Want::Runs { programs: vec![runs("till")] },
        ]
    );
    assert_eq!(till.goals[1].hold, Duration::from_secs(10));
    let image = &till.images["acme/till"];
    assert_eq!(image.tags, ["2.0"]);
    assert!(
        image
            .run
            .iter()
            .any(|step| matches!(step, Step::NeedEnv(needs) if needs["TILL_MODE"] == "fatal: TILL_MODE is not set")),
        "{image:?}"
    );
}

#[test]
#[ignore = "needs KLAB_TEST_SEED"]
fn the_seed_loads_as_it_stands() {
    let library = load::folder(Path::new(&std::env::var("KLAB_TEST_SEED").unwrap())).unwrap();
    let seed = library.find("02-image-pull-backoff").unwrap();
    assert_eq!(
        (hints(seed), folds(seed, |kind| kind == Fold::Solution).len(), seed.lesson.steps.len()),
        (3, 1, 6)
    );
    let lesson = &seed.lesson;
    assert_eq!(
        (lesson.objectives.len(), lesson.learned.len(), lesson.pitfalls.len(), lesson.links.len()),
        (5, 6, 4, 2)
    );
    assert_eq!(lesson.next.as_deref(), Some("03-port-mismatch"));
    assert!(
        folds(seed, |kind| matches!(kind, Fold::Hint(_)))
            .iter()
            .all(|(summary, _)| summary.starts_with("💡 Hint"))
    );
    assert_eq!(folds(seed, |kind| kind == Fold::Solution)[0].0, "✅ Solution");
    assert_eq!(seed.expect_broken, ["ImagePullBackOff", "ErrImagePull"]);
    assert_eq!(seed.goals.len(), 4, "{:?}", seed.goals);
    assert_eq!((seed.title.as_str(), seed.minutes, seed.number), ("ImagePullBackOff", 15, Some(2)));
    assert_eq!((seed.images.len(), seed.warnings.len()), (0, 0), "{:?}", seed.warnings);
}

#[test]
fn names_are_found_and_near_ones_offered() {
    let library = load::embedded();
    for name in ["2", "02", "image-pull-backoff", "02-image-pull-backoff", "scenarios/02-image-pull-backoff/"] {
        assert_eq!(library.find(name).unwrap().id, "image-pull-backoff", "{name}");
    }
    let error = library.find("image-pul-backof").unwrap_err();
    assert!(matches!(&error, FindError::Unknown { near, .. } if near == &["image-pull-backoff"]));
    assert!(error.to_string().contains("did you mean image-pull-backoff?"), "{error}");
    assert!(library.find("99").is_err());
}

#[test]
fn a_folder_of_ones_own_overrides_by_id() {
    let dir = tempfile::tempdir().unwrap();
    write(
        dir.path(),
        "07-crash-loop/broken/a.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
    );
    let mut library = load::embedded();
    let before = library.entries.len();
    library.merge(load::folder(dir.path()).unwrap());
    assert_eq!((library.entries.len(), library.find("crash-loop").unwrap().number), (before, Some(7)));
    let folders: Vec<&str> = library.entries.iter().map(|entry| entry.folder.as_str()).collect();
    assert!(folders.contains(&"07-crash-loop") && folders.is_sorted(), "{folders:?}");
}

fn write(dir: &Path, path: &str, content: &str) {
    let path = dir.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

/// The error of a scenario with this one broken manifest.
fn error_of(manifest: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "x/broken/a.yaml", manifest);
    write(dir.path(), "good/broken/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
    let library = load::folder(dir.path()).unwrap();
    assert!(library.find("good").is_ok(), "a bad scenario stops no other");
    match library.find("x").unwrap_err() {
        FindError::Bad { error, .. } => error.to_string(),
        other => panic!("{other}"),
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    for (manifest, place, words) in [
        ("kind: A\nspec: [1\nb: 2\n", "x/broken/a.yaml:", "│"),
        ("---\n---\n", "x/broken/a.yaml:1:", "no object"),
        ("apiVersion: v1\nmetadata: {name: a}\n", "x/broken/a.yaml:1:", "without kind"),
        ("# first\n\napiVersion: v1\nkind: Pod\n", "x/broken/a.yaml:", "a Pod without metadata.name"),
        (
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  namespace: prod\n",
            "x/broken/a.yaml:5:",
            "namespace of its own, prod",
        ),
        ("just words\n", "x/broken/a.yaml:1:", "not an object"),
        ("a: 1\na: 2\n", "x/broken/a.yaml:2:", "2 │ a: 2"),
    ] {
        let error = error_of(manifest);
        assert!(error.starts_with(place) && error.contains(words), "{manifest:?} gave {error}");
    }
}

#[test]
fn folders_without_what_is_needed() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(load::folder(dir.path()), Err(LoadError::Empty { .. })));
    assert!(matches!(load::folder(&dir.path().join("none")), Err(LoadError::Read { .. })));
    write(dir.path(), "no-broken/README.md", "# Only words\n");
    write(
        dir.path(),
        "03-no-readme/broken/a.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: my/own}]}\n",
    );
    let library = load::folder(dir.path()).unwrap();
    assert!(matches!(
        library.find("no-broken"),
        Err(FindError::Bad {
            error: LoadError::NoBroken { .. },
            ..
        })
    ));
    let bare = library.find("3").unwrap();
    assert_eq!(bare.title, "No readme");
    assert!(!bare.warnings.is_empty());
    // the folder itself may be the scenario
    let one = load::folder(&dir.path().join("03-no-readme")).unwrap();
    assert_eq!(one.entries.len(), 1);
    assert_eq!(one.entries[0].id(), "no-readme");
}

#[test]
fn goals_and_images_follow_the_manifests() {
    let dir = tempfile::tempdir().unwrap();
    let deployment = |image: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec: {{template: {{spec: {{containers: [{{name: a, image: {image}, ports: [{{containerPort: 8080}}], livenessProbe: {{httpGet: {{path: /ok, port: 8080}}}}}}]}}}}}}\n"
        )
    };
    write(
        dir.path(),
        "w/README.md",
        "# Web\n\n```\nNAME READY STATUS RESTARTS AGE\nweb-1 1/1 Running 0 3s\n```\n",
    );
    write(
        dir.path(),
        "w/setup/service.yaml",
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}}\n",
    );
    write(dir.path(), "w/broken/d.yaml", &deployment("team/web:1"));
    write(dir.path(), "w/solution/d.yaml", &deployment("team/web:2"));
    let library = load::folder(dir.path()).unwrap();
    let web = library.find("w").unwrap();
    let wants: Vec<&Want> = web.goals.iter().map(|goal| &goal.what).collect();
    assert_eq!(
        wants,
        [
            &Want::SeenBroken,
            &Want::Ready {
                kind: "Deployment".into(),
                name: "web".into()
            },
            &Want::Quiet,
            &Want::Endpoints {
                service: "web".into(),
                at_least: 1
            },
            &Want::Runs { programs: vec![runs("web")] },
        ]
    );
    assert_eq!(web.goals[2].hold, Duration::from_secs(30), "one whole probe cycle");
    assert_eq!(web.images["team/web"].tags, ["1", "2"]);
    assert!(matches!(web.images["team/web"].run.last(), Some(Step::Serve(ports)) if ports[&8080] == ["/", "/ok"]));
}
