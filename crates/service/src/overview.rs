//! The state of the ledger at a glance.

use crate::ask::{LedgerState, Named};
use crate::cosigning::WitnessesState;
use crate::entries::{may_read, time_of};
use crate::error::Error;
use crate::outcome::Outcome;
use crate::parties::may_see;
use crate::principal::Principal;
use crate::publisher::read;
use crate::service::Service;
use laiqu_epcis::facts::ItemFact;
use laiqu_epcis::identifier::{self, IdentifierKind};
use laiqu_ledger::{Entry, Kind};
use serde::Serialize;

/// Items that an overview offers to trace.
const EXAMPLES_MAX: usize = 3;
/// Documents that are larger are not read for them, in bytes.
const EXAMPLE_BYTES_MAX: usize = 64 << 10;

/// Counts and the newest entries.
#[derive(Clone, Debug, Serialize)]
pub struct Overview {
    /// The ledger state.
    pub ledger: LedgerState,
    /// The log's public key.
    pub vkey: String,
    /// Its witnesses; none where it asks nobody.
    pub witnesses: Option<WitnessesState>,
    /// Accepted events.
    pub events: u64,
    /// Registered parties.
    pub parties: usize,
    /// Identifiers that events name.
    pub items: usize,
    /// The newest entries, newest first.
    pub recent: Vec<RecentEntry>,
    /// A few items of the newest events, to try a trace with; only where names are shown.
    pub examples: Vec<Named>,
}

/// One of the newest entries: its public side, and names where they may be shown.
#[derive(Clone, Debug, Serialize)]
pub struct RecentEntry {
    /// Index.
    pub index: u64,
    /// When the ledger took it, RFC 3339 in UTC.
    pub time: String,
    /// Kind of entry.
    pub kind: String,
    /// Alias of the issuer.
    pub issuer: u64,
    /// Its name.
    pub issuer_name: Option<String>,
    /// Accepted events.
    pub events: u32,
}

impl Service {
    /// The ledger at a glance, with its newest `count` entries. Names and examples as far as `who`
    /// may see parties and read documents: a business its own.
    ///
    /// # Errors
    /// Where an entry cannot be read.
    pub fn overview(&self, count: u64, who: Option<&Principal>) -> Result<Overview, Error> {
        let newest = self.newest();
        let (events, items, registry) = {
            let items = self.shared().views.read().graph.items_count();
            (read(&self.shared().look_ups).events, items, self.registry())
        };
        let (mut recent, mut examples) = (Vec::new(), Vec::<Named>::new());
        for index in (newest.size.saturating_sub(count)..newest.size).rev() {
            let entry = self.entry(index)?;
            let outcome = entry.frame.as_ref().map_or(&[][..], |frame| &frame.outcome);
            let outcome = std::str::from_utf8(outcome).unwrap_or_default();
            let outcome = Outcome::decode(outcome).unwrap_or_default();
            let readable = who.is_some_and(|who| may_read(who, &entry));
            if readable && examples.len() < EXAMPLES_MAX {
                let example = self.example(&entry)?;
                examples.extend(example.filter(|one| examples.iter().all(|e| e.id != one.id)));
            }
            let named = who.is_some_and(|who| may_see(who, entry.leaf.issuer));
            let party = registry.party(entry.leaf.issuer).filter(|_| named);
            recent.push(RecentEntry {
                index,
                time: time_of(&entry),
                kind: entry.leaf.kind.as_str().to_owned(),
                issuer: entry.leaf.issuer,
                issuer_name: party.map(|party| party.name.clone()),
                events: if entry.leaf.kind == Kind::EpcisCapture && entry.frame.is_some() {
                    outcome.accepted_of(entry.events)
                } else {
                    0
                },
            });
        }
        Ok(Overview {
            ledger: LedgerState {
                origin: self.origin().to_owned(),
                size: newest.size,
                root: newest.root.to_string(),
            },
            vkey: self.vkey().to_owned(),
            witnesses: self.witnesses(),
            events,
            parties: registry.parties().count(),
            items,
            recent,
            examples,
        })
    }

    /// An item that the first event of a captured entry sold, shipped or made.
    fn example(&self, entry: &Entry) -> Result<Option<Named>, Error> {
        let frame = entry.frame.as_ref();
        let is_small = frame.is_some_and(|frame| frame.payload.len() <= EXAMPLE_BYTES_MAX);
        if entry.leaf.kind != Kind::EpcisCapture || !is_small {
            return Ok(None);
        }
        let id = self.with_document(entry, |document, _| {
            let facts = document.events.first()?.facts("");
            let goods = |item: &&ItemFact| {
                item.lot.is_some() || identifier::kind(&item.id) == IdentifierKind::Lot
            };
            facts.items.iter().find(goods).map(|item| item.id.to_string())
        })?;
        Ok(id.map(|id| {
            let product = id.split_once("/10/").or_else(|| id.split_once("/21/"));
            let views = self.shared().views.read();
            let name = product
                .and_then(|(product, _)| views.names.at(product, views.size))
                .map(str::to_owned);
            Named { id, name }
        }))
    }
}
