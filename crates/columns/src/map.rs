//! The one place that maps files.

use std::fs::File;
use std::io;
use std::ops::{Deref, DerefMut};

use memmap2::{MmapMut, MmapOptions};
use rustix::mm::{MapFlags, ProtFlags, mmap};

use crate::form::BLOCK_BYTES;

/// A part of a file, and where in a mapping it is to lie.
pub(crate) struct Piece<'f> {
    pub(crate) file: &'f File,
    pub(crate) offset: u64,
    pub(crate) at: usize,
    pub(crate) len: usize,
}

/// Parts of files, one behind the other: reads come from the files, writes stay in memory.
pub(crate) struct Mapping {
    /// All of it, and a little more: large pages begin at multiples of their size.
    room: MmapMut,
    from: usize,
    len: usize,
}

impl Mapping {
    /// Asks for large pages; without them everything is as before, but slower.
    pub(crate) fn in_large_pages(&self) {
        #[cfg(target_os = "linux")]
        drop(self.room.advise_range(memmap2::Advice::HugePage, self.from, self.len));
    }
}

impl Deref for Mapping {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        self.room.get(self.from..self.from + self.len).unwrap_or(&[])
    }
}

impl DerefMut for Mapping {
    #[inline]
    fn deref_mut(&mut self) -> &mut [u8] {
        self.room.get_mut(self.from..self.from + self.len).unwrap_or(&mut [])
    }
}

/// Maps parts of files, which must lie inside of `len` bytes and begin where pages do.
///
/// # Errors
/// What the system says.
#[allow(unsafe_code, reason = "mapping a file is unsafe by nature; this is the only place")]
pub(crate) fn map<'f>(
    len: usize,
    pieces: impl IntoIterator<Item = Piece<'f>>,
) -> io::Result<Mapping> {
    let whole = len.checked_add(BLOCK_BYTES).ok_or(io::ErrorKind::OutOfMemory)?;
    let mut room = MmapOptions::new().len(whole).no_reserve_swap().map_anon()?;
    let from = room.as_ptr().align_offset(BLOCK_BYTES);
    for Piece { file, offset, at, len: piece } in pieces {
        let place = at.checked_add(piece).filter(|end| *end <= len);
        let place = place.and_then(|end| room.get_mut(from + at..from + end));
        let place = place.ok_or(io::ErrorKind::InvalidInput)?.as_mut_ptr().cast();
        let access = ProtFlags::READ | ProtFlags::WRITE;
        let flags = MapFlags::PRIVATE | MapFlags::FIXED | MapFlags::NORESERVE;
        // SAFETY: the place is room of our own that nothing refers to yet, and begins where a page
        // does; behind the last piece its last page holds nothing that is read. The bytes may be
        // anything, since only plain values are read from them. They must not change meanwhile:
        // files are written under another name, synced, renamed and from then on only read or
        // removed, in a directory of the one process that holds the ledger's lock. Whoever shortens
        // such a file against that ends the process; see `crates/README.md`.
        unsafe { mmap(place, piece, access, flags, file, offset) }?;
    }
    Ok(Mapping { room, from, len })
}
