//! Boxes that come from the same and lead to the same, and differ by nothing else that matters.

use super::BoxKind;
use super::quotient::Quotient;
use super::tree::Tree;

/// Fewest lots that share a box because they are alike, where a drawing takes all boxes.
pub(super) const ALIKE_MIN: usize = 4;

/// Which boxes are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Among {
    /// Serialised things at the end of the flow, which nobody tells apart by their numbers.
    Packs,
    /// All.
    All,
}

/// Groups them where they stand for at least so many lots.
pub(super) fn group(quotient: &mut Quotient, tree: &mut Tree, among: Among, least: usize) {
    let (previous, next) = (quotient.previous(), quotient.next());
    let is_pack = |node: usize| {
        let look = quotient.look(node);
        let is_pack = look.is_some_and(|look| look.is_pack && !look.is_start);
        is_pack && !previous.of_box(node).is_empty() && next.of_box(node).is_empty()
    };
    let key = |node: usize| {
        let traits = quotient.look(node).map(|look| look.traits);
        (traits, previous.of_box(node), next.of_box(node))
    };
    let nodes = 0..quotient.len();
    let mut nodes: Vec<usize> =
        nodes.filter(|node| among == Among::All || is_pack(*node)).collect();
    nodes.sort_by(|a, b| key(*a).cmp(&key(*b)));
    let mut groups = Vec::new();
    for alike in nodes.chunk_by(|a, b| key(*a) == key(*b)).filter(|alike| alike.len() > 1) {
        let inside: Vec<usize> = alike.iter().map(|node| quotient.in_tree(*node)).collect();
        let lots: usize = inside.iter().map(|node| tree.lots(*node)).sum();
        let look = alike.first().and_then(|node| quotient.look(*node));
        if let (Some(look), true) = (look, lots >= least) {
            groups.push((alike.to_vec(), tree.join(BoxKind::Alike, inside), *look));
        }
    }
    quotient.contract(&groups);
}
