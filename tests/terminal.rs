//! The binary on a terminal: start, story, and every way out.

use std::process::Command;

use klab::app::terminal::FullScreen;
use portable_pty::CommandBuilder;

use super::pseudo_terminal::Terminal;

const LEFT: &str = "\x1b[?1049l";

#[test]
fn the_picker_opens_and_q_leaves_a_clean_terminal() {
    let mut terminal = Terminal::start(&[], 100, 30);
    terminal.shows("ImagePullBackOff");
    terminal.press("q");
    let (status, drawn) = terminal.ended();
    assert!(status.success());
    assert!(drawn.contains(LEFT), "the alternate screen was not left");
}

#[test]
fn the_story_from_break_to_cleanup() {
    let mut terminal = Terminal::start(&["02", "--speed", "60"], 140, 40);
    terminal.shows("press b");
    terminal.press("b");
    terminal.shows("The clue");
    terminal.press("h");
    terminal.shows("hints 1/3");
    terminal.press("s");
    terminal.shows("+");
    terminal.press("\r");
    terminal.shows("What you learned");
    terminal.press("\x1b");
    terminal.hides("What you learned");
    terminal.press("c");
    terminal.press("\r");
    terminal.shows("press b");
    terminal.press("qq");
    let (status, drawn) = terminal.ended();
    assert!(status.success());
    assert!(drawn.contains(LEFT));
}

#[test]
fn a_signal_restores_the_terminal() {
    for signal in ["-TERM", "-HUP", "-INT", "-QUIT"] {
        let terminal = Terminal::start(&[], 80, 24);
        terminal.shows("ImagePullBackOff");
        let killed = Command::new("kill").args([signal, &terminal.process().to_string()]).status().unwrap();
        assert!(killed.success());
        let (_, drawn) = terminal.ended();
        assert!(drawn.contains(LEFT), "{signal}");
    }
}

/// Set for the copy of this test program that is to panic on a screen.
const PANICKING: &str = "KLAB_TEST_PANICKING";

#[test]
fn the_screen_is_taken_and_the_program_panics() {
    if std::env::var_os(PANICKING).is_some() {
        let _screen = FullScreen::enter().unwrap();
        panic!("on purpose");
    }
}

#[test]
fn a_panic_restores_the_terminal_and_is_read_on_it() {
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.args(["--exact", "--nocapture", "terminal::the_screen_is_taken_and_the_program_panics"]);
    command.env(PANICKING, "1");
    let (status, drawn) = Terminal::run(command, 80, 24).ended();
    assert_eq!(status.exit_code(), 101);
    let (left, said) = (drawn.find(LEFT), drawn.find("on purpose"));
    assert!(left.is_some() && left < said, "the message came before the screen was given back: {drawn}");
}

#[test]
fn without_a_terminal_it_says_what_to_use_instead() {
    let output = Command::new(env!("CARGO_BIN_EXE_klab")).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("klab run"), "{said}");
}

#[test]
fn an_unknown_scenario_offers_near_ones() {
    let output = Command::new(env!("CARGO_BIN_EXE_klab")).args(["show", "image-pul-backof"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("image-pull-backoff"));
}

#[test]
fn list_as_json_names_the_shipped_scenarios() {
    let output = Command::new(env!("CARGO_BIN_EXE_klab")).args(["list", "--json"]).output().unwrap();
    let list: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let ids: Vec<_> = list.as_array().unwrap().iter().filter_map(|entry| entry["id"].as_str()).collect();
    assert!(ids.contains(&"crash-loop") && ids.contains(&"image-pull-backoff"), "{ids:?}");
}

#[test]
fn the_shell_beside_the_lesson_is_the_learners_own_in_the_labs_place() {
    let mut terminal = Terminal::start(&["02"], 140, 40);
    terminal.shows("press b");
    terminal.press("!");
    terminal.shows("Shell lab-02");
    terminal.press("ls scenarios/02-image-pull-backoff; echo shell-$((6*7)) $KUBECONFIG\r");
    terminal.shows("shell-42");
    terminal.shows("kube/lab-02-");
    terminal.shows("broken");
    terminal.press("b\x7fecho sle''ep; sleep 1000\r");
    terminal.shows("││ sleep ");
    terminal.press("\x03");
    terminal.shows("^C");
    terminal.press("printf '\\033[31mred\\033[0m-%s\\n' ok\r");
    terminal.shows("red-ok");
    terminal.press("\x1d");
    terminal.hides("Shell lab-02");
    terminal.press("!");
    terminal.shows("red-ok");
    terminal.press("exit 3\r");
    terminal.shows("The shell ended with 3");
    terminal.press("qq");
    let (status, drawn) = terminal.ended();
    assert!(status.success());
    assert!(drawn.contains(LEFT));
}
