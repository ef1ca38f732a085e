//! What the ledger decided about a submission, written once beside it. Readers follow the outcome
//! and never judge again, so a later rule set changes no earlier entry.

use serde::Deserialize;
use std::fmt::Write as _;

/// The rule set of this version of the software.
pub const RULES: &str = "laiqu/1";

/// The outcome of one submission.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Outcome {
    /// Rule set under which it was judged.
    pub rules: String,
    /// Ranges of accepted ordinals, first and last, in order. What is left out stands elsewhere
    /// already. `None` where every event was accepted, which is not written down.
    #[serde(default)]
    pub accepted: Option<Vec<(u32, u32)>>,
    /// Event identifiers that the ledger gave, by ordinal.
    #[serde(default)]
    pub assigned: Vec<(u32, String)>,
}

impl Outcome {
    /// The outcome of an entry that holds no events.
    #[must_use]
    pub fn plain() -> Self {
        Self { rules: RULES.to_owned(), ..Self::default() }
    }

    /// The outcome of a capture: per event whether it is new, and the identifier it was given.
    #[must_use]
    pub fn of_capture<'a>(events: impl Iterator<Item = (bool, Option<&'a str>)>) -> Self {
        let (mut accepted, mut assigned): (Vec<(u32, u32)>, _) = (Vec::new(), Vec::new());
        let mut all = true;
        for (ordinal, (is_new, given)) in (0..).zip(events) {
            if !is_new {
                all = false;
                continue;
            }
            match accepted.last_mut() {
                Some((_, last)) if *last + 1 == ordinal => *last = ordinal,
                _ => accepted.push((ordinal, ordinal)),
            }
            assigned.extend(given.map(|id| (ordinal, id.to_owned())));
        }
        Self { accepted: (!all).then_some(accepted), assigned, ..Self::plain() }
    }

    /// Whether the event with this ordinal was accepted as new.
    #[must_use]
    pub fn accepts(&self, ordinal: u32) -> bool {
        let Some(ranges) = &self.accepted else { return true };
        ranges.iter().any(|(first, last)| (*first..=*last).contains(&ordinal))
    }

    /// How many of a document's `events` were accepted.
    #[must_use]
    pub fn accepted_of(&self, events: u32) -> u32 {
        let counted = |ranges: &Vec<(u32, u32)>| ranges.iter().map(|(a, b)| b - a + 1).sum();
        self.accepted.as_ref().map_or(events, counted)
    }

    /// The identifier that the ledger gave this event.
    #[must_use]
    pub fn assigned_id(&self, ordinal: u32) -> Option<&str> {
        self.assigned.iter().find(|(at, _)| *at == ordinal).map(|(_, id)| id.as_str())
    }

    /// The bytes that are committed to: hand-made, so that no library decides about them.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut text = format!("{{\"rules\":{}", quoted(&self.rules));
        // Writing to a String cannot fail.
        if let Some(accepted) = &self.accepted {
            let ranges: Vec<_> = accepted.iter().map(|(a, b)| format!("[{a},{b}]")).collect();
            write!(text, ",\"accepted\":[{}]", ranges.join(",")).unwrap_or_default();
        }
        if !self.assigned.is_empty() {
            let given = self.assigned.iter().map(|(at, id)| format!("[{at},{}]", quoted(id)));
            let given: Vec<_> = given.collect();
            write!(text, ",\"assigned\":[{}]", given.join(",")).unwrap_or_default();
        }
        text.push('}');
        text
    }

    /// Reads what [`Outcome::encode`] wrote.
    ///
    /// # Errors
    /// Where it is not such a text.
    pub fn decode(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_are_fixed() {
        let events = [(true, None), (true, Some("ni:///x")), (false, None), (true, None)];
        let outcome = Outcome::of_capture(events.into_iter());
        let text = r#"{"rules":"laiqu/1","accepted":[[0,1],[3,3]],"assigned":[[1,"ni:///x"]]}"#;
        assert_eq!(outcome.encode(), text);
        assert_eq!(Outcome::decode(text).unwrap(), outcome);
        assert_eq!(outcome.accepted_of(4), 3);
        assert_eq!(Outcome::plain().encode(), r#"{"rules":"laiqu/1"}"#);
        assert_eq!(Outcome::of_capture([(true, None); 60].into_iter()), Outcome::plain());
        assert!(Outcome::plain().accepts(59));
        // As it was written before what goes without saying was left out.
        let earlier = r#"{"rules":"laiqu/1","events":2,"accepted":[[0,1]],"assigned":[]}"#;
        assert_eq!(Outcome::decode(earlier).unwrap().accepted_of(2), 2);
        assert!(outcome.accepts(1) && !outcome.accepts(2) && outcome.accepts(3));
        assert_eq!(outcome.assigned_id(1), Some("ni:///x"));
    }
}
