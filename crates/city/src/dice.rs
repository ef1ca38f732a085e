//! Repeatable chance: every draw comes from the seed.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of draws. Streams of one seed are independent of each other, so that the second stage
/// (records and their errors) cannot disturb the first (the material flow).
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `n`; 0 where `n` is 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn range(&mut self, low: i64, high: i64) -> i64 {
        if high <= low {
            return low;
        }
        low + self.below((high - low + 1) as usize) as i64
    }

    /// True `per_mille` times in a thousand.
    pub(crate) fn chance(&mut self, per_mille: u32) -> bool {
        self.below(1000) < per_mille as usize
    }

    pub(crate) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    /// Log-normal around `median`, cut to a twelfth and ten times of it.
    pub(crate) fn log_normal(&mut self, median: i64, sigma: f64) -> i64 {
        // Sum of twelve uniforms: normal enough, and the same on every platform up to `exp`.
        let sum: f64 = (0..12).map(|_| self.below(1 << 20) as f64 / f64::from(1 << 20)).sum();
        let value = median as f64 * ((sum - 6.0) * sigma).exp();
        (value.round() as i64).clamp(median / 12, median * 10)
    }

    /// Takes up to `n` different elements in random order.
    pub(crate) fn sample<T: Copy>(&mut self, list: &[T], n: usize) -> Vec<T> {
        let mut rest = list.to_vec();
        let mut out = Vec::with_capacity(n);
        while out.len() < n && !rest.is_empty() {
            let at = self.below(rest.len());
            out.push(rest.swap_remove(at));
        }
        out
    }
}

/// A hash of small numbers (splitmix64), for choices that must not depend on the order of draws.
pub(crate) fn mix(seed: u64, a: u64, b: u64) -> u64 {
    let mut z =
        seed ^ a.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ b.wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
    for _ in 0..2 {
        z = z.wrapping_add(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
    }
    z
}
