//! The checks: some of an item's life, some of one record, some of a run.

use std::collections::{BTreeMap, BTreeSet};

use laiqu_epcis::facts::{Action, EventType, ItemRole};

use crate::answer::IssueKind;
use crate::balance::runs;
use crate::grade::Reason;
use crate::intern::NONE;
use crate::quality::asked::{issuers, parties};
use crate::quality::flaw::{Draft, FlawKind, Found};
use crate::records::{EventRecord, RefKind, StepKind};
use crate::scope::MasterFacts;
use crate::time::CLOCK_TOLERANCE_MICROS;
use crate::view::View;

const HOUR_MICROS: i64 = 3_600_000_000;

/// What the life of an item lacks or contradicts, at the sites that matter.
pub(super) fn item(
    view: &View<'_>,
    item: u32,
    sites: Option<&BTreeSet<u32>>,
    found: &mut Found<'_, '_>,
) {
    let here =
        |place: u32| place != NONE && sites.is_none_or(|sites| sites.contains(&view.site(place)));
    let moves = view.moves(item);
    for finding in &moves.findings {
        let times = finding.events.iter().filter_map(|event| view.graph.event(*event));
        let covered = times.map(|e| e.time().earliest()).any(|time| found.question.covers(time));
        if !covered || !(here(finding.from_place) || here(finding.to_place)) {
            continue;
        }
        // Where unlotted food comes from is a question of the lots that were on hand.
        let from_where = matches!(finding.kind, IssueKind::NoOrigin | IssueKind::Gap);
        if view.is_unlotted(item) && from_where {
            continue;
        }
        let draft = Draft {
            kind: FlawKind::of_issue(finding.kind),
            from_place: finding.from_place,
            to_place: finding.to_place,
            events: finding.events.clone(),
            detail: finding.detail.to_string(),
        };
        found.add(&[item], &draft, parties(view, finding));
    }
}

/// What single records lack, and records that are there twice.
pub(super) fn records(view: &View<'_>, events: &BTreeSet<u32>, found: &mut Found<'_, '_>) {
    let mut alike: BTreeMap<Vec<u64>, Vec<u32>> = BTreeMap::new();
    for event in events {
        let Some(record) = view.graph.event(*event) else { continue };
        declared(view, *event, record, found);
        // What is taken back says nothing else any more.
        if !view.stands(*event) {
            continue;
        }
        one(view, *event, record, found);
        if !is_one_of_many(record) {
            alike.entry(content(view, record)).or_default().push(*event);
        }
    }
    for twice in alike.into_values().filter(|events| events.len() > 1) {
        flaw(view, FlawKind::RecordedTwice, &twice, "recorded more than once", found);
    }
}

/// A sale that states only its day: there may well be another one like it.
fn is_one_of_many(record: &EventRecord) -> bool {
    let states_day = record.time().earliest() != record.time().latest();
    let is_exit =
        record.event_type() == EventType::Object && record.action() == Some(Action::Delete);
    states_day && is_exit
}

fn one(view: &View<'_>, event: u32, record: &EventRecord, found: &mut Found<'_, '_>) {
    let mut say = |kind, detail: &str| flaw(view, kind, &[event], detail, found);
    let names = |kind| view.refs(event, kind).next().is_some();
    let is_sent = record.step_kind() == StepKind::Departing;
    // A record that ties goods to an order is no receipt of its own.
    let is_received =
        record.step_kind() == StepKind::Arriving && record.event_type() != EventType::Transaction;
    if is_sent && !names(RefKind::DestinationPlace) && !names(RefKind::DestinationParty) {
        say(FlawKind::NoCounterparty, "sent, and nobody is named as the recipient");
    }
    if is_received && !names(RefKind::SourcePlace) && !names(RefKind::SourceParty) {
        say(FlawKind::NoCounterparty, "received, and nobody is named as the supplier");
    }
    let items = view.graph.items(record);
    if items.iter().any(|item| view.is_unlotted(item.id)) {
        say(FlawKind::Unlotted, "names a product and no lot of it");
    }
    let of_role = |role| items.iter().filter(move |item| item.role() == role).map(|item| item.id);
    if of_role(ItemRole::Output).any(|output| of_role(ItemRole::Input).any(|i| i == output)) {
        say(FlawKind::OwnIngredient, "an output is an input of the same run");
    }
    let Some(posted) = view.graph.posted_at(record.position().index) else { return };
    if record.time().earliest() > posted.saturating_add(CLOCK_TOLERANCE_MICROS) {
        say(FlawKind::ImpossibleTime, "it took place after it was recorded");
    }
    let delay = posted.saturating_sub(record.time().latest());
    if delay > found.question.late_micros {
        let detail = format!("recorded long after it took place: {} hours", delay / HOUR_MICROS);
        flaw(view, FlawKind::PostedLate, &[event], &detail, found);
    }
}

fn declared(view: &View<'_>, event: u32, record: &EventRecord, found: &mut Found<'_, '_>) {
    let declared = view.declared(record);
    for (reason, kind, detail) in [
        (Reason::ErrorDeclared, FlawKind::ErrorDeclared, "declared to be in error"),
        (Reason::Disputed, FlawKind::Disputed, "disputed by another party"),
    ] {
        if declared.has(reason) {
            flaw(view, kind, &[event], detail, found);
        }
    }
}

/// All that a record says apart from its identifier.
fn content(view: &View<'_>, record: &EventRecord) -> Vec<u64> {
    let mut content = vec![
        record.time().micros.cast_unsigned(),
        u64::from(record.issuer),
        record.event_type() as u64,
        record.action().map_or(9, |action| action as u64),
        u64::from(record.step),
        u64::from(record.read_point),
        u64::from(record.biz_location),
        u64::from(record.run),
    ];
    let mut items: Vec<[u64; 4]> = view
        .graph
        .items(record)
        .iter()
        .map(|item| {
            let amount = item.amount().map_or((0, 0), |a| (a.stated.to_bits(), a.stated_unit));
            [u64::from(item.id), item.role() as u64, amount.0, u64::from(amount.1)]
        })
        .collect();
    items.sort_unstable();
    content.extend(items.into_iter().flatten());
    let refs = view.graph.refs(record);
    let mut refs: Vec<u64> = refs.map(|(kind, id)| ((kind as u64) << 32) | u64::from(id)).collect();
    refs.sort_unstable();
    content.extend(refs);
    content
}

/// What cannot be right about the amounts of a run, by its first event.
pub(super) fn run(view: &View<'_>, first: u32, facts: &dyn MasterFacts, found: &mut Found<'_, '_>) {
    let Some(row) = runs::row(view, first, facts).filter(|row| row.doubtful) else { return };
    let weight = |kilograms: Option<f64>| kilograms.unwrap_or_default();
    let (input, output) = (weight(row.input_kg), weight(row.output_kg));
    let detail =
        format!("what went in and came out cannot be right: {input} kg in, {output} kg out");
    flaw(view, FlawKind::DoubtfulYield, &[first], &detail, found);
}

/// A flaw of records alone, to be asked of who wrote them.
pub(super) fn flaw(
    view: &View<'_>,
    kind: FlawKind,
    events: &[u32],
    detail: &str,
    found: &mut Found<'_, '_>,
) {
    let Some(event) = events.first() else { return };
    let Some(record) = view.graph.event(*event) else { return };
    let items: Vec<u32> = view.graph.items(record).iter().map(|item| item.id).collect();
    let draft = Draft {
        kind,
        from_place: view.place(*event, record),
        to_place: NONE,
        events: events.to_vec(),
        detail: detail.to_owned(),
    };
    let is_run = record.event_type() == EventType::Transformation;
    let shown = if is_run && kind != FlawKind::OwnIngredient { &[][..] } else { &items };
    found.add(shown, &draft, issuers(view, events));
}
