//! The physical world: stock, production, transport, sale. Every gram is booked here and only here.

use std::collections::BTreeMap;

use crate::acts::{Act, Certificate, Line, NONE, Trip, Unit};
use crate::clock;
use crate::dice::Dice;
use crate::goods::{Goods, Product};
use crate::identifiers::{self, Spelling};
use crate::places::{CityParty, Role, Site};
use crate::record::Fate;
use crate::truth::{Creation, ItemKind, Move, Portion, SiteIndex, Truth, TruthItem, TruthSite};

/// What lies at a site.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holding {
    pub(crate) item: u32,
    pub(crate) grams: i64,
    /// It is there from this time on, in microseconds.
    pub(crate) since: i64,
    /// The site whose party owns it.
    pub(crate) owner: SiteIndex,
}

/// What the label of an item says.
#[derive(Clone, Debug)]
pub(crate) struct Label {
    /// Lot number, or serial number of a pack.
    pub(crate) text: Box<str>,
    /// The lot of a pack.
    pub(crate) lot: u32,
    /// When it was made, in microseconds.
    pub(crate) made: i64,
}

/// The simulated world.
pub(crate) struct World {
    pub(crate) dice: Dice,
    pub(crate) fate: Fate,
    pub(crate) sites: Vec<Site>,
    by_role: BTreeMap<Role, Vec<SiteIndex>>,
    pub(crate) products: Vec<Product>,
    pub(crate) labels: Vec<Label>,
    pub(crate) truth: Truth,
    pub(crate) acts: Vec<Act>,
    pub(crate) trips: Vec<Trip>,
    pub(crate) units: Vec<Unit>,
    pub(crate) certificates: Vec<Certificate>,
    pub(crate) stock: Vec<Vec<Holding>>,
    /// Nothing happens after it, in microseconds.
    pub(crate) horizon: i64,
    pub(crate) pool: crate::transport::Pool,
    /// Orders so far.
    pub(crate) orders: u32,
    counters: Vec<u32>,
    pub(crate) runs: u32,
}

impl World {
    pub(crate) fn new(
        dice: Dice,
        fate: Fate,
        parties: &[CityParty],
        sites: Vec<Site>,
        products: Vec<Product>,
        horizon: i64,
    ) -> Self {
        let mut truth = Truth::default();
        let mut by_role: BTreeMap<Role, Vec<SiteIndex>> = BTreeMap::new();
        for (at, site) in sites.iter().enumerate() {
            if let Some(role) = site.role {
                by_role.entry(role).or_default().push(at as u32);
            }
            truth.sites.push(TruthSite {
                id: identifiers::place(&site.gln, "", Spelling::Link),
                name: site.name.clone(),
                seller: site.role.is_some_and(Role::is_seller),
                party: (at < parties.len()).then_some(at as u32),
                area: site.area,
                states_area: site.states_area,
            });
        }
        Self {
            dice,
            fate,
            by_role,
            products,
            labels: Vec::new(),
            truth,
            acts: Vec::new(),
            trips: Vec::new(),
            units: Vec::new(),
            certificates: Vec::new(),
            stock: vec![Vec::new(); sites.len()],
            horizon,
            pool: crate::transport::Pool::default(),
            counters: vec![0; sites.len()],
            runs: 0,
            orders: 0,
            sites,
        }
    }

    /// All sites of a role.
    pub(crate) fn all(&self, role: Role) -> Vec<SiteIndex> {
        self.by_role.get(&role).cloned().unwrap_or_default()
    }

    /// The first site of a role; every role has one.
    pub(crate) fn first(&self, role: Role) -> SiteIndex {
        self.by_role[&role][0]
    }

    pub(crate) fn is_outside(&self, site: SiteIndex) -> bool {
        self.sites[site as usize].role.is_none()
    }

    /// A serialised pack has no amount of its own.
    pub(crate) fn is_pack(&self, item: u32) -> bool {
        self.labels[item as usize].lot != NONE
    }

    /// The `nth` product of a kind that a maker has. The catalogue is in the order of makers.
    pub(crate) fn product(&self, maker: SiteIndex, goods: Goods, nth: usize) -> u32 {
        let first = self.products.partition_point(|p| p.maker < maker);
        let own = self.products[first..].iter().take_while(|p| p.maker == maker).enumerate();
        let mut fits = own.filter(|(_, p)| p.goods == goods);
        fits.nth(nth).map_or(first, |(at, _)| first + at) as u32
    }

    pub(crate) fn goods(&self, item: u32) -> Goods {
        self.products[self.truth.items[item as usize].product as usize].goods
    }

    pub(crate) fn id(&self, item: u32) -> String {
        self.truth.items[item as usize].id.to_string()
    }

    /// The next number in a site's own books.
    pub(crate) fn number(&mut self, site: SiteIndex) -> u32 {
        self.counters[site as usize] += 1;
        self.counters[site as usize]
    }

    fn cap(&self, micros: i64) -> i64 {
        micros.min(self.horizon - clock::SECOND)
    }

    /// An hour of the day and some minutes of chance.
    pub(crate) fn at(&mut self, day: i64, hour: i64, minutes: i64) -> i64 {
        let chance = self.dice.range(0, minutes * 60) * clock::SECOND;
        self.cap(day + hour * clock::HOUR + chance)
    }

    pub(crate) fn after(&mut self, micros: i64, least_minutes: i64, most_minutes: i64) -> i64 {
        let chance = self.dice.range(least_minutes * 60, most_minutes * 60) * clock::SECOND;
        self.cap(micros + chance)
    }

    pub(crate) fn new_lot(&mut self, product: u32, text: &str, kind: ItemKind, made: i64) -> u32 {
        let p = &self.products[product as usize];
        let id = match &p.uri {
            Some(uri) => format!("{uri}/{text}"),
            None => identifiers::lot(&p.gtin, text, Spelling::Link),
        };
        self.truth.items.push(TruthItem { id: id.into(), kind, product });
        self.labels.push(Label { text: text.into(), lot: NONE, made });
        self.truth.items.len() as u32 - 1
    }

    pub(crate) fn put(&mut self, site: SiteIndex, line: Line, since: i64, owner: SiteIndex) {
        let shelf = &mut self.stock[site as usize];
        shelf.push(Holding { item: line.item, grams: line.grams, since, owner });
    }

    /// Takes at most `grams` that is there at `time`; says how much.
    pub(crate) fn take(&mut self, site: SiteIndex, item: u32, grams: i64, time: i64) -> i64 {
        let mut want = grams;
        let mut empty = false;
        for held in self.stock[site as usize].iter_mut() {
            if held.item == item && held.since <= time && want > 0 {
                let part = held.grams.min(want);
                held.grams -= part;
                want -= part;
                empty |= held.grams == 0;
            }
        }
        if empty {
            self.stock[site as usize].retain(|h| h.grams > 0);
        }
        grams - want
    }

    /// What is there at `time` and fits, oldest first.
    pub(crate) fn held(
        &self,
        site: SiteIndex,
        time: i64,
        fits: impl Fn(Goods) -> bool,
    ) -> Vec<Line> {
        let mut out: Vec<Line> = Vec::new();
        let mut place: BTreeMap<u32, usize> = BTreeMap::new();
        for held in &self.stock[site as usize] {
            if held.since > time || !fits(self.goods(held.item)) {
                continue;
            }
            let at = *place.entry(held.item).or_insert(out.len());
            match out.get_mut(at) {
                Some(line) => line.grams += held.grams,
                None => out.push(Line { item: held.item, grams: held.grams }),
            }
        }
        out
    }

    /// Food appears at a site.
    pub(crate) fn create(
        &mut self,
        site: SiteIndex,
        product: u32,
        text: &str,
        grams: i64,
        time: i64,
    ) -> u32 {
        let outside = self.is_outside(site);
        let kind = if outside { ItemKind::OutsideLot } else { ItemKind::FarmLot };
        let item = self.new_lot(product, text, kind, time);
        self.truth.creations.push(Creation { item, site, grams, micros: time });
        self.put(site, Line { item, grams }, time, site);
        item
    }

    /// Goods leave: taken from what the sender has at `time`, when they are packed or put on a
    /// truck.
    pub(crate) fn load(&mut self, trip: u32, lines: &[Line], time: i64) -> Vec<Line> {
        let from = self.trips[trip as usize].from;
        let mut loaded = Vec::new();
        for line in lines {
            let grams = self.take(from, line.item, line.grams, time);
            if grams > 0 {
                loaded.push(Line { item: line.item, grams });
            }
        }
        loaded
    }

    /// Goods arrive: put to the stock of the receiver.
    pub(crate) fn unload(&mut self, trip: u32, lines: &[Line]) {
        let t = self.trips[trip as usize];
        for line in lines {
            self.truth.moves.push(Move {
                item: line.item,
                from: t.from,
                to: t.to,
                grams: line.grams,
                departed: t.depart,
                arrived: t.arrive,
            });
            self.put(t.to, *line, t.arrive, t.buyer);
        }
    }

    /// Sold or served; the amounts must have been taken.
    pub(crate) fn sold(&mut self, site: SiteIndex, lines: &[Line], micros: i64) {
        for line in lines {
            self.truth.sales.push(Portion { item: line.item, site, grams: line.grams, micros });
        }
    }

    /// Writes down what is still there, and closes the books.
    pub(crate) fn close(&mut self) {
        for (site, shelf) in self.stock.iter().enumerate() {
            for held in shelf {
                let (item, grams) = (held.item, held.grams);
                let site = site as u32;
                self.truth.stock.push(Portion { item, site, grams, micros: self.horizon });
            }
        }
        self.truth.seal();
    }
}
