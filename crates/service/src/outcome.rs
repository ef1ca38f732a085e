//! What the ledger decided about a submission, written once beside it. Readers follow the outcome
//! and never judge again, so a later rule set changes no earlier entry.

use crate::error::Detail;
use serde::Deserialize;
use std::fmt::Write as _;

/// The rule set of this version of the software: `laiqu/` and a number of its own, which says
/// nothing about formats. It grows by one with the release that would accept, refuse or identify
/// any submission otherwise than the one before, so that a reader of an outcome can find the rules
/// by which it came about.
///
/// - `laiqu/1`: the rules of the first version, which `laiqu_epcis` keeps for reading too.
/// - `laiqu/2`: members, ILMD, sensors and certificates that EPCIS does not know are refused; error
///   declarations are compared by what they say; of an XML document that is to proceed, events
///   that are wrong in form are left out.
pub const RULES: &str = "laiqu/2";

/// The outcome of one submission.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Outcome {
    /// Rule set under which it was judged.
    pub rules: String,
    /// Ranges of accepted ordinals, first and last, in order. What is left out stands elsewhere
    /// already. `None` where every event was accepted, which is not written down.
    #[serde(default)]
    pub accepted: Option<Vec<(u32, u32)>>,
    /// Event identifiers that the ledger gave, in order of ordinals.
    #[serde(default)]
    pub assigned: Vec<(u32, String)>,
    /// Refused events were to be left out, and the others taken (`GS1-Capture-Error-Behaviour:
    /// proceed`). Written down only where it is so.
    #[serde(default)]
    pub proceed: bool,
    /// The events that were refused, in order.
    #[serde(default)]
    pub refused: Vec<RefusedEvent>,
    /// Ordinals of error declarations about events of others, by who may not declare them: they
    /// are kept, and change nothing. In order.
    #[serde(default)]
    pub disputed: Vec<u32>,
}

/// An event that was refused while others of its document were accepted; `[ordinal,[reason…]]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RefusedEvent {
    /// Its place in the document (0-based).
    pub ordinal: u32,
    /// Why, at least one reason.
    pub reasons: Vec<Reason>,
}

/// Why an event was refused; `[pointer,code,detail]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Reason {
    /// JSON pointer (RFC 6901) into the document.
    pub pointer: String,
    /// Stable code of the fault.
    pub code: String,
    /// What was wrong, for a person.
    pub detail: String,
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

    /// The outcome of a capture that left out these events.
    #[must_use]
    pub fn proceeding(self, refused: Vec<RefusedEvent>) -> Self {
        Self { proceed: true, refused, ..self }
    }

    /// Why the event with this ordinal was refused; nothing for one that was not.
    #[must_use]
    pub fn reasons(&self, ordinal: u32) -> &[Reason] {
        let found = self.refused.binary_search_by_key(&ordinal, |event| event.ordinal);
        found.ok().and_then(|at| self.refused.get(at)).map_or(&[], |event| &event.reasons)
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
        let found = self.assigned.binary_search_by_key(&ordinal, |(at, _)| *at).ok()?;
        self.assigned.get(found).map(|(_, id)| id.as_str())
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
        if self.proceed {
            text.push_str(",\"proceed\":true");
        }
        if !self.refused.is_empty() {
            let refused: Vec<_> = self.refused.iter().map(RefusedEvent::encode).collect();
            write!(text, ",\"refused\":[{}]", refused.join(",")).unwrap_or_default();
        }
        if !self.disputed.is_empty() {
            let ordinals: Vec<_> = self.disputed.iter().map(u32::to_string).collect();
            write!(text, ",\"disputed\":[{}]", ordinals.join(",")).unwrap_or_default();
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

impl From<Detail> for Reason {
    fn from(detail: Detail) -> Self {
        Self { pointer: detail.pointer, code: detail.code, detail: detail.detail }
    }
}

impl RefusedEvent {
    fn encode(&self) -> String {
        let reasons = self.reasons.iter().map(|reason| {
            let Reason { pointer, code, detail } = reason;
            format!("[{},{},{}]", quoted(pointer), quoted(code), quoted(detail))
        });
        format!("[{},[{}]]", self.ordinal, reasons.collect::<Vec<_>>().join(","))
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
        let text = r#"{"rules":"laiqu/2","accepted":[[0,1],[3,3]],"assigned":[[1,"ni:///x"]]}"#;
        assert_eq!(outcome.encode(), text);
        assert_eq!(Outcome::decode(text).unwrap(), outcome);
        assert_eq!(outcome.accepted_of(4), 3);
        assert_eq!(Outcome::plain().encode(), r#"{"rules":"laiqu/2"}"#);
        assert_eq!(Outcome::of_capture([(true, None); 60].into_iter()), Outcome::plain());
        assert!(Outcome::plain().accepts(59));
        // As it was written before what goes without saying was left out.
        let earlier = r#"{"rules":"laiqu/1","events":2,"accepted":[[0,1]],"assigned":[]}"#;
        assert_eq!(Outcome::decode(earlier).unwrap().accepted_of(2), 2);
        // Under whatever rules it came about, it is followed.
        for rules in ["laiqu/1", "laiqu/3"] {
            let other = Outcome::decode(&text.replace("laiqu/2", rules)).unwrap();
            assert_eq!(other, Outcome { rules: rules.to_owned(), ..outcome.clone() });
        }
        assert!(outcome.accepts(1) && !outcome.accepts(2) && outcome.accepts(3));
        assert_eq!(outcome.assigned_id(1), Some("ni:///x"));
    }

    #[test]
    fn the_bytes_of_refusals_are_fixed() {
        let reason = |detail: &str| Reason {
            pointer: "/epcisBody/eventList/1/a~1b".to_owned(),
            code: "bad-time".to_owned(),
            detail: detail.to_owned(),
        };
        let events = [(true, None), (false, None), (false, None)];
        let refused = vec![RefusedEvent { ordinal: 1, reasons: vec![reason("no \"time\"")] }];
        let outcome = Outcome::of_capture(events.into_iter()).proceeding(refused);
        let text = r#"{"rules":"laiqu/2","accepted":[[0,0]],"proceed":true,"refused":[[1,[["/epcisBody/eventList/1/a~1b","bad-time","no \"time\""]]]]}"#;
        assert_eq!(outcome.encode(), text);
        assert_eq!(Outcome::decode(text).unwrap(), outcome);
        assert_eq!(outcome.reasons(1), [reason("no \"time\"")]);
        assert!(outcome.reasons(0).is_empty() && outcome.reasons(2).is_empty());
        let all = Outcome::of_capture([(true, None)].into_iter()).proceeding(Vec::new());
        assert_eq!(all.encode(), r#"{"rules":"laiqu/2","proceed":true}"#);
        let disputed = Outcome { disputed: vec![0, 7], ..Outcome::plain() };
        assert_eq!(disputed.encode(), r#"{"rules":"laiqu/2","disputed":[0,7]}"#);
        assert_eq!(Outcome::decode(&disputed.encode()).unwrap(), disputed);
    }
}
