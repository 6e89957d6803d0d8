//! Reads a lesson out of a README: fuzzy headings, folds, lists and links. Nothing in it is ever executed, and nothing in it can fail.

use std::borrow::Cow;

use super::answers::{self, Answers, Kind};
use super::markdown::{self, Line};
use super::{Fold, Lesson, Level, Part};

/// What a README says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Readme {
    pub number: Option<u32>,
    pub title: Option<String>,
    pub level: Option<Level>,
    pub minutes: Option<u32>,
    pub mission: String,
    pub lesson: Lesson,
    /// kubectl STATUS values of pods that are not ready, printed before the first hint.
    pub statuses: Vec<String>,
}

/// Takes a README apart.
#[must_use]
pub fn parse(text: &str) -> Readme {
    let text = if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    };
    let text = crate::text::clean(&super::mojibake::repair(&text));
    let text = markdown::without_comments(&text);
    let lines = markdown::lines(&text);
    let mut reader = Reader::default();
    let mut at = 0;
    while at < lines.len() {
        at = reader.take(&lines, at);
    }
    reader.flush();
    let mut readme = reader.readme;
    readme.statuses = markdown::statuses(&reader.head);
    sections(&mut readme, &lines);
    readme
}

#[derive(Default)]
struct Reader {
    readme: Readme,
    /// Markdown not yet made a part.
    pending: String,
    /// All that comes before the first hint or the solution.
    head: String,
    hints: usize,
    /// Set once the solution was met: the heading that the following text stands under.
    after: Option<String>,
}

impl Reader {
    /// Reads one line, or a whole fold; returns where to go on.
    fn take(&mut self, lines: &[Line], at: usize) -> usize {
        let line = &lines[at];
        if line.code {
            self.text(line.text);
            return at + 1;
        }
        if let Some(fold) = markdown::fold(lines, at) {
            self.fold(&fold.summary, fold.body, answers::kind(&fold.summary));
            return fold.end;
        }
        if let Some(section) = answers::section(lines, at) {
            let end = section.end;
            self.answers(section);
            return end;
        }
        if let Some((depth, heading)) = markdown::heading(line.text)
            && depth <= 2
        {
            self.heading(depth, heading);
            if self.after.is_some() {
                return at + 1;
            }
        } else if let Some((name, value)) = markdown::field(line.text).or_else(|| markdown::plain_field(line.text))
            && self.field(&name, value, line.text)
        {
            return at + 1;
        }
        self.text(line.text);
        at + 1
    }

    fn text(&mut self, line: &str) {
        self.pending.push_str(line);
        self.pending.push('\n');
        if self.hints == 0 && self.after.is_none() {
            self.head.push_str(line);
            self.head.push('\n');
        }
    }

    fn heading(&mut self, depth: usize, heading: &str) {
        if depth == 1 && self.readme.title.is_none() {
            let (number, title) = markdown::title(heading);
            (self.readme.number, self.readme.title) = (number, Some(title));
        }
        if self.after.is_some() {
            self.flush();
            self.after = Some(heading.to_owned());
        }
    }

    /// Takes a bold field of the head; whether its line is done with.
    fn field(&mut self, name: &str, value: &str, line: &str) -> bool {
        match name {
            "difficulty" | "level" | "schwierigkeit" | "niveau" | "nivel" | "dificultad" | "difficulté" | "难度" => {
                self.readme.level = self.readme.level.or(level(value))
            }
            "estimated time" | "time" | "duration" | "dauer" | "zeit" | "duración" | "durée" | "预计时间" | "时间" => {
                self.readme.minutes = self.readme.minutes.or(minutes(value))
            }
            "your mission" | "mission" | "deine aufgabe" | "tu misión" | "任务" if self.readme.mission.is_empty() => {
                value.clone_into(&mut self.readme.mission)
            }
            "image" | "images" if self.after.is_none() => {
                self.flush();
                let summary = if name == "image" { "Image" } else { "Images" };
                self.readme.lesson.parts.push(Part::Fold {
                    kind: Fold::Answer,
                    summary: summary.to_owned(),
                    body: line.trim().to_owned(),
                });
                return true;
            }
            _ => {}
        }
        false
    }

    fn answers(&mut self, section: Answers) {
        for (summary, body) in section.folds {
            self.fold(&summary, body, Some(section.kind));
        }
    }

    fn fold(&mut self, summary: &str, body: String, announced: Option<Kind>) {
        self.flush();
        let kind = match announced {
            Some(Kind::Hint) => {
                self.hints += 1;
                Fold::Hint(self.hints)
            }
            Some(Kind::Solution) => Fold::Solution,
            None if self.after.is_some() => Fold::Answer,
            None => Fold::Plain,
        };
        self.readme.lesson.parts.push(Part::Fold {
            kind,
            summary: summary.to_owned(),
            body,
        });
        if kind == Fold::Solution && self.after.is_none() {
            self.after = Some(String::new());
        }
    }

    /// Makes a part of what is pending: text, or an answer once the solution was met.
    fn flush(&mut self) {
        let body = std::mem::take(&mut self.pending);
        let body = body.trim_matches('\n').trim_end().to_owned();
        if body.trim().is_empty() {
            return;
        }
        self.readme.lesson.parts.push(match &self.after {
            None => Part::Text(body),
            Some(heading) => {
                let summary = if heading.is_empty() {
                    "After the solution".to_owned()
                } else {
                    heading.clone()
                };
                Part::Fold {
                    kind: Fold::Answer,
                    summary,
                    body,
                }
            }
        });
    }
}

/// What a second-level heading is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Topic {
    Objectives,
    Step,
    Learned,
    Pitfalls,
    Deeper,
    Next,
    Other,
}

fn topic(heading: &str) -> Topic {
    let lower = heading.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let bare = lower.trim_start_matches(|char: char| !char.is_alphanumeric());
    let after_step = ["step", "schritt", "paso", "étape", "passo", "шаг", "步骤"]
        .iter()
        .find_map(|word| bare.strip_prefix(word));
    if after_step.is_some_and(|rest| rest.trim_start_matches([' ', '#']).starts_with(|char: char| char.is_ascii_digit())) {
        Topic::Step
    } else if has(&[
        "objective",
        "you will learn",
        "you'll learn",
        "learning goal",
        "lernziel",
        "objetivo",
        "学习目标",
        "学習目標",
    ]) {
        Topic::Objectives
    } else if has(&["learned", "learnt", "takeaway", "take-away", "gelernt", "aprendi", "appris", "学到"]) {
        Topic::Learned
    } else if has(&[
        "pitfall",
        "common mistake",
        "häufige fehler",
        "stolper",
        "errores comunes",
        "erreurs fréquentes",
        "常见错误",
    ]) {
        Topic::Pitfalls
    } else if has(&[
        "deeper",
        "further reading",
        "read more",
        "resources",
        "weiterführend",
        "para saber más",
        "pour aller plus loin",
        "延伸阅读",
    ]) {
        Topic::Deeper
    } else if has(&["next challenge", "next scenario", "next lesson", "what's next", "next step"]) || lower.trim() == "next" {
        Topic::Next
    } else {
        Topic::Other
    }
}

/// Fills what the debrief needs from the sections, wherever they stand.
fn sections(readme: &mut Readme, lines: &[Line]) {
    let lesson = &mut readme.lesson;
    let mut at = 0;
    while at < lines.len() {
        if let Some(fold) = markdown::fold(lines, at) {
            at = fold.end;
            continue;
        }
        let Some((2, heading)) = markdown::heading_of(&lines[at]) else {
            at += 1;
            continue;
        };
        let end = markdown::section_end(lines, at + 1);
        let body = &lines[at + 1..end];
        let topic = topic(heading);
        match topic {
            Topic::Objectives => lesson.objectives.extend(markdown::items(body)),
            Topic::Step => lesson.steps.push(markdown::after_colon(heading).to_owned()),
            Topic::Learned => lesson.learned.extend(markdown::items(body)),
            Topic::Pitfalls => lesson.pitfalls.extend(markdown::items(body)),
            Topic::Deeper => {
                lesson.deeper.push_str(markdown::join(body).trim());
                lesson
                    .links
                    .extend(markdown::links(body).into_iter().filter(|(_, address)| address.contains("://")));
            }
            Topic::Next => {
                lesson.next = lesson
                    .next
                    .take()
                    .or_else(|| markdown::links(body).into_iter().find_map(|(_, address)| folder(&address)))
            }
            Topic::Other => {}
        }
        at = if topic == Topic::Step { at + 1 } else { end };
    }
}

/// The folder a relative link leads to.
fn folder(address: &str) -> Option<String> {
    let path = address.split(['#', '?']).next()?;
    if path.contains("://") {
        return None;
    }
    let last = path.trim_end_matches("README.md").trim_end_matches('/').rsplit('/').next()?;
    (!last.is_empty() && last != "..").then(|| last.to_owned())
}

/// A level by any of its usual names.
#[must_use]
pub fn level(text: &str) -> Option<Level> {
    let lower = text.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if has(&["advanced", "hard", "expert", "schwer", "fortgeschritten", "avanz", "avancé", "高级"]) {
        Some(Level::Advanced)
    } else if has(&["intermediate", "medium", "moderate", "mittel", "intermed", "intermédiaire", "中级"]) {
        Some(Level::Intermediate)
    } else {
        has(&[
            "beginner",
            "easy",
            "basic",
            "anfänger",
            "einsteiger",
            "leicht",
            "principiante",
            "débutant",
            "初级",
        ])
        .then_some(Level::Beginner)
    }
}

/// The minutes of `15 minutes`, `10-15 min`, `1 hour`.
fn minutes(text: &str) -> Option<u32> {
    let numbers: Vec<u32> = text
        .split(|char: char| !char.is_ascii_digit())
        .filter_map(|number| number.parse().ok())
        .collect();
    if text.to_lowercase().contains("hour") {
        let hours = numbers.first()?.saturating_mul(60);
        return Some(hours.saturating_add(numbers.get(1).copied().unwrap_or(0)));
    }
    numbers.into_iter().max()
}
