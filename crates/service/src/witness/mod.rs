//! A witness (c2sp.org/tlog-witness): it cosigns checkpoints of the logs it knows, each only if it
//! follows from the last, and keeps evidence where a log told two stories.
//!
//! ```text
//! DIR/witness.json          name and verifier key
//! DIR/secrets/witness.jwk   the signing key, 0600
//! DIR/lock                  held by the one process that uses the directory
//! DIR/state/<origin hash>   the checkpoint cosigned last, of each log
//! DIR/evidence/<hash>.txt   two checkpoints that contradict each other
//! ```

mod store;

use crate::clock::wall_micros;
use crate::files::{in_file, sync_dir, write_key_file, write_new};
use crate::init::new_key;
use crate::{Code, Error};
use laiqu_proof::{
    AddCheckpoint, CosignatureSigner, Evidence, Hash, Policy, PrivateJwk, WitnessReply,
};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use store::Store;

pub(crate) use store::origin_hash;

/// Format of a witness's directory that this version writes and reads.
pub const WITNESS_FORMAT: &str = "laiqu-witness/1";
/// Most files of evidence that are kept; the first ones prove as much as later ones.
pub const EVIDENCE_FILES_MAX: usize = 256;

const KEY: &str = "witness.jwk";

/// `witness.json`: which witness a directory holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessDescriptor {
    /// [`WITNESS_FORMAT`].
    pub format: String,
    /// Name of the witness in its cosignatures.
    pub name: String,
    /// Its public key as a C2SP verifier key of type 0x04.
    pub vkey: String,
}

/// A witness whose directory this process holds. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Witness {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    signer: CosignatureSigner,
    /// The logs that are cosigned.
    trusted: Policy,
    /// Compared and replaced under this lock, until the new state is durable.
    store: Mutex<Store>,
    evidence: PathBuf,
    /// Held against all other processes for as long as it is open.
    _lock: File,
}

/// Makes a witness in a directory that is missing or empty.
///
/// # Errors
/// Where the directory holds anything, the name is no key name, or a file cannot be written.
pub fn init_witness(dir: &Path, name: &str) -> Result<WitnessDescriptor, Error> {
    let key = new_key()?;
    let signer =
        key.cosigner(name).map_err(|e| Error::new(Code::InvalidParameter, format!("name: {e}")))?;
    fs::create_dir_all(dir).map_err(|e| in_file(dir, &e))?;
    if fs::read_dir(dir).map_err(|e| in_file(dir, &e))?.next().is_some() {
        let detail =
            format!("{} is not empty; a witness starts in an empty directory", dir.display());
        return Err(Error::new(Code::Forbidden, detail));
    }
    for part in ["secrets", "state", "evidence"] {
        let path = dir.join(part);
        fs::create_dir(&path).map_err(|e| in_file(&path, &e))?;
    }
    write_key_file(&dir.join("secrets").join(KEY), &key)?;
    sync_dir(&dir.join("secrets"))?;
    let (name, vkey) = (signer.name().to_owned(), signer.vkey());
    let descriptor = WitnessDescriptor { format: WITNESS_FORMAT.to_owned(), name, vkey };
    let text =
        serde_json::to_string_pretty(&descriptor).map_err(|e| Error::internal("descriptor", e))?;
    write_new(&dir.join("witness.json"), format!("{text}\n").as_bytes(), 0o644)?;
    sync_dir(dir)?;
    if let Some(parent) = dir.canonicalize().ok().and_then(|p| p.parent().map(Path::to_owned)) {
        sync_dir(&parent)?;
    }
    Ok(descriptor)
}

impl Witness {
    /// Opens a witness; `trusted` names the logs that it cosigns.
    ///
    /// # Errors
    /// Where the directory holds no witness, another process uses it, or its files are damaged.
    pub fn open(dir: &Path, trusted: Policy) -> Result<Self, Error> {
        let path = dir.join("witness.json");
        let text = fs::read_to_string(&path).map_err(|e| {
            let detail = format!("{}: {e}", path.display());
            Error::new(Code::NotFound, detail)
        })?;
        let damaged = |path: &Path, cause: &dyn std::fmt::Display| {
            Error::new(Code::Damaged, format!("{}: {cause}", path.display()))
        };
        let descriptor: WitnessDescriptor =
            serde_json::from_str(&text).map_err(|e| damaged(&path, &e))?;
        if descriptor.format != WITNESS_FORMAT {
            let cause = format!("format {:?}, not {WITNESS_FORMAT}", descriptor.format);
            return Err(damaged(&path, &cause));
        }
        let lock = lock(&dir.join("lock"))?;
        let path = dir.join("secrets").join(KEY);
        let text = fs::read_to_string(&path).map_err(|e| in_file(&path, &e))?;
        let key = PrivateJwk::parse(&text).map_err(|e| damaged(&path, &e))?;
        let signer = key.cosigner(&descriptor.name).map_err(|e| damaged(&path, &e))?;
        if signer.vkey() != descriptor.vkey {
            return Err(damaged(&path, &"not the key that witness.json names"));
        }
        let store = Store::open(&dir.join("state"), &signer.verifier())?;
        for log in trusted.logs().iter().filter_map(|log| log.key.verifier()) {
            let origin = log.name();
            match store.get(&origin_hash(origin)) {
                Some(held) => {
                    tracing::info!(%origin, size = held.checkpoint().size, "goes on from here");
                }
                None => tracing::info!(%origin, "not cosigned before: its first state is believed"),
            }
        }
        let store = Mutex::new(store);
        let evidence = dir.join("evidence");
        let inner = Inner { signer, trusted, store, evidence, _lock: lock };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The verifier key (type 0x04) to hand out.
    #[must_use]
    pub fn vkey(&self) -> String {
        self.inner.signer.vkey()
    }

    /// Answers a request to cosign. What it cosigns is durable before this returns. It reads and
    /// writes files.
    ///
    /// # Errors
    /// Where the new state could not be stored: nothing was cosigned then, and nothing is until a
    /// restart.
    pub fn add_checkpoint(&self, body: &[u8]) -> Result<WitnessReply, Error> {
        let request = match AddCheckpoint::parse(body) {
            Ok(request) => request,
            Err(error) => return Ok(error.into()),
        };
        let Inner { signer, trusted, store, .. } = &*self.inner;
        let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
        if store.is_poisoned() {
            let detail = "an earlier state could not be stored; restart the witness";
            return Err(Error::new(Code::Damaged, detail));
        }
        let seconds = u64::try_from(wall_micros() / 1_000_000).unwrap_or_default();
        let stored = store.get(&origin_hash(request.origin()));
        let decision = request.decide(trusted, stored, signer, seconds);
        if let Some(new) = decision.store {
            store.put(new)?;
        }
        drop(store);
        if decision.reply.status == 422 {
            let (origin, reason) = (request.origin(), decision.reply.body.trim_end());
            tracing::warn!(%origin, %reason, "a signed checkpoint does not follow from the last one");
        }
        if let Some(evidence) = &decision.evidence {
            self.keep(evidence, request.origin());
        }
        Ok(decision.reply)
    }

    /// The checkpoint cosigned last of the log whose origin has this SHA-256 in lower-case
    /// hexadecimal, with the log's signatures and this witness's.
    #[must_use]
    pub fn checkpoint(&self, origin_hash: &str) -> Option<String> {
        let store = self.inner.store.lock().unwrap_or_else(PoisonError::into_inner);
        store.get(origin_hash).map(ToString::to_string)
    }

    /// Keeps evidence in a file of its own. The answer does not wait for that to succeed: it
    /// refuses the checkpoint in any case.
    fn keep(&self, evidence: &Evidence, origin: &str) {
        let text = evidence.to_string();
        let name: String = Hash::digest(text.as_bytes()).to_hex().chars().take(16).collect();
        let path = self.inner.evidence.join(format!("{name}.txt"));
        let kept = fs::read_dir(&self.inner.evidence).map_or(0, Iterator::count);
        if path.exists() || kept >= EVIDENCE_FILES_MAX {
            return;
        }
        let written = write_new(&path, text.as_bytes(), 0o644);
        match written.and_then(|()| sync_dir(&self.inner.evidence)) {
            Ok(()) => {
                tracing::error!(%origin, file = %path.display(), "the log told two stories; evidence kept");
            }
            Err(error) => {
                tracing::error!(%origin, %error, "the log told two stories; evidence not written");
            }
        }
    }
}

fn lock(path: &Path) -> Result<File, Error> {
    let mut options = fs::OpenOptions::new();
    let file = options.write(true).create(true).truncate(false).open(path);
    let file = file.map_err(|e| in_file(path, &e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let detail = format!("{}: another process has this witness open", path.display());
            Err(Error::new(Code::Locked, detail))
        }
        Err(TryLockError::Error(error)) => Err(in_file(path, &error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use laiqu_proof::{Checkpoint, NoteSigner, leaf_hash};
    use std::os::unix::fs::PermissionsExt as _;

    fn log() -> NoteSigner {
        NoteSigner::from_seed("log.example", &[1; 32]).unwrap()
    }

    fn trusted() -> Policy {
        Policy::of_log_keys(&[log().verifier()])
    }

    fn request(old: u64, size: u64, root: &[u8]) -> Vec<u8> {
        let origin = "log.example".to_owned();
        let note = Checkpoint { origin, size, root: leaf_hash(root) }.sign(&log());
        AddCheckpoint::new(old, Vec::new(), note).unwrap().to_string().into_bytes()
    }

    #[test]
    fn a_witness_remembers_across_restarts_and_keeps_evidence() {
        let dir = tempfile::tempdir().unwrap();
        let made = init_witness(dir.path(), "w.example").unwrap();
        let mode = fs::metadata(dir.path().join("secrets").join(KEY)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let witness = Witness::open(dir.path(), trusted()).unwrap();
        assert_eq!(witness.vkey(), made.vkey);
        assert_eq!(witness.add_checkpoint(&request(0, 3, b"one")).unwrap().status, 200);
        let second = Witness::open(dir.path(), trusted()).unwrap_err();
        assert_eq!(second.code, Code::Locked);
        drop(witness);
        let witness = Witness::open(dir.path(), trusted()).unwrap();
        let asked = witness.add_checkpoint(&request(0, 5, b"new")).unwrap();
        assert_eq!((asked.status, asked.body.as_str()), (409, "3\n"));
        for _ in 0..2 {
            let other = witness.add_checkpoint(&request(3, 3, b"other")).unwrap();
            assert_eq!(other.status, 422);
        }
        let mut files = fs::read_dir(dir.path().join("evidence")).unwrap();
        let text = fs::read_to_string(files.next().unwrap().unwrap().path()).unwrap();
        assert!(files.next().is_none(), "the same evidence is kept once");
        assert!(text.parse::<Evidence>().unwrap().check(&trusted()).is_ok());
        let shown = witness.checkpoint(&origin_hash("log.example")).unwrap();
        assert_eq!(trusted().open(&shown).unwrap().checkpoint.size, 3);
        assert_eq!(witness.checkpoint("../lock"), None);
    }

    #[test]
    fn what_is_not_a_witness_is_not_opened_or_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Witness::open(dir.path(), trusted()).unwrap_err().code, Code::NotFound);
        let bad = init_witness(&dir.path().join("x"), "two words").unwrap_err();
        assert_eq!(bad.code, Code::InvalidParameter);
        assert!(!dir.path().join("x").exists());
        init_witness(dir.path(), "w.example").unwrap();
        assert_eq!(init_witness(dir.path(), "v.example").unwrap_err().code, Code::Forbidden);
        let other = dir.path().join("other");
        init_witness(&other, "w.example").unwrap();
        fs::copy(other.join("secrets").join(KEY), dir.path().join("secrets").join(KEY)).unwrap();
        assert_eq!(Witness::open(dir.path(), trusted()).unwrap_err().code, Code::Damaged);
    }
}
