//! Mass balances, in the shape in which the use case gives them.

use super::{LedgerStateLine, PositionLine};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What came in against what went out.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BalanceAnswer {
    /// The state that the answer was computed on.
    pub ledger: LedgerStateLine,
    /// Out may exceed in, and a count differ, by this share.
    pub tolerance_percent: f64,
    /// One lot at one place each; what is wrong comes first.
    pub rows: Vec<BalanceLine>,
    /// All lots of one product at one place each; what is wrong comes first.
    pub totals: Vec<BalanceLine>,
    /// Runs; doubtful ones first.
    pub runs: Vec<RunLine>,
    /// Certificates; exceeded ones first.
    pub certificates: Vec<CertificateLine>,
    /// There were more rows than one answer holds; those that are wrong were kept.
    pub truncated: bool,
    /// Where the events stand that the answer rests on; only where it was asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub rests_on: Vec<PositionLine>,
    /// Names of places and products, by canonical identifier.
    pub names: BTreeMap<String, String>,
}

/// One lot, or all lots of one product, at one place.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BalanceLine {
    /// Canonical identifier of the lot; of a total, of the product; null where lots have none.
    pub item: Option<String>,
    /// Canonical identifier of the place.
    pub place: String,
    /// Kilograms at the start.
    pub opening_kg: f64,
    /// What came meanwhile.
    pub came: CameLine,
    /// What went meanwhile.
    pub went: WentLine,
    /// Kilograms that should be there at the end.
    pub closing_kg: f64,
    /// The last stock count, less what should have been there then; null without one.
    pub count_difference_kg: Option<f64>,
    /// Records without a weight; above 0, no sum can be relied on.
    pub unweighed: u64,
    /// What the sums say.
    pub verdict: BalanceVerdict,
}

/// Kilograms that came.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CameLine {
    /// Made or harvested here.
    pub made_kg: f64,
    /// Received here.
    pub received_kg: f64,
}

/// Kilograms that went.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WentLine {
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

/// What sums say.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BalanceVerdict {
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

/// One transformation.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RunLine {
    /// `eventID` of its first event.
    pub event: String,
    /// Canonical identifier of the place.
    pub place: String,
    /// When.
    #[schema(format = "date-time")]
    pub time: String,
    /// Kilograms that went in; null where an input has no weight.
    pub input_kg: Option<f64>,
    /// Kilograms that came out; null where an output has no weight.
    pub output_kg: Option<f64>,
    /// Output by input.
    pub yield_share: Option<f64>,
    /// More came out than went in, or less than half: an amount may be wrong.
    pub doubtful: bool,
}

/// One certificate, against the food that went with it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CertificateLine {
    /// Its identifier.
    pub certificate: String,
    /// Kilograms that it was issued for; null where no record says so.
    pub issued_kg: Option<f64>,
    /// Kilograms that went with it: of each lot, at the place that sent or received most of it.
    pub used_kg: f64,
    /// Canonical identifiers of the lots that went with it, sorted.
    pub lots: Vec<String>,
    /// It went with more than it was issued for.
    pub exceeded: bool,
}
