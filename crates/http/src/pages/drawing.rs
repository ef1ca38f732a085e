//! The drawing of a trace: the graph's layout in the units and words of the page.

use super::names::{Names, number};
use super::trace_rows::{grade, outline};
use laiqu_console::{Drawing, Edge, Kilograms, Node};
use laiqu_service::TraceView;
use laiqu_trace::{Answer, Grade, Layout, Link, LinkKind, Lot, LotKind, layout};
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

/// Lays the answer out. Layers become columns, lines of one layer rows.
pub(crate) fn drawing(view: TraceView, names: &Names, roles: &HashMap<String, Role>) -> Drawing {
    let answer =
        Answer { lots: view.lots, events: view.events, links: view.links, ..Answer::default() };
    let layout = layout(&answer);
    let scale = Scale::of(&layout);
    let lots: HashMap<&str, &Lot> = answer.lots.iter().map(|lot| (lot.id.as_str(), lot)).collect();
    let mut links: HashMap<(&str, &str), Vec<&Link>> = HashMap::new();
    for link in answer.links.iter().filter(|link| link.from != link.to) {
        links.entry((&link.from, &link.to)).or_default().push(link);
    }
    let node = |drawn: &laiqu_trace::DrawnNode| {
        let lot = lots.get(drawn.id.as_str())?;
        let (x, y) = scale.point(drawn.x, drawn.y);
        let (mut label, mut sublabel) = labels(lot, names);
        if drawn.members > 1 {
            // Packs that only their serials tell apart share a box; the table lists them all.
            label = format!("{label} × {}", drawn.members);
            sublabel = String::new();
        }
        let href = format!("/trace?id={}", crate::path::encode(&lot.id));
        Some(Node {
            id: lot.id.clone(),
            label,
            sublabel,
            x,
            y,
            grade: grade(lot.grade),
            kind: outline(lot, roles.get(&lot.id)),
            start: lot.depth == 0,
            href: Some(href),
        })
    };
    let edge = |drawn: &laiqu_trace::DrawnEdge| {
        let links = links.get(&(drawn.from.as_str(), drawn.to.as_str()));
        let links = links.map_or(&[][..], Vec::as_slice);
        let definite = links.iter().any(|link| link.grade == Grade::Definite);
        Edge {
            points: drawn.points.iter().map(|point| scale.point(point.x, point.y)).collect(),
            grade: grade(if definite { Grade::Definite } else { Grade::Suspected }),
            label: kilograms(links),
        }
    };
    Drawing {
        nodes: layout.nodes.iter().filter_map(node).collect(),
        edges: layout.edges.iter().map(edge).collect(),
        width: scale.layers,
        height: layout.height,
        hidden: layout.hidden as u64,
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

/// The weight that one link states; several would not say which is meant.
fn kilograms(links: &[&Link]) -> String {
    let [only] = links else { return String::new() };
    let Some(quantity) = &only.quantity else { return String::new() };
    match quantity.unit.as_deref() {
        Some(KILOGRAM) => format!("{} kg", rounded(quantity.amount)),
        _ => String::new(),
    }
}
