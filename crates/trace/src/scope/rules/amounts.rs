//! Kilograms, and what contradicts them.

use super::*;
use crate::{BalanceQuestion, MasterFacts, ResourceKind, Selection, Verdict};

/// A case weighs ten kilograms.
struct Cases;

impl MasterFacts for Cases {
    fn case_kilograms(&self, _: &str) -> Option<f64> {
        Some(10.0)
    }

    fn piece_kilograms(&self, _: &str) -> Option<f64> {
        None
    }

    fn resource_kind(&self, place: &str) -> Option<ResourceKind> {
        place.ends_with("/L1").then_some(ResourceKind::Tank)
    }

    fn area(&self, _: &str) -> Option<Area> {
        None
    }
}

#[test]
fn master_data_gives_weights_and_kinds() {
    let mut cases = make("e0", at(1, 6), FARM, &lot("A"), 3.0);
    cases.items[0].quantity = Some(Quantity { amount: 3.0, unit: Some("CS".into()) });
    let events = [cases, on_line(transform("e1", at(1, 8), FARM)).takes(&lot("A"), 1.0)];
    let graph = graph(&events);
    let unknown = ask_with(&graph, &items(Hazard::Microbial, &["A"]));
    assert_eq!(unknown.holdings[0].came_kg.max, None);
    assert_eq!(unknown.demanded(DemandKind::Weight), ["e0"]);
    let known = graph.recall_scope(&items(Hazard::Microbial, &["A"]), &Cases);
    assert_eq!(known.holdings[0].came_kg.max, Some(30.0));
    assert_eq!(known.resources[0].kind, ResourceKind::Tank);
    assert!(!known.resources[0].kind_inferred);
    let (from, until) = (i64::MIN, i64::MAX);
    let of = Selection::Lot(lot("A"));
    let asked = BalanceQuestion { of, from, until, tolerance: 0.0, visible_to: None, as_of: None };
    let verdict = |facts: &dyn MasterFacts| graph.balance(&asked, facts).rows[0].verdict;
    assert_eq!((verdict(&()), verdict(&Cases)), (Verdict::Unknown, Verdict::Balanced));
}

#[test]
fn a_sale_of_more_than_came_is_told_and_counts_for_no_more() {
    let events = [
        make("e0", at(1, 6), FARM, &lot("A"), 100.0),
        ship("e1", at(1, 8), FARM, &lot("A"), 100.0).to(SHOP),
        receive("e2", at(1, 9), SHOP, &lot("A"), 100.0).from(FARM),
        sell("e3", at(2, 9), SHOP, &lot("A"), 30_000.0),
    ];
    let answer = ask(&events, Hazard::Chemical);
    let sold = answer.kilograms.definite.sold.worst;
    assert_eq!((sold.min, sold.max), (0.0, Some(100.0)));
    let [issue] = answer.issues.as_slice() else { panic!("{:?}", answer.issues) };
    assert_eq!(issue.kind, ScopeIssueKind::QuantityMismatch);
    assert_eq!(
        (issue.lots.as_slice(), issue.events.as_slice()),
        (&[lot("A")][..], &["e3".into()][..])
    );
    assert_eq!(issue.detail, "more left than had come: 30000 against 100 kg");
}
