//! Movements of a recall scope, where they leave the records and which borders they cross; their
//! JSON form is part of the HTTP interface.

use serde::Serialize;

use crate::answer::{Kilograms, PairedBy};
use crate::scope::area::{Border, Way};
use crate::scope::reason::ScopeGrade;

/// A movement of affected food.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Transfer {
    /// The lot or unit.
    pub lot: String,
    /// Where from.
    pub from_site: Option<String>,
    /// Where to.
    pub to_site: Option<String>,
    /// Who owned it before, or kept it where no owner is named.
    pub seller: Option<String>,
    /// Who owned it afterwards, or kept it where no owner is named.
    pub buyer: Option<String>,
    /// When it was sent (RFC 3339); `null` where only its coming is recorded.
    pub sent: Option<String>,
    /// When it came; `null` where only its sending is recorded.
    pub received: Option<String>,
    /// Kilograms.
    pub kilograms: Kilograms,
    /// `eventID`s of both sides.
    pub events: Vec<String>,
    /// Documents that either side names, sorted.
    pub documents: Vec<String>,
    /// What joined the two sides.
    pub paired_by: Option<PairedBy>,
    /// Both parties recorded it.
    pub seen_by_both: bool,
    /// How sure it is that this is affected.
    pub grade: ScopeGrade,
}

/// Where affected food leaves the records.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PathExit {
    /// Whom to ask: the recipient; `null` where the records name none.
    pub party: Option<String>,
    /// Its place, where named.
    pub site: Option<String>,
    /// Who sent it.
    pub sender: Option<String>,
    /// Lots that went there.
    pub lots: Vec<String>,
    /// `eventID`s of the shipments.
    pub events: Vec<String>,
}

/// The movements of a scope that cross the borders of an area.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Borders {
    /// The area (行政区划代码 of GB/T 2260): the one asked about, else where the start lies; `null`
    /// where nobody states that.
    pub area: Option<String>,
    /// Movements out of it, into it, and those that may be, in the order of `transfers`.
    pub crossings: Vec<Crossing>,
}

/// A movement that crosses a border, or may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Crossing {
    /// Index in `transfers`.
    pub transfer: usize,
    /// Which way.
    pub way: Way,
    /// The widest border that it crosses; the widest that it may cross where the way is unknown.
    pub border: Border,
    /// Area of the place that it came from, as far as it is stated.
    pub from_area: Option<String>,
    /// Area of the place that it went to.
    pub to_area: Option<String>,
    /// Whom to ask: the end outside, or the one whose area nobody states.
    pub ask: AskWhom,
}

/// One end of a movement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AskWhom {
    /// The party; `null` where the records name none.
    pub party: Option<String>,
    /// The place; likewise.
    pub site: Option<String>,
}
