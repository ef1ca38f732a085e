//! Named queries (EPCIS 2.0, section 12.7.3): the payloads of their entries, and what stands.

use crate::party::PartyId;
use crate::record::{RecordError, member, stated};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Longest name of a query, in characters.
pub const QUERY_NAME_CHARS_MAX: usize = 100;

/// Payload of a `query.create` entry.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueryCreation {
    /// Its name, which no other query has meanwhile.
    pub name: String,
    /// The party that it belongs to; the operator's has none.
    #[serde(deserialize_with = "stated")]
    pub owner: Option<PartyId>,
    /// The parameters, exactly as they were sent.
    pub query: Box<RawValue>,
}

impl QueryCreation {
    /// Reads and checks the record of a new query.
    ///
    /// # Errors
    /// Where it is not such a JSON object, or the name is empty, too long or holds what no name
    /// should.
    pub fn parse(text: &str) -> Result<Self, RecordError> {
        let record: Self = serde_json::from_str(text)?;
        check_name(&record.name)?;
        Ok(record)
    }
}

/// Payload of a `query.delete` entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueryDeletion {
    /// Name of the query.
    pub name: String,
}

impl QueryDeletion {
    /// Reads the record of a query's end.
    ///
    /// # Errors
    /// Where it is not such a JSON object.
    pub fn parse(text: &str) -> Result<Self, RecordError> {
        Ok(serde_json::from_str(text)?)
    }
}

/// A name is a part of addresses, and people read it.
fn check_name(name: &str) -> Result<(), RecordError> {
    let is_long = name.chars().count() > QUERY_NAME_CHARS_MAX;
    if name.is_empty() || is_long || name.trim() != name || name.chars().any(char::is_control) {
        let detail = format!(
            "must have 1 to {QUERY_NAME_CHARS_MAX} characters, no control character and no space \
             around it"
        );
        return Err(member("/name", detail));
    }
    Ok(())
}

/// A named query as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedQuery {
    /// Index of its `query.create` entry.
    pub created_by: u64,
    /// Its name.
    pub name: String,
    /// Alias of the party that it belongs to; the operator's has none.
    pub owner: Option<u64>,
    /// Its parameters as JSON text.
    pub query: String,
}
