//! What a recall scope looks up beside the records: marks of cleanings, kill steps and decisions,
//! starts of runs, and who and what was where.

use laiqu_epcis::facts::{Action, EventType, Facts};
use laiqu_epcis::vocabulary::biz_step;

use crate::graph::Graph;
use crate::intern::{Dictionary, IdMap, NONE, term};
use crate::records::{EventRecord, RefKind};

/// What an event says about hazards.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    pub(crate) kind: MarkKind,
    /// What it kills, or what was looked for, as sent.
    pub(crate) names: Box<[u32]>,
    pub(crate) by_regulator: bool,
    /// It rests on a test result.
    pub(crate) has_result: bool,
}

/// Steps that end or answer a suspicion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MarkKind {
    Cleaning,
    KillStep,
    Clearance,
}

/// Look-ups by event, place and party; events in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct ScopeIndex {
    starts: IdMap<u32, i64>,
    marks: IdMap<u32, Mark>,
    /// By place as named and by its site.
    at: IdMap<u32, Vec<u32>>,
    /// Events that brought lots into being without an input, by site.
    begun: IdMap<u32, Vec<u32>>,
    /// By who issued an event, and by who is named as the source in it.
    by_party: IdMap<u32, Vec<u32>>,
    /// Index of the first entry of each issuer.
    issuers: IdMap<u32, u64>,
}

fn push(map: &mut IdMap<u32, Vec<u32>>, key: u32, event: u32) {
    let list = map.entry(key).or_default();
    if list.last() != Some(&event) {
        list.push(event);
    }
}

fn get(map: &IdMap<u32, Vec<u32>>, key: u32) -> &[u32] {
    map.get(&key).map_or(&[], Vec::as_slice)
}

impl ScopeIndex {
    /// Takes up one event; `places` are those that it names, with their sites.
    pub(crate) fn add(
        &mut self,
        event: u32,
        record: &EventRecord,
        facts: &Facts,
        by_regulator: bool,
        places: &[u32],
        texts: &mut Dictionary,
    ) {
        if let Some(start) = facts.start {
            self.starts.insert(event, start.micros);
        }
        for place in places {
            push(&mut self.at, *place, event);
        }
        push(&mut self.by_party, record.issuer, event);
        let first = self.issuers.entry(record.issuer).or_insert(record.position.index);
        *first = record.position.index.min(*first);
        let begins = facts.event_type == EventType::Object && facts.action == Some(Action::Add);
        if begins && facts.items.iter().any(|item| item.is_class) {
            for place in places {
                push(&mut self.begun, *place, event);
            }
        }
        let (kind, names) = match facts.biz_step.as_deref() {
            Some(biz_step::CLEANING) => (MarkKind::Cleaning, &facts.hazards),
            Some(biz_step::KILL_STEP) => (MarkKind::KillStep, &facts.hazards),
            Some(biz_step::CLEARANCE) => (MarkKind::Clearance, &facts.analytes),
            _ => return,
        };
        let names = names.iter().map(|name| texts.intern(name)).collect();
        let has_result = facts.transactions.iter().any(|t| term(&t.kind) == "testres");
        self.marks.insert(event, Mark { kind, names, by_regulator, has_result });
        // A cleaning names the resource as what it was done to.
        if kind == MarkKind::Cleaning {
            for item in &facts.items {
                push(&mut self.at, texts.intern(&item.id), event);
            }
        }
    }

    pub(crate) fn add_source(&mut self, event: u32, party: u32) {
        push(&mut self.by_party, party, event);
    }

    pub(crate) fn start(&self, event: u32) -> Option<i64> {
        self.starts.get(&event).copied()
    }

    pub(crate) fn mark(&self, event: u32) -> Option<&Mark> {
        self.marks.get(&event)
    }

    pub(crate) fn at(&self, place: u32) -> &[u32] {
        get(&self.at, place)
    }

    pub(crate) fn begun_at(&self, site: u32) -> &[u32] {
        get(&self.begun, site)
    }

    pub(crate) fn by_party(&self, party: u32) -> &[u32] {
        get(&self.by_party, party)
    }

    /// The first entry that this party issued.
    pub(crate) fn first_entry(&self, party: u32) -> Option<u64> {
        self.issuers.get(&party).copied()
    }
}

impl Graph {
    /// Takes up what a recall scope needs of an event.
    pub(crate) fn index_scope(
        &mut self,
        event: u32,
        record: &EventRecord,
        facts: &Facts,
        by_regulator: bool,
    ) {
        let mut places = Vec::new();
        for place in [record.read_point, record.biz_location] {
            let site = self.site_of(place);
            places.extend([place, site].into_iter().filter(|p| *p != NONE));
        }
        places.sort_unstable();
        places.dedup();
        self.scope.add(event, record, facts, by_regulator, &places, &mut self.texts);
        let (from, until) = record.refs;
        for (kind, party) in self.refs_between(from, until).to_vec() {
            if kind == RefKind::SourceParty {
                self.scope.add_source(event, party);
            }
        }
    }
}
