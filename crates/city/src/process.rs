//! Processors: slaughter, cutting, milling, noodles, pickles.

use crate::acts::{Line, Show, Step};
use crate::clock::{self, HOUR};
use crate::flow::World;
use crate::goods::Goods;
use crate::places::Role;
use crate::production::Run;
use crate::truth::SiteIndex;

/// Grams of each, summed.
pub(crate) fn total(lines: &[Line]) -> i64 {
    lines.iter().map(|l| l.grams).sum()
}

/// Cuts a list of amounts so that its sum is at most `most`.
pub(crate) fn at_most(lines: &[Line], most: i64) -> Vec<Line> {
    let mut left = most;
    let mut out = Vec::new();
    for line in lines {
        let grams = line.grams.min(left);
        if grams > 0 {
            out.push(Line { item: line.item, grams });
        }
        left -= grams;
    }
    out
}

/// `part` per mille of `grams`, in whole `step` grams.
pub(crate) fn share(grams: i64, part: i64, step: i64) -> i64 {
    grams * part / 1000 / step * step
}

impl World {
    pub(crate) fn lot_text(&mut self, letter: &str, site: SiteIndex, time: i64) -> String {
        format!("{letter}{}{:03}", clock::short_date(time), self.number(site))
    }

    /// A run with one start, one end and all its outputs.
    pub(crate) fn run(
        &mut self,
        (site, part): (SiteIndex, &'static str),
        (start, hours): (i64, i64),
        inputs: &[Line],
        outputs: &[(u32, String, i64)],
    ) -> Vec<u32> {
        let end = (start + hours * HOUR).min(self.horizon - clock::SECOND);
        let (step, show) = (Step::Transform, Show::Always);
        self.transform(&Run { step, show, site, part, start, end, inputs, outputs })
    }

    /// Pigs of yesterday become carcasses, carcasses of the night become cuts.
    pub(crate) fn meat(&mut self, day: i64) {
        let slaughterhouse = self.first(Role::Slaughterhouse);
        let cutter = self.first(Role::Cutter);
        let carcass = self.product(slaughterhouse, Goods::Carcass, 0);
        let offal = self.product(slaughterhouse, Goods::Offal, 0);
        let start = self.at(day, 1, 30);
        let pigs = self.held(slaughterhouse, start, |g| g == Goods::Pig);
        for (k, group) in pigs.chunks(3).enumerate() {
            let sum = total(group);
            let outputs = [
                (carcass, self.lot_text("T", slaughterhouse, day), share(sum, 740, 100)),
                (offal, self.lot_text("F", slaughterhouse, day), share(sum, 80, 100)),
            ];
            let begin = start + k as i64 * HOUR;
            let made = self.run((slaughterhouse, "L1"), (begin, 2), group, &outputs);
            let depart = self.after(begin + 2 * HOUR, 10, 40);
            let trip = self.trip(slaughterhouse, cutter, depart);
            self.with_carrier(trip, 300);
            if let Some(item) = made.first() {
                self.deliver(trip, &[Line { item: *item, grams: outputs[0].2 }]);
            }
        }
        self.ship_out(slaughterhouse, day + 6 * HOUR, Goods::Offal, &[Role::Hub]);
        let start = self.at(day, 9, 30);
        let carcasses = self.held(cutter, start, |g| g == Goods::Carcass);
        for group in carcasses.chunks(2) {
            let sum = total(group);
            let outputs = [
                (
                    self.product(cutter, Goods::Cuts, 0),
                    self.lot_text("C", cutter, day),
                    share(sum, 720, 100),
                ),
                (
                    self.product(cutter, Goods::Offal, 0),
                    self.lot_text("Z", cutter, day),
                    share(sum, 250, 100),
                ),
            ];
            self.run((cutter, "L1"), (start, 2), group, &outputs);
        }
        self.ship_out(cutter, day + 12 * HOUR, Goods::Cuts, &[Role::Dumpling, Role::Hub]);
        self.ship_out(cutter, day + 12 * HOUR, Goods::Offal, &[Role::Hub]);
    }

    /// Ships what a processor has to buyers of these roles in equal parts.
    pub(crate) fn ship_out(&mut self, from: SiteIndex, time: i64, goods: Goods, to: &[Role]) {
        let lines = self.held(from, time, |g| g == goods);
        let buyers: Vec<SiteIndex> = to.iter().flat_map(|r| self.all(*r)).collect();
        for line in lines {
            let case = self.products[self.truth.items[line.item as usize].product as usize].case;
            let step = case.max(100);
            let each = line.grams / buyers.len() as i64 / step * step;
            for buyer in &buyers {
                if each > 0 {
                    let depart = self.after(time, 10, 50);
                    let trip = self.trip(from, *buyer, depart);
                    self.with_carrier(trip, 250);
                    self.deliver(trip, &[Line { item: line.item, grams: each }]);
                }
            }
        }
    }

    pub(crate) fn mills(&mut self, day: i64) {
        for mill in self.all(Role::Mill) {
            let start = self.at(day, 10, 60);
            let grain = self.held(mill, start, |g| g == Goods::Grain);
            let need: Vec<Line> = grain
                .iter()
                .take(3)
                .map(|l| Line { item: l.item, grams: l.grams.min(1_500_000) })
                .collect();
            if need.is_empty() {
                continue;
            }
            let flour = self.product(mill, Goods::Flour, 0);
            let text = self.lot_text("M", mill, day);
            let outputs = [(flour, text, share(total(&need), 780, 25_000))];
            self.run((mill, "L1"), (start, 3), &need, &outputs);
            let buyers = [Role::Dumpling, Role::Noodle, Role::Hub];
            self.ship_out(mill, day + 15 * HOUR, Goods::Flour, &buyers);
        }
    }

    pub(crate) fn noodles(&mut self, day: i64) {
        let plant = self.first(Role::Noodle);
        let start = self.at(day, 3, 40);
        let flour = self.held(plant, start, |g| g == Goods::Flour);
        let inputs = at_most(&flour, 1_200_000);
        if inputs.is_empty() {
            return;
        }
        let text = self.lot_text("N", plant, day);
        let product = self.product(plant, Goods::Noodle, 0);
        let outputs = [(product, text, share(total(&inputs), 980, 5000))];
        self.run((plant, "L1"), (start, 4), &inputs, &outputs);
        self.ship_out(plant, day + 8 * HOUR, Goods::Noodle, &[Role::Hub, Role::Wholesaler]);
    }

    pub(crate) fn pickles(&mut self, day: i64) {
        let plant = self.first(Role::Pickle);
        let start = self.at(day, 13, 40);
        let inputs = self.held(plant, start, |g| g == Goods::Vegetable);
        if inputs.len() < 3 {
            return;
        }
        let text = self.lot_text("P", plant, day);
        let product = self.product(plant, Goods::Pickle, 0);
        let outputs = [(product, text, share(total(&inputs), 900, 6000))];
        self.run((plant, "L1"), (start, 5), &inputs, &outputs);
        self.ship_out(plant, day + 19 * HOUR, Goods::Pickle, &[Role::Hub, Role::Wholesaler]);
    }
}
