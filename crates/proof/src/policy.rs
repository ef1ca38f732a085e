//! Trust policies (c2sp.org/tlog-policy): which logs, and the word of which witnesses, are enough.

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::note::{Note, NoteError};
use crate::note_key::{NoteVerifier, RawKey};

/// Whose checkpoints are accepted and how many witnesses must have cosigned them.
///
/// It comes from the user's configuration, never from the server that gave a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    pub(crate) logs: Vec<PolicyLog>,
    pub(crate) witnesses: Vec<PolicyWitness>,
    /// Groups in the order of their definition: each names only witnesses and earlier groups.
    pub(crate) groups: Vec<Group>,
    /// `None`: no cosignature is needed.
    pub(crate) quorum: Option<Member>,
}

/// A key of a log or a witness in a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyKey {
    /// A key whose signatures are verified.
    Ed25519(NoteVerifier),
    /// An ML-DSA-44 key, as its verifier key: well-formed, but its signatures are not verified
    /// here, so that it never counts.
    MlDsa(String),
}

impl PolicyKey {
    /// The key, where its signatures can be verified.
    #[must_use]
    pub const fn verifier(&self) -> Option<&NoteVerifier> {
        match self {
            Self::Ed25519(verifier) => Some(verifier),
            Self::MlDsa(_) => None,
        }
    }

    /// The public key without name and type: two entries may not share it.
    pub(crate) fn public(&self) -> Vec<u8> {
        match self {
            Self::Ed25519(verifier) => verifier.public_bytes().to_vec(),
            Self::MlDsa(vkey) => RawKey::parse(vkey).map(|raw| raw.public).unwrap_or_default(),
        }
    }
}

/// A log whose checkpoints are accepted. Its origin is the name of its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyLog {
    /// Its key.
    pub key: PolicyKey,
    /// Where it can be reached; not needed to verify anything.
    pub url: Option<String>,
}

/// A witness that a quorum may count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyWitness {
    /// What the policy calls it; the name of its key may be another.
    pub name: String,
    /// Its key.
    pub key: PolicyKey,
    /// Its submission prefix (c2sp.org/tlog-witness); not needed to verify anything.
    pub url: Option<String>,
}

/// What a group counts, or a quorum asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Member {
    /// Position among the witnesses.
    Witness(usize),
    /// Position among the groups.
    Group(usize),
}

/// Witnesses the checkpoint when `needed` of its members did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) needed: usize,
    pub(crate) members: Vec<Member>,
}

/// A witness whose cosignature on a checkpoint was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CosignedBy {
    /// What the policy calls the witness.
    pub name: String,
    /// When it last cosigned, in seconds since 1970.
    pub time: u64,
}

/// A checkpoint whose signatures were verified under a [`Policy`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedCheckpoint {
    /// Origin, size and root.
    pub checkpoint: Checkpoint,
    /// Verifier keys of the log that signed it, one or more.
    pub log_keys: Vec<String>,
    /// Witnesses of the policy that cosigned it.
    pub cosigned_by: Vec<CosignedBy>,
    /// Whether the policy's quorum is met; without a quorum it always is.
    pub quorum_met: bool,
}

impl Policy {
    /// Accepts checkpoints signed by any of these keys of logs, without any witness.
    #[must_use]
    pub fn of_log_keys(keys: &[NoteVerifier]) -> Self {
        Self { logs: Vec::new(), witnesses: Vec::new(), groups: Vec::new(), quorum: None }
            .for_logs(keys)
    }

    /// The same policy for these keys of logs only, whatever logs it names: for who has already
    /// chosen the log. Several keys are accepted where a log changed its own.
    #[must_use]
    pub fn for_logs(self, keys: &[NoteVerifier]) -> Self {
        let log =
            |key: &NoteVerifier| PolicyLog { key: PolicyKey::Ed25519(key.clone()), url: None };
        Self { logs: keys.iter().map(log).collect(), ..self }
    }

    /// The logs, in the order of the file.
    #[must_use]
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// The witnesses, in the order of the file; a quorum may leave some of them out.
    #[must_use]
    pub fn witnesses(&self) -> &[PolicyWitness] {
        &self.witnesses
    }

    /// Whether any cosignature is asked for.
    #[must_use]
    pub const fn has_quorum(&self) -> bool {
        self.quorum.is_some()
    }

    /// Whether the quorum is met by the witnesses for which `witnessed` is true.
    #[must_use]
    pub fn is_met_by(&self, witnessed: impl Fn(&PolicyWitness) -> bool) -> bool {
        let witnesses: Vec<bool> = self.witnesses.iter().map(witnessed).collect();
        let mut groups: Vec<bool> = Vec::new();
        let met = |member: &Member, groups: &[bool]| match member {
            Member::Witness(at) => witnesses.get(*at).copied().unwrap_or(false),
            Member::Group(at) => groups.get(*at).copied().unwrap_or(false),
        };
        for group in &self.groups {
            let count = group.members.iter().filter(|member| met(member, &groups)).count();
            groups.push(count >= group.needed);
        }
        self.quorum.is_none_or(|quorum| met(&quorum, &groups))
    }

    /// Keys of the log with this origin whose signatures are verified.
    #[must_use]
    pub fn log_keys(&self, origin: &str) -> Vec<&NoteVerifier> {
        let keys = self.logs.iter().filter_map(|log| log.key.verifier());
        keys.filter(|key| key.name() == origin).collect()
    }

    /// Every key whose signatures are verified, of logs and of witnesses.
    #[must_use]
    pub fn verifiers(&self) -> Vec<&NoteVerifier> {
        let logs = self.logs.iter().map(|log| &log.key);
        let witnesses = self.witnesses.iter().map(|witness| &witness.key);
        logs.chain(witnesses).filter_map(PolicyKey::verifier).collect()
    }

    /// Opens a signed checkpoint: it must be by one of the logs, under that log's own origin. Wrong
    /// signatures under known keys refuse it, unknown ones are ignored. Whether enough witnesses
    /// cosigned it is told, not demanded: see [`OpenedCheckpoint::quorum_met`].
    ///
    /// # Errors
    /// [`CheckpointError`] for a wrong note or signature, an unknown log or another format.
    pub fn open(&self, text: &str) -> Result<OpenedCheckpoint, CheckpointError> {
        let note = Note::parse(text)?;
        // The origin only chooses among configured keys; nothing else is read before they agree.
        let origin = note.text().split('\n').next().unwrap_or_default();
        let log_keys = self.log_keys(origin);
        if log_keys.is_empty() && self.logs.iter().any(|log| log.key.verifier().is_some()) {
            // Signed by a known key under another log's name, or simply another log.
            return Err(CheckpointError::Origin { found: origin.to_owned() });
        }
        let signed = note.verify(&log_keys)?;
        let checkpoint: Checkpoint = note.text().parse()?;
        let log_keys = signed.iter().map(|signed| signed.key.vkey()).collect();
        let cosigned_by = self.cosigned_by(&note)?;
        let quorum_met =
            self.is_met_by(|witness| cosigned_by.iter().any(|by| by.name == witness.name));
        Ok(OpenedCheckpoint { checkpoint, log_keys, cosigned_by, quorum_met })
    }

    fn cosigned_by(&self, note: &Note<'_>) -> Result<Vec<CosignedBy>, NoteError> {
        let mut cosigned = Vec::new();
        for witness in &self.witnesses {
            let Some(key) = witness.key.verifier() else { continue };
            match note.verify(&[key]) {
                Ok(signed) => cosigned.extend(signed.iter().map(|signed| CosignedBy {
                    name: witness.name.clone(),
                    time: signed.time.unwrap_or_default(),
                })),
                Err(NoteError::NoKnownSignature) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(cosigned)
    }
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
