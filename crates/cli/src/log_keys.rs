//! The keys that a log had, from the one that its user configured on. Each change is an entry that
//! the old and the new key signed; the server shows its private frame to everyone.

use crate::exit::Failure;
use crate::private::{Opened, Page};
use crate::source::{Source, TileHashes};
use crate::state::{KnownKey, Remembered};
use crate::trust::policy_for;
use laiqu_ledger::{Kind, Leaf};
use laiqu_proof::{
    CheckpointError, Hash, NoteError, NoteVerifier, OpenedCheckpoint, Policy, PublicJwk,
    SubmissionJws, leaf_hash,
};
use laiqu_supervision::{LogKey, LogKeyChange};

/// Most pages of key entries that are read.
const PAGES_MAX: usize = 100_000;

/// The keys of one log.
#[derive(Clone, Debug)]
pub(crate) struct LogKeys {
    configured: NoteVerifier,
    /// All that are known, oldest first, the configured one among them.
    history: Vec<LogKey>,
    verifiers: Vec<NoteVerifier>,
    /// Entries that brought keys which were learnt just now: they must be in the tree.
    learnt: Vec<(u64, Hash)>,
}

impl LogKeys {
    /// The configured key and those that are remembered.
    pub(crate) fn new(configured: &NoteVerifier, remembered: Option<&Remembered>) -> Self {
        let remembered = remembered.map_or(&[][..], |known| &known.log_keys);
        let known = remembered.iter().filter_map(|key| NoteVerifier::parse(&key.vkey).ok());
        let mut verifiers: Vec<NoteVerifier> = known.collect();
        let key = |key: &KnownKey| LogKey { by: key.by, vkey: key.vkey.clone() };
        let mut history: Vec<LogKey> = remembered.iter().map(key).collect();
        if verifiers.len() != history.len() || history.is_empty() {
            verifiers = vec![configured.clone()];
            history = vec![LogKey { by: 0, vkey: configured.vkey() }];
        }
        Self { configured: configured.clone(), history, verifiers, learnt: Vec::new() }
    }

    /// What to remember; nothing while the log has only the configured key.
    pub(crate) fn to_remember(&self) -> Vec<KnownKey> {
        let key = |key: &LogKey| KnownKey { by: key.by, vkey: key.vkey.clone() };
        match self.history.as_slice() {
            [LogKey { by: 0, .. }] => Vec::new(),
            all => all.iter().map(key).collect(),
        }
    }

    /// Opens a checkpoint of the log. Where none of the known keys signed it, the log may have
    /// changed its key: then its changes are followed, as far as the known keys signed them.
    ///
    /// # Errors
    /// Where the source cannot be reached; the inner error says what is wrong with the checkpoint.
    pub(crate) fn open(
        &mut self,
        source: &dyn Source,
        policy: Option<&Policy>,
        text: &str,
    ) -> Result<Result<OpenedCheckpoint, CheckpointError>, Failure> {
        let opened = policy_for(policy, &self.verifiers).open(text);
        if opened != Err(CheckpointError::Note(NoteError::NoKnownSignature)) {
            return Ok(opened);
        }
        self.learn(source)?;
        Ok(policy_for(policy, &self.verifiers).open(text))
    }

    /// Opens a checkpoint with the keys that are known.
    pub(crate) fn open_known(&self, text: &str) -> Result<OpenedCheckpoint, String> {
        let opened =
            policy_for(None, &self.verifiers).open(text).map_err(|error| error.to_string())?;
        self.judge_signer(&opened).map_or(Ok(opened), Err)
    }

    /// What does not hold about the keys of a log, once its tree was walked: `changes` are the
    /// entries on the way that change the key.
    ///
    /// # Errors
    /// Where the source cannot be reached.
    pub(crate) fn judge(
        &mut self,
        source: &dyn Source,
        opened: &OpenedCheckpoint,
        changes: &[u64],
    ) -> Result<Vec<String>, Failure> {
        let known = |keys: &Self, by: u64| keys.history.iter().any(|key| key.by == by);
        if changes.iter().any(|by| !known(self, *by)) {
            self.learn(source)?;
        }
        let mut faults = Vec::new();
        let first = self.history.first().map_or(0, |key| key.by);
        for by in changes.iter().filter(|by| **by >= first && !known(self, **by)) {
            faults.push(format!(
                "entry {by} changes the log's key, and nothing shows that the old key signed it"
            ));
        }
        let checkpoint = &opened.checkpoint;
        let hashes = TileHashes::new(source, checkpoint.size);
        for (by, hash) in std::mem::take(&mut self.learnt) {
            if by < checkpoint.size && !hashes.include(&checkpoint.root, by, &hash)? {
                faults.push(format!("the change of the log's key by entry {by} is not in the log"));
            }
        }
        faults.extend(self.judge_signer(opened));
        Ok(faults)
    }

    /// A checkpoint must be signed by the key that is in force at its size.
    fn judge_signer(&self, opened: &OpenedCheckpoint) -> Option<String> {
        let size = opened.checkpoint.size;
        let in_force = LogKey::signers(&self.history, size).next()?;
        let signed = opened.log_keys.contains(&in_force.vkey);
        (!signed).then(|| format!("it is not signed by the key in force at {size} entries"))
    }

    /// Follows the changes that the log shows.
    fn learn(&mut self, source: &dyn Source) -> Result<(), Failure> {
        let mut from = self.history.last().map_or(0, |key| key.by + 1);
        for _ in 0..PAGES_MAX {
            let Some(page) = Page::of_keys(source, from)? else { break };
            for opened in page.entries {
                self.take(opened);
            }
            match page.next {
                Some(next) if next > from => from = next,
                _ => break,
            }
        }
        Ok(())
    }

    fn take(&mut self, opened: Opened) {
        let Ok(leaf) = opened.decoded_leaf() else { return };
        if leaf.kind != Kind::LedgerKey
            || self.history.iter().any(|key| key.by >= leaf.index.max(1))
        {
            return;
        }
        let hash = leaf_hash(opened.leaf.as_bytes());
        let Some((key, jws)) = self.change(&leaf, opened) else { return };
        let vkey = key.vkey();
        if vkey == self.configured.vkey() && self.history.len() == 1 {
            // The user began with this one; what signed before it is not known.
            self.history = vec![LogKey { by: leaf.index, vkey }];
            self.learnt.push((leaf.index, hash));
        } else if self.verifiers.last().is_some_and(|old| signed_by(&jws, old)) {
            self.history.push(LogKey { by: leaf.index, vkey });
            self.verifiers.push(key);
            self.learnt.push((leaf.index, hash));
        }
    }

    /// The new key and the signatures, where these are over this very change and the new key made
    /// one of them.
    fn change(&self, leaf: &Leaf, opened: Opened) -> Option<(NoteVerifier, Vec<SubmissionJws>)> {
        let frame = opened.frame().ok().filter(|frame| frame.commitment() == leaf.commitment)?;
        let record = LogKeyChange::parse(str::from_utf8(&frame.payload).ok()?).ok()?;
        let key = NoteVerifier::parse(&record.log_vkey).ok()?;
        let origin = self.configured.name();
        let sha256 = Hash::digest(&frame.payload);
        let jws = frame.signatures.iter().filter_map(|text| SubmissionJws::parse(text).ok());
        let holds = |jws: &SubmissionJws| {
            jws.claims().check(Some(origin), origin, &sha256, &frame.media_type).is_ok()
        };
        let jws: Vec<SubmissionJws> = jws.filter(holds).collect();
        (key.name() == origin && signed_by(&jws, &key)).then_some((key, jws))
    }
}

fn signed_by(signatures: &[SubmissionJws], key: &NoteVerifier) -> bool {
    let Ok(jwk) = PublicJwk::from_bytes(key.public_bytes()) else { return false };
    signatures.iter().any(|jws| jws.kid() == jwk.thumbprint() && jws.verify(&jwk).is_ok())
}
