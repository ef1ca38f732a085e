//! What a directory takes on the disk.

use anyhow::{Context, Result};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// Size of a block of `st_blocks`, on Linux.
const BLOCK_BYTES: u64 = 512;

/// Bytes that the file system gave to all files below a directory, and to the directories.
pub(crate) fn allocated(directory: &Path) -> Result<u64> {
    let mut open = vec![directory.to_owned()];
    let mut blocks = 0;
    while let Some(path) = open.pop() {
        let metadata = path.symlink_metadata().with_context(|| path.display().to_string())?;
        blocks += metadata.blocks();
        if metadata.is_dir() {
            for entry in path.read_dir()? {
                open.push(entry?.path());
            }
        }
    }
    Ok(blocks * BLOCK_BYTES)
}
