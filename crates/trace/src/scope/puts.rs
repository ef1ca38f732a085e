//! The holdings of one item: put at a place by one event, topped up, moved on and used until
//! nothing is left. What comes after that is a new holding.

use std::rc::Rc;

use laiqu_epcis::facts::{EventType, ItemRole};

use crate::answer::{Kilograms, PairedBy};
use crate::grouping::Group;
use crate::intern::{IdMap, IdSet, NONE, product, term};
use crate::moves::Moves;
use crate::quantity::SHARE_TOLERANCE;
use crate::records::{EventRecord, RefKind};
use crate::scope::kilos::{MasterFacts, UNKNOWN, ZERO, weigh};
use crate::scope::reason::Why;
use crate::timeline::Kind;
use crate::view::View;

/// One item at one site from one event on.
#[derive(Clone, Debug)]
pub(crate) struct Put {
    pub(crate) site: u32,
    /// The place as it was first named there.
    pub(crate) place: u32,
    /// The event that put it there, or first saw it there.
    pub(crate) event: u32,
    /// First and last microsecond of its coming.
    pub(crate) from: (i64, i64),
    /// When nothing was left.
    pub(crate) until: Option<i64>,
    /// No record says that it came or was made.
    pub(crate) inferred: bool,
    pub(crate) came: Kilograms,
    pub(crate) went: Kilograms,
    /// First and last moment of all comings on record; reversed where there is none.
    pub(crate) comings: (i64, i64),
    /// Its happenings, as indexes of the item's groups, in order.
    pub(crate) groups: Vec<usize>,
    /// A recorded movement leads here.
    pub(crate) has_way_in: bool,
}

/// What became of some of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Fate {
    /// It went to another place.
    Sent,
    /// It went into something else.
    Used,
    /// Sold, served or dispensed.
    Sold,
    Destroyed,
    /// Its record ends in another way.
    Ended,
}

/// A movement between two holdings of an item.
#[derive(Clone, Debug)]
pub(crate) struct Carry {
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// The group of the shipment, where one is recorded.
    pub(crate) sent: Option<usize>,
    /// The group that came or was seen there.
    pub(crate) came: usize,
    pub(crate) paired_by: Option<PairedBy>,
    pub(crate) why: Why,
}

/// Everything about one item.
#[derive(Debug, Default)]
pub(crate) struct Puts {
    pub(crate) puts: Vec<Put>,
    carries: Vec<Carry>,
    /// Groups by index; each belongs to one holding.
    pub(crate) moves: Rc<Moves>,
    /// Per group its holding, [`NONE`] where it was voided.
    put_of_group: Vec<u32>,
    /// Per holding the movements out of it and into it, as indexes of `carries`.
    out_of: IdMap<usize, Vec<usize>>,
    into: IdMap<usize, Vec<usize>>,
    /// Groups whose shipment came somewhere.
    arrived: IdSet<usize>,
    /// Events that put something where no record brings it, and where it may have come to from
    /// another holding.
    pub(crate) orphans: Vec<u32>,
    /// Events without a place.
    pub(crate) placeless: Vec<u32>,
}

impl Puts {
    pub(crate) fn of(view: &View<'_>, item: u32, facts: &dyn MasterFacts) -> Puts {
        let moves = view.moves(item);
        let mut found = Puts { moves: Rc::clone(&moves), ..Puts::default() };
        let scale = Scale::of(view, item, facts);
        let mut open: IdMap<u32, usize> = IdMap::default();
        for (index, group) in moves.groups.iter().enumerate() {
            let skipped = group.voided || group.kind == Kind::Void;
            let put =
                if skipped { None } else { Some(found.take(index, group, &mut open, &scale)) };
            let put = put.and_then(|put| u32::try_from(put).ok()).unwrap_or(NONE);
            found.put_of_group.push(put);
        }
        for (event, record) in view.events(item) {
            if view.place(event, record) == NONE {
                found.placeless.push(event);
            }
        }
        found.find_carries(view);
        found
    }

    pub(crate) fn group(&self, index: usize) -> Option<&Group> {
        self.moves.groups.get(index)
    }

    pub(crate) fn groups_of(&self, put: usize) -> impl Iterator<Item = (usize, &Group)> {
        let groups = self.puts.get(put).map_or(&[][..], |put| put.groups.as_slice());
        groups.iter().filter_map(|index| Some((*index, self.group(*index)?)))
    }

    pub(crate) fn groups_of_put<'p>(&'p self, put: &'p Put) -> impl Iterator<Item = &'p Group> {
        put.groups.iter().filter_map(|index| self.group(*index))
    }

    pub(crate) fn put_of_group(&self, group: usize) -> Option<usize> {
        self.put_of_group.get(group).filter(|put| **put != NONE).map(|put| *put as usize)
    }

    /// The holding that the item begins with: where it was made, else where no record brings it
    /// from, else the first one.
    pub(crate) fn beginning(&self) -> usize {
        let is_origin = |put: &Put| {
            let mut groups = self.groups_of_put(put);
            groups.any(|group| group.kind == Kind::Origin)
        };
        let made = self.puts.iter().position(is_origin);
        let begun = || self.puts.iter().position(|put| !put.has_way_in);
        made.or_else(begun).unwrap_or(0)
    }

    /// The holding that an event made or brought.
    pub(crate) fn made_by(&self, event: u32) -> Option<usize> {
        let at = |kind: fn(Kind) -> bool| {
            let mut groups = self.moves.groups.iter().enumerate();
            groups.find(|(_, group)| kind(group.kind) && group.events.contains(&event))
        };
        let found = at(|kind| kind == Kind::Origin).or_else(|| at(|_| true));
        found.and_then(|(index, _)| self.put_of_group(index))
    }

    fn take(
        &mut self,
        index: usize,
        group: &Group,
        open: &mut IdMap<u32, usize>,
        scale: &Scale<'_, '_>,
    ) -> usize {
        let comes = matches!(group.kind, Kind::Origin | Kind::Arrival);
        let last = open.get(&group.site).copied();
        let joins =
            |put: &usize| self.puts.get(*put).is_some_and(|put| put.until.is_none() || !comes);
        let put = last.filter(joins).unwrap_or_else(|| {
            self.puts.push(Put {
                site: group.site,
                place: group.place,
                event: group.events.first().copied().unwrap_or(NONE),
                from: (group.earliest, group.latest),
                until: None,
                inferred: !comes,
                came: ZERO,
                went: ZERO,
                comings: (i64::MAX, i64::MIN),
                groups: Vec::new(),
                has_way_in: group.kind == Kind::Origin,
            });
            self.puts.len() - 1
        });
        open.insert(group.site, put);
        if let Some(put) = self.puts.get_mut(put) {
            put.join(index, group, scale);
        }
        put
    }

    fn find_carries(&mut self, view: &View<'_>) {
        let moves = Rc::clone(&self.moves);
        let mut groups_of: IdMap<u32, Vec<usize>> = IdMap::default();
        for (index, group) in moves.groups.iter().enumerate() {
            for event in &group.events {
                groups_of.entry(*event).or_default().push(index);
            }
        }
        let find = |event: u32, site: u32, kind: Option<Kind>| {
            let groups = groups_of.get(&event)?.iter().copied();
            let mut fitting = groups.filter(|index| {
                moves.groups.get(*index).is_some_and(|group| {
                    group.site == site && kind.is_none_or(|kind| group.kind == kind)
                })
            });
            fitting.next()
        };
        for movement in &moves.movements {
            let to_site = view.site(movement.to_place);
            let from_site = view.site(movement.from_place);
            let arrival = find(movement.event, to_site, Some(Kind::Arrival));
            let Some(came) = arrival.or_else(|| find(movement.event, to_site, None)) else {
                continue;
            };
            let sent = movement.sent.first();
            let sent = sent.and_then(|event| find(*event, from_site, Some(Kind::Departure)));
            let from = match sent {
                Some(sent) => self.put_of_group(sent),
                None => self.last_at(from_site, came),
            };
            let (Some(from), Some(to)) = (from, self.put_of_group(came)) else { continue };
            if let Some(put) = self.puts.get_mut(to) {
                put.has_way_in = true;
            }
            let why = Why::from(movement.own);
            let paired_by = movement.paired_by;
            self.out_of.entry(from).or_default().push(self.carries.len());
            self.into.entry(to).or_default().push(self.carries.len());
            self.arrived.extend(sent);
            self.carries.push(Carry { from, to, sent, came, paired_by, why });
        }
        let begun = self.puts.iter().enumerate().filter(|(_, put)| !put.has_way_in);
        let begun: Vec<(usize, u32)> = begun.map(|(index, put)| (index, put.event)).collect();
        // What all else came of did not come of any of it.
        if !matches!(*begun, [(only, _)] if self.all_came_of(only)) {
            self.orphans = begun.into_iter().map(|(_, event)| event).collect();
        }
    }

    /// Did everything that was at any other holding surely come from this one?
    fn all_came_of(&self, first: usize) -> bool {
        let came: IdSet<usize> = self.carries.iter().map(|carry| carry.came).collect();
        let mut groups = self.moves.groups.iter().enumerate();
        let are_explained = groups.all(|(index, group)| match group.kind {
            Kind::Origin => false,
            Kind::Arrival => came.contains(&index) || self.put_of_group(index) == Some(first),
            Kind::Sighting | Kind::Void | Kind::Departure | Kind::Exit => true,
        });
        if !are_explained || !self.carries.iter().all(|carry| carry.why.is_sure()) {
            return false;
        }
        let (mut reached, mut open) = (IdSet::default(), vec![first]);
        while let Some(put) = open.pop() {
            if reached.insert(put) {
                open.extend(self.carries_out_of(put).map(|carry| carry.to));
            }
        }
        reached.len() == self.puts.len()
    }

    pub(crate) fn carries_out_of(&self, put: usize) -> impl Iterator<Item = &Carry> {
        let found = self.out_of.get(&put).into_iter().flatten();
        found.filter_map(|index| self.carries.get(*index))
    }

    pub(crate) fn carries_into(&self, put: usize) -> impl Iterator<Item = &Carry> {
        let found = self.into.get(&put).into_iter().flatten();
        found.filter_map(|index| self.carries.get(*index))
    }

    /// Did what left by this group come somewhere?
    pub(crate) fn has_arrived(&self, group: usize) -> bool {
        self.arrived.contains(&group)
    }

    /// The holding at a site that began last before a group.
    fn last_at(&self, site: u32, group: usize) -> Option<usize> {
        let latest = self.group(group).map_or(i64::MAX, |group| group.latest);
        let there = self.puts.iter().enumerate().filter(|(_, put)| put.site == site);
        let before = there.clone().filter(|(_, put)| put.from.0 <= latest);
        let last = before.map(|(index, _)| index).next_back();
        last.or_else(|| there.map(|(index, _)| index).next())
    }
}

impl Put {
    fn join(&mut self, index: usize, group: &Group, scale: &Scale<'_, '_>) {
        self.groups.push(index);
        let weight = scale.weigh(group);
        match group.kind {
            Kind::Origin | Kind::Arrival => {
                self.came = self.came.plus(weight);
                self.comings.0 = self.comings.0.min(group.earliest);
                self.comings.1 = self.comings.1.max(group.latest);
            }
            Kind::Departure | Kind::Exit => {
                let weight = if self.is_absurd(weight) { UNKNOWN } else { weight };
                self.went = self.went.plus(weight);
                let all = self.came.max.is_some_and(|came| {
                    !self.inferred && self.went.min >= came * (1.0 - SHARE_TOLERANCE)
                });
                if !scale.is_class || all {
                    self.until = Some(self.until.map_or(group.latest, |t| t.max(group.latest)));
                }
            }
            Kind::Sighting | Kind::Void => {
                // Seen and counted: at least that much is there.
                if self.inferred && self.came.max == Some(0.0) {
                    self.came = Kilograms { min: weight.min, max: None };
                }
            }
        }
        if self.inferred && self.came.max == Some(0.0) {
            self.came = UNKNOWN;
        }
        // What left was there.
        self.came.min = self.came.min.max(if self.inferred { self.went.min } else { 0.0 });
    }

    /// One amount that alone is more than all that came says nothing about the rest.
    fn is_absurd(&self, weight: Kilograms) -> bool {
        let most = self.came.max.filter(|_| !self.inferred);
        most.is_some_and(|most| weight.min > most * (1.0 + SHARE_TOLERANCE))
    }

    /// How much may have left by a record of so much: at most all that came.
    pub(crate) fn gone(&self, weight: Kilograms) -> Kilograms {
        if self.is_absurd(weight) { Kilograms { min: 0.0, max: self.came.max } } else { weight }
    }

    /// What is left of it.
    pub(crate) fn left(&self) -> Kilograms {
        match self.until {
            Some(_) => ZERO,
            None => self.came.minus(self.went),
        }
    }
}

/// What became of an item by a departure or an exit.
pub(crate) fn fate(view: &View<'_>, item: u32, group: &Group) -> Option<Fate> {
    match group.kind {
        Kind::Departure => return Some(Fate::Sent),
        Kind::Exit => {}
        Kind::Origin | Kind::Arrival | Kind::Sighting | Kind::Void => return None,
    }
    fate_of(view, item, group.events.first().copied().unwrap_or(NONE))
}

/// What became of an item by an event that took it away.
pub(crate) fn fate_of(view: &View<'_>, item: u32, event: u32) -> Option<Fate> {
    let record = view.graph.event(event)?;
    if record.event_type() == EventType::Transformation
        || view.has_role(record, item, ItemRole::Input)
    {
        return Some(Fate::Used);
    }
    Some(match term(view.text(record.step)) {
        "retail_selling" | "dispensing" | "dispensed" | "sold" | "consuming" => Fate::Sold,
        "destroying" | "disposing" | "destroyed" => Fate::Destroyed,
        _ => Fate::Ended,
    })
}

/// How amounts of one item become kilograms.
pub(crate) struct Scale<'v, 'g> {
    view: &'v View<'g>,
    product: Option<&'g str>,
    is_class: bool,
    facts: &'v dyn MasterFacts,
}

impl<'v, 'g> Scale<'v, 'g> {
    pub(crate) fn of(view: &'v View<'g>, item: u32, facts: &'v dyn MasterFacts) -> Scale<'v, 'g> {
        let product = product(view.text(item));
        Scale { view, product, is_class: view.shape(item).is_class, facts }
    }

    pub(crate) fn weigh(&self, group: &Group) -> Kilograms {
        self.amount(group.amount)
    }

    pub(crate) fn amount(&self, amount: Option<crate::quantity::Amount>) -> Kilograms {
        let unit = amount.map_or("", |amount| self.view.text(amount.unit));
        weigh(amount, unit, self.is_class, self.product, self.facts)
    }
}

/// Keeper, owner and documents as the records of a group state them.
pub(crate) fn stated(view: &View<'_>, group: &Group, kind: RefKind) -> Option<u32> {
    group.events.iter().find_map(|event| view.refs(*event, kind).next())
}

/// Who states that it was so: for what came, the last record, since a carrier may have stated
/// before that it was brought; else the first.
pub(crate) fn issuer(view: &View<'_>, group: &Group) -> u32 {
    let event = match group.kind {
        Kind::Arrival => group.events.last(),
        Kind::Origin | Kind::Sighting | Kind::Void | Kind::Departure | Kind::Exit => {
            group.events.first()
        }
    };
    let record = event.and_then(|event| view.graph.event(*event));
    record.map_or(NONE, |record: &EventRecord| record.issuer)
}

/// The part of the site that any record of a group names.
pub(crate) fn part(view: &View<'_>, group: &Group) -> Option<u32> {
    let places = group
        .events
        .iter()
        .filter_map(|event| view.graph.event(*event).map(|record| view.place(*event, record)));
    let mut places = std::iter::once(group.place).chain(places);
    places.find(|place| is_part(view.text(*place)))
}

/// Is this place a part of a site (an SGLN with extension)?
pub(crate) fn is_part(place: &str) -> bool {
    place.contains("/254/")
}
