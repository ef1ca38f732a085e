//! Changing the log's key while the ledger is not served. The entry is the change: the new key is
//! durable before it, and whatever was cut off behind it is finished by the next start.

use crate::clock::Clock;
use crate::cosigning::refuse_contradicted;
use crate::draft::{Alias, Draft, Refusal, Submission};
use crate::error::{Code, Error};
use crate::files::DataDir;
use crate::init::{JSON, LEDGER, LOG_KEY, new_key, registry_draft, sign_record};
use crate::limits::KEEP_EVENTS;
use crate::log_keys::{NEXT_LOG_KEY, settle, signer};
use crate::open::{Opened, StartCheck, open};
use crate::place::Placer;
use laiqu_ledger::Kind;
use laiqu_proof::PrivateJwk;
use laiqu_supervision::{LogKeyChange, Registry};
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::oneshot;

/// A log key that was just changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RotatedLogKey {
    /// The ledger's name in checkpoints.
    pub origin: String,
    /// Index of the `ledger.key` entry. Checkpoints of up to `entry` + 1 entries carry the old
    /// key's signature, those of `entry` + 1 and more the new one's.
    pub entry: u64,
    /// The verifier key so far.
    pub old_vkey: String,
    /// The verifier key from now on.
    pub vkey: String,
}

/// Replaces the key that signs checkpoints. The ledger must not be served meanwhile.
///
/// # Errors
/// Where the directory holds no ledger, another process has it open, its bytes are damaged, the
/// reason says nothing, or a file cannot be written.
pub fn rotate_log_key(path: &Path, reason: &str) -> Result<RotatedLogKey, Error> {
    let data = DataDir::new(path);
    let opened = open(&data, StartCheck::New, KEEP_EVENTS)?;
    refuse_contradicted(&data, &opened.look_ups.registry, &opened.tree)?;
    let origin = opened.descriptor.origin.clone();
    let (old, new) = (data.read_key(LOG_KEY)?, new_key()?);
    let vkey = signer(&new, &origin)?.vkey();
    let record = LogKeyChange { log_vkey: vkey.clone(), reason: reason.to_owned() };
    let text = serde_json::to_string(&record).map_err(|e| Error::internal("log key", e))?;
    LogKeyChange::parse(&text)
        .map_err(|error| Error::new(Code::InvalidParameter, error.to_string()))?;
    let draft = draft(&opened.look_ups.registry, &origin, (&old, &new), text)?;
    data.write_key(NEXT_LOG_KEY, &new)?;
    let old_vkey = opened.descriptor.vkey.clone();
    let entry = append(opened, &data, draft)?;
    Ok(RotatedLogKey { origin, entry, old_vkey, vkey })
}

/// Both keys sign: the one in force until now, named by the entry that brought it, and the new one.
fn draft(
    registry: &Registry,
    origin: &str,
    (old, new): (&PrivateJwk, &PrivateJwk),
    text: String,
) -> Result<Draft, Error> {
    let brought_by = registry.log_keys().last().map_or(LEDGER, |key| key.by);
    let keys = vec![Alias::Entry(brought_by), Alias::Group(0)];
    let sign = |key| sign_record(key, origin, origin, JSON, text.as_bytes());
    let signatures = vec![sign(old), sign(new)];
    let ledger = Alias::Entry(LEDGER);
    Ok(registry_draft(Kind::LedgerKey, ledger, keys, signatures, JSON, text)?.0)
}

/// Appends the entry and brings the files in line with it.
fn append(opened: Opened, data: &DataDir, draft: Draft) -> Result<u64, Error> {
    let Opened { descriptor, mut log, head, look_ups, .. } = opened;
    let mut history = look_ups.registry.log_keys().to_vec();
    let (seen_size, change) = (head.size, draft.effects.change.clone());
    let mut placer = Placer::new(head, Arc::new(Clock::new(false)));
    // Nobody waits for an answer: the refusal comes back at once.
    let (reply, _) = oneshot::channel();
    let (checks, span) = (vec![], tracing::Span::none());
    let mut submission = Submission { drafts: vec![draft], checks, seen_size, reply, span };
    placer.check(&submission).map_err(|refusal| match refusal {
        Refusal::Refused(error) => *error,
        Refusal::LookAgain { .. } => Error::internal("log key", "the ledger is being written"),
    })?;
    let (mut undo, mut prepared, mut entries) = (placer.undo_point(), Vec::new(), Vec::new());
    for draft in submission.drafts.drain(..) {
        let placed = placer.place(draft, seen_size, &mut undo, &mut prepared, &mut entries);
        placed.map_err(|e| Error::internal("log key", e))?;
    }
    log.append(&prepared).map_err(|e| Error::internal("the entry could not be written", e))?;
    if let Some((laiqu_supervision::Change::LogKey { vkey }, _)) = change {
        history.push(laiqu_supervision::LogKey { by: seen_size, vkey });
    }
    settle(data, descriptor, &history)?;
    log.close().map_err(|e| Error::internal("clean stop", e))?;
    Ok(seen_size)
}
