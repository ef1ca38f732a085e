//! Reading entries: their public side, receipts, documents, capture jobs.

use crate::captured::CapturedEvent;
use crate::content::Found;
use crate::error::{Code, Error};
use crate::outcome::Outcome;
use crate::payload::Payload;
use crate::principal::Principal;
use crate::receipt::{Opening, Receipt, receipt};
use crate::service::Service;
use laiqu_epcis::facts::Position;
use laiqu_epcis::{ChosenEvents, Document, Event, Fault};
use laiqu_index::id_digest;
use laiqu_ledger::{Entry, Frame, Kind};
use serde::Serialize;
use std::collections::BTreeSet;

/// The public side of an entry, with its receipt.
#[derive(Clone, Debug, Serialize)]
pub struct EntryView {
    /// Index in the ledger.
    pub index: u64,
    /// When the ledger took it, RFC 3339 in UTC.
    pub time: String,
    /// Kind of entry.
    pub kind: String,
    /// Alias of the issuer.
    pub issuer: u64,
    /// Where it stands in the issuer's own chain.
    pub issuer_seq: u64,
    /// Its receipt under the newest cosigned checkpoint that covers it, else under the newest.
    pub receipt: Receipt,
    /// The document, for who may read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// The entry that erased the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erased_by: Option<u64>,
}

impl Service {
    pub(crate) fn entry(&self, index: u64) -> Result<Entry, Error> {
        self.reader().entry(index).map_err(|error| match error {
            laiqu_ledger::Error::NoEntry { .. } => {
                Error::new(Code::NotFound, format!("the ledger has no entry {index}"))
            }
            other => Error::new(Code::Damaged, other.to_string()),
        })
    }

    /// The private frame of an entry, unless it was erased.
    pub(crate) fn frame_of<'a>(&self, entry: &'a Entry) -> Result<&'a Frame, Error> {
        let index = entry.leaf.index;
        entry.frame.as_ref().ok_or_else(|| {
            let by = self.reader().erased_by(index);
            let by = by.map_or_else(String::new, |by| format!(" by entry {by}"));
            Error::new(Code::Erased, format!("the document of entry {index} was erased{by}"))
        })
    }

    /// Reads the document of a captured entry with its outcome, unless it was erased.
    pub(crate) fn with_document<T>(
        &self,
        entry: &Entry,
        read: impl FnOnce(&Document<'_>, &Outcome) -> T,
    ) -> Result<T, Error> {
        with_document(self.frame_of(entry)?, read)
    }

    /// One entry with its receipt. Who may read its document gets that too.
    ///
    /// # Errors
    /// Where there is no such entry.
    pub fn entry_view(
        &self,
        index: u64,
        principal: Option<&Principal>,
    ) -> Result<EntryView, Error> {
        if index >= self.newest().size {
            return Err(Error::new(Code::NotFound, format!("the ledger has no entry {index}")));
        }
        let entry = self.entry(index)?;
        let readable = principal.is_some_and(|who| may_read(who, &entry));
        if let Some(who) = principal {
            log_access(who, &entry);
        }
        let frame = entry.frame.as_ref().filter(|_| readable);
        let opening = frame.map(Opening::of);
        let checkpoint = self.checkpoint_over(index);
        let receipt = receipt(self.shared(), &checkpoint, index, &entry.leaf_bytes, opening)?;
        let document = frame.map(|frame| String::from_utf8_lossy(&frame.payload).into_owned());
        Ok(EntryView {
            index,
            time: time_of(&entry),
            kind: entry.leaf.kind.as_str().to_owned(),
            issuer: entry.leaf.issuer,
            issuer_seq: entry.leaf.issuer_seq,
            receipt,
            document,
            erased_by: self.reader().erased_by(index),
        })
    }

    /// The receipt of an entry, under the newest cosigned checkpoint that covers it, else under the
    /// newest.
    pub(crate) fn receipt_of(&self, index: u64, opened: bool) -> Result<Receipt, Error> {
        let entry = self.entry(index)?;
        let opening = entry.frame.as_ref().filter(|_| opened).map(Opening::of);
        receipt(self.shared(), &self.checkpoint_over(index), index, &entry.leaf_bytes, opening)
    }

    /// Each event of a captured entry and where it stands.
    pub(crate) fn events_of_entry(&self, index: u64) -> Result<(Vec<CapturedEvent>, bool), Error> {
        let entry = self.entry(index)?;
        self.with_document(&entry, |document, outcome| {
            let id_of = |ordinal, event: &Event<'_>| {
                let sent = event.event_id().or_else(|| outcome.assigned_id(ordinal));
                let hash = || match outcome.reasons(ordinal) {
                    [] => event.hash(),
                    _ => String::new(),
                };
                sent.map_or_else(hash, str::to_owned)
            };
            let all = || (0u32..).zip(&document.events);
            let ids: Vec<String> = all().map(|(ordinal, event)| id_of(ordinal, event)).collect();
            let is_repeat = |at| !outcome.accepts(at) && outcome.reasons(at).is_empty();
            let repeats = all().zip(&ids).filter(|((ordinal, _), _)| is_repeat(*ordinal));
            let repeats = repeats.map(|((_, event), id)| (event, id.as_str(), id_digest(id)));
            let repeats: Vec<_> = repeats.collect();
            let mut firsts = self.stand_in_ledger(&repeats, entry.leaf.issuer)?.into_iter();
            let mut told = BTreeSet::new();
            let placed = all().zip(&ids).map(|((ordinal, event), id)| {
                let duplicate = is_repeat(ordinal);
                let place = match duplicate.then(|| firsts.next()).flatten() {
                    Some(Found::Same(first)) => first,
                    _ => Position { index, ordinal },
                };
                let first_receipt = match place.index == index {
                    true => None,
                    false => self.first_receipt(place.index, &mut told)?,
                };
                Ok(CapturedEvent {
                    ordinal,
                    event_id: id.clone(),
                    assigned: event.event_id().is_none(),
                    index: place.index,
                    at: place.ordinal,
                    duplicate,
                    disputed: outcome.disputed.contains(&ordinal),
                    first_receipt,
                    refused: outcome.reasons(ordinal).to_vec(),
                })
            });
            Ok((placed.collect::<Result<_, Error>>()?, outcome.proceed))
        })?
    }

    /// The receipt of an earlier entry, unless it was told: one holds for all events in it.
    pub(crate) fn first_receipt(
        &self,
        index: u64,
        told: &mut BTreeSet<u64>,
    ) -> Result<Option<Receipt>, Error> {
        told.insert(index).then(|| self.receipt_of(index, true)).transpose()
    }
}

/// When the ledger took an entry; a stored leaf always has a time that can be written.
pub(crate) fn time_of(entry: &Entry) -> String {
    laiqu_ledger::format_time(entry.leaf.time_micros).unwrap_or_default()
}

/// Every look of an operator into a business's document leaves a line in the log.
pub(crate) fn log_access(who: &Principal, entry: &Entry) {
    if *who == Principal::Operator && entry.leaf.kind == Kind::EpcisCapture {
        tracing::info!(
            entry = entry.leaf.index,
            issuer = entry.leaf.issuer,
            "operator read a document"
        );
    }
}

/// A business reads whole the documents that it issued itself.
pub(crate) fn may_read(who: &Principal, entry: &Entry) -> bool {
    match who {
        Principal::Operator => true,
        Principal::Business { party } => entry.leaf.issuer == *party || entry.leaf.index == *party,
        // Registry records hold names and token hashes; only events are shown to everyone.
        Principal::Public => entry.leaf.kind == Kind::EpcisCapture,
    }
}

/// Reads the document of a captured entry with its outcome.
pub(crate) fn with_document<T>(
    frame: &Frame,
    read: impl FnOnce(&Document<'_>, &Outcome) -> T,
) -> Result<T, Error> {
    with_payload(frame, |payload, outcome| Ok(read(&payload.stored()?, outcome)))
}

/// Reads some events of a captured entry, by their ordinals, with its outcome.
pub(crate) fn with_events<T>(
    frame: &Frame,
    ordinals: &[u32],
    read: impl FnOnce(&ChosenEvents<'_>, &Outcome) -> T,
) -> Result<T, Error> {
    with_payload(frame, |payload, outcome| Ok(read(&payload.chosen(ordinals)?, outcome)))
}

fn with_payload<T>(
    frame: &Frame,
    read: impl FnOnce(&Payload<'_>, &Outcome) -> Result<T, Vec<Fault>>,
) -> Result<T, Error> {
    let broken = |cause: String| Error::internal("stored document", cause);
    let text = std::str::from_utf8(&frame.payload).map_err(|e| broken(e.to_string()))?;
    let outcome = std::str::from_utf8(&frame.outcome).map_err(|e| broken(e.to_string()))?;
    let outcome = Outcome::decode(outcome).map_err(|e| broken(e.to_string()))?;
    let payload =
        Payload::read_stored(&frame.media_type, text).map_err(|fault| broken(fault.to_string()))?;
    read(&payload, &outcome)
        .map_err(|faults| broken(faults.first().map_or_else(String::new, ToString::to_string)))
}
