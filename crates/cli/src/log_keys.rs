//! The keys that a log had, from the one that its user configured on. Each change is an entry that
//! the old and the new key signed; the server shows its private frame to everyone.

use crate::exit::{Exit, Failure};
use crate::private::{Opened, Page};
use crate::source::{KEYS, KEYS_BYTES_MAX, Source, TileHashes};
use crate::state::{KnownKey, Remembered};
use crate::trust::policy_for;
use laiqu_ledger::{Kind, Leaf};
use laiqu_proof::{
    CheckpointError, Hash, Note, NoteError, NoteVerifier, OpenedCheckpoint, Policy, PublicJwk,
    SignedCheckpoint, SubmissionJws, leaf_hash,
};
use laiqu_supervision::{LogKey, LogKeyChange};

/// Most pages of key entries that are read to follow a log's keys: until one of them has signed,
/// anyone may be sending them. A server's page has up to 256 entries. Of all pages together at most
/// [`KEYS_BYTES_MAX`] bytes are read, and the page that goes beyond that.
const PAGES_MAX: u64 = 1_024;

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
        // Nobody vouches for this size yet. It only bounds what is read: changes behind it do not
        // say who signs this checkpoint.
        let Ok(announced) = SignedCheckpoint::parse(text) else { return Ok(opened) };
        if !self.may_have_signed(text) {
            return Ok(opened);
        }
        let mut opened = opened;
        self.learn(source, announced.checkpoint().size, &mut |verifiers| {
            opened = policy_for(policy, verifiers).open(text);
            opened.is_ok()
        })?;
        Ok(opened)
    }

    /// Whether a signature is there that a later key of this log could have made: its keys all bear
    /// its name.
    fn may_have_signed(&self, text: &str) -> bool {
        let name = self.configured.name();
        Note::parse(text).is_ok_and(|note| note.signatures().iter().any(|line| line.name == name))
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
            self.learn(source, opened.checkpoint.size, &mut |_| false)?;
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

    /// Follows the changes that the log shows of its first `size` entries, until `enough` says of
    /// the keys that were learnt that no more are needed.
    ///
    /// # Errors
    /// Where the source cannot be reached, or shows more than is read.
    fn learn(
        &mut self,
        source: &dyn Source,
        size: u64,
        enough: &mut dyn FnMut(&[NoteVerifier]) -> bool,
    ) -> Result<(), Failure> {
        let mut from = self.history.last().map_or(0, |key| key.by + 1);
        let (mut pages, mut bytes) = (0, 0);
        while from < size {
            if pages == PAGES_MAX || bytes > KEYS_BYTES_MAX {
                return Err(too_many(pages, bytes));
            }
            let Some((page, length)) = Page::of_keys(source, from)? else { break };
            (pages, bytes) = (pages + 1, bytes + length);
            // An honest page that is not the last one always shows something.
            let next = page.next.filter(|next| *next > from && !page.entries.is_empty());
            let known = self.learnt.len();
            for opened in page.entries {
                self.take(opened);
            }
            if self.learnt.len() > known && enough(&self.verifiers) {
                break;
            }
            let Some(next) = next else { break };
            from = next;
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

fn too_many(pages: u64, bytes: u64) -> Failure {
    let zh = format!("已读 {pages} 页、{bytes} 字节的密钥条目，仍无法核对账本公钥的更换，不再读取");
    let en = format!(
        "{KEYS}: {pages} pages with {bytes} bytes of key entries do not show which key signs the \
         checkpoint; at most {PAGES_MAX} pages or {KEYS_BYTES_MAX} bytes are read"
    );
    Failure::new(Exit::CheckFailed, zh, en).hint(
        "检查地址；账本若确已多次更换公钥，用 --vkey 给出其较新的、经运营者公布的公钥",
        "check the address; where the log did change its key, give with --vkey a newer one that \
         its operator publishes",
    )
}
