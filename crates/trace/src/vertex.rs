//! What a walk visits, and what it follows.

use crate::answer::LinkKind;
use crate::grade::Reasons;

/// Which part of an identifier's life a vertex stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    /// All of it.
    Whole,
    /// A unit from empty to empty.
    Epoch(u32),
    /// A unit while it held nothing that is recorded.
    Empty,
    /// One mention of a product without a lot: an event.
    Mention(u32),
}

/// How a vertex was reached, where that limits where the walk may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Reach {
    /// No limit.
    Full,
    /// From an instance to its lot, or the other way: not back to other instances.
    Membership,
    /// From contents to a container that was itself used as an input.
    Carrier,
}

/// A vertex of a walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Vertex {
    pub(crate) item: u32,
    pub(crate) part: Part,
    pub(crate) reach: Reach,
}

impl Vertex {
    /// All of an item.
    pub(crate) fn whole(item: u32) -> Vertex {
        Vertex { item, part: Part::Whole, reach: Reach::Full }
    }

    /// An item as a whole, wherever it was met.
    pub(crate) fn is_item(&self) -> bool {
        self.part == Part::Whole && self.reach == Reach::Full
    }
}

/// A link between two items, in the direction of the flow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flow {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) event: u32,
    pub(crate) kind: LinkKind,
    pub(crate) reasons: Reasons,
}

/// One step: the vertex that it leads to and the link that it follows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hop {
    pub(crate) vertex: Vertex,
    pub(crate) flow: Flow,
    /// Where the other end of the link takes part: another event of the same run, or that of the
    /// link itself.
    pub(crate) end: u32,
}

impl Hop {
    /// A step that one event says.
    pub(crate) fn new(vertex: Vertex, flow: Flow) -> Hop {
        Hop { vertex, flow, end: flow.event }
    }
}
