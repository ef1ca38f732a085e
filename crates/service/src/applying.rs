//! Applying entries to what questions are answered from.
//!
//! What queries find events by rests on nothing else here. Where much comes at once it is brought
//! up to date beside the rest, in a thread of its own that lives as long as the process.

use crate::draft::{Effects, NewEvent};
use crate::erased::Recognised;
use crate::leisure::give_way;
use crate::lot_numbers::LotNumbers;
use crate::names::Names;
use crate::stated_dates::StatedDates;
use crate::views::{Views, text_of};
use laiqu_epcis::facts::{Facts, Position};
use laiqu_epcis::identifier;
use laiqu_epcis::query::{CollectionKind, ordered_time};
use laiqu_index::{EventIndex, MasterData, Members};
use laiqu_supervision::{Change, Kind, Registry};
use laiqu_trace::{Graph, Issuer};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::LazyLock;

/// So many events take longer to index, about a millisecond, than the other thread to wake up.
const APART_EVENTS_MIN: usize = 128;

/// The thread that indexes beside the one that applies; none where it cannot be had.
pub(crate) type Indexer = LazyLock<Option<ThreadPool>>;

/// That of what is shown.
pub(crate) static SHOWING: Indexer = LazyLock::new(|| indexer("indexer", || {}));

/// That of folds, which work beside it.
pub(crate) static FOLDING: Indexer = LazyLock::new(|| indexer("fold indexer", give_way));

fn indexer(name: &'static str, begin: fn()) -> Option<ThreadPool> {
    let indexer = ThreadPoolBuilder::new().num_threads(1).thread_name(|_| name.to_owned());
    let built = indexer.start_handler(move |_| begin()).build();
    built.inspect_err(|error| tracing::warn!(%error, "no thread to index beside the others")).ok()
}

/// An entry in its place, recorded at a time in microseconds since 1970.
pub(crate) struct Applied<'e> {
    pub(crate) index: u64,
    pub(crate) issuer: u64,
    pub(crate) time_micros: i64,
    pub(crate) effects: &'e Effects,
}

impl Views {
    /// Applies the entries that follow, after their look-ups; `registry` knows their issuers.
    pub(crate) fn apply(
        &mut self,
        entries: &[Applied<'_>],
        registry: &Registry,
        indexer: &Indexer,
    ) {
        debug_assert!(entries.iter().zip(self.size..).all(|(entry, index)| entry.index == index));
        let count: usize = entries.iter().map(|entry| entry.effects.events.len()).sum();
        let Self { graph, events, members, names, lot_numbers, dates, .. } = self;
        let (master_data, recognised) = (&mut self.master_data, &mut self.recognised);
        let mut told = Told { graph, members, names, lot_numbers, dates, master_data, recognised };
        let mut index = || entries.iter().for_each(|entry| entry.index_in(events));
        let mut tell = || entries.iter().for_each(|entry| told.apply(entry, registry));
        let apart = (count >= APART_EVENTS_MIN).then(|| indexer.as_ref()).flatten();
        match apart {
            Some(indexer) => indexer.in_place_scope(|scope| {
                scope.spawn(|_| index());
                tell();
            }),
            None => {
                index();
                tell();
            }
        }
        self.size += entries.len() as u64;
    }
}

impl Applied<'_> {
    /// What queries find its events by.
    fn index_in(&self, events: &mut EventIndex) {
        for statement in &self.effects.statements {
            let attributes = statement.attributes.iter();
            let attributes = attributes.map(|(id, value)| (id.as_str(), value.as_str()));
            events.describe(&statement.id, attributes);
        }
        for NewEvent { ordinal, terms, .. } in &self.effects.events {
            let position = Position { index: self.index, ordinal: *ordinal };
            events.insert(position, ordered_time(self.time_micros), terms);
        }
    }
}

/// All projections but that.
struct Told<'v> {
    graph: &'v mut Graph,
    members: &'v mut Members,
    names: &'v mut Names,
    lot_numbers: &'v mut LotNumbers,
    dates: &'v mut StatedDates,
    master_data: &'v mut MasterData,
    recognised: &'v mut Recognised,
}

impl Told<'_> {
    fn apply(&mut self, entry: &Applied<'_>, registry: &Registry) {
        let Applied { index, issuer, time_micros, effects } = *entry;
        self.master_data(entry);
        let party = issuer_of(registry, issuer);
        if !effects.events.is_empty() {
            self.graph.posted(index, time_micros);
        }
        for NewEvent { ordinal, facts, labels, dates, .. } in &effects.events {
            for named in facts.sources.iter().chain(&facts.destinations) {
                self.master_data.name(issuer, &named.id);
            }
            self.graph.add(Position { index, ordinal: *ordinal }, party, facts);
            self.add_members(facts);
            self.lot_numbers.learn(index, self.graph);
            self.dates.learn(index, self.graph, facts, *dates);
            for (id, label) in labels {
                self.names.label(index, id, label);
            }
        }
        if let Some(remains) = &effects.remains {
            self.recognised.learn(&remains.salt, self.graph);
            self.recognised.erased.insert(remains.index, index);
            let party = issuer_of(registry, remains.issuer);
            for (position, facts) in remains.events_in(self.recognised, self.graph) {
                self.graph.add(position, party, &facts);
            }
            self.lot_numbers.learn(index, self.graph);
        }
    }

    /// What an entry says beside its events.
    fn master_data(&mut self, entry: &Applied<'_>) {
        let Applied { index, issuer, effects, .. } = *entry;
        for (id, name) in &effects.names {
            self.names.say(index, id, name);
        }
        for (id, label) in &effects.labels {
            self.names.label(index, id, label);
        }
        for (id, dates) in &effects.dates {
            self.dates.say(index, self.graph, id, *dates);
        }
        if let Some((Change::Party { id, name, .. }, _)) = &effects.change {
            self.names.register(index, &identifier::canonical(id.as_str()), name);
        }
        for statement in &effects.statements {
            self.master_data.say(index, issuer, statement);
        }
    }

    fn add_members(&mut self, facts: &Facts) {
        if facts.error.is_none() {
            let graph = &*self.graph;
            let text = |number| text_of(graph, number);
            graph.last_items().for_each(|number| self.members.insert_item(number, text));
        } else {
            // The graph takes up the declaration and not the event again.
            for item in &facts.items {
                let number = self.graph.number(&item.id);
                self.members.insert_item(number, |number| text_of(self.graph, number));
            }
        }
        let named = [
            (CollectionKind::BizSteps, facts.biz_step.as_ref()),
            (CollectionKind::BizLocations, facts.biz_location.as_ref()),
            (CollectionKind::ReadPoints, facts.read_point.as_ref()),
            (CollectionKind::Dispositions, facts.disposition.as_ref()),
        ];
        for (kind, text) in named {
            if let Some(text) = text {
                self.members.insert(kind, text);
            }
        }
    }
}

/// The issuer of events as the graph knows it.
fn issuer_of(registry: &Registry, alias: u64) -> Issuer<'_> {
    registry.party(alias).map_or(Issuer::from(""), |party| Issuer {
        id: party.id.as_str(),
        is_regulator: party.kinds.contains(&Kind::Regulator),
    })
}
