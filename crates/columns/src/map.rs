//! The one place that maps a file.

use std::fs::File;
use std::io;

use memmap2::{MmapMut, MmapOptions};

/// Maps a part of a file: reads come from the file, writes stay in memory.
///
/// # Errors
/// What the system says.
#[allow(unsafe_code, reason = "mapping a file is unsafe by nature; this is the only place")]
pub(crate) fn map(file: &File, offset: u64, len: usize) -> io::Result<MmapMut> {
    let mut options = MmapOptions::new();
    options.offset(offset).len(len).no_reserve_swap();
    // SAFETY: the bytes may be anything, since only plain values are read from them. They must not
    // change meanwhile: files are written under another name, synced, renamed and from then on only
    // read or removed, in a directory of the one process that holds the ledger's lock. Whoever
    // shortens such a file against that ends the process; see `crates/README.md`.
    unsafe { options.map_copy(file) }
}
