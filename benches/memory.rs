//! What each part of a server's projections holds in memory for an event.
//!
//! Each part is filled alone, with the same events one after the other; what the process holds
//! more afterwards is the part's. Then it is written into a file, as what is kept for a start is.

#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a benchmark"
)]

#[path = "queries/events.rs"]
#[allow(dead_code, reason = "shared with another program")]
mod events;

use clap::Parser;
use events::Events;
use laiqu_columns::{Error, Saving};
use laiqu_epcis::facts::{Facts, Position};
use laiqu_epcis::query::{EventTerms, Recorded, terms};
use laiqu_epcis::{Document, Event, Limits};
use laiqu_index::{EventIds, EventIndex, Known, MasterData, Members, Statement, id_digest};
use laiqu_trace::Graph;
use mimalloc::MiMalloc;

/// The allocator of the real program.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[derive(Debug, Parser)]
struct Args {
    /// Events
    #[arg(long, default_value_t = 200_000, value_parser = clap::value_parser!(u64).range(4_000..))]
    events: u64,
    /// Passed by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let events = Events { total: Args::parse().events };
    // What reading documents itself takes is there before anything is measured.
    measure("(reading alone)", events, &mut |_, _| {});
    let (mut ids, mut graph, mut members) = (EventIds::default(), Graph::new(), Members::default());
    measure("event identifiers", events, &mut |position, event| {
        let id = event.event_id().unwrap_or_default();
        ids.insert(id_digest(id), Known { position, issuer: 1 });
    });
    tell_saved(events, |saving| ids.save(saving, "part"));
    measure("lot graph", events, &mut |position, event| {
        graph.add(position, "urn:x:issuer", &facts(event));
    });
    tell_saved(events, |saving| graph.save(saving));
    measure("members of collections", events, &mut |_, event| {
        for item in &facts(event).items {
            let number = graph.number(&item.id);
            let text_of = |number: u32| graph.text(number as usize).unwrap_or("");
            members.insert_item(number, text_of);
        }
    });
    let text_of = |number: u32| graph.text(number as usize).unwrap_or_default();
    tell_saved(events, |saving| members.save(saving, "part", text_of));
    let mut index = EventIndex::default();
    measure("query terms", events, &mut |position, event| {
        let found = EventTerms { ranges: Vec::new(), ..terms_of(event) };
        index.insert(position, position.index, &found);
    });
    tell_saved(events, |saving| index.save(saving, "part"));
    let mut index = EventIndex::default();
    measure("query ranges", events, &mut |position, event| {
        let found = EventTerms { ranges: terms_of(event).ranges, ..EventTerms::default() };
        index.insert(position, position.index, &found);
    });
    tell_saved(events, |saving| index.save(saving, "part"));
    let (mut said, mut described) = (MasterData::default(), EventIndex::default());
    let before = resident_bytes();
    for_each_document(events, &mut |index, document| {
        for element in &document.master_data {
            let attributes = element.attributes.iter();
            let attributes: Vec<(String, String)> =
                attributes.map(|(id, value)| (id.to_string(), value.raw.to_owned())).collect();
            let shown = attributes.iter().map(|(id, value)| (id.as_str(), value.as_str()));
            described.describe(&element.id, shown);
            let (vocabulary, id) = (element.vocabulary.to_string(), element.id.to_string());
            said.say(index, 1, &Statement { vocabulary, id, attributes, children: None });
        }
    });
    tell("master data of one lot and item in ten", before, events);
    tell_saved(events, |saving| {
        said.save(saving, "said").and_then(|()| described.save(saving, "described"))
    });
}

fn facts(event: &Event<'_>) -> Facts {
    event.facts(event.event_id().unwrap_or_default())
}

fn terms_of(event: &Event<'_>) -> EventTerms {
    let event_id = event.event_id().unwrap_or_default();
    terms(event, &facts(event), Recorded { event_id, record_time: 0 })
}

fn measure(part: &str, events: Events, take: &mut dyn FnMut(Position, &Event<'_>)) {
    let before = resident_bytes();
    for_each_document(events, &mut |index, document| {
        for (ordinal, event) in (0..).zip(&document.events) {
            take(Position { index, ordinal }, event);
        }
    });
    tell(part, before, events);
}

fn for_each_document(events: Events, take: &mut dyn FnMut(u64, &Document<'_>)) {
    let mut next = 0;
    for index in 0.. {
        let range = events.events_of(index, next);
        if range.is_empty() {
            break;
        }
        next = range.end;
        let text = String::from_utf8(events.document(index, range)).unwrap();
        let document = Document::parse_stored(&text, &Limits::default()).unwrap();
        take(index as u64, &document);
    }
}

fn tell(part: &str, before: u64, events: Events) {
    let each = resident_bytes().saturating_sub(before) / events.total;
    println!("{each:6} bytes an event: {part}");
}

/// What a part takes in a file.
fn tell_saved(events: Events, save: impl FnOnce(&mut Saving) -> Result<(), Error>) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("part");
    let mut saving = Saving::create(&path).unwrap();
    save(&mut saving).unwrap();
    saving.finish().unwrap();
    let each = path.metadata().unwrap().len() / events.total;
    println!("{each:6} bytes an event in a file");
}

/// Resident memory of this process.
fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or(0) << 10
}
