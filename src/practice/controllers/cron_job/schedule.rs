//! Cron schedules: five fields or a descriptor, in a time zone; errors worded as the library behind CronJobs words them.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned};

/// A CronJob's time zone.
///
/// # Errors
/// Why it is none.
pub fn zone(name: &str) -> Result<TimeZone, String> {
    match name {
        "" => Err("timeZone must be nil or non-empty string".to_owned()),
        "UTC" => Ok(TimeZone::UTC),
        _ if name.eq_ignore_ascii_case("local") => Err("timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones".to_owned()),
        _ => TimeZone::get(name).map_err(|_| format!("unknown time zone {name}")),
    }
}

/// When something is due, again and again.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    when: When,
    zone: TimeZone,
}

#[derive(Debug, Clone, PartialEq)]
enum When {
    Every(Duration),
    /// One bit a value: minutes, hours, days of the month, months, days of the week.
    Fields([u64; 5]),
}

struct Field {
    least: u32,
    most: u32,
    names: &'static [&'static str],
}

const MONTHS: &[&str] = &["", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const FIELDS: [Field; 5] = [
    Field {
        least: 0,
        most: 59,
        names: &[],
    },
    Field {
        least: 0,
        most: 23,
        names: &[],
    },
    Field {
        least: 1,
        most: 31,
        names: &[],
    },
    Field {
        least: 1,
        most: 12,
        names: MONTHS,
    },
    Field {
        least: 0,
        most: 6,
        names: DAYS,
    },
];
/// Set where a field was a bare star.
const STAR: u64 = 1 << 63;

impl Schedule {
    /// Reads a schedule; `zone` is the CronJob's time zone, empty for UTC.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str, zone: &str) -> Result<Self, String> {
        let (mut spec, mut zone) = (text, zone);
        if let Some(rest) = spec.strip_prefix("CRON_TZ=").or_else(|| spec.strip_prefix("TZ=")) {
            (zone, spec) = rest.split_once(' ').unwrap_or((rest, ""));
        }
        let zone = if zone.is_empty() || zone == "UTC" {
            TimeZone::UTC
        } else {
            TimeZone::get(zone).map_err(|_| format!("provided bad location {zone}: unknown time zone {zone}"))?
        };
        let spec = spec.trim();
        if spec.is_empty() {
            return Err("empty spec string".to_owned());
        }
        let when = if spec.starts_with('@') {
            descriptor(spec)?
        } else {
            When::Fields(fields(spec)?)
        };
        Ok(Self { when, zone })
    }

    /// The first time after an instant.
    #[must_use]
    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        let whole = Timestamp::from_second(after.as_second()).ok()?;
        let fields = match &self.when {
            When::Every(wait) => return Some(whole + SignedDuration::try_from(*wait).ok()?),
            When::Fields(fields) => fields,
        };
        let [minutes, hours, _, months, _] = fields;
        let has = |bits: u64, value: i8| bits & (1 << value) != 0;
        let start = (whole + SignedDuration::from_secs(60 - whole.as_second().rem_euclid(60))).to_zoned(self.zone.clone());
        let mut at = start.clone();
        while at.year() <= start.year() + 5 {
            let day = at.start_of_day().ok()?;
            let next = if !has(*months, at.month()) {
                day.first_of_month().ok()?.checked_add(1.month()).ok()?
            } else if !day_fits(fields, &at) {
                day.checked_add(1.day()).ok()?.start_of_day().ok()?
            } else if !has(*hours, at.hour()) {
                at.checked_add(SignedDuration::from_mins(60 - i64::from(at.minute()))).ok()?
            } else if !has(*minutes, at.minute()) {
                at.checked_add(SignedDuration::from_mins(1)).ok()?
            } else {
                return Some(at.timestamp());
            };
            at = next;
        }
        None
    }
}

/// Days of the month and of the week both count where both are restricted, and then either is enough.
fn day_fits(fields: &[u64; 5], at: &Zoned) -> bool {
    let (days, week) = (fields[2], fields[4]);
    let day = days & (1 << at.day()) != 0;
    let weekday = week & (1 << at.weekday().to_sunday_zero_offset()) != 0;
    if days & STAR != 0 || week & STAR != 0 {
        day && weekday
    } else {
        day || weekday
    }
}

fn descriptor(spec: &str) -> Result<When, String> {
    let fields_of = match spec {
        "@yearly" | "@annually" => "0 0 1 1 *",
        "@monthly" => "0 0 1 * *",
        "@weekly" => "0 0 * * 0",
        "@daily" | "@midnight" => "0 0 * * *",
        "@hourly" => "0 * * * *",
        _ => {
            let every = spec.strip_prefix("@every ").ok_or_else(|| format!("unrecognized descriptor: {spec}"))?;
            let wait = duration(every).ok_or_else(|| format!("failed to parse duration {spec}: time: invalid duration {every:?}"))?;
            return Ok(When::Every(wait.max(Duration::from_secs(1))));
        }
    };
    Ok(When::Fields(fields(fields_of)?))
}

/// A duration as Go writes it: `1h30m`, `90s`.
fn duration(text: &str) -> Option<Duration> {
    let (mut rest, mut total) = (text, 0.0);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let value: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        total += value
            * match &rest[..unit] {
                "h" => 3600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 0.001,
                _ => return None,
            };
        rest = &rest[unit..];
    }
    Duration::try_from_secs_f64(total).ok().filter(|_| !text.is_empty())
}

fn fields(spec: &str) -> Result<[u64; 5], String> {
    let parts: Vec<&str> = spec.split_whitespace().collect();
    if parts.len() != 5 {
        return Err(format!("expected exactly 5 fields, found {}: [{}]", parts.len(), parts.join(" ")));
    }
    let mut bits = [0; 5];
    for ((bits, part), field) in bits.iter_mut().zip(parts).zip(&FIELDS) {
        for range in part.split(',') {
            *bits |= range_bits(range, field)?;
        }
    }
    Ok(bits)
}

/// `*`, `5`, `5-10`, each with a `/step`.
fn range_bits(text: &str, field: &Field) -> Result<u64, String> {
    let (range, steps) = match text.split('/').collect::<Vec<_>>()[..] {
        [range] => (range, None),
        [range, step] => (range, Some(number(step)?)),
        _ => return Err(format!("too many slashes: {text}")),
    };
    let ends: Vec<&str> = range.split('-').collect();
    let (least, mut most, star) = match ends[..] {
        ["*" | "?"] => (field.least, field.most, STAR),
        [one] => (value(one, field)?, value(one, field)?, 0),
        [first, last] => (value(first, field)?, value(last, field)?, 0),
        _ => return Err(format!("too many hyphens: {text}")),
    };
    if steps.is_some() && ends.len() == 1 && star == 0 {
        most = field.most;
    }
    let star = if steps.is_some_and(|step| step > 1) { 0 } else { star };
    if least < field.least {
        return Err(format!("beginning of range ({least}) below minimum ({}): {text}", field.least));
    }
    if most > field.most {
        return Err(format!("end of range ({most}) above maximum ({}): {text}", field.most));
    }
    if least > most {
        return Err(format!("beginning of range ({least}) beyond end of range ({most}): {text}"));
    }
    let step = steps.unwrap_or(1);
    if step == 0 {
        return Err(format!("step of range should be a positive number: {text}"));
    }
    Ok((least..=most).step_by(step as usize).fold(star, |bits, value| bits | 1 << value))
}

fn value(text: &str, field: &Field) -> Result<u32, String> {
    let name = text.to_lowercase();
    match field.names.iter().position(|known| !known.is_empty() && *known == name) {
        Some(at) => Ok(at as u32),
        None => number(text),
    }
}

fn number(text: &str) -> Result<u32, String> {
    let value: i64 = text
        .parse()
        .map_err(|_| format!("failed to parse int from {text}: strconv.Atoi: parsing {text:?}: invalid syntax"))?;
    u32::try_from(value).map_err(|_| format!("negative number ({value}) not allowed: {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(spec: &str, zone: &str, after: &str) -> String {
        let schedule = Schedule::parse(spec, zone).expect("schedule");
        schedule.next(after.parse().expect("instant")).expect("next").to_string()
    }

    #[test]
    fn the_next_time_is_found_over_months_weekdays_and_zones() {
        let from = "2026-02-27T10:15:30Z";
        assert_eq!(next("* * * * *", "", from), "2026-02-27T10:16:00Z");
        assert_eq!(next("*/20 * * * *", "", from), "2026-02-27T10:20:00Z");
        assert_eq!(next("0 3 * * mon-fri", "", from), "2026-03-02T03:00:00Z");
        assert_eq!(next("30 2 29 2 *", "", from), "2028-02-29T02:30:00Z");
        assert_eq!(next("0 0 1,15 * sun", "", from), "2026-03-01T00:00:00Z");
        assert_eq!(next("@every 90m", "", from), "2026-02-27T11:45:30Z");
        assert_eq!(next("0 9 * * *", "Asia/Tokyo", from), "2026-02-28T00:00:00Z");
    }

    #[test]
    fn a_wrong_schedule_says_why() {
        let why = |spec: &str| Schedule::parse(spec, "").unwrap_err();
        assert_eq!(why("* * * *"), "expected exactly 5 fields, found 4: [* * * *]");
        assert_eq!(why("61 * * * *"), "end of range (61) above maximum (59): 61");
        assert_eq!(why("x * * * *"), "failed to parse int from x: strconv.Atoi: parsing \"x\": invalid syntax");
        assert_eq!(why("@often"), "unrecognized descriptor: @often");
    }
}
