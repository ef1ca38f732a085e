//! Verifying a published log: on a server, as a static copy on the web, or as a copied tile tree.
//! Checkpoint, every leaf and every tile are read; private frames stay with the operator, so
//! commitments and issuer signatures are out of reach.

use super::report::{Cosigner, Report};
use crate::client::Client;
use crate::exit::Failure;
use crate::follow::{Chain, Fault, Visited, Visitor, walk};
use crate::progress::Progress;
use crate::source::{Contained, LocalCopy, Source, TileHashes, Web};
use crate::state::{Remembered, Resume};
use crate::trust::{Trust, policy_for};
use laiqu_proof::{Checkpoint, Hash, NoteVerifier, OpenedCheckpoint, Policy};
use std::path::Path;

/// Most findings that are listed; further ones are counted.
const FINDINGS_MAX: usize = 1_000;
/// Name of the file that everything hangs on.
const CHECKPOINT: &str = "checkpoint";

/// What the user wants a log to be held against.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Against<'a> {
    /// The configured key.
    pub(super) key: Option<&'a NoteVerifier>,
    /// Saved checkpoints.
    pub(super) saved: &'a [String],
    /// What an earlier check found whole.
    pub(super) remembered: Option<&'a Remembered>,
    /// Which witnesses must have cosigned.
    pub(super) policy: Option<&'a Policy>,
}

/// What was found, and what a next check may go on from.
#[derive(Debug)]
pub(super) struct Verified {
    pub(super) report: Report,
    pub(super) resume: Option<Resume>,
}

/// Verifies the log at this address.
pub(super) fn web(url: &str, against: Against<'_>) -> Result<Verified, Failure> {
    let client = Client::new(url, None)?;
    let source = Web::open(&client)?;
    let trust = match against.key {
        Some(key) => Trust { verifier: key.clone(), configured: true },
        None => Trust::of(&client, None)?,
    };
    trust.say();
    let mut verified = check(&source, &trust.verifier, against)?;
    let report = &mut verified.report;
    report.target = url.to_owned();
    report.vkey_configured = trust.configured;
    if !trust.configured {
        let what = "whether the log key is the right one: the server named it itself";
        report.not_checked.push(what.to_owned());
    }
    Ok(verified)
}

/// Verifies a copied tile tree.
pub(super) fn copy(directory: &Path, against: Against<'_>) -> Result<Verified, Failure> {
    let Some(key) = against.key else {
        let path = directory.display();
        let zh = format!("{path}：核对静态副本须用 --vkey 给出账本公钥");
        return Err(Failure::usage(zh, format!("{path}: a static copy is checked with --vkey"))
            .hint("公钥由 `laiqu init` 输出", "`laiqu init` printed the key"));
    };
    let mut verified = check(&LocalCopy::new(directory), key, against)?;
    verified.report.target = directory.display().to_string();
    verified.report.vkey_configured = true;
    Ok(verified)
}

fn check(
    source: &dyn Source,
    verifier: &NoteVerifier,
    against: Against<'_>,
) -> Result<Verified, Failure> {
    let mut report = Report { whole: true, vkey: Some(verifier.vkey()), ..Report::default() };
    let text = source.fetch(CHECKPOINT)?.unwrap_or_default();
    report.bytes += text.len() as u64;
    let text = String::from_utf8_lossy(&text).into_owned();
    let policy = policy_for(against.policy, std::slice::from_ref(verifier));
    let opened = match policy.open(&text) {
        Ok(opened) => opened,
        Err(error) => {
            report.damage(CHECKPOINT, None, error.to_string());
            report.not_checked.push("everything: no checkpoint could be trusted".to_owned());
            return Ok(Verified { report, resume: None });
        }
    };
    let OpenedCheckpoint { checkpoint, cosigned_by, quorum_met, .. } = opened;
    report.origin = Some(checkpoint.origin.clone());
    report.size = checkpoint.size;
    report.checkpoint = Some(text);
    report.policy_met = against.policy.is_some().then_some(quorum_met);
    let cosigners = cosigned_by.into_iter().map(|by| Cosigner { name: by.name, time: by.time });
    report.cosigned_by = cosigners.collect();
    check_contained(source, &checkpoint, verifier, against, &mut report)?;
    let chain = check_entries(source, &checkpoint, against.remembered, &mut report)?;
    let frames = "private frames: documents, commitments, issuer signatures and the key history";
    report.not_checked.push(format!("{frames} (give a data directory)"));
    if against.policy.is_none() {
        report.not_checked.push("cosignatures of witnesses (give --policy)".to_owned());
    }
    let resume = chain.resume().filter(|_| report.whole);
    Ok(Verified { report, resume })
}

/// Everything that is known of the log from before must be in the tree of its newest checkpoint.
fn check_contained(
    source: &dyn Source,
    newest: &Checkpoint,
    verifier: &NoteVerifier,
    against: Against<'_>,
    report: &mut Report,
) -> Result<(), Failure> {
    let hashes = TileHashes::new(source, newest.size);
    let mut contained = |name: &str, size: u64, root: Hash| -> Result<(), Failure> {
        let what = match hashes.contain(&newest.root, (size, root))? {
            Contained::Yes => return Ok(()),
            Contained::No { .. } => {
                format!("the ledger does not contain this state of {size} entries")
            }
            Contained::Unproven(what) => {
                format!("that the ledger contains it is not shown: {what}")
            }
        };
        report.damage(name, None, what);
        Ok(())
    };
    if let Some(known) = against.remembered {
        contained("--state", known.size, known.root)?;
    }
    let mut refused = Vec::new();
    for (at, text) in against.saved.iter().enumerate() {
        let name = format!("--checkpoint {}", at + 1);
        match Checkpoint::open(text, verifier) {
            Ok(old) => contained(&name, old.size, old.root)?,
            Err(error) => refused.push((name, error.to_string())),
        }
    }
    refused.into_iter().for_each(|(name, what)| report.damage(&name, None, what));
    Ok(())
}

/// Reads every entry that was not checked before; answers where the chains end.
fn check_entries(
    source: &dyn Source,
    checkpoint: &Checkpoint,
    remembered: Option<&Remembered>,
    report: &mut Report,
) -> Result<Chain, Failure> {
    let size = checkpoint.size;
    let resumed = remembered.filter(|known| known.size <= size && report.whole);
    let resumed = resumed.and_then(|known| {
        let chain = Chain::resumed(known.resume.as_ref()?)?;
        Some((known.size, chain))
    });
    let (from, chain) = resumed.unwrap_or_default();
    if from > 0 {
        let what = format!("entries before {from} again: they were whole when --state was written");
        report.not_checked.push(what);
    }
    let progress = Progress::new("核对 verify", size, false);
    let mut seen = Seen { chain, progress, size, report };
    let walked = walk(source, (from, size), &mut seen)?;
    let Seen { chain, progress, report, .. } = seen;
    progress.finish();
    report.bytes += walked.bytes;
    report.root = walked.root.map(|root| root.to_hex());
    match walked.root {
        Some(root) if root == checkpoint.root => {}
        Some(_) => report.damage(CHECKPOINT, None, "its root is not that of the leaves"),
        None => report.not_checked.push("the root, because leaves are missing".to_owned()),
    }
    Ok(chain)
}

struct Seen<'a> {
    chain: Chain,
    progress: Progress,
    size: u64,
    report: &'a mut Report,
}

impl Visitor for Seen<'_> {
    fn entry(&mut self, entry: &Visited<'_>) -> Result<(), Failure> {
        for what in self.chain.step(entry.leaf, entry.hash, entry.index) {
            self.fault(Fault::new(entry.file, Some(entry.index), what));
        }
        Ok(())
    }

    fn fault(&mut self, fault: Fault) {
        if self.report.findings.len() < FINDINGS_MAX {
            self.report.damage(&fault.file, fault.entry, fault.what);
        } else {
            self.report.findings_left_out += 1;
        }
    }

    fn progress(&mut self, done: u64) {
        self.progress.set(done, self.size);
    }
}

#[cfg(test)]
#[path = "remote_tests.rs"]
mod tests;
