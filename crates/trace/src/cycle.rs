//! Lots that are made from each other: the strongly connected parts of the transformations.

use crate::answer::LinkKind;
use crate::intern::{IdMap, NONE, id32};
use crate::vertex::Flow;

/// Every cycle as its items and the events that close it.
pub(crate) fn cycles<'a>(flows: impl Iterator<Item = &'a Flow>) -> Vec<(Vec<u32>, Vec<u32>)> {
    let flows: Vec<&Flow> = flows.filter(|flow| flow.kind == LinkKind::Transformed).collect();
    let mut indexes: IdMap<u32, u32> = IdMap::default();
    let mut items: Vec<u32> = Vec::new();
    let mut next: Vec<Vec<u32>> = Vec::new();
    for flow in &flows {
        let mut ends = [0; 2];
        for (end, item) in ends.iter_mut().zip([flow.from, flow.to]) {
            *end = *indexes.entry(item).or_insert_with(|| {
                items.push(item);
                next.push(Vec::new());
                id32(items.len() - 1)
            });
        }
        let [from, to] = ends;
        if let Some(list) = next.get_mut(from as usize) {
            list.push(to);
        }
    }
    let parts = strong_parts(next.len(), |item| next.get(item as usize).map_or(&[], Vec::as_slice));
    let part_of = |item: u32| {
        indexes.get(&item).and_then(|index| parts.get(*index as usize)).copied().unwrap_or(NONE)
    };
    let mut found: IdMap<u32, (Vec<u32>, Vec<u32>)> = IdMap::default();
    for flow in &flows {
        let part = part_of(flow.from);
        if part == part_of(flow.to) {
            let cycle = found.entry(part).or_default();
            cycle.0.extend([flow.from, flow.to]);
            cycle.1.push(flow.event);
        }
    }
    found.into_values().collect()
}

/// Tarjan's algorithm without recursion: the number of the part of each of `count` vertices. A
/// part has a higher number than every other that it reaches.
pub(crate) fn strong_parts<'a>(count: usize, next: impl Fn(u32) -> &'a [u32]) -> Vec<u32> {
    let mut search = Search {
        order: vec![NONE; count],
        low: vec![NONE; count],
        part: vec![NONE; count],
        stack: Vec::new(),
        visited: 0,
        parts: 0,
    };
    let mut calls: Vec<(u32, usize)> = Vec::new();
    for root in 0..id32(count) {
        if search.order(root) != NONE {
            continue;
        }
        search.visit(root);
        calls.push((root, 0));
        while let Some((vertex, edge)) = calls.pop() {
            match next(vertex).get(edge).copied() {
                Some(to) => {
                    calls.push((vertex, edge + 1));
                    if search.order(to) == NONE {
                        search.visit(to);
                        calls.push((to, 0));
                    } else if search.part(to) == NONE {
                        search.lower(vertex, search.order(to));
                    }
                }
                None => {
                    search.leave(vertex);
                    if let Some((parent, _)) = calls.last() {
                        search.lower(*parent, search.low(vertex));
                    }
                }
            }
        }
    }
    search.part
}

struct Search {
    order: Vec<u32>,
    low: Vec<u32>,
    part: Vec<u32>,
    stack: Vec<u32>,
    visited: u32,
    parts: u32,
}

fn read(list: &[u32], index: u32) -> u32 {
    list.get(index as usize).copied().unwrap_or(NONE)
}

impl Search {
    fn order(&self, vertex: u32) -> u32 {
        read(&self.order, vertex)
    }

    fn low(&self, vertex: u32) -> u32 {
        read(&self.low, vertex)
    }

    fn part(&self, vertex: u32) -> u32 {
        read(&self.part, vertex)
    }

    fn lower(&mut self, vertex: u32, to: u32) {
        if let Some(low) = self.low.get_mut(vertex as usize) {
            *low = (*low).min(to);
        }
    }

    fn visit(&mut self, vertex: u32) {
        for list in [&mut self.order, &mut self.low] {
            if let Some(slot) = list.get_mut(vertex as usize) {
                *slot = self.visited;
            }
        }
        self.visited += 1;
        self.stack.push(vertex);
    }

    fn leave(&mut self, vertex: u32) {
        if self.low(vertex) != self.order(vertex) {
            return;
        }
        while let Some(member) = self.stack.pop() {
            if let Some(slot) = self.part.get_mut(member as usize) {
                *slot = self.parts;
            }
            if member == vertex {
                break;
            }
        }
        self.parts += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts_of(next: &[Vec<u32>]) -> Vec<u32> {
        strong_parts(next.len(), |vertex| &next[vertex as usize])
    }

    #[test]
    fn parts_are_the_cycles() {
        let parts = parts_of(&[vec![1], vec![2, 3], vec![0], vec![4], vec![], vec![4]]);
        assert_eq!(parts[0], parts[1]);
        assert_eq!(parts[1], parts[2]);
        assert_ne!(parts[2], parts[3]);
        assert_ne!(parts[3], parts[4]);
        assert_ne!(parts[5], parts[4]);
    }

    #[test]
    fn a_long_chain_needs_no_deep_stack() {
        let mut next: Vec<Vec<u32>> = (1..200_000).map(|to| vec![to]).collect();
        next.push(vec![0]);
        let parts = parts_of(&next);
        assert!(parts.iter().all(|part| *part == 0));
    }
}
