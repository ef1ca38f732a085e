//! The drawing of a trace: the graph's layout in the units and words of the page.

use super::names::{Names, number};
use super::trace_rows::{grade, outline};
use laiqu_console::{Drawing, Edge, Group, GroupKind, Kilograms, Node};
use laiqu_service::TraceView;
use laiqu_service::limits::TRACE_OPENED_MAX;
use laiqu_trace::{BoxKind, DrawnNode, Layout, Link, LinkKind, Lot, LotKind};
use std::collections::{HashMap, HashSet};

/// UN/CEFACT code of the kilogram.
const KILOGRAM: &str = "KGM";

/// Where a lot stands in the flow of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Nothing in the answer went into it, and it went into something.
    Source,
    /// Between.
    Between,
}

/// The role of each lot. What only moved or was packed is still a source.
pub(crate) fn roles(lots: &[Lot], links: &[Link]) -> HashMap<String, Role> {
    let joins = || links.iter().filter(|link| link.from != link.to);
    let makes = |link: &&Link| link.kind != LinkKind::Contained;
    let made: HashSet<&str> = joins().filter(makes).map(|link| link.to.as_str()).collect();
    let used: HashSet<&str> = joins().map(|link| link.from.as_str()).collect();
    let role = |lot: &Lot| {
        let is_goods = lot.kind != LotKind::Container;
        let is_source =
            is_goods && !made.contains(lot.id.as_str()) && used.contains(lot.id.as_str());
        (lot.id.clone(), if is_source { Role::Source } else { Role::Between })
    };
    lots.iter().map(role).collect()
}

/// Lays the answer out. Layers become columns, lines of one layer rows. `opened` are the lots whose
/// boxes the reader opened.
pub(crate) fn drawing(
    answer: &TraceView,
    opened: Vec<String>,
    names: &Names,
    roles: &HashMap<String, Role>,
) -> Drawing {
    let layout = answer.layout(&opened);
    let scale = Scale::of(&layout);
    let lots: HashMap<&str, &Lot> = answer.lots.iter().map(|lot| (lot.id.as_str(), lot)).collect();
    let mut links: HashMap<(&str, &str), Vec<&Link>> = HashMap::new();
    for link in answer.links.iter().filter(|link| link.from != link.to) {
        links.entry((&link.from, &link.to)).or_default().push(link);
    }
    let node = |drawn: &DrawnNode| {
        let lot = lots.get(drawn.id.as_str())?;
        let (x, y) = scale.point(drawn.x, drawn.y);
        let group = drawn.group.map(|kind| group(kind, drawn, names, opened.len()));
        let (label, sublabel) = match group {
            Some(_) => (names.group(&lot.id, drawn.product.as_deref()), String::new()),
            None => labels(lot, names),
        };
        let href = format!("/trace?id={}", crate::path::encode(&lot.id));
        Some(Node {
            id: lot.id.clone(),
            label,
            sublabel,
            x,
            y,
            grade: grade(drawn.grade),
            kind: outline(lot, roles.get(&lot.id)),
            start: drawn.start,
            href: Some(href),
            group,
        })
    };
    let edge = |drawn: &laiqu_trace::DrawnEdge| {
        let links = links.get(&(drawn.from.as_str(), drawn.to.as_str()));
        // Of several links, also between other members, no weight is that of the edge.
        let only = links.map_or(&[][..], Vec::as_slice).first().filter(|_| drawn.links == 1);
        Edge {
            points: drawn.points.iter().map(|point| scale.point(point.x, point.y)).collect(),
            grade: grade(drawn.grade),
            label: only.map_or_else(String::new, |link| kilograms(link)),
        }
    };
    Drawing {
        nodes: layout.nodes.iter().filter_map(node).collect(),
        edges: layout.edges.iter().map(edge).collect(),
        width: scale.layers,
        height: layout.height,
        merged: layout.merged as u64,
        edges_left_out: layout.edges_left_out as u64,
        left_closed: layout.left_closed.len() as u64,
        opened,
    }
}

fn group(kind: BoxKind, drawn: &DrawnNode, names: &Names, opened: usize) -> Group {
    Group {
        kind: match kind {
            BoxKind::Chain => GroupKind::Chain,
            BoxKind::Alike => GroupKind::Alike,
            BoxKind::Merged => GroupKind::Merged,
        },
        lots: drawn.lots as u64,
        members: drawn.members.iter().map(|id| names.item(id)).collect(),
        opens: opened < TRACE_OPENED_MAX,
    }
}

/// From the units of the layout, with a margin of half a step, to layers and rows.
struct Scale {
    layers: f64,
    layer_width: f64,
}

impl Scale {
    fn of(layout: &Layout) -> Self {
        let last = layout.nodes.iter().map(|node| node.layer).max();
        let layers = last.map_or(0, |last| last.saturating_add(1));
        let layers = u32::try_from(layers).map_or(f64::from(u32::MAX), f64::from);
        let layer_width = if layers > 0.0 { layout.width / layers } else { 1.0 };
        Self { layers, layer_width }
    }

    fn point(&self, x: f64, y: f64) -> (f64, f64) {
        (x / self.layer_width - 0.5, y - 0.5)
    }
}

/// The two lines of a box: what it is, then its number and weight.
fn labels(lot: &Lot, names: &Names) -> (String, String) {
    let weight = lot.quantity_kg.map(|kg| weight(Kilograms { min: kg.min, max: kg.max }));
    let (label, number) = match names.title(&lot.id) {
        Some(title) => (title.to_owned(), number(&lot.id)),
        None => (names.item(&lot.id), None),
    };
    let parts: Vec<String> = number.into_iter().chain(weight).collect();
    (label, parts.join(" · "))
}

fn weight(kilograms: Kilograms) -> String {
    match kilograms.max {
        Some(max) if (max - kilograms.min).abs() < 0.0005 => format!("{} kg", rounded(max)),
        Some(max) => format!("{}–{} kg", rounded(kilograms.min), rounded(max)),
        None => format!("≥ {} kg", rounded(kilograms.min)),
    }
}

/// To the gram.
fn rounded(kilograms: f64) -> f64 {
    (kilograms * 1000.0).round() / 1000.0
}

/// The weight that a link states.
fn kilograms(link: &Link) -> String {
    let Some(quantity) = &link.quantity else { return String::new() };
    match quantity.unit.as_deref() {
        Some(KILOGRAM) => format!("{} kg", rounded(quantity.amount)),
        _ => String::new(),
    }
}
