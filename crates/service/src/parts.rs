//! Which pieces of a payload the `events_root` of its entry is made from.

use std::ops::Range;

use crate::payload::event_pieces;
use laiqu_ledger::{FrameView, Kind, Leaf};

/// The events of a captured document in their order; any other entry is one piece. `None` where
/// the payload is no document that could have been captured.
#[must_use]
pub fn event_parts(frame: &FrameView<'_>, leaf: &Leaf) -> Option<Vec<Range<usize>>> {
    if leaf.kind != Kind::EpcisCapture {
        return Some(std::iter::once(0..frame.payload.len()).collect());
    }
    event_pieces(frame.media_type, frame.payload)
}
