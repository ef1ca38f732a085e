//! The state of the ledger at a glance.

use crate::ask::LedgerState;
use crate::entries::time_of;
use crate::error::Error;
use crate::outcome::Outcome;
use crate::publisher::read;
use crate::service::Service;
use serde::Serialize;

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
            let views = read(&self.shared().views);
            (views.events, views.graph.items_count(), std::sync::Arc::clone(&views.registry))
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
        })
    }
}
