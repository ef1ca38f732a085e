//! The drawing of a trace as data: what stands where, in layers and rows.

use crate::trace::Grade;

/// Largest coordinate that is drawn, in layers or rows; what lies beyond is drawn at the rim.
pub const DRAWING_UNITS_MAX: f64 = 10_000.0;

/// A layered drawing: source on the left, sale on the right. Coordinates are abstract: `x` counts
/// layers, `y` counts rows, both from 0 at the top left; fractions are fine.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawing {
    /// Boxes.
    pub nodes: Vec<Node>,
    /// Lines between them.
    pub edges: Vec<Edge>,
    /// Number of layers; nodes and points beyond it widen the picture.
    pub width: f64,
    /// Number of rows; nodes and points beyond it heighten the picture.
    pub height: f64,
    /// How many lots share a box only because there are too many for a drawing.
    pub merged: u64,
    /// How many lines are not drawn.
    pub edges_left_out: u64,
    /// How many boxes stayed closed that the reader opened.
    pub left_closed: u64,
    /// Lots whose boxes the reader opened, in their order.
    pub opened: Vec<String>,
}

/// One box.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Full identifier, shown when the pointer rests on the box.
    pub id: String,
    /// First line; cut to the width of the box.
    pub label: String,
    /// Second, smaller line; may be empty.
    pub sublabel: String,
    /// Layer.
    pub x: f64,
    /// Row.
    pub y: f64,
    /// How sure its place in the answer is.
    pub grade: Grade,
    /// What it is; decides the outline.
    pub kind: NodeKind,
    /// The item that was asked about.
    pub start: bool,
    /// Path on this origin that the box of a single lot links to.
    pub href: Option<String>,
    /// Several lots share the box; `id` is the first of them.
    pub group: Option<Group>,
}

/// Several lots in one box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Why they share it.
    pub kind: GroupKind,
    /// How many.
    pub lots: u64,
    /// Names of the first of them.
    pub members: Vec<String>,
    /// The reader may open it.
    pub opens: bool,
}

/// Why lots share a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GroupKind {
    /// One follows from the other.
    Chain,
    /// Nothing but their numbers tells them apart.
    Alike,
    /// There are too many for a drawing.
    Merged,
}

/// What a box stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeKind {
    /// Where traced goods begin: a farm, a vessel, an import.
    Source,
    /// A lot.
    Lot,
    /// A single serialised pack.
    Pack,
    /// A case, pallet, crate or vehicle.
    Container,
    /// A processing step or resource.
    Step,
    /// Where goods leave the chain.
    Sale,
    /// Something that no record describes.
    Missing,
}

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// Centres of the nodes and of the free places that the line runs through, in layers and
    /// rows, from source to target. Fewer than two draw nothing.
    pub points: Vec<(f64, f64)>,
    /// How sure the link is.
    pub grade: Grade,
    /// Short text at the line, such as kilograms; may be empty.
    pub label: String,
}

impl Drawing {
    /// The kinds that occur, for the legend.
    pub(crate) fn kinds(&self) -> Vec<NodeKind> {
        let mut kinds: Vec<NodeKind> = self.nodes.iter().map(|node| node.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    /// Whether a box stands for several lots.
    pub(crate) fn has_groups(&self) -> bool {
        self.nodes.iter().any(|node| node.group.is_some())
    }
}
