//! What a data directory holds beside the log, compared with it and written anew from it.

use crate::error::{Code, Error};
use crate::files::{DATA_FORMAT, DataDir, Descriptor};
use crate::kept::{self, KeptFile, KeptState};
use crate::open::{agrees, folded, refused, reindex};
use laiqu_index::{Loaded, RegistryRecord, State};
use laiqu_ledger::Reader;
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

/// What comparing some of the index's records with their entries gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexSample {
    /// How the index stands to the ledger, as far as that was looked at.
    pub state: IndexState,
    /// Records that were compared.
    pub compared: usize,
    /// Records in all.
    pub records: usize,
}

/// Compares so many of the index's records, spread evenly, with their entries.
///
/// # Errors
/// Where the log cannot be read.
pub fn sample_index(path: &Path, records_max: usize) -> Result<IndexSample, Error> {
    let data = DataDir::new(path);
    let without = |state| Ok(IndexSample { state, compared: 0, records: 0 });
    if laiqu_ledger::is_being_written(&data.log()).map_err(refused)? {
        return without(IndexState::InUse);
    }
    if !data.index().exists() {
        return without(IndexState::Missing);
    }
    let Some(Loaded { mark, records }) = State::look(&data.index()) else {
        return without(IndexState::Differs);
    };
    let reader = Reader::open(&data.log()).map_err(refused)?;
    let step = records.len().div_ceil(records_max.max(1)).max(1);
    let sample: Vec<&RegistryRecord> = records.iter().step_by(step).collect();
    let last = mark.size.checked_sub(1).and_then(|index| reader.entry(index).ok());
    let same_ledger = last.is_some_and(|entry| entry.leaf_hash().to_string() == mark.last_leaf);
    let agrees = same_ledger && sample.iter().all(|record| is_entry(&reader, record));
    let state = if agrees { IndexState::Agrees { size: mark.size } } else { IndexState::Differs };
    Ok(IndexSample { state, compared: sample.len(), records: records.len() })
}

/// Whether a record says what its entry does.
fn is_entry(reader: &Reader, record: &RegistryRecord) -> bool {
    let Ok(entry) = reader.entry(record.index) else { return false };
    let payload = entry.frame.map(|frame| frame.payload);
    entry.leaf.kind.as_str() == record.kind
        && entry.leaf.issuer == record.issuer
        && payload.as_deref() == Some(record.payload.as_bytes())
}

/// Looks at the projections that are kept between two starts.
///
/// # Errors
/// Where the log cannot be read.
pub fn check_kept(path: &Path) -> Result<Vec<KeptFile>, Error> {
    let data = DataDir::new(path);
    let reader = Reader::open(&data.log()).map_err(refused)?;
    Ok(kept::look(&data.kept(), &reader))
}

/// Writes everything anew that is derived and does not hold: summaries, tiles, index, and the
/// descriptor where it is missing or damaged. Kept projections that are damaged go.
///
/// # Errors
/// Where another process has the ledger open, or its log is damaged.
pub fn repair(path: &Path) -> Result<(), Error> {
    let data = DataDir::new(path);
    laiqu_ledger::repair_derived(&data.log()).map_err(refused)?;
    repair_descriptor(&data)?;
    if check_kept(path)?.iter().any(|file| matches!(file.state, KeptState::Damaged(_))) {
        kept::forget(&data.kept());
    }
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
