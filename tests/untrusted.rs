//! Folders and packs that nobody vouches for: each oddity costs one scenario and says so, and nothing is waited for.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use klab::scenario::load::{self, Library};
use klab::scenario::pack;
use tar::{Builder, Header};

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: nginx:1.27}]}\n";

fn write(root: &Path, path: &str, bytes: impl AsRef<[u8]>) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().expect("a folder")).expect("made");
    fs::write(file, bytes).expect("written");
}

fn error(library: &Library, folder: &str) -> String {
    let entry = library.entries.iter().find(|entry| entry.folder == folder).expect(folder);
    entry.result.as_ref().expect_err(folder).to_string()
}

#[test]
fn what_is_no_file_or_has_no_end_costs_its_own_scenario_only() {
    let home = tempfile::tempdir().expect("a folder");
    let root = home.path();
    for folder in [
        "01-good",
        "02-pipe",
        "03-sparse",
        "04-many",
        "05-heavy",
        "06-objects",
        "07-loop",
        "08-\u{1b}[31m\nred",
    ] {
        write(root, &format!("{folder}/broken/pod.yaml"), POD);
    }
    let made = Command::new("mkfifo").arg(root.join("02-pipe/broken/p.yaml")).status().expect("mkfifo runs");
    assert!(made.success());
    let sparse = fs::File::create(root.join("03-sparse/README.md")).expect("a file");
    sparse.set_len(1 << 30).expect("sparse");
    for number in 0..501 {
        write(root, &format!("04-many/notes/{number}"), "");
    }
    for number in 0..17 {
        write(root, &format!("05-heavy/notes/{number}"), vec![b'x'; 1 << 20]);
    }
    let object = |number| format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{number}}}\n");
    write(root, "06-objects/broken/all.yaml", (0..501).map(object).collect::<String>());
    symlink(".", root.join("07-loop/broken/again")).expect("a link");
    symlink("gone.yaml", root.join("07-loop/broken/gone.yaml")).expect("a link");
    let library = load::folder(root).expect("a library");
    for (folder, says) in [
        ("02-pipe", "p.yaml: this is a pipe"),
        ("03-sparse", "README.md: this file has 1024.0 MiB, and 1 is the most"),
        ("04-many", "04-many: there are more than 500 files"),
        ("05-heavy", "more than 16 MiB"),
        ("06-objects", "broken/all.yaml:2002: there are more than 500 objects"),
        ("07-loop", "gone.yaml: cannot be read"),
    ] {
        assert!(error(&library, folder).contains(says), "{}", error(&library, folder));
    }
    let red = library.find("08-red").or_else(|_| library.find("08")).expect("it loads");
    assert!(!red.id.contains(char::is_control) && !red.folder.contains(char::is_control), "{:?}", red.id);
    assert!(library.find("good").is_ok());
}

/// A pack of these files.
fn packed(files: &[(&str, &str)]) -> Vec<u8> {
    let mut tar = Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    for (path, content) in files {
        let mut header = Header::new_ustar();
        header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append(&header, content.as_bytes()).expect("appended");
    }
    tar.into_inner().expect("whole").finish().expect("packed")
}

#[test]
fn a_pack_says_each_thing_once_and_a_cut_one_is_refused() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("some.klab");
    let open = |bytes: &[u8]| {
        fs::write(&file, bytes).expect("written");
        pack::open(&file)
    };
    let library = open(&packed(&[
        ("README.md", "# All of them\n"),
        ("./01-good/broken/a.yaml", POD),
        ("01-good/.git/config", "[core]\n"),
        ("02-twice/broken/a.yaml", POD),
        ("02-twice/broken/a.yaml", "kind: Other\n"),
        ("03-over/broken/a.yaml", POD),
        ("03-over/broken", "no folder\n"),
    ]));
    let library = library.expect("opened");
    let good = library.find("good").expect("it loads");
    assert_eq!(good.files.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), ["broken/a.yaml"]);
    assert!(error(&library, "02-twice").contains("02-twice/broken/a.yaml: this path is taken twice"));
    assert!(error(&library, "03-over").contains("taken twice"), "{}", error(&library, "03-over"));
    assert_eq!(library.entries.len(), 3);

    let whole = packed(&[("01-good/broken/a.yaml", POD)]);
    assert!(open(&whole).is_ok());
    for length in 0..whole.len() {
        let error = open(&whole[..length]).expect_err("cut").to_string();
        assert!(error.contains("some.klab") && error.contains("klab pack"), "{length}: {error}");
    }
    let mut changed = whole.clone();
    changed[whole.len() - 6] ^= 1;
    assert!(open(&changed).is_err(), "its checksum tells");
}
