//! A payload as the JSON document that it says, whatever form it was sent in.

use std::ops::Range;

use crate::error::{Detail, Error};
use crate::judge::Judged;
use laiqu_epcis::{
    ChosenEvents, Document, Event, FAULTS_MAX, Fault, FaultyEvent, HashMode, Limits, XmlForm,
    event_ranges,
};
use laiqu_interchange::{JsonView, Place, XmlFault, read_xml, read_xml_each, read_xml_stored};
use std::collections::BTreeMap;

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
        Self::read_by(media_type, sent, read_xml)
    }

    /// Reads a payload whose events are judged one by one: see [`Payload::checked`].
    ///
    /// # Errors
    /// Where it is XML and no EPCIS document around its events.
    pub fn read_each(media_type: &str, sent: &'p str) -> Result<Self, XmlFault> {
        Self::read_by(media_type, sent, read_xml_each)
    }

    /// Reads a payload that was captured: see [`Payload::stored`].
    ///
    /// # Errors
    /// Where it is XML and no EPCIS document at all.
    pub(crate) fn read_stored(media_type: &str, sent: &'p str) -> Result<Self, XmlFault> {
        Self::read_by(media_type, sent, read_xml_stored)
    }

    fn read_by(
        media_type: &str,
        sent: &'p str,
        read: impl FnOnce(&str) -> Result<JsonView, XmlFault>,
    ) -> Result<Self, XmlFault> {
        let is_xml = XML_MEDIA_TYPES.contains(&media_type);
        Ok(Self { sent, view: is_xml.then(|| read(sent)).transpose()? })
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

    /// What the reference program makes the event hash of ([`HashMode::Reference`]), which depends
    /// on the form in which an event was sent.
    #[must_use]
    pub fn reference_prehash(&self, event: &Event<'_>) -> String {
        match &self.view {
            None => event.prehash_in(HashMode::Reference),
            Some(view) => event.prehash_of_xml(&XmlForm { ignored: view.ignored.clone() }),
        }
    }

    /// The limits that its JSON is read with.
    #[must_use]
    pub fn limits(&self) -> Limits {
        let limits = Limits::default();
        let bytes_max = if self.view.is_some() { VIEW_BYTES_MAX } else { limits.bytes_max };
        Limits { bytes_max, ..limits }
    }

    /// The document with its faulty events in order, of which [`Payload::refuse_form`] names those
    /// that are wrong in form.
    ///
    /// # Errors
    /// Faults of the document around its events.
    pub(crate) fn each(&self) -> Result<(Document<'_>, Vec<FaultyEvent>), Vec<Fault>> {
        let (document, faulty) = Document::parse_each(self.json(), &self.limits())?;
        let faulty = faulty.into_iter().map(|event| (event.ordinal, event.faults));
        let mut faulty: BTreeMap<u32, Vec<Fault>> = faulty.collect();
        // What such an event lacks besides may come from what could not be read of it.
        faulty.extend(self.wrong_in_form().map(|(ordinal, _)| (ordinal, Vec::new())));
        let faulty = faulty.into_iter().map(|(ordinal, faults)| FaultyEvent { ordinal, faults });
        Ok((document, faulty.collect()))
    }

    /// The document where nothing is wrong with it.
    ///
    /// # Errors
    /// What is wrong, as the sender can find it: at most [`FAULTS_MAX`].
    pub fn checked(&self) -> Result<Document<'_>, Vec<Detail>> {
        let placed = |faults| self.placed(faults).into_iter().map(Detail::from).collect::<Vec<_>>();
        let (document, faulty) = self.each().map_err(placed)?;
        if faulty.is_empty() {
            return Ok(document);
        }
        let faults = faulty.into_iter().flat_map(|event| event.faults).collect();
        let form = self.wrong_in_form().flat_map(|(_, details)| details);
        Err(form.chain(placed(faults)).take(FAULTS_MAX).collect())
    }

    /// Events that are wrong in form, and why.
    fn wrong_in_form(&self) -> impl Iterator<Item = (u32, Vec<Detail>)> {
        let faulty = self.view.iter().flat_map(|view| &view.faulty);
        faulty.map(|event| (event.ordinal, event.faults.iter().map(Detail::from).collect()))
    }

    /// Refuses the events that are wrong in form.
    pub(crate) fn refuse_form(&self, judged: &mut [Judged]) {
        for (ordinal, details) in self.wrong_in_form() {
            if let Some(event) = judged.get_mut(ordinal as usize) {
                event.refused = details;
            }
        }
    }

    /// The document, each of its events as it is.
    ///
    /// # Errors
    /// Faults of the document around its events.
    pub(crate) fn stored(&self) -> Result<Document<'_>, Vec<Fault>> {
        Document::parse_stored(self.json(), &self.limits())
    }

    /// Some of its events, by their ordinals, without reading the others.
    ///
    /// # Errors
    /// As of [`Self::stored`].
    pub(crate) fn chosen(&self, ordinals: &[u32]) -> Result<ChosenEvents<'_>, Vec<Fault>> {
        ChosenEvents::parse(self.json(), &self.limits(), ordinals)
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

    /// Places in its JSON, with what is said of them, as the sender can find them.
    pub fn place<'f>(&self, faults: impl Iterator<Item = (&'f mut String, &'f mut String)>) {
        let faults: Vec<_> = faults.collect();
        let Some(view) = self.view.as_ref().filter(|_| !faults.is_empty()) else { return };
        let places = view.places(self.sent, faults.iter().map(|(pointer, _)| pointer.as_str()));
        for ((pointer, detail), Place { line, column, path }) in faults.into_iter().zip(places) {
            *detail = format!("{detail} (line {line}, column {column})");
            *pointer = path;
        }
    }
}

impl From<&XmlFault> for Detail {
    fn from(XmlFault { code, place, detail }: &XmlFault) -> Self {
        let Place { line, column, path } = place;
        let detail = format!("{detail} (line {line}, column {column})");
        Self { pointer: path.clone(), code: code.as_str().to_owned(), detail }
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
