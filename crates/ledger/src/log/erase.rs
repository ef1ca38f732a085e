//! Erasing the frame of an entry once another entry says so.

use super::Log;
use crate::erasure::Erased;
use crate::error::Error;
use crate::frame_place::FramePlace;
use crate::prepared::PreparedEntry;

impl Log {
    /// Carries out the durable `erasure` entry `by`: overwrites the frame that it names in place
    /// and syncs. Doing it again changes nothing.
    ///
    /// Where that fails the log is poisoned, and the next start finishes the erasure.
    pub fn erase(&mut self, by: u64) -> Result<Erased, Error> {
        self.check_writable()?;
        let index = self.reader.erasure_of(by).ok_or(Error::NoErasure { index: by })?;
        let place = self.frame_place(index);
        let place = self.poison_on_error(place)?;
        let erased = place.erase();
        self.poison_on_error(erased)?;
        Ok(Erased { index, by, bytes: place.bytes() })
    }

    /// Whether an `erasure` entry may name this entry.
    pub fn check_erasable(&self, index: u64) -> Result<(), Error> {
        let refused = |what| Err(Error::NotErasable { index, what });
        if index >= self.reader.size() {
            return refused("the log does not hold it yet");
        }
        if self.reader.erased_by(index).is_some() {
            return refused("it is erased already");
        }
        if !self.frame_place(index)?.kind.is_erasable() {
            return refused("entries of its kind stay");
        }
        Ok(())
    }

    /// What the entries of a unit erase: pairs of an entry and its erasure.
    pub(super) fn erasures_in(&self, entries: &[PreparedEntry]) -> Result<Vec<(u64, u64)>, Error> {
        let mut list: Vec<(u64, u64)> = Vec::new();
        for entry in entries {
            let Some(index) = entry.erases else { continue };
            self.check_erasable(index)?;
            if list.iter().any(|(named, _)| *named == index) {
                return Err(Error::NotErasable { index, what: "it is erased already" });
            }
            list.push((index, entry.leaf.index));
        }
        Ok(list)
    }

    fn frame_place(&self, index: u64) -> Result<FramePlace, Error> {
        let (unit, file) = self.reader.locate(index)?;
        FramePlace::find(unit, file, index)
    }
}
