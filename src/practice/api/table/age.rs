//! Ages as kubectl prints them.

use jiff::Timestamp;
use serde_json::Value;

/// How long ago, as kubectl says it.
pub fn age(time: &Value, now: Timestamp) -> String {
    time.as_str()
        .and_then(|text| text.parse::<Timestamp>().ok())
        .map_or_else(|| "<unknown>".to_owned(), |at| human(now.duration_since(at).as_secs()))
}

/// A duration the way apimachinery's `HumanDuration` writes it.
pub fn human(seconds: i64) -> String {
    let pair = |large: i64, one: &str, small: i64, two: &str| {
        if small == 0 {
            format!("{large}{one}")
        } else {
            format!("{large}{one}{small}{two}")
        }
    };
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    let days = hours / 24;
    match seconds {
        ..-1 => "<invalid>".to_owned(),
        -1..0 => "0s".to_owned(),
        0..120 => format!("{seconds}s"),
        120..600 => pair(minutes, "m", seconds % 60, "s"),
        600..10_800 => format!("{minutes}m"),
        10_800..28_800 => pair(hours, "h", minutes % 60, "m"),
        28_800..172_800 => format!("{hours}h"),
        172_800..691_200 => pair(days, "d", hours % 24, "h"),
        691_200..63_072_000 => format!("{days}d"),
        63_072_000..252_288_000 => pair(days / 365, "y", days % 365, "d"),
        _ => format!("{}y", days / 365),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_read_as_kubectl_writes_them() {
        let pairs = [
            (95, "95s"),
            (245, "4m5s"),
            (240, "4m"),
            (2_700, "45m"),
            (18_720, "5h12m"),
            (108_000, "30h"),
            (273_600, "3d4h"),
            (34_560_000, "400d"),
        ];
        for (seconds, text) in pairs {
            assert_eq!(human(seconds), text);
        }
    }
}
