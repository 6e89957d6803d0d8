//! Reports as JUnit XML, which continuous integration reads: a suite a scenario, a case a step.

use std::fmt::Write;

use crate::app::proof::Report;
use crate::scenario::load::Entry;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// Each scenario as a case that fails when it does not load.
pub fn list(entries: &[Entry]) -> String {
    let bad = entries.iter().filter(|entry| entry.result.is_err()).count();
    let mut out = format!(
        "{HEAD}<testsuites name=\"klab list\" tests=\"{0}\" failures=\"{bad}\">\n<testsuite name=\"scenarios\" tests=\"{0}\" failures=\"{bad}\">\n",
        entries.len()
    );
    for entry in entries {
        let failure = entry.result.as_ref().err().map(ToString::to_string);
        case(&mut out, "scenarios", &entry.folder, 0.0, failure.as_deref());
    }
    out.push_str("</testsuite>\n</testsuites>\n");
    out
}

/// Each scenario as a suite of its steps.
pub fn runs(reports: &[Report]) -> String {
    let steps = |report: &Report| report.steps.len().max(usize::from(report.skipped.is_some()));
    let failed = |report: &Report| report.steps.iter().filter(|step| !step.ok).count();
    let mut out = format!(
        "{HEAD}<testsuites name=\"klab run\" tests=\"{}\" failures=\"{}\">\n",
        reports.iter().map(steps).sum::<usize>(),
        reports.iter().map(failed).sum::<usize>()
    );
    for report in reports {
        let name = escaped(&report.scenario);
        let skipped = usize::from(report.skipped.is_some());
        let _ = writeln!(
            out,
            "<testsuite name=\"{name}\" tests=\"{}\" failures=\"{}\" skipped=\"{skipped}\" time=\"{:.3}\">",
            steps(report),
            failed(report),
            report.wall
        );
        if let Some(why) = &report.skipped {
            let _ = writeln!(
                out,
                "<testcase classname=\"{name}\" name=\"play\"><skipped message=\"{}\"/></testcase>",
                escaped(why)
            );
        }
        for step in &report.steps {
            let failure = (!step.ok).then_some(step.saw.as_str());
            case(&mut out, &report.scenario, &step.name, step.seconds, failure);
        }
        out.push_str("</testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn case(out: &mut String, class: &str, name: &str, seconds: f64, failure: Option<&str>) {
    let (class, name) = (escaped(class), escaped(name));
    let _ = match failure {
        None => writeln!(out, "<testcase classname=\"{class}\" name=\"{name}\" time=\"{seconds:.3}\"/>"),
        Some(why) => writeln!(
            out,
            "<testcase classname=\"{class}\" name=\"{name}\" time=\"{seconds:.3}\"><failure message=\"{}\"/></testcase>",
            escaped(why)
        ),
    };
}

/// A text as an attribute's value; what XML cannot hold at all is left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::proof::{Seen, Step};

    #[test]
    fn failures_and_skips_are_counted_and_texts_escaped() {
        let step = |ok: bool| Step {
            name: "fault seen".into(),
            ok,
            seconds: 2.5,
            saw: "\"<none>\" & more\u{1b}".into(),
        };
        let report = |steps: Vec<Step>, skipped: Option<&str>| Report {
            scenario: "01-x".into(),
            ok: true,
            skipped: skipped.map(str::to_owned),
            steps,
            seen: Seen::default(),
            wall: 1.0,
        };
        let text = runs(&[report(vec![step(true), step(false)], None), report(Vec::new(), Some("no storage"))]);
        assert!(text.contains("<testsuites name=\"klab run\" tests=\"3\" failures=\"1\">"), "{text}");
        assert!(text.contains("<failure message=\"&quot;&lt;none&gt;&quot; &amp; more\"/>"), "{text}");
        assert!(text.contains("<skipped message=\"no storage\"/>"), "{text}");
        assert_eq!(text.matches("<testcase").count(), 3);
    }
}
