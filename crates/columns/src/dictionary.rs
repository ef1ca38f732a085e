//! Byte strings by key, written once.

use std::hash::{BuildHasher as _, RandomState};
use std::iter;

use itertools::{Either, Itertools as _};
use siphasher::sip::SipHasher13;

use crate::{Blobs, Column, Error, Opened, Saving, lasting_runs, run_name};

/// Keys in a bucket, about.
const BUCKET_KEYS: u64 = 16;
/// A length that one byte does not hold; four more do.
const LONG: u8 = u8::MAX;

/// Byte strings by key, all in files: what comes later lies in runs of its own until it is merged
/// into those before. A key costs about ten bytes.
///
/// Keys lie in buckets in the order of a keyed digest, so that nobody who chooses them can make a
/// bucket long, and runs are merged in one pass.
#[derive(Debug)]
pub struct Dictionary {
    hasher: SipHasher13,
    /// The oldest first.
    runs: Vec<Run>,
}

/// What was saved together.
#[derive(Debug)]
struct Run {
    keys: u64,
    /// Entries, one after the other: key (8 bytes, little endian), length of the value, value.
    buckets: Blobs,
}

impl Default for Dictionary {
    fn default() -> Self {
        Self { hasher: secret_hasher(), runs: Vec::new() }
    }
}

/// A key with its digest in front, in the order of entries.
type Digested = (u64, u64);

impl Dictionary {
    /// The dictionary that a file holds under this name.
    ///
    /// # Errors
    /// As [`Column::open`].
    pub fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        let head = Column::<u64>::open(opened, &format!("{name}.head"))?;
        let part = |at| head.get(at).copied().unwrap_or(0);
        let hasher = SipHasher13::new_with_keys(part(0), part(1));
        let mut runs = Vec::new();
        for keys in head.iter().skip(2).copied() {
            let buckets = Blobs::open(opened, &run_name(name, runs.len()))?;
            if keys.div_ceil(BUCKET_KEYS) > buckets.len() as u64 {
                return Err(opened.damaged(format!("{name} has too few buckets for {keys} keys")));
            }
            runs.push(Run { keys, buckets });
        }
        Ok(Self { hasher, runs })
    }

    /// Writes what is here, and `added` keys, each once, with what their values come of: `value` is
    /// told that and the old ones of a key and writes all of them with the new one, or tells that
    /// an old one cannot be read. It is asked for added keys, and where values of several runs
    /// become one.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn save<V: Copy>(
        &self,
        saving: &mut Saving,
        name: &str,
        added: impl Iterator<Item = (u64, V)>,
        value: impl FnMut(Option<V>, &[&[u8]], &mut Vec<u8>) -> Option<()>,
    ) -> Result<(), Error> {
        let added = added.map(|(key, new)| ((self.digest(key), key), new));
        let mut added: Vec<(Digested, V)> = added.collect();
        added.sort_unstable_by_key(|(key, _)| *key);
        let lengths: Vec<u64> = self.runs.iter().map(|run| run.keys).collect();
        let lasting = lasting_runs(&lengths, added.len() as u64);
        let (lasting, merged) = self.runs.split_at_checked(lasting).unwrap_or_default();
        let (a, b) = self.hasher.keys();
        let mut head = vec![a, b];
        for (at, run) in lasting.iter().enumerate() {
            run.buckets.save(saving, &run_name(name, at))?;
            head.push(run.keys);
        }
        if !added.is_empty() {
            let name = run_name(name, lasting.len());
            head.push(self.save_run(saving, &name, merged, &added, value)?);
        }
        saving.values(&format!("{name}.head"), &head)
    }

    /// Writes a run of what is in some, and of `added` keys in order. Gives how many keys it has.
    fn save_run<V: Copy>(
        &self,
        saving: &mut Saving,
        name: &str,
        runs: &[Run],
        added: &[(Digested, V)],
        mut value: impl FnMut(Option<V>, &[&[u8]], &mut Vec<u8>) -> Option<()>,
    ) -> Result<u64, Error> {
        let buckets = runs.iter().map(|run| run.keys).sum::<u64>() + added.len() as u64;
        let buckets = buckets.div_ceil(BUCKET_KEYS);
        let mut entries = self.entries(runs, added).peekable();
        let (mut keys, mut is_read) = (0, true);
        let (mut olds, mut written) = (Vec::<&[u8]>::new(), Vec::new());
        let filled = (0..buckets).map(|bucket| {
            let mut bytes = Vec::new();
            let is_here = |(key, _): &(Digested, Either<V, _>)| place(key.0, buckets) <= bucket;
            while let Some((key, first)) = entries.next_if(is_here) {
                olds.clear();
                let mut new = first.map_right(|old| olds.push(old)).left();
                while let Some((_, more)) = entries.next_if(|(other, _)| *other == key) {
                    new = more.map_right(|old| olds.push(old)).left();
                }
                keys += 1;
                if let ([only], None) = (&olds[..], new) {
                    put(&mut bytes, key.1, only);
                    continue;
                }
                written.clear();
                is_read &= value(new, &olds, &mut written).is_some();
                put(&mut bytes, key.1, &written);
            }
            bytes
        });
        Blobs::stream(saving, name, filled)?;
        if is_read {
            return Ok(keys);
        }
        Err(saving.damaged(format!("{name} was opened and cannot be read")))
    }

    /// The values of a key, the oldest first.
    pub fn get(&self, key: u64) -> impl Iterator<Item = &[u8]> {
        let digest = if self.runs.is_empty() { 0 } else { self.digest(key) };
        self.runs.iter().filter_map(move |run| {
            let bucket = place(digest, run.buckets.len() as u64);
            let mut entries = entries(run.buckets.get(usize::try_from(bucket).ok()?));
            entries.find(|(known, _)| *known == key).map(|(_, value)| value)
        })
    }

    fn digest(&self, key: u64) -> u64 {
        self.hasher.hash(&key.to_le_bytes())
    }

    /// All entries of runs with their values, on the right, those of one key in the order of the
    /// runs, and behind them `added` keys, on the left; in order.
    fn entries<'r, V: Copy>(
        &'r self,
        runs: &'r [Run],
        added: &'r [(Digested, V)],
    ) -> impl Iterator<Item = (Digested, Either<V, &'r [u8]>)> {
        let entries = move |(number, run): (usize, &'r Run)| {
            let all = (0..run.buckets.len()).flat_map(|bucket| entries(run.buckets.get(bucket)));
            all.map(move |(key, value)| ((self.digest(key), key), number, value))
        };
        let is_before = |(a, from_a, _): &(_, _, _), (b, from_b, _): &(Digested, usize, _)| {
            (a, from_a) < (b, from_b)
        };
        let old = runs.iter().enumerate().map(entries).kmerge_by(is_before);
        let old = old.map(|(key, _, value)| (key, Either::Right(value)));
        let added = added.iter().map(|(key, new)| (*key, Either::Left(*new)));
        old.merge_by(added, |(a, _), (b, _)| a <= b)
    }
}

/// A hasher whose key nobody knows.
fn secret_hasher() -> SipHasher13 {
    let random = RandomState::new();
    SipHasher13::new_with_keys(random.hash_one(0), random.hash_one(1))
}

/// The bucket of a digest; a greater digest never has a lesser one.
fn place(digest: u64, buckets: u64) -> u64 {
    let place = (u128::from(digest) * u128::from(buckets)) >> 64;
    u64::try_from(place).unwrap_or(0)
}

/// Adds an entry to a bucket.
fn put(bucket: &mut Vec<u8>, key: u64, value: &[u8]) {
    bucket.extend(key.to_le_bytes());
    match u8::try_from(value.len()) {
        Ok(length) if length < LONG => bucket.push(length),
        _ => {
            bucket.push(LONG);
            bucket.extend(u32::try_from(value.len()).unwrap_or(u32::MAX).to_le_bytes());
        }
    }
    bucket.extend_from_slice(value);
}

/// The entries of a bucket, as far as they can be read.
fn entries(mut bucket: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    iter::from_fn(move || {
        let (key, rest) = bucket.split_first_chunk::<8>()?;
        let (length, rest) = match rest.split_first()? {
            (&LONG, rest) => {
                let (length, rest) = rest.split_first_chunk::<4>()?;
                (u32::from_le_bytes(*length) as usize, rest)
            }
            (length, rest) => (usize::from(*length), rest),
        };
        let (value, rest) = rest.split_at_checked(length)?;
        bucket = rest;
        Some((u64::from_le_bytes(*key), value))
    })
}
