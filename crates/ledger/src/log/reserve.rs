//! Space that is kept for the operator: on a full disk a key can still be revoked, a document
//! erased.

use super::Log;
use super::space::piece_bytes;
use crate::error::Error;
use crate::options::{Appended, LogOptions};
use crate::prepared::PreparedEntry;
use crate::settle::write_zeros;
use crate::storage::Storage;

/// The file that holds the space. It is given up as a whole, and made again once there is room.
pub(crate) const RESERVE_NAME: &str = "reserve";
const RESERVE_TEMPORARY_NAME: &str = "reserve.tmp";
/// Pieces of zeros that it is as large as: enough to begin a segment.
const RESERVE_PIECES: u64 = 2;

impl Log {
    /// Appends as [`Log::append`] does, on a full disk with the space that is kept for this.
    ///
    /// # Errors
    /// As [`Log::append`]; [`Error::DiskFull`] once that space is used up too.
    pub fn append_with_reserve(&mut self, entries: &[PreparedEntry]) -> Result<Appended, Error> {
        match self.append(entries) {
            Err(Error::DiskFull) if self.gave_up_reserve || self.release_reserve() => {
                tracing::warn!("the disk is full; writing with the space kept for the operator");
                self.sparing = true;
                let appended = self.append(entries);
                self.sparing = false;
                appended
            }
            other => other,
        }
    }

    /// Whether space is kept for the operator.
    pub fn has_reserve(&self) -> bool {
        self.has_reserve
    }

    /// Looks for room where there was none: for the space that is kept for the operator, and for
    /// what is zeroed ahead.
    ///
    /// # Errors
    /// [`Error::DiskFull`] where there still is none; as [`Log::prepare`] otherwise.
    pub fn find_room(&mut self) -> Result<(), Error> {
        self.check_writable()?;
        self.regain_reserve()?;
        self.keep_reserve();
        self.prepare()
    }

    /// What was given up goes to nobody else: it must be there again before others get space.
    pub(super) fn regain_reserve(&mut self) -> Result<(), Error> {
        if !self.gave_up_reserve {
            return Ok(());
        }
        make(self.storage.as_ref(), self.options).map_err(|_| Error::DiskFull)?;
        (self.has_reserve, self.gave_up_reserve) = (true, false);
        Ok(())
    }

    /// Makes the reserve if there is none. Without it nothing is lost but the comfort.
    pub(super) fn keep_reserve(&mut self) {
        if self.has_reserve {
            return;
        }
        match make(self.storage.as_ref(), self.options) {
            Ok(()) => self.has_reserve = true,
            Err(error) => tracing::warn!(%error, "no space is kept for a full disk"),
        }
    }

    fn release_reserve(&mut self) -> bool {
        let released = self.storage.remove(RESERVE_NAME);
        let released = released.and_then(|()| self.storage.sync_directory()).is_ok();
        self.gave_up_reserve |= released;
        std::mem::take(&mut self.has_reserve) && released
    }
}

fn make(storage: &dyn Storage, options: LogOptions) -> Result<(), Error> {
    let names = storage.list().map_err(Error::io("list", "the log"))?;
    if names.iter().any(|name| name == RESERVE_NAME) {
        return Ok(());
    }
    let failed = |action| Error::io(action, RESERVE_TEMPORARY_NAME);
    let file = storage.create(RESERVE_TEMPORARY_NAME).map_err(failed("create"))?;
    let written = write_zeros(file.as_ref(), 0, RESERVE_PIECES * piece_bytes(options))
        .and_then(|()| file.sync_data());
    if let Err(error) = written {
        // Half of it is no use.
        storage.remove(RESERVE_TEMPORARY_NAME).map_err(failed("remove"))?;
        return Err(failed("write")(error));
    }
    storage.rename(RESERVE_TEMPORARY_NAME, RESERVE_NAME).map_err(failed("rename"))
}
