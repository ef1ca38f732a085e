//! When two events with the same identifier are the same event.

use crate::error::Error;
use crate::publisher::read;
use crate::service::Service;
use laiqu_epcis::facts::Position;
use laiqu_epcis::{Document, Event, Limits};
use laiqu_index::id_digest;

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
    match (declaration(one), declaration(other)) {
        (None, Some(_)) | (Some(_), None) => Compared::Declaration,
        (a, b) if a == b && one.prehash() == other.prehash() => Compared::Same,
        _ => Compared::Different,
    }
}

/// The text of an event's error declaration.
fn declaration<'a>(event: &'a Event<'_>) -> Option<&'a str> {
    event.member("errorDeclaration").map(|node| node.raw)
}

impl Service {
    /// Looks an event's identifier up among those of the same issuer.
    pub(crate) fn stands_in_ledger(
        &self,
        event: &Event<'_>,
        id: &str,
        issuer: u64,
    ) -> Result<Found, Error> {
        let known: Vec<Position> = {
            let look_ups = read(&self.shared().look_ups);
            let places = look_ups.event_ids.find(id_digest(id)).iter();
            places.filter(|known| known.issuer == issuer).map(|known| known.position).collect()
        };
        let mut found = Found::New;
        for position in known {
            let entry = self.entry(position.index)?;
            let Some(frame) = &entry.frame else { continue };
            let text = String::from_utf8_lossy(&frame.payload);
            let document = Document::parse_stored(&text, &Limits::default())
                .map_err(|_| Error::internal("stored document", "does not parse"))?;
            let Some(other) = document.events.get(position.ordinal as usize) else { continue };
            if other.event_id().is_some_and(|other| other != id) {
                continue; // another identifier with the same digest
            }
            match compare(event, other) {
                Compared::Same => return Ok(Found::Same(position)),
                Compared::Different => found = Found::Conflict(position),
                Compared::Declaration => {}
            }
        }
        Ok(found)
    }
}
