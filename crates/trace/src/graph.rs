//! The events of the ledger as compact records, and who names what.

use std::sync::Arc;

use laiqu_epcis::facts::{Facts, ItemFact, Position};

use crate::declaration::Declaration;
use crate::event_ids::EventIds;
use crate::exposure::{Reading, Readings};
use crate::intern::{Dictionary, IdMap, IdSet, NONE, id32, is_product_unit, product, site, term};
use crate::links::{Links, Marks};
use crate::lists::{List, Lists, Pair};
use crate::quantity::Amount;
use crate::records::{EventRecord, ItemRecord, ItemRecords, ItemShape, RefKind, step_kind};
use crate::scope::ScopeIndex;

/// An append-only graph of events; every answer is derived from it when it is asked for.
#[derive(Debug, Default)]
pub struct Graph {
    pub(crate) texts: Dictionary,
    events: Vec<EventRecord>,
    items: Vec<ItemRecord>,
    refs: Vec<(RefKind, u32)>,
    /// Per text: events that name it as an item.
    item_events: Vec<List>,
    lists: Lists<u32>,
    shapes: IdMap<u32, ItemRecords>,
    /// Instance to (lot, event that says so), and back.
    lots_of: IdMap<u32, Vec<(u32, u32)>>,
    instances_of: IdMap<u32, Vec<(u32, u32)>>,
    runs: IdMap<(u32, u32), u32>,
    run_events: Vec<Vec<u32>>,
    pub(crate) event_ids: EventIds,
    pub(crate) declarations: IdMap<u32, Vec<Declaration>>,
    /// Lots with a record at (product, site), and units other than product units at a site.
    lots_at: IdMap<(u32, u32), List>,
    units_at: IdMap<u32, List>,
    /// Those lots and units, with the events that name them there.
    mentions: Lists<Pair>,
    pub(crate) readings: Readings,
    of_certificate: IdMap<u32, Vec<u32>>,
    lots_of_product: IdMap<u32, Vec<u32>>,
    /// Per site: items that a record puts there, and parties whose records name it; per party:
    /// sites that its records name.
    items_at: IdMap<u32, Vec<(u32, u64)>>,
    sites_of: IdMap<u32, Vec<(u32, u64)>>,
    parties_at: IdMap<u32, Vec<(u32, u64)>>,
    known_at: IdSet<(u32, u32)>,
    recorded_at: IdSet<(u32, u32)>,
    /// When the ledger took each entry that holds events: index and microseconds, in order.
    posted: Vec<(u64, i64)>,
    pub(crate) scope: ScopeIndex,
    pub(crate) links: Links,
    /// Declared events by the events that are named as their correction.
    corrected_by: IdMap<u32, Vec<u32>>,
    /// One more than the highest entry that an event stands in.
    end: u64,
}

/// Who issued an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issuer<'i> {
    /// Its identifier.
    pub id: &'i str,
    /// It may declare the events of others to be in error.
    pub is_regulator: bool,
}

impl<'i> From<&'i str> for Issuer<'i> {
    /// A business.
    fn from(id: &'i str) -> Self {
        Self { id, is_regulator: false }
    }
}

impl Graph {
    /// An empty graph.
    #[must_use]
    pub fn new() -> Graph {
        Graph::default()
    }

    /// A text as the graph holds it, or a copy where it does not.
    #[must_use]
    pub fn shared(&self, text: &str) -> Arc<str> {
        self.texts.shared(text).unwrap_or_else(|| Arc::from(text))
    }

    /// Adds one event of `issuer`. The order of calls changes no answer; each position comes once.
    pub fn add<'i>(&mut self, position: Position, issuer: impl Into<Issuer<'i>>, facts: &Facts) {
        let Issuer { id, is_regulator } = issuer.into();
        let issuer = self.texts.intern(id);
        if let Some(error) = &facts.error {
            let declaration =
                Declaration::new(position, (issuer, is_regulator), error, &mut self.texts);
            let event_id = self.texts.intern(&facts.event_id);
            for corrective in &declaration.corrective {
                self.corrected_by.entry(*corrective).or_default().push(event_id);
            }
            self.declarations.entry(event_id).or_default().push(declaration);
            self.end = self.end.max(position.index.saturating_add(1));
            for event in self.event_ids.find(&facts.event_id) {
                if let Some(record) = self.events.get_mut(event as usize) {
                    record.declared_as = event_id;
                }
                self.doubt(event);
            }
            return;
        }
        let event = id32(self.events.len());
        let items = self.add_items(event, position, &facts.items);
        let refs = self.add_refs(event, facts);
        let declared_as = self.named_by(&self.declarations, &facts.event_id);
        let texts = &mut self.texts;
        let record = EventRecord {
            position,
            event_type: facts.event_type,
            action: facts.action,
            time: facts.time,
            issuer,
            declared_as,
            step: texts.intern_option(facts.biz_step.as_deref()),
            step_kind: step_kind(facts.biz_step.as_deref()),
            read_point: texts.intern_option(facts.read_point.as_deref()),
            biz_location: texts.intern_option(facts.biz_location.as_deref()),
            run: self.run_of(issuer, facts),
            items,
            refs,
        };
        self.index_places(event, &record, &facts.items);
        self.add_readings(event, &record, facts);
        self.index_scope(event, &record, facts, is_regulator);
        if let Some(events) = self.run_events.get_mut(record.run as usize) {
            events.push(event);
        }
        self.event_ids.push(&facts.event_id);
        self.events.push(record);
        self.end = self.end.max(position.index.saturating_add(1));
        let items = self.items.get(items.0 as usize..).unwrap_or(&[]);
        self.links.add(event, &record, items);
        if record.declared_as != NONE {
            self.doubt(event);
        }
        let corrects = self.named_by(&self.corrected_by, &facts.event_id);
        for declared in self.corrected_by.get(&corrects).cloned().unwrap_or_default() {
            for event in self.events_with_id(declared) {
                self.doubt(event);
            }
        }
    }

    /// An eventID as a text, where declarations name it.
    fn named_by<T>(&self, declarations: &IdMap<u32, T>, event_id: &str) -> u32 {
        if declarations.is_empty() {
            return NONE;
        }
        let id = self.texts.find(event_id);
        id.filter(|id| declarations.contains_key(id)).unwrap_or(NONE)
    }

    /// What is kept about the items of an event that a declaration names is no longer sure.
    fn doubt(&mut self, event: u32) {
        let Some(record) = self.events.get(event as usize) else { return };
        let items: Vec<u32> = self.items(record).iter().map(|item| item.id).collect();
        items.iter().for_each(|item| self.links.mark(*item, Marks::EVENTS));
        self.links.unsettle(items);
    }

    fn add_items(&mut self, event: u32, position: Position, facts: &[ItemFact]) -> (u32, u32) {
        let from = id32(self.items.len());
        for fact in facts {
            let id = self.texts.intern(&fact.id);
            let amount =
                fact.quantity.as_ref().and_then(|quantity| Amount::new(quantity, &mut self.texts));
            self.items.push(ItemRecord::new(id, fact.role, amount));
            self.learn_shape(id, fact.is_class.then_some((event, position)));
            if let Some(lot) = fact.lot.as_deref().filter(|lot| **lot != *fact.id) {
                let lot = self.texts.intern(lot);
                self.lots_of.entry(id).or_default().push((lot, event));
                self.instances_of.entry(lot).or_default().push((id, event));
                self.learn_shape(lot, Some((event, position)));
                for member in [id, lot] {
                    self.links.mark(member, Marks::MEMBERS);
                    self.links.unsettle(vec![member]);
                }
            }
            let index = id as usize;
            if self.item_events.len() <= index {
                self.item_events.resize(index + 1, List::default());
            }
            if let Some(list) = self.item_events.get_mut(index)
                && self.lists.get(*list).last() != Some(&event)
            {
                self.lists.push(list, event);
            }
        }
        (from, id32(self.items.len()))
    }

    fn learn_shape(&mut self, item: u32, class: Option<(u32, Position)>) {
        if !self.shapes.contains_key(&item) {
            let product = product(self.texts.text(item)).map(str::to_owned);
            let product = product.map_or(NONE, |product| self.texts.intern(&product));
            if product != NONE {
                let lots = self.lots_of_product.entry(product).or_default();
                lots.push(item);
                if item == product {
                    lots.iter().for_each(|lot| self.links.mark(*lot, Marks::UNLOTTED));
                } else if self.links.marks(product).any(Marks::UNLOTTED) {
                    self.links.mark(item, Marks::UNLOTTED);
                }
            }
            self.shapes.insert(item, ItemRecords { class_by: NONE, product });
        }
        let Some(known) = self.shapes.get_mut(&item) else { return };
        let Some((event, position)) = class else { return };
        // What is left of an erased document comes late, at its old position.
        let earlier = self.events.get(known.class_by as usize).map(|record| record.position);
        if earlier.is_none_or(|earlier| position < earlier) {
            known.class_by = event;
        }
    }

    fn add_refs(&mut self, event: u32, facts: &Facts) -> (u32, u32) {
        let from = id32(self.refs.len());
        for (list, place, party, owner) in [
            (&facts.sources, RefKind::SourcePlace, RefKind::SourceParty, RefKind::SourceOwner),
            (
                &facts.destinations,
                RefKind::DestinationPlace,
                RefKind::DestinationParty,
                RefKind::DestinationOwner,
            ),
        ] {
            for typed in list {
                let word = term(&typed.kind);
                let kind = if word == "location" { place } else { party };
                let id = self.texts.intern(&typed.id);
                self.site_of(id);
                self.refs.push((kind, id));
                if word == "owning_party" {
                    self.refs.push((owner, id));
                }
            }
        }
        for document in &facts.transactions {
            let id = self.texts.intern(&document.id);
            self.refs.push((RefKind::Document, id));
            if term(&document.kind) == "cert" {
                self.refs.push((RefKind::Certificate, id));
                self.of_certificate.entry(id).or_default().push(event);
            }
        }
        (from, id32(self.refs.len()))
    }

    /// The group of a transformationID, which joins events of one issuer only.
    fn run_of(&mut self, issuer: u32, facts: &Facts) -> u32 {
        let Some(id) = facts.transformation_id.as_deref() else { return NONE };
        let id = self.texts.intern(id);
        let next = id32(self.run_events.len());
        let run = *self.runs.entry((issuer, id)).or_insert(next);
        if run == next {
            self.run_events.push(Vec::new());
        }
        run
    }

    fn index_places(&mut self, event: u32, record: &EventRecord, facts: &[ItemFact]) {
        let mut sites = [record.read_point, record.biz_location].map(|place| self.site_of(place));
        if sites.first() == sites.last() {
            sites = [NONE, sites.last().copied().unwrap_or(NONE)];
        }
        for site in sites.into_iter().filter(|site| *site != NONE) {
            if self.recorded_at.insert((record.issuer, site)) {
                let index = record.position.index;
                self.sites_of.entry(record.issuer).or_default().push((site, index));
                self.parties_at.entry(site).or_default().push((record.issuer, index));
            }
        }
        for fact in facts {
            let Some(id) = self.texts.find(&fact.id) else { continue };
            for site in sites.into_iter().filter(|site| *site != NONE) {
                if self.known_at.insert((id, site)) {
                    self.items_at.entry(site).or_default().push((id, record.position.index));
                }
            }
            for site in sites.into_iter().filter(|site| *site != NONE) {
                let list = match product(&fact.id) {
                    Some(product) if fact.is_class => {
                        let product = self.texts.intern(product);
                        self.lots_at.entry((product, site)).or_default()
                    }
                    None if !fact.is_class && !is_product_unit(&fact.id) => {
                        self.units_at.entry(site).or_default()
                    }
                    _ => continue,
                };
                if self.mentions.get(*list).last() != Some(&(id, event)) {
                    self.mentions.push(list, (id, event));
                }
            }
        }
    }

    /// Readings belong to where the event was seen, which may be a room of where things are.
    fn add_readings(&mut self, event: u32, record: &EventRecord, facts: &Facts) {
        let places = [record.read_point, record.biz_location];
        let Some(place) = places.into_iter().find(|place| *place != NONE) else { return };
        for fact in &facts.temperatures {
            let device = self.texts.intern_option(fact.device.as_deref());
            let site = self.site_of(place);
            self.readings.add(place, site, Reading::new(fact, device, event));
        }
    }

    /// Notes when the ledger took an entry (microseconds since 1970), before its events are added.
    pub fn posted(&mut self, index: u64, micros: i64) {
        if self.posted.last().is_none_or(|(last, _)| *last < index) {
            self.posted.push((index, micros));
        }
    }

    /// Does a size show every event there is?
    pub(crate) fn is_whole(&self, until: u64) -> bool {
        until >= self.end
    }

    pub(crate) fn posted_at(&self, index: u64) -> Option<i64> {
        let at = self.posted.binary_search_by_key(&index, |(index, _)| *index).ok()?;
        self.posted.get(at).map(|(_, micros)| *micros)
    }

    /// The site of an interned place; the site's own text is interned beside it.
    pub(crate) fn site_of(&mut self, place: u32) -> u32 {
        let text = self.texts.text(place);
        let whole = site(text);
        if place == NONE || whole.len() == text.len() {
            return place;
        }
        let whole = whole.to_owned();
        self.texts.intern(&whole)
    }

    /// Positions of all events that name this canonical identifier as an item, in ledger order.
    #[must_use]
    pub fn events_of(&self, id: &str) -> Vec<Position> {
        let events = self.texts.find(id).map_or(&[][..], |id| self.events_naming(id));
        let mut positions: Vec<Position> =
            events.iter().filter_map(|event| self.event(*event)).map(|e| e.position).collect();
        positions.sort_unstable();
        positions
    }

    /// The eventID of an event, by its number in the order in which they came.
    #[must_use]
    pub fn event_id(&self, event: usize) -> Option<String> {
        (event < self.events.len()).then(|| self.event_ids.text(id32(event)))
    }

    /// Every text that the graph holds but for eventIDs, in the order in which they came.
    #[must_use]
    pub fn texts(&self) -> &[Arc<str>] {
        self.texts.all()
    }

    /// Is this canonical identifier an item, or the lot of an item, of any event?
    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        self.texts.find(id).is_some_and(|id| self.shapes.contains_key(&id))
    }

    /// How many events are in the graph, error declarations not counted.
    #[must_use]
    pub fn events_count(&self) -> usize {
        self.events.len()
    }

    /// How many identifiers of items are in the graph.
    #[must_use]
    pub fn items_count(&self) -> usize {
        self.shapes.len()
    }

    pub(crate) fn event(&self, event: u32) -> Option<&EventRecord> {
        self.events.get(event as usize)
    }

    pub(crate) fn items(&self, event: &EventRecord) -> &[ItemRecord] {
        self.items.get(event.items.0 as usize..event.items.1 as usize).unwrap_or(&[])
    }

    pub(crate) fn refs(&self, event: &EventRecord) -> &[(RefKind, u32)] {
        self.refs_between(event.refs.0, event.refs.1)
    }

    pub(crate) fn refs_between(&self, from: u32, until: u32) -> &[(RefKind, u32)] {
        self.refs.get(from as usize..until as usize).unwrap_or(&[])
    }

    pub(crate) fn events_naming(&self, item: u32) -> &[u32] {
        self.item_events.get(item as usize).map_or(&[], |list| self.lists.get(*list))
    }

    pub(crate) fn run_events(&self, run: u32) -> &[u32] {
        self.run_events.get(run as usize).map_or(&[], Vec::as_slice)
    }

    /// Events whose eventID is this text of the graph.
    pub(crate) fn events_with_id(&self, event_id: u32) -> Vec<u32> {
        self.event_ids.find(self.texts.text(event_id))
    }

    /// What entries below `until` say about an identifier.
    pub(crate) fn shape(&self, item: u32, until: u64) -> ItemShape {
        let Some(known) = self.shapes.get(&item) else {
            return ItemShape { is_class: false, product: NONE };
        };
        let class_by = self.event(known.class_by);
        let is_class = class_by.is_some_and(|event| event.position.index < until);
        ItemShape { is_class, product: known.product }
    }

    pub(crate) fn lots_of(&self, item: u32) -> &[(u32, u32)] {
        self.lots_of.get(&item).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn instances_of(&self, item: u32) -> &[(u32, u32)] {
        self.instances_of.get(&item).map_or(&[], Vec::as_slice)
    }

    /// Lots of a product that a record names at a site, with the event.
    pub(crate) fn lots_at(&self, product: u32, site: u32) -> &[Pair] {
        self.lots_at.get(&(product, site)).map_or(&[], |list| self.mentions.get(*list))
    }

    /// Items that a record puts at a site, each with the first entry that does.
    pub(crate) fn items_at(&self, site: u32) -> &[(u32, u64)] {
        self.items_at.get(&site).map_or(&[], Vec::as_slice)
    }

    /// Sites that a party's own records name, each with the first entry that does.
    pub(crate) fn sites_of(&self, party: u32) -> &[(u32, u64)] {
        self.sites_of.get(&party).map_or(&[], Vec::as_slice)
    }

    /// Parties whose own records name a site, each with the first entry that does.
    pub(crate) fn parties_at(&self, site: u32) -> &[(u32, u64)] {
        self.parties_at.get(&site).map_or(&[], Vec::as_slice)
    }

    /// Lots and instances of a product, and itself where a record names it without a lot.
    pub(crate) fn lots_of_product(&self, product: u32) -> &[u32] {
        self.lots_of_product.get(&product).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn events_with_certificate(&self, certificate: u32) -> &[u32] {
        self.of_certificate.get(&certificate).map_or(&[], Vec::as_slice)
    }

    /// Units other than product units that a record names at a site, with the event.
    pub(crate) fn units_at(&self, site: u32) -> &[Pair] {
        self.units_at.get(&site).map_or(&[], |list| self.mentions.get(*list))
    }
}
