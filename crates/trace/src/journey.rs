//! A walk through the timeline of one item that founds each presence on an earlier one and counts
//! every break of continuity once.

use std::collections::BTreeSet;

use crate::answer::IssueKind;
use crate::grade::{Reason, Reasons};
use crate::grouping::Group;
use crate::intern::{IdMap, IdSet, NONE};
use crate::issues::Finding;
use crate::moves::{Movement, Moves};
use crate::pairing::Pair;
use crate::time::possible;
use crate::timeline::Kind;

/// A presence is founded on an earlier one at most so many times before its turn in time.
const REGRESS_MAX: usize = 64;

pub(crate) struct Journey<'a> {
    groups: &'a [Group],
    /// Departures of each arrival.
    pairs: IdMap<usize, Vec<Pair>>,
    /// Departures without an arrival that no gap has been laid to yet.
    open: BTreeSet<usize>,
    /// Departures that name a site as their destination.
    towards: IdMap<u32, Vec<usize>>,
    visited: Vec<bool>,
    /// What makes the presence at a site unsure, for sites where the item is or was.
    present: IdMap<u32, Reasons>,
    /// First origin or arrival at each site.
    first: IdMap<u32, usize>,
    /// Arrivals at each site that no departure is known of, in order.
    unfounded: IdMap<u32, Vec<usize>>,
    sites: IdSet<u32>,
    last_seen: Option<usize>,
    /// The last group at each site so far.
    last_at: IdMap<u32, usize>,
    depth: usize,
    pub(crate) moves: Moves,
}

impl<'a> Journey<'a> {
    pub(crate) fn new(groups: &'a [Group], pairs: &[Pair], moves: Moves) -> Journey<'a> {
        let mut by_arrival: IdMap<usize, Vec<Pair>> = IdMap::default();
        for pair in pairs {
            by_arrival.entry(pair.arrival).or_default().push(*pair);
        }
        let mut first = IdMap::default();
        let mut unfounded: IdMap<u32, Vec<usize>> = IdMap::default();
        for (index, group) in groups.iter().enumerate() {
            if group.kind == Kind::Arrival && !by_arrival.contains_key(&index) {
                unfounded.entry(group.site).or_default().push(index);
            }
            let begins = group.kind == Kind::Origin
                || (group.kind == Kind::Arrival && by_arrival.contains_key(&index));
            if begins {
                first.entry(group.site).or_insert(index);
            }
        }
        let paired: IdSet<usize> = pairs.iter().map(|pair| pair.departure).collect();
        let mut open = BTreeSet::new();
        let mut towards: IdMap<u32, Vec<usize>> = IdMap::default();
        for (index, group) in groups.iter().enumerate() {
            let is_open = group.kind == Kind::Departure && !group.voided;
            if is_open && !paired.contains(&index) {
                open.insert(index);
                for site in &group.to_sites {
                    towards.entry(*site).or_default().push(index);
                }
            }
        }
        Journey {
            groups,
            pairs: by_arrival,
            open,
            towards,
            visited: vec![false; groups.len()],
            present: IdMap::default(),
            first,
            unfounded,
            sites: groups.iter().map(|group| group.site).collect(),
            last_seen: None,
            last_at: IdMap::default(),
            depth: 0,
            moves,
        }
    }

    pub(crate) fn visit(&mut self, index: usize) {
        let Some(group) = self.groups.get(index) else { return };
        match self.visited.get_mut(index) {
            Some(visited) if !*visited && self.depth < REGRESS_MAX => *visited = true,
            _ => return,
        }
        self.depth += 1;
        let reasons = match group.kind {
            Kind::Origin => Some(group.in_error),
            Kind::Arrival => self.arrive(index, group),
            Kind::Sighting | Kind::Void | Kind::Departure | Kind::Exit => None,
        };
        match reasons {
            Some(reasons) => {
                let known = self.present.get(&group.site).copied();
                let best = known.map_or(reasons, |known| known.best(reasons));
                self.present.insert(group.site, best);
                self.state(group, reasons);
            }
            None => {
                let reasons = self.be_there(index, group);
                self.state(group, reasons);
            }
        }
        self.last_seen = Some(index);
        self.last_at.insert(group.site, index);
        self.depth -= 1;
    }

    fn state(&mut self, group: &Group, reasons: Reasons) {
        for event in &group.events {
            self.moves.doubt(*event, reasons);
        }
        if group.conflicting {
            let detail = "two parties state different amounts of one movement";
            let kind = IssueKind::ConflictingWitness;
            let finding = Finding::at(kind, group.place, group.events.clone(), detail);
            self.moves.findings.push(finding);
        }
    }

    /// The surest of the paired departures decides; `None` where there is none.
    fn arrive(&mut self, index: usize, group: &Group) -> Option<Reasons> {
        let pairs = self.pairs.get(&index)?.clone();
        let mut best: Option<Reasons> = None;
        for pair in pairs {
            let Some(sent) = self.groups.get(pair.departure) else { continue };
            self.visit(pair.departure);
            let late =
                if pair.out_of_order { Reasons::of(Reason::OutOfOrder) } else { Reasons::NONE };
            let there = self.present.get(&sent.site).copied().unwrap_or(Reasons::NONE);
            let reasons = there.with(late).with(sent.in_error).with(group.in_error);
            if pair.out_of_order {
                self.out_of_order(group, sent, "received before it was sent");
            }
            self.moves.movements.push(Movement {
                from_place: sent.place,
                to_place: group.place,
                event: group.events.first().copied().unwrap_or(NONE),
                sent: sent.events.clone(),
                amount: group.amount.or(sent.amount),
                paired_by: Some(pair.by),
                own: late.with(sent.in_error).with(group.in_error),
                reasons,
            });
            best = Some(best.map_or(reasons, |best| best.best(reasons)));
        }
        best
    }

    /// Something that needs the item to be at a site.
    fn be_there(&mut self, index: usize, group: &Group) -> Reasons {
        if let Some(reasons) = self.present.get(&group.site) {
            return *reasons;
        }
        // What is founded before its turn may itself be founded on a receipt whose turn comes.
        let unfounded = self.unfounded.get(&group.site).and_then(|found| found.first()).copied();
        if let Some(receipt) = unfounded.filter(|receipt| *receipt < index) {
            self.visit(receipt);
            if let Some(reasons) = self.present.get(&group.site) {
                return *reasons;
            }
        }
        // A receipt without a shipment does not wait for a later receipt at the same place.
        let begins = |first: &usize| {
            let begin = self.groups.get(*first);
            group.kind != Kind::Arrival
                || begin.is_some_and(|begin| possible(begin.earliest, group.latest))
        };
        let reasons = match self.first.get(&group.site).copied().filter(begins) {
            Some(first) => self.too_early(group, first),
            None => self.appear(index, group),
        };
        self.present.entry(group.site).or_insert(reasons);
        reasons
    }

    /// It is recorded to begin there, but only later.
    fn too_early(&mut self, group: &Group, first: usize) -> Reasons {
        let Some(begin) = self.groups.get(first) else { return Reasons::NONE };
        if possible(begin.earliest, group.latest) {
            self.visit(first);
            return self.present.get(&group.site).copied().unwrap_or(Reasons::NONE);
        }
        self.out_of_order(group, begin, "used or sent before it arrived or was made");
        for pair in self.pairs.get(&first).cloned().unwrap_or_default() {
            if let Some(sent) = self.groups.get(pair.departure) {
                for event in &sent.events {
                    self.moves.doubt(*event, Reasons::of(Reason::OutOfOrder));
                }
            }
        }
        Reasons::of(Reason::OutOfOrder)
    }

    fn out_of_order(&mut self, early: &Group, late: &Group, detail: &'static str) {
        let events: Vec<u32> = early.events.iter().chain(&late.events).copied().collect();
        for event in &events {
            self.moves.doubt(*event, Reasons::of(Reason::OutOfOrder));
        }
        let finding = Finding::at(IssueKind::OutOfOrder, late.place, events, detail);
        self.moves.findings.push(finding.towards(early.place));
    }

    /// It is at a place that no record brings it to: a gap, or the records begin here.
    fn appear(&mut self, index: usize, group: &Group) -> Reasons {
        let shipment = self.open_shipment(index, group);
        let stated = group.from_sites.iter().find_map(|site| self.last_at.get(site).copied());
        let last = shipment.or(stated).or(self.last_seen);
        let from_outside = !group.from_sites.is_empty()
            && !group.from_sites.iter().any(|s| self.sites.contains(s));
        let before = last.filter(|_| shipment.is_some() || !from_outside);
        let Some(before) = before.and_then(|index| self.groups.get(index)) else {
            let events = group.events.iter().take(1).copied().collect();
            let detail = "the records do not say where it came from";
            let finding = Finding::at(IssueKind::NoOrigin, NONE, events, detail);
            self.moves.findings.push(finding.towards(group.place));
            return Reasons::NONE;
        };
        if let Some(shipment) = shipment {
            self.open.remove(&shipment);
        }
        let stated =
            before.to_sites.contains(&group.site) || group.from_sites.contains(&before.site);
        let (reason, detail) = match (stated, shipment.is_some()) {
            (true, _) => (Reason::OneSided, "only one side of the movement is recorded"),
            (false, true) => {
                (Reason::UnrecordedMove, "sent, never received, and seen next at another place")
            }
            (false, false) => (Reason::UnrecordedMove, "moved without a record"),
        };
        let origin = self.present.get(&before.site).copied().unwrap_or(Reasons::NONE);
        let reasons = origin.with(Reasons::of(reason));
        let event = group.events.first().copied().unwrap_or(NONE);
        self.moves.movements.push(Movement {
            from_place: before.place,
            to_place: group.place,
            event,
            sent: if shipment.is_some() { before.events.clone() } else { Vec::new() },
            amount: group.amount,
            paired_by: None,
            own: Reasons::of(reason).with(group.in_error),
            reasons,
        });
        let events = before.events.first().copied().into_iter().chain([event]).collect();
        let finding = Finding::at(IssueKind::Gap, before.place, events, detail);
        self.moves.findings.push(finding.towards(group.place));
        reasons
    }

    /// The shipment that most likely led here: one that names this site, else the latest.
    fn open_shipment(&self, index: usize, group: &Group) -> Option<usize> {
        let fits = |i: &usize| {
            self.groups.get(*i).is_some_and(|sent| {
                sent.site != group.site && possible(sent.earliest, group.latest)
            })
        };
        let here = self.towards.get(&group.site).into_iter().flatten().copied().rev();
        let mut here = here.filter(|i| *i < index && self.open.contains(i));
        here.find(fits).or_else(|| self.open.range(..index).rev().copied().find(fits))
    }

    pub(crate) fn not_received(&mut self) {
        for group in self.open.iter().filter_map(|index| self.groups.get(*index)) {
            let to = group.to_sites.first().copied().unwrap_or(NONE);
            let detail = "sent, and no receipt is recorded";
            let kind = IssueKind::NotReceived;
            let finding = Finding::at(kind, group.place, group.events.clone(), detail);
            self.moves.findings.push(finding.towards(to));
        }
    }
}
