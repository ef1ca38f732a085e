//! What a witness remembers of each log: the checkpoint that it cosigned last, in a file each.
//!
//! A file is written beside the old one, synced, renamed over it, and the directory synced: after a
//! crash at any point there is the old one or the new one. Only then is the cosignature given away,
//! so a witness never forgets what it said.

use crate::files::{in_file, sync_dir};
use crate::{Code, Error};
use laiqu_proof::{Hash, Note, NoteVerifier, SignedCheckpoint};
use std::collections::HashMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Ending of a file that is not yet in its place.
const UNFINISHED: &str = "tmp";

/// The state of a witness. Owned by its one process.
#[derive(Debug)]
pub(crate) struct Store {
    dir: PathBuf,
    /// By the hash of the origin, lower-case hexadecimal.
    cosigned: HashMap<String, SignedCheckpoint>,
    /// A write failed: what is on disk is not known before the next start reads it.
    poisoned: bool,
}

/// Name of a log's file: the SHA-256 of its origin (c2sp.org/tlog-witness).
pub(crate) fn origin_hash(origin: &str) -> String {
    Hash::digest(origin.as_bytes()).to_hex()
}

impl Store {
    /// Reads and syncs everything that was cosigned under `key`. What a crash left unfinished was
    /// never given away, and is removed.
    ///
    /// # Errors
    /// Where a file cannot be read, or does not hold this witness's own cosignature.
    pub(crate) fn open(dir: &Path, key: &NoteVerifier) -> Result<Self, Error> {
        let mut cosigned = HashMap::new();
        for file in fs::read_dir(dir).map_err(|e| in_file(dir, &e))? {
            let path = file.map_err(|e| in_file(dir, &e))?.path();
            if path.extension().is_some_and(|ending| ending == UNFINISHED) {
                fs::remove_file(&path).map_err(|e| in_file(&path, &e))?;
                continue;
            }
            let signed = read(&path, key)?;
            // What the page cache shows may not be on disk after a failed sync.
            fs::File::open(&path).and_then(|f| f.sync_all()).map_err(|e| in_file(&path, &e))?;
            cosigned.insert(origin_hash(&signed.checkpoint().origin), signed);
        }
        sync_dir(dir)?;
        Ok(Self { dir: dir.to_owned(), cosigned, poisoned: false })
    }

    /// What was cosigned last of the log with this origin hash.
    pub(crate) fn get(&self, origin_hash: &str) -> Option<&SignedCheckpoint> {
        self.cosigned.get(origin_hash)
    }

    /// Whether a write failed, so that nothing may be cosigned before a restart.
    pub(crate) fn is_poisoned(&self) -> bool {
        self.poisoned
    }

    /// Replaces what is remembered of a log; durable when it returns.
    ///
    /// # Errors
    /// Where that is not known to be so; from then on nothing is stored.
    pub(crate) fn put(&mut self, signed: SignedCheckpoint) -> Result<(), Error> {
        let hash = origin_hash(&signed.checkpoint().origin);
        let path = self.dir.join(&hash);
        self.poisoned = true;
        self.prepare(&hash, &signed)
            .and_then(|unfinished| fs::rename(unfinished, &path))
            .map_err(|e| in_file(&path, &e))?;
        sync_dir(&self.dir)?;
        self.poisoned = false;
        self.cosigned.insert(hash, signed);
        Ok(())
    }

    /// Writes and syncs the file beside the one that it will replace.
    fn prepare(&self, hash: &str, signed: &SignedCheckpoint) -> io::Result<PathBuf> {
        let unfinished = self.dir.join(format!("{hash}.{UNFINISHED}"));
        let mut file = fs::File::create(&unfinished)?;
        file.write_all(signed.to_string().as_bytes())?;
        file.sync_all()?;
        Ok(unfinished)
    }
}

fn read(path: &Path, key: &NoteVerifier) -> Result<SignedCheckpoint, Error> {
    let text = fs::read_to_string(path).map_err(|e| in_file(path, &e))?;
    let wrong = |cause: String| Error::new(Code::Damaged, format!("{}: {cause}", path.display()));
    let signed = SignedCheckpoint::parse(&text).map_err(|e| wrong(e.to_string()))?;
    let own = Note::parse(&text).and_then(|note| note.verify(&[key]).map(|_| ()));
    own.map_err(|e| wrong(format!("not this witness's cosignature: {e}")))?;
    let hash = origin_hash(&signed.checkpoint().origin);
    if path.file_name().is_none_or(|name| *name != *hash) {
        return Err(wrong(format!("the file of this log is called {hash}")));
    }
    Ok(signed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use laiqu_proof::{Checkpoint, CosignatureSigner, NoteSigner, leaf_hash};

    fn witness() -> CosignatureSigner {
        CosignatureSigner::from_seed("witness.example", &[2; 32]).unwrap()
    }

    fn cosigned(origin: &str, size: u64) -> SignedCheckpoint {
        let log = NoteSigner::from_seed(origin, &[1; 32]).unwrap();
        let root = leaf_hash(&size.to_be_bytes());
        let checkpoint = Checkpoint { origin: origin.to_owned(), size, root };
        let mut signed = SignedCheckpoint::sign(checkpoint, &[&log]);
        signed.add(&witness().cosignature_line(signed.text(), size)).unwrap();
        signed
    }

    fn open(dir: &Path) -> Result<Store, Error> {
        Store::open(dir, &witness().verifier())
    }

    #[test]
    fn what_was_stored_is_there_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = open(dir.path()).unwrap();
        for (origin, size) in [("a.example", 1), ("b.example/城", 7), ("a.example", 2)] {
            store.put(cosigned(origin, size)).unwrap();
        }
        drop(store);
        let store = open(dir.path()).unwrap();
        for (origin, size) in [("a.example", 2), ("b.example/城", 7)] {
            assert_eq!(store.get(&origin_hash(origin)), Some(&cosigned(origin, size)));
        }
        assert_eq!(store.get(&origin_hash("c.example")), None);
    }

    #[test]
    fn a_crash_between_write_and_rename_leaves_the_old_state() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = open(dir.path()).unwrap();
        store.put(cosigned("a.example", 1)).unwrap();
        let hash = origin_hash("a.example");
        // Everything was written; then the process died. And once only half was.
        let unfinished = store.prepare(&hash, &cosigned("a.example", 2)).unwrap();
        drop(store);
        let store = open(dir.path()).unwrap();
        assert_eq!(store.get(&hash), Some(&cosigned("a.example", 1)));
        assert!(!unfinished.exists());
        fs::write(&unfinished, "a.exa").unwrap();
        assert_eq!(open(dir.path()).unwrap().get(&hash), Some(&cosigned("a.example", 1)));
    }

    #[test]
    fn after_a_failed_write_nothing_is_stored_until_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = open(dir.path()).unwrap();
        store.put(cosigned("a.example", 1)).unwrap();
        // A directory cannot be replaced by a file: the rename fails.
        let hash = origin_hash("a.example");
        let path = dir.path().join(&hash);
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert_eq!(store.put(cosigned("a.example", 2)).unwrap_err().code, Code::Damaged);
        assert!(store.is_poisoned());
        assert_eq!(store.get(&hash), Some(&cosigned("a.example", 1)), "the old state stands");
    }

    #[test]
    fn foreign_or_changed_state_refuses_the_start() {
        let dir = tempfile::tempdir().unwrap();
        open(dir.path()).unwrap().put(cosigned("a.example", 5)).unwrap();
        let path = dir.path().join(origin_hash("a.example"));
        let good = fs::read_to_string(&path).unwrap();
        let renamed = dir.path().join(origin_hash("b.example"));
        for bad in ["", &good[..20], &good.replace("\n5\n", "\n4\n")] {
            fs::write(&path, bad).unwrap();
            assert_eq!(open(dir.path()).unwrap_err().code, Code::Damaged, "{bad}");
        }
        fs::write(&path, &good).unwrap();
        let other = CosignatureSigner::from_seed("witness.example", &[3; 32]).unwrap();
        assert!(Store::open(dir.path(), &other.verifier()).is_err());
        fs::rename(&path, &renamed).unwrap();
        assert!(open(dir.path()).is_err());
    }
}
