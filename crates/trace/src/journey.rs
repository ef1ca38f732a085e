//! A walk through the timeline of one item that founds each presence on an earlier one and counts
//! every break of continuity once.

use std::collections::BTreeSet;

use smallvec::SmallVec;

use crate::answer::IssueKind;
use crate::detail::Detail;
use crate::few::Few;
use crate::grade::{Reason, Reasons};
use crate::grouping::Group;
use crate::intern::{IdMap, NONE};
use crate::issues::Finding;
use crate::moves::{Movement, Moves};
use crate::pairing::Pair;
use crate::time::possible;
use crate::timeline::Kind;

/// A presence is founded on an earlier one at most so many times before its turn in time.
const REGRESS_MAX: usize = 64;

/// What is known about the item at one site.
#[derive(Clone, Copy, Debug, Default)]
struct Site {
    site: u32,
    /// What makes the presence there unsure, once the item is or was there.
    present: Option<Reasons>,
    /// First origin or arrival there, of those whose departure is known.
    first: Option<usize>,
    /// First arrival there that no departure is known of.
    unfounded: Option<usize>,
    /// The last group there so far.
    last: Option<usize>,
}

pub(crate) struct Journey<'a> {
    groups: &'a [Group],
    /// In the order of their arrivals.
    pairs: &'a [Pair],
    /// Departures without an arrival that no gap has been laid to yet.
    open: BTreeSet<usize>,
    /// Departures that name a site as their destination.
    towards: IdMap<u32, Vec<usize>>,
    visited: SmallVec<[bool; 16]>,
    /// Sites of the groups, in their order.
    sites: SmallVec<[Site; 4]>,
    last_seen: Option<usize>,
    depth: usize,
    pub(crate) moves: Moves,
}

/// The pairs of an arrival, among pairs in the order of their arrivals.
fn of_arrival(pairs: &[Pair], arrival: usize) -> &[Pair] {
    let first = pairs.partition_point(|pair| pair.arrival < arrival);
    let later = pairs.get(first..).unwrap_or(&[]);
    later.get(..later.partition_point(|pair| pair.arrival == arrival)).unwrap_or(&[])
}

impl<'a> Journey<'a> {
    /// Of pairs in the order of their arrivals.
    pub(crate) fn new(groups: &'a [Group], pairs: &'a [Pair], moves: Moves) -> Journey<'a> {
        let sites = groups.iter().map(|group| Site { site: group.site, ..Site::default() });
        let mut sites: SmallVec<[Site; 4]> = sites.collect();
        sites.sort_unstable_by_key(|site| site.site);
        sites.dedup_by_key(|site| site.site);
        let mut journey = Journey {
            groups,
            pairs,
            open: BTreeSet::new(),
            towards: IdMap::default(),
            visited: SmallVec::from_elem(false, groups.len()),
            sites,
            last_seen: None,
            depth: 0,
            moves,
        };
        let mut received: SmallVec<[bool; 16]> = SmallVec::from_elem(false, groups.len());
        for pair in pairs {
            if let Some(received) = received.get_mut(pair.departure) {
                *received = true;
            }
        }
        for (index, (group, is_received)) in groups.iter().zip(received).enumerate() {
            journey.prepare(index, group, is_received);
        }
        journey
    }

    fn prepare(&mut self, index: usize, group: &Group, is_received: bool) {
        let is_arrival = group.kind == Kind::Arrival;
        let is_founded = is_arrival && !of_arrival(self.pairs, index).is_empty();
        if let Some(site) = self.site_mut(group.site) {
            if is_founded || group.kind == Kind::Origin {
                site.first.get_or_insert(index);
            } else if is_arrival {
                site.unfounded.get_or_insert(index);
            }
        }
        if group.kind == Kind::Departure && !group.voided && !is_received {
            self.open.insert(index);
            for site in &group.to_sites {
                self.towards.entry(*site).or_default().push(index);
            }
        }
    }

    fn site(&self, site: u32) -> Site {
        let at = self.sites.binary_search_by_key(&site, |known| known.site).ok();
        at.and_then(|at| self.sites.get(at)).copied().unwrap_or_default()
    }

    fn site_mut(&mut self, site: u32) -> Option<&mut Site> {
        let at = self.sites.binary_search_by_key(&site, |known| known.site).ok()?;
        self.sites.get_mut(at)
    }

    /// What makes the presence at a site unsure, where it was there.
    fn present(&self, site: u32) -> Option<Reasons> {
        self.site(site).present
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
        let reasons = match reasons {
            Some(reasons) => {
                if let Some(site) = self.site_mut(group.site) {
                    site.present = Some(site.present.map_or(reasons, |known| known.best(reasons)));
                }
                reasons
            }
            None => self.be_there(index, group),
        };
        self.state(group, reasons);
        self.last_seen = Some(index);
        if let Some(site) = self.site_mut(group.site) {
            site.last = Some(index);
        }
        self.depth -= 1;
    }

    fn state(&mut self, group: &Group, reasons: Reasons) {
        for event in &group.events {
            self.moves.doubt(*event, reasons);
        }
        if group.conflicting {
            let detail = Detail::WitnessesDiffer;
            let kind = IssueKind::ConflictingWitness;
            let finding = Finding::at(kind, group.place, group.events.to_vec(), detail);
            self.moves.findings.push(finding);
        }
    }

    /// The surest of the paired departures decides; `None` where there is none.
    fn arrive(&mut self, index: usize, group: &Group) -> Option<Reasons> {
        let pairs = of_arrival(self.pairs, index);
        let mut best: Option<Reasons> = None;
        for pair in pairs {
            let Some(sent) = self.groups.get(pair.departure) else { continue };
            self.visit(pair.departure);
            let late =
                if pair.out_of_order { Reasons::of(Reason::OutOfOrder) } else { Reasons::NONE };
            let there = self.present(sent.site).unwrap_or(Reasons::NONE);
            let reasons = there.with(late).with(sent.in_error).with(group.in_error);
            if pair.out_of_order {
                self.out_of_order(group, sent, Detail::ReceivedBeforeSent);
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
        let site = self.site(group.site);
        if let Some(reasons) = site.present {
            return reasons;
        }
        // What is founded before its turn may itself be founded on a receipt whose turn comes.
        if let Some(receipt) = site.unfounded.filter(|receipt| *receipt < index) {
            self.visit(receipt);
            if let Some(reasons) = self.present(group.site) {
                return reasons;
            }
        }
        // A receipt without a shipment does not wait for a later receipt at the same place.
        let begins = |first: &usize| {
            let begin = self.groups.get(*first);
            group.kind != Kind::Arrival
                || begin.is_some_and(|begin| possible(begin.earliest, group.latest))
        };
        let reasons = match site.first.filter(begins) {
            Some(first) => self.too_early(group, first),
            None => self.appear(index, group),
        };
        if let Some(site) = self.site_mut(group.site) {
            site.present.get_or_insert(reasons);
        }
        reasons
    }

    /// It is recorded to begin there, but only later.
    fn too_early(&mut self, group: &Group, first: usize) -> Reasons {
        let Some(begin) = self.groups.get(first) else { return Reasons::NONE };
        if possible(begin.earliest, group.latest) {
            self.visit(first);
            return self.present(group.site).unwrap_or(Reasons::NONE);
        }
        self.out_of_order(group, begin, Detail::UsedBeforeThere);
        for pair in of_arrival(self.pairs, first) {
            if let Some(sent) = self.groups.get(pair.departure) {
                for event in &sent.events {
                    self.moves.doubt(*event, Reasons::of(Reason::OutOfOrder));
                }
            }
        }
        Reasons::of(Reason::OutOfOrder)
    }

    fn out_of_order(&mut self, early: &Group, late: &Group, detail: Detail) {
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
        let stated = group.from_sites.iter().find_map(|site| self.site(*site).last);
        let last = shipment.or(stated).or(self.last_seen);
        let from_outside = !group.from_sites.is_empty()
            && !group
                .from_sites
                .iter()
                .any(|site| self.sites.binary_search_by_key(site, |known| known.site).is_ok());
        let before = last.filter(|_| shipment.is_some() || !from_outside);
        let Some(before) = before.and_then(|index| self.groups.get(index)) else {
            let events = group.events.iter().take(1).copied().collect();
            let detail = Detail::NoOrigin;
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
            (true, _) => (Reason::OneSided, Detail::OneSided),
            (false, true) => (Reason::UnrecordedMove, Detail::SeenElsewhere),
            (false, false) => (Reason::UnrecordedMove, Detail::NotSent),
        };
        let origin = self.present(before.site).unwrap_or(Reasons::NONE);
        let reasons = origin.with(Reasons::of(reason));
        let event = group.events.first().copied().unwrap_or(NONE);
        self.moves.movements.push(Movement {
            from_place: before.place,
            to_place: group.place,
            event,
            sent: if shipment.is_some() { before.events.clone() } else { Few::new() },
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
            let detail = Detail::NotReceived;
            let kind = IssueKind::NotReceived;
            let finding = Finding::at(kind, group.place, group.events.to_vec(), detail);
            self.moves.findings.push(finding.towards(to));
        }
    }
}
