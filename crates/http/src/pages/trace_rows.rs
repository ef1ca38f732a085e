//! Turns the answer of the lot graph into the rows of its page.

use super::drawing::{Role, drawing, roles};
use super::names::Names;
use laiqu_console::{
    Cut, EventRow, Grade, IssueAmounts, IssueDetail, IssueRow, ItemRef, ItemRole, Kilograms, Limit,
    LotRow, Summary, TraceView as Page,
};
use laiqu_service::{ErasedEntry, TraceView};
use laiqu_trace::{Detail, EventLine, Issue, IssueKind, Link, LinkKind, Lot, LotKind};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The data of the page; `opened` are lots whose boxes are opened.
pub(crate) fn view(answer: &TraceView, opened: Vec<String>) -> Page {
    let names = Names::of(answer);
    let roles = roles(&answer.lots, &answer.links);
    let items = items_of_events(&answer.links, &names);
    let events: HashMap<&str, &EventLine> =
        answer.events.iter().map(|event| (event.event_id.as_str(), event)).collect();
    let no_items = Vec::new();
    let rows = answer.events.iter().map(|event| {
        let items = items.get(event.event_id.as_str()).unwrap_or(&no_items);
        event_row(event, items, &names)
    });
    let named = answer.starts.first().filter(|start| names.title(start).is_some());
    Page {
        name: named.map_or(String::new(), |start| names.item(start)),
        summary: summary(answer, &roles),
        events: rows.collect(),
        issues: answer
            .issues
            .iter()
            .map(|issue| issue_row(issue, &events, &names))
            .chain(answer.erased.iter().map(erased_row))
            .collect(),
        lots: answer.lots.iter().map(|lot| lot_row(lot, &names)).collect(),
        cut: answer.cut.iter().map(cut).collect(),
        drawing: drawing(answer, opened, &names, &roles),
    }
}

/// A limit with its number.
fn cut(cut: &laiqu_trace::Cut) -> Cut {
    let limit = match cut.limit {
        laiqu_trace::Limit::Depth => Limit::Steps,
        laiqu_trace::Limit::Lots => Limit::Lots,
        laiqu_trace::Limit::Links => Limit::Links,
        laiqu_trace::Limit::Time => Limit::Time,
    };
    Cut { limit, most: cut.most.unwrap_or_default() }
}

/// The stable code of a value.
fn code(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

pub(super) fn grade(grade: laiqu_trace::Grade) -> Grade {
    match grade {
        laiqu_trace::Grade::Definite => Grade::Definite,
        laiqu_trace::Grade::Suspected => Grade::Suspected,
    }
}

fn entry_path(event: &EventLine) -> String {
    format!("/v1/entries/{}", event.position.index)
}

fn summary(answer: &TraceView, roles: &HashMap<String, Role>) -> Summary {
    let others = || answer.lots.iter().filter(|lot| lot.depth > 0);
    let graded = |wanted| others().filter(|lot| lot.grade == wanted).count() as u64;
    let first_places: BTreeSet<&String> = answer
        .lots
        .iter()
        .filter(|lot| roles.get(&lot.id) == Some(&Role::Source))
        .filter_map(|lot| first_place(lot, &answer.links))
        .collect();
    let gaps = answer.issues.iter().filter(|issue| issue.kind == IssueKind::Gap).count();
    Summary {
        lots: others().count() as u64,
        sources: first_places.len() as u64,
        places: answer.places.len() as u64,
        parties: answer.parties.len() as u64,
        definite: graded(laiqu_trace::Grade::Definite),
        suspected: graded(laiqu_trace::Grade::Suspected),
        gaps: gaps as u64,
    }
}

/// Where a lot was first: links are in order of time.
fn first_place<'a>(lot: &'a Lot, links: &'a [Link]) -> Option<&'a String> {
    let mut moves = links.iter().filter(|link| link.kind == LinkKind::Moved && link.from == lot.id);
    moves.find_map(|link| link.from_place.as_ref()).or_else(|| lot.places.first())
}

fn lot_row(lot: &Lot, names: &Names) -> LotRow {
    LotRow {
        name: names.item(&lot.id),
        id: lot.id.clone(),
        grade: grade(lot.grade),
        reasons: lot.reasons.iter().map(code).collect(),
        places: lot.places.iter().map(|id| names.place(id)).collect(),
        kilograms: lot.quantity_kg.map(|kg| Kilograms { min: kg.min, max: kg.max }),
    }
}

/// The items that events name, with the part that each plays, as far as links tell.
fn items_of_events<'a>(links: &'a [Link], names: &Names) -> HashMap<&'a str, Vec<ItemRef>> {
    let mut found: BTreeMap<&str, BTreeSet<(ItemRole, &str)>> = BTreeMap::new();
    for link in links {
        let (from, to) = match link.kind {
            LinkKind::Transformed => (ItemRole::Input, ItemRole::Output),
            LinkKind::Contained => (ItemRole::Child, ItemRole::Parent),
            LinkKind::MemberOf | LinkKind::Moved | LinkKind::Attributed => {
                (ItemRole::Subject, ItemRole::Subject)
            }
        };
        let items = found.entry(&link.event).or_default();
        items.insert((from, &link.from));
        items.insert((to, &link.to));
    }
    let item =
        |(role, id): (ItemRole, &str)| ItemRef { name: names.item(id), id: id.to_owned(), role };
    found.into_iter().map(|(event, set)| (event, set.into_iter().map(item).collect())).collect()
}

fn event_row(event: &EventLine, items: &[ItemRef], names: &Names) -> EventRow {
    EventRow {
        time: event.time.clone(),
        step: event.step.clone().unwrap_or_default(),
        event_type: event.event_type.to_owned(),
        place: event.place.as_ref().map_or_else(String::new, |id| names.place(id)),
        party: names.place(&event.party),
        items: items.to_vec(),
        grade: grade(event.grade),
        reasons: event.reasons.iter().map(code).collect(),
        href: entry_path(event),
    }
}

fn issue_row(issue: &Issue, events: &HashMap<&str, &EventLine>, names: &Names) -> IssueRow {
    let event = issue.events.iter().find_map(|id| events.get(id.as_str()));
    let ends: Vec<String> =
        issue.from_place.iter().chain(&issue.to_place).map(|id| names.place(id)).collect();
    let item = issue.items.first().map(|id| ItemRef {
        name: names.item(id),
        id: id.clone(),
        role: ItemRole::Subject,
    });
    IssueRow {
        kind: code(&issue.kind),
        item,
        party: event.map_or_else(String::new, |event| names.place(&event.party)),
        place: ends.join(" → "),
        time: event.map_or_else(String::new, |event| event.time.clone()),
        detail: issue_detail(&issue.detail),
        href: event.map_or_else(String::new, |event| entry_path(event)),
    }
}

fn issue_detail(detail: &Detail) -> IssueDetail {
    let amounts = detail.amounts().map(|amounts| IssueAmounts {
        out: amounts.out,
        come: amounts.come,
        unit: amounts.unit.to_string(),
        is_thousandfold: amounts.is_thousandfold(),
    });
    IssueDetail::Coded { code: detail.code().to_owned(), amounts }
}

fn erased_row(erased: &ErasedEntry) -> IssueRow {
    IssueRow {
        kind: "erased".to_owned(),
        detail: erased
            .by
            .map_or(IssueDetail::None, |by| IssueDetail::Plain(format!("{} ← {by}", erased.index))),
        href: format!("/v1/entries/{}", erased.index),
        ..IssueRow::default()
    }
}

/// Outline of a lot in the drawing.
pub(super) fn outline(lot: &Lot, role: Option<&Role>) -> laiqu_console::NodeKind {
    match (lot.kind, role) {
        (LotKind::Container, _) => laiqu_console::NodeKind::Container,
        (LotKind::Lot | LotKind::Product | LotKind::Instance, Some(Role::Source)) => {
            laiqu_console::NodeKind::Source
        }
        (LotKind::Instance, _) => laiqu_console::NodeKind::Pack,
        (LotKind::Lot | LotKind::Product, _) => laiqu_console::NodeKind::Lot,
    }
}
