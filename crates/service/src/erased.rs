//! What stays of an erased document: enough for the graph to keep its shape and for the same body
//! to be known again, and nothing that can be read.
//!
//! It stands in the outcome of the `erasure` entry, under `erased`. Every identifier is the first
//! half of a SHA-256 over a salt and the identifier; the salt stands there and nowhere else, the
//! same in all such entries of a ledger. An identifier that another entry states is recognised by
//! it and shown; one that stood in the erased document alone is shown as its hash.

use crate::draft::{Effects, KeyLink, NewEvent};
use crate::erased_json::{event_json, event_of};
use laiqu_columns::{Column, Error, Opened, Saving, Table};
use laiqu_epcis::facts::{Facts, Position};
use laiqu_index::{halves, short};
use laiqu_ledger::OUTCOME_BYTES_MAX;
use laiqu_proof::Hash;
use laiqu_trace::Graph;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

const DOMAIN: &[u8] = b"laiqu/1 erased\n";
/// What a hash is shown behind.
const SHOWN_PREFIX: &str = "urn:laiqu:erased:";
/// Room that the outcome needs beside the events.
const OUTCOME_REST_BYTES: usize = 64 << 10;

/// The salt of all erasures of a ledger.
pub(crate) type Salt = [u8; 32];

/// What an `erasure` entry keeps of the document that it erases.
#[derive(Debug)]
pub(crate) struct Remains {
    /// The erased entry.
    pub(crate) index: u64,
    /// Its issuer.
    pub(crate) issuer: u64,
    pub(crate) salt: Salt,
    /// Hash of the body's SHA-256.
    body: u128,
    pub(crate) chains: Vec<KeyLink>,
    /// Events with hashes in the place of identifiers, in lower-case hex.
    events: Vec<(u32, Facts)>,
}

/// The salted hash of a text.
fn hashed(salt: &Salt, text: &[u8]) -> u128 {
    let mut sha = Sha256::new();
    sha.update(DOMAIN);
    sha.update(salt);
    sha.update(text);
    short(&sha.finalize().into())
}

/// The outcome of an erasure: the rule set, and what stays of the erased entry.
pub(crate) fn outcome(index: u64, issuer: u64, effects: Effects, salt: &Salt) -> String {
    let hash = |text: &str| format!("{:032x}", hashed(salt, text.as_bytes())).into_boxed_str();
    let chains: Vec<Value> = effects
        .chains
        .iter()
        .map(|link| json!([link.kid, link.seq, link.jws_sha256.to_hex()]))
        .collect();
    let mut events = Vec::new();
    let (mut bytes, count) = (OUTCOME_REST_BYTES, effects.events.len());
    for NewEvent { ordinal, mut facts, .. } in effects.events {
        map_ids(&mut facts, &mut |id| hash(id));
        let event = event_json(ordinal, &facts);
        bytes += event.to_string().len() + 1;
        events.push(event);
    }
    if bytes > OUTCOME_BYTES_MAX {
        events.clear();
    }
    let body = effects.body_sha256.map(|body| format!("{:032x}", hashed(salt, body.as_bytes())));
    let erased = json!({
        "index": index, "issuer": issuer, "salt": Hash(*salt).to_hex(), "body": body,
        "chains": chains, "events_left_out": count - events.len(), "events": events,
    });
    json!({ "rules": crate::outcome::RULES, "erased": erased }).to_string()
}

impl Remains {
    /// What the outcome of an `erasure` entry keeps.
    pub(crate) fn read(outcome: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(outcome).ok()?;
        let erased = value.get("erased")?;
        let hash = |value: &Value| Hash::from_hex(value.as_str()?).ok();
        let chains = erased.get("chains")?.as_array()?.iter().map(|link| {
            let [kid, seq, digest] = link.as_array()?.as_slice() else { return None };
            let (kid, seq) = (kid.as_str()?.to_owned(), seq.as_u64()?);
            Some(KeyLink { kid, seq, prev: Hash::ZERO, jws_sha256: hash(digest)? })
        });
        Some(Self {
            index: erased.get("index")?.as_u64()?,
            issuer: erased.get("issuer")?.as_u64()?,
            salt: hash(erased.get("salt")?)?.0,
            body: u128::from_str_radix(erased.get("body")?.as_str()?, 16).ok()?,
            chains: chains.collect::<Option<_>>()?,
            events: erased
                .get("events")?
                .as_array()?
                .iter()
                .map(event_of)
                .collect::<Option<_>>()?,
        })
    }

    /// How many events the document held.
    pub(crate) fn events_count(&self) -> u64 {
        self.events.len() as u64
    }

    /// The events, with identifiers that the graph has anyway, and hashes for the others.
    pub(crate) fn events_in(&self, texts: &Recognised, graph: &Graph) -> Vec<(Position, Facts)> {
        let events = self.events.iter().map(|(ordinal, facts)| {
            let mut facts = facts.clone();
            map_ids(&mut facts, &mut |hash| texts.text_of(hash, graph));
            (Position { index: self.index, ordinal: *ordinal }, facts)
        });
        events.collect()
    }
}

/// Bodies that were erased, so that they are known when they come again.
#[derive(Debug, Default)]
pub(crate) struct ErasedBodies {
    salt: Option<Salt>,
    /// By issuer and hash: the erased entry, and the one that erased it.
    bodies: Table<[u64; 3], [u64; 2]>,
}

impl ErasedBodies {
    pub(crate) fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        let salt = Column::<Salt>::open(opened, &format!("{name}.salt"))?;
        Ok(Self { salt: salt.last().copied(), bodies: Table::open(opened, name)? })
    }

    pub(crate) fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        saving.values(&format!("{name}.salt"), self.salt.as_slice())?;
        self.bodies.save(saving, name)
    }

    pub(crate) fn insert(&mut self, remains: &Remains, by: u64) {
        self.salt = Some(remains.salt);
        let [high, low] = halves(remains.body);
        let erased = [remains.index, by];
        *self.bodies.or_insert([remains.issuer, high, low], erased) = erased;
    }

    /// The salt of the ledger's erasures, once there is one.
    pub(crate) fn salt(&self) -> Option<Salt> {
        self.salt
    }

    /// The erased entry that held this body, and the one that erased it.
    pub(crate) fn find(&self, issuer: u64, body_sha256: &Hash) -> Option<(u64, u64)> {
        let salt = self.salt.as_ref()?;
        let [high, low] = halves(hashed(salt, body_sha256.as_bytes()));
        self.bodies.get([issuer, high, low]).map(|[index, by]| (*index, *by))
    }
}

/// Texts of the graph by their hashes, and which entries are erased.
#[derive(Debug, Default)]
pub(crate) struct Recognised {
    /// Numbers of texts that are no eventIDs, and of events for their eventIDs.
    texts: Table<[u64; 2], u32>,
    events: Table<[u64; 2], u32>,
    /// How many of each were hashed.
    seen: u32,
    seen_events: u32,
    /// Erased entries, and the entry that erased each.
    pub(crate) erased: BTreeMap<u64, u64>,
}

impl Recognised {
    pub(crate) fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        let part = |part: &str| format!("{name}.{part}");
        let seen = Column::<u32>::open(opened, &part("seen"))?;
        let erased = Column::<[u64; 2]>::open(opened, &part("erased"))?;
        Ok(Self {
            texts: Table::open(opened, &part("texts"))?,
            events: Table::open(opened, &part("events"))?,
            seen: seen.get(0).copied().unwrap_or(0),
            seen_events: seen.get(1).copied().unwrap_or(0),
            erased: erased.iter().map(|[index, by]| (*index, *by)).collect(),
        })
    }

    pub(crate) fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        let Self { texts, events, seen, seen_events, erased } = self;
        let part = |part: &str| format!("{name}.{part}");
        texts.save(saving, &part("texts"))?;
        events.save(saving, &part("events"))?;
        saving.values(&part("seen"), &[*seen, *seen_events])?;
        let erased: Vec<[u64; 2]> = erased.iter().map(|(index, by)| [*index, *by]).collect();
        saving.values(&part("erased"), &erased)
    }

    /// Takes in what the graph has learned since.
    pub(crate) fn learn(&mut self, salt: &Salt, graph: &Graph) {
        while let Some(text) = graph.text(self.seen as usize) {
            self.texts.or_insert(halves(hashed(salt, text.as_bytes())), self.seen);
            self.seen += 1;
        }
        while let Some(id) = graph.event_id(self.seen_events as usize) {
            self.events.or_insert(halves(hashed(salt, id.as_bytes())), self.seen_events);
            self.seen_events += 1;
        }
    }

    fn text_of(&self, hash: &str, graph: &Graph) -> Box<str> {
        let known = u128::from_str_radix(hash, 16).ok().map(halves).and_then(|hash| {
            let text = self.texts.get(hash).and_then(|text| graph.text(*text as usize));
            let event = || graph.event_id(*self.events.get(hash)? as usize);
            text.map(Box::from).or_else(|| event().map(Box::from))
        });
        known.unwrap_or_else(|| format!("{SHOWN_PREFIX}{hash}").into())
    }
}

/// Changes every identifier of an event, and drops what is neither identifier, time, amount nor
/// standard vocabulary.
fn map_ids(facts: &mut Facts, change: &mut dyn FnMut(&str) -> Box<str>) {
    facts.event_id = change(&facts.event_id);
    let places = [&mut facts.read_point, &mut facts.biz_location, &mut facts.transformation_id];
    for id in places.into_iter().flatten() {
        *id = change(id);
    }
    for item in &mut facts.items {
        item.id = change(&item.id);
        item.lot = item.lot.as_deref().map(&mut *change);
    }
    let typed = [&mut facts.sources, &mut facts.destinations, &mut facts.transactions];
    for reference in typed.into_iter().flatten() {
        reference.id = change(&reference.id);
    }
    for id in facts.error.iter_mut().flat_map(|error| &mut error.corrective_ids) {
        *id = change(id);
    }
    (facts.start, facts.disposition) = (None, None);
    facts.hazards.clear();
    facts.temperatures.clear();
    facts.analytes.clear();
}

#[cfg(test)]
#[path = "erased_tests.rs"]
mod tests;
