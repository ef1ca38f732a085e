//! What is kept of a fold between two starts: all projections as of one ledger size, in a file
//! that a start opens instead of reading every entry again. What did not change since the
//! projections were opened lies in files beside it, those of earlier sizes.
//!
//! A file counts only for the ledger whose entry it names, by the version that wrote it, and where
//! nothing below its size was erased since. Without one everything is folded from the log.

use crate::erased::{ErasedBodies, Recognised};
use crate::error::{Code, Error};
use crate::limits::KEEPING_FREE_BYTES_MIN;
use crate::lot_numbers::LotNumbers;
use crate::names::Names;
use crate::open::{Fold, refused};
use crate::stated_dates::StatedDates;
use crate::views::{LookUps, Views, issuer_term, registry_change};
use laiqu_columns::{self as columns, Column, Opened, Saving, Texts};
use laiqu_epcis::query::described_id;
use laiqu_index::{EventIds, EventIndex, Issued, MasterData, Members, RegistryRecord, Submissions};
use laiqu_ledger::{Leaf, Reader};
use laiqu_proof::{Frontier, Hash, leaf_hash};
use laiqu_supervision::Registry;
use laiqu_trace::Graph;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// Raised with every change of what a fold makes of an entry, and of the values that it keeps.
const FOLDS: u64 = 11;

const SUFFIX: &str = ".columns";

/// The newest link of one key's chain.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct Link {
    seq: u64,
    jws_sha256: [u8; 32],
}

/// Keeps both projections, which have the same size, beside a log that contains it; files of other
/// sizes that are not needed for it are removed. `frontier` is the tree's at that size, `last_leaf`
/// the hash of the last entry. `rest` is called between the pieces that are written.
///
/// # Errors
/// Where that fails; where the projections were opened from something damaged, all of it is
/// removed.
pub(crate) fn keep(
    directory: &Path,
    (frontier, last_leaf): (&Frontier, &Hash),
    (look_ups, views): (&LookUps, &Views),
    rest: impl FnMut() + Send + 'static,
) -> Result<Opened, Error> {
    let failed = |error| not_kept(directory, error);
    fs::create_dir_all(directory).map_err(|e| Error::internal("kept projections", e))?;
    let size = views.size;
    let path = directory.join(format!("{size}{SUFFIX}"));
    let mark = [FOLDS, size, look_ups.events];
    has_room(directory)?;
    let mut saving = Saving::create(&path).map_err(failed)?;
    saving.between_pieces(rest);
    let saved = saving
        .values("version", version().as_bytes())
        .and_then(|()| saving.values("mark", &mark))
        .and_then(|()| saving.values("last_leaf", &[last_leaf.0]))
        .and_then(|()| {
            let peaks: Vec<[u8; 32]> = frontier.peaks().iter().map(|peak| peak.0).collect();
            saving.values("peaks", &peaks)
        })
        .and_then(|()| look_ups.save(&mut saving))
        .and_then(|()| views.save(&mut saving));
    saved.map_err(failed)?;
    has_room(directory)?;
    saving.finish().map_err(failed)?;
    let opened = Opened::open(&path).map_err(failed)?;
    remove(directory, |file| *file != path && !is_needed(file, &opened));
    Ok(opened)
}

/// Whether the disk has room for more than the log may need soon.
///
/// # Errors
/// Where it has not.
pub(crate) fn has_room(directory: &Path) -> Result<(), Error> {
    let room = rustix::fs::statvfs(directory);
    match room.map(|room| room.f_bavail.saturating_mul(room.f_frsize)) {
        Ok(free) if free < KEEPING_FREE_BYTES_MIN => {
            Err(Error::internal("kept projections", format!("{free} bytes of disk are left")))
        }
        _ => Ok(()),
    }
}

/// Projections were not kept.
fn not_kept(directory: &Path, error: columns::Error) -> Error {
    match error {
        columns::Error::Damaged { .. } => damaged(directory, &error),
        columns::Error::Io { .. } => Error::internal("kept projections", error),
    }
}

/// Removes what is kept.
pub(crate) fn forget(directory: &Path) {
    remove(directory, |_| true);
}

fn remove(directory: &Path, is_over: impl Fn(&PathBuf) -> bool) {
    for (_, path) in files(directory).into_iter().filter(|(_, path)| is_over(path)) {
        if let Err(error) = fs::remove_file(&path) {
            tracing::warn!(path = %path.display(), %error, "kept projections not removed");
        }
    }
}

/// Does this file hold a part of another?
fn is_needed(path: &Path, other: &Opened) -> bool {
    other.others().any(|name| path.file_name().is_some_and(|file| file == name))
}

/// Reads what is kept to the last byte, which opening it does not, as long as `goes_on` says so. A
/// file under another name is what a write left that was cut off, or one that is under way.
///
/// # Errors
/// Where it is not what was written: then it is removed too.
pub(crate) fn check(directory: &Path, goes_on: &mut dyn FnMut() -> bool) -> Result<(), Error> {
    for (_, path, opened) in apart(directory) {
        let checked = opened.and_then(|opened| opened.check_while(goes_on));
        if let Err(error) = checked
            && path.exists()
        {
            return Err(damaged(directory, &error));
        }
    }
    Ok(())
}

/// Removes what is kept, since some of it is damaged.
fn damaged(directory: &Path, error: &columns::Error) -> Error {
    forget(directory);
    Error::new(Code::Damaged, format!("{error}; a restart derives everything from the log"))
}

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

/// Every file in the directory, with the size that its name says; the largest first.
fn files(directory: &Path) -> Vec<(Option<u64>, PathBuf)> {
    let listed = fs::read_dir(directory).into_iter().flatten().flatten();
    let named = listed.map(|file| {
        let name = file.file_name();
        let size = name.to_str().and_then(|name| name.strip_suffix(SUFFIX)?.parse().ok());
        (size, file.path())
    });
    let mut named: Vec<(Option<u64>, PathBuf)> = named.collect();
    named.sort_unstable_by(|one, other| other.cmp(one));
    named
}

/// A file of some size, as it was opened.
type Sized = (u64, PathBuf, Result<Opened, columns::Error>);

/// The files of each size, the largest first, without those that one of a larger size needs: they
/// are looked at as parts of it. Where a server keeps others meanwhile, and removes what these
/// need, they are looked for anew.
fn apart(directory: &Path) -> Vec<Sized> {
    loop {
        let listed = sized(directory);
        let mut apart: Vec<Sized> = Vec::new();
        for (size, path) in &listed {
            let mut larger = apart.iter().filter_map(|(_, _, opened)| opened.as_ref().ok());
            if !larger.any(|larger| is_needed(path, larger)) {
                apart.push((*size, path.clone(), Opened::open(path)));
            }
        }
        if apart.iter().all(|(_, _, opened)| opened.is_ok()) || sized(directory) == listed {
            return apart;
        }
    }
}

/// The files whose names say a size, the largest first.
fn sized(directory: &Path) -> Vec<(u64, PathBuf)> {
    files(directory).into_iter().filter_map(|(size, path)| Some((size?, path))).collect()
}

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

fn read(path: &Path, size: u64, reader: &Reader) -> Result<Fold, String> {
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

/// What writes and reads files: another version of the program may make other values of the
/// entries, and digests of terms are those of a library.
fn version() -> String {
    let digests = (described_id("urn:x:probe"), issuer_term(1));
    format!("{} {digests:x?}", env!("CARGO_PKG_VERSION"))
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

impl LookUps {
    fn save(&self, saving: &mut Saving) -> Result<(), columns::Error> {
        let Self {
            size: _,
            events: _,
            registry: _,
            changes,
            event_ids,
            submissions,
            key_chains,
            issued,
            key_entries,
            erased,
        } = self;
        changes.save(saving, "look_ups.changes")?;
        event_ids.save(saving, "look_ups.event_ids")?;
        submissions.save(saving, "look_ups.submissions")?;
        issued.save(saving, "look_ups.issued")?;
        saving.values("look_ups.key_entries", key_entries)?;
        let (mut kids, mut links) = (Texts::default(), Column::default());
        for (kid, (seq, jws_sha256)) in key_chains {
            kids.intern(kid);
            links.push(Link { seq: *seq, jws_sha256: jws_sha256.0 });
        }
        kids.save(saving, "look_ups.kids")?;
        links.save(saving, "look_ups.key_chains")?;
        erased.save(saving, "look_ups.erased")
    }

    /// All but the registry and the counts.
    fn open(opened: &Opened) -> Result<Self, columns::Error> {
        let kids = Texts::open(opened, "look_ups.kids")?;
        let links = Column::<Link>::open(opened, "look_ups.key_chains")?;
        let chains = kids.iter().zip(links.iter());
        let key_chains =
            chains.map(|(kid, link)| (kid.to_owned(), (link.seq, Hash(link.jws_sha256))));
        let key_entries = Column::<u64>::open(opened, "look_ups.key_entries")?;
        Ok(Self {
            changes: Column::open(opened, "look_ups.changes")?,
            event_ids: EventIds::open(opened, "look_ups.event_ids")?,
            submissions: Submissions::open(opened, "look_ups.submissions")?,
            issued: Issued::open(opened, "look_ups.issued")?,
            key_chains: key_chains.collect(),
            key_entries: key_entries.iter().copied().collect(),
            erased: ErasedBodies::open(opened, "look_ups.erased")?,
            ..Self::default()
        })
    }
}

impl Views {
    fn save(&self, saving: &mut Saving) -> Result<(), columns::Error> {
        let Self {
            size: _,
            graph,
            events,
            members,
            names,
            lot_numbers,
            dates,
            master_data,
            recognised,
            retired: _,
        } = self;
        graph.save(saving)?;
        events.save(saving, "events")?;
        members.save(saving, "members", |number| self.text(number))?;
        names.save(saving, "names")?;
        lot_numbers.save(saving, "lot_numbers")?;
        dates.save(saving, "dates")?;
        master_data.save(saving, "master_data")?;
        recognised.save(saving, "recognised")
    }

    /// All but the size.
    fn open(opened: &Opened) -> Result<Self, columns::Error> {
        Ok(Self {
            size: 0,
            graph: Graph::open(opened)?,
            events: EventIndex::open(opened, "events")?,
            members: Members::open(opened, "members")?,
            names: Names::open(opened, "names")?,
            lot_numbers: LotNumbers::open(opened, "lot_numbers")?,
            dates: StatedDates::open(opened, "dates")?,
            master_data: MasterData::open(opened, "master_data")?,
            recognised: Recognised::open(opened, "recognised")?,
            retired: Arc::default(),
        })
    }
}

impl Fold {
    /// Keeps all projections (see [`keep`]), and goes on with those of the file: none of them takes
    /// memory any more.
    ///
    /// # Errors
    /// As [`keep`]; then the fold is what it was.
    pub(crate) fn keep(
        &mut self,
        directory: &Path,
        rest: impl FnMut() + Send + 'static,
    ) -> Result<(), Error> {
        let (log, folded) = ((&self.frontier, &self.head.last_leaf), (&self.look_ups, &self.views));
        let opened = keep(directory, log, folded, rest)?;
        let failed = |error| not_kept(directory, error);
        let (look_ups, views) =
            (LookUps::open(&opened).map_err(failed)?, Views::open(&opened).map_err(failed)?);
        let LookUps { size, events, registry, .. } = std::mem::take(&mut self.look_ups);
        self.look_ups = LookUps { size, events, registry, ..look_ups };
        self.views = Views { size, ..views };
        self.kept = (size, events);
        Ok(())
    }

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
