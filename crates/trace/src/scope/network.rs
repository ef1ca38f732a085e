//! The network of holdings, built only where a question reaches it.

use std::rc::Rc;

use laiqu_epcis::facts::{EventTime, ItemRole};
use serde::Serialize;

use crate::answer::Kilograms;
use crate::grade::{Reason, Reasons};
use crate::grouping::Group;
use crate::intern::{IdMap, NONE, id32, term};
use crate::records::EventRecord;
use crate::scope::index::MarkKind;
use crate::scope::kilos::{MasterFacts, UNKNOWN};
use crate::scope::puts::{Put, Puts, Scale};
use crate::scope::question::{Hazard, ScopeQuestion};
use crate::scope::reason::{ScopeReason, Why};
use crate::scope::resources::{
    Resource, Resources, Stay, items_at, resource_of, run_span, stays_of,
};
use crate::timeline::Kind;
use crate::view::View;

/// Which holding of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Slot {
    /// One of its holdings, by index.
    Put(u32),
    /// Where no record says that it is.
    Elsewhere,
    /// One mention of a product without a lot: an event.
    Mention(u32),
    /// A line, tank or room (the place stands for the item) between two cleanings.
    Resource(u32),
}

/// A vertex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) item: u32,
    pub(crate) slot: Slot,
}

/// What joins two holdings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldingLinkKind {
    /// The same item from one place to another.
    Moved,
    /// From an input to an output.
    Transformed,
    /// From a lot to an instance of it, or back where the record names the lot.
    MemberOf,
    /// From a lot on hand to a record that names only the product.
    Attributed,
    /// Through a line, tank or room.
    Mixed,
    /// To something that appeared without an input.
    Appeared,
}

/// A link between two holdings, in the direction of the flow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    pub(crate) to: Key,
    pub(crate) kind: HoldingLinkKind,
    /// The event that says so.
    pub(crate) event: u32,
    /// First and last microsecond at which it can have left, and come.
    pub(crate) leaves: (i64, i64),
    pub(crate) enters: (i64, i64),
    pub(crate) why: Why,
    /// Kilograms of what left.
    pub(crate) weight: Kilograms,
    /// It is a kill step that names the hazard.
    pub(crate) kills: bool,
    /// Only what was affected before it came to the resource is followed into it.
    pub(crate) needs_direct: bool,
}

pub(crate) struct Network<'v, 'g> {
    pub(crate) view: &'v View<'g>,
    pub(crate) question: &'v ScopeQuestion,
    pub(crate) facts: &'v dyn MasterFacts,
    /// Only links that some record states: no guesses where a lot without an input came from.
    recorded_only: bool,
    pub(super) resources: Resources,
    pub(super) stays: IdMap<u32, Rc<[Stay]>>,
    pub(super) puts: IdMap<u32, Rc<Puts>>,
    pub(super) takings: IdMap<u32, Rc<[u32]>>,
    pub(super) packs: IdMap<u32, Rc<IdMap<u32, Vec<u32>>>>,
}

pub(super) fn span(time: EventTime) -> (i64, i64) {
    (time.earliest(), time.latest())
}

pub(crate) fn slot(index: usize) -> Slot {
    Slot::Put(id32(index))
}

impl<'v, 'g> Network<'v, 'g> {
    pub(crate) fn new(
        view: &'v View<'g>,
        question: &'v ScopeQuestion,
        facts: &'v dyn MasterFacts,
    ) -> Network<'v, 'g> {
        Network {
            view,
            question,
            facts,
            recorded_only: false,
            resources: Resources::default(),
            stays: IdMap::default(),
            puts: IdMap::default(),
            takings: IdMap::default(),
            packs: IdMap::default(),
        }
    }

    /// Likewise, with only those links that some record states.
    pub(crate) fn recorded(
        view: &'v View<'g>,
        question: &'v ScopeQuestion,
        facts: &'v dyn MasterFacts,
    ) -> Network<'v, 'g> {
        Network { recorded_only: true, ..Network::new(view, question, facts) }
    }

    pub(crate) fn puts(&mut self, item: u32) -> Rc<Puts> {
        if let Some(known) = self.puts.get(&item) {
            return Rc::clone(known);
        }
        let found = Rc::new(Puts::of(self.view, item, self.facts));
        self.puts.insert(item, Rc::clone(&found));
        found
    }

    /// The holding of a vertex, where it is one.
    pub(crate) fn put(&mut self, key: Key) -> Option<Put> {
        let Slot::Put(index) = key.slot else { return None };
        self.puts(key.item).puts.get(index as usize).cloned()
    }

    /// Is this event a kill step that names the hazard, and nobody speaks against it?
    pub(crate) fn kills(&self, event: u32) -> bool {
        let graph = self.view.graph;
        let mark = graph.scope.mark(event).filter(|mark| mark.kind == MarkKind::KillStep);
        let Some(mark) = mark else { return false };
        let standing = graph.event(event).map(|record| self.view.standing(record));
        let is_sound = standing.is_some_and(|s| !s.retracted && !s.in_error && !s.disputed);
        is_sound && self.question.hazard.can_be_killed() && self.names_hazard(mark.names)
    }

    /// Do these names mean the hazard of the question? A question without an agent fears all of
    /// its kind, which only the name of the kind ends.
    pub(crate) fn names_hazard(&self, names: &[u32]) -> bool {
        let word = |text: &str| term(text.trim()).to_lowercase();
        let kind = self.question.hazard.word();
        let agent = self.question.agent.as_deref().map(word);
        names
            .iter()
            .map(|name| word(self.view.text(*name)))
            .any(|name| name == kind || agent.as_deref() == Some(name.as_str()))
    }

    /// Do these names mean the agent of the question? A laboratory looks for an agent, never for a
    /// kind.
    pub(crate) fn names_agent(&self, names: &[u32]) -> bool {
        let word = |text: &str| term(text.trim()).to_lowercase();
        let Some(agent) = self.question.agent.as_deref().map(word) else { return false };
        names.iter().any(|name| word(self.view.text(*name)) == agent)
    }

    /// The vertex of an item as an event makes or names it.
    pub(crate) fn vertex_of(&mut self, item: u32, event: u32) -> Key {
        if self.view.is_unlotted(item) {
            return Key { item, slot: Slot::Mention(event) };
        }
        let made = self.puts(item).made_by(event);
        Key { item, slot: made.map_or(Slot::Elsewhere, slot) }
    }

    /// Everything that leads on from a holding.
    pub(crate) fn expand(&mut self, key: Key) -> Vec<Edge> {
        let mut edges = Vec::new();
        match key.slot {
            Slot::Put(index) => self.expand_put(key, index as usize, &mut edges),
            Slot::Elsewhere => self.expand_elsewhere(key.item, &mut edges),
            Slot::Mention(event) => self.expand_mention(key.item, event, &mut edges),
            Slot::Resource(period) => self.expand_resource(key.item, period, &mut edges),
        }
        edges
    }

    fn expand_put(&mut self, key: Key, index: usize, edges: &mut Vec<Edge>) {
        let item = key.item;
        let puts = self.puts(item);
        let Some(put) = puts.puts.get(index) else { return };
        for carry in puts.carries_out_of(index) {
            let sent = carry.sent.and_then(|sent| puts.group(sent));
            let Some(came) = puts.group(carry.came) else { continue };
            let scale = Scale::of(self.view, item, self.facts);
            edges.push(Edge {
                to: Key { item, slot: slot(carry.to) },
                kind: HoldingLinkKind::Moved,
                event: came.events.first().copied().unwrap_or(NONE),
                leaves: sent.map_or((put.from.0, came.latest), |s| (s.earliest, s.latest)),
                enters: (came.earliest, came.latest),
                why: carry.why,
                weight: scale.amount(came.amount.or(sent.and_then(|sent| sent.amount))),
                kills: false,
                needs_direct: false,
            });
        }
        for (_, group) in puts.groups_of(index) {
            if group.kind == Kind::Exit {
                self.used(item, group, edges);
            }
        }
        self.strays(item, put, &puts, edges);
        self.members(item, index, put, edges);
        if self.question.hazard != Hazard::Label {
            self.unlotted(item, put, edges);
            if !self.recorded_only {
                self.appeared(item, put, &puts, edges);
            }
        }
        if self.question.hazard.mixes() {
            self.kept_together(key, index, &puts, edges);
        }
    }

    /// What an exit made of it.
    fn used(&mut self, item: u32, group: &Group, edges: &mut Vec<Edge>) {
        let view = self.view;
        for event in &group.events {
            let Some(record) = view.graph.event(*event) else { continue };
            let carrier = group.path.first().copied();
            let named = if view.has_role(record, item, ItemRole::Input) {
                item
            } else {
                match group.path.iter().find(|unit| view.has_role(record, **unit, ItemRole::Input))
                {
                    Some(unit) => *unit,
                    None => continue,
                }
            };
            let doubts = [Reason::OutOfOrder, Reason::QuantityExceeds].into_iter();
            let status = view.moves(item).status(*event);
            let mut why = doubts
                .filter(|reason| status.has(*reason))
                .fold(Reasons::NONE, |set, reason| set.with(Reasons::of(reason)));
            let stays = view.stays_of(item);
            if carrier.is_some_and(|unit| stays.iter().any(|s| s.parent == unit && s.inferred)) {
                why = why.with(Reasons::of(Reason::InferredContainment));
            }
            let amount = if named == item { group.amount } else { None };
            let weight = Scale::of(view, item, self.facts).amount(amount);
            self.outputs(*event, record, Why::from(why), weight, edges);
        }
    }

    /// Links from a use to everything that the run made, and to what was made after it on the same
    /// resource.
    fn outputs(
        &mut self,
        event: u32,
        record: &'g EventRecord,
        why: Why,
        weight: Kilograms,
        edges: &mut Vec<Edge>,
    ) {
        let view = self.view;
        let leaves = run_span(view, event, record);
        let mut made = Vec::new();
        view.partners(event, record, ItemRole::Output, |output, at, record| {
            made.push((output, at, record.time(), view.declared(record)));
        });
        let new_label = match self.question.hazard {
            Hazard::Label => Why::of(ScopeReason::NewLabel),
            _ => Why::NONE,
        };
        let declared = view.declared(record);
        for (output, at, time, made_declared) in made {
            let doubts = Why::from(declared.with(made_declared));
            edges.push(Edge {
                to: self.vertex_of(output, at),
                kind: HoldingLinkKind::Transformed,
                event: at,
                leaves,
                enters: span(time),
                why: why.and(doubts).and(new_label),
                weight,
                kills: self.kills(event) || self.kills(at),
                needs_direct: false,
            });
        }
        if self.question.hazard.mixes() {
            self.used_on(event, record, leaves, edges);
        }
    }

    /// A run leaves its traces on the line or in the tank that it was on.
    fn used_on(
        &mut self,
        event: u32,
        record: &EventRecord,
        span: (i64, i64),
        edges: &mut Vec<Edge>,
    ) {
        let Some(place) = resource_of(self.view, record) else { return };
        let resource = self.resource(place);
        for period in resource.periods(span) {
            edges.push(Edge {
                to: Key { item: place, slot: Slot::Resource(period) },
                kind: HoldingLinkKind::Mixed,
                event,
                leaves: span,
                enters: span,
                why: Why::from(self.view.declared(record)),
                weight: UNKNOWN,
                kills: false,
                needs_direct: false,
            });
        }
    }

    pub(crate) fn resource(&mut self, place: u32) -> Rc<Resource> {
        self.resources.get(self.view, place, self.question, self.facts)
    }

    /// What was made on it, or lay open in it, between two cleanings.
    fn expand_resource(&mut self, place: u32, period: u32, edges: &mut Vec<Edge>) {
        let resource = self.resource(place);
        let mut why = Why::of(ScopeReason::SharedResource);
        if resource.ended_by(period).is_none() {
            why = why.and(Why::of(ScopeReason::NoCleaningRecord));
        }
        let is_in = |span: (i64, i64)| resource.periods(span).contains(&period);
        let view = self.view;
        for (run, span) in resource.runs.iter().filter(|(_, span)| is_in(*span)) {
            let Some(record) = view.graph.event(*run) else { continue };
            let mut made = Vec::new();
            view.partners(*run, record, ItemRole::Output, |output, at, record| {
                made.push((output, at, record.time()));
            });
            for (output, at, time) in made {
                edges.push(Edge {
                    to: self.vertex_of(output, at),
                    kind: HoldingLinkKind::Mixed,
                    event: *run,
                    leaves: *span,
                    enters: (time.earliest(), time.latest()),
                    why: why.and(Why::from(view.declared(record))),
                    weight: UNKNOWN,
                    kills: self.kills(*run) || self.kills(at),
                    needs_direct: false,
                });
            }
        }
        for stay in self.stays_at(place).iter().filter(|stay| stay.is_open && is_in(stay.span)) {
            edges.push(Edge {
                to: stay.key,
                kind: HoldingLinkKind::Mixed,
                event: stay.event,
                leaves: stay.span,
                enters: stay.span,
                why,
                weight: UNKNOWN,
                kills: false,
                needs_direct: false,
            });
        }
    }

    /// Everything that was at a part of a site for a while.
    pub(crate) fn stays_at(&mut self, place: u32) -> Rc<[Stay]> {
        if let Some(known) = self.stays.get(&place) {
            return Rc::clone(known);
        }
        let mut found = Vec::new();
        for item in items_at(self.view, place) {
            if self.view.is_unlotted(item) {
                continue;
            }
            let puts = self.puts(item);
            for index in 0..puts.puts.len() {
                let stays = stays_of(self.view, Key { item, slot: slot(index) }, &puts, index);
                found.extend(stays.into_iter().filter(|(at, _)| *at == place).map(|(_, s)| s));
            }
        }
        let found: Rc<[Stay]> = found.into();
        self.stays.insert(place, Rc::clone(&found));
        found
    }

    /// To where no record says it is, where some record needs it there.
    fn strays(&mut self, item: u32, put: &Put, puts: &Puts, edges: &mut Vec<Edge>) {
        // Most items have none or one.
        let mut orphans = puts.orphans.iter();
        if puts.placeless.is_empty() && !orphans.any(|event| *event != put.event) {
            return;
        }
        let always = (put.from.0, i64::MAX);
        edges.push(Edge {
            to: Key { item, slot: Slot::Elsewhere },
            kind: HoldingLinkKind::Moved,
            event: put.event,
            leaves: always,
            enters: always,
            why: Why::of(ScopeReason::UnrecordedMove),
            weight: UNKNOWN,
            kills: false,
            needs_direct: false,
        });
    }

    fn expand_elsewhere(&mut self, item: u32, edges: &mut Vec<Edge>) {
        let puts = self.puts(item);
        let is_class = self.view.shape(item).is_class;
        for (index, put) in puts.puts.iter().enumerate() {
            if put.has_way_in && (is_class || puts.placeless.is_empty()) {
                continue;
            }
            edges.push(Edge {
                to: Key { item, slot: slot(index) },
                kind: HoldingLinkKind::Moved,
                event: put.event,
                leaves: (i64::MIN, put.from.1),
                enters: put.from,
                why: Why::of(ScopeReason::UnrecordedMove),
                weight: UNKNOWN,
                kills: false,
                needs_direct: false,
            });
        }
        for event in &puts.placeless {
            let Some(record) = self.view.graph.event(*event) else { continue };
            if self.view.has_role(record, item, ItemRole::Input) {
                self.outputs(*event, record, Why::NONE, self.mentioned(item, record), edges);
            }
        }
        self.packs_at(item, NONE, (i64::MIN, i64::MAX), edges);
    }

    pub(super) fn mentioned(&self, item: u32, record: &EventRecord) -> Kilograms {
        let mention = self.view.graph.items(record).iter().find(|i| i.id == item);
        let scale = Scale::of(self.view, item, self.facts);
        mention.map_or(UNKNOWN, |mention| scale.amount(mention.amount()))
    }

    fn expand_mention(&mut self, product: u32, event: u32, edges: &mut Vec<Edge>) {
        let view = self.view;
        let Some(record) = view.graph.event(event) else { return };
        let weight = self.mentioned(product, record);
        if view.has_role(record, product, ItemRole::Input) {
            self.outputs(event, record, Why::NONE, weight, edges);
        }
        if self.question.hazard == Hazard::Label {
            return;
        }
        for other in view.mentions_after(product, event) {
            let Some(next) = view.graph.event(other) else { continue };
            edges.push(Edge {
                to: Key { item: product, slot: Slot::Mention(other) },
                kind: HoldingLinkKind::Attributed,
                event: other,
                leaves: (record.time().earliest(), next.time().latest()),
                enters: span(next.time()),
                why: Why::of(ScopeReason::Unlotted).and(Why::from(view.declared(next))),
                weight: self.mentioned(product, next),
                kills: false,
                needs_direct: false,
            });
        }
    }

    /// Open food leaves its traces in the tank or room that it lies in.
    fn kept_together(&mut self, key: Key, index: usize, puts: &Puts, edges: &mut Vec<Edge>) {
        for (place, stay) in stays_of(self.view, key, puts, index) {
            if !stay.is_open {
                continue;
            }
            let resource = self.resource(place);
            for period in resource.periods(stay.span) {
                edges.push(Edge {
                    to: Key { item: place, slot: Slot::Resource(period) },
                    kind: HoldingLinkKind::Mixed,
                    event: stay.event,
                    leaves: stay.span,
                    enters: stay.span,
                    why: Why::NONE,
                    weight: UNKNOWN,
                    kills: false,
                    needs_direct: true,
                });
            }
        }
    }
}
