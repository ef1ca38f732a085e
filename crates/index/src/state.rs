//! What sled keeps: the registry's records, up to a mark that says which ledger they come from.
//!
//! sled 0.34 can panic at open after one flipped bit, or silently return less. So it opens guarded,
//! the mark carries a digest over all records, and whatever does not agree is deleted and rebuilt.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

const MARK_KEY: &[u8] = b"mark";
const RECORD_PREFIX: u8 = b'r';

/// One registry entry: a party, key, revocation or token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryRecord {
    /// Index of the ledger entry.
    pub index: u64,
    /// Its kind, as in the leaf.
    pub kind: String,
    /// Alias of the issuer.
    pub issuer: u64,
    /// The payload as text.
    pub payload: String,
}

/// Up to which entry the records are complete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Entries applied: the ledger's size then.
    pub size: u64,
    /// Leaf hash of the last of them, lower-case hex.
    pub last_leaf: String,
    /// How many records there are.
    records: u64,
    /// SHA-256 chain over all records, lower-case hex.
    digest: String,
}

/// Why the index cannot be used. It holds nothing of its own: delete and rebuild it.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The directory cannot be removed or made.
    #[error("index directory {path}: {source}")]
    Directory {
        /// The directory.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// sled refused.
    #[error("index: {0}")]
    Sled(#[from] sled::Error),
    /// A record cannot be encoded.
    #[error("index record: {0}")]
    Record(#[from] serde_json::Error),
}

/// What a usable index held when it was opened.
#[derive(Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The mark.
    pub mark: Mark,
    /// All records in order of their entries.
    pub records: Vec<RegistryRecord>,
}

/// The open sled database.
#[derive(Debug)]
pub struct State {
    db: sled::Db,
    records: u64,
    digest: [u8; 32],
}

impl State {
    /// Opens the index, or an empty one in its place where it is missing, broken, incomplete or,
    /// as `agrees` finds, of another ledger.
    ///
    /// # Errors
    /// Where the directory cannot be removed or sled cannot open an empty one.
    pub fn open(
        path: &Path,
        agrees: impl Fn(&Loaded) -> bool,
    ) -> Result<(Self, Option<Loaded>), StateError> {
        if let Some((state, loaded)) = open_guarded(path).filter(|(_, old)| agrees(old)) {
            return Ok((state, Some(loaded)));
        }
        tracing::info!(path = %path.display(), "index is new or does not agree, rebuilding");
        if path.exists() {
            std::fs::remove_dir_all(path)
                .map_err(|source| StateError::Directory { path: path.to_owned(), source })?;
        }
        Ok((Self { db: config(path).open()?, records: 0, digest: [0; 32] }, None))
    }

    /// What the index holds, if it can be read and is whole.
    #[must_use]
    pub fn look(path: &Path) -> Option<Loaded> {
        open_guarded(path).map(|(_, loaded)| loaded)
    }

    /// Adds the registry records of a commit and moves the mark, in one atomic batch.
    ///
    /// # Errors
    /// Where sled refuses; the ledger is not affected.
    pub fn commit(
        &mut self,
        new: &[RegistryRecord],
        size: u64,
        last_leaf: &str,
    ) -> Result<(), StateError> {
        let mut batch = sled::Batch::default();
        let (mut records, mut digest) = (self.records, self.digest);
        for record in new {
            let bytes = serde_json::to_vec(record)?;
            digest = chain(&digest, &bytes);
            records += 1;
            batch.insert(record_key(record.index), bytes);
        }
        let mark = Mark { size, last_leaf: last_leaf.to_owned(), records, digest: hex(&digest) };
        batch.insert(MARK_KEY, serde_json::to_vec(&mark)?);
        self.db.apply_batch(batch)?;
        (self.records, self.digest) = (records, digest);
        Ok(())
    }

    /// Hands everything to the file, for a clean stop.
    ///
    /// # Errors
    /// Where sled refuses.
    pub fn flush(&self) -> Result<(), StateError> {
        self.db.flush()?;
        Ok(())
    }
}

fn config(path: &Path) -> sled::Config {
    const CACHE_BYTES_MAX: u64 = 16 << 20;
    sled::Config::default().path(path).cache_capacity(CACHE_BYTES_MAX)
}

/// Opens and reads all; nothing where sled panics, refuses, or the digest does not match.
fn open_guarded(path: &Path) -> Option<(State, Loaded)> {
    if !path.exists() {
        return None;
    }
    let path = path.to_owned();
    let opened = std::panic::catch_unwind(move || {
        let db = open_released(&path)?;
        let loaded = read_all(&db)?;
        Some((db, loaded))
    });
    let (db, loaded) = opened.ok()??;
    let digest = unhex(&loaded.mark.digest)?;
    Some((State { db, records: loaded.mark.records, digest }, loaded))
}

/// Opens a database that was closed a moment ago: threads of sled may still hold its file then.
/// Another process cannot, since the ledger has a lock of its own.
fn open_released(path: &Path) -> Option<sled::Db> {
    const TRIES: usize = 100;
    const PAUSE: Duration = Duration::from_millis(10);
    let is_held = |error: &sled::Error| error.to_string().contains("acquire lock");
    for _ in 0..TRIES {
        match config(path).open() {
            Err(error) if is_held(&error) => thread::sleep(PAUSE),
            opened => return opened.ok(),
        }
    }
    None
}

fn read_all(db: &sled::Db) -> Option<Loaded> {
    let mark: Mark = serde_json::from_slice(&db.get(MARK_KEY).ok()??).ok()?;
    let (mut records, mut digest) = (Vec::new(), [0; 32]);
    for item in db.scan_prefix([RECORD_PREFIX]) {
        let (_, bytes) = item.ok()?;
        digest = chain(&digest, &bytes);
        records.push(serde_json::from_slice(&bytes).ok()?);
    }
    let whole = mark.records == u64::try_from(records.len()).ok()? && mark.digest == hex(&digest);
    whole.then_some(Loaded { mark, records })
}

fn record_key(index: u64) -> Vec<u8> {
    let mut key = vec![RECORD_PREFIX];
    key.extend_from_slice(&index.to_be_bytes());
    key
}

fn chain(digest: &[u8; 32], record: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(digest).chain_update(record).finalize().into()
}

fn hex(bytes: &[u8; 32]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(index: u64) -> RegistryRecord {
        RegistryRecord {
            index,
            kind: "party.register".to_owned(),
            issuer: 0,
            payload: format!("{{\"n\":{index}}}"),
        }
    }

    #[test]
    fn what_was_committed_comes_back_in_order() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sled");
        let (mut state, loaded) = State::open(&path, |_| true).unwrap();
        assert!(loaded.is_none());
        state.commit(&[record(1), record(300)], 301, "aa").unwrap();
        state.commit(&[], 400, "bb").unwrap();
        state.commit(&[record(400)], 401, "cc").unwrap();
        state.flush().unwrap();
        drop(state);
        let (_, loaded) = State::open(&path, |old| old.mark.size == 401).unwrap();
        let loaded = loaded.unwrap();
        assert_eq!(loaded.mark.last_leaf, "cc");
        assert_eq!(loaded.records, [record(1), record(300), record(400)]);
    }

    #[test]
    fn an_index_that_is_about_to_be_closed_is_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sled");
        let (mut state, _) = State::open(&path, |_| true).unwrap();
        state.commit(&[record(1)], 2, "aa").unwrap();
        state.flush().unwrap();
        let closing = thread::spawn(move || {
            thread::sleep(Duration::from_millis(100));
            drop(state);
        });
        assert!(State::look(&path).is_some());
        closing.join().unwrap();
    }

    #[test]
    fn an_index_that_does_not_agree_is_emptied() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sled");
        let (mut state, _) = State::open(&path, |_| true).unwrap();
        state.commit(&[record(1)], 2, "aa").unwrap();
        state.flush().unwrap();
        drop(state);
        assert!(State::open(&path, |_| false).unwrap().1.is_none());
    }

    #[test]
    fn a_lost_record_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sled");
        let (mut state, _) = State::open(&path, |_| true).unwrap();
        state.commit(&[record(1), record(2)], 3, "aa").unwrap();
        state.db.remove(record_key(1)).unwrap();
        state.flush().unwrap();
        drop(state);
        assert!(State::open(&path, |_| true).unwrap().1.is_none());
    }
}
