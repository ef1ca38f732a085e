//! What the tests of this crate share: a storage that forgets what was not synced and fails on
//! demand, and entries that follow on a log.

mod memory;

use std::ops::Range;
use std::sync::Arc;

use laiqu_proof::{Hash, PrivateJwk};

pub(crate) use memory::{Failure, Memory};

use crate::chain::{Chain, Head, IssuerHead};
use crate::{
    Frame, FrameView, Kind, Leaf, Log, LogOptions, PreparedEntry, Report, VerifyOptions,
    events_root, verify,
};

pub(crate) const SMALL: LogOptions =
    LogOptions { segment_bytes_max: 8_192, zero_piece_bytes: 1_024 };

/// Name of the ledgers that are made here; the key of seed 9 is their log key.
pub(crate) const ORIGIN: &str = "test.example/log";

pub(crate) fn log_key(seed: u8) -> PrivateJwk {
    PrivateJwk::from_seed(&[seed; 32])
}

/// Makes entries that follow on each other.
#[derive(Debug, Clone)]
pub(crate) struct Maker {
    chain: Chain,
    origin: &'static str,
}

impl Maker {
    pub(crate) fn new() -> Self {
        Maker::with_origin(ORIGIN)
    }

    pub(crate) fn with_origin(origin: &'static str) -> Self {
        Maker { chain: Chain::new(), origin }
    }

    /// Goes on behind a log that was opened.
    pub(crate) fn after(log: &Log, issuers: u64) -> Self {
        let mut maker = Maker::new();
        let heads: Vec<_> = (0..=issuers).map(|issuer| (issuer, log.issuer_head(issuer))).collect();
        maker.chain.skip_to(log.head(), &heads);
        maker
    }

    pub(crate) fn head(&self) -> Head {
        self.chain.head()
    }

    /// One entry; entry 0 is a `ledger.init` whatever is asked for.
    pub(crate) fn entry(&mut self, issuer: u64, payload: &[u8]) -> PreparedEntry {
        self.signed(issuer, Kind::TokenIssue, payload, vec![], vec![])
    }

    pub(crate) fn signed(
        &mut self,
        issuer: u64,
        kind: Kind,
        payload: &[u8],
        keys: Vec<u64>,
        signatures: Vec<String>,
    ) -> PreparedEntry {
        let Head { size: index, last_leaf_hash: prev, .. } = self.chain.head();
        let IssuerHead { next_seq, last_leaf_hash } = self.chain.issuer(issuer);
        let vkey = log_key(9).note_signer(self.origin).unwrap().vkey();
        let init = format!(r#"{{"origin":"{}","log_vkey":"{vkey}"}}"#, self.origin);
        let (kind, payload) =
            if index == 0 { (Kind::LedgerInit, init.as_bytes()) } else { (kind, payload) };
        let frame = Frame {
            salt: Hash::digest(&index.to_be_bytes()).0,
            signatures,
            media_type: "application/json".to_owned(),
            outcome: b"{}".to_vec(),
            payload: payload.to_vec(),
        };
        let leaf = Leaf {
            index,
            time_micros: 1_795_413_600_000_000 + index,
            prev,
            kind,
            issuer,
            issuer_seq: next_seq,
            issuer_prev: last_leaf_hash,
            keys,
            events_root: events_root(&frame.salt, &[payload]),
            commitment: frame.commitment(),
        };
        let entry = PreparedEntry::new(leaf.clone(), frame.encode().unwrap(), 1).unwrap();
        self.chain.resume(&leaf, entry.leaf_hash());
        entry
    }
}

/// The whole payload is one event.
pub(crate) fn one_event(frame: &FrameView<'_>, _: &Leaf) -> Option<Vec<Range<usize>>> {
    Some(std::iter::once(0..frame.payload.len()).collect())
}

/// Everything but signatures: most entries of these tests have none.
pub(crate) fn all_but_signatures() -> VerifyOptions<'static> {
    VerifyOptions { check_signatures: false, ..VerifyOptions::new(&one_event) }
}

pub(crate) fn verified(memory: &Memory) -> Report {
    verify(memory, &all_but_signatures(), &mut |_| {}).unwrap()
}

/// Opens for writing and answers the stored leaves.
pub(crate) fn reopened(
    memory: &Memory,
) -> Result<(Log, crate::Recovery, Vec<Vec<u8>>), crate::Error> {
    let mut leaves = Vec::new();
    let mut visit = |entry: crate::Entry| leaves.push(entry.leaf_bytes);
    let (log, recovery) = Log::open_on(Arc::new(memory.clone()), SMALL, &mut visit)?;
    Ok((log, recovery, leaves))
}
