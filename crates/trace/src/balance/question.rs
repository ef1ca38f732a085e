//! What is asked of a balance and what it says; its JSON form is part of the HTTP interface.

use serde::Serialize;

use crate::answer::PositionLine;
use crate::question::Visibility;
use crate::selection::Selection;

/// Most rows of each kind in one balance; more are cut, and the balance says so.
pub const BALANCE_ROWS_MAX: usize = 10_000;

/// One question.
#[derive(Clone, Debug, PartialEq)]
pub struct BalanceQuestion {
    /// What to balance.
    pub of: Selection,
    /// From this moment (microseconds since 1970); what was before is opening stock.
    pub from: i64,
    /// Up to this moment.
    pub until: i64,
    /// Out may exceed in, and a count differ, by this share.
    pub tolerance: f64,
    /// Limit to the records that one party may see.
    pub visible_to: Option<Visibility>,
    /// Only the first so many entries of the ledger.
    pub as_of: Option<u64>,
}

impl BalanceQuestion {
    pub(super) fn covers(&self, moment: i64) -> bool {
        (self.from..=self.until).contains(&moment)
    }
}

/// What the sums say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// More went out than had come in: sold or used more than bought.
    MoreOutThanIn,
    /// A stock count says something else than what came and went.
    CountDiffers,
    /// Some amount has no weight, so nothing can be said.
    Unknown,
    /// The record names the product and no lot; only the product's total can be judged.
    Unlotted,
    /// In = out + stock, as far as the records go.
    Balanced,
}

/// Kilograms that came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Came {
    /// Made or harvested here.
    pub made_kg: f64,
    /// Received here.
    pub received_kg: f64,
}

/// Kilograms that went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Went {
    /// Used in a run.
    pub used_kg: f64,
    /// Sent to another place.
    pub sent_kg: f64,
    /// Sold or served to who eats it.
    pub sold_kg: f64,
    /// Destroyed or disposed of.
    pub destroyed_kg: f64,
    /// Ended in another way.
    pub other_kg: f64,
}

impl Came {
    pub(super) fn total(self) -> f64 {
        self.made_kg + self.received_kg
    }
}

impl Went {
    pub(super) fn total(self) -> f64 {
        self.used_kg + self.sent_kg + self.sold_kg + self.destroyed_kg + self.other_kg
    }
}

/// One lot at one place, or all lots of one product at one place.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BalanceRow {
    /// Canonical identifier of the lot; of a total, of the product (`null` where lots have none).
    pub item: Option<String>,
    /// Canonical identifier of the place.
    pub place: String,
    /// What was there at the start.
    pub opening_kg: f64,
    /// What came meanwhile.
    pub came: Came,
    /// What went meanwhile.
    pub went: Went,
    /// What should be there at the end: opening + came - went.
    pub closing_kg: f64,
    /// The last stock count, as (counted - what should have been there then).
    pub count_difference_kg: Option<f64>,
    /// Records without a weight; above 0, no sum can be relied on.
    pub unweighed: usize,
    /// What the sums say.
    pub verdict: Verdict,
}

/// One transformation, or all events that share its transformationID.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunRow {
    /// `eventID` of its first event.
    pub event: String,
    /// Canonical identifier of the place.
    pub place: String,
    /// RFC 3339.
    pub time: String,
    /// Kilograms that went in; `null` where an input has no weight.
    pub input_kg: Option<f64>,
    /// Kilograms that came out; `null` where an output has no weight.
    pub output_kg: Option<f64>,
    /// Output by input.
    pub yield_share: Option<f64>,
    /// More came out than went in, or less than half: an amount may be wrong.
    pub doubtful: bool,
}

/// One certificate, against the food that went with it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CertificateRow {
    /// Its identifier.
    pub certificate: String,
    /// Kilograms that it was issued for; `null` where no record says so.
    pub issued_kg: Option<f64>,
    /// Kilograms that went with it: of each lot, at the place that sent or received most of it.
    pub used_kg: f64,
    /// Canonical identifiers of the lots that went with it, sorted.
    pub lots: Vec<String>,
    /// It went with more than it was issued for.
    pub exceeded: bool,
}

/// The balance of what was selected.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Balance {
    /// By verdict, then place and lot.
    pub rows: Vec<BalanceRow>,
    /// By verdict, then place and product.
    pub totals: Vec<BalanceRow>,
    /// By time.
    pub runs: Vec<RunRow>,
    /// Exceeded ones first.
    pub certificates: Vec<CertificateRow>,
    /// There were more than [`BALANCE_ROWS_MAX`] of some kind.
    pub truncated: bool,
    /// Where the events stand that it rests on, in order of positions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rests_on: Vec<PositionLine>,
}

impl Balance {
    /// What is wrong comes first, so that a cut takes what is least worth reading.
    pub(super) fn sort(&mut self) {
        for rows in [&mut self.rows, &mut self.totals] {
            rows.sort_by(|a, b| {
                let key = |row: &BalanceRow| (row.verdict, row.place.clone(), row.item.clone());
                key(a).cmp(&key(b))
            });
            self.truncated |= rows.len() > BALANCE_ROWS_MAX;
            rows.truncate(BALANCE_ROWS_MAX);
        }
        let runs = &mut self.runs;
        runs.sort_by(|a, b| {
            (!a.doubtful, &a.time, &a.event).cmp(&(!b.doubtful, &b.time, &b.event))
        });
        let papers = &mut self.certificates;
        papers.sort_by(|a, b| (!a.exceeded, &a.certificate).cmp(&(!b.exceeded, &b.certificate)));
        self.truncated |= runs.len() > BALANCE_ROWS_MAX || papers.len() > BALANCE_ROWS_MAX;
        runs.truncate(BALANCE_ROWS_MAX);
        papers.truncate(BALANCE_ROWS_MAX);
    }
}
