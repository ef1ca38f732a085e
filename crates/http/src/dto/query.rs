//! Answers to event queries (EPCIS 2.0, section 9.5).

use serde::Serialize;
use serde_json::value::RawValue;
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
