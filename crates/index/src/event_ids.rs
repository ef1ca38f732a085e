//! Event identifiers to ledger positions, in memory.

use laiqu_epcis::facts::Position;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// The first 16 bytes of the SHA-256 of an `eventID`: enough to find it, never to decide; whoever
/// finds a position compares the event that stands there.
#[must_use]
pub fn id_digest(event_id: &str) -> u128 {
    let hash = Sha256::digest(event_id.as_bytes());
    hash.iter().take(16).fold(0, |sum, byte| (sum << 8) | u128::from(*byte))
}

/// One place where an identifier stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The event's position.
    pub position: Position,
    /// Alias of the party that issued it.
    pub issuer: u64,
}

/// Most identifiers stand in one place; error declarations repeat the one they declare wrong.
#[derive(Debug)]
enum Places {
    One(Known),
    Many(Vec<Known>),
}

/// Event identifiers of all accepted events.
#[derive(Debug, Default)]
pub struct EventIds {
    places: HashMap<u128, Places>,
}

impl EventIds {
    /// Notes that an accepted event has this identifier.
    pub fn insert(&mut self, digest: u128, known: Known) {
        match self.places.entry(digest) {
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(Places::One(known));
            }
            std::collections::hash_map::Entry::Occupied(mut entry) => match entry.get_mut() {
                Places::One(first) => {
                    let both = vec![*first, known];
                    entry.insert(Places::Many(both));
                }
                Places::Many(all) => all.push(known),
            },
        }
    }

    /// Every place where an identifier with this digest stands, in order of arrival.
    #[must_use]
    pub fn find(&self, digest: u128) -> &[Known] {
        match self.places.get(&digest) {
            None => &[],
            Some(Places::One(known)) => std::slice::from_ref(known),
            Some(Places::Many(all)) => all,
        }
    }

    /// How many distinct identifiers are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether none is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(index: u64, issuer: u64) -> Known {
        Known { position: Position { index, ordinal: 0 }, issuer }
    }

    #[test]
    fn an_identifier_is_found_at_every_place_in_order() {
        let mut ids = EventIds::default();
        let digest = id_digest("urn:uuid:1");
        assert!(ids.find(digest).is_empty());
        for known in [at(3, 1), at(7, 2), at(9, 1)] {
            ids.insert(digest, known);
        }
        assert_eq!(ids.find(digest), [at(3, 1), at(7, 2), at(9, 1)]);
        assert_eq!(ids.len(), 1);
        assert!(ids.find(id_digest("urn:uuid:2")).is_empty());
    }
}
