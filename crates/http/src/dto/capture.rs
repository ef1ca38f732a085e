//! Capturing documents.

use super::{FaultLine, ProblemDocument, ReceiptLine};
use crate::asked::Asked;
use crate::catalogue::{EVENT_ID_CONFLICT, INVALID_DOCUMENT};
use crate::problem::Problem;
use laiqu_service::{CaptureJobView, CapturedEvent, Reason, Receipt};
use serde::Serialize;
use utoipa::ToSchema;

/// A capture job (EPCIS 2.0, section 12.6.1), finished: a document is durable before the answer.
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
    /// When the job was done: the same moment.
    #[serde(rename = "finishedAt")]
    #[schema(format = DateTime)]
    pub finished_at: String,
    /// Always false: jobs are finished.
    pub running: bool,
    /// Whether every event was captured, or stood there before.
    pub success: bool,
    /// What was to become of the document where an event is refused.
    #[serde(rename = "captureErrorBehaviour")]
    pub capture_error_behaviour: CaptureBehaviour,
    /// One problem for each event that was refused.
    pub errors: Vec<ProblemDocument>,
    /// Where each event of the document stands; not in a list of jobs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<CapturedEventLine>, required = false)]
    pub events: Option<Vec<CapturedEventLine>>,
    /// Receipt of the entry; not in a list of jobs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = ReceiptLine, required = false)]
    pub receipt: Option<Receipt>,
    /// The document stood in the ledger already; only in the answer to a capture.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool, required = false)]
    pub replayed: Option<bool>,
}

/// Capture jobs, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CaptureJobs(pub Vec<CaptureJob>);

/// What becomes of a document of which an event is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CaptureBehaviour {
    /// Nothing of it is taken.
    Rollback,
    /// The others are taken.
    Proceed,
}

/// What became of one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EventOutcome {
    /// It is new.
    Captured,
    /// It stood there before.
    Duplicate,
    /// It was refused; `errors` has the reason.
    Refused,
}

/// One event of a captured document.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CapturedEventLine {
    /// Its place in the document (0-based).
    pub ordinal: u32,
    /// What became of it.
    pub outcome: EventOutcome,
    /// Its identifier, as sent or as the ledger gave it; empty for a refused one without.
    pub event_id: String,
    /// Where it stands; nowhere where it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = PositionLine, required = false)]
    pub position: Option<PositionLine>,
    /// It stood there before.
    pub duplicate: bool,
    /// It declares an event of someone else to be in error, which only a regulator may: it is kept
    /// and shown, and changes nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub disputed: bool,
    /// The receipt of the earlier entry where it stood, with the first event that stood there.
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
        let outcome = match (event.refused.is_empty(), event.duplicate) {
            (false, _) => EventOutcome::Refused,
            (true, true) => EventOutcome::Duplicate,
            (true, false) => EventOutcome::Captured,
        };
        let position = PositionLine { index: event.index, ordinal: event.at };
        Self {
            ordinal: event.ordinal,
            outcome,
            event_id: event.event_id,
            position: (outcome != EventOutcome::Refused).then_some(position),
            duplicate: event.duplicate,
            disputed: event.disputed,
            first_receipt: event.first_receipt,
        }
    }
}

impl CaptureJob {
    /// The job of the entry that this receipt is for, with all that is known of it.
    pub(crate) fn whole(
        time: String,
        proceed: bool,
        events: Vec<CapturedEvent>,
        receipt: Receipt,
        asked: &Asked,
    ) -> Self {
        let refused = events.iter().filter(|event| !event.refused.is_empty());
        let errors = refused.map(|event| problem(event.ordinal, &event.refused, asked)).collect();
        let events = events.into_iter().map(CapturedEventLine::from).collect();
        let job = Self::new(receipt.index, time, proceed, errors);
        Self { events: Some(events), receipt: Some(receipt), ..job }
    }

    /// A job in a list.
    pub(crate) fn line(job: CaptureJobView, asked: &Asked) -> Self {
        let refused = job.refused.iter();
        let errors = refused.map(|(ordinal, reasons)| problem(*ordinal, reasons, asked)).collect();
        Self::new(job.index, job.time, job.proceed, errors)
    }

    fn new(index: u64, time: String, proceed: bool, errors: Vec<ProblemDocument>) -> Self {
        Self {
            capture_id: index.to_string(),
            created_at: time.clone(),
            finished_at: time,
            running: false,
            success: errors.is_empty(),
            capture_error_behaviour: match proceed {
                true => CaptureBehaviour::Proceed,
                false => CaptureBehaviour::Rollback,
            },
            errors,
            events: None,
            receipt: None,
            replayed: None,
        }
    }

    /// The same as the answer to a capture.
    pub(crate) fn replayed(self, replayed: bool) -> Self {
        Self { replayed: Some(replayed), ..self }
    }
}

/// Why one event was refused.
fn problem(ordinal: u32, reasons: &[Reason], asked: &Asked) -> ProblemDocument {
    let conflict = reasons.iter().all(|reason| reason.code == EVENT_ID_CONFLICT.code);
    let kind = if conflict { &EVENT_ID_CONFLICT } else { &INVALID_DOCUMENT };
    let detail = reasons.first().map_or("", |reason| reason.detail.as_str());
    let asked = Asked { writes: true, ..asked.clone() };
    let errors = reasons.iter().map(|reason| FaultLine {
        pointer: reason.pointer.clone(),
        code: reason.code.clone(),
        detail: reason.detail.clone(),
    });
    ProblemDocument {
        errors: errors.collect(),
        ..Problem::new(kind, format!("event {ordinal}: {detail}")).document(&asked)
    }
}
