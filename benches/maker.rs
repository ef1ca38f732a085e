//! Units of entries that follow on a log.

use laiqu_ledger::{Frame, Kind, Leaf, Log, PreparedEntry, events_root};
use laiqu_proof::Hash;

/// Makes entries of one size.
pub(crate) struct Maker {
    payload: Vec<u8>,
    signature: String,
    issuers: u64,
}

impl Maker {
    /// Entries with a document and one signature of so many bytes, of so many issuers in turn.
    pub(crate) fn new(payload_bytes: usize, jws_bytes: usize, issuers: u64) -> Self {
        Self { payload: vec![b'e'; payload_bytes], signature: "x".repeat(jws_bytes), issuers }
    }

    /// The unit that comes next.
    pub(crate) fn unit(&self, log: &Log, count: usize) -> Vec<PreparedEntry> {
        let head = log.head();
        let mut prev = head.last_leaf_hash;
        let mut unit: Vec<PreparedEntry> = Vec::with_capacity(count);
        for index in (head.size..).take(count) {
            let issuer = index % self.issuers;
            let before = unit.iter().rev().map(PreparedEntry::leaf).find(|l| l.issuer == issuer);
            let (issuer_seq, issuer_prev) = match before {
                Some(leaf) => {
                    let at = usize::try_from(leaf.index - head.size).unwrap();
                    (leaf.issuer_seq + 1, unit[at].leaf_hash())
                }
                None => {
                    let issuer_head = log.issuer_head(issuer);
                    (issuer_head.next_seq, issuer_head.last_leaf_hash)
                }
            };
            let entry = self.entry(index, prev, issuer, issuer_seq, issuer_prev);
            prev = entry.leaf_hash();
            unit.push(entry);
        }
        unit
    }

    fn entry(
        &self,
        index: u64,
        prev: Hash,
        issuer: u64,
        issuer_seq: u64,
        issuer_prev: Hash,
    ) -> PreparedEntry {
        let frame = Frame {
            salt: Hash::digest(&index.to_be_bytes()).0,
            signatures: vec![self.signature.clone()],
            media_type: "application/ld+json".to_owned(),
            outcome: br#"{"rules":"laiqu/1"}"#.to_vec(),
            payload: self.payload.clone(),
        };
        let leaf = Leaf {
            index,
            time_micros: 1_795_413_600_000_000 + index,
            prev,
            kind: if index == 0 { Kind::LedgerInit } else { Kind::EpcisCapture },
            issuer,
            issuer_seq,
            issuer_prev,
            keys: vec![],
            events_root: events_root(&frame.salt, &[&frame.payload]),
            commitment: frame.commitment(),
        };
        PreparedEntry::new(leaf, frame.encode().unwrap(), 1).unwrap()
    }
}
