//! From the spread of a hazard to the answer: holdings, lots, kilograms, in an order that depends
//! on nothing but what the records say.

use std::collections::{BTreeMap, BTreeSet};

use laiqu_epcis::facts::EventTime;

use crate::intern::{IdMap, IdSet, NONE, id32};
use crate::ordering::compare;
use crate::records::RefKind;
use crate::scope::answer::{HoldingLink, ScopeAnswer, ScopeHolding, ScopeLot, ScopeResource};
use crate::scope::kilos::{UNKNOWN, ZERO};
use crate::scope::network::{Key, Slot};
use crate::scope::puts::{Fate, Puts, Scale, fate, issuer, part, stated};
use crate::scope::reason::ScopeGrade;
use crate::scope::share::Shares;
use crate::scope::spread::{Followed, Node, Spread};
use crate::time::rfc3339;

/// All that an answer is put together from.
pub(crate) struct Report<'r, 'n, 'v, 'g> {
    pub(crate) spread: &'r mut Spread<'n, 'v, 'g>,
    pub(crate) followed: Vec<Followed>,
    pub(crate) shares: Shares,
    /// Items that suspicion started at.
    pub(crate) started: BTreeSet<u32>,
    /// Nodes that are shown as holdings, in their order.
    pub(crate) shown: Vec<u32>,
    /// Index in the answer by node.
    pub(crate) index_of: IdMap<u32, usize>,
}

fn nodes_item(nodes: &[Node], id: u32) -> u32 {
    nodes.get(id as usize).map_or(NONE, |node| node.key.item)
}

/// A moment in microseconds as text, in UTC.
pub(crate) fn moment(micros: i64) -> String {
    rfc3339(EventTime { micros, offset_minutes: 0 })
}

/// A moment that may be open.
pub(crate) fn open_moment(micros: i64) -> Option<String> {
    (micros != i64::MIN && micros != i64::MAX).then(|| moment(micros))
}

impl<'r, 'n, 'v, 'g> Report<'r, 'n, 'v, 'g> {
    pub(crate) fn new(spread: &'r mut Spread<'n, 'v, 'g>, seeds: IdSet<u32>) -> Self {
        let followed = spread.followed();
        let started = seeds.iter().filter_map(|id| spread.nodes.get(*id as usize));
        let started = started.map(|node| node.key.item).collect();
        let shares = Shares::of(spread.network, &spread.nodes, &followed, seeds);
        let mut report = Report {
            spread,
            followed,
            shares,
            started,
            shown: Vec::new(),
            index_of: IdMap::default(),
        };
        report.order();
        report
    }

    pub(crate) fn finish(mut self) -> ScopeAnswer {
        let mut answer = ScopeAnswer { truncated: self.spread.truncated, ..ScopeAnswer::default() };
        let mut lots: BTreeMap<(ScopeGrade, String), ScopeLot> = BTreeMap::new();
        let shown = self.shown.clone();
        for id in &shown {
            answer.holdings.extend(self.holding(*id));
        }
        let item_of = |id: &u32| nodes_item(&self.spread.nodes, *id);
        let by_lot: Vec<(u32, Vec<u32>)> = shown
            .chunk_by(|a, b| item_of(a) == item_of(b))
            .filter_map(|ids| Some((item_of(ids.first()?), ids.to_vec())))
            .collect();
        for (item, ids) in by_lot {
            let lot = self.lot(item, &ids, &mut answer);
            lots.insert((lot.grade, lot.id.clone()), lot);
        }
        answer.lots = lots.into_values().collect();
        answer.links = self.links();
        self.resources(&mut answer);
        self.unlotted(&mut answer);
        self.stock(&mut answer);
        self.transfers(&mut answer);
        self.borders(&mut answer);
        self.demands(&mut answer);
        self.late(&mut answer);
        self.issues(&mut answer);
        let view = self.spread.network.view;
        view.rest_on(self.events_in_scope());
        answer.rests_on = view.rests_on();
        answer
    }

    pub(crate) fn text(&self, id: u32) -> Option<String> {
        let text = self.spread.network.view.text(id);
        (!text.is_empty()).then(|| text.to_owned())
    }

    pub(crate) fn node(&self, id: u32) -> Option<&Node> {
        self.spread.nodes.get(id as usize)
    }

    pub(crate) fn puts(&mut self, item: u32) -> std::rc::Rc<Puts> {
        self.spread.network.puts(item)
    }

    pub(crate) fn event_id(&self, event: u32) -> Option<String> {
        Some(self.spread.network.view.event_id(event)).filter(|id| !id.is_empty())
    }

    /// `eventID`s, each once, by time.
    pub(crate) fn event_ids(&self, events: impl IntoIterator<Item = u32>) -> Vec<String> {
        let graph = self.spread.network.view.graph;
        let mut events: Vec<u32> = events.into_iter().collect();
        events.sort_by(|a, b| compare(graph, *a, *b));
        events.dedup();
        events.into_iter().filter_map(|event| self.event_id(event)).collect()
    }

    /// Holdings by lot, then time. Where no record says that something is is a holding only where
    /// a record without a place names it.
    fn order(&mut self) {
        let mut shown = Vec::new();
        for id in 0..id32(self.spread.nodes.len()) {
            let Some(key) = self.node(id).map(|node| node.key) else { continue };
            let is_shown = match key.slot {
                Slot::Put(_) | Slot::Mention(_) => true,
                Slot::Elsewhere => {
                    let puts = self.puts(key.item);
                    !puts.placeless.is_empty() || puts.puts.is_empty()
                }
                Slot::Resource(_) => false,
            };
            if is_shown {
                shown.push(id);
            }
        }
        let view = self.spread.network.view;
        let nodes = &self.spread.nodes;
        let key = |id: u32| nodes.get(id as usize).map(|node| node.key);
        shown.sort_by(|a, b| {
            let (Some(a), Some(b)) = (key(*a), key(*b)) else { return std::cmp::Ordering::Equal };
            let texts = view.text(a.item).cmp(view.text(b.item));
            texts.then_with(|| match (a.slot, b.slot) {
                (Slot::Mention(a), Slot::Mention(b)) => compare(view.graph, a, b),
                (a, b) => a.cmp(&b),
            })
        });
        self.index_of = shown.iter().enumerate().map(|(index, id)| (*id, index)).collect();
        self.shown = shown;
    }

    fn holding(&mut self, id: u32) -> Option<ScopeHolding> {
        let key = self.node(id)?.key;
        let (keeper, owner) = self.keeper_and_owner(key);
        let view = self.spread.network.view;
        let put = self.spread.nodes.get(id as usize)?.put.clone();
        let (event, site, place, span, came, left) = match (&put, key.slot) {
            (Some(put), _) => {
                let until = put.until.unwrap_or(i64::MAX);
                let span = (put.from.0, until);
                let puts = self.spread.network.puts(key.item);
                let named = puts.groups_of_put(put).find_map(|group| part(view, group));
                let place = named.unwrap_or(put.place);
                (put.event, put.site, place, span, put.came, put.left())
            }
            (None, Slot::Mention(event)) => {
                let record = view.graph.event(event)?;
                let place = view.place(event, record);
                let span = (record.time().earliest(), record.time().latest());
                let mention = view.graph.items(record).iter().find(|i| i.id == key.item);
                let scale = Scale::of(view, key.item, self.spread.network.facts);
                let came = mention.map_or(UNKNOWN, |mention| scale.amount(mention.amount()));
                (event, view.site(place), place, span, came, ZERO)
            }
            _ => (NONE, NONE, NONE, (i64::MIN, i64::MAX), UNKNOWN, UNKNOWN),
        };
        let node = self.spread.nodes.get(id as usize)?;
        let cleared = node.grade == ScopeGrade::Cleared;
        let cleared_by = node.decision.into_iter().chain(node.kills.iter().map(|kill| kill.2));
        let cleared_by: Vec<u32> = cleared_by.filter(|_| cleared).collect();
        Some(ScopeHolding {
            lot: self.text(key.item)?,
            site: self.text(site),
            place: self.text(place),
            keeper,
            owner,
            event: self.event_id(event).unwrap_or_default(),
            from: open_moment(span.0).unwrap_or_else(|| moment(0)),
            until: open_moment(span.1),
            since: open_moment(node.since()),
            grade: node.grade,
            reasons: node.why().list(),
            cleared_by: self.event_ids(cleared_by),
            came_kg: came,
            left_kg: left,
            share: if cleared { 0.0 } else { self.share(id) },
        })
    }

    pub(crate) fn share(&self, id: u32) -> f64 {
        self.shares.of.get(id as usize).copied().unwrap_or(1.0)
    }

    /// Who keeps a holding: who the first record names as keeping it afterwards, else who issued
    /// it; and who owns it.
    pub(crate) fn keeper_and_owner(&mut self, key: Key) -> (Option<String>, Option<String>) {
        let view = self.spread.network.view;
        let Slot::Put(index) = key.slot else {
            let Slot::Mention(event) = key.slot else { return (None, None) };
            let issuer = view.graph.event(event).map_or(NONE, |record| record.issuer);
            return (self.text(issuer), None);
        };
        let puts = self.puts(key.item);
        let Some((_, first)) = puts.groups_of(index as usize).next() else { return (None, None) };
        let keeper = self.text(issuer(view, first));
        let leaves = fate(view, key.item, first) == Some(Fate::Sent);
        let kind = if leaves { RefKind::SourceOwner } else { RefKind::DestinationOwner };
        let owner = stated(view, first, kind).and_then(|owner| self.text(owner));
        (keeper, owner)
    }

    /// Links between holdings; those through a resource are drawn from each that was on it to each
    /// that it reached only as far as the resource itself tells.
    fn links(&self) -> Vec<HoldingLink> {
        let graph = self.spread.network.view.graph;
        let mut found: Vec<(usize, usize, &Followed)> = Vec::new();
        for link in &self.followed {
            let ends = self.index_of.get(&link.from).zip(self.index_of.get(&link.to));
            if let Some((from, to)) = ends {
                found.push((*from, *to, link));
            }
        }
        found.sort_by(|a, b| {
            let ends = (a.0, a.1, a.2.edge.kind).cmp(&(b.0, b.1, b.2.edge.kind));
            ends.then_with(|| compare(graph, a.2.edge.event, b.2.edge.event))
        });
        let line = |(from, to, link): (usize, usize, &Followed)| HoldingLink {
            from,
            to,
            kind: link.edge.kind,
            event: self.event_id(link.edge.event).unwrap_or_default(),
            kilograms: link.edge.weight,
            grade: link.grade,
            reasons: link.why.list(),
        };
        found.into_iter().map(line).collect()
    }

    fn resources(&mut self, answer: &mut ScopeAnswer) {
        let mut windows = Vec::new();
        for id in 0..self.spread.nodes.len() {
            let Some(node) = self.spread.nodes.get(id) else { continue };
            let Slot::Resource(period) = node.key.slot else { continue };
            let (place, since, limit) = (node.key.item, node.since(), node.limit);
            let resource = self.spread.network.resource(place);
            let ended = resource.ended_by(period);
            let question = self.spread.network.question;
            let window = question.window(resource.kind, since.max(0)).filter(|_| ended.is_none());
            windows.extend(window);
            answer.resources.push(ScopeResource {
                id: self.text(place).unwrap_or_default(),
                kind: resource.kind,
                kind_inferred: resource.kind_inferred,
                since: moment(since.max(0)),
                cleaned_by: ended.and_then(|cleaning| self.event_id(cleaning.2)),
                until: ended.map_or_else(|| open_moment(limit), |cleaning| open_moment(cleaning.1)),
                window_hours: window.map(|window| window.hours),
            });
        }
        answer.resources.sort_by(|a, b| (&a.id, &a.since).cmp(&(&b.id, &b.since)));
        windows.sort_by_key(|row| (row.resource, row.valid_from_micros));
        windows.dedup();
        answer.rules.windows = windows;
    }

    /// Items in scope that are not cleared.
    pub(crate) fn affected(&self) -> BTreeSet<u32> {
        let nodes = self.shown.iter().filter_map(|id| self.node(*id));
        nodes.filter(|n| n.grade != ScopeGrade::Cleared).map(|node| node.key.item).collect()
    }
}
