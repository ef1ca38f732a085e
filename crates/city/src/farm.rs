//! Farms: harvests, certificates, first sales.

use crate::acts::{Certificate, Line, NONE, Step};
use crate::clock::{self, MINUTE};
use crate::flow::World;
use crate::goods::Goods;
use crate::places::Role;
use crate::truth::SiteIndex;

impl World {
    /// A lot of a farm, with the farm's own short lot number: two farms may well use the same.
    pub(crate) fn harvest(
        &mut self,
        farm: SiteIndex,
        (goods, nth): (Goods, usize),
        text: &str,
        grams: i64,
        time: i64,
    ) -> Line {
        let product = self.product(farm, goods, nth);
        let item = self.create(farm, product, text, grams, time);
        let line = Line { item, grams };
        self.note(Step::Harvest, time, farm, &[line]).part = "F1";
        line
    }

    /// 承诺达标合格证 for a lot.
    pub(crate) fn certify(&mut self, site: SiteIndex, line: Line, time: i64) -> u32 {
        self.certificates.push(Certificate { site, grams: line.grams });
        let number = self.certificates.len() as u32 - 1;
        self.note(Step::Certify, time, site, &[line]).number = number;
        number
    }

    pub(crate) fn sample(&mut self, site: SiteIndex, line: Line, time: i64, positive: bool) {
        let number = self.run_number();
        let act = self.note(Step::Sample, time, site, &[line]);
        act.value = i64::from(positive);
        act.number = number;
    }

    pub(crate) fn vegetable_farms(&mut self, day: i64) {
        let farms = self.all(Role::VegetableFarm);
        for farm in &farms {
            if !self.dice.chance(800) {
                continue;
            }
            let lots = 1 + usize::from(self.dice.chance(350));
            for k in 0..lots {
                let grams = self.dice.log_normal(300, 1.0) * 1000;
                let text = format!("{}-{}", clock::short_date(day), k + 1);
                let time = self.at(day, 5, 120);
                let nth = (self.dice.below(2) + k) % 3;
                let nth = if k == 1 { 2 } else { nth.min(1) };
                let line = self.harvest(*farm, (Goods::Vegetable, nth), &text, grams, time);
                self.first_sale(*farm, line, time);
            }
        }
        // Kitchens of industry buy straight from farms.
        let plants = [self.all(Role::Dumpling), self.all(Role::Pickle)].concat();
        for (k, plant) in plants.into_iter().enumerate() {
            for nth in 0..2 {
                let farm = farms[(self.dice.below(farms.len() / 2) * 2 + nth) % farms.len()];
                let text = format!("{}-{}", clock::short_date(day), 3 + k * 2 + nth);
                let time = self.at(day, 4, 60);
                let grams = self.dice.range(120, 320) * 1000;
                let line = self.harvest(farm, (Goods::Vegetable, nth), &text, grams, time);
                let depart = self.after(time, 30, 90);
                let trip = self.trip(farm, plant, depart);
                self.deliver(trip, &[line]);
            }
        }
    }

    fn first_sale(&mut self, farm: SiteIndex, line: Line, time: i64) {
        let depart = self.after(time, 30, 120);
        let to = match self.dice.below(100) {
            0..=59 => self.first(Role::Hub),
            60..=79 => {
                let list = self.all(Role::Wholesaler);
                self.dice.pick(&list)
            }
            80..=92 => {
                let list = self.all(Role::Shop);
                self.dice.pick(&list)
            }
            _ => self.sites.len() as u32 - 2,
        };
        let certificate =
            if self.dice.chance(600) { self.certify(farm, line, time + 10 * MINUTE) } else { NONE };
        if self.dice.chance(30) {
            self.sample(farm, line, time + 5 * MINUTE, false);
        }
        let trip = self.trip(farm, to, depart);
        self.trips[trip as usize].certificate = certificate;
        if line.grams > 600_000 && !self.is_outside(to) {
            self.deliver_in_two(trip, line);
        } else {
            let grams = if self.dice.chance(100) { line.grams * 9 / 10 } else { line.grams };
            self.deliver(trip, &[Line { item: line.item, grams }]);
        }
        if self.sites[to as usize].role == Some(Role::Shop) {
            let arrive = self.trips[trip as usize].arrive;
            let here = self.held(to, arrive, |g| g == Goods::Vegetable);
            self.sell_off(to, &here, arrive);
        }
    }

    pub(crate) fn pig_farms(&mut self, day: i64) {
        let slaughterhouse = self.first(Role::Slaughterhouse);
        for (k, farm) in self.all(Role::PigFarm).into_iter().enumerate() {
            // Enough for a run of two lots every day.
            if k > 1 && !self.dice.chance(400) {
                continue;
            }
            let time = self.at(day, 15, 60);
            let grams = self.dice.log_normal(2400, 0.4) * 1000;
            let text = format!("{}-1", clock::short_date(day));
            let line = self.harvest(farm, (Goods::Pig, 0), &text, grams, time);
            if self.dice.chance(500) {
                self.certify(farm, line, time + 10 * MINUTE);
            }
            let depart = self.after(time, 30, 90);
            let trip = self.trip(farm, slaughterhouse, depart);
            self.with_carrier(trip, 400);
            self.deliver(trip, &[line]);
        }
    }

    pub(crate) fn with_carrier(&mut self, trip: u32, per_mille: u32) {
        if self.dice.chance(per_mille) {
            let carriers = self.all(Role::Carrier);
            self.trips[trip as usize].carrier = self.dice.pick(&carriers);
        }
    }

    pub(crate) fn grain_farms(&mut self, day: i64, nth: usize) {
        if !nth.is_multiple_of(4) {
            return;
        }
        let mills = self.all(Role::Mill);
        for (k, farm) in self.all(Role::GrainFarm).into_iter().enumerate() {
            let time = self.at(day, 5, 60);
            let grams = self.dice.range(5000, 9000) * 1000;
            let text = format!("W{}", clock::short_date(day));
            let line = self.harvest(farm, (Goods::Grain, 0), &text, grams, time);
            let depart = self.after(time, 30, 60);
            let mill = mills[k / 2 % mills.len()];
            let trip = self.trip(farm, mill, depart);
            self.with_carrier(trip, 500);
            self.deliver_in_two(trip, line);
        }
    }
}
