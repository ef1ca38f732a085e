//! Verifying a published log: on a server, as a static copy on the web, or as a copied tile tree.
//! Checkpoint, every leaf and every tile are read. Private frames stay with the operator: only who
//! has a token that may read them gets commitments and issuer signatures checked. With a token
//! everything is read from entry 0 on, because signatures are judged by the whole history of keys.

use super::contained::check_contained;
use super::frames::Frames;
use super::report::{Cosigner, Report};
use crate::client::Client;
use crate::exit::Failure;
use crate::follow::{Chain, Fault, Visited, Visitor, walk};
use crate::key_entries::{KeyEntries, is_public};
use crate::log_keys::LogKeys;
use crate::progress::Progress;
use crate::source::{KEYS, LocalCopy, Source, Web};
use crate::state::Remembered;
use crate::trust::Trust;
use laiqu_ledger::Kind;
use laiqu_proof::{Checkpoint, NoteVerifier, Policy};
use std::collections::BTreeSet;
use std::path::Path;

/// Most findings that are listed; further ones are counted.
const FINDINGS_MAX: usize = 1_000;
/// Name of the file that everything hangs on.
const CHECKPOINT: &str = "checkpoint";
/// What findings in private frames are listed under.
const PRIVATE: &str = "private";

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
    /// Where evidence of a split goes.
    pub(super) evidence: Option<&'a Path>,
    /// A token that may read private frames.
    pub(super) token: Option<&'a str>,
}

/// What was found, and how far.
#[derive(Debug)]
pub(super) struct Verified {
    pub(super) report: Report,
    /// Entries whose private frames were all looked at: those of a data directory.
    pub(super) frames: u64,
}

/// Verifies the log at this address.
pub(super) fn web(url: &str, against: Against<'_>) -> Result<Verified, Failure> {
    let client = Client::new(url, against.token)?;
    let source = Web::open(&client)?;
    let trust = match against.key {
        Some(key) => Trust { verifier: key.clone(), configured: true },
        None => Trust::of(&client, None)?,
    };
    trust.say();
    let frames = against.token.map(|_| &client);
    let mut verified = check(&source, &trust.verifier, against, frames)?;
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
    let mut verified = check(&LocalCopy::new(directory), key, against, None)?;
    verified.report.target = directory.display().to_string();
    verified.report.vkey_configured = true;
    Ok(verified)
}

/// Checks a log; with a client also the private frames that it may read.
fn check(
    source: &dyn Source,
    verifier: &NoteVerifier,
    against: Against<'_>,
    frames: Option<&Client>,
) -> Result<Verified, Failure> {
    let mut report = Report { whole: true, vkey: Some(verifier.vkey()), ..Report::default() };
    let text = source.fetch(CHECKPOINT)?.unwrap_or_default();
    report.bytes += text.len() as u64;
    let text = String::from_utf8_lossy(&text).into_owned();
    let mut keys = LogKeys::new(verifier, against.remembered);
    let opened = match keys.open(source, against.policy, &text)? {
        Ok(opened) => opened,
        Err(error) => {
            report.damage(CHECKPOINT, None, error.to_string());
            report.not_checked.push("everything: no checkpoint could be trusted".to_owned());
            return Ok(Verified { report, frames: 0 });
        }
    };
    report.origin = Some(opened.checkpoint.origin.clone());
    report.size = opened.checkpoint.size;
    report.checkpoint = Some(text);
    report.policy_met = against.policy.is_some().then_some(opened.quorum_met);
    let cosigners = opened.cosigned_by.iter();
    report.cosigned_by =
        cosigners.map(|by| Cosigner { name: by.name.clone(), time: by.time }).collect();
    check_contained(source, &opened.checkpoint, &keys, against, &mut report)?;
    let remembered = against.remembered.filter(|_| frames.is_none());
    let seen = check_entries(source, &opened.checkpoint, (remembered, frames), &mut report)?;
    let head = (opened.checkpoint.size, opened.checkpoint.root);
    if frames.is_none() {
        let mut shown = KeyEntries::new(source, head, seen.public);
        let public = shown.read(source, (seen.from, head.0), &mut drop)?;
        note_public(public.then_some(shown.hold), &mut report);
        for (entry, what) in shown.faults {
            report.damage(KEYS, Some(entry), what);
        }
    }
    for what in keys.judge(source, &opened, &seen.key_changes)? {
        report.damage(CHECKPOINT, None, what);
    }
    if against.policy.is_none() {
        report.not_checked.push("cosignatures of witnesses (give --policy)".to_owned());
    }
    report.resume = seen.chain.resume().filter(|_| report.whole);
    report.log_keys = keys.to_remember();
    Ok(Verified { report, frames: 0 })
}

/// What went by.
struct SeenAll {
    chain: Chain,
    /// Entries that change the log's key.
    key_changes: Vec<u64>,
    /// Entries whose frames everyone may see.
    public: BTreeSet<u64>,
    /// The first entry that was read.
    from: u64,
}

/// Reads every entry that was not checked before, and the frames if there is someone to ask.
fn check_entries(
    source: &dyn Source,
    checkpoint: &Checkpoint,
    (remembered, frames): (Option<&Remembered>, Option<&Client>),
    report: &mut Report,
) -> Result<SeenAll, Failure> {
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
    let frames = frames.map(|client| Frames::of(client, size));
    let (key_changes, public) = (Vec::new(), BTreeSet::new());
    let mut seen = Seen { chain, progress, size, frames, key_changes, public, report };
    let walked = walk(source, (from, size), &mut seen)?;
    let Seen { chain, progress, frames, key_changes, public, report, .. } = seen;
    progress.finish();
    report.bytes += walked.bytes;
    report.root = walked.root.map(|root| root.to_hex());
    match walked.root {
        Some(root) if root == checkpoint.root => {}
        Some(_) => report.damage(CHECKPOINT, None, "its root is not that of the leaves"),
        None => report.not_checked.push("the root, because leaves are missing".to_owned()),
    }
    if let Some(frames) = &frames {
        note_frames(frames, report);
    }
    Ok(SeenAll { chain, key_changes, public, from })
}

/// What is left to say where no token was given.
fn note_public(public: Option<u64>, report: &mut Report) {
    let but = match public {
        None => "among them those of key entries, which are not shown here".to_owned(),
        Some(public) => format!("but not the {public} of key entries, which are public and hold"),
    };
    let what = format!(
        "private frames, {but}: documents, commitments, issuer signatures and the key history \
         (give --token, or a data directory)"
    );
    report.not_checked.push(what);
}

/// What came of the private frames.
fn note_frames(frames: &Frames, report: &mut Report) {
    let (faults, not_checked) = frames.finish();
    report.signatures = frames.signatures;
    report.erased.clone_from(&frames.erased);
    report.not_checked.extend(not_checked);
    for (entry, what) in faults {
        report.damage(PRIVATE, Some(entry), what);
    }
}

struct Seen<'a> {
    chain: Chain,
    progress: Progress,
    size: u64,
    frames: Option<Frames>,
    key_changes: Vec<u64>,
    public: BTreeSet<u64>,
    report: &'a mut Report,
}

impl Visitor for Seen<'_> {
    fn entry(&mut self, entry: &Visited<'_>) -> Result<(), Failure> {
        for what in self.chain.step(entry.leaf, entry.hash, entry.index) {
            self.fault(Fault::new(entry.file, Some(entry.index), what));
        }
        match entry.leaf.as_ref().map(|leaf| leaf.kind) {
            Ok(kind) if is_public(kind) => {
                self.public.insert(entry.index);
                self.key_changes.extend((kind == Kind::LedgerKey).then_some(entry.index));
            }
            _ => {}
        }
        let Some(frames) = &mut self.frames else { return Ok(()) };
        for what in frames.entry(entry)? {
            self.fault(Fault::new(PRIVATE, Some(entry.index), what));
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
