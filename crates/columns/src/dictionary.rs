//! Byte strings by key, written once.

use std::hash::{BuildHasher as _, RandomState};
use std::iter;

use itertools::EitherOrBoth::{self, Both, Left, Right};
use itertools::Itertools as _;
use siphasher::sip::SipHasher13;

use crate::{Blobs, Column, Error, Opened, Saving};

/// Keys in a bucket, about.
const BUCKET_KEYS: u64 = 16;
/// A length that one byte does not hold; four more do.
const LONG: u8 = u8::MAX;

/// Byte strings by key, all in a file: what comes later is merged into the next one. A key costs
/// about ten bytes.
///
/// Keys lie in buckets in the order of a keyed digest, so that nobody who chooses them can make a
/// bucket long, and two dictionaries are merged in one pass.
#[derive(Debug)]
pub struct Dictionary {
    hasher: SipHasher13,
    count: u64,
    /// Entries, one after the other: key (8 bytes, little endian), length of the value, value.
    buckets: Blobs,
}

impl Default for Dictionary {
    fn default() -> Self {
        Self { hasher: secret_hasher(), count: 0, buckets: Blobs::default() }
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
        let head = |at| head.get(at).copied().unwrap_or(0);
        let hasher = SipHasher13::new_with_keys(head(0), head(1));
        let (count, buckets) = (head(2), Blobs::open(opened, name)?);
        if count.div_ceil(BUCKET_KEYS) > buckets.len() as u64 {
            return Err(opened.damaged(format!("{name} has too few buckets for {count} keys")));
        }
        Ok(Self { hasher, count, buckets })
    }

    /// Writes what is here, and values of `added` keys, each once: `value` is told the old value of
    /// such a key and writes the new one, or tells that the old one cannot be read.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn save(
        &self,
        saving: &mut Saving,
        name: &str,
        added: impl Iterator<Item = u64>,
        mut value: impl FnMut(u64, Option<&[u8]>, &mut Vec<u8>) -> Option<()>,
    ) -> Result<(), Error> {
        let mut added: Vec<Digested> = added.map(|key| (self.digest(key), key)).collect();
        added.sort_unstable();
        let buckets = (self.count + added.len() as u64).div_ceil(BUCKET_KEYS);
        let merged = added.into_iter().merge_join_by(self.entries(), |new, (old, _)| new.cmp(old));
        let mut merged = merged.peekable();
        let (mut count, mut is_read, mut written) = (0_u64, true, Vec::new());
        let filled = (0..buckets).map(|bucket| {
            let mut bytes = Vec::new();
            while let Some(next) = merged.next_if(|next| place(digest_of(next), buckets) <= bucket)
            {
                let (key, old) = match next {
                    Right(((_, key), old)) => (key, old),
                    Left((_, key)) | Both((_, key), _) => {
                        written.clear();
                        let old = next.right().map(|(_, old)| old);
                        is_read &= value(key, old, &mut written).is_some();
                        (key, &written[..])
                    }
                };
                put(&mut bytes, key, old);
                count += 1;
            }
            bytes
        });
        Blobs::stream(saving, name, filled)?;
        if !is_read {
            return Err(saving.damaged(format!("{name} was opened and cannot be read")));
        }
        let (a, b) = self.hasher.keys();
        saving.values(&format!("{name}.head"), &[a, b, count])
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: u64) -> Option<&[u8]> {
        let buckets = self.buckets.len() as u64;
        let bucket = place(self.digest(key), buckets);
        let mut entries = entries(self.buckets.get(usize::try_from(bucket).ok()?));
        entries.find(|(known, _)| *known == key).map(|(_, value)| value)
    }

    fn digest(&self, key: u64) -> u64 {
        self.hasher.hash(&key.to_le_bytes())
    }

    fn entries(&self) -> impl Iterator<Item = (Digested, &[u8])> {
        let all = (0..self.buckets.len()).flat_map(|bucket| entries(self.buckets.get(bucket)));
        all.map(|(key, value)| ((self.digest(key), key), value))
    }
}

/// A hasher whose key nobody knows.
fn secret_hasher() -> SipHasher13 {
    let random = RandomState::new();
    SipHasher13::new_with_keys(random.hash_one(0), random.hash_one(1))
}

fn digest_of<V>(next: &EitherOrBoth<Digested, (Digested, V)>) -> u64 {
    match next {
        Left((digest, _)) | Both((digest, _), _) | Right(((digest, _), _)) => *digest,
    }
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
