//! Private frames that came from elsewhere than the log's own files, checked in the order of their
//! entries by the same rules.

use std::fmt;

use super::entry::Frames;
use super::keys::{Keys, Note};
use super::{SplitEvents, VerifyOptions};
use crate::frame::Frame;
use crate::leaf::Leaf;

/// Checks frames against the leaves that commit to them: commitment, events, signatures by the
/// key history. The leaves themselves must have been checked already.
pub struct FrameAudit<'a> {
    options: VerifyOptions<'a>,
    keys: Keys,
}

/// What a frame came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FrameVerdict {
    /// What does not hold.
    pub problems: Vec<String>,
    /// Signatures that hold.
    pub signatures: u64,
    /// Signatures whose key was registered by an entry that was not at hand.
    pub unknown_keys: u64,
    /// It cannot be said who had to sign it, because a registration was not at hand.
    pub unjudged: bool,
    /// Its events could not be told apart, so `events_root` was not checked.
    pub unsplit: bool,
    /// The entry that it erases, where it is an erasure.
    pub erases: Option<u64>,
}

impl<'a> FrameAudit<'a> {
    /// Begins with entry 0.
    pub fn new(split_events: SplitEvents<'a>) -> Self {
        FrameAudit { options: VerifyOptions::new(split_events), keys: Keys::new(true) }
    }

    /// The frame of the next entry is not at hand; it may have registered a key.
    pub fn absent(&mut self, index: u64) {
        self.keys.unreadable(index);
    }

    /// The frame of the next entry was erased.
    pub fn erased(&mut self, leaf: &Leaf) {
        self.keys.erased(leaf);
    }

    /// Checks the frame of the next entry.
    pub fn entry(&mut self, leaf: &Leaf, frame: &Frame) -> FrameVerdict {
        let encoded = match frame.encode() {
            Ok(encoded) => encoded,
            Err(error) => {
                self.absent(leaf.index);
                return FrameVerdict { problems: vec![error.to_string()], ..Default::default() };
            }
        };
        let seen = Frames::new(&self.options).see(leaf, None, &encoded);
        let mut verdict = FrameVerdict {
            problems: seen.problems,
            unsplit: seen.unsplit,
            erases: seen.erases,
            ..FrameVerdict::default()
        };
        let Some(submission) = seen.submission else {
            self.absent(leaf.index);
            return verdict;
        };
        let (mut notes, before) = (Vec::new(), self.keys.unjudged);
        self.keys.entry(leaf, submission, &mut notes);
        verdict.unjudged = self.keys.unjudged > before;
        for note in notes {
            match note {
                Note::Problem(what) => verdict.problems.push(what),
                Note::Signatures(signatures) => {
                    let checked = signatures.check();
                    verdict.problems.extend(checked.problems);
                    verdict.signatures += checked.hold;
                    verdict.unknown_keys += checked.unknown;
                }
            }
        }
        verdict
    }
}

impl fmt::Debug for FrameAudit<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("FrameAudit").field("keys", &self.keys).finish_non_exhaustive()
    }
}
