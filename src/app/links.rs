//! The links of all watches seen as one: the lab is live only when every kind is.

use std::collections::BTreeMap;

use crate::lab::msg::Link;

/// Each kind's link.
#[derive(Debug, Default)]
pub struct Links(BTreeMap<String, Link>);

impl Links {
    /// Takes a kind's news in and tells how the whole stands now: one stale kind makes it stale, one refused kind limited.
    pub fn heard(&mut self, kind: String, link: Link) -> Link {
        self.0.insert(kind, link);
        let worst = self.0.values().max_by_key(|link| match link {
            Link::Connecting | Link::Live => 0,
            Link::Limited(_) => 1,
            Link::Stale { .. } => 2,
        });
        worst.cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_lost_kind_is_not_live_again_because_another_answers() {
        let mut links = Links::default();
        let stale = || Link::Stale {
            since: jiff::Timestamp::UNIX_EPOCH,
            retry: None,
            why: "gone".to_owned(),
        };
        let limited = || Link::Limited("events is forbidden".to_owned());
        assert_eq!(links.heard("Event".to_owned(), limited()), limited());
        assert_eq!(links.heard("Pod".to_owned(), Link::Live), limited());
        assert_eq!(links.heard("Pod".to_owned(), stale()), stale());
        assert_eq!(links.heard("Service".to_owned(), Link::Live), stale());
        assert_eq!(links.heard("Pod".to_owned(), Link::Live), limited());
    }
}
