//! The entries of a unit in order: links, head file, key history.

use laiqu_proof::Hash;

use super::entry::SeenFrame;
use super::examine::{FrameState, SeenContent, SeenEntry, SeenUnit};
use super::keys::Note;
use super::pass::Pass;
use crate::chain::ChainFault;
use crate::inspect::Fault;
use crate::leaf::Leaf;

impl Pass<'_> {
    pub(super) fn unit(&mut self, unit: SeenUnit) {
        let number = unit.header.place.segment;
        unit.faults.into_iter().for_each(|fault| self.outbox.damage(number, fault));
        let complete = unit.entries.len() as u64 == u64::from(unit.header.entries);
        let first_index = unit.header.first_index;
        unit.entries.into_iter().for_each(|entry| self.entry(number, first_index, entry));
        if !complete {
            self.gap();
        }
    }

    fn entry(&mut self, number: u64, first_index: u64, entry: SeenEntry) {
        let index = entry.index;
        let (from, to) = entry.record;
        let fault = |what: String| Fault { from, to, entry: Some(index), what };
        let (leaf, hash, frame) = match entry.content {
            SeenContent::Lost => {
                self.gap();
                return self.unreadable(index);
            }
            SeenContent::NoLeaf(what) => {
                self.outbox.damage(number, fault(what));
                self.gap();
                return self.unreadable(index);
            }
            SeenContent::Leaf { leaf, hash, frame } => (leaf, hash, frame),
        };
        if let Err(what) = self.link(&leaf) {
            self.outbox.damage(number, fault(what.to_string()));
        }
        let named = self.head.filter(|head| head.size == index + 1);
        if named.is_some_and(|head| head.last_leaf_hash != hash) {
            let what = "it is not the entry that the head file names".to_owned();
            self.outbox.damage(number, fault(what));
        }
        self.follow(&leaf, hash);
        let frame = self.frame(number, index, frame);
        let erases = frame.as_ref().and_then(|frame| frame.erases);
        if let Some(what) = self.erasures.entry(&leaf, erases, first_index) {
            self.outbox.damage(number, fault(what.to_owned()));
        }
        let Some(frame) = frame else { return self.keys.erased(&leaf) };
        let mut notes: Vec<Note> = frame.problems.into_iter().map(Note::Problem).collect();
        self.unsplit += u64::from(frame.unsplit);
        match frame.submission {
            Some(submission) => self.keys.entry(&leaf, submission, &mut notes),
            None => self.unreadable(leaf.index),
        }
        self.outbox.notes(number, index, entry.frame, notes);
    }

    /// What a frame tells, `None` where it is erased or does not hold.
    fn frame(&mut self, number: u64, index: u64, state: FrameState) -> Option<SeenFrame> {
        match state {
            FrameState::Holds(frame) => return Some(frame),
            FrameState::Erased(fault) => {
                self.erasures.gone(index, number, fault, true);
                return None;
            }
            FrameState::Broken(fault) => self.erasures.gone(index, number, fault, false),
            FrameState::Lost => {}
            FrameState::Skipped => {
                self.skipped += 1;
                self.skipped_before = index.saturating_add(1);
                return None;
            }
        }
        self.unreadable(index);
        None
    }

    /// An entry whose leaf or frame was not readable; it may have registered a key.
    fn unreadable(&mut self, index: u64) {
        self.unreadable += 1;
        self.keys.unreadable(index);
    }

    /// The links of a leaf, apart from those whose other end could not be read.
    fn link(&self, leaf: &Leaf) -> Result<(), ChainFault> {
        if self.unlinked {
            return Ok(());
        }
        let fault = match self.chain.step().check(leaf) {
            Ok(()) => return Ok(()),
            Err(fault) => fault,
        };
        let of_issuer = matches!(fault, ChainFault::IssuerSeq { .. } | ChainFault::IssuerPrev);
        let lost = self.rejoined.as_ref().is_some_and(|seen| !seen.contains(&leaf.issuer));
        if of_issuer && lost { Ok(()) } else { Err(fault) }
    }

    fn follow(&mut self, leaf: &Leaf, hash: Hash) {
        self.chain.resume(leaf, hash);
        self.unlinked = false;
        if let Some(rejoined) = &mut self.rejoined {
            rejoined.insert(leaf.issuer);
        }
        self.roots.push(hash);
    }
}
