//! Amounts out of all scale: grams written as kilograms, a comma forgotten. What left is compared
//! with what came; nothing contradicts what came where nobody else weighed it, but what the same
//! party states otherwise.

use std::collections::{BTreeMap, BTreeSet};

use laiqu_epcis::facts::{Action, EventType};

use crate::intern::product;
use crate::quality::checks::flaw;
use crate::quality::flaw::{FlawKind, Found};
use crate::records::{EventRecord, StepKind};
use crate::view::View;

/// So many times what is usual is out of scale.
const FACTOR: f64 = 100.0;
/// Records of one product that say what is usual.
const OF_PRODUCT_MIN: usize = 3;
/// Records of any product that say what is much.
const OF_STEP_MIN: usize = 5;

/// Amounts of one party, business step and unit.
type Key = (u32, u32, u32);

/// The most of a product that a record states of any lot.
struct Stated<'g> {
    event: u32,
    product: &'g str,
    value: f64,
}

/// Amounts of these events that are out of scale with the others of the same party, step and unit.
pub(super) fn amounts(view: &View<'_>, events: &BTreeSet<u32>, found: &mut Found<'_, '_>) {
    let mut stated: BTreeMap<Key, BTreeMap<(&str, u32), f64>> = BTreeMap::new();
    for event in events {
        let record = view.graph.event(*event).filter(|record| is_bare(record));
        let Some(record) = record.filter(|_| view.stands(*event)) else { continue };
        for item in view.graph.items(record) {
            let Some(amount) = item.amount() else { continue };
            let id = view.text(item.id);
            let amounts = stated.entry((record.issuer, record.step, amount.unit)).or_default();
            let most = amounts.entry((product(id).unwrap_or(id), *event)).or_insert(amount.value);
            *most = most.max(amount.value);
        }
    }
    for amounts in stated.into_values() {
        let stated = |((product, event), value)| Stated { event, product, value };
        judge(view, &amounts.into_iter().map(stated).collect::<Vec<_>>(), found);
    }
}

/// Does it say how much came or is there, and nothing about where that went?
fn is_bare(record: &EventRecord) -> bool {
    record.event_type() == EventType::Object
        && record.action() != Some(Action::Delete)
        && record.step_kind() != StepKind::Departing
}

/// Amounts are in the order of their products.
fn judge(view: &View<'_>, amounts: &[Stated<'_>], found: &mut Found<'_, '_>) {
    let much = (amounts.len() >= OF_STEP_MIN).then(|| part(amounts, 9, 10)).flatten();
    for of_product in amounts.chunk_by(|a, b| a.product == b.product) {
        let is_known = of_product.len() >= OF_PRODUCT_MIN;
        let usual = if is_known { part(of_product, 1, 2) } else { much };
        let Some(usual) = usual.filter(|usual| *usual > 0.0) else { continue };
        for amount in of_product.iter().filter(|amount| amount.value >= usual * FACTOR) {
            let detail = format!("out of scale: {} where {usual} is usual", amount.value);
            flaw(view, FlawKind::OutOfScale, &[amount.event], &detail, found);
        }
    }
}

/// The value that a share of the values does not exceed: of a few the lower one.
fn part(amounts: &[Stated<'_>], share: usize, of: usize) -> Option<f64> {
    let mut values: Vec<f64> = amounts.iter().map(|amount| amount.value).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) * share / of).copied()
}
