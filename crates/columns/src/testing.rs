//! For tests: saving and opening again, as a server does that stops and starts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc
)]

use std::path::PathBuf;

use proptest::sample::Index;
use tempfile::TempDir;

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
    // Behind the values there is a table that has a checksum, which is not looked at here.
    let values = bytes.windows(9).rposition(|part| part == br#"[{"name":"#).unwrap();
    bytes[at.index(values)] ^= 1 << bit;
    std::fs::write(&path, &bytes).unwrap();
    let opened = Opened::open(&path).ok()?;
    open(&opened).ok()
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
