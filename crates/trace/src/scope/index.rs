//! What a recall scope looks up beside the records: marks of cleanings, kill steps and decisions,
//! starts of runs, and who and what was where.

use laiqu_columns::{Error, Groups, List, Lists, Opened, Saving, Table};
use laiqu_epcis::facts::{Action, EventType, Facts};
use laiqu_epcis::vocabulary::biz_step;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::graph::Graph;
use crate::intern::{Dictionary, NONE, term};
use crate::records::{EventRecord, RefKind};

/// What an event says about hazards.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark<'g> {
    pub(crate) kind: MarkKind,
    /// What it kills, or what was looked for, as sent.
    pub(crate) names: &'g [u32],
    pub(crate) by_regulator: bool,
    /// It rests on a test result.
    pub(crate) has_result: bool,
}

#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct StoredMark {
    names: List,
    /// What [`MarkKind`] says, in the order in which it lists it.
    kind: u32,
    /// 1 for a regulator's, and 2 for one with a test result.
    flags: u32,
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
    starts: Table<u32, i64>,
    marks: Table<u32, StoredMark>,
    names: Lists<u32>,
    /// By place as named and by its site.
    at: Groups<u32, u32>,
    /// Events that brought lots into being without an input, by site.
    begun: Groups<u32, u32>,
    /// By who issued an event, and by who is named as the source in it.
    by_party: Groups<u32, u32>,
    /// Index of the first entry of each issuer.
    issuers: Table<u32, u64>,
}

impl ScopeIndex {
    pub(crate) fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        let part = |part: &str| format!("{name}.{part}");
        Ok(Self {
            starts: Table::open(opened, &part("starts"))?,
            marks: Table::open(opened, &part("marks"))?,
            names: Lists::open(opened, &part("names"))?,
            at: Groups::open(opened, &part("at"))?,
            begun: Groups::open(opened, &part("begun"))?,
            by_party: Groups::open(opened, &part("by_party"))?,
            issuers: Table::open(opened, &part("issuers"))?,
        })
    }

    pub(crate) fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        let Self { starts, marks, names, at, begun, by_party, issuers } = self;
        let part = |part: &str| format!("{name}.{part}");
        starts.save(saving, &part("starts"))?;
        marks.save(saving, &part("marks"))?;
        names.save(saving, &part("names"))?;
        at.save(saving, &part("at"))?;
        begun.save(saving, &part("begun"))?;
        by_party.save(saving, &part("by_party"))?;
        issuers.save(saving, &part("issuers"))
    }

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
            self.starts.or_insert(event, start.micros);
        }
        for place in places {
            self.at.push_once(*place, event);
        }
        self.by_party.push_once(record.issuer, event);
        let index = record.position().index;
        let first = self.issuers.or_insert(record.issuer, index);
        *first = index.min(*first);
        let begins = facts.event_type == EventType::Object && facts.action == Some(Action::Add);
        if begins && facts.items.iter().any(|item| item.is_class) {
            for place in places {
                self.begun.push_once(*place, event);
            }
        }
        let (kind, said) = match facts.biz_step.as_deref() {
            Some(biz_step::CLEANING) => (MarkKind::Cleaning, &facts.hazards),
            Some(biz_step::KILL_STEP) => (MarkKind::KillStep, &facts.hazards),
            Some(biz_step::CLEARANCE) => (MarkKind::Clearance, &facts.analytes),
            _ => return,
        };
        let mut names = List::default();
        said.iter().for_each(|name| self.names.push(&mut names, texts.intern(name)));
        let has_result = facts.transactions.iter().any(|t| term(&t.kind) == "testres");
        let flags = u32::from(by_regulator) | u32::from(has_result) << 1;
        self.marks.or_insert(event, StoredMark { names, kind: kind as u32, flags });
        // A cleaning names the resource as what it was done to.
        if kind == MarkKind::Cleaning {
            for item in &facts.items {
                self.at.push_once(texts.intern(&item.id), event);
            }
        }
    }

    pub(crate) fn add_source(&mut self, event: u32, party: u32) {
        self.by_party.push_once(party, event);
    }

    pub(crate) fn start(&self, event: u32) -> Option<i64> {
        self.starts.get(event).copied()
    }

    pub(crate) fn mark(&self, event: u32) -> Option<Mark<'_>> {
        let StoredMark { names, kind, flags } = *self.marks.get(event)?;
        let kind = match kind {
            0 => MarkKind::Cleaning,
            1 => MarkKind::KillStep,
            _ => MarkKind::Clearance,
        };
        let (by_regulator, has_result) = (flags & 1 != 0, flags & 2 != 0);
        Some(Mark { kind, names: self.names.get(names), by_regulator, has_result })
    }

    pub(crate) fn at(&self, place: u32) -> &[u32] {
        self.at.get(place)
    }

    pub(crate) fn begun_at(&self, site: u32) -> &[u32] {
        self.begun.get(site)
    }

    pub(crate) fn by_party(&self, party: u32) -> &[u32] {
        self.by_party.get(party)
    }

    /// The first entry that this party issued.
    pub(crate) fn first_entry(&self, party: u32) -> Option<u64> {
        self.issuers.get(party).copied()
    }
}

impl Graph {
    /// Takes up what a recall scope needs of an event.
    pub(crate) fn index_scope(
        &mut self,
        event: u32,
        record: &EventRecord,
        [read_site, biz_site]: [u32; 2],
        facts: &Facts,
        by_regulator: bool,
    ) {
        let mut all = [record.read_point, read_site, record.biz_location, biz_site];
        all.sort_unstable();
        let mut places = Vec::with_capacity(all.len());
        for place in all {
            if place != NONE && places.last() != Some(&place) {
                places.push(place);
            }
        }
        self.scope.add(event, record, facts, by_regulator, &places, &mut self.texts);
        let refs = self.refs.slice(record.refs[0] as usize..record.refs[1] as usize);
        for (kind, party) in refs.iter().map(|found| found.get()) {
            if kind == RefKind::SourceParty {
                self.scope.add_source(event, party);
            }
        }
    }
}
