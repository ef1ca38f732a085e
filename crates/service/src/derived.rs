//! What a data directory holds beside the log, compared with it and written anew from it.

use crate::error::{Code, Error};
use crate::files::{DATA_FORMAT, DataDir, Descriptor};
use crate::open::{agrees, folded, refused, reindex};
use laiqu_index::State;
use laiqu_supervision::LedgerInit;
use std::path::Path;

/// How the index stands to the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexState {
    /// It holds what the entries say, up to its mark.
    Agrees {
        /// Entries that it covers; a start adds the rest.
        size: u64,
    },
    /// There is none; a start writes it.
    Missing,
    /// It cannot be read, or says something else; a start writes it anew.
    Differs,
    /// A running server has it open, so that it cannot be looked at.
    InUse,
}

/// Compares the index with the entries.
///
/// # Errors
/// Where the directory holds no ledger, or its log is damaged.
pub fn check_index(path: &Path) -> Result<IndexState, Error> {
    let data = DataDir::new(path);
    if laiqu_ledger::is_being_written(&data.log()).map_err(refused)? {
        return Ok(IndexState::InUse);
    }
    if !data.index().exists() {
        return Ok(IndexState::Missing);
    }
    let (reader, fold) = folded(&data)?;
    let loaded = State::look(&data.index()).filter(|old| agrees(&reader, fold.records(), old));
    Ok(loaded.map_or(IndexState::Differs, |old| IndexState::Agrees { size: old.mark.size }))
}

/// Writes everything anew that is derived and does not hold: summaries, tiles, index, and the
/// descriptor where it is missing or damaged.
///
/// # Errors
/// Where another process has the ledger open, or its log is damaged.
pub fn repair(path: &Path) -> Result<(), Error> {
    let data = DataDir::new(path);
    laiqu_ledger::repair_derived(&data.log()).map_err(refused)?;
    repair_descriptor(&data)?;
    if !matches!(check_index(path)?, IndexState::Agrees { .. }) {
        reindex(path)?;
    }
    Ok(())
}

/// Writes the descriptor as the entries say it, unless the one that is there fits to them.
fn repair_descriptor(data: &DataDir) -> Result<(), Error> {
    let (reader, fold) = folded(data)?;
    let entry = reader.entry(0).map_err(refused)?;
    let payload = entry.frame.map(|frame| frame.payload).unwrap_or_default();
    let init = LedgerInit::parse(&String::from_utf8_lossy(&payload))
        .map_err(|error| Error::new(Code::Damaged, format!("entry 0: {error}")))?;
    let history = fold.look_ups.registry.log_keys();
    let fits = |found: Descriptor| {
        let known = history.iter().any(|key| key.vkey == found.vkey);
        found.origin == init.origin && known
    };
    if data.read_descriptor().is_ok_and(fits) {
        return Ok(());
    }
    let vkey = history.last().map_or(init.log_vkey, |key| key.vkey.clone());
    let format = DATA_FORMAT.to_owned();
    data.replace_descriptor(&Descriptor { format, origin: init.origin, vkey })
}
