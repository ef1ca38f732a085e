//! Where to start without a code: products, lots, places and parties by a part of their names, of
//! what stands on their labels, or of the number of a lot.

use crate::ask::{LedgerState, Snapshot};
use crate::error::{Code, Error};
use crate::limits::{FIND_LOTS_MAX, FIND_MAX, FIND_SCANNED_MAX, FIND_TEXT_BYTES_MAX};
use crate::metrics::QuestionKind;
use crate::names::{FoundBy, FoundText};
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
use std::collections::HashSet;

/// The question as people ask it.
#[derive(Clone, Debug, Default)]
pub struct AskedFind {
    /// A part of a name, a label or the number of a lot, in any script; letters of either case,
    /// full or half width.
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
    /// Whole texts first, then beginnings, then the rest; each by that text and identifier.
    pub found: Vec<Found>,
    /// There is more than the limit, or may be more: so many texts have such characters that not
    /// all were looked at ([`FIND_SCANNED_MAX`]).
    pub truncated: bool,
}

/// One thing that has such a name.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    /// Canonical identifier.
    pub id: String,
    /// What it is.
    pub kind: FoundKind,
    /// Its name: of a registered party that of its registration, else the newest. Of a lot without
    /// one that of its product; of what has none at all, the text that was found.
    pub name: String,
    /// The text that contains what was looked for.
    pub matched: String,
    /// What sort of text that is.
    pub by: FoundBy,
    /// Of a product: its lots, the newest first; of a lot that an event names: itself.
    pub lots: Vec<ProductLot>,
    /// It has more lots than are listed, or may have: of very many only the last to come were
    /// looked at.
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
        let asking = self.asking(QuestionKind::Find);
        let (text, during) = question(asked)?;
        let views = read(&self.shared().views);
        let ledger = self.state_asked(&views, asked.as_of)?;
        let view = answer((&views, &registry), ledger, &text, during, asked.limit);
        asking.found(view.found.len());
        Ok(view)
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

/// Whenever that was.
const ALWAYS: Interval = Interval { from: i64::MIN, until: i64::MAX };

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
    let names = views.names.find(text, ledger.size, FIND_SCANNED_MAX);
    let lots = views.lot_numbers.find(text, ledger.size, FIND_SCANNED_MAX);
    let is_cut = names.is_cut || lots.is_cut;
    let mut texts = names.found;
    let named: HashSet<&str> = texts.iter().map(|found| found.id).collect();
    texts.extend(lots.found.into_iter().filter(|lot| !named.contains(lot.id)));
    texts.sort_by_cached_key(|found| {
        let matched = folded(&found.matched);
        let rank = if matched == text { 0 } else { 2 - u8::from(matched.starts_with(text)) };
        (rank, matched, found.id)
    });
    let search = Search { views, registry, size: ledger.size, during };
    let limit = limit.unwrap_or(FIND_MAX) as usize;
    let mut found = texts.into_iter().filter_map(|text| search.found(text));
    let first = found.by_ref().take(limit).collect();
    let truncated = is_cut || found.next().is_some();
    FindView { ledger, found: first, truncated }
}

/// Where and for what is searched.
struct Search<'v> {
    views: &'v Views,
    registry: &'v Registry,
    size: u64,
    /// When lots were first seen.
    during: Interval,
}

impl Search<'_> {
    /// What a text stands on; `None` for a lot of another time.
    fn found(&self, FoundText { id, name, matched, by }: FoundText<'_>) -> Option<Found> {
        let Self { views, registry, size, during } = self;
        let kind = kind(id, registry, *size);
        let (lots, more_lots) = match kind {
            FoundKind::Product => views.graph.product_lots(id, *size, *during, FIND_LOTS_MAX),
            FoundKind::Lot => {
                let lot = views.graph.seen_lot(id, *size, *during);
                if lot.is_none() && *during != ALWAYS {
                    return None;
                }
                (lot.into_iter().collect(), false)
            }
            _ => (Vec::new(), false),
        };
        let product_name = || {
            let (product, _) = id.split_once("/10/").filter(|_| kind == FoundKind::Lot)?;
            views.names.at(product, *size)
        };
        let matched = matched.into_owned();
        let name = name.or_else(product_name).map_or_else(|| matched.clone(), str::to_owned);
        Some(Found { id: id.to_owned(), kind, name, matched, by, lots, more_lots })
    }
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
