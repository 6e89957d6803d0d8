//! Tests of the README grammar's edges.

use proptest::prelude::*;

use super::readme::{level, parse};
use super::{Fold, Level, Part};

fn kinds(text: &str) -> Vec<Option<Fold>> {
    let parts = parse(text).lesson.parts;
    parts
        .iter()
        .map(|part| if let Part::Fold { kind, .. } = part { Some(*kind) } else { None })
        .collect()
}

#[test]
fn headings_are_fuzzy_and_case_blind() {
    let text = "# LAB 7 - Volumes\r\n**Level**: easy\r\n**Time:** 1 hour 10 min\r\n## what you will learn\r\n1. one\r\n2. two\r\n   goes on\r\n## STEP 1 – Go\r\n## Key takeaways\r\n* x\r\n## Next\r\n[on](../08-next/README.md)\r\n";
    let readme = parse(text);
    assert_eq!(
        (readme.number, readme.title.as_deref(), readme.level, readme.minutes),
        (Some(7), Some("Volumes"), Some(Level::Beginner), Some(70))
    );
    assert_eq!(readme.lesson.objectives, ["one", "two goes on"]);
    assert_eq!(
        (readme.lesson.steps, readme.lesson.learned, readme.lesson.next.as_deref()),
        (vec!["Go".to_owned()], vec!["x".to_owned()], Some("08-next"))
    );
    assert_eq!(level("EXPERT"), Some(Level::Advanced));
}

#[test]
fn folds_of_every_kind_and_form() {
    let text = "<details open>\n<summary><b>A side note</b></summary>\nx\n</details>\n\n<details><summary>HINT: look</summary>one line</details>\n<details>\n<summary>The\nsolution</summary>\n\n<details><summary>inner</summary>deep</details>\n\nend\n</details>\nafter\n<details><summary>more</summary>y</details>\n";
    assert_eq!(
        kinds(text),
        [
            Some(Fold::Plain),
            Some(Fold::Hint(1)),
            Some(Fold::Solution),
            Some(Fold::Answer),
            Some(Fold::Answer)
        ]
    );
    let parts = parse(text).lesson.parts;
    assert!(matches!(&parts[1], Part::Fold { body, .. } if body == "one line"));
    assert!(matches!(&parts[2], Part::Fold { summary, body, .. } if summary == "The solution" && body.ends_with("end") && body.contains("deep")));
}

#[test]
fn a_heading_may_keep_the_solution_yet_not_where_it_is_only_verified() {
    let text = "# A\n## Step 1: Verify the fix\nlook\n## Step 2: The fix\nset it\n## Step 3: Check your answer\nsee\n";
    let parts = parse(text).lesson.parts;
    let solutions = parts
        .iter()
        .filter(|part| matches!(part, Part::Fold { kind: Fold::Solution, body, .. } if body == "set it"));
    assert_eq!(solutions.count(), 1, "{parts:?}");
}

#[test]
fn a_fold_that_is_never_closed_ends_at_the_next_section() {
    let text = "<details><summary>Hint 1</summary>\nlook\n\n## Step 2: On\ntext\n<details><summary>Hint 2</summary>\nagain\n</details>\n";
    assert_eq!(kinds(text), [Some(Fold::Hint(1)), None, Some(Fold::Hint(2))]);
}

#[test]
fn code_is_never_taken_for_structure() {
    let text = "```\n## Step 1: no\n<details><summary>Hint</summary>\n**Image:** no\n```\n~~~~\n```\n# no\n~~~~\n## Step 1: yes\n";
    let readme = parse(text);
    assert_eq!(readme.lesson.steps, ["yes"]);
    assert_eq!(kinds(text), [None]);
    assert_eq!(readme.title, None);
}

#[test]
fn only_pods_that_are_not_ready_show_the_fault() {
    let table = "```\nNAME READY STATUS RESTARTS AGE\na 1/1 Running 0 1s\nb 0/1 Error 1 (2s ago) 3s\n```\n";
    assert_eq!(parse(table).statuses, ["Error"]);
    let hinted = format!("<details><summary>Hint</summary>x</details>\n{table}");
    assert_eq!(parse(&hinted).statuses, Vec::<String>::new());
}

#[test]
fn lessons_in_other_languages_keep_their_hints_and_answers() {
    let german = "# Übung 3: Kein Anschluss\n\nSchwierigkeit: Mittel\n**Dauer:** ca. 20 Minuten\n\n## Schritt 1: Kaputt\n\n\
                  <details><summary>Tipp 1</summary>a</details>\n<details><summary>Lösung anzeigen</summary>b</details>\n\n## Was du gelernt hast\n\n- c\n";
    let chinese = "# 场景 3：镜像\n\n**难度：** 中级\n**预计时间：** 20 分钟\n\n## 步骤 1：部署\n\n\
                   <details><summary>💡 提示 1</summary>a</details>\n<details><summary>解决方案</summary>b</details>\n\n## 你学到了什么\n\n- c\n";
    for (text, title) in [(german, "Kein Anschluss"), (chinese, "镜像")] {
        let readme = parse(text);
        assert_eq!((readme.number, readme.title.as_deref(), readme.minutes), (Some(3), Some(title), Some(20)));
        assert_eq!(readme.level, Some(Level::Intermediate), "{title}");
        assert_eq!((readme.lesson.steps.len(), readme.lesson.learned.as_slice()), (1, &["c".to_owned()][..]));
        let kinds = readme.lesson.parts.iter().filter_map(|part| match part {
            Part::Fold { kind, .. } => Some(*kind),
            Part::Text(_) => None,
        });
        assert_eq!(kinds.take(2).collect::<Vec<_>>(), [Fold::Hint(1), Fold::Solution], "{title}");
    }
}

#[test]
fn what_could_command_a_terminal_is_gone() {
    let readme = parse("# A\u{1b}[31mB\n\u{202e}text\u{7}\n");
    assert_eq!(readme.title.as_deref(), Some("AB"));
    assert_eq!(readme.lesson.parts, [Part::Text("# AB\ntext".to_owned())]);
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(words in prop::collection::vec(prop::sample::select(vec!["<details>", "</details>", "<summary>", "</summary>", "Hint", "solution", "# ", "## ", "Step 1: x", "\n", "\r\n", "```", "**Image:**", "**", ":", "](", "[", ")", "- ", "İ", "é»", "ðŸ’¡", "\u{1b}[", "\u{1b}]", "READY STATUS", "0/1", " ", "Scenario", "~~~", "<", ">", "9999999999999"]), 0..60)) {
        let text = words.concat();
        let parts = parse(&text).lesson.parts;
        prop_assert!(parts.len() <= text.len() + 1);
    }

    #[test]
    fn no_text_at_all_makes_it_panic(text in "\\PC*") {
        let readme = parse(&text);
        prop_assert!(!readme.lesson.deeper.chars().any(|char| char != '\n' && char.is_control()), "a control character");
    }
}
