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
        "ps" => ps(process, words).await,
        "kill" => {
            let mut code = 0;
            for pid in words.iter().filter_map(|word| word.parse::<u32>().ok()) {
                code |= i32::from(!process.kernel.signal(pid, 15));
            }
            Ok(code)
        }
        "pidof" => pidof(process, words).await,
        "killall" => killall(process, words).await,
        "which" => which(process, words).await,
        "basename" | "dirname" => path(process, name, words).await,
        "whoami" if called(process, process.kernel.facts.user, "/etc/passwd").is_none() => {
            process.complain(format!("whoami: unknown uid {}", process.kernel.facts.user)).await;
            Ok(1)
        }
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

/// What the list of hosts calls the machine first.
fn full_name(process: &Process) -> String {
    let own = &process.kernel.facts.hostname;
    let hosts = process.kernel.files.content("/etc/hosts").map(|content| content.text()).unwrap_or_default();
    let names = hosts.lines().map(|line| line.split_whitespace().skip(1).collect::<Vec<_>>());
    names
        .filter(|names| names.iter().any(|name| name == own))
        .find_map(|names| names.first().map(|name| (*name).to_owned()))
        .unwrap_or_else(|| own.clone())
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
        ("hostname", "-f") => full_name(process),
        ("hostname", _) => facts.hostname.clone(),
        ("id", "-u") => user.to_string(),
        ("id", "-g") => facts.group.to_string(),
        ("id", "-G") => facts.groups.iter().map(i64::to_string).collect::<Vec<_>>().join(" "),
        ("id", "-un") | ("whoami", _) => name_of,
        ("id", "-gn") | ("groups", _) => called(process, facts.group, "/etc/group").unwrap_or_else(|| facts.group.to_string()),
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
    // `-Iseconds` has its value joined to it.
    let iso = words.iter().find_map(|word| word.strip_prefix("-I"));
    let words: Vec<String> = words.iter().filter(|word| !word.starts_with("-I")).cloned().collect();
    let line = Line::read(&words, "dDr");
    let mut now = process.kernel.now();
    if let Some(path) = line.value('r') {
        match process.kernel.files.get(&process.path(path)) {
            Ok(entry) => now = entry.changed,
            Err(fault) => {
                process.complain(format!("date: can't stat '{path}': {fault}")).await;
                return Ok(1);
            }
        }
    }
    if let Some(at) = line.value('d') {
        let Some(time) = moment(at, line.value('D'), now) else {
            process.complain(format!("date: invalid date '{at}'")).await;
            return Ok(1);
        };
        now = time;
    }
    let zone = now.to_zoned(jiff::tz::TimeZone::UTC);
    let format = line.words.iter().find_map(|word| word.strip_prefix('+'));
    let text = match (format, iso) {
        (Some(format), _) => jiff::fmt::strtime::format(format.replace("%N", "000000000"), &zone).unwrap_or_else(|_| format.to_owned()),
        (None, Some("" | "date")) => zone.strftime("%Y-%m-%d").to_string(),
        (None, Some("hours")) => zone.strftime("%Y-%m-%dT%H+00:00").to_string(),
        (None, Some("minutes")) => zone.strftime("%Y-%m-%dT%H:%M+00:00").to_string(),
        (None, Some(_)) => zone.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string(),
        _ if line.has('R') => zone.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string(),
        _ => zone.strftime("%a %b %e %H:%M:%S UTC %Y").to_string(),
    };
    process.print(format!("{text}\n")).await.map(|()| 0)
}

/// `@5`, `2020-01-02 03:04:05` and shorter, as busybox reads a time; or one written as the format says.
fn moment(text: &str, format: Option<&str>, now: jiff::Timestamp) -> Option<jiff::Timestamp> {
    if let Some(seconds) = text.strip_prefix('@') {
        return jiff::Timestamp::from_second(seconds.parse().ok()?).ok();
    }
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let full = match (format, text.len()) {
        (Some(_), _) => None,
        (None, 5 | 8) if text.contains(':') => Some(format!("{today} {text}")),
        (None, 10) => Some(format!("{text} 00:00")),
        (None, _) => Some(text.to_owned()),
    };
    let formats = match format {
        Some(format) => vec![format],
        None => vec!["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"],
    };
    let text = full.as_deref().unwrap_or(text);
    let read = formats.iter().find_map(|format| jiff::fmt::strtime::parse(format, text).ok())?;
    let date = read
        .to_date()
        .ok()
        .or_else(|| jiff::civil::Date::new(read.year()?, read.month().unwrap_or(1), read.day().unwrap_or(1)).ok())?;
    let time = read.to_time().unwrap_or_default();
    date.to_datetime(time).to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// What ps can tell of a process, and how wide its column is; the last one is as wide as it has to be.
const COLUMNS: [(&str, &str, usize); 6] = [
    ("pid", "PID", 5),
    ("ppid", "PPID", 5),
    ("user", "USER", 8),
    ("time", "TIME", 5),
    ("comm", "COMMAND", 16),
    ("args", "COMMAND", 27),
];

async fn ps(process: &Process, words: &[String]) -> Done {
    let line = Line::read(words, "o");
    let wanted: Vec<&str> = line.value('o').unwrap_or("pid,user,time,args").split(['\n', ',']).collect();
    let mut columns = Vec::new();
    for name in wanted {
        let Some(column) = COLUMNS.iter().find(|(known, ..)| *known == name) else {
            let known: Vec<&str> = COLUMNS.iter().map(|(known, ..)| *known).collect();
            process
                .complain(format!("ps: bad -o argument '{name}', supported arguments: {}", known.join(",")))
                .await;
            return Ok(1);
        };
        columns.push(*column);
    }
    let row = |field: &dyn Fn(&str, &'static str) -> String, heading: bool| {
        let cell = |(at, (name, title, width)): (usize, &(&str, &'static str, usize))| {
            let text = field(name, title);
            match name.ends_with("pid") {
                _ if at + 1 == columns.len() && (heading || !name.ends_with("pid")) => text,
                true if !heading => format!("{text:>width$}"),
                _ => format!("{text:<width$}"),
            }
        };
        columns.iter().enumerate().map(cell).collect::<Vec<_>>().join(" ") + "\n"
    };
    let mut text = row(&|_, title| title.to_owned(), true);
    let user = called(process, process.user(), "/etc/passwd").unwrap_or_else(|| process.user().to_string());
    for (pid, known) in hold(&process.kernel.table).iter().filter(|(_, known)| known.ended.is_none()) {
        let field = |name: &str, _| match name {
            "pid" => pid.to_string(),
            "ppid" => known.parent.to_string(),
            "user" => user.clone(),
            "time" => " 0:00".to_owned(),
            "comm" => known.argv.first().and_then(|first| first.rsplit('/').next()).unwrap_or_default().to_owned(),
            _ => known.argv.join(" "),
        };
        text += &row(&field, false);
    }
    process.print(text).await.map(|()| 0)
}

/// The running processes whose program has one of these names.
fn named(process: &Process, names: &[String]) -> Vec<u32> {
    let table = hold(&process.kernel.table);
    let running = table.iter().filter(|(_, known)| known.ended.is_none());
    let program = |argv: &[String]| argv.first().and_then(|first| first.rsplit('/').next().map(str::to_owned));
    running
        .filter(|(_, known)| program(&known.argv).is_some_and(|program| names.contains(&program)))
        .map(|(pid, _)| *pid)
        .collect()
}

async fn pidof(process: &Process, words: &[String]) -> Done {
    let found: Vec<String> = named(process, words).iter().map(u32::to_string).collect();
    process.print(format!("{}\n", found.join(" "))).await?;
    Ok(i32::from(found.is_empty()))
}

async fn killall(process: &Process, words: &[String]) -> Done {
    let (options, names): (Vec<_>, Vec<_>) = words.iter().cloned().partition(|word| word.starts_with('-'));
    let signal = options.iter().find_map(|word| crate::practice::shell::signal::number(&word[1..])).unwrap_or(15);
    let mut code = 0;
    for name in names {
        let found = named(process, std::slice::from_ref(&name));
        if found.is_empty() {
            process.complain(format!("killall: {name}: no process killed")).await;
            code = 1;
        }
        for pid in found {
            process.kernel.signal(pid, signal);
        }
    }
    Ok(code)
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
    let root = trimmed.is_empty() && !path.is_empty();
    let text = if root {
        "/"
    } else if name == "dirname" {
        match trimmed.rsplit_once('/').map(|(folder, _)| folder.trim_end_matches('/')) {
            Some("") => "/",
            Some(folder) => folder,
            None => ".",
        }
    } else {
        let base = trimmed.rsplit('/').next().unwrap_or_default();
        let cut = words.get(1).and_then(|suffix| base.strip_suffix(suffix.as_str()));
        cut.filter(|cut| !cut.is_empty()).unwrap_or(base)
    };
    process.print(format!("{text}\n")).await.map(|()| 0)
}
