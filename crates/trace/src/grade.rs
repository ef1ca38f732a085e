//! How sure a lot, a link or an event of an answer is, and why.

use serde::Serialize;

/// How sure something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Every link on some path is recorded and in order.
    Definite,
    /// Every path needs something that is not recorded, out of order or attributed.
    Suspected,
}

/// Why something is not beyond doubt. The codes are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Used or sent before it was recorded as arrived or made.
    OutOfOrder,
    /// It was seen at a place that no record brings it to.
    UnrecordedMove,
    /// Only one side of a movement is recorded.
    OneSided,
    /// It was seen inside, but no record puts it there.
    InferredContainment,
    /// The record names the product and no lot.
    Unlotted,
    /// The issuer declared the event to be in error.
    ErrorDeclared,
    /// Somebody else declared the event to be in error; this alone changes no grade.
    Disputed,
    /// More was used than was there.
    QuantityExceeds,
}

const ALL: [Reason; 8] = [
    Reason::OutOfOrder,
    Reason::UnrecordedMove,
    Reason::OneSided,
    Reason::InferredContainment,
    Reason::Unlotted,
    Reason::ErrorDeclared,
    Reason::Disputed,
    Reason::QuantityExceeds,
];

/// A set of reasons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reasons(u8);

impl Reasons {
    pub(crate) const NONE: Reasons = Reasons(0);

    pub(crate) fn of(reason: Reason) -> Reasons {
        Reasons(1 << (reason as u8))
    }

    #[must_use]
    pub(crate) fn with(self, other: Reasons) -> Reasons {
        Reasons(self.0 | other.0)
    }

    pub(crate) fn has(self, reason: Reason) -> bool {
        self.0 & Reasons::of(reason).0 != 0
    }

    pub(crate) fn grade(self) -> Grade {
        if self.0 & !Reasons::of(Reason::Disputed).0 == 0 {
            Grade::Definite
        } else {
            Grade::Suspected
        }
    }

    /// Of two ways to the same thing the surer one; of two unsure ways all that is unsure.
    #[must_use]
    pub(crate) fn best(self, other: Reasons) -> Reasons {
        match (self.grade(), other.grade()) {
            (Grade::Definite, Grade::Suspected) => self,
            (Grade::Suspected, Grade::Definite) => other,
            _ => self.with(other),
        }
    }

    /// The set as a number.
    pub(crate) fn bits(self) -> u8 {
        self.0
    }

    pub(crate) fn list(self) -> Vec<Reason> {
        if self == Reasons::NONE {
            return Vec::new();
        }
        ALL.into_iter().filter(|reason| self.has(*reason)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_surer_way_wins_and_a_dispute_changes_no_grade() {
        let late = Reasons::of(Reason::OutOfOrder);
        let disputed = Reasons::of(Reason::Disputed);
        assert_eq!(late.best(Reasons::NONE), Reasons::NONE);
        assert_eq!(late.best(disputed), disputed);
        assert_eq!(disputed.grade(), Grade::Definite);
        let both = late.best(Reasons::of(Reason::Unlotted));
        assert_eq!(both.list(), [Reason::OutOfOrder, Reason::Unlotted]);
        assert_eq!(both.grade(), Grade::Suspected);
    }

    #[test]
    fn every_reason_has_its_own_bit() {
        let all = ALL.into_iter().fold(Reasons::NONE, |set, reason| set.with(Reasons::of(reason)));
        assert_eq!(all.list(), ALL);
    }
}
