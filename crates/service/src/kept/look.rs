//! Looking at what is kept without changing it.

use super::directory::apart;
use super::reading::read;
use laiqu_ledger::Reader;
use std::path::Path;

/// A file of kept projections, as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptFile {
    /// Its name in the directory.
    pub name: String,
    /// What it is good for.
    pub state: KeptState,
}

/// What a file of kept projections is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeptState {
    /// A start begins with it.
    Counts,
    /// It is whole, and a start does not begin with it, for this reason.
    DoesNotCount(String),
    /// It is not what was written.
    Damaged(String),
}

/// Looks at what is kept, to the last byte, and changes nothing. What goes meanwhile is left out.
pub(crate) fn look(directory: &Path, reader: &Reader) -> Vec<KeptFile> {
    let found = apart(directory).into_iter().filter_map(|(size, path, opened)| {
        let name = path.file_name()?.to_string_lossy().into_owned();
        let whole = opened.and_then(|opened| opened.check());
        let state = match whole {
            Err(_) if !path.exists() => return None,
            Err(error) => KeptState::Damaged(error.to_string()),
            Ok(()) if size > reader.size() => {
                KeptState::DoesNotCount("the ledger is shorter".to_owned())
            }
            Ok(()) => read(&path, size, reader)
                .map_or_else(KeptState::DoesNotCount, |_| KeptState::Counts),
        };
        Some(KeptFile { name, state })
    });
    found.collect()
}
