//! Which shipments and receipts of one item belong together: n to m, whatever came first.

use crate::answer::PairedBy;
use crate::grouping::{Group, disjoint, shared};
use crate::intern::{IdMap, IdSet};
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
    let arrivals: Vec<usize> = (0..groups.len())
        .filter(|i| groups.get(*i).is_some_and(|group| group.kind == Kind::Arrival))
        .collect();
    for arrival in &arrivals {
        pairing.match_arrival(*arrival, false);
    }
    let paired: IdSet<usize> = pairing.pairs.iter().map(|pair| pair.arrival).collect();
    for arrival in arrivals.iter().filter(|arrival| !paired.contains(arrival)) {
        pairing.match_arrival(*arrival, true);
    }
    let paired: IdSet<usize> = pairing.pairs.iter().map(|pair| pair.arrival).collect();
    for arrival in arrivals {
        if paired.contains(&arrival) {
            pairing.match_rest(arrival);
        } else {
            pairing.match_unnamed(arrival);
        }
    }
    pairing.pairs
}

/// What is left of a departure: an amount, or (unknown) whether any arrival took it.
#[derive(Clone, Copy, Debug)]
struct Open {
    left: Option<f64>,
    taken: bool,
}

struct Pairing<'a> {
    groups: &'a [Group],
    open: IdMap<usize, Open>,
    by_unit: IdMap<u32, Vec<usize>>,
    by_document: IdMap<u32, Vec<usize>>,
    by_site: IdMap<u32, Vec<usize>>,
    /// Departures that name no destination place, in order of time.
    loose: Vec<usize>,
    /// How many at the start of `loose` are used up.
    loose_done: usize,
    /// What arrivals brought beyond what was left of the departures that they name.
    rest: IdMap<usize, f64>,
    pairs: Vec<Pair>,
}

impl<'a> Pairing<'a> {
    fn new(groups: &'a [Group]) -> Pairing<'a> {
        let mut pairing = Pairing {
            groups,
            open: IdMap::default(),
            by_unit: IdMap::default(),
            by_document: IdMap::default(),
            by_site: IdMap::default(),
            loose: Vec::new(),
            loose_done: 0,
            rest: IdMap::default(),
            pairs: Vec::new(),
        };
        for (index, group) in groups.iter().enumerate() {
            if group.kind != Kind::Departure || group.voided {
                continue;
            }
            let left = group.amount.map(|amount| amount.value);
            pairing.open.insert(index, Open { left, taken: false });
            for (map, keys) in [
                (&mut pairing.by_unit, &group.path),
                (&mut pairing.by_document, &group.documents),
                (&mut pairing.by_site, &group.to_sites),
            ] {
                for key in keys {
                    map.entry(*key).or_default().push(index);
                }
            }
            if group.to_sites.is_empty() {
                pairing.loose.push(index);
            }
        }
        pairing
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
        let is_open = |d: &usize| self.open.get(d).is_some_and(|open| open.is_open());
        let any_open = found.iter().any(|(_, departure)| is_open(departure));
        let mut need = arrival.amount.map(|amount| amount.value);
        if any_open {
            found.retain(|(_, departure)| is_open(departure));
            // Of several that fit alike, the one with as much as came.
            if let Some(alone) = found.iter().find(|(_, departure)| self.holds(*departure, arrival))
            {
                found = vec![*alone];
            }
        } else {
            found.truncate(1);
        }
        for (by, departure) in found {
            self.pairs.push(Pair { departure, arrival: index, by, out_of_order: reversed });
            if !self.take(departure, arrival, &mut need) {
                return;
            }
        }
        self.rest.extend(need.filter(|_| any_open).map(|need| (index, need)));
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
        let Some(rest) = self.rest.get(&index).copied() else { return };
        let Some(arrival) = self.groups.get(index) else { return };
        let unit = arrival.amount.map(|amount| amount.unit);
        let left = |departure: &usize| {
            let sent = self.groups.get(*departure)?.amount?;
            self.open.get(departure)?.left.filter(|_| Some(sent.unit) == unit)
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
            self.pairs.push(Pair { departure, arrival: index, by, out_of_order: false });
            if !self.take(departure, arrival, &mut need) {
                return;
            }
        }
    }

    /// Open departures before an arrival that name its place as their destination.
    fn sent_here(&self, arrival: &Group) -> Vec<usize> {
        let sent = self.by_site.get(&arrival.site).into_iter().flatten().copied();
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
        let Some(open) = self.open.get_mut(&departure) else { return false };
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

    fn candidates(&self, arrival: &Group, reversed: bool) -> Vec<(PairedBy, usize)> {
        let mut found = Vec::new();
        let named = arrival.path.iter().filter_map(|unit| self.by_unit.get(unit));
        let documents = arrival.documents.iter().filter_map(|id| self.by_document.get(id));
        let site = self.by_site.get(&arrival.site);
        for departure in named.chain(documents).chain(site).flatten() {
            if let Some(by) = self.fit(*departure, arrival, reversed) {
                found.push((by, *departure));
            }
        }
        if found.iter().any(|(_, departure)| self.is_open(*departure)) {
            return found;
        }
        // Loose departures speak with nothing but time, so the first that fits and is open will do.
        let mut loose =
            self.loose.iter().skip(self.loose_done).filter(|departure| self.is_open(**departure));
        found
            .extend(loose.find_map(|departure| {
                Some((self.fit(*departure, arrival, reversed)?, *departure))
            }));
        found
    }

    /// Is as much left of a departure as came?
    fn holds(&self, departure: usize, arrival: &Group) -> bool {
        let left = self.open.get(&departure).and_then(|open| open.left);
        let unit = self.groups.get(departure).and_then(|sent| sent.amount).map(|sent| sent.unit);
        let came = arrival.amount.filter(|came| Some(came.unit) == unit);
        left.zip(came).is_some_and(|(left, came)| agree(left, came.value))
    }

    fn is_open(&self, departure: usize) -> bool {
        self.open.get(&departure).is_some_and(|open| open.is_open())
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
