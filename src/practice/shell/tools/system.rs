//! Programs about the machine: sleep, date, hostname, id, ps and their kin.

use std::time::Duration;

use futures::future::{Either, select};

use super::{Done, Line, seconds};
use crate::practice::runtime::hold;
use crate::practice::runtime::process::Process;

pub(super) async fn run(process: &Process, name: &str, words: &[String]) -> Done {
    match name {
        "sleep" | "usleep" => sleep(process, name, words).await,
        "timeout" => timeout(process, words).await,
        "time" => time(process, words).await,
        "date" => date(process, words).await,
        "ps" | "top" => ps(process).await,
        "kill" => {
            let mut code = 0;
            for pid in words.iter().filter_map(|word| word.parse::<u32>().ok()) {
                code |= i32::from(!process.kernel.signal(pid, 15));
            }
            Ok(code)
        }
        "pidof" => pidof(process, words).await,
        "which" => which(process, words).await,
        "basename" | "dirname" => path(process, name, words).await,
        _ => process.print(facts(process, name, words)).await.map(|()| 0),
    }
}

/// The name of a user or group in the container's own list.
pub(super) fn called(process: &Process, id: i64, list: &str) -> Option<String> {
    lines(process, list).find_map(|(name, number)| (number == id).then_some(name))
}

/// The number of a user or group that is given by name or number.
pub(super) fn number(process: &Process, name: &str, list: &str) -> Option<i64> {
    let known = lines(process, list).find_map(|(known, number)| (known == name).then_some(number));
    known.or_else(|| name.parse().ok())
}

fn lines(process: &Process, list: &str) -> impl Iterator<Item = (String, i64)> {
    let text = process.kernel.files.content(list).map(|data| data.text()).unwrap_or_default();
    let line = |line: &str| {
        let mut parts = line.split(':');
        Some((parts.next()?.to_owned(), parts.nth(1)?.parse().ok()?))
    };
    text.lines().filter_map(line).collect::<Vec<_>>().into_iter()
}

/// What is said of the machine in a line or two.
fn facts(process: &Process, name: &str, words: &[String]) -> String {
    let facts = &process.kernel.facts;
    let user = facts.user;
    let known = |id: i64| called(process, id, "/etc/passwd");
    let name_of = known(user).unwrap_or_else(|| user.to_string());
    let letter = words.first().map_or("", String::as_str);
    let mut line = match (name, letter) {
        ("hostname", "-i") => hold(&process.kernel.network.address).clone(),
        ("hostname", _) => facts.hostname.clone(),
        ("id", "-u") => user.to_string(),
        ("id", "-g") => facts.group.to_string(),
        ("id", "-G") => facts.groups.iter().map(i64::to_string).collect::<Vec<_>>().join(" "),
        ("id", "-un") | ("whoami", _) => name_of,
        ("id", _) => {
            let with = |id: i64, list: &str| called(process, id, list).map_or_else(|| id.to_string(), |name| format!("{id}({name})"));
            let groups: Vec<String> = facts.groups.iter().map(|id| with(*id, "/etc/group")).collect();
            format!("uid={} gid={} groups={}", with(user, "/etc/passwd"), with(facts.group, "/etc/group"), groups.join(","))
        }
        ("uname", "-a") => format!("Linux {} 6.12.0 #1 SMP x86_64 GNU/Linux", facts.hostname),
        ("uname", "-r") => "6.12.0".to_owned(),
        ("uname", "-m") => "x86_64".to_owned(),
        ("uname", "-n") => facts.hostname.clone(),
        ("uname", _) => "Linux".to_owned(),
        ("nproc", _) => "4".to_owned(),
        ("uptime", _) => format!(" {} up 1 day,  0 users,  load average: 0.00, 0.00, 0.00", process.kernel.now().strftime("%H:%M:%S")),
        ("free", _) => "              total        used        free      shared  buff/cache   available\nMem:        8388608     1048576     6291456           0     1048576     7340032".to_owned(),
        _ => String::new(),
    };
    line.push('\n');
    line
}

async fn sleep(process: &Process, name: &str, words: &[String]) -> Done {
    if words.is_empty() {
        process.complain("sleep: missing operand").await;
        return Ok(1);
    }
    let mut total = 0.0;
    for word in words {
        let Some(time) = seconds(word) else {
            process.complain(format!("{name}: invalid number '{word}'")).await;
            return Ok(1);
        };
        total += time;
    }
    if name == "usleep" {
        total /= 1e6;
    }
    process.kernel.sleep(Duration::from_secs_f64(total.min(f64::from(u32::MAX)))).await;
    Ok(0)
}

async fn timeout(process: &Process, words: &[String]) -> Done {
    let line: Vec<&String> = words.iter().skip_while(|word| word.starts_with('-')).collect();
    let Some((limit, command)) = line.split_first() else { return Ok(1) };
    let Some(limit) = seconds(limit) else {
        process.complain(format!("timeout: invalid number '{limit}'")).await;
        return Ok(1);
    };
    let argv: Vec<String> = command.iter().map(|word| (*word).clone()).collect();
    let Some(first) = argv.first() else { return Ok(1) };
    if super::find(process, first).is_err() {
        process.complain(format!("timeout: can't execute '{first}': No such file or directory")).await;
        return Ok(127);
    }
    let child = process.spawn(argv.clone(), |process| super::execute(process, argv));
    let end = Box::pin(process.kernel.sleep(Duration::from_secs_f64(limit)));
    match select(Box::pin(process.wait(child, false)), end).await {
        Either::Left((code, _)) => Ok(code.unwrap_or(127)),
        Either::Right(_) => {
            process.kernel.signal(child, 15);
            Ok(143)
        }
    }
}

async fn time(process: &Process, words: &[String]) -> Done {
    let before = process.kernel.now();
    let Some(first) = words.first() else { return Ok(0) };
    if super::find(process, first).is_err() {
        process.complain(format!("time: can't execute '{first}': No such file or directory")).await;
        return Ok(127);
    }
    let code = super::execute(process.clone(), words.to_vec()).await;
    let took = process.kernel.now().duration_since(before).as_secs_f64();
    let (minutes, rest) = ((took / 60.0) as u64, took % 60.0);
    process.complain(format!("real\t{minutes}m {rest:.2}s\nuser\t0m 0.00s\nsys\t0m 0.00s")).await;
    Ok(code)
}

async fn date(process: &Process, words: &[String]) -> Done {
    let line = Line::read(words, "dDr");
    let mut now = process.kernel.now();
    if let Some(at) = line.value('d') {
        if let Some(time) = at.strip_prefix('@').and_then(|seconds| seconds.parse().ok()) {
            now = jiff::Timestamp::from_second(time).unwrap_or(now);
        } else {
            process.complain(format!("date: invalid date '{at}'")).await;
            return Ok(1);
        }
    }
    let zone = now.to_zoned(jiff::tz::TimeZone::UTC);
    let format = words.iter().find_map(|word| word.strip_prefix('+'));
    let text = match format {
        Some(format) => jiff::fmt::strtime::format(format.replace("%N", "000000000"), &zone).unwrap_or_else(|_| format.to_owned()),
        None if line.has('I') => zone.strftime("%Y-%m-%d").to_string(),
        None if line.has('R') => zone.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string(),
        None => zone.strftime("%a %b %e %H:%M:%S UTC %Y").to_string(),
    };
    process.print(format!("{text}\n")).await.map(|()| 0)
}

async fn ps(process: &Process) -> Done {
    let mut text = "PID   USER     TIME  COMMAND\n".to_owned();
    let user = if process.user() == 0 { "root".to_owned() } else { process.user().to_string() };
    for (pid, known) in hold(&process.kernel.table).iter().filter(|(_, known)| known.ended.is_none()) {
        text += &format!("{pid:5} {user:<8}  0:00 {}\n", known.argv.join(" "));
    }
    process.print(text).await.map(|()| 0)
}

async fn pidof(process: &Process, words: &[String]) -> Done {
    let found: Vec<String> = hold(&process.kernel.table)
        .iter()
        .filter(|(_, known)| {
            known.ended.is_none()
                && known
                    .argv
                    .first()
                    .is_some_and(|first| words.iter().any(|word| first.rsplit('/').next() == Some(word)))
        })
        .map(|(pid, _)| pid.to_string())
        .collect();
    process.print(format!("{}\n", found.join(" "))).await?;
    Ok(i32::from(found.is_empty()))
}

async fn which(process: &Process, words: &[String]) -> Done {
    let mut code = 0;
    for word in words {
        match super::find(process, word) {
            Ok(path) => process.print(format!("{path}\n")).await?,
            Err(_) => code = 1,
        }
    }
    Ok(code)
}

async fn path(process: &Process, name: &str, words: &[String]) -> Done {
    let Some(path) = words.first() else { return Ok(1) };
    let trimmed = path.trim_end_matches('/');
    let text = if name == "dirname" {
        match trimmed.rsplit_once('/') {
            Some(("", _)) => "/",
            Some((folder, _)) => folder,
            None => ".",
        }
    } else {
        let base = trimmed.rsplit('/').next().unwrap_or_default();
        words.get(1).and_then(|suffix| base.strip_suffix(suffix.as_str())).unwrap_or(base)
    };
    process.print(format!("{text}\n")).await.map(|()| 0)
}
