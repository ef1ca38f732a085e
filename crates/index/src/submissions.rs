//! Which bodies an issuer has already submitted, in memory.

use std::collections::HashMap;

/// Digests of accepted bodies, by issuer, to the entry that holds them first.
#[derive(Debug, Default)]
pub struct Submissions {
    first: HashMap<(u64, u128), u64>,
}

impl Submissions {
    /// Notes the body of the entry at `index`; the first entry of a body stays.
    pub fn insert(&mut self, issuer: u64, body_sha256: &[u8; 32], index: u64) {
        self.first.entry((issuer, short(body_sha256))).or_insert(index);
    }

    /// The first entry in which this issuer submitted this body.
    #[must_use]
    pub fn find(&self, issuer: u64, body_sha256: &[u8; 32]) -> Option<u64> {
        self.first.get(&(issuer, short(body_sha256))).copied()
    }
}

fn short(digest: &[u8; 32]) -> u128 {
    digest.iter().take(16).fold(0, |sum, byte| (sum << 8) | u128::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_entry_of_a_body_stays_and_issuers_are_apart() {
        let mut bodies = Submissions::default();
        bodies.insert(1, &[7; 32], 10);
        bodies.insert(1, &[7; 32], 12);
        bodies.insert(2, &[7; 32], 11);
        assert_eq!(bodies.find(1, &[7; 32]), Some(10));
        assert_eq!(bodies.find(2, &[7; 32]), Some(11));
        assert_eq!(bodies.find(1, &[8; 32]), None);
    }
}
