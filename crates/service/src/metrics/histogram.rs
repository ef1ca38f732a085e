//! Counts and distributions that any thread may add to: one or two atomic additions, no lock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds for times, in microseconds: 100 µs to 10 s.
pub const MICROS: &[u64] = &[
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
    1_000_000, 2_500_000, 5_000_000, 10_000_000,
];
/// Upper bounds for what is counted in one batch.
pub const BATCHES: &[u64] = &[1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024];
/// Upper bounds for the items of an answer.
pub const ITEMS: &[u64] = &[1, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000];
/// Upper bounds for bytes: 1 KiB to 16 MiB.
pub const BYTES: &[u64] = &[1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 18, 1 << 20, 1 << 22, 1 << 24];

/// A count that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub fn add_one(&self) {
        self.add(1);
    }

    /// So many more.
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// The count now.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How often which sizes were seen.
#[derive(Debug)]
pub struct Histogram {
    bounds: &'static [u64],
    /// One for each bound, and one for what lies above all of them.
    counts: Vec<Counter>,
    sum: Counter,
}

impl Histogram {
    /// An empty one; `bounds` increase and belong to the bucket that they end.
    #[must_use]
    pub fn new(bounds: &'static [u64]) -> Self {
        let counts = bounds.iter().map(|_| Counter::default()).chain([Counter::default()]);
        Self { bounds, counts: counts.collect(), sum: Counter::default() }
    }

    /// Counts one value, in the unit of the bounds.
    pub fn observe(&self, value: u64) {
        let bucket = self.bounds.partition_point(|bound| *bound < value);
        if let Some(count) = self.counts.get(bucket) {
            count.add_one();
        }
        self.sum.add(value);
    }

    /// Counts one time; the bounds are [`MICROS`].
    pub fn observe_time(&self, time: Duration) {
        self.observe(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
    }

    /// Sum of all values that were counted.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.sum.get()
    }

    /// Values by bucket: its upper bound, `None` for the last one, and how many fell into it.
    pub fn buckets(&self) -> impl Iterator<Item = (Option<u64>, u64)> {
        let bounds = self.bounds.iter().copied().map(Some).chain([None]);
        bounds.zip(self.counts.iter().map(Counter::get))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_falls_into_the_first_bucket_that_is_not_below_it() {
        let histogram = Histogram::new(&[1, 10, 100]);
        for value in [0, 1, 2, 10, 11, 100, 101, u64::from(u32::MAX)] {
            histogram.observe(value);
        }
        let counted: Vec<_> = histogram.buckets().collect();
        assert_eq!(counted, [(Some(1), 2), (Some(10), 2), (Some(100), 2), (None, 2)]);
        assert_eq!(histogram.sum(), 225 + u64::from(u32::MAX));
    }

    #[test]
    fn all_bounds_increase() {
        for bounds in [MICROS, BATCHES, ITEMS, BYTES] {
            assert!(bounds.is_sorted_by(|a, b| a < b), "{bounds:?}");
        }
    }
}
