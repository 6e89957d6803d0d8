//! Each lint finds what it is for, at its line, and nothing in what is shipped.

use std::path::Path;

use super::*;
use crate::scenario::load;

/// The findings in a folder with these files.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = dir.path().join("07-mine").join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let library = load::folder(dir.path()).unwrap();
    let findings = library.entries.iter().flat_map(|entry| lint(entry, &library));
    findings
        .filter(|finding| finding.severity < Severity::Note)
        .map(|finding| finding.to_string())
        .collect()
}

const CONFIG: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata: {mode: slow}\n";

fn lesson(readme: &str) -> Vec<String> {
    found(&[
        ("README.md", readme),
        ("broken/c.yaml", CONFIG),
        ("solution/c.yaml", &CONFIG.replace("slow", "quick-mode")),
    ])
}

#[test]
fn what_is_shipped_has_nothing_wrong() {
    let library = load::embedded();
    let found: Vec<String> = library
        .entries
        .iter()
        .flat_map(|entry| lint(entry, &library))
        .filter(|finding| finding.severity < Severity::Note)
        .map(|finding| finding.to_string())
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn links_lead_somewhere() {
    let said = lesson("# A\n[here](broken/c.yaml) [gone](gone.md) [next](../08-none/)\n```\n[code](no.md)\n```\n[out](../../x) [web](https://nohost)\n");
    assert_eq!(said.len(), 4, "{said:?}");
    assert!(
        said[0].starts_with("07-mine/README.md:2: error: the link [gone](gone.md) leads nowhere"),
        "{said:?}"
    );
}

#[test]
fn commands_name_files_and_flags_that_exist() {
    let said = lesson(
        "# A\n```bash\ncd scenarios/07-mine\nkubectl apply -f broken/\nkubectl apply -f brokn/\nkubectl get pods --wach\nkubect get x\nkubectl gte pods\n```\n",
    );
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(said[0].contains("README.md:5: error: `brokn/` is no file of this scenario"), "{said:?}");
    assert!(said[1].contains("did you mean `--watch`?"), "{said:?}");
    assert!(said[2].contains("kubectl has no command `gte`"), "{said:?}");
}

#[test]
fn a_hint_but_the_last_does_not_print_the_answer() {
    let hint = |number: u32, text: &str| format!("<details>\n<summary>Hint {number}</summary>\n\n{text}\n\n</details>\n\n");
    let telling = format!("# A\n\n{}{}", hint(1, "Set mode to quick-mode."), hint(2, "quick-mode"));
    let said = lesson(&telling);
    assert!(
        said.len() == 1 && said[0].contains("hint 1 of 2 gives the answer away: `quick-mode`"),
        "{said:?}"
    );
    assert!(lesson(&format!("# A\n\n{}{}", hint(1, "Look at the mode."), hint(2, "quick-mode"))).is_empty());
}

#[test]
fn immutable_fields_need_replace() {
    let claim = |size: &str, class: &str| {
        format!(
            "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: d}}\nspec:\n  storageClassName: {class}\n  accessModes: [ReadWriteOnce]\n  resources: {{requests: {{storage: {size}}}}}\n"
        )
    };
    let of = |after: String, more: &[(&str, &str)]| {
        let before = claim("1Gi", "fast");
        let mut files = vec![("README.md", "# A\n"), ("broken/p.yaml", before.as_str()), ("solution/p.yaml", after.as_str())];
        files.extend(more);
        found(&files)
    };
    let said = of(claim("1Gi", "slow"), &[]);
    assert!(
        said.len() == 1 && said[0].starts_with("07-mine/solution/p.yaml:5: error: spec.storageClassName of PersistentVolumeClaim d"),
        "{said:?}"
    );
    assert!(of(claim("2Gi", "fast"), &[]).is_empty());
    assert!(of(claim("1Gi", "slow"), &[("scenario.yaml", "solution: {mode: replace}\n")]).is_empty());
}

#[test]
fn what_two_files_say_is_the_same() {
    let said = found(&[
        ("README.md", "# Scenario 7: Mine\n\n**Difficulty:** Beginner\n"),
        ("broken/c.yaml", CONFIG),
        ("solution/c.yaml", &CONFIG.replace("slow", "fast")),
        ("scenario.yaml", "level: advanced\ntitel: Mine\n"),
    ]);
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains("README says level beginner, scenario.yaml says advanced"), "{said:?}");
    assert!(
        said[1].contains("scenario.yaml:2: warning: unknown key `titel`") && said[1].contains("did you mean `title`?"),
        "{said:?}"
    );
}

#[test]
fn a_folder_that_does_not_load_is_one_error_at_its_place() {
    let said = found(&[
        ("README.md", "# A\n"),
        ("broken/c.yaml", &CONFIG.replace("  name: c", "  name: c\n  namespace: prod")),
    ]);
    assert!(
        said.len() == 1 && said[0].starts_with("07-mine/broken/c.yaml:5: error:") && said[0].ends_with("[hard-coded-namespace]"),
        "{said:?}"
    );
}

#[test]
fn images_without_a_tag_or_with_one_nobody_knows() {
    let pod = |image: &str| format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  containers:\n  - {{name: a, image: \"{image}\"}}\n");
    let of = |image: &str| found(&[("README.md", "# A\n"), ("broken/p.yaml", &pod("nginx:1.27")), ("solution/p.yaml", &pod(image))]);
    assert!(of("nginx:1.28").is_empty(), "{:?}", of("nginx:1.28"));
    let said = of("nginx");
    assert!(
        said.len() == 1 && said[0].contains("solution/p.yaml:6: warning: image nginx has no tag"),
        "{said:?}"
    );
}
