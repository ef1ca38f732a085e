//! What a user remembers of the ledgers that they check: the trust state of `verify` and `monitor`.
//!
//! One JSON file, replaced whole (write beside, sync, rename, sync the directory), so that a crash
//! leaves the old state or the new one:
//! ```text
//! {"format":"laiqu-trust/1","ledgers":[
//!   {"origin":"…","vkey":"…","log_keys":[…],"size":17,"root":"<hex>","checkpoint":"…","resume":…}]}
//! ```
//! Entries are keyed by the origin and key that the user configured, never by what a server says
//! (a server that may choose the key chooses which memory it is held against).
//! The file is trusted: who edits it can make its owner forget, or refuse an honest ledger.

use crate::durable::{beside, replace};
use crate::exit::Failure;
use laiqu_proof::{Hash, NoteVerifier};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Format of the file.
const FORMAT: &str = "laiqu-trust/1";
/// Largest file that is read, in bytes; a hundred thousand issuers take about 10 MB.
const STATE_BYTES_MAX: u64 = 256 << 20;

/// What is remembered of one ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Remembered {
    /// Name of the ledger, as configured.
    pub(crate) origin: String,
    /// Log key, as configured; it stays the key of this memory when the ledger changes its own.
    pub(crate) vkey: String,
    /// All log keys that are known, where there is more to know than the configured one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) log_keys: Vec<KnownKey>,
    /// Entries that were found whole.
    pub(crate) size: u64,
    /// Root over these entries, lower-case hex.
    #[serde(with = "hex")]
    pub(crate) root: Hash,
    /// Entries, from the first on, whose private frames were found whole in a data directory. Who
    /// looks over the network sees leaves, and vouches for no document.
    #[serde(default)]
    pub(crate) frames: u64,
    /// The signed checkpoint of this size and root, verbatim, where there was one: what shows a
    /// third person that the log stated it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) checkpoint: Option<String>,
    /// Where the chains end at `size`; without it a later check reads every leaf again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) resume: Option<Resume>,
}

/// A key of the log and the entry that brought it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KnownKey {
    /// Index of the entry, 0 for the first key.
    pub(crate) by: u64,
    /// The verifier key.
    pub(crate) vkey: String,
}

/// The ends of all chains at the remembered size: what lets a check go on with the next entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Resume {
    /// Time of the last entry, in microseconds since 1970.
    pub(crate) time_micros: u64,
    /// Leaf hash of the last entry.
    #[serde(with = "hex")]
    pub(crate) last_leaf_hash: Hash,
    /// Of each issuer: sequence number of its next entry, leaf hash of its last one.
    pub(crate) issuers: BTreeMap<u64, (u64, String)>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: String,
    ledgers: Vec<Remembered>,
}

/// The file that a user named with `--state`.
#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
}

impl StateFile {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// What is remembered of the ledger with this key; its origin is the name of the key. `None`
    /// where there is no file yet, or nothing in it about this ledger.
    ///
    /// # Errors
    /// Where the file cannot be read or is none of ours: a memory is never silently begun anew.
    pub(crate) fn recall(&self, key: &NoteVerifier) -> Result<Option<Remembered>, Failure> {
        let found = self.read()?.ledgers.into_iter().find(|known| is_of(known, key));
        Ok(found)
    }

    /// Remembers `now` in place of `was`, durably when it returns.
    ///
    /// # Errors
    /// Where the file no longer says `was`: another run has written it meanwhile, and its memory
    /// may be newer than this one.
    pub(crate) fn remember(
        &self,
        was: Option<&Remembered>,
        now: Remembered,
    ) -> Result<(), Failure> {
        let lock = beside(&self.path, ".lock");
        let held = File::create(&lock).and_then(|file| file.lock().map(|()| file));
        let held = held.map_err(|error| Failure::file(&lock, &error))?;
        let mut document = self.read()?;
        let at = document.ledgers.iter().position(|known| same_ledger(known, &now));
        if at.and_then(|at| document.ledgers.get(at)) != was {
            return Err(self.changed_meanwhile());
        }
        match at.and_then(|at| document.ledgers.get_mut(at)) {
            Some(known) => *known = now,
            None => document.ledgers.push(now),
        }
        let text = serde_json::to_string(&document)
            .map_err(|error| Failure::file(&self.path, &io::Error::other(error)))?;
        replace(&self.path, format!("{text}\n").as_bytes())
            .map_err(|error| Failure::file(&self.path, &error))?;
        drop(held);
        Ok(())
    }

    fn read(&self) -> Result<Document, Failure> {
        match fs::metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Document { format: FORMAT.to_owned(), ledgers: Vec::new() });
            }
            Err(error) => return Err(Failure::file(&self.path, &error)),
            Ok(found) if found.len() > STATE_BYTES_MAX => {
                return Err(self.unreadable(&format!("longer than {STATE_BYTES_MAX} bytes")));
            }
            Ok(_) => {}
        }
        let text =
            fs::read_to_string(&self.path).map_err(|error| Failure::file(&self.path, &error))?;
        let document: Document =
            serde_json::from_str(&text).map_err(|error| self.unreadable(&error.to_string()))?;
        if document.format != FORMAT {
            let found = format!("format {:?}, this version reads {FORMAT}", document.format);
            return Err(self.unreadable(&found));
        }
        Ok(document)
    }

    fn unreadable(&self, why: &str) -> Failure {
        let path = self.path.display();
        let zh = format!("{path}：不是信任状态文件，或已损坏");
        Failure::usage(zh, format!("{path}: not a trust state: {why}")).hint(
            "从备份恢复它；删除它等于忘记此前核对过的一切",
            "restore it from a backup; removing it forgets all that was checked before",
        )
    }

    fn changed_meanwhile(&self) -> Failure {
        let path = self.path.display();
        let zh = format!("{path}：其间另一次核对已写入此文件");
        Failure::usage(zh, format!("{path}: another check has written this file meanwhile")).hint(
            "重新运行；或为每个任务各用一个状态文件",
            "run it again, or give each task a state file of its own",
        )
    }
}

fn is_of(known: &Remembered, key: &NoteVerifier) -> bool {
    known.origin == key.name() && known.vkey == key.vkey()
}

fn same_ledger(a: &Remembered, b: &Remembered) -> bool {
    a.origin == b.origin && a.vkey == b.vkey
}

/// Hashes as lower-case hex.
mod hex {
    use laiqu_proof::Hash;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(hash: &Hash, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&hash.to_hex())
    }

    pub(super) fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<Hash, D::Error> {
        let text = String::deserialize(from)?;
        Hash::from_hex(&text).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;
    use laiqu_proof::NoteSigner;

    fn key(seed: u8) -> NoteVerifier {
        NoteSigner::from_seed("ledger.example/city", &[seed; 32]).unwrap().verifier()
    }

    fn remembered(key: &NoteVerifier, size: u64) -> Remembered {
        let issuers = BTreeMap::from([(3, (5, Hash::ZERO.to_hex()))]);
        Remembered {
            origin: key.name().to_owned(),
            vkey: key.vkey(),
            log_keys: Vec::new(),
            size,
            root: Hash::digest(&size.to_be_bytes()),
            frames: 0,
            checkpoint: Some("origin\n".to_owned()),
            resume: Some(Resume { time_micros: 7, last_leaf_hash: Hash::ZERO, issuers }),
        }
    }

    #[test]
    fn memories_are_kept_by_origin_and_key() {
        let root = tempfile::tempdir().unwrap();
        let state = StateFile::new(&root.path().join("trust.json"));
        let (ours, other) = (key(1), key(2));
        assert_eq!(state.recall(&ours).unwrap(), None);
        let first = remembered(&ours, 3);
        state.remember(None, first.clone()).unwrap();
        assert_eq!(state.recall(&other).unwrap(), None, "same name, another key");
        state.remember(None, remembered(&other, 9)).unwrap();
        let second = remembered(&ours, 4);
        state.remember(Some(&first), second.clone()).unwrap();
        assert_eq!(state.recall(&ours).unwrap(), Some(second));
        assert_eq!(state.recall(&other).unwrap().unwrap().size, 9);
    }

    #[test]
    fn a_memory_that_changed_meanwhile_is_not_overwritten() {
        let root = tempfile::tempdir().unwrap();
        let state = StateFile::new(&root.path().join("trust.json"));
        let (old, new) = (remembered(&key(1), 3), remembered(&key(1), 8));
        state.remember(None, new.clone()).unwrap();
        for was in [None, Some(&old)] {
            assert_eq!(state.remember(was, old.clone()).unwrap_err().exit, Exit::Usage);
        }
        assert_eq!(state.recall(&key(1)).unwrap(), Some(new));
    }

    #[test]
    fn a_damaged_file_is_refused_and_left_alone() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("trust.json");
        let state = StateFile::new(&path);
        for text in ["", "{", "[]", r#"{"format":"other/1","ledgers":[]}"#, r#"{"ledgers":[]}"#] {
            fs::write(&path, text).unwrap();
            assert_eq!(state.recall(&key(1)).unwrap_err().exit, Exit::Usage, "{text}");
            assert!(state.remember(None, remembered(&key(1), 1)).is_err());
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }
}
