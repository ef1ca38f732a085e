//! Folding a log while it is read: what each entry changes is worked out on all cores, and applied
//! in the order of entries.

use crate::draft::Effects;
use crate::error::Error;
use crate::open::{Fold, refused};
use crate::stages::Stages;
use crate::views::effects_of;
use laiqu_ledger::{Entry, Leaf, Reader, Scan};
use laiqu_proof::Hash;
use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread;

/// Entries that may wait before and behind each core; one may hold a document of some megabytes.
const WAITING_MAX: usize = 8;

/// Entries and events that are applied at once, so that two threads share them.
const AT_ONCE: usize = 1_024;

/// Entries and events that one thread works out ahead of another that applies them: some
/// milliseconds.
const AHEAD: usize = 512;

/// An entry with what it changes.
pub(crate) struct Prepared {
    pub(crate) leaf: Leaf,
    pub(crate) hash: Hash,
    /// It came without its frame.
    is_blank: bool,
    pub(crate) effects: Result<Effects, String>,
}

impl Prepared {
    pub(crate) fn of(entry: &Entry) -> Self {
        let (hash, is_blank) = (entry.leaf_hash(), entry.frame.is_none());
        Self { leaf: entry.leaf.clone(), hash, is_blank, effects: effects_of(entry) }
    }

    /// Entries and events to be applied.
    fn work(&self) -> usize {
        1 + self.effects.as_ref().map_or(0, |effects| effects.events.len())
    }
}

/// A fold that ends with the first entry which it cannot take.
#[derive(Default)]
pub(crate) struct Folded {
    fold: Fold,
    /// The first entry that it takes.
    from: u64,
    /// Entries that came without their frame.
    blank: BTreeSet<u64>,
    /// An entry that came with its frame was erased by a later one: nothing of this is kept.
    is_tainted: bool,
    failed: Option<Error>,
    /// What is to be applied, and the entries and events in it.
    waiting: (Vec<Prepared>, usize),
    /// Where it is kept on its way.
    stages: Option<Stages>,
}

impl Folded {
    /// One that goes on from here, and is kept on its way where it may be.
    pub(crate) fn of(fold: Fold, stages: Option<Stages>) -> Self {
        Self { from: fold.head.size, fold, stages, ..Self::default() }
    }

    fn take(&mut self, entry: Prepared) {
        if entry.is_blank {
            self.blank.insert(entry.leaf.index);
        }
        let remains = entry.effects.as_ref().ok().and_then(|effects| effects.remains.as_ref());
        self.is_tainted |= remains.is_some_and(|remains| !self.is_blank(remains.index));
        self.waiting.1 += entry.work();
        self.waiting.0.push(entry);
        if self.waiting.1 >= AT_ONCE {
            self.apply();
        }
    }

    fn apply(&mut self) {
        let (entries, _) = std::mem::take(&mut self.waiting);
        if self.failed.is_none() {
            let applied = self.fold.apply(&entries).and_then(|()| match &mut self.stages {
                Some(stages) if !self.is_tainted => stages.pass(&mut self.fold),
                _ => Ok(()),
            });
            self.failed = applied.err();
        }
    }

    /// Is nothing of an entry in the fold but what stays of it?
    fn is_blank(&self, index: u64) -> bool {
        index < self.from || self.blank.contains(&index)
    }

    /// The fold of all that the log holds.
    pub(crate) fn finish(mut self, reader: &Reader) -> Result<Fold, Error> {
        if reader.erased().iter().all(|index| self.is_blank(*index)) {
            return self.failed.map_or(Ok(self.fold), Err);
        }
        // Something was folded that is to be forgotten.
        if let Some(stages) = &mut self.stages {
            stages.begin_anew();
        }
        Fold::up_to(reader, reader.size(), &mut self.stages)
    }
}

/// Calls `read` with what takes the entries of a log, in order, and folds them meanwhile.
pub(crate) fn fold_while<T>(
    folded: Folded,
    read: impl FnOnce(&mut dyn FnMut(Entry)) -> T,
) -> (T, Folded) {
    thread::scope(|scope| {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let (mut lanes, mut ends) = (Vec::new(), Vec::new());
        for _ in 0..cores {
            let (lane, entries) = sync_channel::<Entry>(WAITING_MAX);
            let (out, end) = sync_channel(WAITING_MAX);
            scope.spawn(move || prepare(entries, &out));
            lanes.push(lane);
            ends.push(end);
        }
        let folding = scope.spawn(move || fold(folded, &ends));
        // Entries go to the lanes in turn, and come out of them in turn.
        let mut turn = lanes.iter().cycle();
        let opened = read(&mut |entry| {
            if let Some(lane) = turn.next() {
                // A lane ends early only where its thread failed, which joining tells.
                drop(lane.send(entry));
            }
        });
        drop(lanes);
        let folded = folding.join();
        (opened, folded.unwrap_or_else(|cause| std::panic::resume_unwind(cause)))
    })
}

/// Calls `take` with the entries of a log that come before the one at `size`, worked out by
/// another thread: while `hurries`, with some at once, and those that follow are worked out
/// meanwhile; else with each by itself, and nothing is worked out before all that are were taken.
///
/// # Errors
/// The first that reading or taking gives; where that thread cannot be had.
pub(crate) fn prepare_ahead(
    mut scan: Scan,
    size: u64,
    hurries: &dyn Fn() -> bool,
    take: &mut dyn FnMut(&[Prepared]) -> Result<(), Error>,
) -> Result<(), Error> {
    thread::scope(|scope| {
        // Memory is given back cheaply only by the thread that took it.
        let (want, wanted) = channel::<Vec<Prepared>>();
        let (out, ready) = channel();
        let ahead = thread::Builder::new().name("ahead".to_owned());
        let spawned = ahead.spawn_scoped(scope, move || {
            for spent in wanted {
                drop(spent);
                if out.send(some_of(&mut scan, size)).is_err() {
                    break;
                }
            }
        });
        spawned.map_err(|error| Error::internal("thread", error))?;
        // The other thread ends early only where it failed, which the scope tells.
        let more = |spent| drop(want.send(spent));
        more(Vec::new());
        let mut spent = Vec::new();
        for entries in ready {
            let entries = entries?;
            if entries.is_empty() {
                break;
            }
            if hurries() {
                more(std::mem::take(&mut spent));
                take(&entries)?;
                spent = entries;
            } else {
                entries.chunks(1).try_for_each(&mut *take)?;
                more(entries);
            }
        }
        Ok(())
    })
}

/// The next entries before the one at `size`; none behind the last of them.
fn some_of(scan: &mut Scan, size: u64) -> Result<Vec<Prepared>, Error> {
    let (mut entries, mut work) = (Vec::new(), 0);
    while work < AHEAD {
        let Some(entry) = scan.next() else { break };
        let entry = entry.map_err(refused)?;
        if entry.leaf.index >= size {
            break;
        }
        let entry = Prepared::of(&entry);
        work += entry.work();
        entries.push(entry);
    }
    Ok(entries)
}

fn prepare(entries: Receiver<Entry>, out: &SyncSender<Prepared>) {
    for entry in entries {
        if out.send(Prepared::of(&entry)).is_err() {
            break;
        }
    }
}

fn fold(mut folded: Folded, ends: &[Receiver<Prepared>]) -> Folded {
    // The first lane that has nothing more when its turn comes is behind the last entry.
    for entry in ends.iter().cycle().map_while(|end| end.recv().ok()) {
        folded.take(entry);
    }
    folded.apply();
    folded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::erased::{self, Remains};
    use crate::{Code, ServiceOptions, init};
    use std::path::{Path, PathBuf};

    /// The log of a new ledger.
    fn log_in(directory: &Path) -> PathBuf {
        let data = directory.join("data");
        init(&data, "fold.example/ledger").unwrap();
        crate::Service::open(&data, ServiceOptions::default()).unwrap().stop().unwrap();
        crate::DataDir::new(&data).log()
    }

    #[tokio::test]
    async fn nothing_is_kept_once_an_entry_is_erased_that_was_folded_whole() {
        let directory = tempfile::tempdir().unwrap();
        let reader = Reader::open(&log_in(directory.path())).unwrap();
        let entries = || reader.scan(0).map(|entry| Prepared::of(&entry.unwrap()));
        // Whether a fold of the entries is kept where the last one erases the first, which comes
        // with its frame or without.
        let is_kept = |erases: bool, is_blank: bool| {
            let kept = directory.path().join(format!("kept-{erases}-{is_blank}"));
            let stages = Stages::of(&Fold::default(), &kept, 0);
            let mut folded = Folded::of(Fold::default(), Some(stages));
            let count = entries().count();
            for (at, mut entry) in entries().enumerate() {
                entry.is_blank = is_blank && at == 0;
                if erases && at + 1 == count {
                    let outcome = erased::outcome(0, 0, Effects::of_body(Hash::ZERO), &[7; 32]);
                    let remains = Remains::read(&outcome).unwrap();
                    entry.effects = Ok(Effects { remains: Some(remains), ..Effects::default() });
                }
                folded.take(entry);
            }
            folded.apply();
            assert!(folded.failed.is_none());
            kept.exists()
        };
        assert!(is_kept(false, false));
        assert!(is_kept(true, true));
        assert!(!is_kept(true, false));
    }

    #[tokio::test]
    async fn what_is_folded_on_all_cores_is_what_is_folded_in_turn() {
        let directory = tempfile::tempdir().unwrap();
        let log = log_in(directory.path());
        let (reader, folded) = fold_while(Folded::default(), |take| Reader::open_with(&log, take));
        let reader = reader.unwrap();
        let whole = folded.finish(&reader).unwrap();
        let in_turn = Fold::up_to(&reader, reader.size(), &mut None).unwrap();
        assert!(reader.size() > 1);
        assert_eq!(format!("{:?}", whole.head), format!("{:?}", in_turn.head));
        assert_eq!(whole.frontier.root(), in_turn.frontier.root());
        assert_eq!(whole.records(), in_turn.records());
        // What is taken ends where it fails, and what works ahead of it too.
        for hurries in [true, false] {
            let mut taken = Vec::new();
            let ended = prepare_ahead(reader.scan(0), reader.size(), &|| hurries, &mut |some| {
                taken.extend(some.iter().map(|entry| entry.leaf.index));
                Err(Error::internal("test", "enough"))
            });
            let all: Vec<u64> = (0..reader.size()).collect();
            let first = if hurries { &all[..] } else { &[0] };
            assert_eq!((ended.unwrap_err().code, &taken[..]), (Code::Internal, first));
        }
    }
}
