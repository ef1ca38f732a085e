//! What opening for writing makes durable before anything is served.

use std::io;

use crate::bytes::{SECTOR_BYTES, at, round_up, span};
use crate::error::Error;
use crate::head::HEAD_NAME;
use crate::recover::Scanned;
use crate::segment;
use crate::storage::{Storage, StorageFile};

/// Bytes of zeros written by one call.
const ZEROS_BYTES: usize = 64 * 1024;
static ZEROS: [u8; ZEROS_BYTES] = [0; ZEROS_BYTES];

/// Makes durable what was read, before anything is signed or served: what the page cache shows
/// may not be on disk. Rewrites the last whole unit and the last segment's header, zeroes what
/// lies behind the tail, syncs, and carries out erasures that were cut off. Answers up to where
/// the last segment is zeroed.
pub(crate) fn settle(storage: &dyn Storage, scanned: &Scanned) -> Result<u64, Error> {
    for name in storage.list().map_err(Error::io("list", "the log"))? {
        if name.ends_with(".tmp") {
            storage.remove(&name).map_err(Error::io("remove", &name))?;
        }
    }
    let files = &scanned.published.files;
    let file_of = |number: u64| files.get(at(number)).ok_or(Error::Missing);
    if let Some((place, bytes)) = &scanned.last_unit {
        let (file, name) = (file_of(place.segment)?, segment::name(place.segment));
        let offset = u64::from(place.offset);
        file.write_all_at(bytes, offset).map_err(Error::io("rewrite", &name))?;
        if place.segment != scanned.tail.segment {
            file.sync_data().map_err(Error::io("sync", &name))?;
        }
    }
    let (file, name) = (file_of(scanned.tail.segment)?, segment::name(scanned.tail.segment));
    let mut sector = vec![0; SECTOR_BYTES];
    file.read_exact_at(&mut sector, 0).map_err(Error::io("read", &name))?;
    file.write_all_at(&sector, 0).map_err(Error::io("rewrite", &name))?;
    let length = file.length().map_err(Error::io("read", &name))?;
    let end = round_up(length);
    write_zeros(file.as_ref(), u64::from(scanned.tail.offset), end)
        .map_err(Error::io("zero", &name))?;
    file.sync_data().map_err(Error::io("sync", &name))?;
    storage.sync_directory().map_err(Error::io("sync the directory of", HEAD_NAME))?;
    // Last, because the entry that says so must be durable before.
    for place in &scanned.to_erase {
        place.erase()?;
    }
    Ok(end)
}

pub(crate) fn write_zeros(file: &dyn StorageFile, from: u64, to: u64) -> io::Result<()> {
    let mut offset = from;
    while offset < to {
        let piece = span(&ZEROS, 0, at(to - offset));
        file.write_all_at(piece, offset)?;
        offset += piece.len() as u64;
    }
    Ok(())
}
