//! Where to start without a code: products, lots, places and parties by a part of their names.

use crate::ask::{LedgerState, Snapshot};
use crate::error::{Code, Error};
use crate::limits::{FIND_LOTS_MAX, FIND_MAX, FIND_TEXT_BYTES_MAX};
use crate::names::FoundName;
use crate::principal::Principal;
use crate::publisher::read;
use crate::selection::{interval, refused};
use crate::service::Service;
use crate::views::Views;
use laiqu_epcis::identifier::{self, IdentifierKind};
use laiqu_index::folded;
use laiqu_supervision::{PartyId, Registry};
use laiqu_trace::{Interval, ProductLot};
use serde::Serialize;

/// The question as people ask it.
#[derive(Clone, Debug, Default)]
pub struct AskedFind {
    /// A part of a name, in any script; letters of either case, full or half width.
    pub text: String,
    /// RFC 3339: only lots that were first seen then or later.
    pub made_from: Option<String>,
    /// RFC 3339: only lots that were first seen then or sooner.
    pub made_until: Option<String>,
    /// Most answers.
    pub limit: Option<u32>,
    /// As known when the ledger had so many entries; now unless given.
    pub as_of: Option<u64>,
}

/// What was found, with the state it was found in.
#[derive(Clone, Debug, Serialize)]
pub struct FindView {
    /// The ledger state.
    pub ledger: LedgerState,
    /// Whole names first, then beginnings, then the rest; each by name and identifier.
    pub found: Vec<Found>,
    /// There is more than the limit.
    pub truncated: bool,
}

/// One thing that has such a name.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    /// Canonical identifier.
    pub id: String,
    /// What it is.
    pub kind: FoundKind,
    /// Its name: of a registered party that of its registration, else the newest.
    pub name: String,
    /// The name that contains the text: its own, a former one, or what somebody else calls it.
    pub matched: String,
    /// Of a product: its lots, the newest first.
    pub lots: Vec<ProductLot>,
    /// It has more lots than are listed.
    pub more_lots: bool,
}

/// What a name belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FoundKind {
    /// A product.
    Product,
    /// A lot of it.
    Lot,
    /// A single thing.
    Instance,
    /// A logistic unit or a reusable asset.
    Container,
    /// A place.
    Place,
    /// A party.
    Party,
    /// A document.
    Document,
    /// Something else.
    Other,
}

impl Service {
    /// Finds things by a part of their names, for regulators and operators: names are those of
    /// everyone.
    ///
    /// # Errors
    /// Where the caller is neither, the text is empty or too long, a time is none, or the ledger
    /// has not that size.
    pub fn find(&self, asked: &AskedFind, who: &Principal) -> Result<FindView, Error> {
        let registry = self.registry();
        if !who.supervises(&registry) {
            let detail = "finding by name needs the token of a regulator or an operator";
            return Err(Error::new(Code::Forbidden, detail));
        }
        let (text, during) = question(asked)?;
        let views = read(&self.shared().views);
        let ledger = self.state_asked(&views, asked.as_of)?;
        Ok(answer((&views, &registry), ledger, &text, during, asked.limit))
    }
}

impl Snapshot {
    /// Finds things with an operator's sight.
    ///
    /// # Errors
    /// As [`Service::find`].
    pub fn find(&self, asked: &AskedFind) -> Result<FindView, Error> {
        let (text, during) = question(asked)?;
        let ledger = self.state_asked(asked.as_of)?;
        Ok(answer((self.views(), self.registry()), ledger, &text, during, asked.limit))
    }
}

fn question(asked: &AskedFind) -> Result<(String, Interval), Error> {
    let text = folded(&asked.text);
    if text.is_empty() || asked.text.len() > FIND_TEXT_BYTES_MAX {
        return Err(refused(&format!("q: a part of a name, 1 to {FIND_TEXT_BYTES_MAX} bytes")));
    }
    if asked.limit.is_some_and(|limit| limit > FIND_MAX) {
        return Err(refused(&format!("limit: at most {FIND_MAX}")));
    }
    let from = ("made_from", asked.made_from.as_deref());
    Ok((text, interval(from, ("made_until", asked.made_until.as_deref()))?))
}

fn answer(
    (views, registry): (&Views, &Registry),
    ledger: LedgerState,
    text: &str,
    during: Interval,
    limit: Option<u32>,
) -> FindView {
    let mut names = views.names.find(text, ledger.size);
    names.sort_by_cached_key(|found| {
        let name = folded(found.matched);
        let rank = if name == text { 0 } else { 2 - u8::from(name.starts_with(text)) };
        (rank, name, found.id)
    });
    let limit = limit.unwrap_or(FIND_MAX) as usize;
    let truncated = names.len() > limit;
    names.truncate(limit);
    let found = names.into_iter().map(|FoundName { id, name, matched }| {
        let kind = kind(id, registry, ledger.size);
        let (lots, more_lots) = match kind {
            FoundKind::Product => views.graph.product_lots(id, ledger.size, during, FIND_LOTS_MAX),
            _ => (Vec::new(), false),
        };
        let (id, name, matched) = (id.to_owned(), name.to_owned(), matched.to_owned());
        Found { id, kind, name, matched, lots, more_lots }
    });
    let found = found.collect();
    FindView { ledger, found, truncated }
}

/// A registered party, or what the identifier's text says.
fn kind(id: &str, registry: &Registry, size: u64) -> FoundKind {
    let party = PartyId::parse(id).ok().and_then(|id| registry.party_by_id(&id));
    if party.is_some_and(|party| party.alias < size) {
        return FoundKind::Party;
    }
    match identifier::kind(id) {
        IdentifierKind::Product => FoundKind::Product,
        IdentifierKind::Lot => FoundKind::Lot,
        IdentifierKind::Instance => FoundKind::Instance,
        IdentifierKind::Container => FoundKind::Container,
        IdentifierKind::Place => FoundKind::Place,
        IdentifierKind::Party => FoundKind::Party,
        IdentifierKind::Document => FoundKind::Document,
        IdentifierKind::Other => FoundKind::Other,
    }
}
