//! Reading events: by their identifier, or by an identifier that they name.

use crate::entries::{log_access, may_read, time_of};
use crate::error::{Code, Error};
use crate::limits::{QUERY_EVENTS_MAX, QUESTION_ID_BYTES_MAX};
use crate::principal::Principal;
use crate::publisher::read;
use crate::service::Service;
use laiqu_epcis::facts::Position;
use laiqu_epcis::{Event, identifier};
use laiqu_index::id_digest;

/// A stored event as it was sent, with what the ledger added.
#[derive(Clone, Debug)]
pub struct StoredEvent {
    /// Where it stands.
    pub position: Position,
    /// Its identifier.
    pub event_id: String,
    /// The ledger gave the identifier.
    pub assigned: bool,
    /// When the ledger took it, RFC 3339 in UTC: its `recordTime`.
    pub record_time: String,
    /// Identifier of the party that issued it.
    pub issuer: String,
    /// The exact text of the event.
    pub raw: String,
    /// The `@context` of its document, as JSON text.
    pub context: Option<String>,
}

impl Service {
    /// The event with this identifier, and every error declaration about it.
    ///
    /// # Errors
    /// Where none is there that the caller may read.
    pub fn events_by_id(&self, id: &str, who: &Principal) -> Result<Vec<StoredEvent>, Error> {
        let positions: Vec<Position> = {
            let look_ups = read(&self.shared().look_ups);
            look_ups.event_ids.find(id_digest(id)).iter().map(|known| known.position).collect()
        };
        let mut found = self.stored_events(&positions, who)?;
        found.retain(|event| event.event_id == id);
        if found.is_empty() {
            return Err(Error::new(Code::NotFound, format!("no event {id} is known")));
        }
        Ok(found)
    }

    /// Events that name any of these identifiers, whatever spelling they come in.
    ///
    /// # Errors
    /// Where an identifier is empty or too long, or there are more events than one answer holds.
    pub fn events_by_epc(&self, epcs: &[&str], who: &Principal) -> Result<Vec<StoredEvent>, Error> {
        let mut positions = Vec::new();
        for epc in epcs {
            check_id(epc)?;
            let canonical = identifier::canonical(epc);
            positions.extend(read(&self.shared().views).graph.events_of(&canonical));
        }
        positions.sort_unstable();
        positions.dedup();
        if positions.len() > QUERY_EVENTS_MAX {
            let detail = format!(
                "{} events match, one answer holds {QUERY_EVENTS_MAX}; ask for fewer identifiers",
                positions.len()
            );
            return Err(Error::new(Code::InvalidParameter, detail));
        }
        self.stored_events(&positions, who)
    }

    pub(crate) fn stored_events(
        &self,
        positions: &[Position],
        who: &Principal,
    ) -> Result<Vec<StoredEvent>, Error> {
        let registry = self.registry();
        let mut found = Vec::with_capacity(positions.len());
        for position in positions {
            let entry = self.entry(position.index)?;
            if entry.frame.is_none() {
                continue; // erased: nothing of it is served
            }
            let whole = may_read(who, &entry);
            let own = match who {
                Principal::Business { party } => registry.party(*party),
                Principal::Operator | Principal::Public => None,
            };
            log_access(who, &entry);
            let issuer = registry.party(entry.leaf.issuer).map(|p| p.id.to_string());
            let event = self.with_document(&entry, |document, outcome| {
                let event = document.events.get(position.ordinal as usize)?;
                let given = outcome.assigned_id(position.ordinal);
                if !whole && !own.is_some_and(|own| concerns(event, own.id.as_str())) {
                    return None;
                }
                Some(StoredEvent {
                    position: *position,
                    event_id: event.event_id().or(given).unwrap_or_default().to_owned(),
                    assigned: event.event_id().is_none(),
                    record_time: time_of(&entry),
                    issuer: issuer.unwrap_or_default(),
                    raw: event.raw().to_owned(),
                    context: document.context_raw().map(str::to_owned),
                })
            })?;
            found.extend(event);
        }
        Ok(found)
    }
}

/// Whether an event names this party as a source or destination: one step up or down.
fn concerns(event: &Event<'_>, party: &str) -> bool {
    let party = identifier::canonical(party);
    let facts = event.facts("");
    facts.sources.iter().chain(&facts.destinations).any(|named| *named.id == *party)
}

/// Refuses identifiers that cannot be asked about.
pub(crate) fn check_id(id: &str) -> Result<(), Error> {
    if id.is_empty() || id.len() > QUESTION_ID_BYTES_MAX {
        let detail = format!("an identifier has 1 to {QUESTION_ID_BYTES_MAX} bytes");
        return Err(Error::new(Code::InvalidParameter, detail));
    }
    Ok(())
}
