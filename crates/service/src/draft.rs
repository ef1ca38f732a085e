//! An entry on its way: prepared by a request, placed by the sequencer, published to readers.

use crate::erased::Remains;
use crate::error::Error;
use crate::limits::LABELLED_MAX;
use crate::retention::Retention;
use crate::views::issuer_term;
use laiqu_epcis::facts::{Facts, ItemFact, ItemRole};
use laiqu_epcis::query::{EventTerms, Recorded, terms};
use laiqu_epcis::{Event, LotDates};
use laiqu_index::Statement;
use laiqu_ledger::Kind;
use laiqu_proof::Hash;
use laiqu_supervision::{Change, PartyId, SigningRule};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::oneshot;
use tracing::Span;

/// A reference to a registration entry, which may be in the same group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alias {
    /// The entry with this index.
    Entry(u64),
    /// The n-th draft of the same group.
    Group(u64),
}

/// One event that an entry brings.
#[derive(Debug)]
pub(crate) struct NewEvent {
    pub(crate) ordinal: u32,
    pub(crate) id_digest: u128,
    /// It declares an earlier event with its identifier to be in error.
    pub(crate) declares: bool,
    pub(crate) facts: Facts,
    /// What queries find it by.
    pub(crate) terms: EventTerms,
    /// What its ILMD says of the things it makes that people look for, by canonical identifier.
    pub(crate) labels: Vec<(String, String)>,
    /// When it says that they were made, and up to when they are good.
    pub(crate) dates: LotDates,
}

impl NewEvent {
    /// An event of the party with the alias `issuer`, which goes by an identifier with a digest.
    pub(crate) fn of(
        ordinal: u32,
        event: &Event<'_>,
        (id, id_digest): (&str, u128),
        issuer: u64,
    ) -> Self {
        let facts = event.facts(id);
        // No term depends on the time of record, which comes with the entry's place.
        let mut terms = terms(event, &facts, Recorded { event_id: id, record_time: 0 });
        terms.terms.push(issuer_term(issuer));
        let declares = event.is_error_declaration();
        let labels = labels(event, &facts);
        let dates = event.lot_dates();
        Self { ordinal, id_digest, declares, facts, terms, labels, dates }
    }
}

/// The texts on the labels of what an event makes, of its lots where these are known.
fn labels(event: &Event<'_>, facts: &Facts) -> Vec<(String, String)> {
    let texts = event.labels();
    if texts.is_empty() {
        return Vec::new();
    }
    let made = made_in(facts).into_iter().take(LABELLED_MAX);
    made.flat_map(|id| texts.iter().map(|text| (id.to_owned(), (*text).to_owned()))).collect()
}

/// What the ILMD of an event is about: what it makes, as lots where these are known.
pub(crate) fn made_in(facts: &Facts) -> BTreeSet<&str> {
    let is_made = |item: &&ItemFact| matches!(item.role, ItemRole::Subject | ItemRole::Output);
    let made = facts.items.iter().filter(is_made);
    made.map(|item| &**item.lot.as_ref().unwrap_or(&item.id)).collect()
}

/// What an entry changes for readers.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    /// SHA-256 of the payload; `None` where that is erased.
    pub(crate) body_sha256: Option<Hash>,
    /// Accepted events.
    pub(crate) events: Vec<NewEvent>,
    /// Names from master data, by canonical identifier.
    pub(crate) names: Vec<(String, String)>,
    /// Names and other texts from master data by which people look for things, likewise.
    pub(crate) labels: Vec<(String, String)>,
    /// When its master data says that lots were made, and up to when they are good.
    pub(crate) dates: Vec<(String, LotDates)>,
    /// Everything that its master data says.
    pub(crate) statements: Vec<Statement>,
    /// Change of the registry, with the record it comes from. The owner of a key is filled in
    /// when the entry gets its place.
    pub(crate) change: Option<(Change, String)>,
    /// The key's own chain goes on: thumbprint, sequence number, SHA-256 of the JWS.
    pub(crate) chains: Vec<KeyLink>,
    /// What stays of the entry that this one erases.
    pub(crate) remains: Option<Remains>,
}

impl Effects {
    /// Those of an entry that changes nothing but the ledger itself.
    pub(crate) fn of_body(body_sha256: Hash) -> Self {
        Self { body_sha256: Some(body_sha256), ..Self::default() }
    }
}

/// One link in a key's own chain (`seq` and `prev` in the claims).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyLink {
    pub(crate) kid: String,
    pub(crate) seq: u64,
    pub(crate) prev: Hash,
    pub(crate) jws_sha256: Hash,
}

/// An entry without its place.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) kind: Kind,
    /// The entry whose frame goes once this one is durable.
    pub(crate) erases: Option<u64>,
    pub(crate) issuer: Alias,
    pub(crate) keys: Vec<Alias>,
    pub(crate) events_root: Hash,
    pub(crate) commitment: Hash,
    /// Number of events in the document; one for a registry record.
    pub(crate) events: u32,
    /// The encoded private frame.
    pub(crate) frame: Vec<u8>,
    pub(crate) effects: Effects,
}

/// What must still hold when the entry gets its place.
#[derive(Clone, Debug)]
pub(crate) enum Check {
    /// The key is effective and belongs to the party with this alias.
    Key { kid: String, owner: u64 },
    /// The gateway may sign for the party with this alias.
    GatewayMaySign { party: u64 },
    /// No such party yet.
    NewParty(PartyId),
    /// No such key yet.
    NewKey(String),
    /// The party with this alias never had a key.
    NeverHadKey { party: u64 },
    /// The signing rule of the party with this alias is another one, and the party can live with
    /// the new one.
    NewSigning { party: u64, signing: SigningRule },
    /// The profile of the party with this alias is still this one.
    Profile { party: u64, profile: Option<String> },
    /// No query has this name, and its owner may have another one.
    NewQuery { name: String, owner: Option<u64> },
    /// The query of this name is still the one of this entry.
    SameQuery { name: String, created_by: u64 },
    /// There is a subscription with this identifier.
    Subscribed { id: String },
    /// The document of the entry at `index` need not be kept any more.
    RetentionOver { index: u64, retention: Retention },
    /// The signature has not expired at the entry's time (seconds since 1970).
    NotExpired { at: u64 },
}

/// Several drafts that become consecutive entries, or none of them.
#[derive(Debug)]
pub(crate) struct Submission {
    pub(crate) drafts: Vec<Draft>,
    pub(crate) checks: Vec<Check>,
    /// Size of the ledger that the request saw when it looked for duplicates.
    pub(crate) seen_size: u64,
    pub(crate) reply: Reply,
    /// What the log tells of it stands under its request.
    pub(crate) span: Span,
}

/// Written, durable, signed and visible.
#[derive(Debug)]
pub(crate) struct Ack {
    /// Index of the first entry of the group.
    pub(crate) first_index: u64,
    /// The leaf lines of the group.
    pub(crate) leaves: Vec<Vec<u8>>,
    /// A checkpoint that covers them.
    pub(crate) checkpoint: Arc<SignedCheckpoint>,
    /// What the first of them was made of, for whoever asked to drop.
    pub(crate) _spent: Box<Spent>,
}

/// What an entry changed, and its frame, once nobody needs them: memory is given back cheaply only
/// by the thread that took it.
#[derive(Debug, Default)]
pub(crate) struct Spent {
    pub(crate) _effects: Option<Effects>,
    pub(crate) _frame: Vec<u8>,
}

/// A tree head with the log's signature.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SignedCheckpoint {
    pub(crate) size: u64,
    pub(crate) root: Hash,
    pub(crate) text: String,
    /// Whether a quorum of witnesses cosigned it.
    pub(crate) witnessed: bool,
}

/// Why a group was not written.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Entries that the request had not seen may concern it: look again once the ledger has this
    /// size.
    LookAgain { at_size: u64 },
    /// Refused.
    Refused(Box<Error>),
}

/// What the sequencer's queue holds.
#[derive(Debug)]
pub(crate) enum Work {
    /// Write these entries.
    Submit(Submission),
    /// Write the head file, so that a checkpoint may be shown.
    WriteHead(oneshot::Sender<Result<(), String>>),
    /// Look whether there is room on the disk again.
    FindRoom,
}

/// An entry with its place, on its way to the readers.
#[derive(Debug)]
pub(crate) struct Placed {
    pub(crate) index: u64,
    pub(crate) kind: Kind,
    pub(crate) issuer: u64,
    /// When the ledger took it, in microseconds since 1970.
    pub(crate) time_micros: i64,
    pub(crate) leaf_hash: Hash,
    /// The record, of a registry entry.
    pub(crate) record: Option<String>,
    pub(crate) effects: Effects,
}

/// Where the answer of a submission goes.
pub(crate) type Reply = oneshot::Sender<Result<Ack, Refusal>>;

/// A request that waits for its group to become visible.
#[derive(Debug)]
pub(crate) struct Waiter {
    pub(crate) reply: Reply,
    pub(crate) first_index: u64,
    /// The leaf lines of the group.
    pub(crate) leaves: Vec<Vec<u8>>,
    /// The frame of the first of them, which is written.
    pub(crate) frame: Vec<u8>,
    pub(crate) span: Span,
}

/// A commit unit that is durable but not yet visible.
#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) entries: Vec<Placed>,
    pub(crate) waiters: Vec<Waiter>,
}
