//! Reading events: by their identifier, or where they stand.

use crate::entries::{log_access, may_read, time_of, with_events};
use crate::error::{Code, Error};
use crate::limits::QUESTION_ID_BYTES_MAX;
use crate::principal::Principal;
use crate::publisher::read;
use crate::service::Service;
use laiqu_epcis::facts::Position;
use laiqu_epcis::query::Recorded;
use laiqu_epcis::{Event, identifier};
use laiqu_index::id_digest;
use std::collections::BTreeMap;

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
            look_ups.event_ids.find(id_digest(id)).map(|known| known.position).collect()
        };
        let mut found = self.stored_events(&positions, who)?;
        found.retain(|event| event.event_id == id);
        if found.is_empty() {
            return Err(Error::new(Code::NotFound, format!("no event {id} is known")));
        }
        Ok(found)
    }

    /// The events that stand here and that the caller may read.
    fn stored_events(
        &self,
        positions: &[Position],
        who: &Principal,
    ) -> Result<Vec<StoredEvent>, Error> {
        let found = self.read_events(positions, who, &|_, _, _| true)?;
        Ok(found.into_iter().flatten().collect())
    }

    /// For each position the event there, where the caller may read it and it is wanted; what is
    /// wanted may depend on the place among the positions. Of a document only these events
    /// are read, and once for all.
    pub(crate) fn read_events(
        &self,
        positions: &[Position],
        who: &Principal,
        is_wanted: &dyn Fn(usize, &Event<'_>, Recorded<'_>) -> bool,
    ) -> Result<Vec<Option<StoredEvent>>, Error> {
        let registry = self.registry();
        let own = match who {
            Principal::Business { party } => registry.party(*party).map(|own| own.id.as_str()),
            Principal::Operator | Principal::Public => None,
        };
        let mut found = vec![None; positions.len()];
        let mut of_entry: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for (at, position) in positions.iter().enumerate() {
            of_entry.entry(position.index).or_default().push(at);
        }
        for (index, slots) in of_entry {
            let entry = self.entry(index)?;
            let Some(frame) = &entry.frame else {
                continue; // erased: nothing of it is served
            };
            let whole = may_read(who, &entry);
            log_access(who, &entry);
            let issuer = registry.party(entry.leaf.issuer).map(|p| p.id.to_string());
            let record_time = i64::try_from(entry.leaf.time_micros).unwrap_or(i64::MAX);
            let placed = slots.iter().filter_map(|slot| Some(positions.get(*slot)?.ordinal));
            let ordinals: Vec<u32> = placed.collect();
            with_events(frame, &ordinals, |chosen, outcome| {
                for slot in slots {
                    let Some(position) = positions.get(slot) else { continue };
                    let Some(event) = chosen.get(position.ordinal) else { continue };
                    let given = outcome.assigned_id(position.ordinal);
                    let event_id = event.event_id().or(given).unwrap_or_default();
                    let visible = whole || own.is_some_and(|own| concerns(event, own));
                    if !visible || !is_wanted(slot, event, Recorded { event_id, record_time }) {
                        continue;
                    }
                    let stored = StoredEvent {
                        position: *position,
                        event_id: event_id.to_owned(),
                        assigned: event.event_id().is_none(),
                        record_time: time_of(&entry),
                        issuer: issuer.clone().unwrap_or_default(),
                        raw: event.raw().to_owned(),
                        context: chosen.context_raw().map(str::to_owned),
                    };
                    if let Some(found) = found.get_mut(slot) {
                        *found = Some(stored);
                    }
                }
            })?;
        }
        Ok(found)
    }
}

/// Whether an event names this party as a source or destination: one step up or down.
pub(crate) fn concerns(event: &Event<'_>, party: &str) -> bool {
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
