//! What was found by name, in the shape in which the use case gives it.

use super::{LedgerStateLine, PositionLine, TraceName};
use serde::Serialize;
use utoipa::ToSchema;

/// Things that have such a name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FindAnswer {
    /// The state that the answer was computed on.
    pub ledger: LedgerStateLine,
    /// The places that `at` stands for; left out where it was not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<TraceName>, required = false)]
    pub places: Option<Vec<TraceName>>,
    /// Whole texts first, then beginnings, then the rest; each by that text and identifier.
    pub found: Vec<FoundLine>,
    /// There is more than the limit, or may be more: so many texts have such characters, or so many
    /// lots are concerned, that not all were looked at.
    pub truncated: bool,
    /// Where the events stand that the lines rest on; only where it was asked. Names and other
    /// texts of registrations and master data come from no event: the receipts of their entries
    /// (`/v1/entries/{index}`) prove these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub rests_on: Vec<PositionLine>,
}

/// One thing that has such a name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FoundLine {
    /// Canonical identifier.
    pub id: String,
    /// What it is.
    pub kind: FoundWord,
    /// Its name: of a registered party that of its registration, else the newest. Of a lot without
    /// one that of its product; of what has none at all, the text that was found.
    pub name: String,
    /// The text that contains what was looked for.
    pub matched: String,
    /// What sort of text that is.
    pub by: FoundByWord,
    /// Of a product: its lots, the newest first; of a lot that an event names: itself.
    pub lots: Vec<FoundLotLine>,
    /// It has more lots than are listed, or may have: of very many only the last to come were
    /// looked at.
    pub more_lots: bool,
}

/// A lot, with its dates.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FoundLotLine {
    /// Canonical identifier.
    pub id: String,
    /// The time of its first event, RFC 3339.
    pub first_seen: String,
    /// When it was made, as ILMD and master data state it: each date once, `YYYY-MM-DD`, or two of
    /// these with a `/` between (ISO 8601).
    pub made: Vec<String>,
    /// The last days on which it is good, as they state it: `YYYY-MM-DD`, each once.
    pub expires: Vec<String>,
    /// What `made_from` and `made_until` go by.
    pub dated_by: DatedByWord,
}

/// What a lot's date is taken from.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DatedByWord {
    /// From what is stated (`made`).
    Stated,
    /// Nobody states it: from `first_seen`.
    FirstSeen,
}

/// What sort of text contains what was looked for.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FoundByWord {
    /// A name: its own, a former one, or what somebody else calls it.
    Name,
    /// Another text of master data or of ILMD: a further name, a brand, what stands on a label.
    Label,
    /// The number of a lot, as it is printed.
    LotNumber,
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
