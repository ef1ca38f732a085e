//! What a data directory takes on the disk.

use crate::error::Error;
use crate::files::{DataDir, in_file};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// Size of a block of `st_blocks`, on Linux.
const BLOCK_BYTES: u64 = 512;

/// What files of a data directory are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// The entries: the only truth.
    Segments,
    /// Tiles of the tree.
    Tree,
    /// Summaries of full segments.
    Summaries,
    /// The index in sled.
    Index,
    /// Projections that are kept between two starts.
    Kept,
    /// Keys, head, space that is kept for the operator, checkpoints, subscriptions.
    Other,
}

impl Stored {
    /// Every one.
    pub const ALL: [Self; 6] =
        [Self::Segments, Self::Tree, Self::Summaries, Self::Index, Self::Kept, Self::Other];

    /// Its name where it is shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Segments => "segments",
            Self::Tree => "tree",
            Self::Summaries => "summaries",
            Self::Index => "index",
            Self::Kept => "kept",
            Self::Other => "other",
        }
    }

    fn of(directory: &DataDir, path: &Path) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let (in_log, is_segment) = (path.starts_with(directory.log()), name.contains(".seg"));
        match () {
            () if path.starts_with(directory.index()) => Self::Index,
            () if path.starts_with(directory.kept()) => Self::Kept,
            () if in_log && is_segment => Self::Segments,
            () if in_log && name.contains(".sum") => Self::Summaries,
            () if in_log && name.starts_with("tree") => Self::Tree,
            () => Self::Other,
        }
    }
}

impl DataDir {
    /// Bytes that the file system gave, by what they are for; what is zeroed ahead is among them.
    ///
    /// # Errors
    /// Where a directory cannot be read.
    pub fn bytes_on_disk(&self) -> Result<[(Stored, u64); Stored::ALL.len()], Error> {
        let mut bytes = Stored::ALL.map(|stored| (stored, 0));
        let mut below = vec![self.path().to_owned()];
        while let Some(directory) = below.pop() {
            let failed = |error: io::Error| in_file(&directory, &error);
            let files = match std::fs::read_dir(&directory) {
                // What was removed or renamed meanwhile is found under its new name next time.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                files => files.map_err(failed)?,
            };
            for file in files {
                let path = file.map_err(failed)?.path();
                let Ok(found) = path.symlink_metadata() else { continue };
                let stored = Stored::of(self, &path);
                if found.is_dir() {
                    below.push(path);
                } else if let Some((_, sum)) = bytes.iter_mut().find(|(kind, _)| *kind == stored) {
                    *sum += found.blocks() * BLOCK_BYTES;
                }
            }
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_weighed_once_by_what_it_is_for() {
        let root = tempfile::tempdir().unwrap();
        let data = DataDir::new(root.path());
        let files = [
            ("log/000000000000.seg", Stored::Segments),
            ("log/000000000000.sum", Stored::Summaries),
            ("log/tree-0", Stored::Tree),
            ("log/head", Stored::Other),
            ("index/db", Stored::Index),
            ("index/blobs/0", Stored::Index),
            ("kept/5.columns", Stored::Kept),
            ("secrets/log.jwk", Stored::Other),
        ];
        for (name, stored) in files {
            let before = data.bytes_on_disk().unwrap();
            let path = root.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, vec![1; 10_000]).unwrap();
            std::fs::File::open(&path).unwrap().sync_all().unwrap();
            let grew = data.bytes_on_disk().unwrap().into_iter().zip(before);
            for ((kind, after), (_, before)) in grew {
                let least = if kind == stored { 10_000 } else { 0 };
                assert!((least..least + 10_000).contains(&(after - before)), "{name}: {kind:?}");
            }
        }
    }
}
