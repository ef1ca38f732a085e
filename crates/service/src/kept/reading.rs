//! Opening what is kept for a log that it counts for.

use super::directory::sized;
use super::{FOLDS, version};
use crate::error::Error;
use crate::open::{Fold, refused};
use crate::views::{LookUps, Views, registry_change};
use laiqu_columns::{Column, Opened};
use laiqu_index::RegistryRecord;
use laiqu_ledger::{Leaf, Reader};
use laiqu_proof::{Frontier, Hash, leaf_hash};
use laiqu_supervision::Registry;
use std::path::Path;
use std::sync::Arc;

/// The fold of the largest size that is kept and counts for this log.
pub(crate) fn newest(directory: &Path, reader: &Reader) -> Option<Fold> {
    let mut sizes = sized(directory).into_iter().filter(|(size, _)| *size <= reader.size());
    sizes.find_map(|(size, path)| match read(&path, size, reader) {
        Ok(fold) => Some(fold),
        Err(reason) => {
            tracing::info!(path = %path.display(), reason, "kept projections do not count");
            None
        }
    })
}

pub(super) fn read(path: &Path, size: u64, reader: &Reader) -> Result<Fold, String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let opened = Opened::open(path).map_err(|e| text(&e))?;
    let columns = |name| Column::<u64>::open(&opened, name).map_err(|e| text(&e));
    let hashes = |name| Column::<[u8; 32]>::open(&opened, name).map_err(|e| text(&e));
    let written_by = Column::<u8>::open(&opened, "version").map_err(|e| text(&e))?;
    if !written_by.iter().eq(version().as_bytes()) {
        return Err("another version of the program wrote them".to_owned());
    }
    let mark = columns("mark")?;
    if mark.slice(0..2) != [FOLDS, size] {
        return Err("they are of another size or form".to_owned());
    }
    let last = hashes("last_leaf")?.get(0).copied();
    if Some(last_leaf(reader, size).map_err(|e| text(&e))?.0) != last {
        return Err("they are of another ledger".to_owned());
    }
    let is_later = |index: &u64| reader.erased_by(*index).is_some_and(|by| by >= size);
    if reader.erased().iter().any(|index| *index < size && is_later(index)) {
        return Err("something was erased since".to_owned());
    }
    let peaks = hashes("peaks")?.iter().map(|peak| Hash(*peak)).collect();
    let frontier = Frontier::with_peaks(size, peaks).ok_or("the peaks of the tree do not fit")?;
    let mut look_ups = LookUps::open(&opened).map_err(|e| text(&e))?;
    look_ups.size = size;
    look_ups.events = mark.get(2).copied().unwrap_or(0);
    let views = Views { size, ..Views::open(&opened).map_err(|e| text(&e))? };
    Fold::resumed(frontier, look_ups, views, reader).map_err(|e| text(&e))
}

/// The hash of the last leaf of the first `size`.
pub(crate) fn last_leaf(reader: &Reader, size: u64) -> Result<Hash, Error> {
    let Some(last) = size.checked_sub(1) else { return Ok(Hash::ZERO) };
    Ok(leaf(reader, last)?.1)
}

fn leaf(reader: &Reader, index: u64) -> Result<(Leaf, Hash), Error> {
    let leaves = reader.leaves(index, index + 1).map_err(refused)?;
    let bytes = leaves.first().map(Vec::as_slice).unwrap_or_default();
    let leaf = Leaf::decode(bytes).map_err(|e| Error::internal("leaf", e))?;
    Ok((leaf, leaf_hash(bytes)))
}

impl Fold {
    /// The fold of the entries that these projections are of. What the registry says is read from
    /// the entries that changed it.
    fn resumed(
        frontier: Frontier,
        mut look_ups: LookUps,
        views: Views,
        reader: &Reader,
    ) -> Result<Self, Error> {
        let kept = (look_ups.size, look_ups.events);
        let mut fold = Self { frontier, kept, ..Self::default() };
        fold.head.size = look_ups.size;
        fold.head.last_leaf = last_leaf(reader, look_ups.size)?;
        if let Some(last) = look_ups.size.checked_sub(1) {
            let time = leaf(reader, last)?.0.time_micros;
            fold.head.last_time = i64::try_from(time).unwrap_or(i64::MAX);
        }
        let mut registry = Registry::default();
        for index in look_ups.changes.iter() {
            let entry = reader.entry(*index).map_err(refused)?;
            let payload = entry.frame.map(|frame| frame.payload).unwrap_or_default();
            let payload = String::from_utf8(payload).map_err(|e| Error::internal("entry", e))?;
            let (kind, issuer) = (entry.leaf.kind, entry.leaf.issuer);
            let change = registry_change(kind, issuer, &payload);
            if let Some(change) = change.map_err(|e| Error::internal("entry", e))? {
                registry.apply(*index, change);
            }
            let kind = kind.as_str().to_owned();
            fold.records.push(RegistryRecord { index: *index, kind, issuer, payload });
        }
        look_ups.registry = Arc::new(registry);
        for (issuer, newest) in look_ups.issued.newest() {
            let (leaf, hash) = leaf(reader, newest)?;
            fold.head.issuers.insert(issuer, (leaf.issuer_seq, hash));
        }
        (fold.look_ups, fold.views) = (look_ups, views);
        Ok(fold)
    }
}
