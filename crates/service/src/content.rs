//! When two events with the same identifier are the same event.

use crate::error::Error;
use crate::payload::Payload;
use crate::publisher::read;
use crate::service::Service;
use laiqu_epcis::Event;
use laiqu_epcis::facts::Position;
use std::collections::BTreeMap;

/// How an event relates to another one with the same identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    /// The same content.
    Same,
    /// One of them declares the other wrong (EPCIS 2.0, section 7.4.1.3).
    Declaration,
    /// Other content.
    Different,
}

/// What the ledger holds under an identifier of the same issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing that forbids the event.
    New,
    /// The same event.
    Same(Position),
    /// Another event.
    Conflict(Position),
}

/// Compares by the text that the CBV event hash is made of, not by the hash: spelling, order and
/// record time do not count. An error declaration may repeat the identifier once.
pub(crate) fn compare(one: &Event<'_>, other: &Event<'_>) -> Compared {
    match (one.declared(), other.declared()) {
        (None, Some(_)) | (Some(_), None) => Compared::Declaration,
        (a, b) if a == b && one.prehash() == other.prehash() => Compared::Same,
        _ => Compared::Different,
    }
}

impl Service {
    /// Looks identifiers of events up, which come with their digests, among those of the same
    /// issuer, one answer for each. Every
    /// document that has to be compared is read once, however many of its events come again.
    pub(crate) fn stand_in_ledger(
        &self,
        asked: &[(&Event<'_>, &str, u128)],
        issuer: u64,
    ) -> Result<Vec<Found>, Error> {
        let mut found = vec![Found::New; asked.len()];
        for (index, places) in self.places_of(asked, issuer) {
            let entry = self.entry(index)?;
            let Some(frame) = &entry.frame else { continue };
            let text = String::from_utf8_lossy(&frame.payload);
            let payload = Payload::read_stored(&frame.media_type, &text)
                .map_err(|fault| Error::internal("stored document", fault))?;
            let document = payload
                .stored()
                .map_err(|_| Error::internal("stored document", "does not parse"))?;
            for (at, ordinal) in places {
                let Some(other) = document.events.get(ordinal as usize) else { continue };
                let (Some((event, id, _)), Some(found)) = (asked.get(at), found.get_mut(at)) else {
                    continue;
                };
                if matches!(found, Found::Same(_)) || other.event_id().is_some_and(|o| o != *id) {
                    continue; // known, or another identifier with the same digest
                }
                let position = Position { index, ordinal };
                match compare(event, other) {
                    Compared::Same => *found = Found::Same(position),
                    Compared::Different => *found = Found::Conflict(position),
                    Compared::Declaration => {}
                }
            }
        }
        Ok(found)
    }

    /// By entry: which of these events have an identifier that stands there, and the ordinal.
    fn places_of(
        &self,
        asked: &[(&Event<'_>, &str, u128)],
        issuer: u64,
    ) -> BTreeMap<u64, Vec<(usize, u32)>> {
        let look_ups = read(&self.shared().look_ups);
        let mut places: BTreeMap<u64, Vec<(usize, u32)>> = BTreeMap::new();
        for (at, (.., digest)) in asked.iter().enumerate() {
            let known = look_ups.event_ids.find(*digest);
            for known in known.filter(|known| known.issuer == issuer) {
                let Position { index, ordinal } = known.position;
                places.entry(index).or_default().push((at, ordinal));
            }
        }
        places
    }
}
