//! Writing columns into a file.
//!
//! ```text
//! "laiqu columns 1\n"
//! sections, each at a multiple of 64 bytes
//! table of sections (JSON)
//! length of the table (8 bytes, little endian), its CRC-32C (4 bytes), "end\n"
//! ```

use std::fmt;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use zerocopy::IntoBytes;

use crate::{Error, Plain};

/// What a file of this form begins with; the number counts changes of the form.
pub(crate) const MAGIC: &[u8] = b"laiqu columns 1\n";
pub(crate) const END: &[u8] = b"end\n";
/// Bytes behind the table of sections.
pub(crate) const TRAILER_BYTES: usize = 16;
/// Every value lies where its type may lie.
const ALIGNMENT_BYTES: u64 = 64;
/// Gathered before they are written, so that every write begins and ends where a large page of the
/// machine does: then the system keeps the file in such pages, and can map them. Each is synced by
/// itself: the sync of something else waits for all that was written before, which takes a disk
/// that gives 200 MB/s 10 ms.
const PIECE_BYTES: usize = 2 << 20;

/// One section of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Section {
    pub(crate) name: String,
    pub(crate) offset: u64,
    pub(crate) bytes: u64,
    /// Bytes of one value.
    pub(crate) width: u64,
    pub(crate) crc32c: u32,
}

/// A file that is being written, under another name until it is whole.
pub struct Saving {
    path: PathBuf,
    partial: PathBuf,
    file: File,
    /// Bytes of it so far, and the last of them, which were not written yet.
    len: u64,
    piece: Vec<u8>,
    sections: Vec<Section>,
    between_pieces: Box<dyn FnMut() + Send>,
    /// Nothing more is written; what is left is its name.
    is_whole: bool,
}

impl fmt::Debug for Saving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Saving").field("path", &self.path).field("len", &self.len).finish()
    }
}

impl Drop for Saving {
    /// What is not whole takes no space.
    fn drop(&mut self) {
        if !self.is_whole {
            drop(fs::remove_file(&self.partial));
        }
    }
}

impl Saving {
    /// Begins a file; nothing is at `path` before [`Self::finish`].
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn create(path: &Path) -> Result<Self, Error> {
        let partial = path.with_extension("partial");
        let mut options = File::options();
        options.create(true).truncate(true).write(true).mode(0o600);
        let file = options.open(&partial).map_err(|source| in_file(&partial, source))?;
        let path = path.to_owned();
        let (piece, sections) = (Vec::with_capacity(PIECE_BYTES), Vec::new());
        let (len, is_whole) = (0, false);
        let between_pieces = Box::new(|| {});
        let mut saving =
            Self { path, partial, file, len, piece, sections, between_pieces, is_whole };
        saving.write(MAGIC)?;
        Ok(saving)
    }

    /// Has something done whenever 2 MiB more were written and synced.
    pub fn between_pieces(&mut self, run: impl FnMut() + Send + 'static) {
        self.between_pieces = Box::new(run);
    }

    /// Writes values under a name.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn values<T: Plain>(&mut self, name: &str, values: &[T]) -> Result<(), Error> {
        self.stream(name, [values])
    }

    /// Writes values under a name, as they come.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn stream<T: Plain, P: AsRef<[T]>>(
        &mut self,
        name: &str,
        parts: impl IntoIterator<Item = P>,
    ) -> Result<(), Error> {
        let padding = self.len.next_multiple_of(ALIGNMENT_BYTES) - self.len;
        self.write(&vec![0; usize::try_from(padding).unwrap_or(0)])?;
        let (offset, mut crc32c) = (self.len, 0);
        for part in parts {
            let bytes = part.as_ref().as_bytes();
            crc32c = crc32c::crc32c_append(crc32c, bytes);
            self.write(bytes)?;
        }
        let (bytes, width) = (self.len - offset, size_of::<T>() as u64);
        self.sections.push(Section { name: name.to_owned(), offset, bytes, width, crc32c });
        Ok(())
    }

    /// The error that what is to be saved is not as it must be.
    #[must_use]
    pub fn damaged(&self, detail: impl Into<String>) -> Error {
        Error::Damaged { path: self.path.clone(), detail: detail.into() }
    }

    /// Makes the file durable under its name.
    ///
    /// # Errors
    /// Where that fails; then nothing changed under its name.
    pub fn finish(mut self) -> Result<(), Error> {
        let table = serde_json::to_vec(&self.sections)
            .map_err(|error| in_file(&self.partial, error.into()))?;
        self.write(&table)?;
        self.write(&(table.len() as u64).to_le_bytes())?;
        self.write(&crc32c::crc32c(&table).to_le_bytes())?;
        self.write(END)?;
        self.write_piece()?;
        self.file.sync_all().map_err(|source| in_file(&self.partial, source))?;
        fs::rename(&self.partial, &self.path).map_err(|source| in_file(&self.path, source))?;
        self.is_whole = true;
        let directory = self.path.parent().unwrap_or(Path::new("."));
        let synced = File::open(directory).and_then(|directory| directory.sync_all());
        synced.map_err(|source| in_file(directory, source))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.len += bytes.len() as u64;
        let mut rest = bytes;
        while let Some((now, later)) = rest.split_at_checked(PIECE_BYTES - self.piece.len()) {
            self.piece.extend_from_slice(now);
            self.write_piece()?;
            rest = later;
        }
        self.piece.extend_from_slice(rest);
        Ok(())
    }

    fn write_piece(&mut self) -> Result<(), Error> {
        let written = self.file.write_all(&self.piece).and_then(|()| self.file.sync_data());
        self.piece.clear();
        (self.between_pieces)();
        written.map_err(|source| in_file(&self.partial, source))
    }
}

pub(crate) fn in_file(path: &Path, source: std::io::Error) -> Error {
    Error::Io { path: path.to_owned(), source }
}
