//! Subscriptions to named queries (EPCIS 2.0, section 8.2.5.2): the payloads of their entries, and
//! what stands.

use crate::party::PartyId;
use crate::record::{RecordError, member, stated};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Longest address of a destination, in bytes.
pub const DESTINATION_BYTES_MAX: usize = 2_048;

/// Payload of a `subscription.create` entry. The secret that callbacks are signed with is not in
/// it: it is kept beside the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionCreation {
    /// Its identifier.
    pub id: String,
    /// Name of the query.
    pub query: String,
    /// The party that it belongs to; the operator's has none.
    #[serde(deserialize_with = "stated")]
    pub owner: Option<PartyId>,
    /// Address that results are posted to.
    pub dest: String,
    /// Fields of the schedule; none, results are sent as they are recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<BTreeMap<String, String>>,
    /// Whether a scheduled run without results is reported.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub report_if_empty: bool,
    /// The first events are those recorded from this time on (RFC 3339); else those recorded after
    /// the subscription.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial_record_time: Option<String>,
}

impl SubscriptionCreation {
    /// Reads and checks the record of a new subscription.
    ///
    /// # Errors
    /// Where it is not such a JSON object, or the destination is empty or too long.
    pub fn parse(text: &str) -> Result<Self, RecordError> {
        let record: Self = serde_json::from_str(text)?;
        if record.dest.is_empty() || record.dest.len() > DESTINATION_BYTES_MAX {
            return Err(member("/dest", format!("must have 1 to {DESTINATION_BYTES_MAX} bytes")));
        }
        Ok(record)
    }
}

/// Payload of a `subscription.delete` entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionDeletion {
    /// Identifier of the subscription.
    pub id: String,
}

impl SubscriptionDeletion {
    /// Reads the record of a subscription's end.
    ///
    /// # Errors
    /// Where it is not such a JSON object.
    pub fn parse(text: &str) -> Result<Self, RecordError> {
        Ok(serde_json::from_str(text)?)
    }
}

/// A subscription as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Index of its `subscription.create` entry.
    pub created_by: u64,
    /// Index of the `query.create` entry of its query.
    pub query_by: u64,
    /// Alias of the party that it belongs to; the operator's has none.
    pub owner: Option<u64>,
    /// What was recorded.
    pub record: SubscriptionCreation,
}
