//! Findings about the items of an answer, each break once however many items shared it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::answer::{Issue, IssueKind};
use crate::cycle::cycles;
use crate::detail::Detail;
use crate::grade::Reason;
use crate::intern::NONE;
use crate::issues::Finding;
use crate::ordering::compare;
use crate::telling::texts::TextOrder;
use crate::telling::{Lines, Telling};
use crate::vertex::Flow;
use crate::view::View;

/// What it is about, between which two places, and by which events.
type Key<E> = (IssueKind, u32, u32, Vec<E>);

/// Issues in ids, then in the words of their events, then in the order of the answer.
#[derive(Debug, Default)]
pub(super) struct Issues {
    found: BTreeMap<Key<u32>, Draft>,
    worded: BTreeMap<Key<String>, Draft>,
    sorted: Vec<Sorted>,
    /// Lots that are made from each other, and the events that say so.
    cycles: Vec<(Vec<u32>, Vec<u32>)>,
}

#[derive(Debug)]
struct Draft {
    items: Vec<u32>,
    detail: Detail,
}

/// Items and places are ranks. The order is that of the answer.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Sorted {
    kind: IssueKind,
    items: Vec<u32>,
    from_place: Option<u32>,
    to_place: Option<u32>,
    events: Vec<String>,
    detail: Detail,
}

impl Issues {
    /// All findings of one item; not every item needs an origin.
    pub(super) fn add_item(&mut self, view: &View<'_>, item: u32, needs_origin: bool) {
        let moves = view.moves(item);
        for finding in &moves.findings {
            if needs_origin || finding.kind != IssueKind::NoOrigin {
                self.add(view, &[item], finding);
            }
        }
    }

    /// What declarations say against an event.
    pub(super) fn add_declared(&mut self, view: &View<'_>, item: u32, event: u32) {
        let Some(record) = view.graph.event(event) else { return };
        let declared = view.declared(record);
        for (reason, kind, detail) in [
            (Reason::ErrorDeclared, IssueKind::ErrorDeclared, Detail::DeclaredInError),
            (Reason::Disputed, IssueKind::Disputed, Detail::Disputed),
        ] {
            if declared.has(reason) {
                let place = view.place(event, record);
                self.add(view, &[item], &Finding::at(kind, place, vec![event], detail));
            }
        }
    }

    fn add(&mut self, view: &View<'_>, items: &[u32], finding: &Finding) {
        let mut events = finding.events.clone();
        events.sort_by(|a, b| compare(view.graph, *a, *b));
        events.dedup();
        let key = (finding.kind, finding.from_place, finding.to_place, events);
        join(&mut self.found, key, items, finding.detail.clone());
    }

    /// Looks for lots that are made from each other.
    pub(super) fn find_cycles(&mut self, flows: &[Flow]) {
        self.cycles = cycles(flows.iter());
    }

    pub(super) fn add_cycles(&mut self, view: &View<'_>) {
        for (items, events) in std::mem::take(&mut self.cycles) {
            let detail = Detail::MadeFromEachOther;
            self.add(view, &items, &Finding::at(IssueKind::Cycle, NONE, events, detail));
        }
    }

    /// The places that they name.
    pub(super) fn places(&self) -> impl Iterator<Item = u32> {
        self.found.keys().flat_map(|(_, from, to, _)| [*from, *to])
    }

    /// Writes out the events of one issue; gives how many they were, nothing once all are done.
    pub(super) fn word_one(&mut self, view: &View<'_>) -> Option<usize> {
        let ((kind, from, to, events), draft) = self.found.pop_first()?;
        let ids = events.iter().map(|event| view.graph.event_ids.text(*event)).collect();
        join(&mut self.worded, (kind, from, to, ids), &draft.items, draft.detail);
        Some(events.len())
    }

    pub(super) fn sort(&mut self, items: &TextOrder, places: &TextOrder) {
        let place = |id: u32| (id != NONE).then(|| places.rank(id));
        let sorted = std::mem::take(&mut self.worded).into_iter().map(|(key, draft)| {
            let (kind, from, to, events) = key;
            let mut ranks: Vec<u32> = draft.items.iter().map(|item| items.rank(*item)).collect();
            ranks.sort_unstable();
            ranks.dedup();
            let (from_place, to_place) = (place(from), place(to));
            Sorted { kind, items: ranks, from_place, to_place, events, detail: draft.detail }
        });
        self.sorted = sorted.collect();
        self.sorted.sort_unstable();
    }
}

/// The same finding is told once, in the first of its words.
fn join<E: Ord>(found: &mut BTreeMap<Key<E>, Draft>, key: Key<E>, items: &[u32], detail: Detail) {
    match found.entry(key) {
        Entry::Vacant(place) => {
            place.insert(Draft { items: items.to_vec(), detail });
        }
        Entry::Occupied(mut known) => {
            let draft = known.get_mut();
            draft.items.extend_from_slice(items);
            if detail < draft.detail {
                draft.detail = detail;
            }
        }
    }
}

impl Telling {
    /// Tells the issue at `index`; says how many items and events it has, nothing behind the last.
    pub(super) fn issue(
        &self,
        view: &View<'_>,
        index: usize,
        lines: &mut impl Lines,
    ) -> Option<usize> {
        let issue = self.issues.sorted.get(index)?;
        let item = |rank: &u32| view.text(self.items.id(*rank));
        let place = |rank: u32| view.text(self.named.id(rank));
        lines.issue(&Issue {
            kind: issue.kind,
            items: issue.items.iter().map(item).collect(),
            from_place: issue.from_place.map(place),
            to_place: issue.to_place.map(place),
            events: issue.events.iter().map(String::as_str).collect(),
            detail: issue.detail.clone(),
        });
        Some(issue.items.len() + issue.events.len())
    }
}
