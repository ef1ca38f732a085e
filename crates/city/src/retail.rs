//! Shops and kitchens: what they sell, cook, serve and throw away.

use crate::acts::{Line, NONE, Show, Step};
use crate::clock::{HOUR, MINUTE};
use crate::flow::World;
use crate::goods::Goods;
use crate::places::Role;
use crate::process::total;
use crate::production::Run;
use crate::truth::SiteIndex;

impl World {
    /// What a shop or kitchen does with goods in the hours and days after they came.
    pub(crate) fn sell_off(&mut self, site: SiteIndex, lines: &[Line], arrive: i64) {
        match self.sites[site as usize].role {
            Some(Role::School) => self.cook(site, lines, arrive, 900),
            Some(Role::Restaurant) if self.dice.chance(400) => self.cook(site, lines, arrive, 850),
            Some(Role::Restaurant) => self.sell(site, lines, arrive, Step::Serve, 950),
            _ => {
                let (packs, rest): (Vec<Line>, Vec<Line>) =
                    lines.iter().partition(|l| self.labels[l.item as usize].lot != NONE);
                for some in packs.chunks(3) {
                    self.sell(site, some, arrive, Step::Sell, 1000);
                }
                for line in rest {
                    let green = self.goods(line.item) == Goods::Vegetable;
                    let loose = green && self.dice.chance(400);
                    let step = if loose { Step::SellLoose } else { Step::Sell };
                    self.sell(site, &[line], arrive, step, 550);
                    if self.dice.chance(550) {
                        self.sell(site, &[line], arrive + 3 * HOUR, step, 300);
                    }
                    if self.dice.chance(60) {
                        let time = self.after(arrive + 8 * HOUR, 0, 1200);
                        self.destroy(site, &[line], time);
                    }
                }
            }
        }
    }

    fn sell(&mut self, site: SiteIndex, lines: &[Line], from: i64, step: Step, part: i64) {
        let time = self.after(from, 60, 420);
        let mut sold = Vec::new();
        for line in lines {
            let want =
                if part == 1000 { line.grams } else { (line.grams * part / 100_000 * 100).max(1) };
            let grams = self.take(site, line.item, want, time);
            if grams > 0 {
                sold.push(Line { item: line.item, grams });
            }
        }
        if !sold.is_empty() {
            self.sold(site, &sold, time);
            self.note(step, time, site, &sold);
        }
    }

    /// A kitchen cooks everything that came into one meal lot and serves it.
    fn cook(&mut self, site: SiteIndex, lines: &[Line], arrive: i64, part: i64) {
        let start = self.after(arrive, 40, 120);
        let end = self.after(start, 30, 90);
        let product = self.product(site, Goods::Meal, 0);
        let grams = (total(lines) * part / 100_000 * 100).max(1);
        let outputs = [(product, self.lot_text("C", site, start), grams)];
        let (step, show) = (Step::Cook, Show::Always);
        let run = Run { step, show, site, part: "", start, end, inputs: lines, outputs: &outputs };
        let made = self.transform(&run);
        if let Some(item) = made.first().copied() {
            let held = self.held(site, end, |_| true);
            let grams = held.iter().find(|l| l.item == item).map_or(0, |l| l.grams);
            if self.sites[site as usize].role == Some(Role::School) && self.dice.chance(100) {
                self.sample(site, Line { item, grams }, end, false);
            }
            self.sell(site, &[Line { item, grams }], end - 50 * MINUTE, Step::Serve, 980);
        }
    }
}
