//! Documents: one body as it was posted.

mod chosen;

use crate::context::Prefixes;
use crate::event::{Event, member, type_of};
use crate::fault::{Fault, FaultCode, Faults, Pointer};
use crate::json::{self, Node};
use crate::master_data::{MasterData, read_vocabulary_list};
use crate::time::DateTime;

pub use chosen::ChosenEvents;

/// What one document may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest text, in bytes.
    pub bytes_max: usize,
    /// Most events.
    pub events_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes_max: 4 << 20, events_max: 10_000 }
    }
}

/// Most faults that are told of one event where events are judged one by one.
pub const EVENT_FAULTS_MAX: usize = 8;

/// An event with faults in a document whose events are judged one by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultyEvent {
    /// Its place in the document (0-based).
    pub ordinal: u32,
    /// What is wrong with it, at most [`EVENT_FAULTS_MAX`].
    pub faults: Vec<Fault>,
}

/// Where events are judged one by one: those with faults.
type Each = Option<Vec<FaultyEvent>>;

/// What the events of one document are read with.
struct Reading<'r, 'a> {
    prefixes: &'r Prefixes<'a>,
    limits: &'r Limits,
}

/// What sort of document it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DocumentKind {
    /// `EPCISDocument`
    Capture,
    /// `EPCISQueryDocument`: the answer to a query.
    Query,
    /// A single event without a document around it.
    BareEvent,
}

/// A checked document; borrows from its text.
#[derive(Clone, Debug)]
pub struct Document<'a> {
    /// Its sort.
    pub kind: DocumentKind,
    /// `creationDate` as sent.
    pub creation_date: Option<String>,
    /// The exact text of its `@context`.
    context: Option<&'a str>,
    /// Its events, in document order. May be empty.
    pub events: Vec<Event<'a>>,
    /// The master data of its header.
    pub master_data: Vec<MasterData<'a>>,
}

impl<'a> Document<'a> {
    /// Reads and checks a JSON or JSON-LD document.
    ///
    /// # Errors
    /// All faults found, at most [`crate::FAULTS_MAX`]; a text that is no JSON gives one.
    pub fn parse(text: &'a str, limits: &Limits) -> Result<Self, Vec<Fault>> {
        Self::read(text, limits, &mut None)
    }

    /// Reads a document whose events are judged one by one: those with faults keep their place
    /// among the others, so that ordinals stay what they are, and are named beside it in order.
    ///
    /// # Errors
    /// Faults of the document around the events.
    pub fn parse_each(
        text: &'a str,
        limits: &Limits,
    ) -> Result<(Self, Vec<FaultyEvent>), Vec<Fault>> {
        let mut faulty = Some(Vec::new());
        let document = Self::read(text, limits, &mut faulty)?;
        Ok((document, faulty.unwrap_or_default()))
    }

    /// Reads a document that was captured: which of its events count stands beside it.
    ///
    /// # Errors
    /// Faults of the document around the events.
    pub fn parse_stored(text: &'a str, limits: &Limits) -> Result<Self, Vec<Fault>> {
        Self::parse_each(text, limits).map(|(document, _)| document)
    }

    fn read(text: &'a str, limits: &Limits, faulty: &mut Each) -> Result<Self, Vec<Fault>> {
        let mut faults = Faults::default();
        if text.len() > limits.bytes_max {
            let detail = format!("{} bytes, at most {} are read", text.len(), limits.bytes_max);
            faults.push(FaultCode::Limit, &Pointer::Root, detail);
            return Err(faults.into_vec());
        }
        let root = json::parse(text).map_err(|fault| vec![fault])?;
        let document = read(root, limits, faulty, &mut faults);
        match document {
            Some(document) if faults.is_empty() => Ok(document),
            _ => Err(faults.into_vec()),
        }
    }

    /// The exact text of the document's `@context`, which its events are read with. `None` where it
    /// has none, and for a bare event, whose context is inside the event.
    #[must_use]
    pub fn context_raw(&self) -> Option<&'a str> {
        self.context
    }
}

fn read<'a>(
    mut root: Node<'a>,
    limits: &Limits,
    faulty: &mut Each,
    faults: &mut Faults,
) -> Option<Document<'a>> {
    let kind = read_kind(&root, faults)?;
    if kind == DocumentKind::BareEvent {
        let (prefixes, at) = (Prefixes::default(), Pointer::Root);
        let event = read_event(root, &prefixes, &at, 0, faulty, faults);
        return Some(Document {
            kind,
            creation_date: None,
            context: None,
            events: vec![event],
            master_data: Vec::new(),
        });
    }
    let context = root.get("@context").map(|context| context.raw);
    let prefixes = match root.get("@context") {
        Some(context) => Prefixes::default().extended(context),
        None => Prefixes::default(),
    };
    let creation_date = read_head(&root, faults);
    let mut master_data = Vec::new();
    if let Some(mut header) = root.take("epcisHeader") {
        let at = Pointer::Root.member("epcisHeader");
        let at = at.member("epcisMasterData");
        let list = header.take("epcisMasterData").and_then(|mut data| data.take("vocabularyList"));
        if let Some(list) = list {
            read_vocabulary_list(list, &at.member("vocabularyList"), &mut master_data, faults);
        }
    }
    let Some(body) = root.take("epcisBody").filter(Node::is_object) else {
        faults.push(FaultCode::Missing, &Pointer::Root, "a document needs an epcisBody");
        return None;
    };
    let at = Pointer::Root.member("epcisBody");
    let reading = Reading { prefixes: &prefixes, limits };
    let events = read_body(body, &reading, &at, &mut master_data, faulty, faults)?;
    Some(Document { kind, creation_date, context, events, master_data })
}

fn read_kind(root: &Node<'_>, faults: &mut Faults) -> Option<DocumentKind> {
    if !root.is_object() {
        faults.push(FaultCode::Document, &Pointer::Root, "a document must be an object");
        return None;
    }
    let Some(name) = member(root, "type").or_else(|| member(root, "@type")) else {
        faults.push(FaultCode::Document, &Pointer::Root, "a document needs a type");
        return None;
    };
    let name = name.as_str().unwrap_or_default();
    match name.strip_prefix("epcis:").unwrap_or(name) {
        "EPCISDocument" => Some(DocumentKind::Capture),
        "EPCISQueryDocument" => Some(DocumentKind::Query),
        _ if type_of(name).is_some() => Some(DocumentKind::BareEvent),
        name => {
            let event = name.ends_with("Event");
            let code = if event { FaultCode::EventType } else { FaultCode::Document };
            let shown: String = name.chars().take(60).collect();
            let detail = format!("{shown:?} is neither an EPCIS document nor an event type");
            faults.push(code, &Pointer::Root.member("type"), detail);
            None
        }
    }
}

/// `schemaVersion` and `creationDate` may be absent, but not wrong.
fn read_head(root: &Node<'_>, faults: &mut Faults) -> Option<String> {
    if let Some(version) = member(root, "schemaVersion") {
        let text = version.as_str().unwrap_or(version.raw);
        if !(text == "2" || text.starts_with("2.")) {
            let at = Pointer::Root.member("schemaVersion");
            faults.push(FaultCode::Document, &at, "only EPCIS 2 is read as JSON");
        }
    }
    let date = member(root, "creationDate")?;
    let text = date.as_str().filter(|text| DateTime::parse(text).is_some());
    if text.is_none() {
        let at = Pointer::Root.member("creationDate");
        faults.push(FaultCode::Time, &at, "creationDate is no date-time with an offset (RFC 3339)");
    }
    text.map(str::to_owned)
}

/// Events stand in `eventList`, of the body itself or of the results of a query.
fn read_body<'a>(
    mut body: Node<'a>,
    reading: &Reading<'_, 'a>,
    at: &Pointer<'_>,
    master_data: &mut Vec<MasterData<'a>>,
    faulty: &mut Each,
    faults: &mut Faults,
) -> Option<Vec<Event<'a>>> {
    if let Some(list) = body.take("eventList") {
        return read_events(list, reading, &at.member("eventList"), faulty, faults);
    }
    let at = at.member("queryResults");
    let at = at.member("resultsBody");
    let results = body.take("queryResults").and_then(|mut results| results.take("resultsBody"));
    let Some(mut results) = results else {
        faults.push(FaultCode::Missing, &Pointer::Root.member("epcisBody"), "no eventList");
        return None;
    };
    let vocabulary = results.take("vocabularyList");
    if let Some(list) = vocabulary {
        read_vocabulary_list(list, &at.member("vocabularyList"), master_data, faults);
    }
    match results.take("eventList") {
        Some(list) => read_events(list, reading, &at.member("eventList"), faulty, faults),
        None if !master_data.is_empty() => Some(Vec::new()),
        None => {
            faults.push(FaultCode::Missing, &at, "no eventList");
            None
        }
    }
}

fn read_events<'a>(
    list: Node<'a>,
    reading: &Reading<'_, 'a>,
    at: &Pointer<'_>,
    faulty: &mut Each,
    faults: &mut Faults,
) -> Option<Vec<Event<'a>>> {
    let Reading { prefixes, limits } = reading;
    let json::Json::Array(list) = list.value else {
        faults.push(FaultCode::Shape, at, "eventList must be an array");
        return None;
    };
    if list.len() > limits.events_max {
        let detail = format!("{} events, at most {} are read", list.len(), limits.events_max);
        faults.push(FaultCode::Limit, at, detail);
        return None;
    }
    let mut events = Vec::with_capacity(list.len());
    for (index, node) in list.into_iter().enumerate() {
        if faults.is_full() {
            break;
        }
        let at = at.element(index);
        events.push(read_event(node, prefixes, &at, index, faulty, faults));
    }
    Some(events)
}

/// Reads one event. Its faults are the document's, unless events are judged one by one.
fn read_event<'a>(
    node: Node<'a>,
    prefixes: &Prefixes<'a>,
    at: &Pointer<'_>,
    index: usize,
    faulty: &mut Each,
    faults: &mut Faults,
) -> Event<'a> {
    let Some(faulty) = faulty else { return Event::read(node, prefixes, at, faults) };
    let mut own = Faults::default();
    let event = Event::read(node, prefixes, at, &mut own);
    if !own.is_empty() {
        let mut faults = own.into_vec();
        faults.truncate(EVENT_FAULTS_MAX);
        faulty.push(FaultyEvent { ordinal: u32::try_from(index).unwrap_or(u32::MAX), faults });
    }
    event
}

#[cfg(test)]
mod tests;
