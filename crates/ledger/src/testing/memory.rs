//! Files in memory that forget what was not synced and fail on demand.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use crate::{Storage, StorageFile, StorageLock};

/// What a failing operation does before it answers with an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    NotPersisted,
    Persisted,
    DiskFull,
}

#[derive(Debug, Default, Clone)]
struct Inode {
    /// What a running process reads.
    cached: Vec<u8>,
    /// What is on the disk for certain.
    durable: Vec<u8>,
    /// Writes since the last sync, any sector of which may or may not reach the disk.
    pending: Vec<(usize, Vec<u8>)>,
}

#[derive(Debug, Default)]
struct State {
    inodes: Vec<Inode>,
    cached_names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    operations: usize,
    failure: Option<(usize, Failure)>,
    locks: Vec<Arc<()>>,
}

/// Files in memory, with a page cache that a crash empties.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct MemoryFile {
    memory: Memory,
    inode: usize,
}

#[derive(Debug)]
struct MemoryLock {
    _held: Arc<()>,
}

impl StorageLock for MemoryLock {}

fn put(target: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    if target.len() < offset + bytes.len() {
        target.resize(offset + bytes.len(), 0);
    }
    target[offset..offset + bytes.len()].copy_from_slice(bytes);
}

impl Memory {
    /// Lets the operation that changes something and comes `after` this many others fail.
    pub(crate) fn fail(&self, after: usize, failure: Failure) {
        let mut state = self.state.lock().unwrap();
        state.failure = Some((state.operations + after, failure));
    }

    pub(crate) fn operations(&self) -> usize {
        self.state.lock().unwrap().operations
    }

    /// Loses power: of every write since the last sync, the sectors that `keep` chooses remain.
    pub(crate) fn crash(&self, keep: &mut dyn FnMut() -> bool) {
        let mut state = self.state.lock().unwrap();
        state.failure = None;
        if !keep() {
            state.cached_names = state.durable_names.clone();
        }
        state.durable_names = state.cached_names.clone();
        for inode in &mut state.inodes {
            for (offset, bytes) in std::mem::take(&mut inode.pending) {
                let mut from = 0;
                while from < bytes.len() {
                    let to = (from + 512 - (offset + from) % 512).min(bytes.len());
                    if keep() {
                        put(&mut inode.durable, offset + from, &bytes[from..to]);
                    }
                    from = to;
                }
            }
            inode.cached = inode.durable.clone();
        }
    }

    /// A copy of the files as a process sees them, for trying things on.
    pub(crate) fn copy(&self) -> Memory {
        let state = self.state.lock().unwrap();
        let inodes = state.inodes.iter().map(|inode| Inode {
            cached: inode.cached.clone(),
            durable: inode.cached.clone(),
            pending: Vec::new(),
        });
        let copy = State {
            inodes: inodes.collect(),
            cached_names: state.cached_names.clone(),
            durable_names: state.cached_names.clone(),
            ..State::default()
        };
        Memory { state: Arc::new(Mutex::new(copy)) }
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        let state = self.state.lock().unwrap();
        state.inodes[state.cached_names[name]].cached.clone()
    }

    /// Changes a file behind everyone's back.
    pub(crate) fn edit(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut state = self.state.lock().unwrap();
        let inode = state.cached_names[name];
        let inode = &mut state.inodes[inode];
        change(&mut inode.cached);
        inode.durable = inode.cached.clone();
    }

    /// Runs an operation that changes something, or fails as planned.
    fn operate(
        &self,
        run: impl FnOnce(&mut State),
        lost: impl FnOnce(&mut State),
    ) -> io::Result<()> {
        let mut state = self.state.lock().unwrap();
        let number = state.operations;
        state.operations += 1;
        match state.failure {
            Some((planned, failure)) if planned == number => {
                match failure {
                    Failure::Persisted => run(&mut state),
                    Failure::NotPersisted => lost(&mut state),
                    Failure::DiskFull => return Err(io::ErrorKind::StorageFull.into()),
                }
                Err(io::Error::other("planned failure"))
            }
            _ => {
                run(&mut state);
                Ok(())
            }
        }
    }

    fn file(&self, name: &str) -> io::Result<Arc<dyn StorageFile>> {
        let state = self.state.lock().unwrap();
        let inode = state.cached_names.get(name).copied().ok_or(io::ErrorKind::NotFound)?;
        Ok(Arc::new(MemoryFile { memory: self.clone(), inode }))
    }
}

impl Storage for Memory {
    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.state.lock().unwrap().cached_names.keys().cloned().collect())
    }

    fn open(&self, name: &str, _write: bool) -> io::Result<Arc<dyn StorageFile>> {
        self.file(name)
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn StorageFile>> {
        self.operate(
            |state| {
                state.inodes.push(Inode::default());
                let inode = state.inodes.len() - 1;
                state.cached_names.insert(name.to_owned(), inode);
            },
            |_| {},
        )?;
        self.file(name)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let run = |state: &mut State| {
            let inode = state.cached_names.remove(from).unwrap();
            state.cached_names.insert(to.to_owned(), inode);
        };
        self.operate(run, |_| {})
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let run = |state: &mut State| {
            state.cached_names.remove(name);
        };
        self.operate(run, |_| {})
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.operate(|state| state.durable_names = state.cached_names.clone(), |_| {})
    }

    fn try_lock(&self, _name: &str, exclusive: bool) -> io::Result<Option<Box<dyn StorageLock>>> {
        let mut state = self.state.lock().unwrap();
        state.locks.retain(|lock| Arc::strong_count(lock) > 1);
        if !state.locks.is_empty() {
            return Ok(None);
        }
        let held = Arc::new(());
        if exclusive {
            state.locks.push(Arc::clone(&held));
        }
        Ok(Some(Box::new(MemoryLock { _held: held })))
    }
}

impl StorageFile for MemoryFile {
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let state = self.memory.state.lock().unwrap();
        let from = usize::try_from(offset).unwrap();
        let bytes = &state.inodes[self.inode].cached;
        let part = bytes.get(from..from + buffer.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        buffer.copy_from_slice(part);
        Ok(())
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let from = usize::try_from(offset).unwrap();
        let run = |state: &mut State| {
            let inode = &mut state.inodes[self.inode];
            put(&mut inode.cached, from, bytes);
            inode.pending.push((from, bytes.to_vec()));
        };
        self.memory.operate(run, |_| {})
    }

    fn sync_data(&self) -> io::Result<()> {
        let run = |state: &mut State| {
            let inode = &mut state.inodes[self.inode];
            for (offset, bytes) in std::mem::take(&mut inode.pending) {
                put(&mut inode.durable, offset, &bytes);
            }
        };
        // The page cache still shows what the disk never got, and no later sync brings it there.
        self.memory.operate(run, |state| state.inodes[self.inode].pending.clear())
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.memory.state.lock().unwrap().inodes[self.inode].cached.len() as u64)
    }
}
