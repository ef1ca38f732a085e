//! The log's own keys: which of them sign a checkpoint, and the files they lie in.
//!
//! ```text
//! secrets/log.jwk             the key in force
//! secrets/log.next.jwk        the next one, from before its `ledger.key` entry until it counts
//! secrets/log.until-17.jwk    one that was in force until entry 17 replaced it
//! ```
//! What the ledger says decides; the files follow. An old key is only needed to sign receipts under
//! checkpoints of sizes that it signed before: an operator who destroys its file loses those.

use crate::draft::SignedCheckpoint;
use crate::error::{Code, Error};
use crate::files::{DataDir, Descriptor};
use crate::init::LOG_KEY;
use laiqu_proof::{Checkpoint, Hash, NoteSigner, PrivateJwk};
use laiqu_supervision::LogKey;
use std::collections::HashMap;

/// Name of the file of a key that is not in force yet.
pub(crate) const NEXT_LOG_KEY: &str = "log.next.jwk";

/// Signs checkpoints of every size with the keys that belong to it.
#[derive(Debug)]
pub(crate) struct LogKeys {
    origin: String,
    /// All keys that the log ever had, oldest first, as the ledger says.
    history: Vec<LogKey>,
    /// Those that can sign, by verifier key.
    signers: HashMap<String, NoteSigner>,
}

impl LogKeys {
    /// Reads the key files of a ledger whose files were settled.
    pub(crate) fn load(data: &DataDir, origin: &str, history: &[LogKey]) -> Result<Self, Error> {
        let mut signers = HashMap::new();
        let ends = history.iter().skip(1).map(|next| Some(next.by)).chain([None]);
        for (key, end) in history.iter().zip(ends) {
            let name = end.map_or_else(|| LOG_KEY.to_owned(), retired);
            let Some(jwk) = data.read_key_if_there(&name)? else { continue };
            let signer = signer(&jwk, origin)?;
            if signer.vkey() != key.vkey {
                let detail = format!("secrets/{name} is not the key that the ledger names");
                return Err(Error::new(Code::Damaged, detail));
            }
            signers.insert(signer.vkey(), signer);
        }
        Ok(Self { origin: origin.to_owned(), history: history.to_vec(), signers })
    }

    /// The checkpoint of the newest tree, which the key in force always signs.
    pub(crate) fn sign_newest(&self, size: u64, root: Hash) -> SignedCheckpoint {
        let (checkpoint, _) = self.note(size, root);
        checkpoint
    }

    /// The checkpoint of an earlier tree: signed by the key of its size, and right behind a change
    /// by the old and the new one. A size gets the same text each time: Ed25519 is deterministic.
    ///
    /// # Errors
    /// Where the key of this size is kept no more.
    pub(crate) fn sign(&self, size: u64, root: Hash) -> Result<SignedCheckpoint, Error> {
        let (checkpoint, signed) = self.note(size, root);
        if signed {
            return Ok(checkpoint);
        }
        let detail = format!(
            "the log key that signs checkpoints of size {size} is kept no more; ask for a larger size"
        );
        Err(Error::new(Code::NotFound, detail))
    }

    /// The note, and whether anyone signed it.
    fn note(&self, size: u64, root: Hash) -> (SignedCheckpoint, bool) {
        let text = Checkpoint { origin: self.origin.clone(), size, root }.to_string();
        let keys = LogKey::signers(&self.history, size);
        let lines = keys.filter_map(|key| self.signers.get(&key.vkey));
        let lines: String = lines.map(|signer| signer.signature_line(&text)).collect();
        let signed = !lines.is_empty();
        let text = format!("{text}\n{lines}");
        (SignedCheckpoint { size, root, text, witnessed: false }, signed)
    }
}

/// The signer of a log key.
pub(crate) fn signer(key: &PrivateJwk, origin: &str) -> Result<NoteSigner, Error> {
    let refused = |error| Error::new(Code::Damaged, format!("log key: {error}"));
    key.note_signer(origin).map_err(refused)
}

fn retired(by: u64) -> String {
    format!("log.until-{by}.jwk")
}

/// Brings the key files and `laiqu.json` in line with what the ledger says: finishes a change of
/// the log's key that was cut off behind its entry, or drops one that was cut off before. Called by
/// whoever holds the log's lock.
///
/// # Errors
/// Where the key in force is not there, or `laiqu.json` names a key that the log never had.
pub(crate) fn settle(
    data: &DataDir,
    descriptor: Descriptor,
    history: &[LogKey],
) -> Result<Descriptor, Error> {
    let Some(newest) = history.last() else {
        return Err(Error::new(Code::Damaged, "entry 0 does not state the log's key"));
    };
    let origin = &descriptor.origin;
    let vkey_of = |key: &PrivateJwk| signer(key, origin).map(|signer| signer.vkey());
    if let Some(next) = data.read_key_if_there(NEXT_LOG_KEY)? {
        if vkey_of(&next)? == newest.vkey {
            if let Some(old) = data.read_key_if_there(LOG_KEY)?
                && vkey_of(&old)? != newest.vkey
            {
                data.rename_key(LOG_KEY, &retired(newest.by))?;
            }
            data.rename_key(NEXT_LOG_KEY, LOG_KEY)?;
        } else {
            data.remove_key(NEXT_LOG_KEY)?;
        }
    }
    if vkey_of(&data.read_key(LOG_KEY)?)? != newest.vkey {
        let detail = "secrets/log.jwk is not the key that the ledger names";
        return Err(Error::new(Code::Damaged, detail));
    }
    if descriptor.vkey == newest.vkey {
        return Ok(descriptor);
    }
    if !history.iter().any(|key| key.vkey == descriptor.vkey) {
        let detail = "laiqu.json names a log key that the ledger never had";
        return Err(Error::new(Code::Damaged, detail));
    }
    let settled = Descriptor { vkey: newest.vkey.clone(), ..descriptor };
    data.replace_descriptor(&settled)?;
    Ok(settled)
}
