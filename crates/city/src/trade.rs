//! Trade: imports, the market, orders, shops and kitchens.

use crate::acts::{Line, Show, Step};
use crate::clock::{self, DAY, HOUR, MINUTE};
use crate::flow::World;
use crate::goods::Goods;
use crate::places::Role;
use crate::process::{at_most, total};
use crate::production::Run;
use crate::transport::Style;
use crate::truth::SiteIndex;

impl World {
    /// Frozen goods from abroad, kept in a cold store for the importer.
    pub(crate) fn imports(&mut self, day: i64, nth: usize) {
        for (k, importer) in self.all(Role::Importer).into_iter().enumerate() {
            if !(nth + k).is_multiple_of(3) {
                continue;
            }
            let port = self.port();
            let product = self.product(importer, Goods::Frozen, (nth / 3) % 2);
            let country = self.products[product as usize].country;
            let text = format!("{country}-{}-{}", clock::short_date(day - 40 * DAY), nth + 100);
            let made = day - DAY;
            let grams = self.dice.range(1500, 4000) * 1000;
            let item = self.create(port, product, &text, grams, made);
            let depart = self.at(day, 6, 60);
            let stores = self.all(Role::ColdStore);
            let store = stores[k % stores.len()];
            let trip = self.trip(port, store, depart);
            let arrive = self.trips[trip as usize].arrive;
            self.trips[trip as usize].seller = importer;
            self.trips[trip as usize].buyer = importer;
            let line = Line { item, grams };
            self.deliver(trip, &[line]);
            let time = self.after(arrive, 30, 90);
            self.sample(store, line, time, false);
        }
    }

    /// The market sells to a dealer outside the city.
    pub(crate) fn sell_outside(&mut self, day: i64) {
        let hub = self.first(Role::Hub);
        let time = self.at(day, 11, 60);
        let held = self.held(hub, time, Goods::is_for_sale);
        let lines: Vec<Line> =
            self.dice.sample(&held, 3).into_iter().map(|l| self.portion(l)).collect();
        let trip = self.trip(hub, self.sites.len() as u32 - 1, time);
        self.deliver(trip, &lines);
    }

    /// The port outside the city; see `places::sites`.
    fn port(&self) -> SiteIndex {
        self.sites.len() as u32 - 3
    }

    /// The market buys outside the city where farms do not bring enough.
    pub(crate) fn outside_goods(&mut self, day: i64, want: i64) {
        let hub = self.first(Role::Hub);
        let there = total(&self.held(hub, day + 4 * HOUR, |g| g == Goods::Vegetable));
        let from = self.sites.len() as u32 - 4;
        let mut missing = want - there;
        let mut k = 0;
        while missing > 0 && k < 6 {
            let grams = self.dice.range(2500, 7000) * 1000;
            let kinds = self.products.len() as u32;
            let text = format!("YG{}{k}", clock::short_date(day));
            let item = self.create(from, kinds - 1 - k, &text, grams, day - 8 * HOUR);
            let depart = self.at(day, 1, 60);
            let trip = self.trip(from, hub, depart);
            self.deliver(trip, &[Line { item, grams }]);
            missing -= grams;
            k += 1;
        }
    }

    /// Wholesalers fill up at the market.
    pub(crate) fn restock(&mut self, day: i64) {
        let hub = self.first(Role::Hub);
        for buyer in self.all(Role::Wholesaler) {
            let time = self.at(day, 4, 60);
            let held = self.held(hub, time, |g| g.is_for_sale() && g != Goods::Bag);
            let lines: Vec<Line> = self
                .dice
                .sample(&held, 4)
                .into_iter()
                .map(|l| Line { item: l.item, grams: l.grams.min(120_000) })
                .collect();
            let trip = self.trip(hub, buyer, time);
            self.deliver(trip, &lines);
        }
    }

    /// The market divides the silo lot: every bag has a lot of its own.
    pub(crate) fn bags(&mut self, day: i64, count: usize) {
        let hub = self.first(Role::Hub);
        let product = self.product(hub, Goods::Bag, 0);
        let mut left = count;
        let mut k = 0;
        while left > 0 {
            let start = (day + 5 * HOUR + k * 20 * MINUTE).min(day + 20 * HOUR);
            let silo = self.held(hub, start, |g| g == Goods::Silo);
            let n = left.min(20);
            let outputs: Vec<_> =
                (0..n).map(|_| (product, self.lot_text("B", hub, day), 25_000)).collect();
            let inputs = at_most(&silo, n as i64 * 25_000);
            if total(&inputs) < n as i64 * 25_000 {
                return;
            }
            let (step, show, end) = (Step::Repack, Show::Always, start + 15 * MINUTE);
            let (inputs, outputs) = (inputs.as_slice(), outputs.as_slice());
            self.transform(&Run { step, show, site: hub, part: "L1", start, end, inputs, outputs });
            left -= n;
            k += 1;
        }
    }

    fn supplier(&mut self, retailer: SiteIndex) -> SiteIndex {
        let list = match self.dice.below(100) {
            0..=59 => self.all(Role::Hub),
            60..=81 => self.all(Role::Wholesaler),
            82..=93 => self.all(Role::ColdStore),
            _ if self.sites[retailer as usize].role == Some(Role::School) => self.all(Role::Hub),
            _ => self.all(Role::Wholesaler),
        };
        self.dice.pick(&list)
    }

    /// One order of a shop or kitchen, from choosing to selling. False where nothing was there.
    pub(crate) fn order(&mut self, day: i64, retailer: SiteIndex, first: Option<u32>) -> bool {
        let from = if first.is_some() { self.first(Role::Hub) } else { self.supplier(retailer) };
        let hour = self.dice.range(4, 16);
        let depart = self.at(day, hour, 60).max(if first.is_some() { day + 11 * HOUR } else { 0 });
        let held = self.held(from, depart, Goods::is_for_sale);
        self.orders += 1;
        let lots = 1 + self.dice.below(4);
        let lots = if self.orders % 40 == 7 { lots.max(2) } else { lots };
        let mut wish = self.dice.sample(&held, lots);
        // Bags go out in the order they were filled.
        let bag = held.iter().find(|l| self.goods(l.item) == Goods::Bag);
        if let Some(bag) = bag.filter(|_| self.dice.chance(300)) {
            wish.retain(|l| l.item != bag.item);
            wish.insert(0, *bag);
        }
        if let Some(line) = held.iter().find(|l| Some(l.item) == first) {
            wish.retain(|l| l.item != line.item);
            wish.insert(0, *line);
        }
        let lines: Vec<Line> = wish.into_iter().map(|l| self.portion(l)).collect();
        let Some(head) = lines.first().copied() else { return false };
        let owner = self.stock[from as usize]
            .iter()
            .find(|h| h.item == head.item)
            .map_or(from, |h| h.owner);
        let trip = self.trip(from, retailer, depart);
        self.trips[trip as usize].seller = owner;
        let style = match self.dice.below(100) {
            0..=11 => Style::Crate,
            12..=19 => Style::Pallet,
            20..=22 => Style::Nested,
            _ => Style::Plain,
        };
        let style = if self.orders % 40 == 7 { Style::Nested } else { style };
        let got = match style {
            Style::Plain => {
                self.with_carrier(trip, 40);
                self.deliver(trip, &lines)
            }
            other => self.deliver_packed(trip, &lines, other),
        };
        if got.is_empty() {
            return false;
        }
        let arrive = self.trips[trip as usize].arrive;
        if self.dice.chance(30) {
            let number = self.number(retailer);
            let act = self.note(Step::Order, arrive + MINUTE, retailer, &got);
            act.number = number;
            act.trip = trip;
        }
        let back = self.dice.chance(8) || self.orders % 90 == 11;
        if back && day + DAY < self.horizon {
            self.give_back(trip, head);
        }
        self.sell_off(retailer, &got, arrive);
        true
    }

    /// Five to fifty kilograms of a lot, in whole cases where it comes in cases.
    fn portion(&mut self, line: Line) -> Line {
        let case = self.products[self.truth.items[line.item as usize].product as usize].case;
        let want = self.dice.log_normal(16, 0.6) * 1000 + self.dice.range(0, 9) * 100;
        let want = if case > 0 { (want / case).max(1) * case } else { want };
        // A little that would be left over goes along.
        let grams = if line.grams < want + 1500 { line.grams } else { want };
        Line { item: line.item, grams }
    }

    /// Everyone throws away what is too old.
    pub(crate) fn tidy_stock(&mut self, day: i64) {
        let sellers = [self.all(Role::Hub), self.all(Role::Wholesaler)].concat();
        for site in sellers {
            let keeps = |g| matches!(g, Goods::Silo | Goods::Bag | Goods::Frozen);
            let old = self.held(site, day - 2 * DAY, |g| !keeps(g));
            self.destroy(site, &old, day + 22 * HOUR);
        }
        let plants =
            [Role::Slaughterhouse, Role::Cutter, Role::Dumpling, Role::Noodle, Role::Pickle];
        for site in plants.into_iter().flat_map(|r| self.all(r)).collect::<Vec<_>>() {
            let old = self.held(site, day - 8 * DAY, |_| true);
            self.destroy(site, &old, day + 21 * HOUR);
        }
        for site in self.all(Role::ColdStore) {
            let old = self.held(site, day - 40 * DAY, |_| true);
            self.destroy(site, &old, day + 21 * HOUR);
        }
        // Shops and kitchens clear their shelves once in six days, each on its own day.
        let kitchens = [self.all(Role::Restaurant), self.all(Role::School)].concat();
        for site in [self.all(Role::Shop), kitchens].concat() {
            if (day / DAY + i64::from(site)) % 6 == 0 {
                let old = self.held(site, day - 4 * DAY, |_| true);
                self.destroy(site, &old, day + 21 * HOUR);
            }
        }
    }
}
