//! Boxes that follow one from the other without a branch or a doubt.

use super::BoxKind;
use super::quotient::Quotient;
use super::tree::Tree;

/// Groups them: at most one way in, at most one way out, nothing about them needs a look.
pub(super) fn group(quotient: &mut Quotient, tree: &mut Tree) {
    let (previous, next) = (quotient.previous(), quotient.next());
    let is_inner = |node: usize| {
        quotient.look(node).is_some_and(|look| look.is_plain)
            && previous.of_box(node).len() <= 1
            && next.of_box(node).len() <= 1
    };
    let mut follows: Vec<Option<usize>> = vec![None; quotient.len()];
    let mut is_later = vec![false; quotient.len()];
    for edge in quotient.edges() {
        if edge.is_definite
            && is_inner(edge.from)
            && is_inner(edge.to)
            && let (Some(slot), Some(later)) =
                (follows.get_mut(edge.from), is_later.get_mut(edge.to))
        {
            (*slot, *later) = (Some(edge.to), true);
        }
    }
    let mut chains: Vec<Vec<usize>> = Vec::new();
    // What only goes round has no first and stays.
    for first in (0..quotient.len()).filter(|node| is_later.get(*node) == Some(&false)) {
        let mut chain = vec![first];
        let mut last = first;
        while let Some(node) = follows.get(last).copied().flatten() {
            chain.push(node);
            last = node;
        }
        if chain.len() > 1 {
            chains.push(chain);
        }
    }
    let mut groups = Vec::new();
    for chain in chains {
        let Some(look) = quotient.look_of_chain(&chain) else { continue };
        let inside = chain.iter().map(|node| quotient.in_tree(*node)).collect();
        groups.push((chain, tree.join(BoxKind::Chain, inside), look));
    }
    quotient.contract(&groups);
}
