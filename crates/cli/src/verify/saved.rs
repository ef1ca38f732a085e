//! Checkpoints that a ledger is held against: those that the user saved, and those that the data
//! directory keeps itself: what was published, what witnesses cosigned, and what a witness showed
//! that this copy does not contain.

use super::report::{Cosigner, Report};
use laiqu_proof::{Checkpoint, Hash, Note, NoteVerifier, Policy};
use laiqu_service::DataDir;
use laiqu_supervision::LogKey;
use std::path::Path;

/// Longest file that is read as a checkpoint, in bytes.
const CHECKPOINT_BYTES_MAX: u64 = 64 * 1024;

/// One checkpoint. What it states must be contained; who signed it is judged once it is known
/// which key signed checkpoints of its size.
pub(super) struct Saved {
    name: String,
    pub(super) text: String,
    head: Result<Checkpoint, String>,
    /// The directory's own: it may be lost, and a loss of power may leave a part of it.
    own: bool,
}

impl Saved {
    /// The user's, and the directory's own. They are read before the log, so that what they state
    /// was durable then.
    pub(super) fn all(checkpoints: &[String], data: &DataDir) -> Vec<Saved> {
        let given = checkpoints.iter().enumerate();
        let given = given
            .map(|(at, text)| Saved::of(format!("--checkpoint {}", at + 1), text.clone(), false));
        let own = [data.published(), data.cosigned(), data.contradiction()];
        given.chain(own.iter().filter_map(|path| Saved::file(path))).collect()
    }

    fn of(name: String, text: String, own: bool) -> Saved {
        let note = Note::parse(&text).map_err(|error| error.to_string());
        let head = note.and_then(|note| note.text().parse().map_err(|e| format!("{e}")));
        Saved { name, text, head, own }
    }

    fn file(path: &Path) -> Option<Saved> {
        let length = std::fs::metadata(path).ok()?.len();
        let text = std::fs::read_to_string(path).ok().filter(|_| length <= CHECKPOINT_BYTES_MAX);
        let name = path.file_name()?.to_string_lossy().into_owned();
        Some(Saved::of(name, text.unwrap_or_default(), true))
    }

    /// Size and root that the ledger must contain.
    pub(super) fn root(&self) -> Option<(u64, Hash)> {
        self.head.as_ref().ok().map(|head| (head.size, head.root))
    }

    /// Whether the log signed it, with the key of its size.
    pub(super) fn check(&self, report: &mut Report, log_keys: &[LogKey]) {
        let head = match &self.head {
            Ok(head) => head,
            Err(error) if self.own => {
                let what = format!("the file {}, which is no checkpoint: {error}", self.name);
                return report.not_checked.push(what);
            }
            Err(error) => return report.damage(&self.name, None, error.clone()),
        };
        let keys = LogKey::signers(log_keys, head.size);
        let verifiers: Vec<_> =
            keys.filter_map(|key| NoteVerifier::parse(&key.vkey).ok()).collect();
        let opened = verifiers.iter().map(|verifier| Checkpoint::open(&self.text, verifier));
        let opened = opened.reduce(|so_far, one| so_far.or(one));
        match opened {
            Some(Ok(_)) => {}
            Some(Err(error)) => report.damage(&self.name, None, error.to_string()),
            None => report.damage(&self.name, None, "no key is known to check it with"),
        }
    }
}

/// Judges by the policy which of these checkpoints witnesses stand for, the best one counting.
pub(super) fn judge_witnesses(report: &mut Report, policy: &Policy, saved: &[Saved]) {
    let opened = saved.iter().filter_map(|saved| policy.open(&saved.text).ok());
    let best = opened.max_by_key(|opened| (opened.quorum_met, opened.checkpoint.size));
    report.policy_met = Some(best.as_ref().is_some_and(|best| best.quorum_met));
    let Some(best) = best else { return };
    let cosigners = best.cosigned_by.iter();
    report.cosigned_by =
        cosigners.map(|by| Cosigner { name: by.name.clone(), time: by.time }).collect();
    let behind = report.size.saturating_sub(best.checkpoint.size);
    if best.quorum_met && behind > 0 {
        report.not_checked.push(format!(
            "cosignatures of the newest {behind} entries: none were asked for yet, or none came"
        ));
    }
}
