//! The drawing of a trace, in the shape in which the lot graph gives it.

use super::trace_codes::{TraceGrade, TraceLotKind};
use super::{LedgerStateLine, TraceCut};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A drawing: layered from source (left) to sale (right), coordinates in abstract units from 0 at
/// the top left. Layers are 4 apart, boxes of one layer 1.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TraceLayout {
    /// The state that the answer was computed on.
    pub ledger: LedgerStateLine,
    /// Canonical identifiers of what was asked about: items, or a party or a place.
    pub starts: Vec<String>,
    /// Of the items asked about, `to` included, those that no event names; for a business, none
    /// that it may read.
    pub unknown: Vec<String>,
    /// A limit cut the walk; `cut` says which.
    pub truncated: bool,
    /// The limits that cut it, with what they allow: beyond each there is more.
    pub cut: Vec<TraceCut>,
    /// At most 400 boxes, by layer, then from the top. Every lot of the answer is in one of them.
    pub nodes: Vec<TraceLayoutNode>,
    /// What joins different boxes.
    pub edges: Vec<TraceLayoutEdge>,
    /// Width of everything drawn.
    pub width: f64,
    /// Height of everything drawn.
    pub height: f64,
    /// Lots of the answer.
    pub lots: u64,
    /// Lots in boxes whose `group` is `merged`: such a box says nothing of what tells them apart.
    pub merged: u64,
    /// Of `expand`, what stayed closed: no lot of the answer, alone in its box already, or opening
    /// it would draw more than 400 boxes.
    pub left_closed: Vec<String>,
    /// Edges that are not drawn because there are more than 2000; those of the most links are.
    pub edges_left_out: u64,
    /// Names of the lots and products that boxes name, by canonical identifier.
    pub names: BTreeMap<String, String>,
}

/// A box: a lot, or several that share it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TraceLayoutNode {
    /// Canonical identifier of the lot, or of the first of them; opens the box as `expand`.
    pub id: String,
    /// Centre, across.
    pub x: f64,
    /// Centre, down.
    pub y: f64,
    /// Layer, counted from the source.
    pub layer: u64,
    /// How many lots it stands for.
    pub lots: u64,
    /// Why they share it; null for a lot by itself.
    pub group: Option<TraceBoxKind>,
    /// The first ten of them: of a chain from the source on, else by identifier.
    pub members: Vec<String>,
    /// What they are; null where they differ.
    pub kind: Option<TraceLotKind>,
    /// Canonical identifier of their product; null where they differ or have none.
    pub product: Option<String>,
    /// How sure they all are.
    pub grade: TraceGrade,
    /// They were asked about.
    pub start: bool,
}

/// Why several lots share a box.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TraceBoxKind {
    /// One follows from the other: each has at most one way in and one way out, and no doubt.
    Chain,
    /// Their identifiers and amounts alone tell them apart: same neighbours, same product.
    Alike,
    /// There are too many for a drawing; they share layer and grade, and may differ otherwise.
    Merged,
}

/// All links from the lots of one box to those of another.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TraceLayoutEdge {
    /// `id` of the box nearer to the source.
    pub from: String,
    /// `id` of the box nearer to the sale.
    pub to: String,
    /// How many links.
    pub links: u64,
    /// How sure the surest of them is.
    pub grade: TraceGrade,
    /// From the first box to the second, with a bend in each layer between.
    pub points: Vec<TraceLayoutPoint>,
}

/// A point of an edge.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct TraceLayoutPoint {
    /// Across.
    pub x: f64,
    /// Down.
    pub y: f64,
}
