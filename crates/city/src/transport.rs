//! Goods on the road: trucks, crates, pallets, carriers, returns and shippings that never left.

use crate::acts::{Act, Line, NONE, Show, Step, Trip, Unit};
use crate::clock::{self, DAY, HOUR, MINUTE};
use crate::flow::World;
use crate::places::Role;
use crate::truth::SiteIndex;

/// Units that are somewhere between sender and receiver, and when each may be used again.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    free: Vec<(u32, i64)>,
}

/// How an order travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Crate,
    Pallet,
    /// A crate and other lots on one pallet, unpacked in two goes.
    Nested,
}

impl World {
    pub(crate) fn trip(&mut self, from: SiteIndex, to: SiteIndex, depart: i64) -> u32 {
        let arrive = self.after(depart, 25, 110);
        let document = self.number(from);
        self.trips.push(Trip {
            from,
            to,
            seller: from,
            buyer: to,
            carrier: NONE,
            document,
            certificate: NONE,
            depart,
            arrive,
            is_return: false,
        });
        self.trips.len() as u32 - 1
    }

    fn ship_act(&mut self, trip: u32, step: Step, lines: &[Line], units: &[u32]) {
        let t = self.trips[trip as usize];
        let at_end = matches!(step, Step::Receive | Step::Arrive);
        let site = if at_end { t.to } else { t.from };
        let by = if matches!(step, Step::Depart | Step::Arrive) { t.carrier } else { site };
        if self.is_outside(by) {
            return;
        }
        let mut act = Act::new(step, if at_end { t.arrive } else { t.depart }, site);
        act.by = by;
        act.trip = trip;
        act.lines = lines.to_vec();
        act.units = units.to_vec();
        if self.sites[site as usize].role == Some(Role::ColdStore) {
            act.part = "R1";
        }
        self.acts.push(act);
    }

    /// A whole delivery without units.
    pub(crate) fn deliver(&mut self, trip: u32, lines: &[Line]) -> Vec<Line> {
        let loaded = self.load(trip, lines, self.trips[trip as usize].depart);
        self.carry(trip, &loaded, &[]);
        loaded
    }

    /// A delivery of one lot in two trucks under one despatch advice.
    pub(crate) fn deliver_in_two(&mut self, trip: u32, line: Line) -> Vec<Line> {
        let first = Line { item: line.item, grams: line.grams * 6 / 10 / 1000 * 1000 };
        let rest = Line { item: line.item, grams: line.grams - first.grams };
        let mut loaded = self.deliver(trip, &[first]);
        let t = self.trips[trip as usize];
        let depart = self.after(t.depart, 30, 90);
        let arrive = self.after(depart, 25, 80);
        self.trips.push(Trip { depart, arrive, ..t });
        let second = self.trips.len() as u32 - 1;
        loaded.extend(self.deliver(second, &[rest]));
        loaded
    }

    /// Two deliveries that the receiver writes down as one.
    pub(crate) fn deliver_together(&mut self, trips: [u32; 2], lines: [Line; 2]) {
        let arrive = trips.iter().map(|t| self.trips[*t as usize].arrive).max().unwrap_or(0);
        let mut all: Vec<Line> = Vec::new();
        for (trip, line) in trips.into_iter().zip(lines) {
            self.trips[trip as usize].arrive = arrive;
            let loaded = self.load(trip, &[line], self.trips[trip as usize].depart);
            self.ship_act(trip, Step::Ship, &loaded, &[]);
            self.unload(trip, &loaded);
            all.extend(loaded);
        }
        self.ship_act(trips[0], Step::Receive, &all, &[]);
        if let Some(act) = self.acts.last_mut() {
            act.also = trips[1];
        }
    }

    fn carry(&mut self, trip: u32, lines: &[Line], units: &[u32]) {
        if lines.is_empty() && units.is_empty() {
            return;
        }
        let shown = if units.is_empty() { lines } else { &[] };
        self.ship_act(trip, Step::Ship, shown, units);
        if self.trips[trip as usize].carrier != NONE {
            self.ship_act(trip, Step::Depart, shown, units);
            self.ship_act(trip, Step::Arrive, shown, units);
        }
        self.unload(trip, lines);
        self.ship_act(trip, Step::Receive, shown, units);
    }

    fn unit(&mut self, owner: SiteIndex, is_crate: bool, from: i64, until: i64) -> u32 {
        let fits = |w: &Self, u: u32| {
            let unit = w.units[u as usize];
            unit.owner == owner && unit.is_crate == is_crate
        };
        let found = self.pool.free.iter().position(|(u, free)| *free < from && fits(self, *u));
        // Crates come back quickly; a pallet label is used again now and then.
        if let Some(at) = found.filter(|_| is_crate || self.dice.chance(150)) {
            self.pool.free[at].1 = until;
            return self.pool.free[at].0;
        }
        let serial = self.units.len() as u32 + 1;
        self.units.push(Unit { is_crate, owner, serial });
        let unit = self.units.len() as u32 - 1;
        self.pool.free.push((unit, until));
        // Old pallets are never found again; forgetting them keeps the search short.
        if self.pool.free.len() > 400 {
            self.pool.free.remove(0);
        }
        unit
    }

    fn box_act(
        &mut self,
        step: Step,
        time: i64,
        unit: u32,
        lines: &[Line],
        units: &[u32],
        site: SiteIndex,
    ) {
        let mut act = Act::new(step, time, site);
        act.unit = unit;
        act.lines = lines.to_vec();
        act.units = units.to_vec();
        self.acts.push(act);
    }

    /// Before when the unit of a delivery must have been free, and from when it is free again. Who
    /// writes down days could not tell two fillings of one day apart.
    fn unit_times(&self, to: SiteIndex, packed: i64, emptied: i64) -> (i64, i64) {
        let role = self.sites[to as usize].role;
        if role.is_some_and(|role| self.fate.date_only(role, to)) {
            return (clock::midnight(packed), clock::midnight(emptied) + DAY);
        }
        (packed, emptied + 4 * HOUR)
    }

    /// A delivery in crates or on pallets; packing and unpacking included.
    pub(crate) fn deliver_packed(&mut self, trip: u32, lines: &[Line], style: Style) -> Vec<Line> {
        let t = self.trips[trip as usize];
        let pack = t.depart - 20 * MINUTE;
        let loaded = self.load(trip, lines, pack);
        if loaded.is_empty() {
            return loaded;
        }
        let style = if loaded.len() < 2 && style == Style::Nested { Style::Pallet } else { style };
        let open = self.after(t.arrive, 10, 40);
        let later = self.after(open, 60, 300);
        let (from, free) = self.unit_times(t.to, pack, later);
        match style {
            Style::Plain => self.carry(trip, &loaded, &[]),
            Style::Crate | Style::Pallet => {
                let unit = self.unit(t.from, style == Style::Crate, from, free);
                self.box_act(Step::Pack, pack, unit, &loaded, &[], t.from);
                self.carry(trip, &loaded, &[unit]);
                self.box_act(Step::Unpack, open, unit, &loaded, &[], t.to);
            }
            Style::Nested => {
                let (inner, outer) = loaded.split_at(1);
                let small = self.unit(t.from, true, from, free);
                let pallet = self.unit(t.from, false, from, free);
                self.box_act(Step::Pack, pack, small, inner, &[], t.from);
                self.box_act(Step::Pack, pack + 5 * MINUTE, pallet, outer, &[small], t.from);
                self.carry(trip, &loaded, &[pallet]);
                self.box_act(Step::Unpack, open, pallet, outer, &[], t.to);
                self.box_act(Step::Unpack, later, pallet, &[], &[small], t.to);
                self.box_act(Step::Unpack, later + MINUTE, small, inner, &[], t.to);
            }
        }
        loaded
    }

    /// Goods loaded, written down as shipped, and taken off the truck again.
    pub(crate) fn void_shipping(
        &mut self,
        from: SiteIndex,
        to: SiteIndex,
        lines: &[Line],
        time: i64,
    ) {
        let trip = self.trip(from, to, time);
        self.ship_act(trip, Step::Ship, lines, &[]);
        let back = self.after(time, 10, 25);
        self.ship_act(trip, Step::VoidShip, lines, &[]);
        if let Some(act) = self.acts.last_mut() {
            act.time = back;
        }
    }

    /// Part of a delivery goes back the next day.
    pub(crate) fn give_back(&mut self, trip: u32, line: Line) {
        let t = self.trips[trip as usize];
        let depart = self.after(t.arrive, 60, 600);
        let back = self.trip(t.to, t.from, depart);
        self.trips[back as usize].is_return = true;
        self.trips[back as usize].buyer = t.seller;
        let grams = (line.grams / 2).max(1);
        self.deliver(back, &[Line { item: line.item, grams }]);
    }

    /// An act that is not part of the flow, such as a reading or a sample.
    pub(crate) fn note(
        &mut self,
        step: Step,
        time: i64,
        site: SiteIndex,
        lines: &[Line],
    ) -> &mut Act {
        let mut act = Act::new(step, time, site);
        act.lines = lines.to_vec();
        act.show = Show::Always;
        self.acts.push(act);
        let last = self.acts.len() - 1;
        &mut self.acts[last]
    }
}
