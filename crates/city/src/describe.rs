//! Counts for a summary.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::acts::NONE;
use crate::acts::{Show, Step};
use crate::city::City;
use crate::record::Face;
use crate::truth::ItemKind;

/// What is in the city.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Description {
    /// Days simulated.
    pub days: usize,
    /// Parties by kind; a party of two kinds counts in both.
    pub parties: BTreeMap<&'static str, usize>,
    /// Parties by district.
    pub districts: BTreeMap<String, usize>,
    /// Documents to post.
    pub documents: usize,
    /// Events by EPCIS type.
    pub events: BTreeMap<&'static str, usize>,
    /// Events by bizStep.
    pub steps: BTreeMap<&'static str, usize>,
    /// Lots and packs by kind.
    pub items: BTreeMap<&'static str, usize>,
    /// Errors of recording, by kind.
    pub errors: BTreeMap<&'static str, usize>,
}

impl City {
    /// Counts parties, events and errors.
    #[must_use]
    pub fn describe(&self) -> Description {
        let mut out = Description {
            days: self.days,
            documents: self.plan.batches.len(),
            ..Description::default()
        };
        for party in &self.parties {
            *out.districts.entry(party.district.clone()).or_default() += 1;
            for kind in &party.kinds {
                *out.parties.entry(kind).or_default() += 1;
            }
        }
        for item in &self.truth.items {
            let kind = match item.kind {
                ItemKind::FarmLot => "farm_lot",
                ItemKind::OutsideLot => "outside_lot",
                ItemKind::Lot => "lot",
                ItemKind::Pack => "pack",
            };
            *out.items.entry(kind).or_default() += 1;
        }
        self.count_records(&mut out);
        out
    }

    fn count_records(&self, out: &mut Description) {
        let mut shipped = vec![(false, false); self.world.trips.len()];
        let mut told = vec![false; self.world.acts.len()];
        for record in &self.plan.records {
            let act = &self.world.acts[record.act as usize];
            let (kind, _, step, _) = act.step.words();
            told[record.act as usize] = true;
            *out.events.entry(kind).or_default() += 1;
            *out.steps.entry(step).or_default() += 1;
            let mut error = |what| *out.errors.entry(what).or_default() += 1;
            match record.face {
                Face::Declared => error("incorrect_data_declared"),
                Face::PhantomDeclared => error("did_not_occur_declared"),
                _ if record.thousandfold => error("kilograms_times_1000"),
                _ if (record.time - act.time).abs() > 60_000_000
                    && record.time != crate::clock::midnight(record.time)
                    && record.face != Face::Inputs =>
                {
                    error("clock_skewed");
                }
                _ => {}
            }
            for trip in [act.trip, act.also].into_iter().filter(|t| *t != NONE) {
                shipped[trip as usize].0 |= act.step == Step::Ship;
                shipped[trip as usize].1 |= act.step == Step::Receive;
            }
        }
        for (act, told) in self.world.acts.iter().zip(told) {
            let hidden = !told && act.trip != NONE && act.show == Show::Always;
            if hidden && matches!(act.step, Step::Ship | Step::Receive) {
                *out.errors.entry("one_sided_shipment").or_default() += 1;
            }
            if !told && act.show == Show::CleanOnly {
                *out.errors.entry("not_recorded").or_default() += 1;
            }
        }
        let late = self.plan.batches.iter().filter(|b| b.late);
        let late: u32 = late.map(|b| b.until - b.from).sum();
        if late > 0 {
            out.errors.insert("posted_late", late as usize);
        }
    }
}
