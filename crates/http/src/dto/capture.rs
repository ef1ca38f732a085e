//! Capturing documents.

use super::ReceiptLine;
use laiqu_service::{CapturedEvent, Receipt};
use serde::Serialize;
use utoipa::ToSchema;

/// A capture job (EPCIS 2.0, section 12.6.1), finished: a document is captured whole or not at
/// all, and durable before the answer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CaptureJob {
    /// Index of the ledger entry.
    #[serde(rename = "captureID")]
    #[schema(example = "17")]
    pub capture_id: String,
    /// When the ledger took the document, RFC 3339.
    #[serde(rename = "createdAt")]
    #[schema(format = DateTime)]
    pub created_at: String,
    /// Always false: jobs are finished.
    pub running: bool,
    /// Always true: what fails makes no job.
    pub success: bool,
    /// Always `rollback`: all of it or nothing.
    #[serde(rename = "captureErrorBehaviour")]
    pub capture_error_behaviour: &'static str,
    /// Always empty: what fails makes no job.
    pub errors: Vec<super::ProblemDocument>,
    /// Where each event of the document stands.
    pub events: Vec<CapturedEventLine>,
    /// Receipt of the entry.
    #[schema(value_type = ReceiptLine)]
    pub receipt: Receipt,
    /// The document stood in the ledger already; only in the answer to a capture.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool, required = false)]
    pub replayed: Option<bool>,
}

/// One event of a captured document.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CapturedEventLine {
    /// Its place in the document (0-based).
    pub ordinal: u32,
    /// Its identifier, as sent or as the ledger gave it.
    pub event_id: String,
    /// Where it stands.
    pub position: PositionLine,
    /// It stood there before.
    pub duplicate: bool,
    /// The first receipt, for an event that stood in an earlier entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = ReceiptLine, required = false)]
    pub first_receipt: Option<Receipt>,
}

/// Where an event stands in the ledger.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct PositionLine {
    /// Index of the entry (0-based).
    pub index: u64,
    /// Ordinal of the event in its document (0-based).
    pub ordinal: u32,
}

impl From<CapturedEvent> for CapturedEventLine {
    fn from(event: CapturedEvent) -> Self {
        Self {
            ordinal: event.ordinal,
            event_id: event.event_id,
            position: PositionLine { index: event.index, ordinal: event.at },
            duplicate: event.duplicate,
            first_receipt: event.first_receipt,
        }
    }
}

impl CaptureJob {
    /// The job of the entry that this receipt is for.
    #[must_use]
    pub fn new(
        created_at: String,
        events: Vec<CapturedEvent>,
        receipt: Receipt,
        replayed: Option<bool>,
    ) -> Self {
        Self {
            capture_id: receipt.index.to_string(),
            created_at,
            running: false,
            success: true,
            capture_error_behaviour: "rollback",
            errors: Vec::new(),
            events: events.into_iter().map(CapturedEventLine::from).collect(),
            receipt,
            replayed,
        }
    }
}
