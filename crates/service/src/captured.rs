//! What is asked of a capture, and what it answers.

use crate::outcome::Reason;
use crate::principal::Credentials;
use crate::receipt::Receipt;
use bytes::Bytes;

/// What a body is taken for, and what becomes of it where one of its events is refused (EPCIS 2.0,
/// section 12.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CaptureMode {
    /// A document, taken whole or not at all.
    #[default]
    Rollback,
    /// A document, of which those events are taken that can be.
    Proceed,
    /// One event without a document around it.
    OneEvent,
}

/// A document to capture.
#[derive(Clone, Debug)]
pub struct CaptureRequest {
    /// The body, any content encoding removed.
    pub body: Bytes,
    /// Its media type without parameters.
    pub media_type: String,
    /// What came with it.
    pub credentials: Credentials,
    /// What it is taken for.
    pub mode: CaptureMode,
}

/// Where one event of the document stands.
#[derive(Clone, Debug)]
pub struct CapturedEvent {
    /// Its place in the document (0-based).
    pub ordinal: u32,
    /// Its identifier, as sent or as the ledger gave it; empty for a refused one without.
    pub event_id: String,
    /// The ledger gave the identifier.
    pub assigned: bool,
    /// Index of the entry where it stands.
    pub index: u64,
    /// Its ordinal there.
    pub at: u32,
    /// It stood there before: the first receipt holds for it.
    pub duplicate: bool,
    /// It declares an event of someone else to be in error, and its issuer may not: it is kept, and
    /// changes nothing.
    pub disputed: bool,
    /// The receipt of the earlier entry where a duplicate stands, with the first of the events that
    /// stand in it: one receipt holds for all of them.
    pub first_receipt: Option<Receipt>,
    /// Why it was refused: it stands there as a part of its document only. Nothing for others.
    pub refused: Vec<Reason>,
}

/// Everything that is new about a capture.
#[derive(Clone, Debug)]
pub struct Captured {
    /// The receipt of the entry that holds the document.
    pub receipt: Receipt,
    /// Each event of the document.
    pub events: Vec<CapturedEvent>,
    /// Events that are refused were to be left out ([`CaptureMode::Proceed`]).
    pub proceed: bool,
    /// The same document stood in the ledger already; this is its first receipt.
    pub replayed: bool,
}

/// A finished capture, as it is shown later.
#[derive(Clone, Debug)]
pub struct CaptureJobView {
    /// Index of the entry.
    pub index: u64,
    /// When the ledger took it, RFC 3339 in UTC.
    pub time: String,
    /// Events that are refused were to be left out.
    pub proceed: bool,
    /// The refused events with their reasons.
    pub refused: Vec<(u32, Vec<Reason>)>,
}
