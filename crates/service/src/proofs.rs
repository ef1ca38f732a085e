//! Proofs of the events that an answer rests on: each entry's leaf in the tree of the answer's
//! size, that tree in the one of a signed checkpoint, and each event in its entry.

use crate::ask::LedgerState;
use crate::entries::{log_access, may_read, with_events};
use crate::error::{Code, Error};
use crate::events::concerns;
use crate::limits::PROOF_EVENTS_MAX;
use crate::payload::event_pieces;
use crate::principal::Principal;
use crate::publisher::read;
use crate::receipt::damaged;
use crate::service::Service;
use data_encoding::HEXLOWER;
use laiqu_epcis::facts::Position;
use laiqu_ledger::{Entry, Frame, Kind, event_hash, event_salt};
use laiqu_proof::{Hash, Tree, leaf_hash, verify_multi_inclusion};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One page of proofs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventProofs {
    /// The state that the events are proved to stand in.
    pub ledger: LedgerState,
    /// The entries, in order.
    pub entries: Vec<ProvedEntry>,
    /// That all their leaves stand in the tree of that state: hashes of the largest subtrees
    /// without any of them, from left to right, base64.
    pub inclusion: Vec<String>,
    /// RFC 6962 consistency proof from that state to the checkpoint, base64; empty where they are
    /// of one size.
    pub consistency: Vec<String>,
    /// A checkpoint that covers that state, as the log signed it.
    pub checkpoint: String,
    /// Whether the checkpoint carries the cosignatures of a quorum of witnesses.
    pub witnessed: bool,
}

/// One entry with the events that were asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvedEntry {
    /// Index in the ledger.
    pub index: u64,
    /// The public leaf.
    pub leaf: String,
    /// The events that the asker may read.
    pub events: Vec<ProvedEvent>,
    /// Ordinals of those that it may not read: only their entry is proved.
    pub withheld: Vec<u32>,
    /// The entry that erased the document: its events can no longer be proved.
    pub erased_by: Option<u64>,
}

/// One event, and that it stands under the leaf's `events_root`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvedEvent {
    /// Ordinal in its document.
    pub ordinal: u32,
    /// Its exact text; `events_root` is over its salt and these bytes.
    pub event: String,
    /// Its salt, lower-case hex.
    pub salt: String,
    /// Events of the document.
    pub events_all: u64,
    /// RFC 6962 inclusion path in the tree of the document's events, base64.
    pub inclusion: Vec<String>,
}

impl Service {
    /// Proves the events at these positions to whoever asks, in the tree of a size.
    ///
    /// # Errors
    /// Where there are none or too many, the ledger has not that size, or nothing stands there.
    pub fn event_proofs(
        &self,
        size: u64,
        positions: &[Position],
        who: &Principal,
    ) -> Result<EventProofs, Error> {
        let invalid = |detail: String| Error::new(Code::InvalidParameter, detail);
        if positions.is_empty() || positions.len() > PROOF_EVENTS_MAX {
            return Err(invalid(format!("positions: give 1 to {PROOF_EVENTS_MAX} of them")));
        }
        let size = self.size_asked(&self.shared().views.read(), Some(size))?;
        let mut wanted: BTreeMap<u64, BTreeSet<u32>> = BTreeMap::new();
        for position in positions {
            if position.index >= size {
                let detail =
                    format!("positions: a ledger of {size} has no entry {}", position.index);
                return Err(invalid(detail));
            }
            wanted.entry(position.index).or_default().insert(position.ordinal);
        }
        let indexes: Vec<u64> = wanted.keys().copied().collect();
        let mut entries = Vec::with_capacity(indexes.len());
        for (index, ordinals) in wanted {
            entries.push(self.proved_entry(&self.entry(index)?, &ordinals, who)?);
        }
        let last = size.saturating_sub(1);
        let checkpoint = self.checkpoint_over(last);
        let (root, inclusion, consistency) = {
            let tree = read(&self.shared().tree);
            let none = || Error::internal("proofs", "the tree is smaller than the ledger");
            let root = tree.root_at(size).map_err(damaged)?.ok_or_else(none)?;
            let inclusion = tree.multi_inclusion(&indexes, size).map_err(damaged)?;
            let consistency = tree.consistency(size, checkpoint.size).map_err(damaged)?;
            (root, inclusion.ok_or_else(none)?, consistency.ok_or_else(none)?)
        };
        // Nobody is handed a proof that does not hold.
        let leaves: Vec<(u64, Hash)> =
            entries.iter().map(|entry| (entry.index, leaf_hash(entry.leaf.as_bytes()))).collect();
        verify_multi_inclusion(&leaves, size, &inclusion, &root)
            .map_err(|fault| Error::new(Code::Damaged, format!("the proof fails: {fault}")))?;
        let texts = |path: Vec<Hash>| path.iter().map(Hash::to_base64).collect();
        Ok(EventProofs {
            ledger: LedgerState { origin: self.origin().to_owned(), size, root: root.to_string() },
            entries,
            inclusion: texts(inclusion),
            consistency: texts(consistency),
            checkpoint: checkpoint.text.clone(),
            witnessed: checkpoint.witnessed,
        })
    }

    fn proved_entry(
        &self,
        entry: &Entry,
        ordinals: &BTreeSet<u32>,
        who: &Principal,
    ) -> Result<ProvedEntry, Error> {
        let index = entry.leaf.index;
        let mut proved = ProvedEntry {
            index,
            leaf: String::from_utf8_lossy(&entry.leaf_bytes).into_owned(),
            events: Vec::new(),
            withheld: Vec::new(),
            erased_by: None,
        };
        let none = |ordinal: u32| {
            let detail = format!("positions: entry {index} has no event {ordinal}");
            Error::new(Code::InvalidParameter, detail)
        };
        let Some(frame) = &entry.frame else {
            proved.erased_by = self.reader().erased_by(index);
            return Ok(proved);
        };
        let pieces = match entry.leaf.kind {
            Kind::EpcisCapture => event_pieces(&frame.media_type, &frame.payload),
            _ => None,
        };
        let pieces = pieces.unwrap_or_default();
        let bytes: Vec<&[u8]> =
            pieces.into_iter().filter_map(|piece| frame.payload.get(piece)).collect();
        let visible = self.readable_events(entry, frame, ordinals, who)?;
        let tree: Tree = (0_u32..)
            .zip(&bytes)
            .map(|(ordinal, event)| event_hash(&frame.salt, ordinal, event))
            .collect();
        for ordinal in ordinals {
            let event = bytes.get(*ordinal as usize).ok_or_else(|| none(*ordinal))?;
            if !visible.contains(ordinal) {
                proved.withheld.push(*ordinal);
                continue;
            }
            let path = tree.inclusion(u64::from(*ordinal), tree.size());
            proved.events.push(ProvedEvent {
                ordinal: *ordinal,
                event: String::from_utf8_lossy(event).into_owned(),
                salt: HEXLOWER.encode(&event_salt(&frame.salt, *ordinal)),
                events_all: tree.size(),
                inclusion: path.unwrap_or_default().iter().map(Hash::to_base64).collect(),
            });
        }
        if !proved.events.is_empty() {
            log_access(who, entry);
        }
        Ok(proved)
    }

    /// Which of these events the asker may read: all of its own documents, and of others those that
    /// name it.
    fn readable_events(
        &self,
        entry: &Entry,
        frame: &Frame,
        ordinals: &BTreeSet<u32>,
        who: &Principal,
    ) -> Result<BTreeSet<u32>, Error> {
        if may_read(who, entry) {
            return Ok(ordinals.clone());
        }
        let Principal::Business { party } = who else { return Ok(BTreeSet::new()) };
        let registry = self.registry();
        let Some(own) = registry.party(*party) else { return Ok(BTreeSet::new()) };
        let asked: Vec<u32> = ordinals.iter().copied().collect();
        with_events(frame, &asked, |chosen, _| {
            let concerned = asked.iter().filter(|ordinal| {
                chosen.get(**ordinal).is_some_and(|event| concerns(event, own.id.as_str()))
            });
            concerned.copied().collect()
        })
    }
}
