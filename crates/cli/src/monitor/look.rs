//! One look at a log: from what is remembered to what it shows now.

use super::alert::{Alert, Cause};
use crate::evidence::keep;
use crate::exit::Failure;
use crate::follow::{Chain, Fault, Visited, Visitor, walk};
use crate::log_keys::LogKeys;
use crate::source::{Contained, Source, TileHashes};
use crate::state::{Remembered, StateFile};
use laiqu_ledger::{Kind, Leaf, format_time};
use laiqu_proof::{Checkpoint, Evidence, NoteVerifier, OpenedCheckpoint, Policy};
use std::path::PathBuf;

/// Faults that one alert lists; further ones are counted.
const FAULTS_MAX: usize = 5;
/// How far a time may be ahead of this machine's clock, in seconds.
const AHEAD_SECONDS_MAX: u64 = 300;

/// What is watched, and for what.
#[derive(Debug)]
pub(super) struct Monitor {
    pub(super) key: NoteVerifier,
    pub(super) policy: Option<Policy>,
    pub(super) file: StateFile,
    pub(super) alias: Option<u64>,
    pub(super) max_age_seconds: Option<u64>,
    /// Directory for evidence.
    pub(super) evidence: PathBuf,
}

/// What a look showed.
#[derive(Debug, Default)]
pub(super) struct Look<'a> {
    pub(super) alerts: Vec<Alert>,
    /// The state that may be remembered: it holds.
    now: Option<Remembered>,
    was: Option<Remembered>,
    file: Option<&'a StateFile>,
}

impl Look<'_> {
    /// Nothing but an alert: there is nothing to remember.
    pub(super) fn only(alert: Alert) -> Self {
        Self { alerts: vec![alert], ..Self::default() }
    }

    /// One line for people.
    pub(super) fn summary(&self) -> Option<String> {
        let now = self.now.as_ref()?;
        let new = now.size - self.was.as_ref().map_or(0, |was| was.size.min(now.size));
        Some(format!(
            "✓ {}：条目 entries {}，新 new {new}，根 root {}",
            now.origin, now.size, now.root
        ))
    }

    /// Remembers what holds.
    pub(super) fn remember(&self) -> Result<(), Failure> {
        match (&self.now, self.file) {
            (Some(now), Some(file)) if self.now != self.was => {
                file.remember(self.was.as_ref(), now.clone())
            }
            _ => Ok(()),
        }
    }
}

impl Monitor {
    /// Looks once.
    ///
    /// # Errors
    /// Where the log cannot be reached, or the state file cannot be used.
    pub(super) fn look(&self, source: &dyn Source, now_seconds: u64) -> Result<Look<'_>, Failure> {
        let was = self.file.recall(&self.key)?;
        let mut look = Look { was, file: Some(&self.file), ..Look::default() };
        let text = source.fetch("checkpoint")?.unwrap_or_default();
        let text = String::from_utf8_lossy(&text).into_owned();
        let mut keys = LogKeys::new(&self.key, look.was.as_ref());
        let opened = match keys.open(source, self.policy.as_ref(), &text)? {
            Ok(opened) => opened,
            Err(error) => {
                look.alerts.push(self.about(Cause::CheckpointRefused, error.to_string(), None));
                return Ok(look);
            }
        };
        if let Some(alert) =
            self.against_memory(source, look.was.as_ref(), &opened.checkpoint, &text)?
        {
            look.alerts.push(alert);
            return Ok(look);
        }
        let read = self.read_new(source, &opened, &mut keys, &mut look)?;
        let Some(chain) = read else { return Ok(look) };
        let OpenedCheckpoint { checkpoint, cosigned_by, quorum_met, .. } = opened;
        let cosigned = cosigned_by.iter().map(|by| by.time).max();
        let entered = chain.time_micros().map(|micros| micros / 1_000_000);
        self.check_age(cosigned.max(entered), now_seconds, &checkpoint, &mut look);
        if !quorum_met {
            let names: Vec<String> = cosigned_by.into_iter().map(|by| by.name).collect();
            let what = format!("cosigned by {names:?} only");
            look.alerts.push(self.about(Cause::BelowPolicy, what, Some(&checkpoint)));
            return Ok(look);
        }
        look.now = Some(Remembered {
            origin: self.key.name().to_owned(),
            vkey: self.key.vkey(),
            log_keys: keys.to_remember(),
            size: checkpoint.size,
            root: checkpoint.root,
            frames: look.was.as_ref().map_or(0, |was| was.frames),
            checkpoint: Some(text),
            resume: chain.resume(),
        });
        Ok(look)
    }

    fn about(&self, cause: Cause, detail: String, shown: Option<&Checkpoint>) -> Alert {
        let size = shown.map(|checkpoint| checkpoint.size);
        Alert { size, ..Alert::new(self.key.name(), cause, detail) }
    }

    /// What contradicts the memory, if anything does.
    fn against_memory(
        &self,
        source: &dyn Source,
        was: Option<&Remembered>,
        newest: &Checkpoint,
        text: &str,
    ) -> Result<Option<Alert>, Failure> {
        let Some(was) = was else { return Ok(None) };
        let known = (was.checkpoint.as_deref(), was.size, was.root);
        let shown = (Some(text), newest.size, newest.root);
        let set_back = newest.size < was.size;
        // Where it was set back, the tiles of the remembered tree, if it still shows them, tell
        // whether at least what is left is a part of it.
        let (older, newer) = if set_back { (shown, known) } else { (known, shown) };
        let hashes = TileHashes::new(source, newer.1);
        let (cause, what, evidence) = match hashes.contain(&newer.2, (older.1, older.2))? {
            Contained::Yes if !set_back => return Ok(None),
            Contained::Yes => (Cause::Rollback, "it shows an earlier state".to_owned(), None),
            Contained::No { old_root, path } => {
                let evidence = older.0.zip(newer.0).and_then(|(older, newer)| {
                    Evidence::with_old_root(older, newer, old_root, &path)
                });
                let what = "it shows another history".to_owned();
                (Cause::Inconsistent, what, evidence)
            }
            Contained::Unproven(what) if set_back => (Cause::Rollback, what, None),
            Contained::Unproven(what) => (Cause::Damaged, what, None),
        };
        let detail = format!("it had {} entries, and shows {}: {what}", was.size, newest.size);
        let evidence = evidence.map(|evidence| keep(&self.evidence, &evidence)).transpose()?;
        Ok(Some(Alert { evidence, ..self.about(cause, detail, Some(newest)) }))
    }

    /// Reads what is new; where the chains end, unless something does not hold.
    fn read_new(
        &self,
        source: &dyn Source,
        opened: &OpenedCheckpoint,
        keys: &mut LogKeys,
        look: &mut Look<'_>,
    ) -> Result<Option<Chain>, Failure> {
        let newest = &opened.checkpoint;
        let resumed = look.was.as_ref().and_then(|was| {
            let chain = Chain::resumed(was.resume.as_ref()?)?;
            Some((was.size, chain))
        });
        let (from, chain) = resumed.unwrap_or_default();
        if from == newest.size && from > 0 {
            return Ok(Some(chain));
        }
        // Entries from before the first look are no news.
        let news_from = look.was.as_ref().map(|was| was.size);
        let mut new = New { chain, alias: self.alias, news_from, ..New::default() };
        let walked = walk(source, (from, newest.size), &mut new)?;
        if walked.root.is_some_and(|root| root != newest.root) {
            new.fault(Fault::new("checkpoint", None, "its root is not that of the leaves"));
        } else {
            let changes = std::mem::take(&mut new.key_changes);
            for what in keys.judge(source, opened, &changes)? {
                new.fault(Fault::new("checkpoint", None, what));
            }
        }
        for leaf in &new.own {
            look.alerts.push(Alert::of_entry(self.key.name(), leaf));
        }
        if new.faults.is_empty() && walked.root.is_some() {
            return Ok(Some(new.chain));
        }
        let mut what = new.faults.join("; ");
        if new.left_out > 0 {
            what.push_str(&format!("; and {} more", new.left_out));
        }
        look.alerts.push(self.about(Cause::Damaged, what, Some(newest)));
        Ok(None)
    }

    fn check_age(
        &self,
        newest_seconds: Option<u64>,
        now_seconds: u64,
        shown: &Checkpoint,
        look: &mut Look<'_>,
    ) {
        let Some(newest) = newest_seconds else { return };
        let time = format_time(newest.saturating_mul(1_000_000)).unwrap_or_default();
        if newest > now_seconds.saturating_add(AHEAD_SECONDS_MAX) {
            let what = format!("the newest entry or cosignature is of {time}, which is to come");
            look.alerts.push(self.about(Cause::Future, what, Some(shown)));
        }
        if self.max_age_seconds.is_some_and(|max| now_seconds.saturating_sub(newest) > max) {
            let what = format!("the newest entry or cosignature is of {time}");
            look.alerts.push(self.about(Cause::Stale, what, Some(shown)));
        }
    }
}

/// What goes by on the way to the newest checkpoint.
#[derive(Default)]
struct New {
    chain: Chain,
    alias: Option<u64>,
    /// Entries from this one on are news; none at the first look.
    news_from: Option<u64>,
    faults: Vec<String>,
    left_out: u64,
    own: Vec<Leaf>,
    /// Entries that change the log's key.
    key_changes: Vec<u64>,
}

impl Visitor for New {
    fn entry(&mut self, entry: &Visited<'_>) -> Result<(), Failure> {
        for what in self.chain.step(entry.leaf, entry.hash, entry.index) {
            self.fault(Fault::new(entry.file, Some(entry.index), what));
        }
        if entry.leaf.as_ref().is_ok_and(|leaf| leaf.kind == Kind::LedgerKey) {
            self.key_changes.push(entry.index);
        }
        if let Ok(leaf) = entry.leaf
            && self.alias == Some(leaf.issuer)
            && self.news_from.is_some_and(|from| entry.index >= from)
        {
            self.own.push(leaf.clone());
        }
        Ok(())
    }

    fn fault(&mut self, fault: Fault) {
        if self.faults.len() >= FAULTS_MAX {
            self.left_out += 1;
            return;
        }
        let entry = fault.entry.map_or_else(String::new, |entry| format!(" entry {entry}"));
        self.faults.push(format!("{}{entry}: {}", fault.file, fault.what));
    }
}
