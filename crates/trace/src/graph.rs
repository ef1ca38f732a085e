//! The events of the ledger as compact records, and who names what.

use laiqu_columns::{Column, Groups, List, Lists, Pair, Set};
use laiqu_epcis::facts::{Facts, ItemFact, Position};

use crate::batch::Work;
use crate::closure::Room;
use crate::declaration::Declarations;
use crate::event_ids::EventIds;
use crate::exposure::{Reading, Readings};
use crate::intern::{Dictionary, IdMap, NONE, id32, product, site, term};
use crate::links::{Links, Marks};
use crate::pool::Pool;
use crate::quantity::Amount;
use crate::records::{
    EventRecord, ItemRecord, ItemShape, Posted, RefKind, RefRecord, Since, TextRecord,
};
use crate::scope::ScopeIndex;

/// An append-only graph of events; every answer is derived from it when it is asked for.
#[derive(Debug, Default)]
pub struct Graph {
    pub(crate) texts: Dictionary,
    pub(crate) events: Column<EventRecord>,
    pub(crate) items: Column<ItemRecord>,
    pub(crate) refs: Column<RefRecord>,
    /// What all events say about a text.
    pub(crate) said: Column<TextRecord>,
    /// Events, by what `said` and `run_heads` tell.
    pub(crate) lists: Lists<u32>,
    /// Texts that are items.
    pub(crate) items_count: usize,
    /// Those of them that are lots, in the order in which they became known.
    pub(crate) lots: Column<u32>,
    /// Instance to (lot, event that says so), and back.
    pub(crate) lots_of: Groups<u32, Pair>,
    pub(crate) instances_of: Groups<u32, Pair>,
    /// Runs by issuer and transformationID, and their events.
    pub(crate) runs: Set<[u32; 2]>,
    pub(crate) run_heads: Column<List>,
    pub(crate) event_ids: EventIds,
    pub(crate) declarations: Declarations,
    /// Lots with a record at (product, site), and units other than product units at a site, with
    /// the events that name them there.
    pub(crate) lots_at: Groups<[u32; 2], Pair>,
    pub(crate) units_at: Groups<u32, Pair>,
    pub(crate) readings: Readings,
    pub(crate) of_certificate: Groups<u32, u32>,
    pub(crate) lots_of_product: Groups<u32, u32>,
    /// Per site: items that a record puts there, and parties whose records name it; per party:
    /// sites that its records name.
    pub(crate) items_at: Groups<u32, Since>,
    pub(crate) sites_of: Groups<u32, Since>,
    pub(crate) parties_at: Groups<u32, Since>,
    pub(crate) known_at: Set<[u32; 2]>,
    pub(crate) recorded_at: Set<[u32; 2]>,
    /// When the ledger took each entry that holds events, in order.
    pub(crate) posted: Column<Posted>,
    pub(crate) scope: ScopeIndex,
    pub(crate) links: Links,
    /// Working memory of walks.
    pub(crate) works: Pool<Work>,
    pub(crate) rooms: Pool<Room>,
    /// The site of each place that an event named since the start.
    pub(crate) sites: IdMap<u32, u32>,
    /// One more than the highest entry that an event stands in.
    pub(crate) end: u64,
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

    /// Adds one event of `issuer`. The order of calls changes no answer; each position comes once.
    pub fn add<'i>(&mut self, position: Position, issuer: impl Into<Issuer<'i>>, facts: &Facts) {
        let Issuer { id, is_regulator } = issuer.into();
        let issuer = self.texts.intern_common(id);
        self.end = self.end.max(position.index.saturating_add(1));
        self.links.changed.take_up(position.index);
        if let Some(error) = &facts.error {
            let declared = self.texts.intern(&facts.event_id);
            let by = (issuer, is_regulator);
            self.declarations.add(declared, position, by, error, &mut self.texts);
            for event in self.event_ids.find(&facts.event_id) {
                if let Some(record) = self.events.get_mut(event as usize) {
                    record.declared_as = declared;
                }
                self.doubt(event);
            }
            return;
        }
        let event = id32(self.events.len());
        let items = self.add_items(event, position, &facts.items);
        let refs = self.add_refs(event, facts);
        let known = self.declarations.text_of(&facts.event_id, &self.texts);
        let texts = &mut self.texts;
        let mut record = EventRecord::new(position, facts, issuer);
        record.declared_as = if self.declarations.name(known) { known } else { NONE };
        let mut common = |text: &Option<Box<str>>| {
            text.as_deref().map_or(NONE, |text| texts.intern_common(text))
        };
        record.step = common(&facts.biz_step);
        record.read_point = common(&facts.read_point);
        record.biz_location = common(&facts.biz_location);
        record.run = self.run_of(event, issuer, facts);
        (record.items, record.refs) = (items, refs);
        let sites = [record.read_point, record.biz_location].map(|place| self.site_of(place));
        self.index_places(event, &record, sites, &facts.items);
        self.add_readings(event, &record, sites, facts);
        self.index_scope(event, &record, sites, facts, is_regulator);
        self.event_ids.push(&facts.event_id);
        self.events.push(record);
        let items = self.items.slice(items[0] as usize..items[1] as usize);
        self.links.add(event, &record, items);
        if record.declared_as != NONE {
            self.doubt(event);
        }
        for declared in self.declarations.corrected_by(known) {
            for event in self.events_with_id(declared) {
                self.doubt(event);
            }
        }
    }

    /// What is kept about the items of an event that a declaration names is no longer sure.
    fn doubt(&mut self, event: u32) {
        let Some(record) = self.events.get(event as usize) else { return };
        let items: Vec<u32> = self.items(record).iter().map(|item| item.id).collect();
        // The declaration may stand behind the event that is taken up.
        self.links.changed.take_up(self.end.saturating_sub(1));
        items.iter().for_each(|item| self.links.mark(*item, Marks::EVENTS));
        self.links.unsettle(items);
    }

    fn add_items(&mut self, event: u32, position: Position, facts: &[ItemFact]) -> [u32; 2] {
        let from = id32(self.items.len());
        for fact in facts {
            let id = self.texts.intern(&fact.id);
            let amount =
                fact.quantity.as_ref().and_then(|quantity| Amount::new(quantity, &mut self.texts));
            self.items.push(ItemRecord::new(id, fact.role, amount));
            self.learn_shape(id, &fact.id, fact.is_class.then_some((event, position)));
            if let Some(text) = fact.lot.as_deref().filter(|lot| **lot != *fact.id) {
                let lot = self.texts.intern(text);
                self.lots_of.push(id, [lot, event]);
                self.instances_of.push(lot, [id, event]);
                self.learn_shape(lot, text, Some((event, position)));
                for member in [id, lot] {
                    self.links.mark(member, Marks::MEMBERS);
                    self.links.unsettle([member]);
                }
            }
            if let Some(said) = self.said.get_mut(id as usize)
                && self.lists.get(said.events).last() != Some(&event)
            {
                self.lists.push(&mut said.events, event);
            }
        }
        [from, id32(self.items.len())]
    }

    /// `text` is that of the item; who names it as a class is given.
    fn learn_shape(&mut self, item: u32, text: &str, class: Option<(u32, Position)>) {
        self.said.grow(item as usize + 1, TextRecord::default());
        if self.said.get(item as usize).is_some_and(|said| said.is_item == 0) {
            let product = product(text).map_or(NONE, |product| self.texts.intern_common(product));
            if product != NONE {
                self.lots_of_product.push(product, item);
                if item == product {
                    let lots = self.lots_of_product.get(product).iter();
                    lots.for_each(|lot| self.links.mark(*lot, Marks::UNLOTTED));
                } else if self.links.marks(product).any(Marks::UNLOTTED) {
                    self.links.mark(item, Marks::UNLOTTED);
                }
            }
            if let Some(said) = self.said.get_mut(item as usize) {
                (said.is_item, said.product) = (1, product);
                self.items_count += 1;
            }
        }
        let Some((event, position)) = class else { return };
        let Some(said) = self.said.get_mut(item as usize) else { return };
        // What is left of an erased document comes late, at its old position.
        if said.class_by == NONE {
            self.lots.push(item);
        }
        let earlier = self.events.get(said.class_by as usize).map(EventRecord::position);
        if earlier.is_none_or(|earlier| position < earlier) {
            said.class_by = event;
        }
    }

    fn add_refs(&mut self, event: u32, facts: &Facts) -> [u32; 2] {
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
                let id = self.texts.intern_common(&typed.id);
                self.site_of(id);
                self.refs.push(RefRecord::new(kind, id));
                if word == "owning_party" {
                    self.refs.push(RefRecord::new(owner, id));
                }
            }
        }
        for document in &facts.transactions {
            let id = self.texts.intern(&document.id);
            self.refs.push(RefRecord::new(RefKind::Document, id));
            if term(&document.kind) == "cert" {
                self.refs.push(RefRecord::new(RefKind::Certificate, id));
                self.of_certificate.push(id, event);
            }
        }
        [from, id32(self.refs.len())]
    }

    /// The group of a transformationID, which joins events of one issuer only.
    fn run_of(&mut self, event: u32, issuer: u32, facts: &Facts) -> u32 {
        let Some(id) = facts.transformation_id.as_deref() else { return NONE };
        let (run, _) = self.runs.insert([issuer, self.texts.intern(id)]);
        self.run_heads.grow(run as usize + 1, List::default());
        if let Some(head) = self.run_heads.get_mut(run as usize) {
            self.lists.push(head, event);
        }
        run
    }

    /// `sites` are those of the two places that the record names.
    fn index_places(
        &mut self,
        event: u32,
        record: &EventRecord,
        mut sites: [u32; 2],
        facts: &[ItemFact],
    ) {
        if sites.first() == sites.last() {
            sites = [NONE, sites.last().copied().unwrap_or(NONE)];
        }
        for site in sites.into_iter().filter(|site| *site != NONE) {
            if self.recorded_at.insert([record.issuer, site]).1 {
                let index = record.position().index;
                self.sites_of.push(record.issuer, Since::new(site, index));
                self.parties_at.push(site, Since::new(record.issuer, index));
            }
        }
        for (fact, item) in facts.iter().zip(record.items[0]..) {
            let Some(id) = self.items.get(item as usize).map(|item| item.id) else { continue };
            let product = self.said_of(id).product;
            for site in sites.into_iter().filter(|site| *site != NONE) {
                if self.known_at.insert([id, site]).1 {
                    self.items_at.push(site, Since::new(id, record.position().index));
                }
                let pair = [id, event];
                match (product, fact.is_class) {
                    (NONE, false) => self.units_at.push_once(site, pair),
                    (NONE, true) | (_, false) => {}
                    (product, true) => self.lots_at.push_once([product, site], pair),
                }
            }
        }
    }

    /// Readings belong to where the event was seen, which may be a room of where things are.
    fn add_readings(&mut self, event: u32, record: &EventRecord, sites: [u32; 2], facts: &Facts) {
        let places = [record.read_point, record.biz_location].into_iter().zip(sites);
        let Some((place, site)) = places.into_iter().find(|(place, _)| *place != NONE) else {
            return;
        };
        for fact in &facts.temperatures {
            let device = self.texts.intern_option(fact.device.as_deref());
            self.readings.add(place, site, Reading::new(fact, device, event));
        }
    }

    /// Notes when the ledger took an entry (microseconds since 1970), before its events are added.
    pub fn posted(&mut self, index: u64, micros: i64) {
        if self.posted.last().is_none_or(|last| last.index < index) {
            self.posted.push(Posted { index, micros });
        }
    }

    /// Does a size show every event there is?
    pub(crate) fn is_whole(&self, until: u64) -> bool {
        until >= self.end
    }

    pub(crate) fn posted_at(&self, index: u64) -> Option<i64> {
        let at = self.posted.partition_point(|posted| posted.index < index);
        self.posted.get(at).filter(|posted| posted.index == index).map(|posted| posted.micros)
    }

    /// The site of an interned place; the site's own text is interned beside it.
    pub(crate) fn site_of(&mut self, place: u32) -> u32 {
        if place == NONE {
            return NONE;
        }
        if let Some(site) = self.sites.get(&place) {
            return *site;
        }
        let text = self.texts.text(place);
        let whole = site(text);
        let site = if whole.len() == text.len() {
            place
        } else {
            let whole = whole.to_owned();
            self.texts.intern(&whole)
        };
        self.sites.insert(place, site);
        site
    }

    /// Positions of all events that name this canonical identifier as an item, in ledger order.
    #[must_use]
    pub fn events_of(&self, id: &str) -> Vec<Position> {
        let events = self.texts.find(id).map_or(&[][..], |id| self.events_naming(id));
        let mut positions: Vec<Position> = events
            .iter()
            .filter_map(|event| self.event(*event))
            .map(EventRecord::position)
            .collect();
        positions.sort_unstable();
        positions
    }

    /// The eventID of an event, by its number in the order in which they came.
    #[must_use]
    pub fn event_id(&self, event: usize) -> Option<String> {
        (event < self.events.len()).then(|| self.event_ids.text(id32(event)))
    }

    /// A text that the graph holds, by its number in the order in which they came; eventIDs are
    /// not among them.
    #[must_use]
    pub fn text(&self, number: usize) -> Option<&str> {
        (number < self.texts.len()).then(|| self.texts.text(id32(number)))
    }

    /// The number of a text, which the graph holds from now on.
    pub fn number(&mut self, text: &str) -> u32 {
        self.texts.intern(text)
    }

    /// The number of a text that the graph holds.
    #[must_use]
    pub fn find_number(&self, text: &str) -> Option<u32> {
        self.texts.find(text)
    }

    /// Numbers of the items that the last event names, which is none that declares an error.
    pub fn last_items(&self) -> impl Iterator<Item = u32> {
        let items = self.events.last().map_or(&[][..], |event| self.items(event));
        items.iter().map(|item| item.id)
    }

    /// How many lots events name, themselves or as those of single things.
    #[must_use]
    pub fn lots_count(&self) -> usize {
        self.lots.len()
    }

    /// A lot, in the order in which they became known.
    #[must_use]
    pub fn lot(&self, at: usize) -> Option<&str> {
        self.lots.get(at).map(|lot| self.texts.text(*lot))
    }

    /// Is this canonical identifier an item, or the lot of an item, of any event?
    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        self.texts.find(id).is_some_and(|id| self.said_of(id).is_item != 0)
    }

    /// How many events are in the graph, error declarations not counted.
    #[must_use]
    pub fn events_count(&self) -> usize {
        self.events.len()
    }

    /// How many identifiers of items are in the graph.
    #[must_use]
    pub fn items_count(&self) -> usize {
        self.items_count
    }

    pub(crate) fn event(&self, event: u32) -> Option<&EventRecord> {
        self.events.get(event as usize)
    }

    pub(crate) fn items(&self, event: &EventRecord) -> &[ItemRecord] {
        self.items.slice(event.items[0] as usize..event.items[1] as usize)
    }

    pub(crate) fn refs(
        &self,
        event: &EventRecord,
    ) -> impl DoubleEndedIterator<Item = (RefKind, u32)> + use<'_> {
        let refs = self.refs.slice(event.refs[0] as usize..event.refs[1] as usize);
        refs.iter().map(|found| found.get())
    }

    fn said_of(&self, text: u32) -> TextRecord {
        self.said.get(text as usize).copied().unwrap_or_default()
    }

    pub(crate) fn events_naming(&self, item: u32) -> &[u32] {
        self.lists.get(self.said_of(item).events)
    }

    pub(crate) fn run_events(&self, run: u32) -> &[u32] {
        self.run_heads.get(run as usize).map_or(&[], |head| self.lists.get(*head))
    }

    /// Events whose eventID is this text of the graph.
    pub(crate) fn events_with_id(&self, event_id: u32) -> Vec<u32> {
        self.event_ids.find(self.texts.text(event_id))
    }

    /// What entries below `until` say about an identifier.
    pub(crate) fn shape(&self, item: u32, until: u64) -> ItemShape {
        let said = self.said_of(item);
        let class_by = self.event(said.class_by);
        let is_class = class_by.is_some_and(|event| event.position().index < until);
        ItemShape { is_class, product: said.product }
    }

    pub(crate) fn lots_of(&self, item: u32) -> &[Pair] {
        self.lots_of.get(item)
    }

    pub(crate) fn instances_of(&self, item: u32) -> &[Pair] {
        self.instances_of.get(item)
    }

    /// Lots of a product that a record names at a site, with the event.
    pub(crate) fn lots_at(&self, product: u32, site: u32) -> &[Pair] {
        self.lots_at.get([product, site])
    }

    /// Items that a record puts at a site, each with the first entry that does.
    pub(crate) fn items_at(&self, site: u32) -> &[Since] {
        self.items_at.get(site)
    }

    /// Sites that a party's own records name, each with the first entry that does.
    pub(crate) fn sites_of(&self, party: u32) -> &[Since] {
        self.sites_of.get(party)
    }

    /// Parties whose own records name a site, each with the first entry that does.
    pub(crate) fn parties_at(&self, site: u32) -> &[Since] {
        self.parties_at.get(site)
    }

    /// Lots and instances of a product, and itself where a record names it without a lot.
    pub(crate) fn lots_of_product(&self, product: u32) -> &[u32] {
        self.lots_of_product.get(product)
    }

    pub(crate) fn events_with_certificate(&self, certificate: u32) -> &[u32] {
        self.of_certificate.get(certificate)
    }

    /// Units other than product units that a record names at a site, with the event.
    pub(crate) fn units_at(&self, site: u32) -> &[Pair] {
        self.units_at.get(site)
    }
}
