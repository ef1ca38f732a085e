//! Which pieces of a payload the `events_root` of its entry is made from.

use std::ops::Range;

use laiqu_epcis::{Document, Limits, event_ranges};
use laiqu_ledger::{FrameView, Kind, Leaf};

/// The events of a captured document in their order; any other entry is one piece. `None` where
/// the payload is no document that could have been captured.
#[must_use]
pub fn event_parts(frame: &FrameView<'_>, leaf: &Leaf) -> Option<Vec<Range<usize>>> {
    if leaf.kind != Kind::EpcisCapture {
        return Some(std::iter::once(0..frame.payload.len()).collect());
    }
    event_ranges(frame.payload, &Limits::default()).or_else(|| by_reading(frame.payload))
}

/// The same by the full reader.
fn by_reading(payload: &[u8]) -> Option<Vec<Range<usize>>> {
    let text = str::from_utf8(payload).ok()?;
    let document = Document::parse_stored(text, &Limits::default()).ok()?;
    let base = text.as_ptr() as usize;
    let range = |raw: &str| {
        let from = (raw.as_ptr() as usize).checked_sub(base)?;
        (text.get(from..from + raw.len())? == raw).then_some(from..from + raw.len())
    };
    document.events.iter().map(|event| range(event.raw())).collect()
}
