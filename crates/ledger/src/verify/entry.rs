//! What an entry's private frame must hold up to: commitment, events and signatures.

use laiqu_proof::Hash;

use super::keys::Keys;
use super::{Report, VerifyOptions};
use crate::frame::{Frame, events_root};
use crate::kind::Kind;
use crate::leaf::Leaf;

/// State of the checks that go beyond one entry.
#[derive(Debug)]
pub(super) struct Deep {
    keys: Keys,
    unsplit: u64,
    unreadable: u64,
}

impl Deep {
    pub(super) fn new() -> Self {
        Deep { keys: Keys::new(), unsplit: 0, unreadable: 0 }
    }

    /// An entry whose leaf or frame was not readable; it may have registered a key.
    pub(super) fn unreadable(&mut self, index: u64) {
        self.unreadable += 1;
        self.keys.unreadable(index);
    }

    /// Everything that does not hold in the frame of this leaf.
    pub(super) fn check(
        &mut self,
        options: &VerifyOptions<'_>,
        leaf: &Leaf,
        events: u32,
        frame: &[u8],
    ) -> Vec<String> {
        let frame = match Frame::decode(frame) {
            Ok(frame) => frame,
            Err(error) => {
                self.unreadable(leaf.index);
                return vec![error.to_string()];
            }
        };
        let mut problems = Vec::new();
        if frame.commitment() != leaf.commitment {
            problems.push("the commitment is not that of the private frame".to_owned());
        }
        if (leaf.index == 0) != (leaf.kind == Kind::LedgerInit) {
            problems.push("entry 0, and no other, is ledger.init".to_owned());
        }
        self.check_events(options, leaf, events, &frame, &mut problems);
        self.keys.entry(options.check_signatures, leaf, &frame, &mut problems);
        problems
    }

    fn check_events(
        &mut self,
        options: &VerifyOptions<'_>,
        leaf: &Leaf,
        events: u32,
        frame: &Frame,
        problems: &mut Vec<String>,
    ) {
        let Some(ranges) = (options.split_events)(frame, leaf) else {
            self.unsplit += 1;
            return;
        };
        let parts: Option<Vec<&[u8]>> =
            ranges.into_iter().map(|range| frame.payload.get(range)).collect();
        let Some(parts) = parts else {
            return problems.push("its events lie outside of its payload".to_owned());
        };
        if parts.len() as u64 != u64::from(events) {
            problems.push(format!("it holds {} events, {events} are stated", parts.len()));
        }
        if events_root(&frame.salt, &parts) != leaf.events_root {
            problems.push("events_root is not that of its events".to_owned());
        }
    }

    pub(super) fn finish(self, options: &VerifyOptions<'_>, report: &mut Report) {
        let Deep { keys, unsplit, unreadable } = self;
        report.signatures = keys.signatures_checked;
        report.origin = keys.origin;
        report.log_vkey = keys.log_vkey;
        let list = &mut report.not_checked;
        let mut counted = |count: u64, what: &str| {
            if count > 0 {
                list.push(format!("{what}: {count}"));
            }
        };
        counted(unreadable, "entries whose leaf or frame cannot be read");
        counted(unsplit, "events_root of entries whose events were not told apart");
        if options.check_signatures {
            counted(keys.unsigned, "entries without a signature of an issuer or of the gateway");
            counted(keys.unknown, "signatures whose key was registered by an unreadable entry");
            list.push("whether the claims iss and cty, and a party's signing rule, fit".to_owned());
            list.push("the chains that keys make by themselves with seq and prev".to_owned());
        } else {
            list.push("issuer signatures".to_owned());
        }
        list.push("signatures on checkpoints and cosignatures of witnesses".to_owned());
        list.push("outcomes: whether the rules were applied rightly".to_owned());
        list.push("the index, which is rebuilt from the ledger".to_owned());
    }
}

/// The digest that a submission's signature states.
pub(super) fn payload_digest(frame: &Frame) -> Hash {
    Hash::digest(&frame.payload)
}
