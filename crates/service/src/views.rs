//! The projections: folds over the entries, in the same order for a live write and at a start.

use crate::draft::{Effects, KeyLink, NewEvent};
use crate::erased::{ErasedBodies, Recognised, Remains};
use crate::error::{Code, Error};
use crate::leisure::let_go;
use crate::lot_numbers::LotNumbers;
use crate::master_data::statements_of;
use crate::names::Names;
use crate::outcome::Outcome;
use crate::payload::Payload;
use crate::private::is_public;
use crate::stated_dates::StatedDates;
use crate::token::sha256;
use laiqu_columns::Column;
use laiqu_epcis::facts::Position;
use laiqu_epcis::identifier;
use laiqu_epcis::{Document, LotDates};
use laiqu_index::{
    EventIds, EventIndex, Issued, Known, MasterData, Members, Submissions, id_digest,
};
use laiqu_ledger::{Entry, Frame, Kind};
use laiqu_proof::{Hash, PublicJwk, SubmissionJws};
use laiqu_supervision::{
    Change, KeyReset, KeyRevocation, KeyRotation, LedgerInit, LogKeyChange, PartyRegistration,
    ProfileChange, QueryCreation, QueryDeletion, RecordError, Registry, SigningChange,
    SubscriptionCreation, SubscriptionDeletion, TokenIssue,
};
use laiqu_trace::Graph;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher};
use std::sync::{Arc, OnceLock};

/// What every write looks up. Kept apart from the graph, so that no request waits for it.
#[derive(Debug, Default)]
pub(crate) struct LookUps {
    /// Entries applied.
    pub(crate) size: u64,
    /// Accepted events.
    pub(crate) events: u64,
    pub(crate) registry: Arc<Registry>,
    /// Entries that changed it.
    pub(crate) changes: Column<u64>,
    pub(crate) event_ids: EventIds,
    pub(crate) submissions: Submissions,
    /// The newest link of each key's own chain: sequence number and SHA-256 of its JWS.
    pub(crate) key_chains: HashMap<String, (u64, Hash)>,
    /// Who issued which entries.
    pub(crate) issued: Issued,
    /// Entries that make the history of keys, in order.
    pub(crate) key_entries: Vec<u64>,
    /// Bodies that were erased.
    pub(crate) erased: ErasedBodies,
}

impl LookUps {
    /// Applies the entry at `index`. The order of entries is the only order there is.
    pub(crate) fn apply(&mut self, index: u64, kind: Kind, issuer: u64, effects: &Effects) {
        debug_assert_eq!(index, self.size, "entries are applied in order");
        self.size = index + 1;
        self.issued.insert(issuer, index);
        if is_public(kind) {
            self.key_entries.push(index);
        }
        if let Some(body) = &effects.body_sha256
            && matches!(kind, Kind::EpcisCapture | Kind::PartyRegister)
        {
            self.submissions.insert(issuer, &body.0, index);
        }
        for link in &effects.chains {
            self.key_chains.insert(link.kid.clone(), (link.seq, link.jws_sha256));
        }
        if let Some((change, _)) = &effects.change {
            Arc::make_mut(&mut self.registry).apply(index, change.clone());
            self.changes.push(index);
        }
        for NewEvent { ordinal, id_digest, .. } in &effects.events {
            let position = Position { index, ordinal: *ordinal };
            self.event_ids.insert(*id_digest, Known { position, issuer });
            self.events += 1;
        }
        if let Some(remains) = &effects.remains {
            self.apply_remains(index, remains);
        }
    }

    fn apply_remains(&mut self, by: u64, remains: &Remains) {
        self.erased.insert(remains, by);
        self.events += remains.events_count();
        for link in &remains.chains {
            let newest = self.key_chains.get(&link.kid);
            if newest.is_none_or(|(seq, _)| *seq < link.seq) {
                self.key_chains.insert(link.kid.clone(), (link.seq, link.jws_sha256));
            }
        }
    }
}

/// What questions are answered from.
#[derive(Debug, Default)]
pub(crate) struct Views {
    /// Entries applied.
    pub(crate) size: u64,
    pub(crate) graph: Graph,
    /// What queries find events by.
    pub(crate) events: EventIndex,
    /// What events name, by collection.
    pub(crate) members: Members,
    /// Names from registrations and master data; the newest statement counts.
    pub(crate) names: Names,
    /// The numbers of lots.
    pub(crate) lot_numbers: LotNumbers,
    /// When lots were made, and up to when they are good.
    pub(crate) dates: StatedDates,
    /// What issuers say about identifiers.
    pub(crate) master_data: MasterData,
    /// What is known of erased documents.
    pub(crate) recognised: Recognised,
    /// Where they are found once others stand in their place.
    pub(crate) retired: Arc<Retired>,
}

/// Projections whose place others took, for as long as an answer rests on them; nothing where they
/// had to be forgotten.
#[derive(Debug, Default)]
pub(crate) struct Retired(OnceLock<Views>);

impl Drop for Retired {
    /// Who told the answer goes on at once.
    fn drop(&mut self) {
        if let Some(views) = self.0.take() {
            let_go(views);
        }
    }
}

impl Retired {
    pub(crate) fn views(&self) -> Option<&Views> {
        self.0.get()
    }
}

impl Views {
    /// Puts others in the place of these, which only answers that are being told still see. Gives
    /// them back where there are none.
    pub(crate) fn give_way_to(&mut self, others: Views) -> Option<Views> {
        let mut views = std::mem::replace(self, others);
        let retired = std::mem::take(&mut views.retired);
        if Arc::strong_count(&retired) == 1 {
            return Some(views);
        }
        retired.0.set(views).err()
    }

    /// The size that a question is about: the one asked for, or that of now.
    pub(crate) fn size_asked(&self, as_of: Option<u64>) -> Result<u64, Error> {
        match as_of {
            Some(size) if size > self.size => {
                let detail = format!("as_of: the ledger has {} entries, not {size}", self.size);
                Err(Error::new(Code::InvalidParameter, detail))
            }
            as_of => Ok(as_of.unwrap_or(self.size)),
        }
    }
}

impl Views {
    /// A text that the graph holds, by its number there.
    pub(crate) fn text(&self, number: u32) -> &str {
        text_of(&self.graph, number)
    }
}

/// A text that a graph holds, by its number there.
pub(crate) fn text_of(graph: &Graph, number: u32) -> &str {
    graph.text(number as usize).unwrap_or("")
}

/// The term of events that the party with this alias issued.
pub(crate) fn issuer_term(alias: u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    ("issuer", alias).hash(&mut hasher);
    hasher.finish()
}

/// What a stored entry changes. The same function serves a live request's rebuild and a start, so
/// that both give the same answers.
pub(crate) fn effects_of(entry: &Entry) -> Result<Effects, String> {
    // What stays of an erased document comes with the entry that erased it.
    let Some(frame) = &entry.frame else { return Ok(Effects::default()) };
    let text = std::str::from_utf8(&frame.payload).map_err(|e| e.to_string())?;
    let mut effects = Effects::of_body(sha256(&frame.payload));
    effects.chains = key_links(frame);
    match entry.leaf.kind {
        Kind::EpcisCapture => fill_capture(&mut effects, frame, text, entry.leaf.issuer)?,
        Kind::Erasure => {
            let remains = str::from_utf8(&frame.outcome).ok().and_then(Remains::read);
            effects.remains = Some(remains.ok_or("the outcome of an erasure cannot be read")?);
        }
        kind => {
            let change = registry_change(kind, entry.leaf.issuer, text)?;
            effects.change = change.map(|change| (change, text.to_owned()));
        }
    }
    Ok(effects)
}

fn fill_capture(
    effects: &mut Effects,
    frame: &Frame,
    text: &str,
    issuer: u64,
) -> Result<(), String> {
    let outcome = std::str::from_utf8(&frame.outcome).map_err(|e| e.to_string())?;
    let outcome = Outcome::decode(outcome).map_err(|e| e.to_string())?;
    let payload =
        Payload::read_stored(&frame.media_type, text).map_err(|fault| fault.to_string())?;
    let document = payload
        .stored()
        .map_err(|faults| faults.first().map_or_else(String::new, ToString::to_string))?;
    for (ordinal, event) in (0u32..).zip(&document.events) {
        if !outcome.accepts(ordinal) {
            continue;
        }
        let id = event.event_id().or_else(|| outcome.assigned_id(ordinal)).unwrap_or_default();
        effects.events.push(NewEvent::of(ordinal, event, (id, id_digest(id)), issuer));
    }
    effects.names = names_of(&document);
    effects.labels = labels_of(&document);
    effects.dates = dates_of(&document);
    effects.statements = statements_of(&document);
    Ok(())
}

/// The names that a document's master data gives.
pub(crate) fn names_of(document: &Document<'_>) -> Vec<(String, String)> {
    let named = document.master_data.iter().filter_map(|element| {
        let name = element.display_name()?;
        Some((laiqu_epcis::identifier::canonical(&element.id).into_owned(), name.to_owned()))
    });
    named.collect()
}

/// The texts of a document's master data by which people look for things.
pub(crate) fn labels_of(document: &Document<'_>) -> Vec<(String, String)> {
    let described = document.master_data.iter().flat_map(|element| {
        let id = identifier::canonical(&element.id);
        element.labels().into_iter().map(move |label| (id.to_string(), label.to_owned()))
    });
    described.collect()
}

/// When a document's master data says that lots were made, and up to when they are good.
pub(crate) fn dates_of(document: &Document<'_>) -> Vec<(String, LotDates)> {
    let stated = document.master_data.iter().map(|element| (element, element.lot_dates()));
    let stated = stated.filter(|(_, dates)| !dates.is_empty());
    stated
        .map(|(element, dates)| (identifier::canonical(&element.id).into_owned(), dates))
        .collect()
}

/// What a registry entry changes; nothing for other kinds.
pub(crate) fn registry_change(
    kind: Kind,
    owner: u64,
    text: &str,
) -> Result<Option<Change>, String> {
    let key = |text: &str| PublicJwk::parse(text).map_err(|e| e.to_string());
    let read = match kind {
        Kind::PartyRegister => PartyRegistration::parse(text).map(|record| {
            let PartyRegistration { id, name, kinds, signing, .. } = record;
            Change::Party { id, name, kinds, signing }
        }),
        Kind::KeyAdd => {
            let kid = key(text)?.thumbprint().to_owned();
            Ok(Change::Key { kid, jwk: text.to_owned(), owner })
        }
        Kind::KeyRotate => {
            let KeyRotation { kid: old, jwk } = parsed(KeyRotation::parse(text))?;
            let kid = key(jwk.get())?.thumbprint().to_owned();
            Ok(Change::Rotate { old, kid, jwk: jwk.get().to_owned(), owner })
        }
        Kind::KeyReset => {
            let jwk = parsed(KeyReset::parse(text))?.jwk;
            let kid = key(jwk.get())?.thumbprint().to_owned();
            Ok(Change::Reset { kid, jwk: jwk.get().to_owned(), owner })
        }
        Kind::KeyRevoke => KeyRevocation::parse(text).map(|r| Change::Revoke { kid: r.kid }),
        Kind::PartySigning => {
            SigningChange::parse(text).map(|r| Change::Signing { signing: r.signing, owner })
        }
        Kind::PartyProfile => ProfileChange::parse(text)
            .map(|ProfileChange { party, profile }| Change::Profile { party, profile }),
        Kind::TokenIssue => TokenIssue::parse(text).map(Change::Token),
        Kind::QueryCreate => QueryCreation::parse(text).map(|record| {
            let QueryCreation { name, owner, query } = record;
            Change::Query { name, owner, query: query.get().to_owned() }
        }),
        Kind::QueryDelete => QueryDeletion::parse(text).map(|r| Change::QueryEnd { name: r.name }),
        Kind::SubscriptionCreate => SubscriptionCreation::parse(text).map(Change::Subscription),
        Kind::SubscriptionDelete => {
            SubscriptionDeletion::parse(text).map(|r| Change::SubscriptionEnd { id: r.id })
        }
        Kind::LedgerInit => LedgerInit::parse(text).map(|r| Change::LogKey { vkey: r.log_vkey }),
        Kind::LedgerKey => LogKeyChange::parse(text).map(|r| Change::LogKey { vkey: r.log_vkey }),
        _ => return Ok(None),
    };
    parsed(read).map(Some)
}

fn parsed<T>(read: Result<T, RecordError>) -> Result<T, String> {
    read.map_err(|error| error.to_string())
}

/// The links that an entry's signatures add to their keys' own chains.
pub(crate) fn key_links(frame: &Frame) -> Vec<KeyLink> {
    let parsed = frame.signatures.iter().filter_map(|text| {
        let jws = SubmissionJws::parse(text).ok()?;
        key_link(&jws, text)
    });
    parsed.collect()
}

/// The link that one signature states, if it states one.
pub(crate) fn key_link(jws: &SubmissionJws, text: &str) -> Option<KeyLink> {
    let claims = jws.claims();
    Some(KeyLink {
        kid: jws.kid().to_owned(),
        seq: claims.seq?,
        prev: claims.prev?,
        jws_sha256: sha256(text.as_bytes()),
    })
}
