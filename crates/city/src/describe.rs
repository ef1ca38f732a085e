//! Counts for a summary.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::city::City;
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
        for record in &self.plan.records {
            let (kind, _, step, _) = self.world.acts[record.act as usize].step.words();
            *out.events.entry(kind).or_default() += 1;
            *out.steps.entry(step).or_default() += 1;
        }
        for mistake in self.mistakes() {
            *out.errors.entry(mistake.kind).or_default() += 1;
        }
    }
}
