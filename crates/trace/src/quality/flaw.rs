//! A flaw, and the list of them; their JSON form is part of the HTTP interface.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::answer::IssueKind;
use crate::answer::PositionLine;
use crate::ordering::compare;
use crate::question::Visibility;
use crate::selection::Selection;
use crate::view::View;

/// Most flaws in one answer; more are cut, and the answer says so.
pub const FLAWS_MAX: usize = 10_000;

/// What a flaw is about. The codes are stable; the order is that of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FlawKind {
    /// Sent, and no receipt is recorded.
    NotReceived,
    /// It is at a place that no shipment is recorded to.
    NotShipped,
    /// The records do not say where it came from.
    NoOrigin,
    /// Used or sent before it arrived or was made, or received before it was sent.
    OutOfOrder,
    /// A time that cannot be: later than its record, or a run that ends before it starts.
    ImpossibleTime,
    /// Amounts that contradict each other.
    QuantityMismatch,
    /// Two parties state one movement with different amounts.
    ConflictingWitness,
    /// An amount that is a hundred times what the same party states otherwise.
    OutOfScale,
    /// More came out of a run than went in, or less than half.
    DoubtfulYield,
    /// An ingredient of itself.
    OwnIngredient,
    /// The same thing recorded twice under different `eventID`s.
    RecordedTwice,
    /// The record names the product and no lot.
    Unlotted,
    /// A shipment without a recipient, or a receipt without a supplier.
    NoCounterparty,
    /// Recorded later after the event than is allowed.
    PostedLate,
    /// The issuer, or a regulator, declared it to be in error.
    ErrorDeclared,
    /// Somebody else declared it to be in error.
    Disputed,
}

impl FlawKind {
    pub(super) fn of_issue(kind: IssueKind) -> FlawKind {
        match kind {
            IssueKind::Gap => FlawKind::NotShipped,
            IssueKind::NotReceived => FlawKind::NotReceived,
            IssueKind::NoOrigin => FlawKind::NoOrigin,
            IssueKind::QuantityMismatch => FlawKind::QuantityMismatch,
            IssueKind::OutOfOrder => FlawKind::OutOfOrder,
            IssueKind::Cycle => FlawKind::OwnIngredient,
            IssueKind::ErrorDeclared => FlawKind::ErrorDeclared,
            IssueKind::Disputed => FlawKind::Disputed,
            IssueKind::ConflictingWitness => FlawKind::ConflictingWitness,
        }
    }
}

/// One question.
#[derive(Clone, Debug, PartialEq)]
pub struct QualityQuestion {
    /// Whose records.
    pub of: Selection,
    /// Events from this moment (microseconds since 1970).
    pub from: i64,
    /// Up to this moment.
    pub until: i64,
    /// A record is late when it is posted so long after its event (microseconds).
    pub late_micros: i64,
    /// Limit to the records that one party may see.
    pub visible_to: Option<Visibility>,
    /// Only the first so many entries of the ledger.
    pub as_of: Option<u64>,
}

impl QualityQuestion {
    pub(super) fn covers(&self, moment: i64) -> bool {
        (self.from..=self.until).contains(&moment)
    }
}

/// One flaw of the records.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Flaw {
    /// What it is.
    pub kind: FlawKind,
    /// Where the item was last, or the sender: canonical identifier.
    pub from_place: Option<String>,
    /// Where it was seen next, or the receiver: canonical identifier.
    pub to_place: Option<String>,
    /// `eventID`s of the events concerned, by time.
    pub events: Vec<String>,
    /// Canonical identifiers of the items concerned, sorted.
    pub items: Vec<String>,
    /// Canonical identifiers of the parties to ask, sorted.
    pub ask: Vec<String>,
    /// What exactly, in English, for experts.
    pub detail: String,
}

/// The flaws of what was selected.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Quality {
    /// Events that were looked at.
    pub events: usize,
    /// How many flaws of each kind there are, also where the list is cut.
    pub counts: BTreeMap<FlawKind, usize>,
    /// By kind, places and events.
    pub flaws: Vec<Flaw>,
    /// There were more than [`FLAWS_MAX`].
    pub truncated: bool,
    /// Where the events stand that it rests on, in order of positions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rests_on: Vec<PositionLine>,
}

/// A flaw in ids.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) kind: FlawKind,
    pub(super) from_place: u32,
    pub(super) to_place: u32,
    pub(super) events: Vec<u32>,
    pub(super) detail: String,
}

type Key = (FlawKind, String, String, Vec<String>);

/// Flaws, each once however many items share it.
pub(super) struct Found<'v, 'g> {
    view: &'v View<'g>,
    pub(super) question: &'v QualityQuestion,
    flaws: BTreeMap<Key, (BTreeSet<String>, BTreeSet<String>, String)>,
}

impl<'v, 'g> Found<'v, 'g> {
    pub(super) fn new(view: &'v View<'g>, question: &'v QualityQuestion) -> Found<'v, 'g> {
        Found { view, question, flaws: BTreeMap::new() }
    }

    pub(super) fn add(&mut self, items: &[u32], draft: &Draft, ask: impl IntoIterator<Item = u32>) {
        let view = self.view;
        let mut events = draft.events.clone();
        events.sort_by(|a, b| compare(view.graph, *a, *b));
        events.dedup();
        let ids: Vec<String> = events.iter().map(|event| view.event_id(*event)).collect();
        let text = |id: u32| view.text(id).to_owned();
        let key = (draft.kind, text(draft.from_place), text(draft.to_place), ids);
        let (known, asked, detail) = self
            .flaws
            .entry(key)
            .or_insert_with(|| (BTreeSet::new(), BTreeSet::new(), draft.detail.clone()));
        known.extend(items.iter().map(|item| text(*item)));
        asked.extend(ask.into_iter().map(text).filter(|party| !party.is_empty()));
        if draft.detail < *detail {
            detail.clone_from(&draft.detail);
        }
    }

    pub(super) fn finish(self, events: usize) -> Quality {
        let mut quality = Quality { events, ..Quality::default() };
        let named = |text: String| (!text.is_empty()).then_some(text);
        for ((kind, from, to, events), (items, ask, detail)) in self.flaws {
            *quality.counts.entry(kind).or_insert(0) += 1;
            quality.flaws.push(Flaw {
                kind,
                from_place: named(from),
                to_place: named(to),
                events,
                items: items.into_iter().collect(),
                ask: ask.into_iter().collect(),
                detail,
            });
        }
        quality.truncated = quality.flaws.len() > FLAWS_MAX;
        quality.flaws.truncate(FLAWS_MAX);
        quality.rests_on = self.view.rests_on();
        quality
    }
}
