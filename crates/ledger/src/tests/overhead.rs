//! What the format itself costs on disk.

use std::sync::Arc;

use crate::testing::Memory;
use crate::unit::{HEADER_BYTES, TRAILER_BYTES};
use crate::{Frame, Kind, Leaf, Log, LogOptions, PreparedEntry, events_root};
use laiqu_proof::Hash;

/// Most bytes an entry beyond leaf, salt, signature and payload, without padding, at
/// [`UNIT_ENTRIES`] or more entries a unit. Media type and outcome count.
const OVERHEAD_BYTES_MAX: usize = 64;
const UNIT_ENTRIES: usize = 15;

fn unit(count: usize) -> (Vec<PreparedEntry>, usize) {
    let (mut prev, mut held, mut unit) = (Hash::ZERO, 0, Vec::new());
    for index in 0..count as u64 {
        let frame = Frame {
            salt: [7; 32],
            signatures: vec!["s".repeat(540)],
            media_type: "application/ld+json".to_owned(),
            outcome: br#"{"rules":"laiqu/1"}"#.to_vec(),
            payload: vec![b'e'; 1_150],
        };
        let leaf = Leaf {
            index,
            time_micros: 1_795_413_600_000_000 + index,
            prev,
            kind: Kind::EpcisCapture,
            issuer: 0,
            issuer_seq: index,
            issuer_prev: prev,
            keys: vec![1],
            events_root: events_root(&frame.salt, &[&frame.payload]),
            commitment: frame.commitment(),
        };
        let entry = PreparedEntry::new(leaf, frame.encode().unwrap(), 1).unwrap();
        held += entry.leaf_bytes().len() + 32 + 540 + frame.payload.len();
        prev = entry.leaf_hash();
        unit.push(entry);
    }
    (unit, held)
}

#[test]
fn the_overhead_of_an_entry_is_under_64_bytes_from_15_entries_a_unit_on() {
    for count in [UNIT_ENTRIES, 60, 1_000] {
        let (unit, held) = unit(count);
        let mut log = Log::create_on(Arc::new(Memory::default()), LogOptions::default()).unwrap();
        let written = log.append(&unit).unwrap().bytes as usize;
        let content: u64 = unit.iter().map(PreparedEntry::unit_bytes).sum();
        let unpadded = usize::try_from(content).unwrap() + HEADER_BYTES + TRAILER_BYTES;
        assert!((unpadded..unpadded + 512).contains(&written), "padding up to a sector");
        let overhead = unpadded - held;
        assert!(overhead < OVERHEAD_BYTES_MAX * count, "{count}: {overhead} bytes");
    }
}
