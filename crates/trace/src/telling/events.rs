//! The events of an answer, each once, and the parties and places that they name.

use laiqu_epcis::facts::EventType;

use crate::answer::{EventLine, PositionLine};
use crate::grade::Reasons;
use crate::intern::NONE;
use crate::records::{EventRecord, RefKind};
use crate::telling::{Lines, Telling};
use crate::time::write_rfc3339;
use crate::view::View;

/// Room for texts that the graph does not hold as they are told.
#[derive(Debug, Default)]
pub(super) struct EventTexts {
    id: String,
    time: String,
}

impl Telling {
    /// Tells the event of the mention at `index`; gives the index of the next one's.
    pub(super) fn event(
        &mut self,
        view: &View<'_>,
        index: usize,
        texts: &mut EventTexts,
        lines: &mut impl Lines,
    ) -> usize {
        let mut mentions = self.mentions.iter().enumerate().skip(index);
        let Some((_, mention)) = mentions.next() else { return index + 1 };
        let event = mention.event;
        let mut reasons = mention.reasons;
        let mut next = self.mentions.len();
        for (at, other) in mentions {
            if other.event != event {
                next = at;
                break;
            }
            reasons = reasons.best(other.reasons);
        }
        if let Some(record) = view.graph.event(event) {
            tell(view, event, record, reasons, texts, lines);
            self.note(view, event, record);
        }
        next
    }

    /// The parties and places of an event.
    fn note(&mut self, view: &View<'_>, event: u32, record: &EventRecord) {
        self.parties.insert(record.issuer);
        self.places.insert(view.place(event, record));
        for (kind, id) in view.graph.refs(record) {
            match kind {
                RefKind::SourceParty | RefKind::DestinationParty => self.parties.insert(id),
                RefKind::SourcePlace | RefKind::DestinationPlace => self.places.insert(id),
                RefKind::SourceOwner
                | RefKind::DestinationOwner
                | RefKind::Document
                | RefKind::Certificate => false,
            };
        }
    }
}

fn tell(
    view: &View<'_>,
    event: u32,
    record: &EventRecord,
    reasons: Reasons,
    texts: &mut EventTexts,
    lines: &mut impl Lines,
) {
    let reasons = reasons.with(view.declared(record));
    let EventTexts { id, time } = texts;
    id.clear();
    view.graph.event_ids.write(event, id);
    time.clear();
    write_rfc3339(record.time(), time);
    let named = |id: u32| (id != NONE).then(|| view.text(id));
    lines.event(&EventLine {
        position: PositionLine::from(record.position()),
        event_id: id,
        event_type: type_name(record.event_type()),
        time,
        place: named(view.place(event, record)),
        party: view.text(record.issuer),
        step: named(record.step),
        grade: reasons.grade(),
        reasons: reasons.list(),
    });
}

fn type_name(event_type: EventType) -> &'static str {
    match event_type {
        EventType::Object => "ObjectEvent",
        EventType::Aggregation => "AggregationEvent",
        EventType::Transaction => "TransactionEvent",
        EventType::Transformation => "TransformationEvent",
        EventType::Association => "AssociationEvent",
    }
}
