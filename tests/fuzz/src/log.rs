//! A good log of several segments, to be damaged.

use std::sync::Arc;

use laiqu_ledger::{Entry, Frame, Kind, Leaf, Log, LogOptions, PreparedEntry, events_root};

use crate::Memory;

/// Its files, apart from those of the tree.
pub const FILES: [&str; 6] = [
    "000000000000.seg",
    "000000000001.seg",
    "000000000002.seg",
    "000000000000.sum",
    "000000000001.sum",
    "head",
];

const OPTIONS: LogOptions = LogOptions { segment_bytes_max: 4_096, zero_piece_bytes: 1_024 };

/// A log of five units, stopped cleanly or not, and its entries; entry 2 is erased by entry 6.
pub fn base(clean: bool) -> (Memory, Vec<Entry>) {
    let memory = Memory::default();
    let mut log = Log::create_on(Arc::new(memory.clone()), OPTIONS).expect("create");
    let payloads: [&[u8]; 6] =
        [br#"{"origin":"o","log_vkey":"v"}"#, b"1", &[0; 700], b"3", b"", b"5"];
    for unit in [&payloads[..1], &payloads[1..4], &payloads[4..]] {
        append(&mut log, unit);
    }
    let erasure = append(&mut log, &[br#"{"index":2,"reason":"order"}"#]);
    log.erase(erasure).expect("erase");
    log.write_head().expect("head");
    if !clean {
        append(&mut log, &[b"behind the head"]);
    }
    let entries = log.reader().scan(0).map(|entry| entry.expect("entry")).collect();
    if clean {
        log.close().expect("close");
    }
    (memory, entries)
}

/// Appends a unit and answers the index of its first entry.
fn append(log: &mut Log, payloads: &[&[u8]]) -> u64 {
    let (mut index, mut prev) = (log.head().size, log.head().last_leaf_hash);
    let issuer = log.issuer_head(0);
    let mut issuer_seq = issuer.next_seq;
    let mut unit = Vec::new();
    for payload in payloads {
        let frame = Frame {
            salt: [index as u8; 32],
            signatures: Vec::new(),
            media_type: "application/json".to_owned(),
            outcome: b"{}".to_vec(),
            payload: payload.to_vec(),
        };
        let leaf = Leaf {
            index,
            time_micros: 1_795_413_600_000_000 + index,
            prev,
            kind: match index {
                0 => Kind::LedgerInit,
                6 => Kind::Erasure,
                _ => Kind::EpcisCapture,
            },
            issuer: 0,
            issuer_seq,
            issuer_prev: prev,
            keys: Vec::new(),
            events_root: events_root(&frame.salt, &[&frame.payload]),
            commitment: frame.commitment(),
        };
        prev = leaf.hash().expect("leaf");
        (index, issuer_seq) = (index + 1, issuer_seq + 1);
        unit.push(PreparedEntry::new(leaf, frame.encode().expect("frame"), 1).expect("entry"));
    }
    log.append(&unit).expect("append").first_index
}
