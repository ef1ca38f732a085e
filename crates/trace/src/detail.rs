//! What exactly an issue is: by kind, so that it can be said in any language, with the English
//! sentence that the HTTP interface gives.

use std::cmp::Ordering;
use std::fmt;

use serde::{Serialize, Serializer};

use crate::quantity::thousandfold;

/// What exactly is missing or contradictory. The codes are stable.
#[derive(Clone, Debug)]
pub enum Detail {
    /// The records begin somewhere on the way.
    NoOrigin,
    /// A movement that one side recorded.
    OneSided,
    /// Sent to one place, and seen at another one without a receipt.
    SeenElsewhere,
    /// Seen at another place, and nothing was sent.
    NotSent,
    /// Nobody says that it arrived.
    NotReceived,
    /// The receipt is dated before the shipment.
    ReceivedBeforeSent,
    /// It left or was used up before it was there.
    UsedBeforeThere,
    /// Two witnesses of one movement state different amounts.
    WitnessesDiffer,
    /// What was sent is not what was received.
    SentAndReceivedDiffer(Amounts),
    /// More left a place than had come.
    MoreLeft(Amounts),
    /// Lots are ingredients of each other.
    MadeFromEachOther,
    /// Its issuer or a regulator declared an event to be in error.
    DeclaredInError,
    /// Somebody else declared an event to be in error.
    Disputed,
}

/// Two amounts that do not agree.
#[derive(Clone, Debug)]
pub struct Amounts {
    /// What was sent, or left.
    pub out: f64,
    /// What was received, or had come.
    pub come: f64,
    /// Of both, UN/CEFACT Recommendation 20; empty for pieces.
    pub unit: Box<str>,
}

impl Detail {
    /// A stable word for what it is.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Detail::NoOrigin => "no_origin",
            Detail::OneSided => "one_sided",
            Detail::SeenElsewhere => "seen_elsewhere",
            Detail::NotSent => "not_sent",
            Detail::NotReceived => "not_received",
            Detail::ReceivedBeforeSent => "received_before_sent",
            Detail::UsedBeforeThere => "used_before_there",
            Detail::WitnessesDiffer => "witnesses_differ",
            Detail::SentAndReceivedDiffer(_) => "sent_and_received_differ",
            Detail::MoreLeft(_) => "more_left",
            Detail::MadeFromEachOther => "made_from_each_other",
            Detail::DeclaredInError => "declared_in_error",
            Detail::Disputed => "disputed",
        }
    }

    /// The same in English, without amounts.
    #[must_use]
    pub fn sentence(&self) -> &'static str {
        match self {
            Detail::NoOrigin => "the records do not say where it came from",
            Detail::OneSided => "only one side of the movement is recorded",
            Detail::SeenElsewhere => "sent, never received, and seen next at another place",
            Detail::NotSent => "moved without a record",
            Detail::NotReceived => "sent, and no receipt is recorded",
            Detail::ReceivedBeforeSent => "received before it was sent",
            Detail::UsedBeforeThere => "used or sent before it arrived or was made",
            Detail::WitnessesDiffer => "two parties state different amounts of one movement",
            Detail::SentAndReceivedDiffer(_) => "sent and received differ",
            Detail::MoreLeft(_) => "more left than had come",
            Detail::MadeFromEachOther => "lots that are made from each other",
            Detail::DeclaredInError => "declared to be in error",
            Detail::Disputed => "disputed by another party",
        }
    }

    /// The amounts that it is about.
    #[must_use]
    pub fn amounts(&self) -> Option<&Amounts> {
        match self {
            Detail::SentAndReceivedDiffer(amounts) | Detail::MoreLeft(amounts) => Some(amounts),
            Detail::NoOrigin
            | Detail::OneSided
            | Detail::SeenElsewhere
            | Detail::NotSent
            | Detail::NotReceived
            | Detail::ReceivedBeforeSent
            | Detail::UsedBeforeThere
            | Detail::WitnessesDiffer
            | Detail::MadeFromEachOther
            | Detail::DeclaredInError
            | Detail::Disputed => None,
        }
    }

    /// One of each, with some amounts.
    #[must_use]
    pub fn each() -> [Detail; 13] {
        let amounts = || Amounts { out: 5.0, come: 5_000.0, unit: "KGM".into() };
        [
            Detail::NoOrigin,
            Detail::OneSided,
            Detail::SeenElsewhere,
            Detail::NotSent,
            Detail::NotReceived,
            Detail::ReceivedBeforeSent,
            Detail::UsedBeforeThere,
            Detail::WitnessesDiffer,
            Detail::SentAndReceivedDiffer(amounts()),
            Detail::MoreLeft(amounts()),
            Detail::MadeFromEachOther,
            Detail::DeclaredInError,
            Detail::Disputed,
        ]
    }
}

impl Amounts {
    /// Is one about a thousand times the other, as when grams are entered as kilograms?
    #[must_use]
    pub fn is_thousandfold(&self) -> bool {
        thousandfold(self.out, self.come)
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())?;
        let Some(Amounts { out, come, unit }) = self.amounts() else { return Ok(()) };
        let unit = match &**unit {
            "KGM" => "kg",
            "" => "pieces",
            other => other,
        };
        write!(f, ": {out} against {come} {unit}")?;
        if thousandfold(*out, *come) { f.write_str(", a factor of about 1000") } else { Ok(()) }
    }
}

impl Serialize for Detail {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// In the order of the sentences.
impl Ord for Detail {
    fn cmp(&self, other: &Self) -> Ordering {
        self.to_string().cmp(&other.to_string())
    }
}

impl PartialOrd for Detail {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Detail {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Detail {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_has_a_code_and_a_sentence_of_its_own() {
        let each = Detail::each();
        let codes: BTreeSet<&str> = each.iter().map(Detail::code).collect();
        let sentences: BTreeSet<&str> = each.iter().map(Detail::sentence).collect();
        assert_eq!((codes.len(), sentences.len()), (each.len(), each.len()));
    }

    #[test]
    fn amounts_are_told_with_their_unit_and_a_suspicion_of_grams() {
        let detail = |out, come, unit: &str| {
            Detail::MoreLeft(Amounts { out, come, unit: unit.into() }).to_string()
        };
        assert_eq!(detail(6.5, 5.0, ""), "more left than had come: 6.5 against 5 pieces");
        assert_eq!(
            detail(5.0, 5_000.0, "KGM"),
            "more left than had come: 5 against 5000 kg, a factor of about 1000"
        );
        assert_eq!(detail(2.0, 1.0, "CS"), "more left than had come: 2 against 1 CS");
    }
}
