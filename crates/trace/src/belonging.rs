//! Belonging: lots and their instances, containers and their contents.

use laiqu_columns::Pair;
use laiqu_epcis::facts::ItemRole;

use crate::answer::LinkKind;
use crate::containment::Inside;
use crate::grade::{Reason, Reasons};
use crate::intern::IdSet;
use crate::ordering::compare;
use crate::vertex::{Flow, Hop, Part, Reach, Vertex};
use crate::view::View;

impl View<'_> {
    /// Instance to lot, and lot to instances.
    pub(crate) fn membership(&self, vertex: Vertex, hops: &mut Vec<Hop>) {
        if vertex.reach != Reach::Full {
            return;
        }
        let flow = |lot: u32, instance: u32, event: u32| Flow {
            from: lot,
            to: instance,
            event,
            kind: LinkKind::MemberOf,
            reasons: Reasons::NONE,
        };
        for [lot, event] in self.lots_of(vertex.item) {
            let next = Vertex { item: lot, part: Part::Whole, reach: Reach::Membership };
            hops.push(Hop::new(next, flow(lot, vertex.item, event)));
        }
        for [instance, event] in self.members(self.graph.instances_of(vertex.item)) {
            let next = Vertex { item: instance, part: Part::Whole, reach: Reach::Membership };
            hops.push(Hop::new(next, flow(vertex.item, instance, event)));
        }
    }

    /// Lots that an item is of, each with the first standing event that says so.
    pub(crate) fn lots_of(&self, item: u32) -> Vec<Pair> {
        self.members(self.graph.lots_of(item))
    }

    /// Each of them once, with the first event that says so, one that is followed if possible.
    fn members(&self, pairs: &[Pair]) -> Vec<Pair> {
        let mut pairs: Vec<Pair> =
            pairs.iter().filter(|[_, event]| self.stands(*event)).copied().collect();
        let is_beyond = |event: u32| !self.is_followed(event);
        pairs.sort_by(|a, b| {
            let followed_first = || is_beyond(a[1]).cmp(&is_beyond(b[1]));
            let by_item = a[0].cmp(&b[0]).then_with(followed_first);
            by_item.then_with(|| compare(self.graph, a[1], b[1]))
        });
        pairs.dedup_by_key(|pair| pair[0]);
        pairs
    }

    /// Everything inside a unit: in its epoch, or (for the whole of its life) in all of them.
    pub(crate) fn contents_of(&self, vertex: Vertex, hops: &mut Vec<Hop>) {
        let epoch = match vertex.part {
            Part::Whole => None,
            Part::Epoch(epoch) => Some(epoch),
            Part::Empty | Part::Mention(_) => return,
        };
        if self.shape(vertex.item).is_class {
            return;
        }
        let contents = self.contents(vertex.item);
        for stay in contents.stays.iter().filter(|s| epoch.is_none_or(|epoch| s.epoch == epoch)) {
            let part = if self.is_unlotted(stay.child) {
                Part::Mention(stay.opened_by)
            } else {
                self.part_during(stay.child, stay.from, stay.until)
            };
            let inside = Inside {
                parent: vertex.item,
                epoch: stay.epoch,
                from: stay.from,
                until: stay.until,
                opened_by: stay.opened_by,
                inferred: stay.inferred,
                amount: stay.amount,
            };
            let child = Vertex { item: stay.child, part, reach: Reach::Full };
            hops.push(Hop::new(child, self.contained(stay.child, &inside)));
        }
    }

    pub(crate) fn contained(&self, child: u32, inside: &Inside) -> Flow {
        let record = self.graph.event(inside.opened_by);
        let mut reasons =
            record.map_or(Reasons::NONE, |r| self.use_status(child, inside.opened_by, r));
        if inside.inferred {
            reasons = reasons.with(Reasons::of(Reason::InferredContainment));
        }
        Flow {
            from: child,
            to: inside.parent,
            event: inside.opened_by,
            kind: LinkKind::Contained,
            reasons,
        }
    }

    /// Containers of a vertex that were themselves used as an input while it was inside.
    pub(crate) fn used_carriers(&self, vertex: Vertex, hops: &mut Vec<Hop>) {
        for inside in self.stays_of_vertex(vertex) {
            if self.is_used(inside.parent, inside.from, inside.until) {
                let part = Part::Epoch(inside.epoch);
                let carrier = Vertex { item: inside.parent, part, reach: Reach::Carrier };
                let flow = self.contained(vertex.item, &inside);
                hops.push(Hop::new(carrier, flow));
            }
        }
    }

    /// Was the unit, or what it was in, an input while it held something from `from` to `until`?
    fn is_used(&self, unit: u32, from: i64, until: i64) -> bool {
        let mut seen = IdSet::default();
        let mut open = vec![(unit, from, until)];
        while let Some((unit, from, until)) = open.pop() {
            if !seen.insert((unit, from, until)) {
                continue;
            }
            let used = self.events_between(unit, from, until).into_iter().any(|event| {
                let record = self.graph.event(event).filter(|_| self.stands(event));
                record.is_some_and(|record| self.has_role(record, unit, ItemRole::Input))
            });
            if used {
                return true;
            }
            let stays = self.stays_of(unit);
            let above = stays.iter().map(|s| (s.parent, from.max(s.from), until.min(s.until)));
            open.extend(above.filter(|(_, from, until)| from <= until));
        }
        false
    }

    /// Stays of a vertex inside something, limited to its epoch.
    pub(crate) fn stays_of_vertex(&self, vertex: Vertex) -> Vec<Inside> {
        let mut stays = match vertex.part {
            Part::Mention(_) | Part::Empty => return Vec::new(),
            Part::Whole | Part::Epoch(_) => self.stays_of(vertex.item).to_vec(),
        };
        if let Part::Epoch(epoch) = vertex.part {
            let contents = self.contents(vertex.item);
            let Some(epoch) = contents.epochs.get(epoch as usize) else { return Vec::new() };
            stays.retain(|stay| stay.from <= epoch.until && stay.until >= epoch.from);
        }
        stays
    }
}
