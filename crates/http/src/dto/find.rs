//! What was found by name, in the shape in which the use case gives it.

use super::LedgerStateLine;
use serde::Serialize;
use utoipa::ToSchema;

/// Things that have such a name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FindAnswer {
    /// The state that the answer was computed on.
    pub ledger: LedgerStateLine,
    /// Whole names first, then beginnings, then the rest; each by name and identifier.
    pub found: Vec<FoundLine>,
    /// There is more than the limit.
    pub truncated: bool,
}

/// One thing that has such a name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FoundLine {
    /// Canonical identifier.
    pub id: String,
    /// What it is.
    pub kind: FoundWord,
    /// Its name: of a registered party that of its registration, else the newest.
    pub name: String,
    /// The name that contains the text: its own, a former one, or what somebody else calls it.
    pub matched: String,
    /// Of a product: its lots, the newest first.
    pub lots: Vec<FoundLotLine>,
    /// It has more lots than are listed.
    pub more_lots: bool,
}

/// A lot of a product.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FoundLotLine {
    /// Canonical identifier.
    pub id: String,
    /// The time of its first event, RFC 3339.
    pub first_seen: String,
}

/// What a name belongs to.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FoundWord {
    /// A product.
    Product,
    /// A lot of it.
    Lot,
    /// A single thing.
    Instance,
    /// A logistic unit or a reusable asset.
    Container,
    /// A place.
    Place,
    /// A party.
    Party,
    /// A document.
    Document,
    /// Something else.
    Other,
}
