//! Sums along all ways of a graph with probabilities at its steps: one pass where it has no cycle,
//! repeated passes within each cycle until nothing changes.

use crate::flow::{Csr, Parts, at, set};

/// A cycle is solved once no value changes by more than this.
pub(crate) const TOLERANCE: f64 = 1e-12;
/// Passes over one cycle. Where probability leaves a cycle so seldom that these do not suffice,
/// the values are too small by what is still on its way.
pub(crate) const PASSES_MAX: usize = 10_000;

/// Probabilities of the steps from a vertex, in proportion to the weights of where they lead.
pub(crate) struct Steps<'g> {
    next: &'g Csr,
    weight: &'g [f64],
    sums: Vec<f64>,
}

impl<'g> Steps<'g> {
    pub(crate) fn new(next: &'g Csr, weight: &'g [f64]) -> Self {
        let sum = |vertex| next.of(vertex).iter().map(|to| at(weight, *to)).sum();
        let count = u32::try_from(next.count()).unwrap_or(u32::MAX);
        Self { next, weight, sums: (0..count).map(sum).collect() }
    }

    /// Each vertex behind a vertex with the probability of the step to it.
    pub(crate) fn of(&self, vertex: u32) -> impl Iterator<Item = (u32, f64)> + '_ {
        let sum = at(&self.sums, vertex);
        let share = move |to: u32| if sum > 0.0 { at(self.weight, to) / sum } else { 0.0 };
        self.next.of(vertex).iter().map(move |to| (*to, share(*to)))
    }

    fn is_cyclic(&self, parts: &Parts, part: &[u32]) -> bool {
        parts.is_cyclic(part, self.next)
    }

    /// For each vertex the probability that a walk from it ever comes to a vertex where `hit`
    /// holds. `against`: whether these steps go against the flow.
    pub(crate) fn hitting(
        &self,
        parts: &Parts,
        against: bool,
        hit: impl Fn(u32) -> bool,
    ) -> Vec<f64> {
        let mut chance = vec![0.0; self.next.count()];
        for part in parts.reached_first(against) {
            let passes = if self.is_cyclic(parts, part) { PASSES_MAX } else { 1 };
            for _ in 0..passes {
                let mut change: f64 = 0.0;
                for vertex in part {
                    let sum = || self.of(*vertex).map(|(to, p)| p * at(&chance, to)).sum();
                    let value: f64 = if hit(*vertex) { 1.0 } else { sum() };
                    change = change.max((value - at(&chance, *vertex)).abs());
                    set(&mut chance, *vertex, value);
                }
                if change <= TOLERANCE {
                    break;
                }
            }
        }
        chance
    }

    /// For each vertex how often walks with these starts come by on average.
    pub(crate) fn visits(&self, parts: &Parts, against: bool, start: Vec<f64>) -> Vec<f64> {
        let mut visits = start;
        let mut arriving = vec![0.0; visits.len()];
        // Whatever leads to a part comes before it: the order of the other way.
        for part in parts.reached_first(!against) {
            if self.is_cyclic(parts, part) {
                self.circulate(parts, part, &mut visits, &mut arriving);
            }
            for vertex in part {
                let amount = at(&visits, *vertex);
                for (to, share) in self.of(*vertex).filter(|_| amount > 0.0) {
                    if !parts.together(*vertex, to) {
                        let so_far = at(&visits, to);
                        set(&mut visits, to, so_far + amount * share);
                    }
                }
            }
        }
        visits
    }

    /// Adds to what entered a cycle all that comes round in it. `arriving` is zero before and
    /// after.
    fn circulate(&self, parts: &Parts, part: &[u32], visits: &mut [f64], arriving: &mut [f64]) {
        let mut moving: Vec<(u32, f64)> = part.iter().map(|v| (*v, at(visits, *v))).collect();
        for _ in 0..PASSES_MAX {
            if moving.iter().map(|(_, amount)| amount).sum::<f64>() <= TOLERANCE {
                break;
            }
            for (vertex, amount) in &moving {
                for (to, share) in self.of(*vertex).filter(|(to, _)| parts.together(*vertex, *to)) {
                    let so_far = at(arriving, to);
                    set(arriving, to, so_far + amount * share);
                }
            }
            for (vertex, amount) in &mut moving {
                *amount = at(arriving, *vertex);
                set(arriving, *vertex, 0.0);
                let so_far = at(visits, *vertex);
                set(visits, *vertex, so_far + *amount);
            }
        }
    }
}
