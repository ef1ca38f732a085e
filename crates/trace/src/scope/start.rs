//! Where suspicion starts: lots and units, what a supplier made or shipped, or what was at a place.

use laiqu_epcis::facts::ItemRole;

use crate::intern::{IdSet, id32};
use crate::question::{Interval, Start};
use crate::scope::network::{Key, Network, Slot};
use crate::scope::presence::{Presence, presence};
use crate::scope::puts::is_part;
use crate::scope::reason::{ScopeGrade, ScopeReason, Why};
use crate::scope::resources::items_at;
use crate::starts::{recorded, supplied};
use crate::timeline::Kind;

/// A holding that suspicion starts at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seed {
    pub(crate) key: Key,
    /// First moment at which the hazard can be there.
    pub(crate) since: i64,
    /// Last moment at which it can have come there, and into the item.
    pub(crate) arrived: i64,
    pub(crate) infected: i64,
    pub(crate) grade: ScopeGrade,
    pub(crate) why: Why,
}

impl Network<'_, '_> {
    /// The seeds of the question, in an order that no arrival changes.
    pub(crate) fn seeds(&mut self) -> Vec<Seed> {
        let question = self.question;
        self.seeds_of(&question.start)
    }

    /// The seeds of a start.
    pub(crate) fn seeds_of(&mut self, start: &Start) -> Vec<Seed> {
        let mut seeds = Vec::new();
        match start {
            Start::Items(ids) => {
                for item in ids.iter().filter_map(|id| recorded(self.view, id)) {
                    self.seed_item(item, &mut seeds);
                }
            }
            Start::Supplier { party, during } => {
                for item in supplied(self.view, party, *during) {
                    self.seed_item(item, &mut seeds);
                }
            }
            Start::Place { place, during } => {
                let found = self.view.graph.texts.find(place);
                if let Some(place) = found.filter(|place| self.view.is_recorded_at(*place)) {
                    self.seed_place(place, *during, &mut seeds);
                }
            }
        }
        seeds
    }

    /// All holdings of an item and of the packs of it; of a container what was in it.
    fn seed_item(&mut self, item: u32, seeds: &mut Vec<Seed>) {
        let view = self.view;
        if view.is_unlotted(item) {
            for (event, record) in view.events(item) {
                let (since, at) = (record.time().earliest(), record.time().latest());
                let key = Key { item, slot: Slot::Mention(event) };
                seeds.push(definite(key, since, at));
            }
            return;
        }
        let mut items = vec![item];
        let packs = view.graph.instances_of(item).iter();
        items.extend(packs.filter(|[_, event]| view.stands(*event)).map(|[pack, _]| *pack));
        for item in items {
            self.seed_all(item, seeds);
        }
        if !view.shape(item).is_class {
            self.seed_contents(item, seeds);
        }
    }

    fn seed_all(&mut self, item: u32, seeds: &mut Vec<Seed>) {
        let puts = self.puts(item);
        for (index, put) in puts.puts.iter().enumerate() {
            let key = Key { item, slot: Slot::Put(id32(index)) };
            let arrived = put.comings.1.max(put.from.1);
            seeds.push(definite(key, i64::MIN, arrived));
        }
        if !puts.placeless.is_empty() || puts.puts.is_empty() {
            seeds.push(definite(Key { item, slot: Slot::Elsewhere }, i64::MIN, i64::MAX));
        }
    }

    /// The holdings that came by this container; where it never moved, those it was packed from.
    fn seed_contents(&mut self, unit: u32, seeds: &mut Vec<Seed>) {
        let contents = self.view.contents(unit);
        let mut done = IdSet::default();
        for stay in &contents.stays {
            if !done.insert(stay.child) {
                continue;
            }
            let puts = self.puts(stay.child);
            let by_unit = |index: usize| {
                let mut groups = puts.groups_of(index);
                groups.any(|(_, group)| group.kind == Kind::Arrival && group.path.contains(&unit))
            };
            let moved = (0..puts.puts.len()).any(by_unit);
            for (index, put) in puts.puts.iter().enumerate() {
                let overlaps =
                    put.from.0 <= stay.until && put.until.unwrap_or(i64::MAX) >= stay.from;
                if (moved && by_unit(index)) || (!moved && overlaps) {
                    let key = Key { item: stay.child, slot: Slot::Put(id32(index)) };
                    let mut seed = definite(key, stay.from.max(put.from.0), put.from.1);
                    if stay.inferred {
                        seed.grade = ScopeGrade::Suspected;
                        seed.why = seed.why.and(Why::of(ScopeReason::InferredContainment));
                    }
                    seeds.push(seed);
                }
            }
            if !self.view.shape(stay.child).is_class {
                self.seed_contents(stay.child, seeds);
            }
        }
    }

    /// What was at a place, and (for equipment) what was made on it.
    fn seed_place(&mut self, place: u32, during: Interval, seeds: &mut Vec<Seed>) {
        let view = self.view;
        if is_part(view.text(place)) {
            self.seed_runs(place, during, seeds);
        }
        for item in items_at(view, place) {
            if view.is_unlotted(item) {
                continue;
            }
            let puts = self.puts(item);
            for index in 0..puts.puts.len() {
                let key = Key { item, slot: Slot::Put(id32(index)) };
                let found = presence(view, place, key, &puts, index, during);
                seeds.extend(found.map(|presence| exposed(key, presence, during)));
            }
        }
    }

    /// Outputs of runs at a part of a site, and the part itself from then on.
    fn seed_runs(&mut self, place: u32, during: Interval, seeds: &mut Vec<Seed>) {
        let resource = self.resource(place);
        let view = self.view;
        for (run, span) in &resource.runs {
            let Some(record) = view.graph.event(*run) else { continue };
            if span.0 > during.until || span.1 < during.from {
                continue;
            }
            let is_within = span.0 >= during.from && span.1 <= during.until;
            let is_sure = is_within || !record.time().is_whole_day();
            let mut made = Vec::new();
            view.partners(*run, record, ItemRole::Output, |output, at, record| {
                made.push((output, at, record.time()));
            });
            for (output, at, time) in made {
                let mut seed = definite(self.vertex_of(output, at), time.earliest(), time.latest());
                seed.infected = time.latest();
                if !is_sure {
                    seed.grade = ScopeGrade::Suspected;
                    seed.why = seed.why.and(Why::of(ScopeReason::OpenPresence));
                }
                seeds.push(seed);
            }
        }
        if self.question.hazard.mixes() {
            // A cleaning within the interval did not help; the first one behind it does.
            let end = (during.until.saturating_sub(1), during.until);
            for period in resource.periods(end) {
                let key = Key { item: place, slot: Slot::Resource(period) };
                seeds.push(definite(key, during.from, during.until));
            }
        }
    }
}

fn definite(key: Key, since: i64, arrived: i64) -> Seed {
    let why = Why::of(ScopeReason::Start);
    let infected = if since == i64::MIN { i64::MIN } else { since };
    Seed { key, since, arrived, infected, grade: ScopeGrade::Definite, why }
}

/// A holding that was at the place of an exposure.
fn exposed(key: Key, presence: Presence, during: Interval) -> Seed {
    let Presence { span, is_sure } = presence;
    let at = during.until.min(span.1);
    let mut seed = Seed { infected: at, ..definite(key, during.from.max(span.0), at) };
    if !is_sure {
        seed.grade = ScopeGrade::Suspected;
        seed.why = seed.why.and(Why::of(ScopeReason::OpenPresence));
    }
    seed
}
