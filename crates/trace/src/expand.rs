//! One step of a walk: what a vertex is directly made from, or goes into.

use laiqu_epcis::facts::ItemRole;

use crate::answer::LinkKind;
use crate::grade::{Reason, Reasons};
use crate::intern::IdSet;
use crate::links::Marks;
use crate::quantity::Amount;
use crate::records::EventRecord;
use crate::vertex::{Flow, Hop, Part, Reach, Vertex};
use crate::view::View;

impl View<'_> {
    /// The part of an item that takes part in an event.
    fn vertex_at(&self, item: u32, event: u32, record: &EventRecord) -> Vertex {
        let part = if self.is_unlotted(item) {
            Part::Mention(event)
        } else {
            self.part_during(item, record.time().earliest(), record.time().latest())
        };
        Vertex { item, part, reach: Reach::Full }
    }

    pub(crate) fn part_during(&self, item: u32, earliest: i64, latest: i64) -> Part {
        if self.shape(item).is_class {
            return Part::Whole;
        }
        let contents = self.contents(item);
        match contents.epoch_at(earliest, latest) {
            Some(epoch) => Part::Epoch(epoch),
            None if contents.epochs.is_empty() => Part::Whole,
            None => Part::Empty,
        }
    }

    /// Events that a vertex takes part in and that still say something.
    pub(crate) fn vertex_events(&self, vertex: Vertex) -> Vec<u32> {
        let events = self.events(vertex.item).map(|(event, record)| (event, record.time()));
        match vertex.part {
            Part::Whole => events.map(|(event, _)| event).collect(),
            Part::Empty => Vec::new(),
            Part::Mention(event) => vec![event],
            Part::Epoch(epoch) => {
                let contents = self.contents(vertex.item);
                let epoch = contents.epochs.get(epoch as usize).copied();
                let Some(epoch) = epoch else { return Vec::new() };
                events
                    .filter(|(_, time)| {
                        time.earliest() <= epoch.until && time.latest() >= epoch.from
                    })
                    .map(|(event, _)| event)
                    .collect()
            }
        }
    }

    /// What makes the use of an item by an event unsure.
    pub(crate) fn use_status(&self, item: u32, event: u32, record: &EventRecord) -> Reasons {
        let declared = self.declared(record);
        if self.is_unlotted(item) {
            return declared;
        }
        self.status(item, event).with(declared)
    }

    /// What a vertex is directly made from.
    pub(crate) fn back(&self, vertex: Vertex, hops: &mut Vec<Hop>) {
        let marks = self.marks(vertex.item);
        if vertex.part == Part::Whole && !marks.any(Marks::EVENTS) {
            let links = &self.graph.links;
            for [input, event] in links.pairs(links.way(vertex.item, true).head) {
                let flow = self.listed(input, vertex.item, event);
                hops.push(Hop::new(self.listed_vertex(input, event), flow));
            }
        } else {
            self.made_from(vertex, hops);
        }
        if marks.any(Marks::HOLDS) {
            self.contents_of(vertex, hops);
        }
        if marks.any(Marks::MEMBERS) {
            self.membership(vertex, hops);
        }
        if let Part::Mention(event) = vertex.part {
            for lot in self.lots_behind(vertex.item, event) {
                let lot = Vertex::whole(lot);
                hops.push(Hop::new(lot, self.attributed(lot.item, vertex.item, event)));
            }
            for other in self.mentions_behind(vertex.item, event) {
                let other = Vertex { part: Part::Mention(other), ..vertex };
                let flow = self.attributed(vertex.item, vertex.item, event);
                hops.push(Hop::new(other, flow));
            }
        }
    }

    /// What the events of a vertex say that it was made from.
    fn made_from(&self, vertex: Vertex, hops: &mut Vec<Hop>) {
        for event in self.vertex_events(vertex) {
            let Some(record) = self.graph.event(event) else { continue };
            if self.has_role(record, vertex.item, ItemRole::Output) {
                self.partners(event, record, ItemRole::Input, |input, used_at, used| {
                    let flow = self.transformed(input, vertex.item, used_at, used, event);
                    let vertex = self.vertex_at(input, used_at, used);
                    hops.push(Hop { vertex, flow, end: event });
                });
            }
        }
    }

    /// What a vertex directly goes into.
    pub(crate) fn forward(&self, vertex: Vertex, hops: &mut Vec<Hop>) {
        let marks = self.marks(vertex.item);
        if vertex.part == Part::Whole && !marks.any(Marks::EVENTS) {
            let links = &self.graph.links;
            for [output, event] in links.pairs(links.way(vertex.item, false).head) {
                let flow = self.listed(vertex.item, output, event);
                hops.push(Hop::new(self.listed_vertex(output, event), flow));
            }
        } else {
            self.made_into(vertex, hops);
        }
        if marks.any(Marks::CARRIED) {
            self.used_carriers(vertex, hops);
        }
        if vertex.reach == Reach::Carrier {
            return;
        }
        if marks.any(Marks::MEMBERS) {
            self.membership(vertex, hops);
        }
        if !marks.any(Marks::UNLOTTED) {
            return;
        }
        match vertex.part {
            Part::Mention(event) => {
                for other in self.mentions_after(vertex.item, event) {
                    let next = Vertex { part: Part::Mention(other), ..vertex };
                    let flow = self.attributed(vertex.item, vertex.item, other);
                    hops.push(Hop::new(next, flow));
                }
            }
            Part::Whole | Part::Epoch(_) | Part::Empty => {
                let product = self.shape(vertex.item).product;
                for event in self.takings_of(vertex.item) {
                    let part = Part::Mention(event);
                    let mention = Vertex { item: product, part, reach: Reach::Full };
                    let flow = self.attributed(vertex.item, product, event);
                    hops.push(Hop::new(mention, flow));
                }
            }
        }
    }

    /// Calls `each` for every item with a role in the transformation, over all events that share
    /// its transformationID.
    pub(crate) fn partners<F>(&self, event: u32, record: &EventRecord, role: ItemRole, mut each: F)
    where
        F: FnMut(u32, u32, &EventRecord),
    {
        let joined = self.graph.run_events(record.run);
        let events = if joined.is_empty() { std::slice::from_ref(&event) } else { joined };
        for other in events.iter().filter(|other| **other == event || self.stands(**other)) {
            let Some(record) = self.graph.event(*other) else { continue };
            let mut seen = IdSet::default();
            for item in self.graph.items(record).iter().filter(|item| item.role() == role) {
                if seen.insert(item.id) {
                    each(item.id, *other, record);
                }
            }
        }
    }

    /// What the events of a vertex say that was made of it.
    fn made_into(&self, vertex: Vertex, hops: &mut Vec<Hop>) {
        for event in self.vertex_events(vertex) {
            let Some(record) = self.graph.event(event) else { continue };
            if self.has_role(record, vertex.item, ItemRole::Input) {
                self.partners(event, record, ItemRole::Output, |output, made_at, made| {
                    let flow = self.transformed(vertex.item, output, event, record, made_at);
                    let vertex = self.vertex_at(output, made_at, made);
                    hops.push(Hop { vertex, flow, end: made_at });
                });
            }
        }
    }

    /// The part of an item that takes part in a listed event.
    pub(crate) fn listed_vertex(&self, item: u32, event: u32) -> Vertex {
        let whole = Vertex::whole(item);
        if !self.marks(item).any(Marks::PARTS) {
            return whole;
        }
        self.graph.event(event).map_or(whole, |record| self.vertex_at(item, event, record))
    }

    /// The link of a listed event: one that nobody declared to be in error.
    fn listed(&self, from: u32, to: u32, event: u32) -> Flow {
        let reasons = self.status(from, event);
        Flow { from, to, event, kind: LinkKind::Transformed, reasons }
    }

    /// The link of an input used by one event to an output made by `made_at` (the same event, or
    /// one of the same run).
    fn transformed(
        &self,
        from: u32,
        to: u32,
        used_at: u32,
        used: &EventRecord,
        made_at: u32,
    ) -> Flow {
        let made = self.graph.event(made_at).filter(|_| made_at != used_at);
        let declared = made.map_or(Reasons::NONE, |made| self.declared(made));
        Flow {
            from,
            to,
            event: used_at,
            kind: LinkKind::Transformed,
            reasons: self.use_status(from, used_at, used).with(declared),
        }
    }

    /// How much went along a link between two items, as it was stated.
    pub(crate) fn amount_of(&self, flow: &Flow) -> Option<Amount> {
        let items = self.graph.items(self.graph.event(flow.event)?);
        let mention = match flow.kind {
            LinkKind::Transformed => {
                items.iter().find(|item| item.id == flow.from && item.role() == ItemRole::Input)
            }
            LinkKind::Attributed => items.iter().find(|item| item.id == flow.to),
            LinkKind::Contained => {
                let stays = self.stays_of(flow.from);
                let mut stays = stays.iter();
                let stay = stays.find(|s| s.parent == flow.to && s.opened_by == flow.event);
                return stay.and_then(|stay| stay.amount);
            }
            LinkKind::MemberOf | LinkKind::Moved => None,
        };
        mention.and_then(|mention| mention.amount())
    }

    fn attributed(&self, from: u32, to: u32, event: u32) -> Flow {
        let record = self.graph.event(event);
        let declared = record.map_or(Reasons::NONE, |record| self.declared(record));
        Flow {
            from,
            to,
            event,
            kind: LinkKind::Attributed,
            reasons: declared.with(Reasons::of(Reason::Unlotted)),
        }
    }
}
