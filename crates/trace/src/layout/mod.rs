//! The drawing of an answer, computed so that pages and prints only draw: which lots share a box,
//! and coordinates of boxes and edges, layered from source (left) to sale (right).
//!
//! What grows with the answer is linear in its lots and links but for sorting; what is placed is
//! bounded by the boxes drawn.

mod alike;
mod chains;
mod drawable;
mod layering;
mod merging;
mod placing;
mod quotient;
mod reading;
mod tree;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod rules;

use serde::Serialize;

use crate::answer::LotKind;
use crate::grade::Grade;
pub use drawable::Drawable;
use placing::place;
use quotient::Quotient;
use reading::Reading;
use tree::Tree;

/// Most boxes in one drawing, whatever is opened.
pub const NODES_DRAWN_MAX: usize = 400;

/// Most members of a box that are named.
pub const MEMBERS_NAMED_MAX: usize = 10;

/// Rounds of grouping: each is linear, and answers of supply chains need two or three.
const ROUNDS_MAX: usize = 16;

/// Why several lots share a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BoxKind {
    /// One follows from the other: each has at most one way in and one way out, and no doubt.
    Chain,
    /// Their identifiers and amounts alone tell them apart: same neighbours, same product.
    Alike,
    /// There are too many for a drawing; they share layer and grade, and may differ otherwise.
    Merged,
}

/// A point in abstract units; x grows towards the sale, y downwards.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    /// Across.
    pub x: f64,
    /// Down.
    pub y: f64,
}

/// A box of a drawing: a lot, or several that share it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DrawnNode {
    /// Canonical identifier of the lot, or of the one that comes first by identifier.
    pub id: String,
    /// Centre, across.
    pub x: f64,
    /// Centre, down.
    pub y: f64,
    /// Layer, counted from the source.
    pub layer: usize,
    /// How many lots it stands for.
    pub lots: usize,
    /// Why they share it; `null` for a lot by itself.
    pub group: Option<BoxKind>,
    /// The first [`MEMBERS_NAMED_MAX`] of them: of a chain from the source on, else by identifier.
    pub members: Vec<String>,
    /// What they are; `null` where they differ.
    pub kind: Option<LotKind>,
    /// Canonical identifier of their product; `null` where they differ or have none.
    pub product: Option<String>,
    /// How sure they all are.
    pub grade: Grade,
    /// They were asked about.
    pub start: bool,
}

/// All links from the lots of one box to those of another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DrawnEdge {
    /// The box nearer to the source.
    pub from: String,
    /// The box nearer to the sale.
    pub to: String,
    /// How many links.
    pub links: usize,
    /// How sure the surest of them is.
    pub grade: Grade,
    /// From the first to the second, with a bend in each layer between.
    pub points: Vec<Point>,
}

/// A drawing.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Layout {
    /// Boxes, by layer, then from the top.
    pub nodes: Vec<DrawnNode>,
    /// Edges between different boxes.
    pub edges: Vec<DrawnEdge>,
    /// Width of everything drawn.
    pub width: f64,
    /// Height of everything drawn.
    pub height: f64,
    /// Lots that the boxes stand for: all of the answer.
    pub lots: usize,
    /// Lots in boxes that are [`BoxKind::Merged`].
    pub merged: usize,
    /// Of what was to be opened, what stayed closed: no lot of the answer, alone already, or more
    /// than [`NODES_DRAWN_MAX`] boxes.
    pub left_closed: Vec<String>,
    /// Edges that are not drawn because there are too many; those of the most links are.
    pub edges_left_out: usize,
}

/// How much one drawing takes.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// Up to so many boxes only packs share one.
    plain: usize,
    /// So many boxes before any is opened.
    overview: usize,
    /// So many afterwards.
    drawn: usize,
    /// So many boxes appear in the place of one.
    opened: usize,
}

const LIMITS: Limits = Limits { plain: 40, overview: 200, drawn: NODES_DRAWN_MAX, opened: 100 };

/// Lays out an answer, in whatever order it was taken in.
fn layout_within(answer: &Drawable, opened: &[String], limits: Limits) -> Layout {
    let reading = Reading::of(answer);
    let mut tree = grouped(&reading, limits);
    let mut closed = Vec::new();
    for id in opened {
        let lot = reading.lot(id);
        if lot.is_none_or(|lot| !tree.open(lot, limits.drawn)) {
            closed.push(id.clone());
        }
    }
    Layout { left_closed: closed, ..place(&reading, &tree) }
}

/// Groups until a drawing takes it.
fn grouped(reading: &Reading<'_>, limits: Limits) -> Tree {
    let mut tree = Tree::new(reading.ranks(), limits.opened);
    let mut quotient = Quotient::of(reading);
    alike::group(&mut quotient, &mut tree, alike::Among::Packs, alike::ALIKE_MIN);
    for _ in 0..ROUNDS_MAX {
        let before = quotient.len();
        if before <= limits.plain {
            break;
        }
        // What is alike is better together than what is merged.
        let least = if before > limits.overview { 2 } else { alike::ALIKE_MIN };
        alike::group(&mut quotient, &mut tree, alike::Among::All, least);
        chains::group(&mut quotient, &mut tree);
        if quotient.len() == before {
            break;
        }
    }
    merging::group(&mut quotient, &mut tree, limits.overview);
    tree.close(quotient.boxes());
    tree
}
