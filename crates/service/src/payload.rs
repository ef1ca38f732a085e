//! A payload as the JSON document that it says, whatever form it was sent in.

use std::ops::Range;

use crate::error::Error;
use crate::judge::Judged;
use laiqu_epcis::{Document, Fault, Limits, event_ranges};
use laiqu_interchange::{JsonView, XmlFault, read_xml};

/// Media types of documents in XML (EPCIS 2.0, and 1.x).
pub const XML_MEDIA_TYPES: [&str; 2] = ["application/xml", "text/xml"];

/// JSON that was made of XML may be longer than what was sent: six bytes for one at most.
const VIEW_BYTES_MAX: usize = 6 * (4 << 20);

/// A payload that can be read as a document.
#[derive(Debug)]
pub struct Payload<'p> {
    sent: &'p str,
    /// What XML says as JSON.
    view: Option<JsonView>,
}

impl<'p> Payload<'p> {
    /// Reads the form of a payload; what it says is judged by [`Document`].
    ///
    /// # Errors
    /// Where it is XML and no EPCIS document in form. JSON is not looked at yet.
    pub fn read(media_type: &str, sent: &'p str) -> Result<Self, XmlFault> {
        let is_xml = XML_MEDIA_TYPES.contains(&media_type);
        Ok(Self { sent, view: is_xml.then(|| read_xml(sent)).transpose()? })
    }

    /// The document as JSON text.
    #[must_use]
    pub fn json(&self) -> &str {
        self.view.as_ref().map_or(self.sent, |view| &view.json)
    }

    /// Whether it was sent as XML of EPCIS 1.x.
    #[must_use]
    pub fn is_epcis_1(&self) -> bool {
        self.view.as_ref().is_some_and(|view| view.is_epcis_1)
    }

    /// The limits that its JSON is read with.
    #[must_use]
    pub fn limits(&self) -> Limits {
        let limits = Limits::default();
        let bytes_max = if self.view.is_some() { VIEW_BYTES_MAX } else { limits.bytes_max };
        Limits { bytes_max, ..limits }
    }

    /// The document, each of its events as it is.
    ///
    /// # Errors
    /// Faults of the document around its events.
    pub fn document(&self) -> Result<Document<'_>, Vec<Fault>> {
        Document::parse_stored(self.json(), &self.limits())
    }

    /// The exact bytes of each event as sent: what the `events_root` of its entry is made from.
    #[must_use]
    pub fn events<'d>(&'d self, document: &Document<'d>) -> Vec<&'d [u8]> {
        match &self.view {
            None => document.events.iter().map(|event| event.raw().as_bytes()).collect(),
            Some(view) => {
                let ranges = view.events.iter();
                ranges.filter_map(|range| self.sent.get(range.clone())).map(str::as_bytes).collect()
            }
        }
    }

    /// Faults as the sender can find them: of XML by line, column and path.
    #[must_use]
    pub fn placed(&self, faults: Vec<Fault>) -> Vec<Fault> {
        let mut faults = faults;
        self.place(faults.iter_mut().map(|fault| (&mut fault.pointer, &mut fault.detail)));
        faults
    }

    /// Likewise what an error lists.
    pub(crate) fn placed_error(&self, mut error: Error) -> Error {
        let details = error.details.iter_mut();
        self.place(details.map(|detail| (&mut detail.pointer, &mut detail.detail)));
        error
    }

    /// Likewise why events are refused, but for what was `known` of each before.
    pub(crate) fn place_refused(&self, judged: &mut [Judged], known: &[usize]) {
        let new = judged.iter_mut().enumerate().flat_map(|(at, event)| {
            let known = known.get(at).copied().unwrap_or_default();
            event.refused.iter_mut().skip(known)
        });
        self.place(new.map(|detail| (&mut detail.pointer, &mut detail.detail)));
    }

    fn place<'f>(&self, faults: impl Iterator<Item = (&'f mut String, &'f mut String)>) {
        let faults: Vec<_> = faults.collect();
        let Some(view) = self.view.as_ref().filter(|_| !faults.is_empty()) else { return };
        let places = view.places(self.sent, faults.iter().map(|(pointer, _)| pointer.as_str()));
        for ((pointer, detail), place) in faults.into_iter().zip(places) {
            *detail = format!("{detail} (line {}, column {})", place.line, place.column);
            *pointer = place.path;
        }
    }
}

/// Where the events of a captured document stand in its bytes. `None` where it is no document that
/// could have been captured.
#[must_use]
pub fn event_pieces(media_type: &str, payload: &[u8]) -> Option<Vec<Range<usize>>> {
    if XML_MEDIA_TYPES.contains(&media_type) {
        return laiqu_interchange::event_ranges(str::from_utf8(payload).ok()?);
    }
    event_ranges(payload, &Limits::default()).or_else(|| by_reading(payload))
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
