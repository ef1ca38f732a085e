//! Master data in the shape in which the use case gives it.

use super::{LedgerStateLine, TraceName};
use serde::Serialize;
use utoipa::ToSchema;

/// What is said about one identifier.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MasterDataAnswer {
    /// The state that the answer is of.
    pub ledger: LedgerStateLine,
    /// The vocabulary, as a full URI.
    #[serde(rename = "type")]
    #[schema(example = "urn:epcglobal:epcis:vtype:Location")]
    pub kind: String,
    /// Canonical identifier.
    pub id: String,
    /// A name for people; null where none is given.
    pub name: Option<String>,
    /// Canonical identifiers of its parts, by any issuer.
    pub children: Vec<String>,
    /// Canonical identifiers of everything inside it, at any depth.
    pub descendants: Vec<String>,
    /// What each issuer says, in the order in which they first spoke.
    pub statements: Vec<MasterDataStatement>,
    /// Documents of that state that were erased since; they may have said more.
    pub erased: usize,
}

/// What one issuer says about an identifier.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MasterDataStatement {
    /// Identifier of the party.
    pub party: String,
    /// Its registered name.
    pub party_name: String,
    /// The attributes; for each id those of the newest entry that gives it.
    pub attributes: Vec<MasterDataAttributeLine>,
    /// Canonical identifiers of its parts, as the newest entry names them.
    pub children: Vec<String>,
    /// The entry that names the parts; null where none does.
    pub children_entry: Option<u64>,
}

/// One attribute.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MasterDataAttributeLine {
    /// Its id, as sent.
    #[schema(example = "urn:epcglobal:cbv:mda#name")]
    pub id: String,
    /// Its value, as sent: any JSON.
    pub attribute: serde_json::Value,
    /// The entry that gives it.
    pub entry: u64,
}

/// Identifiers of one vocabulary, in their order.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MasterDataListAnswer {
    /// The state that the answer is of.
    pub ledger: LedgerStateLine,
    /// The vocabulary, as a full URI.
    #[serde(rename = "type")]
    pub kind: String,
    /// Canonical identifiers with their names.
    pub elements: Vec<TraceName>,
    /// The `after` of the next page; null on the last one.
    pub next: Option<String>,
}
