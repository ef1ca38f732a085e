//! What is known of a log from before, held against what it shows now.

use super::remote::Against;
use super::report::Report;
use crate::evidence::keep;
use crate::exit::Failure;
use crate::log_keys::LogKeys;
use crate::source::{Contained, Source, TileHashes};
use laiqu_proof::{Checkpoint, Evidence, Hash, OpenedCheckpoint};
use std::path::Path;

/// Everything that is known of the log from before must be in the tree of its newest checkpoint.
pub(super) fn check_contained(
    source: &dyn Source,
    newest: &Checkpoint,
    keys: &LogKeys,
    against: Against<'_>,
    report: &mut Report,
) -> Result<(), Failure> {
    let hashes = TileHashes::new(source, newest.size);
    if let Some(known) = against.remembered {
        let text = known.checkpoint.as_deref();
        let earlier = ("--state", text, (known.size, known.root));
        contained(&hashes, newest, earlier, against.evidence, report)?;
    }
    for (at, text) in against.saved.iter().enumerate() {
        let name = format!("--checkpoint {}", at + 1);
        match keys.open_known(text) {
            Ok(OpenedCheckpoint { checkpoint: old, .. }) => {
                let earlier = (name.as_str(), Some(text.as_str()), (old.size, old.root));
                contained(&hashes, newest, earlier, against.evidence, report)?;
            }
            Err(error) => report.damage(&name, None, error),
        }
    }
    Ok(())
}

/// Reports an earlier state that is not contained; where both were signed, that is evidence.
fn contained(
    hashes: &TileHashes<'_>,
    newest: &Checkpoint,
    (name, text, earlier): (&str, Option<&str>, (u64, Hash)),
    evidence_in: Option<&Path>,
    report: &mut Report,
) -> Result<(), Failure> {
    let what = match hashes.contain(&newest.root, earlier)? {
        Contained::Yes => return Ok(()),
        Contained::Unproven(what) => format!("that the ledger contains it is not shown: {what}"),
        Contained::No { old_root, path } => {
            let both = text.zip(report.checkpoint.as_deref());
            let evidence = both
                .and_then(|(older, newer)| Evidence::with_old_root(older, newer, old_root, &path));
            let kept = evidence_in.zip(evidence);
            let kept = kept.map(|(directory, evidence)| keep(directory, &evidence)).transpose()?;
            let kept = kept.map_or_else(String::new, |file| format!("; evidence: {file}"));
            format!("the ledger does not contain this state of {} entries{kept}", earlier.0)
        }
    };
    report.damage(name, None, what);
    Ok(())
}
