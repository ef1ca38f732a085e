//! The dairy with its tank and rework, and the dumpling plants with their lines and packs.

use crate::acts::{Line, Step};
use crate::clock::{self, HOUR, MINUTE};
use crate::flow::World;
use crate::goods::Goods;
use crate::places::Role;
use crate::process::{at_most, share, total};
use crate::truth::SiteIndex;

/// Grams of one serialised pack of dumplings.
const PACK: i64 = 500;

impl World {
    /// Milk of the morning: two farms in one receipt, one tank, pasteurised, bottled; a little of
    /// yesterday's milk goes back into the tank.
    pub(crate) fn dairy(&mut self, day: i64) {
        let dairy = self.first(Role::Dairy);
        let text = format!("{}-1", clock::short_date(day));
        let mut trips = Vec::new();
        for farm in self.all(Role::DairyFarm) {
            let time = self.at(day, 4, 50);
            let grams = self.dice.range(500, 1600) * 1000;
            let line = self.harvest(farm, (Goods::RawMilk, 0), &text, grams, time);
            let depart = self.after(time, 15, 30);
            trips.push((self.trip(farm, dairy, depart), line));
        }
        let mut rest = trips.as_slice();
        while let [a, b, tail @ ..] = rest {
            self.deliver_together([a.0, b.0], [a.1, b.1]);
            rest = tail;
        }
        for (trip, line) in rest {
            self.deliver(*trip, &[*line]);
        }
        let start = self.at(day, 9, 20);
        let mut inputs = self.held(dairy, start, |g| g == Goods::RawMilk);
        let rework = self.held(dairy, start, |g| g == Goods::Milk);
        let share_back = total(&inputs) * 2 / 100 / 1000 * 1000;
        inputs.extend(at_most(&rework, share_back));
        let tank = self.product(dairy, Goods::TankMilk, 0);
        let tank_lot = (tank, self.lot_text("G", dairy, day), share(total(&inputs), 995, 1000));
        let made = self.run((dairy, "T1"), (start, 1), &inputs, std::slice::from_ref(&tank_lot));
        let Some(item) = made.first().copied() else { return };
        let heated = start + HOUR + clock::HOUR / 2;
        let act = self.note(Step::Kill, heated, dairy, &[Line { item, grams: tank_lot.2 }]);
        act.part = "T1";
        act.start = start + HOUR;
        act.value = 75_000;
        let milk = self.product(dairy, Goods::Milk, 0);
        let half = share(tank_lot.2, 490, 5000);
        let outputs: Vec<_> =
            (0..2).map(|_| (milk, self.lot_text("Y", dairy, day), half)).collect();
        let input = [Line { item, grams: tank_lot.2 }];
        self.run((dairy, "L1"), (heated + HOUR / 2, 2), &input, &outputs);
        let sell = day + 14 * HOUR;
        for line in self.held(dairy, sell, |g| g == Goods::Milk) {
            // A rest stays for the rework of tomorrow.
            let grams = share(line.grams, 300, 5000);
            let buyers = [self.all(Role::Hub), self.all(Role::Wholesaler)].concat();
            for buyer in self.dice.sample(&buyers, 3) {
                let depart = self.after(sell, 10, 60);
                let trip = self.trip(dairy, buyer, depart);
                self.with_carrier(trip, 400);
                self.deliver(trip, &[Line { item: line.item, grams }]);
            }
        }
        let old = self.held(dairy, day, |g| g == Goods::Milk);
        self.destroy(dairy, &old, day + 20 * HOUR);
    }

    /// Destroys lots that nobody wants any more.
    pub(crate) fn destroy(&mut self, site: SiteIndex, lines: &[Line], time: i64) {
        let mut gone = Vec::new();
        for line in lines {
            let grams = self.take(site, line.item, line.grams, time);
            if grams > 0 {
                self.lose(site, line.item, grams, time);
                gone.push(Line { item: line.item, grams });
            }
        }
        for chunk in gone.chunks(20) {
            self.note(Step::Destroy, time, site, chunk);
        }
    }

    pub(crate) fn clean_line(&mut self, site: SiteIndex, line: &'static str, time: i64) {
        self.note(Step::Clean, time, site, &[]).part = line;
    }

    /// Dumplings on two lines: flour, cuts and vegetables, several lots of each.
    pub(crate) fn dumplings(&mut self, day: i64) {
        for plant in self.all(Role::Dumpling) {
            let early = self.at(day, 2, 30);
            self.clean_line(plant, "L1", early);
            self.clean_line(plant, "L2", early + HOUR / 4);
            let mut lots = Vec::new();
            for (k, hour) in [8, 11, 14, 17].into_iter().enumerate() {
                let line = if k == 2 { "L2" } else { "L1" };
                let start = self.at(day, hour, 20);
                if let Some(made) = self.dumpling_run((plant, line), start, 4 - k as i64) {
                    lots.push(made);
                }
            }
            let noon = day + 13 * HOUR + 40 * MINUTE;
            self.clean_line(plant, "L1", noon);
            for lot in lots {
                self.sell_dumplings(plant, lot, day);
            }
        }
    }

    /// One run; `left` runs share what is there.
    fn dumpling_run(
        &mut self,
        (plant, line): (SiteIndex, &'static str),
        start: i64,
        left: i64,
    ) -> Option<Line> {
        let part = |w: &Self, goods, kinds: usize, most: i64| -> Vec<Line> {
            let mut held = w.held(plant, start, |g| g == goods);
            // The newest first, so that every lot has its turn.
            held.reverse();
            held.truncate(kinds);
            for l in &mut held {
                l.grams = (l.grams / left.max(1)).min(most) / 100 * 100;
            }
            held.retain(|l| l.grams >= 1000);
            held
        };
        let kinds = 1 + self.dice.below(3);
        let flour = part(self, Goods::Flour, 1 + kinds / 3, 300_000);
        let meat = part(self, Goods::Cuts, 1 + kinds, 150_000);
        let greens = part(self, Goods::Vegetable, 2 + kinds, 150_000);
        if flour.is_empty() || meat.is_empty() || greens.is_empty() {
            return None;
        }
        let inputs = [flour, meat, greens].concat();
        let product = self.product(plant, Goods::Dumpling, 0);
        let grams = share(total(&inputs), 985, 10_000);
        let output = (product, self.lot_text("D", plant, start), grams);
        let made = self.run((plant, line), (start, 2), &inputs, std::slice::from_ref(&output));
        made.first().map(|item| Line { item: *item, grams })
    }

    /// Some packs get serial numbers; cases go to the market, to shops and into the cold store.
    fn sell_dumplings(&mut self, plant: SiteIndex, lot: Line, day: i64) {
        let time = day + 20 * HOUR;
        if self.held(plant, time, |_| true).iter().all(|l| l.item != lot.item) {
            return;
        }
        let packs = self.packs(plant, lot.item, 12, PACK, time - HOUR / 2);
        if !packs.is_empty() {
            self.note(Step::Commission, time - HOUR / 2, plant, &packs);
            let shops = self.all(Role::Shop);
            let shop = self.dice.pick(&shops);
            let depart = self.after(time, 5, 30);
            let trip = self.trip(plant, shop, depart);
            let got = self.deliver_packed(trip, &packs, crate::transport::Style::Pallet);
            let arrive = self.trips[trip as usize].arrive;
            self.sell_off(shop, &got, arrive);
        }
        let rest = self.held(plant, time, |g| g == Goods::Dumpling);
        let Some(rest) = rest.iter().find(|l| l.item == lot.item) else { return };
        let half = share(rest.grams, 470, 10_000);
        if half == 0 {
            return;
        }
        let stores = self.all(Role::ColdStore);
        let store = self.dice.pick(&stores);
        for buyer in [self.first(Role::Hub), store] {
            let depart = self.after(time, 10, 60);
            let trip = self.trip(plant, buyer, depart);
            self.with_carrier(trip, 400);
            // In the cold store the goods stay the plant's.
            if buyer == store {
                self.trips[trip as usize].buyer = plant;
            }
            self.deliver(trip, &[Line { item: lot.item, grams: half }]);
        }
    }
}
