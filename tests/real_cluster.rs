//! The same story on a real cluster, named by KLAB_TEST_CONTEXT.

use std::process::Command;
use std::thread;

fn run(scenario: &str, learner: &str) {
    let context = std::env::var("KLAB_TEST_CONTEXT").expect("KLAB_TEST_CONTEXT names a context");
    let state = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_klab"))
        .args(["run", scenario, "--context", &context, "--learner", learner, "--yes", "--json"])
        .env("XDG_STATE_HOME", state.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

#[test]
#[ignore = "needs KLAB_TEST_CONTEXT"]
fn the_pull_story_plays_on_a_real_cluster() {
    run("02", "story");
}

#[test]
#[ignore = "needs KLAB_TEST_CONTEXT"]
fn the_crash_story_plays_on_a_real_cluster() {
    run("01", "story");
}

#[test]
#[ignore = "needs KLAB_TEST_CONTEXT"]
fn three_learners_play_one_lesson_at_once_and_none_is_in_anothers_way() {
    thread::scope(|scope| {
        for learner in ["ann", "bob", "cleo"] {
            scope.spawn(move || run("03", learner));
        }
    });
}
