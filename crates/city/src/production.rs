//! Production: inputs become outputs, and every gram of them is booked.

use crate::acts::{Act, Line, Show, Step};
use crate::flow::{Label, World};
use crate::identifiers::{self, Spelling};
use crate::truth::{Flow, ItemKind, Portion, SiteIndex, TruthItem};

/// A production run.
pub(crate) struct Run<'a> {
    pub(crate) step: Step,
    pub(crate) show: Show,
    pub(crate) site: SiteIndex,
    pub(crate) part: &'static str,
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) inputs: &'a [Line],
    /// Product, lot number, grams.
    pub(crate) outputs: &'a [(u32, String, i64)],
}

impl World {
    pub(crate) fn run_number(&mut self) -> u32 {
        self.runs += 1;
        self.runs
    }

    /// Takes the inputs at `start`, makes the outputs at `end`; what is left of the inputs is
    /// loss. Outputs weigh no more than inputs.
    pub(crate) fn transform(&mut self, run: &Run<'_>) -> Vec<u32> {
        let mut inputs = Vec::new();
        for line in run.inputs {
            let grams = self.take(run.site, line.item, line.grams, run.start);
            if grams > 0 {
                inputs.push(Line { item: line.item, grams });
            }
        }
        if inputs.is_empty() {
            return Vec::new();
        }
        let total: i64 = inputs.iter().map(|l| l.grams).sum();
        let mut left: Vec<i64> = inputs.iter().map(|l| l.grams).collect();
        let mut outputs: Vec<Line> = Vec::new();
        for (product, text, grams) in run.outputs {
            let grams = (*grams).min(left.iter().sum());
            if grams < 1 {
                continue;
            }
            let item = self.new_lot(*product, text, ItemKind::Lot, run.end);
            self.divide(run, &inputs, &mut left, item, grams);
            self.put(run.site, Line { item, grams }, run.end, run.site);
            outputs.push(Line { item, grams });
        }
        debug_assert!(outputs.iter().map(|l| l.grams).sum::<i64>() <= total);
        for (line, grams) in inputs.iter().zip(left) {
            self.lose(run.site, line.item, grams, run.end);
        }
        let made = outputs.iter().map(|l| l.item).collect();
        let number = self.run_number();
        let mut act = Act::new(run.step, run.end, run.site);
        act.start = run.start;
        act.part = run.part;
        act.show = run.show;
        act.lines = inputs;
        act.outputs = outputs;
        act.number = number;
        self.acts.push(act);
        made
    }

    /// Books the shares of the inputs in one output, in proportion to what is left of them.
    fn divide(&mut self, run: &Run<'_>, inputs: &[Line], left: &mut [i64], to: u32, grams: i64) {
        let total: i64 = left.iter().sum();
        let mut shares: Vec<i64> =
            left.iter().map(|l| (grams * l / total).max(1).min(*l)).collect();
        let mut rest = grams - shares.iter().sum::<i64>();
        for (share, left) in shares.iter_mut().zip(left.iter()) {
            let least = if *left > 0 { 1 - *share } else { 0 };
            let change = if rest >= 0 { rest.min(*left - *share) } else { rest.max(least) };
            *share += change;
            rest -= change;
        }
        for ((line, share), left) in inputs.iter().zip(shares).zip(left.iter_mut()) {
            *left -= share;
            if share > 0 {
                self.truth.flows.push(Flow {
                    from: line.item,
                    to,
                    site: run.site,
                    grams: share,
                    micros: run.end,
                    recorded: run.show != Show::CleanOnly || self.fate.clean,
                });
            }
        }
    }

    pub(crate) fn lose(&mut self, site: SiteIndex, item: u32, grams: i64, micros: i64) {
        if grams > 0 {
            self.truth.waste.push(Portion { item, site, grams, micros });
        }
    }

    /// Makes serialised packs of one lot that lies at a site.
    pub(crate) fn packs(
        &mut self,
        site: SiteIndex,
        lot: u32,
        count: i64,
        each: i64,
        time: i64,
    ) -> Vec<Line> {
        let product = self.truth.items[lot as usize].product;
        let mut made = Vec::new();
        for _ in 0..count {
            if self.take(site, lot, each, time) < each {
                break;
            }
            let serial = format!("{:08}", self.number(site));
            let gtin = &self.products[product as usize].gtin;
            let id = identifiers::pack(gtin, None, &serial, Spelling::Link).into();
            self.truth.items.push(TruthItem { id, kind: ItemKind::Pack, product });
            self.labels.push(Label { text: serial.into(), lot, made: time });
            let item = self.truth.items.len() as u32 - 1;
            let flow =
                Flow { from: lot, to: item, site, grams: each, micros: time, recorded: true };
            self.truth.flows.push(flow);
            self.put(site, Line { item, grams: each }, time, site);
            made.push(Line { item, grams: each });
        }
        made
    }
}
