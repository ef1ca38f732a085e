//! Opening a ledger: recovery, one pass over its entries, and the projections that come of it.

use crate::error::{Code, Error};
use crate::files::{DataDir, Descriptor, in_file};
use crate::place::Head;
use crate::views::{LookUps, Views, effects_of, registry_change};
use laiqu_index::{Loaded, Mark, RegistryRecord, State};
use laiqu_ledger::{Kind, Log, LogOptions, Reader};
use laiqu_proof::{Hash, Tree, leaf_hash};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// A ledger that was opened, with everything that was derived from it.
pub(crate) struct Opened {
    pub(crate) descriptor: Descriptor,
    pub(crate) log: Log,
    pub(crate) head: Head,
    pub(crate) tree: Tree,
    pub(crate) look_ups: LookUps,
    pub(crate) views: Views,
    pub(crate) state: State,
}

/// Opens the ledger for writing.
pub(crate) fn open(data: &DataDir) -> Result<Opened, Error> {
    let descriptor = data.read_descriptor()?;
    let (log, _) = Log::open(&data.log(), LogOptions::default()).map_err(refused)?;
    let reader = log.reader();
    let (mut state, loaded) = State::open(&data.index(), |mark| agrees(&reader, mark))
        .map_err(|e| Error::new(Code::Damaged, e.to_string()))?;
    let mut fold = Fold::starting_with(loaded)?;
    for entry in reader.scan(0) {
        fold.apply(&entry.map_err(refused)?)?;
    }
    let Fold { head, tree, look_ups, views, new_records, .. } = fold;
    let last_leaf = head.last_leaf.to_string();
    state.commit(&new_records, head.size, &last_leaf).map_err(|e| Error::internal("index", e))?;
    let registry = (*look_ups.registry).clone();
    let head = Head { registry, key_chains: look_ups.key_chains.clone(), ..head };
    Ok(Opened { descriptor, log, head, tree, look_ups, views, state })
}

/// The refusal to open: another process, damage, or a file that cannot be read.
fn refused(error: laiqu_ledger::Error) -> Error {
    let mut detail = error.to_string();
    if let Some(source) = std::error::Error::source(&error) {
        detail = format!("{detail}: {source}");
    }
    let code =
        if matches!(error, laiqu_ledger::Error::Locked) { Code::Locked } else { Code::Damaged };
    Error::new(code, detail)
}

/// What one pass over the entries gives.
#[derive(Debug, Default)]
pub(crate) struct Fold {
    pub(crate) head: Head,
    pub(crate) tree: Tree,
    pub(crate) look_ups: LookUps,
    pub(crate) views: Views,
    /// The registry came from the index up to this entry.
    registry_from: u64,
    new_records: Vec<RegistryRecord>,
}

impl Fold {
    /// A fold whose registry the index already knows up to its mark.
    fn starting_with(loaded: Option<Loaded>) -> Result<Self, Error> {
        let mut fold = Self::default();
        if let Some(Loaded { mark, records }) = loaded {
            fold.registry_from = mark.size;
            fold.look_ups.registry = registry_of(&records)?;
        }
        Ok(fold)
    }

    /// Applies the next entry.
    pub(crate) fn apply(&mut self, entry: &laiqu_ledger::Entry) -> Result<(), Error> {
        let leaf = &entry.leaf;
        let hash = leaf_hash(&entry.leaf_bytes);
        self.tree.push(hash);
        let issuers: &mut HashMap<u64, (u64, Hash)> = &mut self.head.issuers;
        issuers.insert(leaf.issuer, (leaf.issuer_seq, hash));
        (self.head.size, self.head.last_leaf) = (leaf.index + 1, hash);
        self.head.last_time = i64::try_from(leaf.time_micros).unwrap_or(i64::MAX);
        let mut effects = effects_of(entry)
            .map_err(|cause| Error::new(Code::Damaged, format!("entry {}: {cause}", leaf.index)))?;
        if leaf.index < self.registry_from {
            effects.change = None;
        }
        if let Some((_, record)) = &effects.change {
            self.new_records.push(RegistryRecord {
                index: leaf.index,
                kind: leaf.kind.as_str().to_owned(),
                issuer: leaf.issuer,
                payload: record.clone(),
            });
        }
        self.look_ups.apply(leaf.index, leaf.kind, leaf.issuer, &effects);
        self.views.apply(leaf.index, leaf.issuer, &self.look_ups.registry, effects);
        Ok(())
    }
}

/// Whether a mark is of this ledger, at some size.
fn agrees(reader: &Reader, mark: &Mark) -> bool {
    let last = mark.size.checked_sub(1).and_then(|index| reader.entry(index).ok());
    last.is_some_and(|entry| leaf_hash(&entry.leaf_bytes).to_string() == mark.last_leaf)
}

/// The registry that records alone give; the same fold as [`Fold::apply`].
fn registry_of(records: &[RegistryRecord]) -> Result<Arc<laiqu_supervision::Registry>, Error> {
    let mut registry = laiqu_supervision::Registry::default();
    for record in records {
        let kind = Kind::parse(&record.kind)
            .ok_or_else(|| Error::internal("index", "unknown kind of record"))?;
        let change = registry_change(kind, record.issuer, &record.payload)
            .map_err(|e| Error::internal("index", e))?;
        if let Some(change) = change {
            registry.apply(record.index, change);
        }
    }
    Ok(Arc::new(registry))
}

/// Throws the index away and rebuilds it from the ledger, which no other process may have open.
///
/// # Errors
/// Where the directory holds no ledger, another process has it open, or its bytes are damaged.
pub fn reindex(path: &Path) -> Result<Descriptor, Error> {
    let data = DataDir::new(path);
    data.read_descriptor()?;
    // Whoever holds the log open holds the index too.
    let (log, _) = Log::open(&data.log(), LogOptions::default()).map_err(refused)?;
    match std::fs::remove_dir_all(data.index()) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(in_file(&data.index(), &error));
        }
        _ => log.close().map_err(refused)?,
    }
    let opened = open(&data)?;
    opened.state.flush().map_err(|e| Error::internal("index", e))?;
    opened.log.close().map_err(refused)?;
    Ok(opened.descriptor)
}

/// Folds a ledger directory that is only read.
pub(crate) fn read_only(path: &Path) -> Result<(String, Fold), Error> {
    let data = DataDir::new(path);
    let descriptor = data.read_descriptor()?;
    let reader = Reader::open(&data.log()).map_err(refused)?;
    let mut fold = Fold::default();
    for entry in reader.scan(0) {
        fold.apply(&entry.map_err(refused)?)?;
    }
    Ok((descriptor.origin, fold))
}
