//! What an entry's private frame must hold up to by itself: commitment and events.

use laiqu_proof::{Hash, JwsError, SubmissionJws};

use super::VerifyOptions;
use crate::erasure::named_in;
use crate::frame::events_root;
use crate::frame_view::FrameView;
use crate::kind::Kind;
use crate::leaf::Leaf;

/// How private frames are looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frames<'a> {
    options: &'a VerifyOptions<'a>,
}

/// What a frame tells by itself.
#[derive(Debug, Default)]
pub(super) struct SeenFrame {
    /// What does not hold.
    pub(super) problems: Vec<String>,
    /// Its events could not be told apart.
    pub(super) unsplit: bool,
    /// The entry whose frame it erases, where it is an erasure.
    pub(super) erases: Option<u64>,
    /// What the key history needs of it; `None` where the frame could not be read.
    pub(super) submission: Option<Submission>,
}

/// What was submitted, as far as keys and signatures are concerned.
#[derive(Debug)]
pub(super) struct Submission {
    /// The payload, where its kind changes keys or names parties; otherwise empty.
    pub(super) payload: String,
    /// Its media type; empty where signatures are not checked.
    pub(super) media_type: String,
    /// The digest that a submission's signature states.
    pub(super) payload_sha256: Hash,
    /// The signatures, taken apart; none where signatures are not checked.
    pub(super) signatures: Vec<Result<SubmissionJws, JwsError>>,
}

impl<'a> Frames<'a> {
    pub(super) fn new(options: &'a VerifyOptions<'a>) -> Self {
        Frames { options }
    }

    /// Looks at the frame of this leaf, whose checksum holds, and which is stated to hold so many
    /// events, where that is stated anywhere.
    pub(super) fn see(&self, leaf: &Leaf, events: Option<u32>, frame: &[u8]) -> SeenFrame {
        let frame = match FrameView::decode(frame) {
            Ok(frame) => frame,
            Err(error) => {
                let problems = vec![error.to_string()];
                return SeenFrame { problems, ..SeenFrame::default() };
            }
        };
        let mut problems = Vec::new();
        let payload_sha256 = Hash::digest(frame.payload);
        if frame.commitment(&payload_sha256) != leaf.commitment {
            problems.push("the commitment is not that of the private frame".to_owned());
        }
        if (leaf.index == 0) != (leaf.kind == Kind::LedgerInit) {
            problems.push("entry 0, and no other, is ledger.init".to_owned());
        }
        let unsplit = !self.events(leaf, events, &frame, &mut problems);
        let signatures = if self.options.check_signatures {
            frame.signatures.iter().map(|text| SubmissionJws::parse(text)).collect()
        } else {
            Vec::new()
        };
        let payload = if leaf.kind == Kind::EpcisCapture { &[] } else { frame.payload };
        let payload = str::from_utf8(payload).unwrap_or_default().to_owned();
        let media_type = if self.options.check_signatures { frame.media_type } else { "" };
        let media_type = media_type.to_owned();
        let submission = Some(Submission { payload, media_type, payload_sha256, signatures });
        let erasure = Some(frame.payload).filter(|_| leaf.kind == Kind::Erasure);
        let erases = erasure.and_then(named_in);
        SeenFrame { problems, unsplit, erases, submission }
    }

    /// Compares the events with the leaf; `false` where they could not be told apart.
    fn events(
        &self,
        leaf: &Leaf,
        events: Option<u32>,
        frame: &FrameView<'_>,
        problems: &mut Vec<String>,
    ) -> bool {
        let Some(ranges) = (self.options.split_events)(frame, leaf) else { return false };
        let parts: Option<Vec<&[u8]>> =
            ranges.into_iter().map(|range| frame.payload.get(range)).collect();
        let Some(parts) = parts else {
            problems.push("its events lie outside of its payload".to_owned());
            return true;
        };
        if let Some(events) = events
            && parts.len() as u64 != u64::from(events)
        {
            problems.push(format!("it holds {} events, {events} are stated", parts.len()));
        }
        if events_root(&frame.salt, &parts) != leaf.events_root {
            problems.push("events_root is not that of its events".to_owned());
        }
        true
    }
}
