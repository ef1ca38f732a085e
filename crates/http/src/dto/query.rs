//! Answers to event queries (EPCIS 2.0, section 9.5).

use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// An `EPCISQueryDocument`.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueryDocument {
    /// The contexts of the standard and of the documents that the events came in.
    #[serde(rename = "@context")]
    #[schema(value_type = Vec<serde_json::Value>)]
    pub context: Vec<serde_json::Value>,
    /// Always `EPCISQueryDocument`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Always `2.0`.
    #[serde(rename = "schemaVersion")]
    pub schema_version: &'static str,
    /// When the answer was made, RFC 3339.
    #[serde(rename = "creationDate")]
    #[schema(format = DateTime)]
    pub creation_date: String,
    /// The answer.
    #[serde(rename = "epcisBody")]
    pub body: QueryBody,
}

/// Body of an `EPCISQueryDocument`.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueryBody {
    /// The answer.
    #[serde(rename = "queryResults")]
    pub results: QueryResults,
}

/// Results of one query.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueryResults {
    /// The name that the query was kept under, else `SimpleEventQuery`.
    #[serde(rename = "queryName")]
    pub query_name: String,
    /// Identifier of the subscription that they are sent for.
    #[serde(rename = "subscriptionID", skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub subscription_id: Option<String>,
    /// The events.
    #[serde(rename = "resultsBody")]
    pub results: ResultsBody,
}

/// Events that were found.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResultsBody {
    /// Each event as it was sent, with `recordTime` and, where none was sent, `eventID`.
    #[serde(rename = "eventList")]
    #[schema(value_type = Vec<serde_json::Map<String, serde_json::Value>>)]
    pub events: Vec<Box<RawValue>>,
}

/// A query with its name (EPCIS 2.0, section 12.7.3).
#[derive(Debug, Serialize, ToSchema)]
pub struct QueryDefinition {
    /// Its name.
    pub name: String,
    /// Parameters with their values; lists are JSON arrays. `@context` declares prefixes.
    #[schema(value_type = serde_json::Map<String, serde_json::Value>)]
    pub query: Box<RawValue>,
}

/// A collection (EPCIS 2.0, section 12.7.2).
#[derive(Debug, Serialize, ToSchema)]
pub struct Collection {
    /// The context of the standard.
    #[serde(rename = "@context")]
    pub context: &'static str,
    /// Always `Collection`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Names, identifiers or words.
    pub member: Vec<String>,
}

/// What begins a subscription (EPCIS 2.0, section 12.7.4): either streamed or scheduled.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewSubscription {
    /// Address that results are posted to.
    #[schema(min_length = 1, max_length = 2048)]
    pub dest: String,
    /// Secret of the header `GS1-Signature`: `sha256=` and the HMAC-SHA-256 of the body.
    #[schema(required = false)]
    pub signature_token: Option<String>,
    /// Results are sent as they are recorded.
    #[schema(required = false)]
    pub stream: Option<bool>,
    /// When results are sent, in UTC: second, minute, hour, dayOfMonth, month, dayOfWeek (1 is
    /// Monday).
    #[schema(required = false)]
    pub schedule: Option<BTreeMap<String, String>>,
    /// Whether a scheduled run without results is reported.
    #[schema(required = false)]
    pub report_if_empty: Option<bool>,
    /// The first events are those recorded from this time on.
    #[schema(required = false, format = DateTime)]
    pub initial_record_time: Option<String>,
}

/// A subscription with how far it came.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionLine {
    /// Its identifier.
    #[serde(rename = "subscriptionID")]
    pub subscription_id: String,
    /// Name of the query.
    pub query_name: String,
    /// Address that results are posted to.
    pub dest: String,
    /// Results are sent as they are recorded.
    pub stream: bool,
    /// When results are sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub schedule: Option<BTreeMap<String, String>>,
    /// Whether a scheduled run without results is reported.
    pub report_if_empty: bool,
    /// When it began, RFC 3339.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// From when on events were wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub min_record_time: Option<String>,
    /// When results were taken last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, format = DateTime)]
    pub last_notified_at: Option<String>,
}
