//! Judging a document: which of its events are new, and which stand already.

use crate::content::{self, Compared, Found};
use crate::error::{Code, Detail, Error};
use crate::service::Service;
use laiqu_epcis::Document;
use laiqu_epcis::facts::Position;
use laiqu_index::id_digest;
use std::collections::{BTreeSet, HashMap};

/// One event of the document as judged.
pub(crate) struct Judged {
    pub(crate) id: String,
    /// The ledger gives the identifier.
    pub(crate) assigned: bool,
    /// Where it stands already: in the ledger, or earlier in this document.
    pub(crate) stands: Option<Stands>,
}

/// The place of an event that is not new.
#[derive(Clone, Copy)]
pub(crate) enum Stands {
    Ledger(Position),
    Document(u32),
}

impl Service {
    /// Finds for each event whether it stands already; refuses an identifier that stands with
    /// other content.
    pub(crate) fn judge(&self, document: &Document<'_>, issuer: u64) -> Result<Vec<Judged>, Error> {
        let mut judged: Vec<Judged> = Vec::with_capacity(document.events.len());
        let mut here: HashMap<(u128, bool), u32> = HashMap::new();
        let mut conflicts = Vec::new();
        for (ordinal, event) in (0u32..).zip(&document.events) {
            let sent = event.event_id().filter(|id| !id.is_empty());
            let id = sent.map_or_else(|| event.hash(), str::to_owned);
            // One plain event and one declaration may share an identifier: one comparison will do.
            let key = (id_digest(&id), event.is_error_declaration());
            let earlier = *here.entry(key).or_insert(ordinal);
            let other = document.events.get(earlier as usize).filter(|_| earlier < ordinal);
            let mut stands = None;
            match other.map(|other| content::compare(event, other)) {
                Some(Compared::Same) => {
                    let first = judged.get(earlier as usize).and_then(|event| event.stands);
                    stands = Some(first.unwrap_or(Stands::Document(earlier)));
                }
                Some(Compared::Different) => {
                    conflicts.push(conflict(ordinal, &id, None));
                    judged.push(Judged { id, assigned: sent.is_none(), stands });
                    continue;
                }
                Some(Compared::Declaration) | None => {}
            }
            if stands.is_none() {
                match self.stands_in_ledger(event, &id, issuer)? {
                    Found::New => {}
                    Found::Same(position) => stands = Some(Stands::Ledger(position)),
                    Found::Conflict(position) => {
                        conflicts.push(conflict(ordinal, &id, Some(position)));
                    }
                }
            }
            judged.push(Judged { id, assigned: sent.is_none(), stands });
        }
        if conflicts.is_empty() {
            return Ok(judged);
        }
        let ids: BTreeSet<&str> = conflicts.iter().map(|(_, id)| id.as_str()).collect();
        let ids: Vec<&str> = ids.into_iter().collect();
        let detail = format!(
            "{} eventID(s) stand already with other content: {}; nothing was written",
            ids.len(),
            ids.join(", ")
        );
        let details = conflicts.into_iter().map(|(detail, _)| detail).collect();
        Err(Error::new(Code::EventIdConflict, detail).with(details))
    }
}

fn conflict(ordinal: u32, id: &str, position: Option<Position>) -> (Detail, String) {
    let place = match position {
        Some(at) => format!("entry {} event {}", at.index, at.ordinal),
        None => "an earlier event of this document".to_owned(),
    };
    let detail = Detail {
        pointer: format!("/epcisBody/eventList/{ordinal}/eventID"),
        code: "event-id-conflict".to_owned(),
        detail: format!("{id} stands in {place} with other content"),
    };
    (detail, id.to_owned())
}
