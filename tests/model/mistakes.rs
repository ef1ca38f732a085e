//! The errors of recording of synthetic cities: each is found, and the record that shows it named.

#![allow(clippy::print_stdout)] // figures, with `--nocapture`

use crate::scene::Scene;
use laiqu_city::Mistake;
use laiqu_trace::{BalanceQuestion, FlawKind, QualityQuestion, Selection, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// A record is late a day after its event (microseconds).
const LATE: i64 = 24 * 3_600_000_000;
/// Least share of the errors of one kind that are named: from the first run over 100 seeds. Where
/// more of a lot went the same way, or a weight is that of few records, nothing contradicts some.
const NAMED_MIN: f64 = 0.97;

/// Which flaws name an error, by its kind. A clock that is wrong by minutes is within the tolerance
/// and contradicts nothing; what nobody wrote down is found by the questions about incidents.
fn naming(kind: &str) -> &'static [FlawKind] {
    match kind {
        "kilograms_times_1000" => &[
            FlawKind::QuantityMismatch,
            FlawKind::ConflictingWitness,
            FlawKind::OutOfScale,
            FlawKind::DoubtfulYield,
        ],
        "incorrect_data_declared" | "did_not_occur_declared" => &[FlawKind::ErrorDeclared],
        "one_sided_shipment" => &[
            FlawKind::NotReceived,
            FlawKind::NotShipped,
            FlawKind::NoOrigin,
            FlawKind::OutOfOrder,
            FlawKind::QuantityMismatch,
        ],
        "posted_late" => &[FlawKind::PostedLate],
        _ => &[],
    }
}

/// Every flaw of every party, as kind and event.
fn flaws(scene: &Scene) -> BTreeSet<(FlawKind, String)> {
    let of = |party: &str| QualityQuestion {
        of: Selection::Party(party.to_owned()),
        from: i64::MIN,
        until: i64::MAX,
        late_micros: LATE,
        visible_to: None,
        as_of: None,
    };
    let mut found = BTreeSet::new();
    for party in &scene.city.parties {
        let quality = scene.graph.quality(&of(&party.id), &scene.said);
        assert!(!quality.truncated);
        for flaw in quality.flaws {
            assert!(!flaw.ask.is_empty(), "nobody to ask: {flaw:?}");
            found.extend(flaw.events.into_iter().map(|event| (flaw.kind, event)));
        }
    }
    found
}

/// What does not add up where a party is, as lots.
fn unbalanced(scene: &Scene, party: &str) -> BTreeSet<String> {
    let question = BalanceQuestion {
        of: Selection::Party(party.to_owned()),
        from: i64::MIN,
        until: i64::MAX,
        tolerance: 0.005,
        visible_to: None,
        as_of: None,
    };
    let rows = scene.graph.balance(&question, &scene.said).rows.into_iter();
    let wrong =
        rows.filter(|row| matches!(row.verdict, Verdict::MoreOutThanIn | Verdict::CountDiffers));
    wrong.filter_map(|row| row.item).collect()
}

/// Do its kilograms not add up?
fn is_of_amounts(kind: &str) -> bool {
    matches!(kind, "one_sided_shipment" | "kilograms_times_1000")
}

/// Is an error that this record shows named by a flaw, or where amounts are wrong by the balance of
/// a lot of the record?
fn is_named(
    scene: &Scene,
    found: &BTreeSet<(FlawKind, String)>,
    (kind, shown_by): (&str, (usize, usize)),
) -> bool {
    let event = &scene.events[shown_by.0][shown_by.1];
    let mut kinds = naming(kind).iter();
    if kinds.any(|kind| found.contains(&(*kind, event.id.clone()))) {
        return true;
    }
    if !is_of_amounts(kind) {
        return false;
    }
    let wrong = unbalanced(scene, &scene.city.parties[event.party].id);
    event.lots.iter().any(|lot| wrong.contains(lot))
}

/// How many errors of each kind a record shows, how many of them are named, and how many more no
/// record shows.
#[derive(Debug, Default)]
pub(crate) struct Named(BTreeMap<&'static str, [usize; 3]>);

impl Named {
    pub(crate) fn add(&mut self, scene: &Scene) {
        let found = flaws(scene);
        let mistakes = scene.city.mistakes();
        for Mistake { kind, shown_by } in mistakes {
            if naming(kind).is_empty() {
                continue;
            }
            let [all, named, unseen] = self.0.entry(kind).or_default();
            match shown_by {
                Some(record) => {
                    *all += 1;
                    *named += usize::from(is_named(scene, &found, (kind, record)));
                }
                None => *unseen += 1,
            }
        }
    }

    pub(crate) fn judge(&self) {
        println!("errors that a record shows, those named, and others: {:?}", self.0);
        assert_eq!(self.0.len(), 5);
        for (kind, [all, named, _]) in &self.0 {
            let least = if is_of_amounts(kind) { NAMED_MIN } else { 1.0 };
            assert!(*named as f64 >= *all as f64 * least, "{kind}: {named} of {all}");
        }
    }
}
