//! The cosigned checkpoint that a data directory keeps, judged under the user's policy.

use super::report::{Cosigner, Report};
use crate::trust::parse_vkey;
use laiqu_proof::{NoteVerifier, Policy, SignedCheckpoint};
use laiqu_service::DataDir;
use std::path::Path;

/// Name of the file, for findings.
const FILE: &str = "cosigned";

/// What the directory keeps, where it is a signed checkpoint. The server may have died while it was
/// written, and writes it anew.
pub(super) fn kept(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(DataDir::new(path).cosigned()).ok()?;
    SignedCheckpoint::parse(&text).ok().map(|_| text)
}

/// Puts into the report who cosigned, once the directory was verified to contain the checkpoint as
/// the `number`-th saved one.
pub(super) fn judge(
    report: &mut Report,
    (number, text): (usize, &str),
    policy: &Policy,
    key: Option<&NoteVerifier>,
) {
    let name = format!("--checkpoint {number}");
    for finding in report.findings.iter_mut().filter(|finding| finding.file == name) {
        FILE.clone_into(&mut finding.file);
    }
    // The key in force is vouched for by those before it, and the entries say which they were.
    let mut keys: Vec<NoteVerifier> = key.into_iter().cloned().collect();
    keys.extend(policy.logs().iter().filter_map(|log| log.key.verifier()).cloned());
    keys.extend(report.vkey.as_deref().and_then(|vkey| parse_vkey(vkey).ok()));
    match policy.clone().for_logs(&keys).open(text) {
        Ok(opened) => {
            let behind = report.size.saturating_sub(opened.checkpoint.size);
            if behind > 0 {
                report.not_checked.push(format!(
                    "cosignatures of the newest {behind} entries: none were asked for yet, or none \
                     came"
                ));
            }
            let by = opened.cosigned_by.into_iter();
            report.cosigned_by = by.map(|by| Cosigner { name: by.name, time: by.time }).collect();
            report.policy_met = Some(opened.quorum_met);
        }
        Err(error) => report.damage(FILE, None, error.to_string()),
    }
}
