//! News and answers from the attempt's cluster.

use super::super::msg::{Detail, Effect, FromCluster, Link, Notice, Order};
use super::super::overlay::{ask, needs_yes};
use super::super::{Model, Opened, Overlay, Place, Question, Stage, compare, live, repair};
use super::{equal, leave, story};

pub fn update(model: &mut Model, news: FromCluster) -> Vec<Effect> {
    match news {
        FromCluster::Opened { namespace, server, version } => return opened(model, Opened { namespace, server, version }),
        FromCluster::Failed(notice) => failed(model, notice),
        FromCluster::Changed(changes) => return live::changed(model, changes),
        FromCluster::Link(link) => {
            linked(model, link);
            return live::look(model);
        }
        FromCluster::Done(order, lines) => return done(model, order, &lines),
        FromCluster::Refused(order, notice) => refused(model, order, notice),
        FromCluster::Going(lines) => {
            if let Some(attempt) = model.attempt_mut().filter(|attempt| attempt.stage == Stage::Cleaning) {
                attempt.going = lines;
            }
        }
        FromCluster::Found(objects) => return found(model, objects),
        FromCluster::LogTail(wanted, lines) => {
            // A log that could not be read takes nothing away from what is known.
            if let Some(attempt) = model.attempt_mut().filter(|_| !lines.is_empty()) {
                let tail = wanted.tail(lines);
                attempt.logs.insert((wanted.uid, wanted.container), tail);
            }
            return live::look(model);
        }
        FromCluster::Asked(goal, found) => {
            if let Some(attempt) = model.attempt_mut() {
                attempt.judge.tell(goal, found);
            }
            return live::look(model);
        }
        FromCluster::Cheated(cheat) => {
            live::cheated(model, cheat, true);
            return live::look(model);
        }
        FromCluster::Access(line) => {
            equal(model, line.clone());
            return vec![Effect::Copy(line)];
        }
        FromCluster::Manifest(about, answer) => repair::fetched(model, &about, answer),
        FromCluster::Mended(about, answer) => repair::mended(model, &about, answer),
        FromCluster::Compared(answer) => compare::answered(model, answer),
        FromCluster::Detail(detail, text) => detailed(model, &detail, text),
        FromCluster::LogLines { pod, container, lines } => {
            if let Some(page) = log_page(model) {
                page.take(&pod, &container, lines);
            }
        }
        FromCluster::LogEnded { pod, container, why } => {
            if let Some(page) = log_page(model).filter(|page| page.pod == pod && page.shown() == container) {
                page.ended = Some(why.unwrap_or_else(|| "the container ended".to_owned()));
            }
        }
    }
    Vec::new()
}

fn log_page(model: &mut Model) -> Option<&mut super::super::LogPage> {
    model.overlays.iter_mut().find_map(|overlay| match overlay {
        Overlay::Log(page) => Some(page),
        _ => None,
    })
}

/// On the practice cluster the preparation begins at once; on a real one nothing is written before the learner's yes.
fn opened(model: &mut Model, opened: Opened) -> Vec<Effect> {
    // the kubeconfig is read when the cluster is opened, and names the server then
    if let Place::Real { server, .. } = &mut model.place {
        server.clone_from(&opened.server);
    }
    let silent = !needs_yes(model, Order::Prepare);
    let Some(attempt) = model.attempt_mut() else { return Vec::new() };
    attempt.opened = Some(opened);
    if attempt.stage != Stage::Opening {
        return Vec::new();
    }
    attempt.stage = Stage::Ready;
    // The clock of a drill runs from the start.
    if attempt.scenario.drill.is_some() {
        return story::break_it(model);
    }
    if silent && !attempt.memory.found {
        story::order(model, Order::Prepare)
    } else {
        Vec::new()
    }
}

fn failed(model: &mut Model, notice: Notice) {
    let now = model.wall();
    if let Some(attempt) = model.attempt_mut() {
        attempt.stage = Stage::Failed;
        attempt.working = None;
        attempt.memory.applied = false;
    }
    model.notice = Some((notice, now));
}

fn linked(model: &mut Model, link: Link) {
    let Some(attempt) = model.attempt_mut() else { return };
    let before = std::mem::replace(&mut attempt.link, link.clone());
    match (&before, &link) {
        (Link::Stale { .. }, Link::Stale { .. }) => {}
        (_, Link::Stale { since, why, .. }) => {
            let time = since.to_string();
            let time = time.get(11..19).unwrap_or(&time).to_owned();
            model.say(
                true,
                format!("The cluster does not answer since {time} UTC: {why}"),
                "the rows are kept; klab tries again by itself",
            );
        }
        (Link::Stale { .. }, Link::Live) => model.say(false, "The cluster answers again", ""),
        (Link::Connecting | Link::Live, Link::Limited(why)) => model.say(true, why.clone(), "the rest works"),
        _ => {}
    }
}

fn done(model: &mut Model, order: Order, lines: &[String]) -> Vec<Effect> {
    let Some(attempt) = model.attempt_mut() else { return Vec::new() };
    if attempt.working == Some(order) {
        attempt.working = None;
    }
    match order {
        Order::Prepare => return prepared(model),
        Order::Break => {
            model.say(false, said(lines, "broken/ is applied"), "watch the pods and events");
            return story::begun(model).into_iter().collect();
        }
        Order::Solve => model.say(false, said(lines, "The solution is applied"), "watch the rollout"),
        Order::Cleanup => return cleaned(model, lines),
    }
    Vec::new()
}

/// `deployment.apps/web created` and how many more.
fn said(lines: &[String], otherwise: &str) -> String {
    match lines {
        [] => otherwise.to_owned(),
        [one] => one.clone(),
        [one, rest @ ..] => format!("{one}, and {} more", rest.len()),
    }
}

fn prepared(model: &mut Model) -> Vec<Effect> {
    let Some(attempt) = model.attempt_mut().filter(|attempt| attempt.stage != Stage::Cleaning) else {
        return Vec::new();
    };
    attempt.memory.prepared = true;
    attempt.memory.applied |= !attempt.scenario.setup.is_empty();
    let Some(order) = attempt.memory.queued.take() else { return Vec::new() };
    attempt.working = Some(order);
    vec![Effect::Carry(attempt.number, order)]
}

fn cleaned(model: &mut Model, left: &[String]) -> Vec<Effect> {
    let Some(attempt) = model.attempt_mut() else { return Vec::new() };
    let leaving = attempt.memory.leaving.take();
    if !left.is_empty() {
        attempt.going = left.to_vec();
        attempt.stage = if attempt.solved_at.is_some() { Stage::Solved } else { Stage::Broken };
        let what = format!("{} still there: {}", left.len(), left.join(", "));
        model.say(true, what, "c tries again; kubectl describe tells what holds them");
        return Vec::new();
    }
    story::cleaned(model);
    if let Some(to) = leaving {
        return leave::go(model, to);
    }
    model.say(false, "All gone", "b starts afresh, n is the next scenario");
    Vec::new()
}

fn refused(model: &mut Model, order: Order, notice: Notice) {
    let now = model.wall();
    let Some(attempt) = model.attempt_mut() else { return };
    attempt.working = None;
    attempt.memory.queued = None;
    attempt.memory.leaving = None;
    attempt.stage = match order {
        // What was applied before the refusal can still be cleaned up.
        Order::Prepare | Order::Break => {
            attempt.began = None;
            attempt.memory.applied = attempt.memory.found || story::anything_there(attempt);
            Stage::Ready
        }
        Order::Solve if attempt.solved_at.is_none() => Stage::Broken,
        _ if attempt.solved_at.is_some() => Stage::Solved,
        _ if attempt.began.is_some() => Stage::Broken,
        _ => Stage::Ready,
    };
    model.notice = Some((notice, now));
}

fn found(model: &mut Model, objects: Vec<String>) -> Vec<Effect> {
    let Some(attempt) = model.attempt_mut() else { return Vec::new() };
    if objects.is_empty() || attempt.began.is_some() {
        return Vec::new();
    }
    attempt.memory.found = true;
    attempt.memory.applied = true;
    let lines = std::iter::once("An earlier run left these here:".to_owned()).chain(objects.iter().map(|object| format!("  {object}")));
    let lines = lines.chain(["y goes on with them, n cleans up, Esc decides later.".to_owned()]).collect();
    ask(model, Question::GoOn, lines)
}

fn detailed(model: &mut Model, of: &Detail, answer: Result<String, String>) {
    for overlay in &mut model.overlays {
        if let Overlay::Page { detail, text, loading, .. } = overlay
            && detail == of
        {
            *text = answer.clone();
            *loading = false;
        }
    }
}
