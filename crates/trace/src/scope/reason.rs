//! Grades of a recall scope and the reasons for them.

use serde::Serialize;

use crate::grade::{Reason, Reasons};

/// How sure it is that a holding is affected. The order is that of how it decides: the worst path
/// that is not cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeGrade {
    /// A path of recorded links in order leads there.
    Definite,
    /// Every path needs something that is not recorded, or possible mixing.
    Suspected,
    /// Every path passes a kill step or a decision that ends it.
    Cleared,
}

impl ScopeGrade {
    pub(crate) const ALL: [ScopeGrade; 3] =
        [ScopeGrade::Definite, ScopeGrade::Suspected, ScopeGrade::Cleared];
}

/// Why a holding has its grade. The codes are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeReason {
    /// The question starts here.
    Start,
    /// It came from an affected holding by recorded links.
    Recorded,
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
    /// An event on the way was declared to be in error.
    ErrorDeclared,
    /// More was used than was there.
    QuantityExceeds,
    /// It was processed or kept open on the same line, in the same tank or room before a cleaning.
    SharedResource,
    /// No cleaning of that resource is recorded; the suspicion ended after the default window.
    NoCleaningRecord,
    /// Its presence at the place is not recorded to have lasted.
    OpenPresence,
    /// It appeared without an input where affected food is unaccounted for.
    UnexplainedOrigin,
    /// It may be the thing that the record names by its lot.
    InstanceOfLot,
    /// It carries a label of its own; whether the fault went over must be looked at.
    NewLabel,
    /// A kill step that names the hazard came between.
    KillStep,
    /// A regulator decided that the lot is free of the agent.
    Clearance,
}

const ALL: [ScopeReason; 17] = [
    ScopeReason::Start,
    ScopeReason::Recorded,
    ScopeReason::OutOfOrder,
    ScopeReason::UnrecordedMove,
    ScopeReason::OneSided,
    ScopeReason::InferredContainment,
    ScopeReason::Unlotted,
    ScopeReason::ErrorDeclared,
    ScopeReason::QuantityExceeds,
    ScopeReason::SharedResource,
    ScopeReason::NoCleaningRecord,
    ScopeReason::OpenPresence,
    ScopeReason::UnexplainedOrigin,
    ScopeReason::InstanceOfLot,
    ScopeReason::NewLabel,
    ScopeReason::KillStep,
    ScopeReason::Clearance,
];

/// A set of reasons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Why(u32);

impl Why {
    pub(crate) const NONE: Why = Why(0);

    pub(crate) fn of(reason: ScopeReason) -> Why {
        Why(1 << (reason as u32))
    }

    #[must_use]
    pub(crate) fn and(self, other: Why) -> Why {
        Why(self.0 | other.0)
    }

    #[must_use]
    pub(crate) fn without(self, other: Why) -> Why {
        Why(self.0 & !other.0)
    }

    pub(crate) fn has(self, reason: ScopeReason) -> bool {
        self.0 & Why::of(reason).0 != 0
    }

    /// Does a link with these reasons leave things as sure as they were?
    pub(crate) fn is_sure(self) -> bool {
        self.0 & !(Why::of(ScopeReason::Start).0 | Why::of(ScopeReason::Recorded).0) == 0
    }

    pub(crate) fn list(self) -> Vec<ScopeReason> {
        ALL.into_iter().filter(|reason| self.has(*reason)).collect()
    }
}

impl From<Reasons> for Why {
    /// A dispute alone changes no grade and is no reason here.
    fn from(reasons: Reasons) -> Why {
        let mut why = Why::NONE;
        for reason in reasons.list() {
            let reason = match reason {
                Reason::OutOfOrder => ScopeReason::OutOfOrder,
                Reason::UnrecordedMove => ScopeReason::UnrecordedMove,
                Reason::OneSided => ScopeReason::OneSided,
                Reason::InferredContainment => ScopeReason::InferredContainment,
                Reason::Unlotted => ScopeReason::Unlotted,
                Reason::ErrorDeclared => ScopeReason::ErrorDeclared,
                Reason::QuantityExceeds => ScopeReason::QuantityExceeds,
                Reason::Disputed => continue,
            };
            why = why.and(Why::of(reason));
        }
        why
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_its_own_bit() {
        let all = ALL.into_iter().fold(Why::NONE, |set, reason| set.and(Why::of(reason)));
        assert_eq!(all.list(), ALL);
        assert!(Why::of(ScopeReason::Start).is_sure() && !Why::of(ScopeReason::OneSided).is_sure());
        let disputed = Why::from(Reasons::of(Reason::Disputed));
        assert_eq!(disputed, Why::NONE);
    }
}
