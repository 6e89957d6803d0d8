//! Folders of scenarios as others make them: new ones, packs, and everything that can be wrong with a library.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

use klab::scenario::load::{self, Library};
use klab::scenario::{Want, pack};
use tar::{Builder, EntryType, Header};

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: nginx:1.27}]}\n";

fn klab(home: &Path, arguments: &[&str]) -> Output {
    let mut klab = Command::new(env!("CARGO_BIN_EXE_klab"));
    klab.current_dir(home).env("XDG_STATE_HOME", home.join("state")).args(arguments);
    klab.output().expect("klab runs")
}

fn printed(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn write(root: &Path, path: &str, bytes: impl AsRef<[u8]>) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().expect("a folder")).expect("made");
    fs::write(file, bytes).expect("written");
}

#[test]
fn what_new_writes_passes_check_and_run() {
    let home = tempfile::tempdir().expect("a folder");
    write(home.path(), "broken.yaml", POD.replace("1.27", "1.27-alpin"));
    write(home.path(), "solution.yaml", POD);
    for arguments in [&["new", "31-plain"][..], &["new", "32-mine", "--from", "broken.yaml", "solution.yaml"]] {
        let made = klab(home.path(), arguments);
        assert!(made.status.success(), "{}", printed(&made));
        let folder = arguments[1];
        let checked = klab(home.path(), &["check", folder]);
        assert!(printed(&checked).contains("0 errors, 0 warnings"), "{}", printed(&checked));
        let run = klab(home.path(), &["run", "--scenarios", folder, folder]);
        assert!(run.status.success(), "{}", printed(&run));
        assert!(!home.path().join("state").exists(), "what a machine solves is remembered as a learner's");
        let again = klab(home.path(), arguments);
        assert!(
            again.status.code() == Some(2) && printed(&again).contains("is there already"),
            "{}",
            printed(&again)
        );
    }
    let readme = fs::read_to_string(home.path().join("32-mine/README.md")).expect("a README");
    assert!(readme.contains("0/1     ErrImagePull") && readme.contains("# Scenario 32: Mine"), "{readme}");
    let no_name = klab(home.path(), &["new", "Not a name"]);
    assert_eq!(no_name.status.code(), Some(2), "{}", printed(&no_name));
}

fn goals(library: &Library) -> Vec<Vec<Want>> {
    let goals = |goals: &[klab::scenario::Goal]| goals.iter().map(|goal| goal.what.clone()).collect();
    library.scenarios().map(|scenario| goals(&scenario.goals)).collect()
}

#[test]
fn a_pack_holds_what_the_folder_held_and_the_learners_copy_no_answer() {
    let home = tempfile::tempdir().expect("a folder");
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let folder = load::folder(&shipped).expect("scenarios");
    for (arguments, file) in [(&["-o", "whole.klab"][..], "whole.klab"), (&["--no-solution", "-o", "copy.klab"], "copy.klab")] {
        let packed = klab(home.path(), &[&["pack", shipped.to_str().expect("a path")], arguments].concat());
        assert!(packed.status.success(), "{}", printed(&packed));
        let listed = klab(home.path(), &["list", "--scenarios", file]);
        assert!(listed.status.success(), "{}", printed(&listed));
    }
    let whole = load::path(&home.path().join("whole.klab")).expect("opened");
    assert_eq!(whole, folder);
    let copy = load::path(&home.path().join("copy.klab")).expect("opened");
    assert_eq!(goals(&copy), goals(&folder));
    for (copied, scenario) in copy.scenarios().zip(folder.scenarios()) {
        assert_eq!(
            (&copied.images, copied.lesson.parts.len()),
            (&scenario.images, scenario.lesson.parts.len()),
            "{}",
            copied.folder
        );
        assert!(
            copied.solution.is_empty() && copied.repairs.is_empty() && copied.warnings.is_empty(),
            "{:?}",
            copied.warnings
        );
        let known = |text: &str| scenario.broken.iter().chain(&scenario.setup).any(|manifest| manifest.text == text);
        let solved: Vec<&str> = scenario
            .solution
            .iter()
            .map(|manifest| manifest.text.as_str())
            .filter(|text| !known(text))
            .collect();
        let tells = |(_, bytes): &(String, Vec<u8>)| solved.contains(&String::from_utf8_lossy(bytes).as_ref());
        assert!(!copied.files.iter().any(tells), "{}", copied.folder);
    }
    // an answer of the copy that is not in the manifests either
    let readme = &copy
        .find("crash-loop")
        .expect("01")
        .files
        .iter()
        .find(|(path, _)| path == "README.md")
        .expect("a README")
        .1;
    assert!(!String::from_utf8_lossy(readme).contains("value: production"));
}

/// A member that `tar` itself would refuse to write.
fn member(tar: &mut Builder<Vec<u8>>, path: &str, kind: EntryType, bytes: &[u8]) {
    let mut header = Header::new_ustar();
    header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
    header.set_size(bytes.len() as u64);
    header.set_entry_type(kind);
    if kind.is_symlink() {
        header.set_link_name("/etc/passwd").expect("a name");
    }
    header.set_mode(0o644);
    header.set_cksum();
    tar.append(&header, bytes).expect("appended");
}

#[test]
fn a_pack_reaches_nothing_outside_itself() {
    let home = tempfile::tempdir().expect("a folder");
    let mut tar = Builder::new(Vec::new());
    member(&mut tar, "01-good/broken/a.yaml", EntryType::Regular, POD.as_bytes());
    member(&mut tar, "../02-up/broken/a.yaml", EntryType::Regular, POD.as_bytes());
    member(&mut tar, "/03-root/broken/a.yaml", EntryType::Regular, POD.as_bytes());
    member(&mut tar, "04-link/broken/a.yaml", EntryType::Symlink, b"");
    member(&mut tar, "05-large/README.md", EntryType::Regular, &vec![b'x'; (1 << 20) + 1]);
    for _ in 0..2 {
        member(&mut tar, "06-twice/broken/a.yaml", EntryType::Regular, POD.as_bytes());
    }
    for number in 0..501 {
        member(&mut tar, &format!("07-many/broken/{number}.yaml"), EntryType::Regular, POD.as_bytes());
    }
    member(&mut tar, "./08-by-tar/broken/a.yaml", EntryType::Regular, POD.as_bytes());
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(&tar.into_inner().expect("whole")).expect("packed");
    write(home.path(), "bad.klab", gz.finish().expect("packed"));
    let library = load::path(&home.path().join("bad.klab")).expect("opened");
    for (folder, says) in [
        ("02-up", "out of the scenario's folder"),
        ("03-root", "out of the scenario's folder"),
        ("04-link", "a link"),
        ("05-large", "1.0 MiB"),
        ("06-twice", "taken twice"),
        ("07-many", "more than 500 files"),
    ] {
        let entry = library.entries.iter().find(|entry| entry.folder == folder).expect(folder);
        let error = entry.result.as_ref().expect_err(folder).to_string();
        assert!(error.contains("bad.klab") && error.contains(says), "{error}");
    }
    assert!(library.find("good").is_ok() && library.find("by-tar").is_ok());

    write(home.path(), "words.klab", "not a pack");
    let error = pack::open(&home.path().join("words.klab")).expect_err("no pack").to_string();
    assert!(error.contains("words.klab") && error.contains("klab pack"), "{error}");
    // a few bytes that unpack to a hundred megabytes
    let mut tar = Builder::new(Vec::new());
    let zeros = vec![0; 1 << 20];
    for number in 0..100 {
        member(&mut tar, &format!("01-bomb/{number}"), EntryType::Regular, &zeros);
    }
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gz.write_all(&tar.into_inner().expect("whole")).expect("packed");
    write(home.path(), "bomb.klab", gz.finish().expect("packed"));
    let error = pack::open(&home.path().join("bomb.klab")).expect_err("too large").to_string();
    assert!(error.contains("more than 64 MiB"), "{error}");
}

#[test]
fn one_bad_scenario_costs_no_other() {
    let home = tempfile::tempdir().expect("a folder");
    let root = home.path();
    let bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned()
        + &"bcdefghij"
            .chars()
            .zip("abcdefghi".chars())
            .map(|(is, of)| format!("{is}: &{is} [*{of}, *{of}, *{of}, *{of}, *{of}, *{of}, *{of}, *{of}]\n"))
            .collect::<String>();
    let bad: [(&str, Vec<u8>, &str); 9] = [
        ("broken/tabs.yaml", b"apiVersion: v1\nkind: Pod\nmetadata:\n\tname: a\n".to_vec(), "tabs.yaml:4"),
        (
            "broken/latin.yaml",
            b"apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {x: caf\xe9}}\n".to_vec(),
            "latin.yaml:3",
        ),
        ("broken/empty.yaml", Vec::new(), "empty.yaml:1"),
        ("broken/bomb.yaml", bomb.into_bytes(), "bomb.yaml"),
        ("broken/deep.yaml", ["a: ".to_owned(), "[".repeat(100_000)].concat().into_bytes(), "deep.yaml"),
        ("README.md", vec![b'#'; 10 << 20], "10.0 MiB"),
        ("scenario.yaml", b"title: caf\xe9\n".to_vec(), "scenario.yaml:1"),
        ("scenario.yaml", b"a: b: c\n".to_vec(), "scenario.yaml:1"),
        ("setup/a.yaml", b"kind: Pod\n".to_vec(), "setup/a.yaml:1"),
    ];
    for (number, (path, bytes, _)) in bad.iter().enumerate() {
        let folder = format!("{:02}-bad", number + 1);
        write(root, &format!("{folder}/broken/pod.yaml"), POD);
        write(root, &format!("{folder}/{path}"), bytes);
    }
    write(root, "50-outside/broken/pod.yaml", POD);
    std::os::unix::fs::symlink("/etc/passwd", root.join("50-outside/README.md")).expect("a link");
    write(root, "60-windows/broken/pod.yaml", POD.replace('\n', "\r\n"));
    write(root, "60-windows/README.md", "# Scenario 60: Windows\r\n\r\n**Estimated Time:** 7 minutes\r\n");
    write(root, "61-latin/broken/pod.yaml", POD);
    write(root, "61-latin/README.md", b"# Caf\xe9\n");
    let library = load::folder(root).expect("a library");
    let error = |folder: &str| {
        let entry = library.entries.iter().find(|entry| entry.folder == folder).expect(folder);
        entry.result.as_ref().expect_err(folder).to_string()
    };
    for (number, (_, _, place)) in bad.iter().enumerate() {
        let error = error(&format!("{:02}-bad", number + 1));
        assert!(error.contains(place), "{error}");
    }
    assert!(error("50-outside").contains("link out of the folder, to /etc/passwd"));
    let windows = library.find("windows").expect("CRLF reads");
    assert_eq!((windows.title.as_str(), windows.minutes, windows.broken.len()), ("Windows", 7, 1));
    let latin = library.find("61").expect("it loads");
    assert!(
        latin
            .warnings
            .iter()
            .any(|warning| warning.contains("61-latin/README.md:1") && warning.contains("UTF-8")),
        "{:?}",
        latin.warnings
    );
}

/// Folder, what `klab check` must find in it (rule, then file and line where it has one), and whether it plays to its end.
const FOREIGN: [(&str, &[&str], bool); 12] = [
    ("08_courier", &[], true),
    ("21-atlas", &[], true),
    ("archive", &["kubectl-flag archive/README.md:15"], true),
    ("bakery-orders", &[], true),
    ("gate", &["telling-hint gate/README.md:22"], true),
    (
        "invoices",
        &["promised-status invoices", "not-solved invoices", "printed-row invoices/README.md:7"],
        false,
    ),
    ("ledger", &[], true),
    ("lighthouse", &["hard-coded-namespace lighthouse/broken/lamp.yaml:5"], false),
    ("museum", &["broken-link museum/README.md:28"], true),
    ("orchestra", &[], true),
    ("phonebook", &["not-solved phonebook"], false),
    ("vault", &[], true),
];

#[test]
fn folders_by_other_authors_play_and_their_defects_are_found() {
    let foreign = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign");
    let foreign = foreign.to_str().expect("a path");
    let home = tempfile::tempdir().expect("a folder");
    let checked = klab(home.path(), &["check", "--json", foreign]);
    let findings: serde_json::Value = serde_json::from_slice(&checked.stdout).expect("JSON");
    let found = |folder: &str| {
        let of_folder = |finding: &&serde_json::Value| finding["file"].as_str().is_some_and(|file| file.split('/').next() == Some(folder));
        let told = findings
            .as_array()
            .into_iter()
            .flatten()
            .filter(of_folder)
            .filter(|finding| finding["severity"] != "note");
        let place = |finding: &serde_json::Value| match finding["line"].as_u64() {
            Some(line @ 1..) => format!(":{line}"),
            _ => String::new(),
        };
        let shown = told.map(|finding| {
            format!(
                "{} {}{}",
                finding["rule"].as_str().unwrap_or_default(),
                finding["file"].as_str().unwrap_or_default(),
                place(finding)
            )
        });
        shown.collect::<Vec<_>>()
    };
    for (folder, defects, _) in FOREIGN {
        assert_eq!(found(folder), defects, "{folder}");
    }
    let folders = FOREIGN.iter().filter(|(folder, ..)| *folder != "lighthouse").map(|(folder, ..)| *folder);
    let arguments: Vec<&str> = ["run", "--json", "--scenarios", foreign].into_iter().chain(folders).collect();
    let run = klab(home.path(), &arguments);
    let reports: serde_json::Value = serde_json::from_slice(&run.stdout).expect("JSON");
    for report in reports.as_array().expect("a list") {
        let plays = FOREIGN
            .iter()
            .find(|(folder, ..)| report["scenario"] == *folder)
            .is_some_and(|(.., plays)| *plays);
        assert_eq!(report["ok"], plays, "{report:#}");
    }
}
