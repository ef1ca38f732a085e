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

/// Is it named by a flaw, or by the balance of a lot of the record?
fn is_named(scene: &Scene, found: &BTreeSet<(FlawKind, String)>, mistake: &Mistake) -> bool {
    let Some((document, ordinal)) = mistake.shown_by else { return true };
    let event = &scene.events[document][ordinal];
    let mut kinds = naming(mistake.kind).iter();
    if kinds.any(|kind| found.contains(&(*kind, event.id.clone()))) {
        return true;
    }
    let wrong = unbalanced(scene, &scene.city.parties[event.party].id);
    event.lots.iter().any(|lot| wrong.contains(lot))
}

/// How many errors of each kind there are, and how many of them are named.
#[derive(Debug, Default)]
pub(crate) struct Named(BTreeMap<&'static str, [usize; 2]>);

impl Named {
    pub(crate) fn add(&mut self, scene: &Scene) {
        let found = flaws(scene);
        let mistakes = scene.city.mistakes();
        for mistake in mistakes.iter().filter(|mistake| !naming(mistake.kind).is_empty()) {
            let [all, named] = self.0.entry(mistake.kind).or_default();
            *all += 1;
            *named += usize::from(is_named(scene, &found, mistake));
        }
    }

    pub(crate) fn judge(&self) {
        println!("errors, and those named: {:?}", self.0);
        assert_eq!(self.0.len(), 5);
        for (kind, [all, named]) in &self.0 {
            let is_certain = !matches!(*kind, "one_sided_shipment" | "kilograms_times_1000");
            let least = if is_certain { 1.0 } else { NAMED_MIN };
            assert!(*named as f64 >= *all as f64 * least, "{kind}: {named} of {all}");
        }
    }
}
