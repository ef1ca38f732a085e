//! The state of the ledger at a glance.

use crate::ask::{LedgerState, Named};
use crate::entries::{time_of, with_document};
use crate::error::Error;
use crate::outcome::Outcome;
use crate::publisher::read;
use crate::service::Service;
use laiqu_epcis::facts::ItemFact;
use laiqu_epcis::identifier::{self, IdentifierKind};
use laiqu_ledger::Kind;
use serde::Serialize;

/// Items that an overview offers to trace.
const EXAMPLES_MAX: usize = 3;
/// Newest entries that are searched for them.
const EXAMPLE_ENTRIES_MAX: u64 = 20;

/// Counts and the newest entries.
#[derive(Clone, Debug, Serialize)]
pub struct Overview {
    /// The ledger state.
    pub ledger: LedgerState,
    /// The log's public key.
    pub vkey: String,
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
    /// The ledger at a glance, with its newest `count` entries. Names only where `named`.
    ///
    /// # Errors
    /// Where an entry cannot be read.
    pub fn overview(&self, count: u64, named: bool) -> Result<Overview, Error> {
        let newest = self.newest();
        let (events, items, registry) = {
            let items = read(&self.shared().views).graph.items_count();
            (read(&self.shared().look_ups).events, items, self.registry())
        };
        let mut recent = Vec::new();
        for index in (newest.size.saturating_sub(count)..newest.size).rev() {
            let entry = self.entry(index)?;
            let outcome = std::str::from_utf8(&entry.frame.outcome).unwrap_or_default();
            let outcome = Outcome::decode(outcome).unwrap_or_default();
            let party = registry.party(entry.leaf.issuer).filter(|_| named);
            recent.push(RecentEntry {
                index,
                time: time_of(&entry),
                kind: entry.leaf.kind.as_str().to_owned(),
                issuer: entry.leaf.issuer,
                issuer_name: party.map(|party| party.name.clone()),
                events: outcome.accepted.iter().map(|(a, b)| b - a + 1).sum(),
            });
        }
        let examples = if named { self.examples(newest.size)? } else { Vec::new() };
        Ok(Overview {
            ledger: LedgerState {
                origin: self.origin().to_owned(),
                size: newest.size,
                root: newest.root.to_string(),
            },
            vkey: self.vkey().to_owned(),
            events,
            parties: registry.parties().count(),
            items,
            recent,
            examples,
        })
    }

    /// Items that the newest captured events sold, shipped or made, each from another entry.
    fn examples(&self, size: u64) -> Result<Vec<Named>, Error> {
        let mut found: Vec<Named> = Vec::new();
        for index in (size.saturating_sub(EXAMPLE_ENTRIES_MAX)..size).rev() {
            let entry = self.entry(index)?;
            if entry.leaf.kind != Kind::EpcisCapture {
                continue;
            }
            let id = with_document(&entry, |document, _| {
                let facts = document.events.first()?.facts("");
                let goods = |item: &&ItemFact| {
                    item.lot.is_some() || identifier::kind(&item.id) == IdentifierKind::Lot
                };
                facts.items.iter().find(goods).map(|item| item.id.to_string())
            })?;
            let Some(id) = id.filter(|id| found.iter().all(|other| other.id != *id)) else {
                continue;
            };
            let product = id.split_once("/10/").or_else(|| id.split_once("/21/"));
            let views = read(&self.shared().views);
            let name = product.and_then(|(product, _)| views.names.get(product)).cloned();
            drop(views);
            found.push(Named { id, name });
            if found.len() >= EXAMPLES_MAX {
                break;
            }
        }
        Ok(found)
    }
}
