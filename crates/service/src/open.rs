//! Opening a ledger: recovery, one pass over its entries, and the projections that come of it.

use crate::applying::{Applied, FOLDING};
use crate::error::{Code, Error};
use crate::files::{DataDir, Descriptor, in_file};
use crate::folding::{Folded, Prepared, fold_while, prepare_ahead};
use crate::kept;
use crate::limits::KEEP_EVENTS;
use crate::log_keys::settle;
use crate::place::Head;
use crate::stages::Stages;
use crate::views::{LookUps, Views};
use laiqu_index::{Loaded, RegistryRecord, State};
use laiqu_ledger::{Log, LogOptions, LogTree, Reader};
use laiqu_proof::{Frontier, Hash};
use std::collections::HashMap;
use std::path::Path;

/// A ledger that was opened, with everything that was derived from it.
pub(crate) struct Opened {
    pub(crate) descriptor: Descriptor,
    pub(crate) log: Log,
    pub(crate) head: Head,
    pub(crate) tree: LogTree,
    pub(crate) look_ups: LookUps,
    pub(crate) views: Views,
    pub(crate) state: State,
    /// Entries and events of the projections that are kept.
    pub(crate) kept: (u64, u64),
    /// Entries that were not read, since kept projections stand for them.
    pub(crate) unread: u64,
}

/// How much of a ledger is read when it is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StartCheck {
    /// What came after the projections that are kept, where these count; else every byte.
    #[default]
    New,
    /// Every byte.
    Everything,
}

/// Opens the ledger for writing. Where projections are kept that count, what came later is folded
/// onto them; else one pass reads every byte, checks it, and folds each entry. After each
/// `keep_events` a few times over, projections are kept on the way.
pub(crate) fn open(data: &DataDir, check: StartCheck, keep_events: u64) -> Result<Opened, Error> {
    let descriptor = data.read_descriptor()?;
    let (log, fold, unread) = match check {
        StartCheck::Everything => log_and_fold(data, keep_events)?,
        StartCheck::New => log_and_kept_fold(data, keep_events)?,
    };
    let reader = log.reader();
    let Fold { head, look_ups, views, records, kept, .. } = fold;
    let tree = log.tree().map_err(refused)?;
    let (mut state, loaded) = State::open(&data.index(), |old| agrees(&reader, &records, old))
        .map_err(|e| Error::new(Code::Damaged, e.to_string()))?;
    let known = loaded.map_or(0, |loaded| loaded.records.len());
    let new = records.get(known..).unwrap_or_default();
    let last_leaf = head.last_leaf.to_string();
    state.commit(new, head.size, &last_leaf).map_err(|e| Error::internal("index", e))?;
    let descriptor = settle(data, descriptor, look_ups.registry.log_keys())?;
    let registry = (*look_ups.registry).clone();
    let head = Head { registry, key_chains: look_ups.key_chains.clone(), ..head };
    Ok(Opened { descriptor, log, head, tree, look_ups, views, state, kept, unread })
}

/// The log, its fold, and how many entries were not read for that.
type Read = (Log, Fold, u64);

fn log_and_fold(data: &DataDir, keep_events: u64) -> Result<Read, Error> {
    let fold = Fold::default();
    let stages = Stages::of(&fold, &data.kept(), keep_events);
    let (opened, folded) = fold_while(Folded::of(fold, Some(stages)), |take| {
        Log::open_with(&data.log(), LogOptions::default(), take)
    });
    let (log, _) = opened.map_err(refused)?;
    let fold = folded.finish(&log.reader())?;
    Ok((log, fold, 0))
}

fn log_and_kept_fold(data: &DataDir, keep_events: u64) -> Result<Read, Error> {
    if !data.kept().exists() {
        return log_and_fold(data, keep_events);
    }
    let (log, _) = Log::open(&data.log(), LogOptions::default()).map_err(refused)?;
    let reader = log.reader();
    if let Some(fold) = kept::newest(&data.kept(), &reader) {
        let (unread, _) = fold.kept;
        let stages = Stages::of(&fold, &data.kept(), keep_events);
        return Ok((log, fold.completed(&reader, Some(stages))?, unread));
    }
    log.close().map_err(refused)?;
    // It may hold what was erased since.
    kept::forget(&data.kept());
    log_and_fold(data, keep_events)
}

/// The refusal to open: another process, damage, or a file that cannot be read.
pub(crate) fn refused(error: laiqu_ledger::Error) -> Error {
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
    pub(crate) frontier: Frontier,
    pub(crate) look_ups: LookUps,
    pub(crate) views: Views,
    /// What the index must hold.
    pub(crate) records: Vec<RegistryRecord>,
    /// Entries and events of the kept projections that it began with.
    pub(crate) kept: (u64, u64),
}

impl Fold {
    /// What the index must hold.
    pub(crate) fn records(&self) -> &[RegistryRecord] {
        &self.records
    }

    /// Folds, on all cores, what follows in a log up to its end.
    pub(crate) fn completed(self, reader: &Reader, stages: Option<Stages>) -> Result<Self, Error> {
        let from = self.head.size;
        let (read, folded) = fold_while(Folded::of(self, stages), |take| {
            for entry in reader.scan(from) {
                take(entry?);
            }
            Ok(())
        });
        read.map_err(refused)?;
        folded.finish(reader)
    }

    /// Folds the first `size` entries of a log.
    pub(crate) fn up_to(
        reader: &Reader,
        size: u64,
        stages: &mut Option<Stages>,
    ) -> Result<Self, Error> {
        let mut fold = Self::default();
        let mut pass = |fold: &mut Self| stages.as_mut().map_or(Ok(()), |stages| stages.pass(fold));
        fold.go_on(reader, size, &|| true, &mut pass)?;
        Ok(fold)
    }

    /// Folds what follows, up to the first `size` entries of the log, on more than one core while
    /// it hurries. What is to be done `behind` an entry, or some, is told the fold.
    pub(crate) fn go_on(
        &mut self,
        reader: &Reader,
        size: u64,
        hurries: &dyn Fn() -> bool,
        behind: &mut dyn FnMut(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        prepare_ahead(reader.scan(self.head.size), size, hurries, &mut |entries| {
            self.apply(entries)?;
            behind(self)
        })
    }

    /// Applies the entries that follow, up to the first that says what cannot be read.
    pub(crate) fn apply(&mut self, entries: &[Prepared]) -> Result<(), Error> {
        let (mut applied, mut read) = (Vec::with_capacity(entries.len()), Ok(()));
        for entry in entries {
            match self.look_up(entry) {
                Ok(entry) => applied.push(entry),
                Err(error) => {
                    read = Err(error);
                    break;
                }
            }
        }
        self.views.apply(&applied, &self.look_ups.registry, &FOLDING);
        read
    }

    /// Applies the next entry to all but what questions are answered from: what that takes.
    fn look_up<'e>(&mut self, entry: &'e Prepared) -> Result<Applied<'e>, Error> {
        let Prepared { leaf, hash, effects, .. } = entry;
        let effects = effects
            .as_ref()
            .map_err(|cause| Error::new(Code::Damaged, format!("entry {}: {cause}", leaf.index)))?;
        self.frontier.push(*hash);
        let issuers: &mut HashMap<u64, (u64, Hash)> = &mut self.head.issuers;
        issuers.insert(leaf.issuer, (leaf.issuer_seq, *hash));
        (self.head.size, self.head.last_leaf) = (leaf.index + 1, *hash);
        self.head.last_time = i64::try_from(leaf.time_micros).unwrap_or(i64::MAX);
        if let Some((_, record)) = &effects.change {
            self.records.push(RegistryRecord {
                index: leaf.index,
                kind: leaf.kind.as_str().to_owned(),
                issuer: leaf.issuer,
                payload: record.clone(),
            });
        }
        self.look_ups.apply(leaf.index, leaf.kind, leaf.issuer, effects);
        let (index, issuer, time_micros) = (leaf.index, leaf.issuer, self.head.last_time);
        Ok(Applied { index, issuer, time_micros, effects })
    }
}

/// Whether an index is of this ledger at some size, and holds exactly what its entries say.
pub(crate) fn agrees(reader: &Reader, records: &[RegistryRecord], old: &Loaded) -> bool {
    let last = old.mark.size.checked_sub(1).and_then(|index| reader.entry(index).ok());
    let known = records.partition_point(|record| record.index < old.mark.size);
    last.is_some_and(|entry| entry.leaf_hash().to_string() == old.mark.last_leaf)
        && records.get(..known) == Some(&old.records)
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
    kept::forget(&data.kept());
    match std::fs::remove_dir_all(data.index()) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(in_file(&data.index(), &error));
        }
        _ => log.close().map_err(refused)?,
    }
    let opened = open(&data, StartCheck::Everything, KEEP_EVENTS)?;
    opened.state.flush().map_err(|e| Error::internal("index", e))?;
    opened.log.close().map_err(refused)?;
    Ok(opened.descriptor)
}

/// Folds a ledger directory that is only read, onto what is kept where that counts.
pub(crate) fn read_only(path: &Path) -> Result<(DataDir, String, Fold), Error> {
    let data = DataDir::new(path);
    let descriptor = data.read_descriptor()?;
    let reader = Reader::open(&data.log()).map_err(refused)?;
    let fold = match kept::newest(&data.kept(), &reader) {
        Some(fold) => fold.completed(&reader, None)?,
        None => folded(&data)?.1,
    };
    Ok((data, descriptor.origin, fold))
}

/// Reads and folds a log, with a full check.
pub(crate) fn folded(data: &DataDir) -> Result<(Reader, Fold), Error> {
    let (reader, folded) =
        fold_while(Folded::default(), |take| Reader::open_with(&data.log(), take));
    let reader = reader.map_err(refused)?;
    let fold = folded.finish(&reader)?;
    Ok((reader, fold))
}
