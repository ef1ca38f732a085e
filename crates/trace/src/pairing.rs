//! Which shipments and receipts of one item belong together: n to m, whatever came first.

use smallvec::{SmallVec, smallvec};

use crate::answer::PairedBy;
use crate::grouping::{Group, disjoint, shared};
use crate::quantity::{SHARE_TOLERANCE, agree};
use crate::time::{PAIRING_WINDOW_MICROS, possible};
use crate::timeline::Kind;

/// A shipment and a receipt of it, as indexes of groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) departure: usize,
    pub(crate) arrival: usize,
    pub(crate) by: PairedBy,
    pub(crate) out_of_order: bool,
}

/// Pairs the departures and arrivals among groups that are in order of time.
pub(crate) fn pair(groups: &[Group]) -> Vec<Pair> {
    let mut pairing = Pairing::new(groups);
    let of_kind = |kind| {
        let groups = groups.iter().enumerate();
        groups.filter(move |(_, group)| group.kind == kind).map(|(index, _)| index)
    };
    let arrivals = || of_kind(Kind::Arrival);
    for arrival in arrivals() {
        pairing.match_arrival(arrival, false);
    }
    for arrival in arrivals() {
        if !pairing.is_paired(arrival) {
            pairing.match_arrival(arrival, true);
        }
    }
    for arrival in arrivals() {
        if pairing.is_paired(arrival) {
            pairing.match_rest(arrival);
        } else {
            pairing.match_unnamed(arrival);
        }
    }
    pairing.pairs
}

/// What is known so far about a group.
#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// Of a departure that can be paired: an amount, or (unknown) whether any arrival took it.
    open: Option<Open>,
    /// An arrival that has a departure.
    is_paired: bool,
    /// What an arrival brought beyond what was left of the departures that it names.
    rest: Option<f64>,
}

/// What is left of a departure: an amount, or (unknown) whether any arrival took it.
#[derive(Clone, Copy, Debug)]
struct Open {
    left: Option<f64>,
    taken: bool,
}

/// Departures by what they name, in its order, then theirs.
type ByName = SmallVec<[(u32, usize); 4]>;

struct Pairing<'a> {
    groups: &'a [Group],
    states: SmallVec<[State; 8]>,
    by_unit: ByName,
    by_document: ByName,
    by_site: ByName,
    /// Departures that name no destination place, in order of time.
    loose: SmallVec<[usize; 4]>,
    /// How many at the start of `loose` are used up.
    loose_done: usize,
    pairs: Vec<Pair>,
}

/// The departures among some that name this.
fn naming(departures: &ByName, name: u32) -> impl Iterator<Item = usize> {
    let first = departures.partition_point(|(other, _)| *other < name);
    let of_name = departures.iter().skip(first).take_while(move |(other, _)| *other == name);
    of_name.map(|(_, departure)| *departure)
}

impl<'a> Pairing<'a> {
    fn new(groups: &'a [Group]) -> Pairing<'a> {
        let mut pairing = Pairing {
            groups,
            states: SmallVec::from_elem(State::default(), groups.len()),
            by_unit: ByName::new(),
            by_document: ByName::new(),
            by_site: ByName::new(),
            loose: SmallVec::new(),
            loose_done: 0,
            pairs: Vec::new(),
        };
        for (index, (group, state)) in groups.iter().zip(&mut pairing.states).enumerate() {
            if group.kind != Kind::Departure || group.voided {
                continue;
            }
            let left = group.amount.map(|amount| amount.value);
            state.open = Some(Open { left, taken: false });
            for (departures, names) in [
                (&mut pairing.by_unit, &group.path),
                (&mut pairing.by_document, &group.documents),
                (&mut pairing.by_site, &group.to_sites),
            ] {
                departures.extend(names.iter().map(|name| (*name, index)));
            }
            if group.to_sites.is_empty() {
                pairing.loose.push(index);
            }
        }
        for departures in [&mut pairing.by_unit, &mut pairing.by_document, &mut pairing.by_site] {
            departures.sort_unstable();
        }
        pairing
    }

    fn open(&self, group: usize) -> Option<Open> {
        self.states.get(group).and_then(|state| state.open)
    }

    fn is_paired(&self, arrival: usize) -> bool {
        self.states.get(arrival).is_some_and(|state| state.is_paired)
    }

    fn join(&mut self, pair: Pair) {
        if let Some(state) = self.states.get_mut(pair.arrival) {
            state.is_paired = true;
        }
        self.pairs.push(pair);
    }

    /// Finds the departures that an arrival received; `reversed` accepts those dated after it
    /// where more than the item speaks for them.
    fn match_arrival(&mut self, index: usize, reversed: bool) {
        let Some(arrival) = self.groups.get(index) else { return };
        let used_up = |d: &&usize| !self.is_open(**d);
        self.loose_done += self.loose.iter().skip(self.loose_done).take_while(used_up).count();
        let mut found = self.candidates(arrival, reversed);
        let Some(best) = found.iter().map(|(by, _)| *by).min() else { return };
        if reversed && best == PairedBy::Item {
            return;
        }
        found.retain(|(by, _)| *by == best);
        found.sort_unstable_by_key(|(_, departure)| *departure);
        found.dedup();
        let any_open = found.iter().any(|(_, departure)| self.is_open(*departure));
        let mut need = arrival.amount.map(|amount| amount.value);
        if any_open {
            found.retain(|(_, departure)| self.is_open(*departure));
            // Of several that fit alike, the one with as much as came.
            if let Some(alone) = found.iter().find(|(_, departure)| self.holds(*departure, arrival))
            {
                found = smallvec![*alone];
            }
        } else {
            found.truncate(1);
        }
        for (by, departure) in found {
            self.join(Pair { departure, arrival: index, by, out_of_order: reversed });
            if !self.take(departure, arrival, &mut need) {
                return;
            }
        }
        if let Some(state) = self.states.get_mut(index) {
            state.rest = need.filter(|_| any_open);
        }
    }

    /// A receipt of several things may name the paper and the sender of one of them. Where it names
    /// nothing that this one came by, that is no contradiction to a shipment that names its place.
    fn match_unnamed(&mut self, index: usize) {
        let Some(arrival) = self.groups.get(index).filter(|arrival| arrival.joint) else { return };
        let found = self.sent_here(arrival);
        self.take_all(index, arrival, found, arrival.amount.map(|amount| amount.value));
    }

    /// A receipt of several shipments may name the paper and the sender of one of them: the others,
    /// which name its place, are those that explain the rest of what came.
    fn match_rest(&mut self, index: usize) {
        let Some(rest) = self.states.get(index).and_then(|state| state.rest) else { return };
        let Some(arrival) = self.groups.get(index) else { return };
        let unit = arrival.amount.map(|amount| amount.unit);
        let left = |departure: &usize| {
            let sent = self.groups.get(*departure)?.amount?;
            self.open(*departure)?.left.filter(|_| Some(sent.unit) == unit)
        };
        let mut found = self.sent_here(arrival);
        let all: Option<f64> = found.iter().map(left).sum();
        if !all.is_some_and(|all| agree(all, rest)) {
            found.retain(|departure| left(departure).is_some_and(|left| agree(left, rest)));
            found.truncate(1);
        }
        self.take_all(index, arrival, found, Some(rest));
    }

    fn take_all(&mut self, index: usize, arrival: &Group, found: Vec<usize>, need: Option<f64>) {
        let mut need = need;
        for departure in found {
            let by = PairedBy::Place;
            self.join(Pair { departure, arrival: index, by, out_of_order: false });
            if !self.take(departure, arrival, &mut need) {
                return;
            }
        }
    }

    /// Open departures before an arrival that name its place as their destination.
    fn sent_here(&self, arrival: &Group) -> Vec<usize> {
        let sent = naming(&self.by_site, arrival.site);
        let mut found: Vec<usize> = sent
            .filter(|departure| self.is_open(*departure))
            .filter(|departure| {
                let sent = self.groups.get(*departure);
                sent.is_some_and(|sent| is_possible(sent, arrival, false))
            })
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Takes from a departure what the arrival needs; says whether the arrival may need more.
    fn take(&mut self, departure: usize, arrival: &Group, need: &mut Option<f64>) -> bool {
        let open = self.states.get_mut(departure).and_then(|state| state.open.as_mut());
        let Some(open) = open else { return false };
        open.taken = true;
        let sent = self.groups.get(departure).and_then(|group| group.amount);
        let comparable = sent.zip(arrival.amount).is_some_and(|(a, b)| a.unit == b.unit);
        match (&mut open.left, need) {
            (Some(left), Some(need)) if comparable => {
                let amount = left.min(*need).max(0.0);
                *left -= amount;
                *need -= amount;
                if *left <= sent.map_or(0.0, |sent| sent.value) * SHARE_TOLERANCE {
                    open.left = Some(0.0);
                }
                *need > arrival.amount.map_or(0.0, |amount| amount.value) * SHARE_TOLERANCE
            }
            _ => {
                open.left = Some(0.0);
                false
            }
        }
    }

    fn candidates(&self, arrival: &Group, reversed: bool) -> SmallVec<[(PairedBy, usize); 4]> {
        let mut found = SmallVec::new();
        let units = arrival.path.iter().flat_map(|unit| naming(&self.by_unit, *unit));
        let papers = arrival.documents.iter().flat_map(|id| naming(&self.by_document, *id));
        for departure in units.chain(papers).chain(naming(&self.by_site, arrival.site)) {
            if let Some(by) = self.fit(departure, arrival, reversed) {
                found.push((by, departure));
            }
        }
        if found.iter().any(|(_, departure)| self.is_open(*departure)) {
            return found;
        }
        // Loose departures speak with nothing but time, so the first that fits and is open will do.
        let mut loose =
            self.loose.iter().skip(self.loose_done).filter(|departure| self.is_open(**departure));
        let fitting =
            |departure: &usize| Some((self.fit(*departure, arrival, reversed)?, *departure));
        found.extend(loose.find_map(fitting));
        found
    }

    /// Is as much left of a departure as came?
    fn holds(&self, departure: usize, arrival: &Group) -> bool {
        let left = self.open(departure).and_then(|open| open.left);
        let unit = self.groups.get(departure).and_then(|sent| sent.amount).map(|sent| sent.unit);
        let came = arrival.amount.filter(|came| Some(came.unit) == unit);
        left.zip(came).is_some_and(|(left, came)| agree(left, came.value))
    }

    fn is_open(&self, departure: usize) -> bool {
        self.open(departure).is_some_and(Open::is_open)
    }

    /// What speaks for a pair, where nothing speaks against it.
    fn fit(&self, departure: usize, arrival: &Group, reversed: bool) -> Option<PairedBy> {
        let sent = self.groups.get(departure)?;
        if !is_possible(sent, arrival, reversed) {
            return None;
        }
        let same_unit = shared(&sent.path, &arrival.path);
        if shared(&sent.documents, &arrival.documents) {
            return Some(if same_unit { PairedBy::Unit } else { PairedBy::Document });
        }
        let is_destination = sent.to_sites.contains(&arrival.site);
        let is_source = arrival.from_sites.contains(&sent.site);
        let to_elsewhere = !sent.to_sites.is_empty() && !is_destination;
        let from_elsewhere = !arrival.from_sites.is_empty() && !is_source;
        if to_elsewhere || from_elsewhere {
            return None;
        }
        // A unit is used again and again: under other papers it says no more than the item does.
        if same_unit && !disjoint(&sent.documents, &arrival.documents) {
            return Some(PairedBy::Unit);
        }
        if is_destination || is_source {
            return Some(PairedBy::Place);
        }
        if disjoint(&sent.to_parties, &arrival.to_parties)
            || disjoint(&sent.from_parties, &arrival.from_parties)
        {
            return None;
        }
        let same_party = shared(&sent.to_parties, &arrival.to_parties)
            || shared(&sent.from_parties, &arrival.from_parties);
        Some(if same_party { PairedBy::Party } else { PairedBy::Item })
    }
}

/// Can this shipment and receipt be one movement, by time, places and units alone?
fn is_possible(sent: &Group, arrival: &Group, reversed: bool) -> bool {
    let in_order = possible(sent.earliest, arrival.latest);
    let delay = arrival.earliest.abs_diff(sent.latest);
    in_order != reversed
        && delay <= PAIRING_WINDOW_MICROS.unsigned_abs()
        && sent.site != arrival.site
        && !disjoint(&sent.path, &arrival.path)
}

impl Open {
    fn is_open(self) -> bool {
        self.left.map_or(!self.taken, |left| left > 0.0)
    }
}
