//! What is left where nothing is alike any more and there is still too much.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::BoxKind;
use super::layering::layers;
use super::quotient::{Look, Quotient};
use super::tree::Tree;
use crate::grade::Grade;

/// Boxes that may be merged: their layer, or some layers beside each other, whether they were
/// asked about, and how sure they are.
type Class = (usize, bool, Grade);

/// Merges boxes within their classes until at most `most` are left, at least four. Those with the
/// fewest neighbours go first: they say the least about the flow.
pub(super) fn group(quotient: &mut Quotient, tree: &mut Tree, most: usize) {
    if quotient.len() <= most {
        return;
    }
    let classes = classes(quotient, most);
    let mut room = most;
    let mut counted: BTreeMap<Class, Vec<usize>> = BTreeMap::new();
    for class in &classes {
        counted.entry(*class).or_insert_with(|| {
            room = room.saturating_sub(1);
            Vec::new()
        });
    }
    for node in by_weight(quotient, tree).into_iter().skip(room) {
        let rest = classes.get(node).and_then(|class| counted.get_mut(class));
        if let Some(rest) = rest {
            rest.push(node);
        }
    }
    let mut groups = Vec::new();
    for rest in counted.into_values().filter(|rest| rest.len() > 1) {
        let Some(look) = rest.first().and_then(|node| quotient.look(*node)).copied() else {
            continue;
        };
        let inside = rest.iter().map(|node| quotient.in_tree(*node)).collect();
        let look = Look { is_plain: false, is_pack: false, ..look };
        groups.push((rest, tree.join(BoxKind::Merged, inside), look));
    }
    quotient.contract(&groups);
}

/// The class of each box: of so few layers that there are at most as many classes as boxes.
fn classes(quotient: &Quotient, most: usize) -> Vec<Class> {
    let next = quotient.next();
    let ends = |node: usize| next.of_box(node).iter().map(|(end, _)| *end).collect();
    let next: Vec<Vec<usize>> = (0..quotient.len()).map(ends).collect();
    let layers = layers(&next);
    let class = |node: usize, width: usize| {
        let layer = layers.get(node).copied().unwrap_or_default();
        let look = quotient.look(node);
        let is_start = look.is_some_and(|look| look.is_start);
        (layer / width, is_start, look.map_or(Grade::Suspected, |look| look.grade))
    };
    let mut width = 1;
    loop {
        let classes: Vec<Class> = (0..quotient.len()).map(|node| class(node, width)).collect();
        let mut distinct = classes.clone();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() <= most || width > quotient.len() {
            return classes;
        }
        width *= 2;
    }
}

/// Boxes by what they say about the flow, most first: many neighbours, a doubt, many lots. What was
/// asked about has classes of its own.
fn by_weight(quotient: &Quotient, tree: &Tree) -> Vec<usize> {
    let (previous, next) = (quotient.previous(), quotient.next());
    let weight = |node: &usize| {
        let is_plain = quotient.look(*node).is_some_and(|look| look.is_plain);
        let neighbours = previous.of_box(*node).len() + next.of_box(*node).len();
        (Reverse(neighbours), is_plain, tree.by_size(quotient.in_tree(*node)))
    };
    let mut nodes: Vec<usize> = (0..quotient.len()).collect();
    nodes.sort_by_cached_key(weight);
    nodes
}
