//! Event identifiers to ledger positions.

use laiqu_columns::{Error, Groups, Opened, Saving, Table};
use laiqu_epcis::facts::Position;
use sha2::{Digest, Sha256};

/// The first 16 bytes of the SHA-256 of an `eventID`: enough to find it, never to decide; whoever
/// finds a position compares the event that stands there.
#[must_use]
pub fn id_digest(event_id: &str) -> u128 {
    short(&Sha256::digest(event_id.as_bytes()).into())
}

/// The first 16 bytes of a digest.
#[must_use]
pub fn short(digest: &[u8; 32]) -> u128 {
    digest.iter().take(16).fold(0, |sum, byte| (sum << 8) | u128::from(*byte))
}

/// One place where an identifier stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The event's position.
    pub position: Position,
    /// Alias of the party that issued it.
    pub issuer: u64,
}

/// Entry, ordinal and issuer of an event.
type Place = [u64; 3];

/// Event identifiers of all accepted events. Most stand in one place; error declarations repeat the
/// one they declare wrong.
#[derive(Debug, Default)]
pub struct EventIds {
    first: Table<[u64; 2], Place>,
    /// The second place of an identifier and those behind it.
    more: Groups<[u64; 2], Place>,
}

impl EventIds {
    /// The identifiers that a file holds under this name.
    ///
    /// # Errors
    /// Where it does not hold them.
    pub fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        let first = Table::open(opened, name)?;
        Ok(Self { first, more: Groups::open(opened, &format!("{name}.more"))? })
    }

    /// Writes all identifiers under a name.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        self.first.save(saving, name)?;
        self.more.save(saving, &format!("{name}.more"))
    }

    /// Notes that an accepted event has this identifier.
    pub fn insert(&mut self, digest: u128, known: Known) {
        let Known { position: Position { index, ordinal }, issuer } = known;
        let (key, place) = (halves(digest), [index, u64::from(ordinal), issuer]);
        let count = self.first.len();
        self.first.or_insert(key, place);
        if self.first.len() == count {
            self.more.push(key, place);
        }
    }

    /// Every place where an identifier with this digest stands, in order of arrival.
    pub fn find(&self, digest: u128) -> impl Iterator<Item = Known> {
        let key = halves(digest);
        let first = self.first.get(key);
        let more = first.map_or(&[][..], |_| self.more.get(key));
        first.into_iter().chain(more).map(|[index, ordinal, issuer]| Known {
            position: Position { index: *index, ordinal: narrow(*ordinal) },
            issuer: *issuer,
        })
    }

    /// How many distinct identifiers are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.first.len()
    }

    /// Whether none is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }
}

/// Such bytes as a key of columns.
#[must_use]
pub fn halves(digest: u128) -> [u64; 2] {
    #[allow(clippy::cast_possible_truncation, reason = "the lower half")]
    [(digest >> 64) as u64, digest as u64]
}

fn narrow(ordinal: u64) -> u32 {
    u32::try_from(ordinal).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use laiqu_columns::testing::reopened;
    use proptest::collection::vec;
    use proptest::{option, prelude::*};
    use std::collections::HashMap;

    fn at(index: u64, issuer: u64) -> Known {
        Known { position: Position { index, ordinal: 3 }, issuer }
    }

    fn found(ids: &EventIds, digest: u128) -> Vec<Known> {
        ids.find(digest).collect()
    }

    #[test]
    fn an_identifier_is_found_at_every_place_in_order() {
        let mut ids = EventIds::default();
        let digest = id_digest("urn:uuid:1");
        assert!(found(&ids, digest).is_empty());
        for known in [at(3, 1), at(7, 2), at(9, 1)] {
            ids.insert(digest, known);
        }
        assert_eq!(found(&ids, digest), [at(3, 1), at(7, 2), at(9, 1)]);
        assert_eq!(ids.len(), 1);
        assert!(found(&ids, id_digest("urn:uuid:2")).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn what_was_saved_is_found_as_before(
            steps in vec(option::weighted(0.9, 0u128..9), 0..60),
        ) {
            let (mut ids, mut model) = (EventIds::default(), HashMap::<u128, Vec<Known>>::new());
            for (index, step) in (0..).zip(steps) {
                let Some(digest) = step else {
                    ids = reopened(|s| ids.save(s, "ids"), |o| EventIds::open(o, "ids"));
                    continue;
                };
                ids.insert(digest << 60, at(index, index % 3));
                model.entry(digest << 60).or_default().push(at(index, index % 3));
            }
            prop_assert_eq!(ids.len(), model.len());
            for digest in (0..9).map(|digest| digest << 60) {
                prop_assert_eq!(found(&ids, digest), model.remove(&digest).unwrap_or_default());
            }
        }
    }
}
