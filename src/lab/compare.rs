//! `D`: the lesson's objects as they were broken beside what they are now, and beside the solution once that was seen.

use super::diff::{self, HEAD};
use super::msg::{Compared, Effect};
use super::{DiffLine, Model, Overlay, Stage, View, attempt};

/// Opens the page and asks the cluster.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let Some(attempt) = model
        .attempt()
        .filter(|attempt| matches!(attempt.stage, Stage::Broken | Stage::Solving | Stage::Solved))
    else {
        model.say(false, "Nothing is broken yet", "b breaks it; D then shows what you changed");
        return Vec::new();
    };
    let ask = Effect::Compare(attempt.number, attempt.solution_seen || attempt.solved_at.is_some());
    let command = format!("kubectl diff -f broken/ -n {}", attempt::namespace(model));
    attempt::equal(model, command);
    let view = View::Compare { lines: None };
    model.overlays.push(Overlay::View { view, scroll: 0 });
    vec![ask]
}

/// Fills the open page.
pub(super) fn answered(model: &mut Model, answer: Result<Compared, String>) {
    let said = match answer {
        Ok(compared) => lines(&compared),
        Err(why) => vec![plain(&why)],
    };
    let open = model.overlays.iter_mut().find_map(|overlay| match overlay {
        Overlay::View {
            view: View::Compare { lines }, ..
        } => Some(lines),
        _ => None,
    });
    if let Some(lines) = open {
        *lines = Some(said);
    }
}

/// Both parts, each under its heading.
fn lines(compared: &Compared) -> Vec<DiffLine> {
    let mut lines = vec![title("broken/ and what is there now")];
    lines.extend(diff::between(&compared.broken, "No difference: nothing of it was changed yet."));
    lines.push(plain(""));
    match &compared.solution {
        Some(solution) => {
            lines.push(title("what is there now and solution/"));
            lines.extend(diff::between(solution, "No difference: it stands as the solution has it."));
        }
        None => lines.push(plain("s shows the solution; D then holds it against what is there.")),
    }
    lines
}

fn title(text: &str) -> DiffLine {
    DiffLine { sign: TITLE, ..named(text) }
}

fn plain(text: &str) -> DiffLine {
    DiffLine { sign: ' ', ..named(text) }
}

fn named(text: &str) -> DiffLine {
    DiffLine {
        sign: HEAD,
        text: text.to_owned(),
        marked: Vec::new(),
    }
}

/// The sign of a part's heading.
pub const TITLE: char = '=';

/// The page as text.
#[must_use]
pub fn text(lines: &[DiffLine]) -> String {
    let row = |line: &DiffLine| match line.sign {
        TITLE => format!("```\n\n## {}\n\n```diff\n", line.text),
        sign => format!("{sign} {}\n", line.text),
    };
    let rows: String = lines.iter().map(row).collect();
    format!("{}```\n", rows.trim_start_matches("```\n\n"))
}
