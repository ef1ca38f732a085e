//! Whether the files that are derived from the segments say the same as these, and writing them
//! anew.

use std::path::Path;
use std::sync::Arc;

use laiqu_proof::TilePath;

use crate::access::Access;
use crate::error::Error;
use crate::log::Log;
use crate::options::LogOptions;
use crate::reader::Reader;
use crate::recover::{self, Depth};
use crate::storage::{DirectoryStorage, Storage};
use crate::summary;
use crate::tree::LogTree;

/// Derived files of a log that do not say what its segments say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derived {
    /// Entries of the log.
    pub size: u64,
    /// Files of summaries that are missing or differ, the lowest first.
    pub summaries: Vec<String>,
    /// Full tiles that are missing or differ.
    pub tiles: Vec<TilePath>,
}

impl Derived {
    /// Whether all of them hold.
    pub fn is_whole(&self) -> bool {
        self.summaries.is_empty() && self.tiles.is_empty()
    }
}

/// Reads the whole log in `directory` and compares every summary and every tile with it. Nothing
/// is written; a writer may run meanwhile.
///
/// An error means that the segments themselves do not hold, so that there is nothing to compare
/// with.
pub fn check_derived(directory: &Path) -> Result<Derived, Error> {
    let storage = DirectoryStorage::open(directory).map_err(|_| Error::Missing)?;
    check_derived_on(Arc::new(storage))
}

pub(crate) fn check_derived_on(storage: Arc<dyn Storage>) -> Result<Derived, Error> {
    let access = Access::of_reader(storage.as_ref())?;
    let scanned = recover::scan(storage.as_ref(), access, Depth::Everything(&mut |_| {}))?;
    let summaries = scanned.summaries.iter().map(|found| summary::name(found.header.number));
    let (size, summaries) = (scanned.frontier.size(), summaries.collect());
    let reader = Reader::new(scanned.published);
    let tree = LogTree::over(storage, reader, scanned.frontier, false)?;
    Ok(Derived { size, summaries, tiles: tree.check_tiles()? })
}

/// Opens the log in `directory` with a full check, as a start does, and writes every derived file
/// anew that does not hold. No writer may run meanwhile.
pub fn repair_derived(directory: &Path) -> Result<(), Error> {
    let (log, _) = Log::open_with(directory, LogOptions::default(), &mut |_| {})?;
    repair(log)
}

pub(crate) fn repair(log: Log) -> Result<(), Error> {
    log.tree()?.check_tiles()?;
    log.close()
}
