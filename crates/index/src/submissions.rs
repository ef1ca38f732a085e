//! Which bodies an issuer has already submitted.

use crate::event_ids::{halves, short};
use laiqu_columns::{Error, Opened, Saving, Table};

/// Digests of accepted bodies, by issuer, to the entry that holds them first.
#[derive(Debug, Default)]
pub struct Submissions {
    first: Table<[u64; 3], u64>,
}

impl Submissions {
    /// The bodies that a file holds under this name.
    ///
    /// # Errors
    /// Where it does not hold them.
    pub fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        Ok(Self { first: Table::open(opened, name)? })
    }

    /// Writes all bodies under a name.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        self.first.save(saving, name)
    }

    /// Notes the body of the entry at `index`; the first entry of a body stays.
    pub fn insert(&mut self, issuer: u64, body_sha256: &[u8; 32], index: u64) {
        self.first.or_insert(key(issuer, body_sha256), index);
    }

    /// The first entry in which this issuer submitted this body.
    #[must_use]
    pub fn find(&self, issuer: u64, body_sha256: &[u8; 32]) -> Option<u64> {
        self.first.get(key(issuer, body_sha256)).copied()
    }
}

fn key(issuer: u64, body_sha256: &[u8; 32]) -> [u64; 3] {
    let [a, b] = halves(short(body_sha256));
    [issuer, a, b]
}

#[cfg(test)]
mod tests {
    use super::*;
    use laiqu_columns::testing::reopened;

    #[test]
    fn the_first_entry_of_a_body_stays_and_issuers_are_apart() {
        let mut bodies = Submissions::default();
        bodies.insert(1, &[7; 32], 10);
        bodies = reopened(|s| bodies.save(s, "b"), |o| Submissions::open(o, "b"));
        bodies.insert(1, &[7; 32], 12);
        bodies.insert(2, &[7; 32], 11);
        assert_eq!(bodies.find(1, &[7; 32]), Some(10));
        assert_eq!(bodies.find(2, &[7; 32]), Some(11));
        assert_eq!(bodies.find(1, &[8; 32]), None);
    }
}
