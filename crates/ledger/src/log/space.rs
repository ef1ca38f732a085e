//! Room for units: segments, and the zeros ahead of the tail.

use std::io;
use std::sync::Arc;

use super::Log;
use crate::bytes::round_up;
use crate::error::Error;
use crate::options::LogOptions;
use crate::segment::{self, FIRST_UNIT_AT, SEGMENTS_MAX, SegmentHeader};
use crate::settle::write_zeros;
use crate::storage::{Storage, StorageFile};
use crate::summary::{Filling, Summary};
use crate::unit::Place;

impl Log {
    /// For writes that no unit depends on yet: a full disk changes nothing, all else poisons.
    pub(super) fn poison_unless_full<T>(&mut self, result: Result<T, Error>) -> Result<T, Error> {
        match result {
            Err(Error::Io { source, .. }) if is_full(&source) => Err(Error::DiskFull),
            Err(Error::DiskFull) => Err(Error::DiskFull),
            other => self.poison_on_error(other),
        }
    }

    /// Begins the next segment; the last one stays as it is, and gets its summary.
    pub(super) fn roll(&mut self) -> Result<(), Error> {
        let head = self.chain.head();
        let number = self.tail.segment + 1;
        if number >= SEGMENTS_MAX {
            return Err(Error::DiskFull);
        }
        let header = SegmentHeader { number, first_index: head.size, prev: head.last_leaf_hash };
        if !self.sparing {
            self.regain_reserve()?;
        }
        let pieces = u64::from(!self.sparing);
        let created = create_segment(self.storage.as_ref(), self.options, &header, pieces);
        let (file, zeroed_to) = self.poison_unless_full(created)?;
        let (end, chain, tree) = (self.tail.offset, &self.chain, &self.frontier);
        let filling = &self.filling;
        let full = self.reader.with_published(|all| filling.full(end, all, chain, tree));
        write_summary(self.storage.as_ref(), &full);
        self.filling = Filling::new(header);
        self.reader.add_file(Arc::clone(&file));
        (self.file, self.zeroed_to) = (file, zeroed_to);
        self.tail = Place { segment: number, offset: FIRST_UNIT_AT };
        Ok(())
    }

    pub(super) fn ensure_zeroed(&mut self, to: u64) -> Result<(), Error> {
        if to <= self.zeroed_to {
            return Ok(());
        }
        if !self.sparing {
            self.regain_reserve()?;
        }
        let piece = piece_bytes(self.options);
        let ahead = if self.sparing { to } else { to.next_multiple_of(piece) };
        let wanted = ahead.saturating_add(if self.sparing { 0 } else { piece });
        let end = wanted.min(u64::from(self.options.segment_bytes_max)).max(to);
        let name = segment::name(self.tail.segment);
        let zeroed = write_zeros(self.file.as_ref(), self.zeroed_to, end)
            .and_then(|()| self.file.sync_data())
            .map_err(Error::io("zero", &name));
        self.poison_unless_full(zeroed)?;
        self.zeroed_to = end;
        if !self.sparing {
            // There was room for more than this unit.
            self.keep_reserve();
        }
        Ok(())
    }
}

pub(super) fn piece_bytes(options: LogOptions) -> u64 {
    round_up(u64::from(options.zero_piece_bytes.max(1)))
}

/// Writes a summary; without it the next opening reads the segment, so nothing is lost.
pub(super) fn write_summary(storage: &dyn Storage, summary: &Summary) {
    if let Err(error) = summary.write(storage) {
        let segment = summary.header.number;
        tracing::warn!(segment, %error, "summary not written; the next start reads the segment");
    }
}

/// Creates a segment under a temporary name and renames it once its content is durable, so that
/// a segment file which is there is whole.
pub(super) fn create_segment(
    storage: &dyn Storage,
    options: LogOptions,
    header: &SegmentHeader,
    zeroed_pieces: u64,
) -> Result<(Arc<dyn StorageFile>, u64), Error> {
    let (name, temporary) = (segment::name(header.number), segment::temporary_name(header.number));
    let end = u64::from(FIRST_UNIT_AT) + zeroed_pieces * piece_bytes(options);
    let end = end.min(u64::from(options.segment_bytes_max)).max(u64::from(FIRST_UNIT_AT));
    let file = storage.create(&temporary).map_err(Error::io("create", &temporary))?;
    let written = file
        .write_all_at(&header.encode(), 0)
        .and_then(|()| write_zeros(file.as_ref(), u64::from(FIRST_UNIT_AT), end))
        .and_then(|()| file.sync_data());
    written.map_err(Error::io("write", &temporary))?;
    storage.rename(&temporary, &name).map_err(Error::io("rename", &temporary))?;
    // A failure here is never taken for a full disk that changed nothing: the name may be there.
    storage.sync_directory().map_err(|error| {
        let source = io::Error::other(error);
        Error::io("sync the directory of", &name)(source)
    })?;
    Ok((file, end))
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}
