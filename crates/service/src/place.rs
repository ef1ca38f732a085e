//! Giving an entry its place: what must hold there, its index, time and links.

use crate::check::check_one;
use crate::clock::Clock;
use crate::draft::{Alias, Draft, Effects, Placed, Refusal, Submission};
use crate::error::{Code, Error};
use crate::recent::{Recent, Trace};
use laiqu_ledger::{Kind, Leaf, PreparedEntry};
use laiqu_proof::Hash;
use laiqu_supervision::Registry;
use std::collections::HashMap;
use std::sync::Arc;

/// The newest entry of an issuer: its sequence number and leaf hash.
pub(crate) type IssuerHead = (u64, Hash);

/// State after the last entry that was given a place.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) size: u64,
    pub(crate) last_leaf: Hash,
    pub(crate) last_time: i64,
    pub(crate) issuers: HashMap<u64, IssuerHead>,
    pub(crate) registry: Registry,
    pub(crate) key_chains: HashMap<String, (u64, Hash)>,
}

impl Default for Head {
    /// Before the first entry.
    fn default() -> Self {
        Self {
            size: 0,
            last_leaf: Hash::ZERO,
            last_time: 0,
            issuers: HashMap::new(),
            registry: Registry::default(),
            key_chains: HashMap::new(),
        }
    }
}

/// Places entries one after the other. Only the sequencer's thread has one.
#[derive(Debug)]
pub(crate) struct Placer {
    head: Head,
    recent: Recent,
    clock: Arc<Clock>,
}

/// What one batch changed in the head, to take it back where nothing was written.
pub(crate) struct Undo {
    size: u64,
    last_leaf: Hash,
    last_time: i64,
    issuers: Vec<(u64, Option<IssuerHead>)>,
    registry: Option<Registry>,
    key_chains: Vec<(String, Option<(u64, Hash)>)>,
}

impl Placer {
    pub(crate) fn new(head: Head, clock: Arc<Clock>) -> Self {
        let recent = Recent::starting_at(head.size);
        Self { head, recent, clock }
    }

    /// Time of the last entry, in microseconds since 1970.
    pub(crate) fn last_time(&self) -> i64 {
        self.head.last_time
    }

    /// Index of the next entry.
    pub(crate) fn next_index(&self) -> u64 {
        self.head.size
    }

    /// What must hold for this group where it would stand now.
    pub(crate) fn check(&mut self, submission: &Submission) -> Result<(), Refusal> {
        let traces = submission.drafts.iter().flat_map(traces_of);
        let events = submission.drafts.iter().flat_map(|draft| &draft.effects.events);
        let declared = events.filter(|event| event.declares).map(|event| event.id_digest);
        let seen_size = submission.seen_size;
        let unseen = self.recent.conflict(seen_size, traces);
        if let Some(at_size) = unseen.or_else(|| self.recent.brought(seen_size, declared)) {
            return Err(Refusal::LookAgain { at_size });
        }
        let now = self.clock.next(self.head.last_time);
        let now = now.map_err(|off| refused(Error::new(Code::ClockUncertain, off.to_string())))?;
        let index = self.head.size;
        let checked = submission
            .checks
            .iter()
            .try_for_each(|check| check_one(&self.head.registry, check, index, now));
        checked.map_err(refused)?;
        let links = submission.drafts.iter().flat_map(|draft| &draft.effects.chains);
        links.clone().try_for_each(|link| {
            let newest = self.head.key_chains.get(&link.kid);
            let (seq, prev) = newest.map_or((0, Hash::ZERO), |(seq, hash)| (seq + 1, *hash));
            if link.seq == seq && link.prev == prev {
                return Ok(());
            }
            let detail = format!("the key's chain goes on with seq {seq} and prev {prev}");
            Err(refused(Error::new(Code::KeyChainConflict, detail)))
        })
    }

    /// Gives one draft its index, time and links.
    pub(crate) fn place(
        &mut self,
        draft: Draft,
        group_at: u64,
        undo: &mut Undo,
        prepared: &mut Vec<PreparedEntry>,
        entries: &mut Vec<Placed>,
    ) -> Result<(), laiqu_ledger::Error> {
        let resolve = |alias: Alias| match alias {
            Alias::Entry(index) => index,
            Alias::Group(member) => group_at + member,
        };
        let Draft { kind, issuer, keys, events_root, commitment, events, frame, .. } = draft;
        let mut effects = draft.effects;
        let (index, issuer) = (self.head.size, resolve(issuer));
        self.recent.insert(index, traces(kind, issuer, &effects).collect());
        let before = self.head.issuers.get(&issuer).copied();
        let (issuer_seq, issuer_prev) =
            before.map_or((0, Hash::ZERO), |(seq, hash)| (seq + 1, hash));
        let time_micros = self.clock.next(self.head.last_time).unwrap_or(self.head.last_time + 1);
        let leaf = Leaf {
            index,
            time_micros: u64::try_from(time_micros).unwrap_or(0),
            prev: self.head.last_leaf,
            kind,
            issuer,
            issuer_seq,
            issuer_prev,
            keys: keys.into_iter().map(resolve).collect(),
            events_root,
            commitment,
        };
        let entry = PreparedEntry::new(leaf, frame, events)?;
        let hash = entry.leaf_hash();
        undo.issuers.push((issuer, before));
        self.head.issuers.insert(issuer, (issuer_seq, hash));
        (self.head.size, self.head.last_leaf, self.head.last_time) = (index + 1, hash, time_micros);
        if let Some((change, _)) = &mut effects.change {
            change.set_owner(issuer);
        }
        self.apply_to_head(index, &effects, undo);
        let record = effects.change.as_ref().map(|(_, record)| record.clone());
        entries.push(Placed { index, kind, issuer, time_micros, leaf_hash: hash, record, effects });
        prepared.push(entry);
        Ok(())
    }

    fn apply_to_head(&mut self, index: u64, effects: &Effects, undo: &mut Undo) {
        if let Some((change, _)) = &effects.change {
            undo.registry.get_or_insert_with(|| self.head.registry.clone());
            self.head.registry.apply(index, change.clone());
        }
        for link in &effects.chains {
            let newest = (link.seq, link.jws_sha256);
            let old = self.head.key_chains.insert(link.kid.clone(), newest);
            undo.key_chains.push((link.kid.clone(), old));
        }
    }

    /// Where a batch begins.
    pub(crate) fn undo_point(&self) -> Undo {
        Undo {
            size: self.head.size,
            last_leaf: self.head.last_leaf,
            last_time: self.head.last_time,
            issuers: Vec::new(),
            registry: None,
            key_chains: Vec::new(),
        }
    }

    /// Takes a batch back that was not written.
    pub(crate) fn take_back(&mut self, undo: Undo) {
        self.recent.forget_from(undo.size);
        (self.head.size, self.head.last_leaf) = (undo.size, undo.last_leaf);
        self.head.last_time = undo.last_time;
        for (issuer, old) in undo.issuers.into_iter().rev() {
            put_back(&mut self.head.issuers, issuer, old);
        }
        for (kid, old) in undo.key_chains.into_iter().rev() {
            put_back(&mut self.head.key_chains, kid, old);
        }
        if let Some(registry) = undo.registry {
            self.head.registry = registry;
        }
    }
}

fn refused(error: Error) -> Refusal {
    Refusal::Refused(Box::new(error))
}

fn put_back<K: std::hash::Hash + Eq, V>(map: &mut HashMap<K, V>, key: K, old: Option<V>) {
    match old {
        Some(value) => map.insert(key, value),
        None => map.remove(&key),
    };
}

fn traces_of(draft: &Draft) -> Box<dyn Iterator<Item = Trace> + '_> {
    match draft.issuer {
        Alias::Entry(issuer) => Box::new(traces(draft.kind, issuer, &draft.effects)),
        // A party that this very group registers has no earlier entries.
        Alias::Group(_) => Box::new(std::iter::empty()),
    }
}

fn traces(kind: Kind, issuer: u64, effects: &Effects) -> impl Iterator<Item = Trace> {
    let body = effects.body_sha256.map(|body| Trace::Body(issuer, body));
    let body = body.filter(|_| matches!(kind, Kind::EpcisCapture | Kind::PartyRegister));
    let events = effects.events.iter().map(move |event| Trace::Event(issuer, event.id_digest));
    body.into_iter().chain(events)
}

/// The first entries of a new ledger.
pub(crate) fn place_first(drafts: Vec<Draft>) -> Result<Vec<PreparedEntry>, Error> {
    let mut placer = Placer::new(Head::default(), Arc::new(Clock::new(true)));
    let (mut undo, mut prepared, mut entries) = (placer.undo_point(), Vec::new(), Vec::new());
    for draft in drafts {
        let placed = placer.place(draft, 0, &mut undo, &mut prepared, &mut entries);
        placed.map_err(|e| Error::internal("first entries", e))?;
    }
    Ok(prepared)
}
