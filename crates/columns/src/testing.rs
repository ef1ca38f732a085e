//! For tests: saving and opening again, as a server does that stops and starts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc
)]

use std::ops::Range;
use std::path::{Path, PathBuf};

use proptest::sample::Index;
use tempfile::TempDir;

use crate::form::{Block, Section, table_of};
use crate::{Error, Opened, Saving};

/// Saves what `save` writes and opens it with `open`.
#[must_use]
pub fn reopened<T>(
    save: impl FnOnce(&mut Saving) -> Result<(), Error>,
    open: impl FnOnce(&Opened) -> Result<T, Error>,
) -> T {
    let (_directory, path) = saved(save);
    let opened = Opened::open(&path).unwrap();
    opened.check().unwrap();
    open(&opened).unwrap()
}

/// What `open` makes of a file in which a byte changed: it may be an error, or something else than
/// what was saved, and must not panic.
pub fn damaged<T>(
    (at, bit): (Index, u8),
    save: impl FnOnce(&mut Saving) -> Result<(), Error>,
    open: impl FnOnce(&Opened) -> Result<T, Error>,
) -> Option<T> {
    let (_directory, path) = saved(save);
    let mut bytes = std::fs::read(&path).unwrap();
    // Of what was written but the table, which has a checksum that is looked at.
    let held: Vec<usize> = held(&path).into_iter().flatten().collect();
    if !held.is_empty() {
        bytes[*at.get(&held)] ^= 1 << bit;
    }
    std::fs::write(&path, &bytes).unwrap();
    let opened = Opened::open(&path).ok()?;
    open(&opened).ok()
}

/// Where the values of a file lie that it holds itself.
#[must_use]
pub fn held(path: &Path) -> Vec<Range<usize>> {
    let (table, _) = table_of(&std::fs::read(path).unwrap()).unwrap();
    let blocks = table.sections.iter().flat_map(Section::blocks);
    let own = blocks.filter(|(Block(file, ..), _)| *file == 0);
    let place = |at: u64| usize::try_from(at).unwrap();
    own.map(|(Block(_, at, _), bytes)| place(at)..place(at + bytes)).collect()
}

/// A file with what `save` writes, in a directory of its own.
pub fn saved(save: impl FnOnce(&mut Saving) -> Result<(), Error>) -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("values.columns");
    let mut saving = Saving::create(&path).unwrap();
    save(&mut saving).unwrap();
    assert!(!path.exists(), "nothing is there before it is whole");
    saving.finish().unwrap();
    (directory, path)
}
