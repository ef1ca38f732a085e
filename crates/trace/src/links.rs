//! What is directly made of what, kept as events arrive, and what is known about each item without
//! looking at its events: so that a step of a walk reads a list instead of a life.
//!
//! All of it only shortens the ways of `expand` and `moves`. Where a mark says that more than the
//! lists counts for an item, the long way is gone.

use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};

use laiqu_columns::{Column, Error, List, Lists, Opened, Saving};
use laiqu_epcis::facts::{EventType, ItemRole};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::grade::Reasons;
use crate::intern::{IdMap, IdSet, NONE};
use crate::records::{EventRecord, ItemRecord};

/// An item or an event, and the event that says so.
pub(crate) type Pair = [u32; 2];

/// A unit that ever held more than this, like a crate in use for years, is not followed by what is
/// kept about its contents: each of its events would cost all of them.
const INSIDE_KEPT_MAX: usize = if cfg!(test) { 2 } else { 1_000 };

/// What makes more count than the lists of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Marks(u16);

impl Marks {
    /// What holds for every item where the lists say nothing.
    pub(crate) const ALL: Marks = Marks(u16::MAX);
    /// An event of it belongs to a run, is too wide to be listed, or was declared an error.
    pub(crate) const EVENTS: Marks = Marks(1);
    /// Something was ever inside it.
    pub(crate) const HOLDS: Marks = Marks(1 << 1);
    /// It was ever inside a unit that was itself used up.
    pub(crate) const CARRIED: Marks = Marks(1 << 2);
    /// Its product is also recorded without a lot, or it is that record.
    pub(crate) const UNLOTTED: Marks = Marks(1 << 3);
    /// It is of a lot, or has instances.
    pub(crate) const MEMBERS: Marks = Marks(1 << 4);
    /// It does not always take part as a whole.
    pub(crate) const PARTS: Marks = Marks(Marks::HOLDS.0 | Marks::UNLOTTED.0);
    /// It was ever used up.
    const USED: Marks = Marks(1 << 5);
    /// It waits to be settled.
    const QUEUED: Marks = Marks(1 << 6);
    /// Its moves were worked out since they last may have changed.
    const SETTLED: Marks = Marks(1 << 7);
    /// They left a doubt about some event.
    const DOUBTED: Marks = Marks(1 << 8);
    /// Nothing about its moves is kept: see [`INSIDE_KEPT_MAX`].
    const UNKEPT: Marks = Marks(1 << 9);
    /// It was ever made of something.
    const MADE: Marks = Marks(1 << 10);

    /// What a step back must look at beside the lists.
    pub(crate) const BACK: Marks =
        Marks(Marks::EVENTS.0 | Marks::HOLDS.0 | Marks::UNLOTTED.0 | Marks::MEMBERS.0);
    /// What a step forward must look at beside the lists.
    pub(crate) const FORWARD: Marks =
        Marks(Marks::EVENTS.0 | Marks::CARRIED.0 | Marks::UNLOTTED.0 | Marks::MEMBERS.0);

    /// Can it have been made of something (`back`), or something of it? Most lists are empty,
    /// and then not worth a look.
    pub(crate) fn is_listed(self, back: bool) -> bool {
        self.any(if back { Marks::MADE } else { Marks::USED })
    }

    /// Is it known that nothing about its moves is in doubt?
    pub(crate) fn is_sure(self) -> bool {
        self.0 & (Marks::SETTLED.0 | Marks::DOUBTED.0) == Marks::SETTLED.0
    }

    /// Is any of these set?
    pub(crate) fn any(self, of: Marks) -> bool {
        self.0 & of.0 != 0
    }
}

/// What makes the presence of an item unsure, by event.
type Doubts = Box<[(u32, Reasons)]>;

#[derive(Clone, Copy, Debug, Default, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct Node {
    /// What was made of it, and by which event.
    uses: List,
    /// What it was made from, and by which event.
    inputs: List,
}

/// Lists and marks of items, by their number.
#[derive(Debug, Default)]
pub(crate) struct Links {
    nodes: Column<Node>,
    /// What was ever put inside each item, and by which event.
    inside: Column<List>,
    lists: Lists<Pair>,
    /// As many as there are nodes.
    marks: Vec<AtomicU16>,
    /// Doubts about settled items, by event.
    doubts: RwLock<IdMap<u32, Doubts>>,
    /// Items in the order in which they became unsettled, and how many of them were taken.
    unsettled: Vec<u32>,
    taken: AtomicUsize,
}

impl Links {
    /// What a file holds. Doubts are not stored: whose moves left any is unsettled again.
    pub(crate) fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        let mut links = Self {
            nodes: Column::open(opened, name)?,
            inside: Column::open(opened, &format!("{name}.inside"))?,
            lists: Lists::open(opened, &format!("{name}.lists"))?,
            ..Self::default()
        };
        let stored = Column::<u16>::open(opened, &format!("{name}.marks"))?;
        if stored.len() != links.nodes.len() || stored.len() != links.inside.len() {
            return Err(opened.damaged(format!("{name} has not one mark and list for each node")));
        }
        links.marks.extend(stored.iter().zip(0..).map(|(marks, item)| {
            if Marks(*marks).any(Marks::QUEUED) {
                links.unsettled.push(item);
            }
            AtomicU16::new(*marks)
        }));
        Ok(links)
    }

    pub(crate) fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        self.nodes.save(saving, name)?;
        self.inside.save(saving, &format!("{name}.inside"))?;
        self.lists.save(saving, &format!("{name}.lists"))?;
        let marks = self.marks.iter().map(|marks| {
            let marks = marks.load(Ordering::Acquire);
            if marks & Marks::DOUBTED.0 == 0 {
                return marks;
            }
            marks & !(Marks::DOUBTED.0 | Marks::SETTLED.0) | Marks::QUEUED.0
        });
        saving.values(&format!("{name}.marks"), &marks.collect::<Vec<u16>>())
    }

    fn node(&mut self, item: u32) -> Option<&mut Node> {
        self.make_room(item);
        self.nodes.get_mut(item as usize)
    }

    fn make_room(&mut self, item: u32) {
        let len = item as usize + 1;
        if self.marks.len() < len && item != NONE {
            self.nodes.grow(len, Node::default());
            self.inside.grow(len, List::default());
            self.marks.resize_with(len, AtomicU16::default);
        }
    }

    pub(crate) fn marks(&self, item: u32) -> Marks {
        Marks(self.marks.get(item as usize).map_or(0, |marks| marks.load(Ordering::Acquire)))
    }

    pub(crate) fn mark(&mut self, item: u32, marks: Marks) {
        self.make_room(item);
        if let Some(known) = self.marks.get_mut(item as usize) {
            *known.get_mut() |= marks.0;
        }
    }

    /// Where it says what an item was made from (`back`), or what was made of it.
    pub(crate) fn head(&self, item: u32, back: bool) -> List {
        let node = self.nodes.get(item as usize);
        node.map_or(List::default(), |node| if back { node.inputs } else { node.uses })
    }

    /// Other items, with the events that say so.
    pub(crate) fn pairs(&self, list: List) -> &[Pair] {
        self.lists.get(list)
    }

    fn push(&mut self, item: u32, of: impl Fn(&mut Node) -> &mut List, pair: Pair) {
        let Some(node) = self.node(item) else { return };
        let mut list = *of(node);
        self.lists.push(&mut list, pair);
        if let Some(node) = self.node(item) {
            *of(node) = list;
        }
    }

    /// Takes up one event and its items.
    pub(crate) fn add(&mut self, event: u32, record: &EventRecord, items: &[ItemRecord]) {
        match record.event_type() {
            EventType::Transformation => self.add_made(event, record, items),
            EventType::Aggregation => self.add_contents(event, items),
            EventType::Object | EventType::Transaction | EventType::Association => {}
        }
        self.unsettle(items.iter().map(|item| item.id).collect());
    }

    fn add_made(&mut self, event: u32, record: &EventRecord, items: &[ItemRecord]) {
        let (inputs, outputs) = (of_role(items, ItemRole::Input), of_role(items, ItemRole::Output));
        for input in &inputs {
            // What comes into it later is marked when it does.
            if !self.marks(*input).any(Marks::USED) {
                self.mark(*input, Marks::USED);
                self.mark_contents(*input, Marks::CARRIED);
            }
        }
        // The event itself is shorter than all its links where both sides are long.
        let is_wide = inputs.len() * outputs.len() > 8 * (inputs.len() + outputs.len());
        if is_wide || record.run != NONE {
            return items.iter().for_each(|item| self.mark(item.id, Marks::EVENTS));
        }
        outputs.iter().for_each(|output| self.mark(*output, Marks::MADE));
        for input in &inputs {
            for output in &outputs {
                self.push(*input, |node| &mut node.uses, [*output, event]);
                self.push(*output, |node| &mut node.inputs, [*input, event]);
            }
        }
    }

    fn add_contents(&mut self, event: u32, items: &[ItemRecord]) {
        for parent in of_role(items, ItemRole::Parent) {
            self.mark(parent, Marks::HOLDS);
            let above = self.marks(parent);
            let held = self.inside(parent).len();
            for child in of_role(items, ItemRole::Child) {
                if let Some(inside) = self.inside.get_mut(parent as usize) {
                    self.lists.push(inside, [child, event]);
                }
                if above.any(Marks(Marks::USED.0 | Marks::CARRIED.0)) {
                    self.mark(child, Marks::CARRIED);
                    self.mark_contents(child, Marks::CARRIED);
                }
                if above.any(Marks::UNKEPT) || held > INSIDE_KEPT_MAX {
                    self.mark(child, Marks::UNKEPT);
                    self.mark_contents(child, Marks::UNKEPT);
                }
            }
            if held <= INSIDE_KEPT_MAX && self.inside(parent).len() > INSIDE_KEPT_MAX {
                self.mark_contents(parent, Marks::UNKEPT);
            }
        }
    }

    fn inside(&self, unit: u32) -> List {
        // Most items hold nothing, and their marks are at hand.
        let holds = self.marks(unit).any(Marks::HOLDS);
        let inside = holds.then(|| self.inside.get(unit as usize)).flatten();
        inside.copied().unwrap_or_default()
    }

    /// Marks all that was ever inside a unit, however deep.
    fn mark_contents(&mut self, unit: u32, marks: Marks) {
        let mut seen = IdSet::default();
        let mut open = vec![unit];
        while let Some(item) = open.pop() {
            if seen.insert(item) {
                open.extend(self.pairs(self.inside(item)).iter().map(|[item, _]| *item));
            }
        }
        seen.remove(&unit);
        for item in seen {
            self.mark(item, marks);
            if marks.any(Marks::UNKEPT) {
                self.give_up(item);
            }
        }
    }

    /// What is known of the moves of these items, and of all that was ever in them, may be wrong.
    pub(crate) fn unsettle(&mut self, items: Vec<u32>) {
        let mut seen = IdSet::default();
        let mut open = items;
        while let Some(item) = open.pop() {
            let inside = self.inside(item);
            // What nothing was ever in is given up as often as it is named.
            if !inside.is_empty() && !seen.insert(item) {
                continue;
            }
            self.give_up(item);
            if inside.len() <= INSIDE_KEPT_MAX {
                open.extend(self.pairs(inside).iter().map(|[item, _]| *item));
            }
        }
        let taken = self.taken.get_mut();
        if *taken > self.unsettled.len() / 2 {
            self.unsettled.drain(..(*taken).min(self.unsettled.len()));
            *taken = 0;
        }
    }

    /// Nothing is known of the moves of an item; it waits to be settled where that is kept.
    fn give_up(&mut self, item: u32) {
        self.make_room(item);
        let Some(marks) = self.marks.get_mut(item as usize).map(AtomicU16::get_mut) else { return };
        let before = Marks(*marks);
        *marks &= !(Marks::SETTLED.0 | Marks::DOUBTED.0);
        let waits = !before.any(Marks(Marks::QUEUED.0 | Marks::UNKEPT.0));
        if waits {
            *marks |= Marks::QUEUED.0;
            self.unsettled.push(item);
        }
        if before.any(Marks::DOUBTED) {
            self.doubts.get_mut().unwrap_or_else(PoisonError::into_inner).remove(&item);
        }
    }

    /// The next item that waits to be settled.
    pub(crate) fn take_unsettled(&self) -> Option<u32> {
        loop {
            let at = self.taken.load(Ordering::Relaxed);
            let item = *self.unsettled.get(at)?;
            let next =
                self.taken.compare_exchange(at, at + 1, Ordering::Relaxed, Ordering::Relaxed);
            if next.is_err() {
                continue;
            }
            let marks = self.marks.get(item as usize)?;
            let marks = marks.fetch_and(!Marks::QUEUED.0, Ordering::AcqRel);
            if !Marks(marks).any(Marks(Marks::SETTLED.0 | Marks::UNKEPT.0)) {
                return Some(item);
            }
        }
    }

    /// Keeps what the moves of an item leave in doubt, as long as nothing about them changes.
    pub(crate) fn settle(&self, item: u32, doubts: &IdMap<u32, Reasons>) {
        let Some(known) = self.marks.get(item as usize) else { return };
        if self.marks(item).any(Marks::UNKEPT) {
            return;
        }
        let doubts = doubts.iter().filter(|(_, reasons)| **reasons != Reasons::NONE);
        let mut doubts: Doubts = doubts.map(|(event, reasons)| (*event, *reasons)).collect();
        doubts.sort_unstable_by_key(|(event, _)| *event);
        let mut marks = Marks::SETTLED.0;
        if !doubts.is_empty() {
            marks |= Marks::DOUBTED.0;
            self.doubts.write().unwrap_or_else(PoisonError::into_inner).insert(item, doubts);
        }
        known.fetch_or(marks, Ordering::AcqRel);
    }

    /// What makes the use of an item by an event unsure; `None` where it has to be worked out.
    pub(crate) fn status(&self, item: u32, event: u32) -> Option<Reasons> {
        let marks = self.marks(item);
        if !marks.any(Marks::SETTLED) {
            return None;
        }
        if !marks.any(Marks::DOUBTED) {
            return Some(Reasons::NONE);
        }
        let doubts = self.doubts.read().unwrap_or_else(PoisonError::into_inner);
        let doubts = doubts.get(&item)?;
        let at = doubts.binary_search_by_key(&event, |(event, _)| *event).ok();
        Some(at.and_then(|at| doubts.get(at)).map_or(Reasons::NONE, |(_, reasons)| *reasons))
    }
}

/// Items of one role, each once.
fn of_role(items: &[ItemRecord], role: ItemRole) -> Vec<u32> {
    let mut found: Vec<u32> = Vec::new();
    let mut seen = IdSet::default();
    for item in items.iter().filter(|item| item.role() == role) {
        if seen.insert(item.id) {
            found.push(item.id);
        }
    }
    found
}
