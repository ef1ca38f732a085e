//! What is asked of a recall scope, and the rules it is answered by that are dated data.

use serde::Serialize;

use crate::question::Start;
use crate::scope::area::Area;

/// Most holdings in one answer unless the question says otherwise.
pub const HOLDINGS_MAX: usize = 100_000;

/// Most links between holdings that are followed for one answer.
pub const HOLDING_LINKS_MAX: usize = 2_000_000;

/// What is feared; it decides how far suspicion spreads and what ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Hazard {
    /// Germs: equipment and open food in a room pass them on; a kill step that names them ends it.
    Microbial,
    /// Residues: equipment passes them on; heat does not end it.
    Chemical,
    /// As chemical: no heat ends it.
    Allergen,
    /// Food that was too warm stays so wherever it goes; equipment passes nothing on.
    Temperature,
    /// A wrong label goes with the food that carries it; only recorded relations are followed.
    Label,
}

impl Hazard {
    /// Do lines, tanks and rooms pass it on?
    pub(crate) fn mixes(self) -> bool {
        matches!(self, Hazard::Microbial | Hazard::Chemical | Hazard::Allergen)
    }

    /// Can a kill step end it at all?
    pub(crate) fn can_be_killed(self) -> bool {
        self == Hazard::Microbial
    }

    /// Its word, as in the JSON of a question.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Hazard::Microbial => "microbial",
            Hazard::Chemical => "chemical",
            Hazard::Allergen => "allergen",
            Hazard::Temperature => "temperature",
            Hazard::Label => "label",
        }
    }
}

/// Kinds of resources, which have their own windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ResourceKind {
    /// Food is processed on it.
    Line,
    /// Bulk food is kept in it.
    Tank,
    /// Food is kept in it, packed or not.
    Room,
    /// A room that moves.
    Vehicle,
}

/// How long suspicion lasts on a kind of resource whose cleaning nobody recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SuspicionWindow {
    /// The kind.
    pub resource: ResourceKind,
    /// Hours after the last affected use.
    pub hours: u32,
    /// First day that the row holds for (RFC 3339 full-date, UTC).
    pub valid_from: &'static str,
    /// Its first microsecond.
    #[serde(skip)]
    pub valid_from_micros: i64,
    /// Where the number comes from.
    pub source: &'static str,
    /// No rule or study confirms the number yet.
    pub unconfirmed: bool,
}

const ASSUMED: &str =
    "working assumption; GB 14881-2013 asks for a cleaning schedule and gives no number";

const fn window(resource: ResourceKind, hours: u32) -> SuspicionWindow {
    SuspicionWindow {
        resource,
        hours,
        valid_from: "2014-06-01",
        valid_from_micros: 1_401_580_800_000_000,
        source: ASSUMED,
        unconfirmed: true,
    }
}

/// The windows that hold where nothing else is said; the newest valid row counts.
pub const SUSPICION_WINDOWS: [SuspicionWindow; 4] = [
    window(ResourceKind::Line, 24),
    window(ResourceKind::Tank, 48),
    window(ResourceKind::Room, 168),
    window(ResourceKind::Vehicle, 24),
];

/// When a record counts as posted late.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LatePosting {
    /// Hours after the event.
    pub hours: u32,
    /// First day that the row holds for (RFC 3339 full-date, UTC).
    pub valid_from: &'static str,
    /// Its first microsecond.
    #[serde(skip)]
    pub valid_from_micros: i64,
    /// Where the number comes from.
    pub source: &'static str,
    /// No rule confirms the number yet.
    pub unconfirmed: bool,
}

/// Rows of [`LatePosting`]; the newest valid row counts.
pub const LATE_POSTINGS: [LatePosting; 1] = [LatePosting {
    hours: 24,
    valid_from: "2015-10-01",
    valid_from_micros: 1_443_657_600_000_000,
    source: "after the Shanghai traceability measures of 2015 (upload within 24 hours)",
    unconfirmed: true,
}];

/// One question.
#[derive(Clone, Debug)]
pub struct ScopeQuestion {
    /// Where suspicion starts.
    pub start: Start,
    /// What is feared.
    pub hazard: Hazard,
    /// Its name, as kill steps and laboratories write it.
    pub agent: Option<String>,
    /// When the recall notice went out (microseconds); records posted later are listed.
    pub notice: Option<i64>,
    /// Kinds of resources by canonical identifier, where the records leave them open.
    pub resources: Vec<(String, ResourceKind)>,
    /// The area whose borders matter; where the start lies unless given.
    pub area: Option<Area>,
    /// Windows by kind; the newest valid row counts.
    pub windows: Vec<SuspicionWindow>,
    /// Most holdings in the answer.
    pub holdings_max: usize,
    /// Only the entries below this index: the ledger as it was at that size.
    pub as_of: Option<u64>,
}

impl ScopeQuestion {
    /// A question with the windows and limits of this version.
    #[must_use]
    pub fn new(start: Start, hazard: Hazard) -> ScopeQuestion {
        ScopeQuestion {
            start,
            hazard,
            agent: None,
            notice: None,
            resources: Vec::new(),
            area: None,
            windows: SUSPICION_WINDOWS.to_vec(),
            holdings_max: HOLDINGS_MAX,
            as_of: None,
        }
    }

    /// The row that holds for a kind at a moment.
    pub(crate) fn window(&self, kind: ResourceKind, at: i64) -> Option<SuspicionWindow> {
        let rows = self.windows.iter().filter(|row| row.resource == kind);
        let valid = rows.filter(|row| row.valid_from_micros <= at);
        valid.max_by_key(|row| row.valid_from_micros).copied()
    }
}

/// The row that holds at a moment.
pub(crate) fn late_posting(at: i64) -> Option<LatePosting> {
    let valid = LATE_POSTINGS.iter().filter(|row| row.valid_from_micros <= at);
    valid.max_by_key(|row| row.valid_from_micros).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use laiqu_epcis::facts::EventTime;

    #[test]
    fn the_newest_valid_row_counts() {
        let mut question = ScopeQuestion::new(Start::Items(Vec::new()), Hazard::Microbial);
        let newer = SuspicionWindow { hours: 8, valid_from_micros: 2_000, ..SUSPICION_WINDOWS[0] };
        let older = SuspicionWindow { hours: 12, valid_from_micros: 1_000, ..SUSPICION_WINDOWS[0] };
        question.windows = vec![newer, older];
        let hours = |at| question.window(ResourceKind::Line, at).map(|row| row.hours);
        assert_eq!((hours(999), hours(1_999), hours(2_000)), (None, Some(12), Some(8)));
        assert_eq!(question.window(ResourceKind::Room, 5_000), None);
    }

    #[test]
    fn the_days_of_the_rows_are_their_moments() {
        let day = |micros| crate::rfc3339(EventTime { micros, offset_minutes: 0 });
        for row in SUSPICION_WINDOWS {
            assert!(day(row.valid_from_micros).starts_with(row.valid_from), "{row:?}");
        }
        for row in LATE_POSTINGS {
            assert!(day(row.valid_from_micros).starts_with(row.valid_from), "{row:?}");
        }
    }
}
