//! One search among names, labels and numbers of lots.

use crate::ask::{LedgerState, Named};
use crate::days::Days;
use crate::find::{DatedBy, FindView, Found, FoundKind, FoundLot};
use crate::limits::{
    FIND_LOTS_MAX, FIND_LOTS_PLACED_MAX, FIND_LOTS_SCANNED_MAX, FIND_PLACES_MAX, FIND_SCANNED_MAX,
};
use crate::names::{FoundBy, FoundText};
use crate::stated_dates::DatesOfLot;
use crate::views::Views;
use laiqu_epcis::facts::EventTime;
use laiqu_epcis::identifier::{self, IdentifierKind, canonical};
use laiqu_epcis::time::date_text;
use laiqu_index::folded;
use laiqu_supervision::{PartyId, Registry};
use laiqu_trace::{LotsAsked, PositionLine, ProductLot, Told, ToldAt};
use std::cell::Cell;
use std::collections::{BTreeSet, HashSet};

/// What is searched for.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// A part of a text, folded.
    pub(crate) text: String,
    /// A place or the party of one, by identifier or by a part of its name.
    pub(crate) at: Option<String>,
    /// When lots were made.
    pub(crate) made: Days,
    /// Up to when they are good.
    pub(crate) expires: Days,
    /// Most answers.
    pub(crate) limit: usize,
    /// Is also wanted where the events stand?
    pub(crate) rests_on: bool,
}

impl Wanted {
    /// Are only some lots wanted, and so only what has lots?
    fn is_narrowed(&self) -> bool {
        self.at.is_some() || !self.made.is_open() || !self.expires.is_open()
    }

    /// Is a lot of these dates wanted, that was first seen then?
    fn takes(&self, dates: &DatesOfLot, first_seen: Option<EventTime>) -> bool {
        let made = match (dates.made.is_empty(), first_seen) {
            (false, _) => dates.made.iter().any(|(first, last)| self.made.meet_days(*first, *last)),
            (true, Some(time)) => self.made.meet(time),
            (true, None) => self.made.is_open(),
        };
        let ends = || dates.expires.iter().any(|day| self.expires.meet_days(*day, *day));
        made && (self.expires.is_open() || ends())
    }
}

/// Where is searched.
pub(crate) struct Search<'v> {
    views: &'v Views,
    registry: &'v Registry,
    size: u64,
    /// Parties whose places are asked about.
    parties: BTreeSet<String>,
    /// Not all could be looked at.
    is_cut: bool,
}

impl<'v> Search<'v> {
    pub(crate) fn new(views: &'v Views, registry: &'v Registry, size: u64) -> Self {
        Self { views, registry, size, parties: BTreeSet::new(), is_cut: false }
    }

    pub(crate) fn answer(mut self, ledger: LedgerState, wanted: &Wanted) -> FindView {
        let places = wanted.at.as_ref().map(|at| self.places(at));
        let asked = LotsAsked {
            size: self.size,
            at: places.as_deref(),
            lots_left: Cell::new(FIND_LOTS_SCANNED_MAX),
            places_left: Cell::new(FIND_LOTS_PLACED_MAX),
        };
        let is_nowhere = places.as_ref().is_some_and(Vec::is_empty);
        let texts = if is_nowhere { Vec::new() } else { self.texts(&wanted.text) };
        let mut found = Vec::new();
        for text in texts {
            if found.len() > wanted.limit || asked.is_spent() {
                self.is_cut = true;
                break;
            }
            let since = text.since;
            found.extend(self.found(text, wanted, &asked).map(|found| (found, since)));
        }
        let truncated = self.is_cut || found.len() > wanted.limit;
        found.truncate(wanted.limit);
        let rests_on = if wanted.rests_on { self.rests_on(&found, &asked) } else { Vec::new() };
        let found = found.into_iter().map(|(found, _)| found).collect();
        let name = |id: &str| self.views.names.at(id, self.size).map(str::to_owned);
        let places = places
            .map(|places| places.into_iter().map(|id| Named { name: name(&id), id }).collect());
        FindView { ledger, places, found, truncated, rests_on }
    }

    /// Where the events stand that these lines rest on, each with the entry that gave its text: of
    /// a lot the first one, those that state its dates, and those that put it where it was asked
    /// for; of a label or a lot number those of the entry that gave it.
    fn rests_on(&self, found: &[(Found, u64)], asked: &LotsAsked<'_>) -> Vec<PositionLine> {
        let mut told = Vec::new();
        for (line, since) in found {
            if line.by != FoundBy::Name {
                told.push(Told { id: &line.id, entries: vec![*since], is_lot: false });
            }
            told.extend(line.lots.iter().map(|lot| {
                let entries = self.views.dates.entries(&self.views.graph, &lot.id, self.size);
                Told { id: &lot.id, entries, is_lot: true }
            }));
        }
        let parties: Vec<&str> = self.parties.iter().map(String::as_str).collect();
        let at = asked.at.map(|places| ToldAt { places, parties: &parties });
        self.views.graph.told_by(self.size, at, &told)
    }

    /// What may be found, the best first.
    fn texts(&mut self, text: &str) -> Vec<FoundText<'v>> {
        let names = self.views.names.find(text, self.size, FIND_SCANNED_MAX);
        let graph = &self.views.graph;
        let lots = self.views.lot_numbers.find(graph, text, self.size, FIND_SCANNED_MAX);
        self.is_cut |= names.is_cut || lots.is_cut;
        let mut texts = names.found;
        let named: HashSet<&str> = texts.iter().map(|found| found.id).collect();
        texts.extend(lots.found.into_iter().filter(|lot| !named.contains(lot.id)));
        texts.sort_by_cached_key(|found| {
            let matched = folded(&found.matched);
            let rank = if matched == text { 0 } else { 2 - u8::from(matched.starts_with(text)) };
            (rank, matched, found.id)
        });
        texts
    }

    /// The places that a text stands for: that with this identifier, or those of such a party;
    /// else those that are called so, and those of parties that are.
    fn places(&mut self, text: &str) -> Vec<String> {
        let id = canonical(text);
        let mut places = BTreeSet::new();
        self.add_places(&id, &mut places);
        if places.is_empty() {
            let named = self.views.names.find(&folded(text), self.size, FIND_SCANNED_MAX);
            self.is_cut |= named.is_cut;
            named.found.iter().for_each(|found| self.add_places(found.id, &mut places));
        }
        self.is_cut |= places.len() > FIND_PLACES_MAX;
        places.into_iter().take(FIND_PLACES_MAX).collect()
    }

    fn add_places(&mut self, id: &str, places: &mut BTreeSet<String>) {
        match self.kind(id) {
            FoundKind::Place => {
                places.insert(id.to_owned());
            }
            FoundKind::Party => {
                self.parties.insert(id.to_owned());
                let sites = self.views.graph.sites_of_party(id, self.size);
                places.extend(sites.map(str::to_owned));
            }
            _ => {}
        }
    }

    /// What a text stands on, with its lots; `None` where only other lots are wanted.
    fn found(
        &self,
        FoundText { id, name, matched, by, .. }: FoundText<'_>,
        wanted: &Wanted,
        asked: &LotsAsked<'_>,
    ) -> Option<Found> {
        let kind = self.kind(id);
        let dates = |lot: &str| self.views.dates.at(&self.views.graph, lot, self.size);
        let is_seen = Cell::new(false);
        let takes = |lot: &str, first: EventTime| {
            is_seen.set(true);
            wanted.takes(&dates(lot), Some(first))
        };
        let graph = &self.views.graph;
        let (lots, more_lots) = match kind {
            FoundKind::Product => graph.product_lots(id, asked, FIND_LOTS_MAX, takes),
            FoundKind::Lot => (Vec::from_iter(graph.seen_lot(id, asked, takes)), false),
            _ => (Vec::new(), false),
        };
        // Of a lot that no event names, only what is stated can be asked about.
        let is_stated = || {
            let is_lot = kind == FoundKind::Lot && !is_seen.get();
            is_lot && wanted.at.is_none() && wanted.takes(&dates(id), None)
        };
        if wanted.is_narrowed() && lots.is_empty() && !more_lots && !is_stated() {
            return None;
        }
        let product_name = || {
            let (product, _) = id.split_once("/10/").filter(|_| kind == FoundKind::Lot)?;
            self.views.names.at(product, self.size)
        };
        let matched = matched.into_owned();
        let name = name.or_else(product_name).map_or_else(|| matched.clone(), str::to_owned);
        let lots = lots.into_iter().map(|lot| with_dates(&dates(&lot.id), lot)).collect();
        Some(Found { id: id.to_owned(), kind, name, matched, by, lots, more_lots })
    }

    /// A registered party, or what the identifier's text says.
    fn kind(&self, id: &str) -> FoundKind {
        let party = PartyId::parse(id).ok().and_then(|id| self.registry.party_by_id(&id));
        if party.is_some_and(|party| party.alias < self.size) {
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
}

fn with_dates(dates: &DatesOfLot, lot: ProductLot) -> FoundLot {
    let span = |(first, last): &(i64, i64)| match first == last {
        true => date_text(*first),
        false => format!("{}/{}", date_text(*first), date_text(*last)),
    };
    let dated_by = if dates.made.is_empty() { DatedBy::FirstSeen } else { DatedBy::Stated };
    FoundLot {
        id: lot.id,
        first_seen: lot.first_seen,
        made: dates.made.iter().map(span).collect(),
        expires: dates.expires.iter().copied().map(date_text).collect(),
        dated_by,
    }
}
