//! The errors of recording, each with the record that shows it.

use crate::acts::{NONE, Show, Step};
use crate::city::City;
use crate::clock;
use crate::record::{Face, Record};

/// An error of recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Its name in [`crate::Description::errors`].
    pub kind: &'static str,
    /// The record that is wrong, or that shows what is missing: its document, and which of that
    /// document's events it is. None where nothing shows it: another record says what is missing,
    /// or none speaks of it at all.
    pub shown_by: Option<(usize, usize)>,
}

/// Which records speak of a trip.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    shipment: Option<(usize, usize)>,
    receipt: Option<(usize, usize)>,
    /// A carrier, or the recipient's word that the goods of an order are there.
    by_others: bool,
}

impl City {
    /// All errors of recording.
    #[must_use]
    pub fn mistakes(&self) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        let mut trips = vec![Told::default(); self.world.trips.len()];
        let mut is_told = vec![false; self.world.acts.len()];
        for (document, batch) in self.plan.batches.iter().enumerate() {
            let records = &self.plan.records[batch.from as usize..batch.until as usize];
            for (ordinal, record) in records.iter().enumerate() {
                let shown_by = Some((document, ordinal));
                is_told[record.act as usize] = true;
                let act = &self.world.acts[record.act as usize];
                for trip in [act.trip, act.also].into_iter().filter(|trip| *trip != NONE) {
                    let told = &mut trips[trip as usize];
                    match act.step {
                        Step::Ship => told.shipment = shown_by,
                        Step::Receive => told.receipt = shown_by,
                        Step::Depart | Step::Arrive | Step::Order => told.by_others = true,
                        _ => {}
                    }
                }
                let late = batch.late && self.is_late(record, batch.post);
                let late = late.then_some("posted_late");
                let kinds = self.kind(record).into_iter().chain(late);
                mistakes.extend(kinds.map(|kind| Mistake { kind, shown_by }));
            }
        }
        for (act, _) in self.world.acts.iter().zip(is_told).filter(|(_, is_told)| !is_told) {
            let told = trips.get(act.trip as usize).copied().unwrap_or_default();
            let other_side = match act.step {
                Step::Ship => told.receipt,
                Step::Receive => told.shipment,
                _ => None,
            };
            let is_side = matches!(act.step, Step::Ship | Step::Receive) && act.trip != NONE;
            let shown_by = other_side.filter(|_| !told.by_others);
            if is_side && act.show == Show::Always {
                mistakes.push(Mistake { kind: "one_sided_shipment", shown_by });
            }
            if act.show == Show::CleanOnly {
                mistakes.push(Mistake { kind: "not_recorded", shown_by: None });
            }
        }
        mistakes
    }

    /// Posted more than a day later? One without a time may be of any moment of its day. Readings
    /// are judged by the question about the room, and what is taken back is not asked for.
    fn is_late(&self, record: &Record, post: i64) -> bool {
        let act = &self.world.acts[record.act as usize];
        let is_date = record.time == clock::midnight(record.time);
        let latest = if is_date { record.time + clock::DAY } else { record.time };
        let stands = matches!(record.face, Face::Whole | Face::Inputs | Face::Outputs);
        stands && act.step != Step::Sense && post - latest > clock::DAY
    }

    /// What is wrong with a record itself.
    fn kind(&self, record: &Record) -> Option<&'static str> {
        let act = &self.world.acts[record.act as usize];
        let is_skewed = (record.time - act.time).abs() > clock::MINUTE
            && record.time != clock::midnight(record.time)
            && record.face != Face::Inputs;
        match record.face {
            Face::Declared => Some("incorrect_data_declared"),
            Face::PhantomDeclared => Some("did_not_occur_declared"),
            _ if record.thousandfold => Some("kilograms_times_1000"),
            _ => is_skewed.then_some("clock_skewed"),
        }
    }
}
