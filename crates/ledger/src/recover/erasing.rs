//! Frames that were erased, that have to be, or that nothing explains.

use std::collections::BTreeMap;

use super::damage;
use crate::erasure::named_in_frame;
use crate::error::{Damage, Error};
use crate::frame_place::FramePlace;
use crate::inspect::Unit;
use crate::reader::Published;
use crate::records::Record;

impl Published {
    /// The entry that the frame of an `erasure` entry names, if it may: one that stands in an
    /// earlier unit and was not erased before.
    pub(super) fn erased_in(&self, frame: Option<&[u8]>, first_index: u64) -> Option<u64> {
        let index = named_in_frame(frame?)?;
        (index < first_index && !self.erased.contains_key(&index)).then_some(index)
    }
}

/// The frame of a record, or the damage that it is unless an `erasure` entry names it.
pub(super) fn readable<'u>(unit: &Unit<'u>, record: &Record<'_>) -> Result<&'u [u8], Damage> {
    let (place, entry) = (unit.header.place, Some(record.index));
    if let Some(fault) = unit.frame_fault(record.index) {
        return Err(damage(place.segment, fault.from, fault.to, entry, &fault.what));
    }
    if unit.erased.contains(&record.index) {
        let base = u64::from(place.offset);
        let (from, to) = (base + record.frame_from as u64, base + record.frame_to as u64);
        return Err(damage(place.segment, from, to, entry, "erased, but no entry says so"));
    }
    Ok(unit.frame(record))
}

/// Erasures to carry out, and the entries among them whose bytes are not all gone. Refuses
/// unreadable frames that none explains.
///
/// After an unclean stop that is every erasure: what the page cache shows may not be on disk.
pub(super) fn to_erase(
    published: &Published,
    mut unreadable: BTreeMap<u64, Damage>,
    clean: bool,
) -> Result<(Vec<FramePlace>, Vec<u64>), Error> {
    let (mut places, mut unfinished) = (Vec::new(), Vec::new());
    for (index, by) in &published.erased {
        unreadable.remove(index);
        let (unit, file) = published.locate(*index)?;
        let place = FramePlace::find(unit, file, *index)?;
        if !place.kind.is_erasable() {
            let what = "it erases an entry of a kind that stays";
            return Err(damage(place.segment, 0, 0, Some(*by), what).into());
        }
        let erased = place.is_erased()?;
        if !erased {
            unfinished.push(*index);
        }
        if !(erased && clean) {
            places.push(place);
        }
    }
    match unreadable.into_values().next() {
        Some(damage) => Err(damage.into()),
        None => Ok((places, unfinished)),
    }
}
