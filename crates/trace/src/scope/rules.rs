//! One rule of a recall scope in each test.

use laiqu_epcis::facts::{Action, EventTime, Facts, ItemRole, Quantity, TypedId};
use laiqu_epcis::vocabulary::biz_step;

use crate::fixture::*;
use crate::graph::Issuer;
use crate::{
    Area, DemandKind, Graph, Hazard, Interval, ScopeAnswer, ScopeGrade, ScopeIssueKind,
    ScopeQuestion, ScopeReason, Start,
};

mod amounts;
mod clearing;
mod resources;

const FARM: &str = "https://id.gs1.org/414/0860009999992";
const PLANT: &str = "https://id.gs1.org/414/0860009999985";
const SHOP: &str = "https://id.gs1.org/414/0860009999978";
const LINE: &str = "https://id.gs1.org/414/0860009999985/254/L1";
const ROOM: &str = "https://id.gs1.org/414/0860009999985/254/R1";

fn lot(name: &str) -> String {
    format!("https://id.gs1.org/01/06901234000011/10/{name}")
}

fn on_line(facts: Facts) -> Facts {
    Facts { read_point: Some(LINE.into()), ..facts }
}

fn begun(facts: Facts, start: EventTime) -> Facts {
    Facts { start: Some(start), ..facts }
}

fn marked(facts: Facts, step: &str, hazards: &[&str]) -> Facts {
    let hazards = hazards.iter().map(|hazard| (*hazard).into()).collect();
    Facts { biz_step: Some(step.into()), hazards, ..facts }
}

fn cleaning(id: &str, time: EventTime, place: &str) -> Facts {
    let facts = object(id, Action::Observe, "x", time, place).unit(ItemRole::Subject, place);
    marked(facts, biz_step::CLEANING, &[])
}

fn kill(id: &str, time: EventTime, place: &str, lot: &str, hazard: &str) -> Facts {
    let facts = object(id, Action::Observe, "x", time, place);
    marked(facts.item(ItemRole::Subject, lot, true, None), biz_step::KILL_STEP, &[hazard])
}

fn clearance(id: &str, time: EventTime, lot: &str, analyte: &str) -> Facts {
    let facts = object(id, Action::Observe, "x", time, "");
    let mut facts =
        marked(facts.item(ItemRole::Subject, lot, true, None), biz_step::CLEARANCE, &[]);
    facts.analytes.push(analyte.into());
    facts.transactions.push(TypedId {
        kind: "https://ref.gs1.org/cbv/BTT-testres".into(),
        id: "urn:doc:1".into(),
    });
    facts
}

/// A farm's lot goes to a plant, into a product, and to a shop that sells some.
fn chain() -> Vec<Facts> {
    let (raw, made) = (lot("A"), lot("B"));
    vec![
        make("e0", at(1, 6), FARM, &raw, 100.0),
        ship("e1", at(1, 8), FARM, &raw, 100.0).to(PLANT).document("d1"),
        receive("e2", at(1, 10), PLANT, &raw, 100.0).document("d1"),
        begun(on_line(transform("e3", at(2, 10), PLANT)), at(2, 8))
            .takes(&raw, 60.0)
            .takes(&lot("clean"), 20.0)
            .gives(&made, 70.0),
        ship("e4", at(2, 12), PLANT, &made, 70.0).to(SHOP).document("d2"),
        receive("e5", at(2, 14), SHOP, &made, 70.0).document("d2"),
        sell("e6", at(3, 9), SHOP, &made, 30.0),
    ]
}

/// The rows of the question hold for the days of these tests too.
fn ask_with(graph: &Graph, question: &ScopeQuestion) -> ScopeAnswer {
    let mut question = question.clone();
    for window in &mut question.windows {
        window.valid_from_micros = i64::MIN;
    }
    graph.recall_scope(&question, &())
}

fn items(hazard: Hazard, lots: &[&str]) -> ScopeQuestion {
    let lots = lots.iter().map(|name| lot(name)).collect();
    ScopeQuestion::new(Start::Items(lots), hazard)
}

fn ask(events: &[Facts], hazard: Hazard) -> ScopeAnswer {
    ask_with(&graph(events), &items(hazard, &["A"]))
}

impl ScopeAnswer {
    fn grade(&self, name: &str) -> Option<ScopeGrade> {
        self.lots.iter().find(|found| found.id == lot(name)).map(|lot| lot.grade)
    }

    fn why(&self, name: &str) -> Vec<ScopeReason> {
        let found = self.lots.iter().find(|found| found.id == lot(name));
        found.map(|lot| lot.reasons.clone()).unwrap_or_default()
    }

    fn at(&self, name: &str, site: &str) -> Option<ScopeGrade> {
        let site = Some(site.to_owned());
        let mut found = self.holdings.iter().filter(|h| h.lot == lot(name) && h.site == site);
        found.next().map(|holding| holding.grade)
    }

    fn demanded(&self, kind: DemandKind) -> Vec<&str> {
        let found = self.demands.iter().filter(|demand| demand.kind == kind);
        found.flat_map(|demand| demand.events.iter().map(String::as_str)).collect()
    }
}

#[test]
fn recorded_links_make_it_definite_and_kilograms_follow_input_shares() {
    let answer = ask(&chain(), Hazard::Microbial);
    assert_eq!(answer.grade("A"), Some(ScopeGrade::Definite));
    assert_eq!(answer.grade("B"), Some(ScopeGrade::Definite));
    assert_eq!(answer.why("B"), [ScopeReason::Recorded]);
    assert_eq!(answer.grade("clean"), None);
    assert_eq!(answer.holdings.len(), 4, "{:?}", answer.holdings);
    let now = answer.kilograms.definite;
    // 40 kg of the raw lot are left, 30 of 70 kg of the product are sold, 3/4 of it affected.
    assert_eq!(now.sold.worst.max, Some(30.0));
    assert_eq!(now.sold.expected.max, Some(22.5));
    assert_eq!(now.in_stock.worst.max, Some(80.0));
    assert_eq!(now.in_stock.expected.max, Some(40.0 + 30.0));
    assert_eq!(answer.stock.len(), 2);
    assert_eq!(answer.seen_by_both, Some(0.0), "one party posted both sides");
    assert!(answer.demands.is_empty(), "{:?}", answer.demands);
    assert_eq!(answer.transfers.len(), 2);
}

#[test]
fn a_shipment_without_receipt_is_in_transit_and_its_receipt_demanded() {
    let mut events = chain();
    events.remove(5);
    events.pop();
    let answer = ask(&events, Hazard::Microbial);
    assert_eq!(answer.kilograms.definite.left_records.worst.max, Some(70.0));
    assert_eq!(answer.demanded(DemandKind::Receipt), ["e4"]);
    assert_eq!(answer.exits.len(), 1);
    assert_eq!(answer.exits[0].site.as_deref(), Some(SHOP));
    // Where the recipient keeps records, it is on its way to it.
    events.push(make("e9", at(1, 1), SHOP, &lot("other"), 5.0));
    let answer = ask(&events, Hazard::Microbial);
    assert_eq!(answer.kilograms.definite.in_transit.worst.max, Some(70.0));
    assert!(answer.exits.is_empty());
}

#[test]
fn seen_where_no_record_brings_it_is_suspected() {
    let mut events = chain();
    events.remove(4);
    let answer = ask(&events, Hazard::Microbial);
    assert_eq!(answer.at("B", PLANT), Some(ScopeGrade::Definite));
    assert_eq!(answer.at("B", SHOP), Some(ScopeGrade::Suspected));
    assert_eq!(answer.grade("B"), Some(ScopeGrade::Definite), "the worst decides");
    assert!(!answer.demands.is_empty());
}

#[test]
fn a_label_goes_with_its_food_and_a_new_one_is_only_suspected() {
    let answer = ask(&chain(), Hazard::Label);
    assert_eq!(answer.grade("A"), Some(ScopeGrade::Definite));
    assert_eq!(answer.grade("B"), Some(ScopeGrade::Suspected));
    assert_eq!(answer.why("B"), [ScopeReason::NewLabel]);
}

#[test]
fn what_all_else_came_of_came_of_none_of_it() {
    let mut events = vec![
        receive("e0", at(1, 6), PLANT, &lot("A"), 100.0),
        ship("e1", at(1, 8), PLANT, &lot("A"), 60.0).to(SHOP).document("d1"),
        // The shop writes down days, and this one began before anything came to the plant.
        receive("e2", on(1), SHOP, &lot("A"), 60.0).document("d1"),
        transform("e3", on(1), SHOP).takes(&lot("A"), 60.0).gives(&lot("B"), 50.0),
    ];
    assert_eq!(ask(&events, Hazard::Label).why("B"), [ScopeReason::NewLabel]);
    // What the shop has from elsewhere may have gone on to the plant.
    events.push(receive("e4", on(1), SHOP, &lot("A"), 9.0).from(FARM));
    let doubted = [ScopeReason::UnrecordedMove, ScopeReason::NewLabel];
    assert_eq!(ask(&events, Hazard::Label).why("B"), doubted);
}

#[test]
fn a_lot_from_nowhere_where_bought_food_is_unaccounted_for_is_suspected() {
    let events = [
        receive("a", at(1, 1), PLANT, &lot("A"), 100.0),
        make("b", at(2, 1), PLANT, &lot("new"), 70.0),
        make("c", at(2, 1), PLANT, &lot("large"), 170.0),
        make("d", at(0, 1), PLANT, &lot("old"), 70.0),
    ];
    let answer = ask(&events, Hazard::Microbial);
    assert_eq!(answer.why("new"), [ScopeReason::UnexplainedOrigin]);
    assert_eq!((answer.grade("large"), answer.grade("old")), (None, None));
    assert_eq!(answer.demanded(DemandKind::Origin), ["b"]);
}

#[test]
fn packs_follow_their_lot_and_records_without_a_lot_are_suspected() {
    let pack = "https://id.gs1.org/01/06901234000011/21/1";
    let product = "https://id.gs1.org/01/06901234000011";
    let mut events = chain();
    let commission = object("p", Action::Add, "commissioning", at(2, 11), PLANT);
    events.push(commission.unit(ItemRole::Subject, pack).lot(&lot("B")));
    let sold = object("s", Action::Delete, "retail_selling", at(3, 10), SHOP);
    events.push(sold.class(ItemRole::Subject, product, 2.0));
    let answer = ask(&events, Hazard::Microbial);
    let grade = |id: &str| answer.lots.iter().find(|lot| lot.id == id).map(|lot| lot.grade);
    assert_eq!(grade(pack), Some(ScopeGrade::Definite));
    assert_eq!(grade(product), Some(ScopeGrade::Suspected));
    assert_eq!(answer.demanded(DemandKind::LotNumbers), ["s"]);
    assert_eq!(answer.kilograms.definite.in_stock.worst.max, Some(80.0), "packs are of the lot");
}

#[test]
fn the_contents_of_a_pallet_start_where_it_brought_them() {
    let pallet = "https://id.gs1.org/00/106141412345678908";
    let events = [
        make("e0", at(1, 6), FARM, &lot("A"), 100.0),
        pack("e1", at(1, 7), FARM, pallet).holds(&lot("A"), 40.0),
        haul("e2", "shipping", at(1, 8), FARM, pallet).to(SHOP),
        haul("e3", "receiving", at(1, 9), SHOP, pallet),
        ship("e4", at(1, 10), FARM, &lot("A"), 60.0).to(PLANT).document("d"),
        receive("e5", at(1, 11), PLANT, &lot("A"), 60.0).document("d"),
    ];
    let asked = ScopeQuestion::new(Start::Items(vec![pallet.into()]), Hazard::Temperature);
    let answer = ask_with(&graph(&events), &asked);
    assert_eq!(answer.at("A", SHOP), Some(ScopeGrade::Definite));
    assert_eq!((answer.at("A", FARM), answer.at("A", PLANT)), (None, None));
}

#[test]
fn a_supplier_starts_with_what_it_made_or_shipped_then() {
    let graph = graph_by(&[
        ("urn:p:a", make("a1", at(1, 1), FARM, &lot("A"), 1.0)),
        ("urn:p:a", make("a2", at(9, 1), FARM, &lot("later"), 1.0)),
        ("urn:p:b", make("b1", at(1, 1), SHOP, &lot("other"), 1.0)),
        ("urn:p:a", ship("a3", at(2, 1), FARM, &lot("bought"), 1.0)),
        ("urn:p:a", receive("a4", at(2, 1), FARM, &lot("received"), 1.0)),
    ]);
    let during = Interval { from: at(0, 0).micros, until: at(5, 0).micros };
    let start = Start::Supplier { party: "urn:p:a".into(), during };
    let answer = ask_with(&graph, &ScopeQuestion::new(start, Hazard::Chemical));
    let lots: Vec<&str> = answer.lots.iter().map(|lot| lot.id.as_str()).collect();
    assert_eq!(lots, [lot("A"), lot("bought")]);
}

#[test]
fn a_return_is_no_circle_and_lots_made_from_each_other_are() {
    let mut events = chain();
    events.push(ship("e7", at(4, 1), SHOP, &lot("B"), 10.0).to(PLANT).document("d3"));
    events.push(receive("e8", at(4, 2), PLANT, &lot("B"), 10.0).document("d3"));
    assert!(ask(&events, Hazard::Microbial).issues.is_empty());
    events.push(transform("e9", at(5, 1), PLANT).takes(&lot("B"), 5.0).gives(&lot("C"), 5.0));
    events.push(transform("e10", at(5, 1), PLANT).takes(&lot("C"), 5.0).gives(&lot("B"), 5.0));
    let answer = ask(&events, Hazard::Microbial);
    assert_eq!(answer.issues[0].kind, ScopeIssueKind::Cycle);
    assert_eq!(answer.issues[0].lots, [lot("B"), lot("C")]);
}

#[test]
fn late_records_and_those_after_the_notice_are_listed() {
    let mut graph = graph(&chain());
    // Three events are in each entry: the first was recorded two days late, the others in time.
    graph.posted(0, at(3, 11).micros);
    graph.posted(1, at(3, 0).micros);
    graph.posted(2, at(3, 10).micros);
    let notice = Some(at(3, 10).micros - 1);
    let asked = ScopeQuestion { notice, ..items(Hazard::Microbial, &["A"]) };
    let answer = ask_with(&graph, &asked);
    let late: Vec<(&str, i64, bool)> =
        answer.late.iter().map(|l| (l.event.as_str(), l.hours, l.after_notice)).collect();
    // These dates lie before the first row of the rule, so that nothing is late but the notice.
    assert_eq!(late, [("e0", 53, true), ("e1", 51, true), ("e2", 49, true), ("e6", 1, true)]);
    assert!(answer.rules.late.is_empty());
}

#[test]
fn a_limit_says_that_more_may_be_affected() {
    let graph = graph(&chain());
    let asked = ScopeQuestion { holdings_max: 3, ..items(Hazard::Microbial, &["A"]) };
    let answer = ask_with(&graph, &asked);
    assert!(answer.truncated && answer.holdings.len() <= 3);
    assert!(!ask_with(&graph, &items(Hazard::Microbial, &["A"])).truncated);
    let nothing = ask_with(&graph, &items(Hazard::Microbial, &["none"]));
    assert!(nothing.holdings.is_empty() && !nothing.truncated);
}
