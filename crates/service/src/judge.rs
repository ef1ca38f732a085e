//! Judging a document: which of its events are new, and which stand already.

use crate::content::{self, Compared, Found};
use crate::error::{Code, Detail, Error};
use crate::publisher::read;
use crate::service::Service;
use foldhash::fast::RandomState;
use laiqu_epcis::facts::Position;
use laiqu_epcis::{Document, DocumentKind, Event, FAULTS_MAX, Fault, FaultyEvent};
use laiqu_index::id_digest;
use laiqu_supervision::Kind;
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

/// Code of the fault of an event whose identifier stands with other content.
pub(crate) const EVENT_ID_CONFLICT: &str = "event-id-conflict";

/// One event of the document as judged.
pub(crate) struct Judged {
    pub(crate) id: String,
    /// See [`id_digest`]; 0 for one that could not be read.
    pub(crate) id_digest: u128,
    /// The ledger gives the identifier.
    pub(crate) assigned: bool,
    /// Where it stands already: in the ledger, or earlier in this document.
    pub(crate) stands: Option<Stands>,
    /// Why it is refused; nothing for one that is not.
    pub(crate) refused: Vec<Detail>,
    /// It declares an event of someone else to be in error, and its issuer may not.
    pub(crate) disputed: bool,
}

/// The place of an event that is not new.
#[derive(Clone, Copy)]
pub(crate) enum Stands {
    Ledger(Position),
    Document(u32),
}

impl Judged {
    /// Whether this document brings it.
    pub(crate) fn is_new(&self) -> bool {
        self.stands.is_none() && self.refused.is_empty()
    }

    /// An event that could not be read.
    fn faulty(event: &Event<'_>, faults: Vec<Fault>) -> Self {
        let id = event.event_id().unwrap_or_default().to_owned();
        let refused = faults.into_iter().map(Detail::from).collect();
        Self { id, id_digest: 0, assigned: false, stands: None, refused, disputed: false }
    }
}

impl Service {
    /// Finds for each event whether it stands already; refuses an identifier that stands with
    /// other content, and events with faults.
    pub(crate) fn judge(
        &self,
        document: &Document<'_>,
        faulty: Vec<FaultyEvent>,
        issuer: u64,
    ) -> Result<Vec<Judged>, Error> {
        let mut judged: Vec<Judged> = Vec::with_capacity(document.events.len());
        let mut here: HashMap<(u128, bool), u32, RandomState> = HashMap::default();
        let is_faulty: BTreeSet<u32> = faulty.iter().map(|faulty| faulty.ordinal).collect();
        let sound = || (0u32..).zip(&document.events).filter(|(at, _)| !is_faulty.contains(at));
        let ids: Vec<_> = sound().map(|(_, event)| identifier_of(event)).collect();
        let asked =
            sound().zip(&ids).map(|((_, event), (id, digest, _))| (event, id.as_str(), *digest));
        let asked: Vec<_> = asked.collect();
        let in_ledger = self.stand_in_ledger(&asked, issuer)?;
        let mut sound = ids.into_iter().zip(in_ledger);
        let mut faulty = faulty.into_iter().peekable();
        for (ordinal, event) in (0u32..).zip(&document.events) {
            if let Some(event_faults) = faulty.next_if(|faulty| faulty.ordinal == ordinal) {
                judged.push(Judged::faulty(event, event_faults.faults));
                continue;
            }
            let Some(((id, id_digest, assigned), in_ledger)) = sound.next() else { break };
            let (mut stands, mut refused) = (None, Vec::new());
            // One plain event and one declaration may share an identifier: one comparison will do.
            match here.entry((id_digest, event.is_error_declaration())) {
                Entry::Occupied(earlier) => {
                    let earlier = *earlier.get();
                    let other = document.events.get(earlier as usize);
                    match other.map(|other| content::compare(event, other)) {
                        Some(Compared::Same) => {
                            let first = judged.get(earlier as usize).and_then(|event| event.stands);
                            stands = Some(first.unwrap_or(Stands::Document(earlier)));
                        }
                        Some(Compared::Different) => {
                            refused.push(conflict(document.kind, ordinal, &id, None))
                        }
                        Some(Compared::Declaration) | None => {}
                    }
                }
                Entry::Vacant(new) => match in_ledger {
                    Found::Conflict(at) => {
                        refused.push(conflict(document.kind, ordinal, &id, Some(at)))
                    }
                    found => {
                        if let Found::Same(position) = found {
                            stands = Some(Stands::Ledger(position));
                        }
                        new.insert(ordinal);
                    }
                },
            }
            let disputed = event.is_error_declaration() && self.is_of_others(id_digest, issuer);
            judged.push(Judged { id, id_digest, assigned, stands, refused, disputed });
        }
        Ok(judged)
    }

    /// Whether the events with this identifier are of others, whom the issuer has no say over.
    fn is_of_others(&self, id_digest: u128, issuer: u64) -> bool {
        let look_ups = read(&self.shared().look_ups);
        let mut known = look_ups.event_ids.find(id_digest).peekable();
        let regulator = look_ups.registry.party(issuer);
        let regulator = regulator.is_some_and(|party| party.kinds.contains(&Kind::Regulator));
        known.peek().is_some() && !regulator && known.all(|known| known.issuer != issuer)
    }
}

/// The identifier that an event goes by, its digest, and whether the ledger gives it.
fn identifier_of(event: &Event<'_>) -> (String, u128, bool) {
    let sent = event.event_id().filter(|id| !id.is_empty());
    let id = sent.map_or_else(|| event.hash(), str::to_owned);
    let digest = id_digest(&id);
    (id, digest, sent.is_none())
}

/// The refusal for a document of which nothing is taken because of these events; nothing where all
/// are well.
pub(crate) fn refusal(judged: &[Judged]) -> Option<Error> {
    let refused: Vec<&Judged> = judged.iter().filter(|event| !event.refused.is_empty()).collect();
    let details = || refused.iter().flat_map(|event| &event.refused);
    let first = details().next()?;
    let conflicts = details().all(|detail| detail.code == EVENT_ID_CONFLICT);
    let (code, detail) = if conflicts {
        let ids: BTreeSet<&str> = refused.iter().map(|event| event.id.as_str()).collect();
        let ids: Vec<&str> = ids.into_iter().collect();
        let detail = format!(
            "{} eventID(s) stand already with other content: {}; nothing was written",
            ids.len(),
            ids.join(", ")
        );
        (Code::EventIdConflict, detail)
    } else {
        let detail = format!(
            "none of the events can be taken, the first because of {} (at {})",
            first.detail, first.pointer
        );
        (Code::InvalidDocument, detail)
    };
    Some(Error::new(code, detail).with(details().take(FAULTS_MAX).cloned().collect()))
}

/// Repeats of events that were refused meanwhile: refused like them or, where they lack nothing
/// themselves, taken in their place. A repeat of an event that is taken is refused for nothing.
pub(crate) fn settle_repeats(judged: &mut [Judged]) {
    let mut taken: HashMap<u32, u32> = HashMap::new();
    for at in 0..judged.len() {
        let Some(Stands::Document(first)) = judged.get(at).and_then(|event| event.stands) else {
            continue;
        };
        let now = taken.get(&first).copied().unwrap_or(first);
        let is_taken = judged.get(now as usize).is_some_and(|event| event.refused.is_empty());
        let Some(event) = judged.get_mut(at) else { continue };
        if is_taken {
            event.refused.clear();
            event.stands = Some(Stands::Document(now));
            continue;
        }
        event.stands = None;
        if event.refused.is_empty() {
            taken.insert(first, u32::try_from(at).unwrap_or(u32::MAX));
        }
    }
}

/// Where the events of a document stand in it.
pub(crate) fn events_pointer(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Capture => "/epcisBody/eventList/",
        DocumentKind::Query => "/epcisBody/queryResults/resultsBody/eventList/",
        DocumentKind::BareEvent => "",
    }
}

fn event_pointer(kind: DocumentKind, ordinal: u32) -> String {
    match kind {
        DocumentKind::BareEvent => String::new(),
        DocumentKind::Capture | DocumentKind::Query => {
            format!("{}{ordinal}", events_pointer(kind))
        }
    }
}

fn conflict(kind: DocumentKind, ordinal: u32, id: &str, position: Option<Position>) -> Detail {
    let place = match position {
        Some(at) => format!("entry {} event {}", at.index, at.ordinal),
        None => "an earlier event of this document".to_owned(),
    };
    Detail {
        pointer: format!("{}/eventID", event_pointer(kind, ordinal)),
        code: EVENT_ID_CONFLICT.to_owned(),
        detail: format!("{id} stands in {place} with other content"),
    }
}
