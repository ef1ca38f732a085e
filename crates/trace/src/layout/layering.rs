//! Which layer and which place within it each node of a drawing gets.

use std::collections::VecDeque;

/// Passes over all layers to untangle edges, half of them each way.
const SWEEPS: usize = 8;

/// Layers from the longest path from a source. Edges that close a cycle (found depth first, in
/// the order of nodes) are taken the other way round.
pub(crate) fn layers(next: &[Vec<usize>]) -> Vec<usize> {
    let edges = without_cycles(next);
    let mut forward: Vec<Vec<usize>> = vec![Vec::new(); next.len()];
    let mut waiting = vec![0_usize; next.len()];
    for (from, to) in edges {
        if let (Some(list), Some(count)) = (forward.get_mut(from), waiting.get_mut(to)) {
            list.push(to);
            *count += 1;
        }
    }
    let mut layer = vec![0; next.len()];
    let is_source = |(_, count): &(usize, &usize)| **count == 0;
    let mut ready: VecDeque<usize> =
        waiting.iter().enumerate().filter(is_source).map(|(node, _)| node).collect();
    while let Some(node) = ready.pop_front() {
        let after = layer.get(node).copied().unwrap_or(0) + 1;
        for to in forward.get(node).into_iter().flatten() {
            if let (Some(slot), Some(count)) = (layer.get_mut(*to), waiting.get_mut(*to)) {
                *slot = after.max(*slot);
                *count -= 1;
                if *count == 0 {
                    ready.push_back(*to);
                }
            }
        }
    }
    layer
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    Open,
    Done,
}

fn without_cycles(next: &[Vec<usize>]) -> Vec<(usize, usize)> {
    let mut mark = vec![Mark::New; next.len()];
    let mut edges = Vec::new();
    let mut calls: Vec<(usize, usize)> = Vec::new();
    for root in 0..next.len() {
        if mark.get(root) != Some(&Mark::New) {
            continue;
        }
        calls.push((root, 0));
        while let Some((node, edge)) = calls.pop() {
            if let Some(slot) = mark.get_mut(node) {
                *slot = Mark::Open;
            }
            let Some(to) = next.get(node).and_then(|list| list.get(edge)).copied() else {
                if let Some(slot) = mark.get_mut(node) {
                    *slot = Mark::Done;
                }
                continue;
            };
            calls.push((node, edge + 1));
            match mark.get(to) {
                Some(Mark::Open) => edges.push((to, node)),
                Some(Mark::New) => {
                    edges.push((node, to));
                    calls.push((to, 0));
                }
                _ => edges.push((node, to)),
            }
        }
    }
    edges.retain(|(from, to)| from != to);
    edges
}

/// Orders the nodes within each layer by the mean place of their neighbours in the layer before,
/// then after, and so on. `edges` join neighbouring layers only; ties keep the order before.
pub(crate) fn order(layers: &mut [Vec<usize>], edges: &[(usize, usize)], count: usize) {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (from, to) in edges {
        if let (Some(a), Some(b)) = (after.get_mut(*from), before.get_mut(*to)) {
            a.push(*to);
            b.push(*from);
        }
    }
    let mut place = vec![0.0_f64; count];
    for layer in layers.iter() {
        number(layer, &mut place);
    }
    for sweep in 0..SWEEPS {
        let rightwards = sweep % 2 == 0;
        let neighbours = if rightwards { &before } else { &after };
        for step in 0..layers.len() {
            let index = if rightwards { step } else { layers.len() - 1 - step };
            if let Some(layer) = layers.get_mut(index) {
                sort(layer, neighbours, &place);
                number(layer, &mut place);
            }
        }
    }
}

fn number(layer: &[usize], place: &mut [f64]) {
    let mut next = 0.0;
    for node in layer {
        if let Some(slot) = place.get_mut(*node) {
            *slot = next;
        }
        next += 1.0;
    }
}

fn sort(layer: &mut Vec<usize>, neighbours: &[Vec<usize>], place: &[f64]) {
    let at = |node: usize| place.get(node).copied().unwrap_or(0.0);
    let centre = |node: usize| {
        let list = neighbours.get(node).map_or(&[][..], Vec::as_slice);
        let mut count = 0.0;
        let mut sum = 0.0;
        for other in list {
            sum += at(*other);
            count += 1.0;
        }
        if count > 0.0 { sum / count } else { at(node) }
    };
    let mut keyed: Vec<(f64, usize)> = layer.iter().map(|node| (centre(*node), *node)).collect();
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
    *layer = keyed.into_iter().map(|(_, node)| node).collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_follow_the_longest_path() {
        assert_eq!(layers(&[vec![1, 2], vec![2], vec![]]), [0, 1, 2]);
    }

    #[test]
    fn a_cycle_is_opened_where_it_closes() {
        assert_eq!(layers(&[vec![1], vec![2], vec![0, 2]]), [0, 1, 2]);
    }

    #[test]
    fn sweeps_untangle() {
        let mut two = vec![vec![0, 1], vec![2, 3]];
        order(&mut two, &[(0, 3), (1, 2)], 4);
        assert_eq!(two, [[0, 1], [3, 2]]);
    }
}
