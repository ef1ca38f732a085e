//! What is directly made of what, kept as events arrive, and what is known about each item without
//! looking at its events: so that a step of a walk reads a list instead of a life.
//!
//! All of it only shortens the ways of `expand` and `moves`. Where a mark says that more than the
//! lists counts for an item, the long way is gone.

use laiqu_columns::{Column, Error, Head, Opened, Pair, Pairs, Reader, Saving};
use laiqu_epcis::facts::{EventType, ItemRole};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::grade::Reasons;
use crate::intern::{IdMap, IdSet, NONE};
use crate::last_change::LastChanges;
use crate::records::{EventRecord, ItemRecord};
use crate::settled::Settled;

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
    /// It was named, so that it is settled or waits for it.
    const NAMED: Marks = Marks(1 << 6);
    /// Nothing about its moves is kept: see [`INSIDE_KEPT_MAX`].
    const UNKEPT: Marks = Marks(1 << 7);

    /// What a step back must look at beside the lists.
    pub(crate) const BACK: Marks =
        Marks(Marks::EVENTS.0 | Marks::HOLDS.0 | Marks::UNLOTTED.0 | Marks::MEMBERS.0);
    /// What a step forward must look at beside the lists.
    pub(crate) const FORWARD: Marks =
        Marks(Marks::EVENTS.0 | Marks::CARRIED.0 | Marks::UNLOTTED.0 | Marks::MEMBERS.0);

    /// Is any of these set?
    pub(crate) fn any(self, of: Marks) -> bool {
        self.0 & of.0 != 0
    }
}

/// What is kept of an item. It lies in one line of a core's cache, so that whoever looks at the
/// marks of an item has its lists at hand.
#[derive(Clone, Copy, Debug, Default, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C, align(32))]
struct Known {
    /// What was made of it, and by which event.
    uses: Head,
    /// What it was made from, and by which event.
    inputs: Head,
    /// What was ever put inside it, and by which event.
    inside: Head,
    marks: u16,
    unused: [u16; 3],
}

/// What a walk has to know of an item to go on from it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    pub(crate) marks: Marks,
    /// What it was made from, or what was made of it.
    pub(crate) head: Head,
}

impl Way {
    /// A way that leads through the events.
    pub(crate) const LONG: Way = Way { marks: Marks::ALL, head: Head::EMPTY };
}

/// The ways on from items, in one direction.
#[derive(Clone, Copy)]
pub(crate) struct Ways<'l> {
    items: Reader<'l, Known>,
    back: bool,
}

impl Ways<'_> {
    #[inline]
    pub(crate) fn get(self, item: u32) -> Way {
        let known = self.items.get(item as usize).copied().unwrap_or_default();
        let head = if self.back { known.inputs } else { known.uses };
        Way { marks: Marks(known.marks), head }
    }

    /// Has it brought near a core before it is asked for.
    #[inline]
    pub(crate) fn prefetch(self, item: u32) {
        self.items.prefetch(item as usize);
    }
}

/// Lists and marks of items, by their number.
#[derive(Debug, Default)]
pub(crate) struct Links {
    items: Column<Known>,
    lists: Pairs,
    pub(crate) settled: Settled,
    pub(crate) changed: LastChanges,
}

impl Links {
    /// What a file holds.
    pub(crate) fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        let items = Column::open_often(opened, name)?;
        let mut settled = Settled::open(opened, name)?;
        settled.make_room(items.len());
        let lists = Pairs::open(opened, &format!("{name}.lists"))?;
        let changed = LastChanges::open(opened, &format!("{name}.changed"), items.len())?;
        Ok(Self { items, lists, settled, changed })
    }

    pub(crate) fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        self.items.save(saving, name)?;
        self.lists.save(saving, &format!("{name}.lists"))?;
        self.changed.save(saving, &format!("{name}.changed"))?;
        self.settled.save(saving, name, |item| {
            let marks = self.marks(item);
            marks.any(Marks::NAMED) && !marks.any(Marks::UNKEPT)
        })
    }

    fn known(&mut self, item: u32) -> Option<&mut Known> {
        if item as usize >= self.items.len() {
            self.make_room(item);
        }
        self.items.get_mut(item as usize)
    }

    fn make_room(&mut self, item: u32) {
        if item != NONE {
            let len = item as usize + 1;
            self.items.grow(len, Known::default());
            self.changed.make_room(len);
            self.settled.make_room(len);
        }
    }

    pub(crate) fn marks(&self, item: u32) -> Marks {
        Marks(self.items.get(item as usize).map_or(0, |known| known.marks))
    }

    /// The way on from an item, to what it was made from (`back`), or what was made of it.
    pub(crate) fn way(&self, item: u32, back: bool) -> Way {
        self.ways(back).get(item)
    }

    /// The ways on from many items.
    #[inline]
    pub(crate) fn ways(&self, back: bool) -> Ways<'_> {
        Ways { items: self.items.reader(), back }
    }

    /// Other items, with the events that say so.
    pub(crate) fn pairs(&self, head: Head) -> impl Iterator<Item = Pair> {
        self.lists.iter(head)
    }

    /// Has such a list that does not lie in its head brought near a core.
    #[inline]
    pub(crate) fn prefetch(&self, head: Head) {
        self.lists.prefetch(head);
    }

    /// Likewise, of a list that does not lie in its head.
    #[inline]
    pub(crate) fn pairs_apart(&self, head: Head) -> &[Pair] {
        self.lists.apart(head)
    }

    pub(crate) fn mark(&mut self, item: u32, marks: Marks) {
        // Where nothing changes, nothing is written, and what is mapped stays as it is.
        if marks.0 & !self.marks(item).0 != 0
            && let Some(known) = self.known(item)
        {
            known.marks |= marks.0;
            self.changed.change(item, self.changed.now());
        }
    }

    fn push(&mut self, item: u32, of: impl Fn(&mut Known) -> &mut Head, pair: Pair) {
        let Some(known) = self.known(item) else { return };
        let mut head = *of(known);
        self.lists.push(&mut head, pair);
        if let Some(known) = self.known(item) {
            *of(known) = head;
        }
    }

    /// Takes up one event and its items.
    pub(crate) fn add(&mut self, event: u32, record: &EventRecord, items: &[ItemRecord]) {
        match record.event_type() {
            EventType::Transformation => self.add_made(event, record, items),
            EventType::Aggregation => self.add_contents(event, items),
            EventType::Object | EventType::Transaction | EventType::Association => {}
        }
        self.unsettle(items.iter().map(|item| item.id));
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
        for input in &inputs {
            for output in &outputs {
                self.push(*input, |known| &mut known.uses, [*output, event]);
                self.push(*output, |known| &mut known.inputs, [*input, event]);
            }
        }
    }

    fn add_contents(&mut self, event: u32, items: &[ItemRecord]) {
        for parent in of_role(items, ItemRole::Parent) {
            self.mark(parent, Marks::HOLDS);
            let above = self.marks(parent);
            let held = self.inside(parent).len();
            for child in of_role(items, ItemRole::Child) {
                self.push(parent, |known| &mut known.inside, [child, event]);
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

    fn inside(&self, unit: u32) -> Head {
        self.items.get(unit as usize).map_or(Head::EMPTY, |known| known.inside)
    }

    /// Marks all that was ever inside a unit, however deep.
    fn mark_contents(&mut self, unit: u32, marks: Marks) {
        if self.inside(unit).is_empty() {
            return;
        }
        let mut seen = IdSet::default();
        let mut open = vec![unit];
        while let Some(item) = open.pop() {
            if seen.insert(item) {
                open.extend(self.pairs(self.inside(item)).map(|[item, _]| item));
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
    pub(crate) fn unsettle(&mut self, items: impl IntoIterator<Item = u32>) {
        let mut seen = IdSet::default();
        let now = self.changed.now();
        let mut open: Vec<(u32, u32)> = items.into_iter().map(|item| (item, now)).collect();
        while let Some((item, size)) = open.pop() {
            let inside = self.inside(item);
            // What nothing was ever in is given up as often as it is named.
            if !inside.is_empty() && !seen.insert(item) && self.changed.of(item) >= size {
                continue;
            }
            self.give_up(item);
            self.changed.change(item, size);
            if inside.len() <= INSIDE_KEPT_MAX {
                // What is said of a unit may come from an entry behind the one that filled it.
                let size = self.changed.of(item);
                open.extend(self.pairs(inside).map(|[item, _]| (item, size)));
            }
        }
    }

    /// Nothing is known of the moves of an item; it waits to be settled where that is kept.
    fn give_up(&mut self, item: u32) {
        let Some(known) = self.known(item) else { return };
        let before = Marks(known.marks);
        let is_new = !before.any(Marks::NAMED);
        if is_new {
            known.marks |= Marks::NAMED.0;
        }
        let waits = self.settled.give_up(item) || is_new;
        if waits && !before.any(Marks::UNKEPT) {
            self.settled.wait(item);
        }
    }

    /// The next item that waits to be settled.
    pub(crate) fn take_unsettled(&self) -> Option<u32> {
        std::iter::from_fn(|| self.settled.take())
            .find(|item| !self.marks(*item).any(Marks::UNKEPT))
    }

    /// Keeps what the moves of an item leave in doubt, as long as nothing about them changes.
    pub(crate) fn settle(&self, item: u32, doubts: &IdMap<u32, Reasons>) {
        if !self.marks(item).any(Marks::UNKEPT) {
            self.settled.settle(item, doubts);
        }
    }
}

/// Items up to which they are compared with each other sooner than a set is made.
const FEW: usize = 16;

/// Items of one role, each once.
fn of_role(items: &[ItemRecord], role: ItemRole) -> Vec<u32> {
    let mut found: Vec<u32> = Vec::new();
    let mut seen = IdSet::default();
    for item in items.iter().filter(|item| item.role() == role) {
        let is_few = items.len() <= FEW;
        let is_new = if is_few { !found.contains(&item.id) } else { seen.insert(item.id) };
        if is_new {
            found.push(item.id);
        }
    }
    found
}
