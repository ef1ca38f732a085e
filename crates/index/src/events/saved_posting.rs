//! The events of a term as a file holds them.

use roaring::RoaringBitmap;
use std::iter;
use std::ops::{Bound, RangeInclusive};

/// The first byte of few events, which stand as they are (4 bytes each, little endian).
const FEW: u8 = 0;
/// The first byte of many. Parts follow: the least and greatest event that one may have, the length
/// of what follows (4 bytes each, little endian), a set in Roaring's portable form.
const MANY: u8 = 1;

/// Most events that are few.
const FEW_MAX: u64 = 16;
/// A set of more bytes is cut into parts.
const WHOLE_BYTES_MAX: usize = if cfg!(test) { 64 } else { 64 << 10 };
/// Events that a part is about.
const PART_EVENTS: u32 = if cfg!(test) { 16 } else { 1 << 18 };

/// Writes the events of a term: a list of few, or a set.
pub(super) fn write(events: Result<&[u32], &RoaringBitmap>, bytes: &mut Vec<u8>) -> Option<()> {
    match events {
        Ok(few) => write_few(few.iter().copied(), bytes),
        Err(many) if many.len() <= FEW_MAX => write_few(many.iter(), bytes),
        Err(many) => return write_many(many, bytes),
    }
    Some(())
}

fn write_few(events: impl Iterator<Item = u32>, bytes: &mut Vec<u8>) {
    bytes.push(FEW);
    bytes.extend(events.flat_map(u32::to_le_bytes));
}

fn write_many(many: &RoaringBitmap, bytes: &mut Vec<u8>) -> Option<()> {
    bytes.push(MANY);
    let mut whole = many.clone();
    whole.optimize();
    if whole.serialized_size() <= WHOLE_BYTES_MAX {
        return write_part(&(0..=u32::MAX), &whole, bytes);
    }
    let mut next = many.min();
    while let Some(event) = next {
        let begin = event - event % PART_EVENTS;
        let events = begin..=begin + (PART_EVENTS - 1);
        let mut part = RoaringBitmap::from_sorted_iter(many.range(events.clone())).ok()?;
        part.optimize();
        write_part(&events, &part, bytes)?;
        next = many.range((Bound::Excluded(*events.end()), Bound::Unbounded)).next();
    }
    Some(())
}

fn write_part(
    events: &RangeInclusive<u32>,
    set: &RoaringBitmap,
    bytes: &mut Vec<u8>,
) -> Option<()> {
    let length = u32::try_from(set.serialized_size()).ok()?;
    bytes.extend([*events.start(), *events.end(), length].into_iter().flat_map(u32::to_le_bytes));
    set.serialize_into(bytes).ok()
}

/// Some events of a term.
pub(super) enum Part<'b> {
    Few(&'b [u8]),
    /// A set, and where its events lie.
    Set(RangeInclusive<u32>, &'b [u8]),
    Unreadable,
}

impl Part<'_> {
    /// Whether it may have some of these events.
    pub(super) fn touches(&self, events: &RoaringBitmap) -> bool {
        match self {
            Self::Set(reach, _) => events.range(reach.clone()).next().is_some(),
            Self::Few(_) | Self::Unreadable => true,
        }
    }

    /// The events, where they can be read.
    pub(super) fn read(&self) -> Option<RoaringBitmap> {
        match self {
            Self::Few(bytes) => {
                let (few, rest) = bytes.as_chunks::<4>();
                rest.is_empty().then(|| few.iter().map(|seq| u32::from_le_bytes(*seq)).collect())
            }
            Self::Set(_, bytes) => RoaringBitmap::deserialize_from(*bytes).ok(),
            Self::Unreadable => None,
        }
    }
}

/// The parts of what was written.
pub(super) fn parts(bytes: &[u8]) -> impl Iterator<Item = Part<'_>> {
    let (only, mut rest) = match bytes.split_first() {
        Some((&FEW, few)) => (Some(Part::Few(few)), &[][..]),
        Some((&MANY, parts)) => (None, parts),
        _ => (Some(Part::Unreadable), &[][..]),
    };
    let sets = iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (part, behind) = next_set(rest).unwrap_or((Part::Unreadable, &[]));
        rest = behind;
        Some(part)
    });
    only.into_iter().chain(sets)
}

fn next_set(bytes: &[u8]) -> Option<(Part<'_>, &[u8])> {
    let (head, rest) = bytes.split_first_chunk::<12>()?;
    let head = <[[u8; 4]; 3]>::try_from(head.as_chunks().0).ok()?;
    let [begin, end, length] = head.map(u32::from_le_bytes);
    let (set, behind) = rest.split_at_checked(length as usize)?;
    (begin <= end).then_some((Part::Set(begin..=end, set), behind))
}

/// All that was written, where it can be read.
pub(super) fn read(bytes: &[u8]) -> Option<RoaringBitmap> {
    parts(bytes).try_fold(RoaringBitmap::new(), |all, part| Some(all | part.read()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::{btree_set, vec};
    use proptest::prelude::*;
    use proptest::sample::Index;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn what_is_read_is_what_was_written(
            events in btree_set(0u32..200, 0..60),
            far in btree_set(any::<u32>(), 0..3),
            some in btree_set(0u32..200, 0..9),
            cut in any::<Index>(),
        ) {
            let events: RoaringBitmap = events.into_iter().chain(far).collect();
            let some: RoaringBitmap = some.into_iter().collect();
            let mut bytes = Vec::new();
            write(Err(&events), &mut bytes).unwrap();
            prop_assert_eq!(read(&bytes).unwrap(), events.clone());
            let touched = parts(&bytes).filter(|part| part.touches(&some));
            let among = touched.fold(RoaringBitmap::new(), |all, part| all | part.read().unwrap());
            prop_assert_eq!(among & &some, &events & &some);
            // A part of the bytes is read as less, or not at all.
            let cut = &bytes[..cut.index(bytes.len() + 1)];
            prop_assert!(read(cut).is_none_or(|read| read.is_subset(&events)));
        }

        #[test]
        fn any_bytes_are_read_as_something(
            mut bytes in vec(any::<u8>(), 0..99),
            length in 0u32..99,
        ) {
            let some: RoaringBitmap = [0, 70, u32::MAX].into_iter().collect();
            for _ in 0..2 {
                for part in parts(&bytes) {
                    drop((part.touches(&some), part.read()));
                }
                drop(read(&bytes));
                // As if these were parts, the first of this length.
                bytes.iter_mut().take(1).for_each(|first| *first = MANY);
                bytes.iter_mut().skip(9).zip(length.to_le_bytes()).for_each(|(at, new)| *at = new);
            }
        }
    }
}
