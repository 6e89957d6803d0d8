//! A drill: one fault or two drawn by a seed, under other names, with nothing that says what they are.

mod disguise;
mod quicker;

use super::{Lesson, Level, Need, Part, Scenario, SolutionMode, Want};

/// The folder that a drill is kept under.
pub const FOLDER: &str = "drill";
/// Longer than this nobody is left alone with a fault, unless they ask for it.
const LONGEST: u32 = 25;
/// Kinds that act on everything beside them, so that a second fault would not be a fault of its own.
const FAR_REACHING: [&str; 5] = ["NetworkPolicy", "ResourceQuota", "LimitRange", "Namespace", "Node"];

/// What a drill hides until it is over.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Drill {
    pub seed: u64,
    pub minutes: u32,
    pub faults: Vec<Wrong>,
    /// The command line that plays it again.
    pub again: String,
}

/// One of the faults, as the report tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Wrong {
    pub folder: String,
    pub title: String,
    /// The commands that lead from broken/ to solution/ at once.
    pub quicker: Vec<String>,
}

/// What is wished for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wish {
    pub level: Option<Level>,
    pub minutes: Option<u32>,
    pub seed: u64,
    /// It is played on a real cluster, which may lack what lessons require.
    pub real: bool,
}

/// Draws a drill; None where no scenario fits the wish.
#[must_use]
pub fn draw<'a>(scenarios: impl Iterator<Item = &'a Scenario>, wish: Wish) -> Option<Scenario> {
    let fits = |scenario: &&Scenario| {
        let level = wish.level.is_none_or(|level| scenario.level == level);
        let place = if wish.real {
            scenario.requires.is_empty()
        } else {
            playable(&scenario.requires)
        };
        level && place && !scenario.broken.is_empty() && !scenario.solution.is_empty()
    };
    let fitting: Vec<&Scenario> = scenarios.filter(fits).collect();
    let mut chance = Chance(wish.seed);
    let first = *chance.one(&fitting)?;
    let others: Vec<&Scenario> = fitting.into_iter().filter(|other| other.folder != first.folder && joins(other)).collect();
    let second = chance.one(&others).copied().filter(|_| joins(first) && chance.up_to(3) == 0);
    let mut words = disguise::words(&mut chance);
    let mut drill = Scenario::default();
    let level = wish.level.map_or("", |level| match level {
        Level::Beginner => " --level beginner",
        Level::Intermediate => " --level intermediate",
        Level::Advanced => " --level advanced",
    });
    let mut about = Drill {
        seed: wish.seed,
        again: format!("klab drill{level} --seed {}", wish.seed),
        ..Drill::default()
    };
    for scenario in std::iter::once(first).chain(second) {
        let disguised = disguise::disguised(scenario, &mut words, &mut chance);
        about.faults.push(Wrong {
            folder: scenario.folder.clone(),
            title: scenario.title.clone(),
            quicker: quicker::commands(&disguised),
        });
        about.minutes += scenario.minutes;
        drill = joined(drill, disguised);
    }
    about.minutes = wish.minutes.unwrap_or(about.minutes.clamp(5, LONGEST));
    Some(sealed(drill, about))
}

/// The practice cluster offers nearly everything.
fn playable(needs: &[Need]) -> bool {
    needs
        .iter()
        .all(|need| matches!(need, Need::Practice | Need::ApiFromPods | Need::NetworkPolicy | Need::Nodes(_)))
}

/// Whether it can be one of two faults in one namespace.
fn joins(scenario: &Scenario) -> bool {
    let manifests = [&scenario.setup, &scenario.broken, &scenario.solution].into_iter().flatten();
    let alone = scenario.nodes.is_empty() && scenario.trigger.is_empty() && scenario.solution_mode == SolutionMode::Apply;
    alone && manifests.map(super::Manifest::kind).all(|kind| !FAR_REACHING.contains(&kind))
}

/// Both faults in one scenario.
fn joined(mut one: Scenario, other: Scenario) -> Scenario {
    one.setup.extend(other.setup);
    one.broken.extend(other.broken);
    one.solution.extend(other.solution);
    one.requires.extend(other.requires);
    one.nodes.extend(other.nodes);
    one.allow.extend(other.allow);
    one.trigger.extend(other.trigger);
    one.clues.extend(other.clues);
    one.expect_broken.extend(other.expect_broken);
    one.cheats.extend(other.cheats);
    one.lift_finalizers.extend(other.lift_finalizers);
    one.images.extend(other.images);
    one.level = one.level.max(other.level);
    one.solution_mode = other.solution_mode;
    for goal in other.goals {
        let known = one.goals.iter_mut().find(|known| known.what == goal.what);
        match known {
            Some(known) => known.hold = known.hold.max(goal.hold),
            None => one.goals.push(goal),
        }
    }
    one
}

/// Title, lesson, hints and reasons are taken away.
fn sealed(mut drill: Scenario, about: Drill) -> Scenario {
    FOLDER.clone_into(&mut drill.folder);
    FOLDER.clone_into(&mut drill.id);
    "Drill".clone_into(&mut drill.title);
    drill.minutes = about.minutes;
    drill.lesson = Lesson {
        parts: vec![Part::Text(brief(&about))],
        ..Lesson::default()
    };
    for goal in &mut drill.goals {
        goal.why.clear();
    }
    // that pods are ready says it as well, and does not name the fault
    if drill.goals.iter().any(|goal| matches!(goal.what, Want::Ready { .. })) {
        drill.goals.retain(|goal| goal.what != Want::Pulls);
    }
    drill.drill = Some(about);
    drill
}

fn brief(about: &Drill) -> String {
    let Drill { again, minutes, .. } = about;
    format!(
        "# Drill\n\nSomebody changed something, and it does not work any more. Nobody says what, or whether it is one thing or two.\n\n\
        You have **{minutes} minutes**. Find it, mend it, and watch the goals: they say what must hold, not how.\n\n\
        - `d`, `l`, `y`, `v` look at the selected object, `!` opens a shell, as ever\n\
        - there are no hints, and the clue stays hidden\n\
        - `s` gives up and shows what was wrong\n\n\
        `{again}` plays the same again.\n"
    )
}

/// Numbers that look like chance and are the same for the same seed.
pub(super) struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// 0 to one less than `end`.
    fn up_to(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % (end.max(1) as u64)).unwrap_or(0)
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        let at = self.up_to(of.len());
        of.get(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::load;

    fn drawn(seed: u64) -> Scenario {
        draw(load::embedded().scenarios(), Wish { seed, ..Wish::default() }).unwrap()
    }

    #[test]
    fn the_same_seed_draws_the_same_and_another_gives_other_names() {
        assert_eq!(drawn(7), drawn(7));
        let names = |seed| drawn(seed).broken.iter().map(|one| one.name().to_owned()).collect::<Vec<_>>();
        let all: std::collections::BTreeSet<_> = (0..20).map(names).collect();
        assert!(all.len() >= 15, "{all:?}");
        let faults: std::collections::BTreeSet<_> = (0..40).map(|seed| drawn(seed).drill.unwrap().faults.len()).collect();
        assert_eq!(faults.into_iter().collect::<Vec<_>>(), [1, 2], "sometimes two");
    }

    #[test]
    fn nothing_in_it_names_the_fault() {
        let library = load::embedded();
        for seed in 0..40 {
            let drill = drawn(seed);
            assert!(drill.files.is_empty() && drill.hint_offers.is_empty() && drill.repairs.is_empty());
            let shown = format!("{} {:?}", drill.title, drill.lesson);
            for wrong in &drill.drill.as_ref().unwrap().faults {
                let origin = library.find(&wrong.folder).unwrap();
                assert!(!shown.contains(&wrong.title) && !shown.contains(&origin.id), "{shown}");
                assert!(!wrong.quicker.is_empty(), "{seed}: {}", wrong.folder);
            }
        }
    }

    #[test]
    fn a_level_is_kept_to() {
        let library = load::embedded();
        let wish = Wish {
            level: Some(Level::Beginner),
            minutes: Some(3),
            ..Wish::default()
        };
        let drill = draw(library.scenarios(), wish).unwrap();
        let about = drill.drill.unwrap();
        assert_eq!(about.minutes, 3);
        assert!(about.faults.iter().all(|wrong| library.find(&wrong.folder).unwrap().level == Level::Beginner));
        assert!(draw(std::iter::empty(), wish).is_none());
    }
}
