//! The witness protocol (c2sp.org/tlog-witness): what a log asks, and how a witness decides.
//!
//! ```text
//! old <size that the witness last cosigned>
//! <base64 of a hash>...     consistency proof from there, at most 63
//!
//! <signed checkpoint>
//! ```

use std::fmt;

use thiserror::Error;

use crate::checkpoint::Checkpoint;
use crate::cosignature::CosignatureSigner;
use crate::evidence::Evidence;
use crate::hash::{EMPTY_ROOT, Hash};
use crate::note::{NOTE_BYTES_MAX, Note};
use crate::note_key::NoteVerifier;
use crate::policy::Policy;
use crate::signed_checkpoint::SignedCheckpoint;
use crate::text::decimal;
use crate::verify::verify_consistency;

/// Most hashes of the consistency proof in a request.
pub const WITNESS_PROOF_HASHES_MAX: usize = 63;
/// Longest request, in bytes: the old size, the longest proof and the longest note.
pub const ADD_CHECKPOINT_BYTES_MAX: usize = 32 + WITNESS_PROOF_HASHES_MAX * 45 + NOTE_BYTES_MAX;

/// How long a cosignature is given again for the same checkpoint before a new one is made, in
/// seconds.
pub const REPEATED_SECONDS_MAX: u64 = 60;

/// Media type of an answer that tells the size last cosigned.
pub const TLOG_SIZE_TYPE: &str = "text/x.tlog.size";
/// Media type of every other answer.
const TEXT_TYPE: &str = "text/plain; charset=utf-8";

/// Why a request is malformed; answered with status 400.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AddCheckpointError {
    /// Longer than [`ADD_CHECKPOINT_BYTES_MAX`], or no UTF-8.
    #[error("invalid input: more than {ADD_CHECKPOINT_BYTES_MAX} bytes, or not UTF-8")]
    Bytes,
    /// Not `old <size>`, at most 63 hashes, a blank line and a signed note.
    #[error(
        "invalid input: not old <size>, at most {WITNESS_PROOF_HASHES_MAX} hashes, \
         a blank line and a signed note"
    )]
    Format,
    /// The signed note holds no checkpoint.
    #[error("invalid checkpoint: {0}")]
    Checkpoint(crate::checkpoint::CheckpointError),
}

/// A request for a cosignature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// Size that the witness last cosigned, 0 for none.
    pub old: u64,
    /// Consistency proof from there to the checkpoint; empty from 0.
    pub path: Vec<Hash>,
    /// The signed checkpoint, verbatim.
    pub note: String,
    /// What it states; size 0 is not yet checked to have the root of the empty tree.
    checkpoint: Checkpoint,
}

/// What a witness answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessReply {
    /// HTTP status: 200, 400, 403, 404, 409 or 422.
    pub status: u16,
    /// Media type of the body.
    pub content_type: &'static str,
    /// Cosignature lines, the size last cosigned or a reason.
    pub body: String,
}

/// What a witness does about a request, in this order: store, keep the evidence, answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessDecision {
    /// The newly cosigned checkpoint, to be durable before the answer is sent; none where the
    /// stored one is given again.
    pub store: Option<SignedCheckpoint>,
    /// Proof that the log split, where the request makes one.
    pub evidence: Option<Evidence>,
    /// The answer.
    pub reply: WitnessReply,
}

impl WitnessReply {
    fn text(status: u16, reason: &str) -> Self {
        Self { status, content_type: TEXT_TYPE, body: format!("{reason}\n") }
    }
}

impl From<AddCheckpointError> for WitnessReply {
    fn from(error: AddCheckpointError) -> Self {
        Self::text(400, &error.to_string())
    }
}

impl AddCheckpoint {
    /// A request of the log itself.
    ///
    /// # Errors
    /// [`AddCheckpointError`] for a text that is no signed checkpoint or a proof that is too long.
    pub fn new(old: u64, path: Vec<Hash>, note: String) -> Result<Self, AddCheckpointError> {
        if path.len() > WITNESS_PROOF_HASHES_MAX {
            return Err(AddCheckpointError::Format);
        }
        let text = Note::parse(&note).map_err(|_| AddCheckpointError::Format)?.text();
        let checkpoint = Checkpoint::read(text).map_err(AddCheckpointError::Checkpoint)?;
        Ok(Self { old, path, note, checkpoint })
    }

    /// Reads the body of a request; no signature is checked yet.
    ///
    /// # Errors
    /// [`AddCheckpointError`], which a witness answers with [`WitnessReply::from`].
    pub fn parse(body: &[u8]) -> Result<Self, AddCheckpointError> {
        if body.len() > ADD_CHECKPOINT_BYTES_MAX {
            return Err(AddCheckpointError::Bytes);
        }
        let body = str::from_utf8(body).map_err(|_| AddCheckpointError::Bytes)?;
        let (head, note) = body.split_once("\n\n").ok_or(AddCheckpointError::Format)?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(decimal);
        let old = old.ok_or(AddCheckpointError::Format)?;
        let path = lines.map(Hash::from_base64).collect::<Result<Vec<_>, _>>();
        Self::new(old, path.map_err(|_| AddCheckpointError::Format)?, note.to_owned())
    }

    /// Origin that the checkpoint states: under it the witness keeps its state.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.checkpoint.origin
    }

    /// Decides about the request. `trusted` names the logs, `stored` is the last decision's
    /// [`WitnessDecision::store`] for this origin, and `time` is in seconds since 1970. The caller
    /// holds the state of this origin locked until the new one is durable.
    #[must_use]
    pub fn decide(
        &self,
        trusted: &Policy,
        stored: Option<&SignedCheckpoint>,
        signer: &CosignatureSigner,
        time: u64,
    ) -> WitnessDecision {
        let keys = trusted.log_keys(self.origin());
        let mut evidence = None;
        let verdict = self.authentic(&keys).and_then(|()| {
            evidence = stored.and_then(|stored| self.contradicts(stored));
            self.consistent(stored.map(SignedCheckpoint::checkpoint))
        });
        let cosigned = verdict.and_then(|()| match self.repeated(stored, signer, time) {
            Some(line) => Ok((None, line)),
            None => self.cosign(&keys, stored, signer, time).map(|(new, line)| (Some(new), line)),
        });
        match cosigned {
            Ok((store, body)) => {
                let reply = WitnessReply { status: 200, content_type: TEXT_TYPE, body };
                WitnessDecision { store, evidence, reply }
            }
            Err(reply) => WitnessDecision { store: None, evidence, reply },
        }
    }

    /// Whether a trusted key of this log signed the checkpoint.
    fn authentic(&self, keys: &[&NoteVerifier]) -> Result<(), WitnessReply> {
        if keys.is_empty() {
            return Err(WitnessReply::text(404, "unknown log"));
        }
        let signed = Note::parse(&self.note).and_then(|note| note.verify(keys).map(|_| ()));
        signed.map_err(|error| WitnessReply::text(403, &format!("invalid signature: {error}")))
    }

    /// Whether the checkpoint follows from the last one cosigned.
    fn consistent(&self, stored: Option<&Checkpoint>) -> Result<(), WitnessReply> {
        let Checkpoint { size, root, .. } = &self.checkpoint;
        if self.old > *size {
            return Err(WitnessReply::text(400, "invalid input: the old size is above the new"));
        }
        let last = stored.map_or(0, |stored| stored.size);
        if self.old != last {
            let body = format!("{last}\n");
            return Err(WitnessReply { status: 409, content_type: TLOG_SIZE_TYPE, body });
        }
        let wrong =
            |reason: &str| WitnessReply::text(422, &format!("invalid consistency proof: {reason}"));
        if *size == 0 && *root != EMPTY_ROOT {
            return Err(wrong("size 0 has another root than the empty tree"));
        }
        match stored {
            Some(stored) if last > 0 => {
                verify_consistency(last, *size, &self.path, &stored.root, root)
                    .map_err(|error| wrong(&error.to_string()))
            }
            _ if self.path.is_empty() => Ok(()),
            _ => Err(wrong("a proof from size 0 is empty")),
        }
    }

    /// Evidence against the log, also where the request names another old size.
    fn contradicts(&self, stored: &SignedCheckpoint) -> Option<Evidence> {
        Evidence::of_proof(&stored.to_string(), &self.note, &self.path)
    }

    /// The cosignature of a moment ago, where the same checkpoint is asked for again: anyone may do
    /// that as often as they like, and it should cost no write.
    fn repeated(
        &self,
        stored: Option<&SignedCheckpoint>,
        signer: &CosignatureSigner,
        time: u64,
    ) -> Option<String> {
        let stored = stored?;
        let same = Note::parse(&self.note).ok()?.text() == stored.text();
        let fresh = time <= cosigned_at(stored, signer).saturating_add(REPEATED_SECONDS_MAX);
        if same && fresh { stored.line_of(&signer.verifier()) } else { None }
    }

    /// The checkpoint with the log's verified signatures and the witness's own, and the latter.
    fn cosign(
        &self,
        keys: &[&NoteVerifier],
        stored: Option<&SignedCheckpoint>,
        signer: &CosignatureSigner,
        time: u64,
    ) -> Result<(SignedCheckpoint, String), WitnessReply> {
        let malformed = |_| WitnessReply::from(AddCheckpointError::Format);
        let mut signed = SignedCheckpoint::parse(&self.note).map_err(malformed)?;
        signed.keep_known(keys);
        // Where the clock went back, the statement is still not older than the last one.
        let time = time.max(stored.map_or(1, |stored| cosigned_at(stored, signer)));
        let line = signer.cosignature_line(signed.text(), time);
        signed.add(&line).map_err(|error| malformed(error.into()))?;
        Ok((signed, line))
    }
}

/// When the witness cosigned what it stored, in seconds since 1970; 1 if it did not.
fn cosigned_at(stored: &SignedCheckpoint, signer: &CosignatureSigner) -> u64 {
    let key = signer.verifier();
    let note = stored.to_string();
    let signed = Note::parse(&note).and_then(|note| {
        note.verify(&[&key]).map(|signed| signed.iter().filter_map(|signed| signed.time).max())
    });
    signed.ok().flatten().unwrap_or(1)
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "old {}", self.old)?;
        self.path.iter().try_for_each(|hash| writeln!(out, "{}", hash.to_base64()))?;
        write!(out, "\n{}", self.note)
    }
}

#[cfg(test)]
#[path = "witness_tests.rs"]
mod tests;
