//! One rule of a recall scope in each test.

use laiqu_epcis::facts::{Action, EventTime, Facts, ItemRole, Quantity, TypedId};
use laiqu_epcis::vocabulary::biz_step;

use crate::fixture::*;
use crate::graph::Issuer;
use crate::{
    Area, BalanceQuestion, DemandKind, Graph, Hazard, Interval, MasterFacts, ResourceKind,
    ScopeAnswer, ScopeGrade, ScopeIssueKind, ScopeQuestion, ScopeReason, Selection, Start, Verdict,
};

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
fn a_kill_step_clears_what_comes_after_it_and_only_what_it_names() {
    let mut events = chain();
    events.push(kill("k", at(2, 11), PLANT, &lot("B"), "李斯特菌"));
    let graph = graph(&events);
    let named = |hazard, agent: Option<&str>| {
        let agent = agent.map(str::to_owned);
        ask_with(&graph, &ScopeQuestion { agent, ..items(hazard, &["A"]) })
    };
    let cleared = named(Hazard::Microbial, Some("李斯特菌"));
    assert_eq!(cleared.grade("B"), Some(ScopeGrade::Cleared));
    assert_eq!(cleared.why("B"), [ScopeReason::KillStep]);
    assert_eq!(cleared.at("B", SHOP), Some(ScopeGrade::Cleared));
    assert_eq!(cleared.kilograms.definite.sold.worst.max, Some(0.0));
    let holding =
        cleared.holdings.iter().find(|h| h.site.as_deref() == Some(PLANT) && h.lot == lot("B"));
    assert_eq!(holding.unwrap().cleared_by, ["k"]);
    for answer in [
        named(Hazard::Microbial, Some("沙门氏菌")),
        named(Hazard::Microbial, None),
        named(Hazard::Allergen, Some("李斯特菌")),
        named(Hazard::Chemical, Some("李斯特菌")),
        named(Hazard::Temperature, Some("李斯特菌")),
    ] {
        assert_eq!(answer.grade("B"), Some(ScopeGrade::Definite));
        assert_eq!(answer.issues[0].kind, ScopeIssueKind::KillStepIgnored);
    }
}

#[test]
fn a_kill_step_clears_nothing_that_left_before_or_that_it_left_out() {
    let agent = Some("李斯特菌".to_owned());
    let asked = ScopeQuestion { agent, ..items(Hazard::Microbial, &["A"]) };
    let with = |step: Facts| {
        let mut events = chain();
        events.push(step);
        ask_with(&graph(&events), &asked)
    };
    let late = with(kill("k", at(2, 13), PLANT, &lot("B"), "李斯特菌"));
    assert_eq!(late.at("B", SHOP), Some(ScopeGrade::Definite), "sent before");
    let some = object("k", Action::Observe, "x", at(2, 11), PLANT).class(
        ItemRole::Subject,
        &lot("B"),
        30.0,
    );
    let part = with(marked(some, biz_step::KILL_STEP, &["李斯特菌"]));
    assert_eq!(part.at("B", SHOP), Some(ScopeGrade::Definite), "only 30 of 70 kg");
    let on_day = with(kill("k", on(2), PLANT, &lot("B"), "李斯特菌"));
    assert_eq!(on_day.at("B", SHOP), Some(ScopeGrade::Definite), "perhaps after it was sent");
    let before = with(kill("k", at(1, 20), PLANT, &lot("A"), "李斯特菌"));
    assert_eq!(before.at("B", SHOP), Some(ScopeGrade::Cleared), "killed before it was used");
    assert_eq!(before.at("A", FARM), Some(ScopeGrade::Definite));
}

#[test]
fn only_a_regulator_with_a_result_clears_a_lot_of_an_analyte() {
    let agent = Some("毒死蜱".to_owned());
    let asked = ScopeQuestion { agent, ..items(Hazard::Chemical, &["A"]) };
    let with = |by: Issuer<'_>, facts: &Facts| {
        let mut graph = graph(&chain());
        graph.add(position(20), by, facts);
        ask_with(&graph, &asked)
    };
    let office = Issuer { id: "urn:p:office", is_regulator: true };
    let decision = clearance("c", at(2, 20), &lot("B"), "毒死蜱");
    let cleared = with(office, &decision);
    assert_eq!(cleared.grade("B"), Some(ScopeGrade::Cleared));
    assert_eq!(cleared.why("B"), [ScopeReason::Clearance]);
    assert_eq!(cleared.grade("A"), Some(ScopeGrade::Definite), "only that lot");
    let mut bare = decision.clone();
    bare.transactions.clear();
    let early = clearance("c", at(1, 20), &lot("B"), "毒死蜱");
    for (by, facts) in [
        (Issuer::from("urn:p:lab"), &decision),
        (office, &bare),
        (office, &clearance("c", at(2, 20), &lot("B"), "克百威")),
        (office, &early),
    ] {
        let answer = with(by, facts);
        assert_eq!(answer.grade("B"), Some(ScopeGrade::Definite));
        assert_eq!(answer.issues[0].kind, ScopeIssueKind::ClearanceIgnored);
    }
}

/// A pack, the decision on its lot, the record that it is of that lot, and its withdrawal: one
/// entry each.
fn decided_pack(pack: &str) -> Graph {
    let packed = object("p0", Action::Add, "commissioning", at(1, 6), PLANT);
    let told = object("p1", Action::Observe, "inspecting", at(1, 7), PLANT);
    let told = told.unit(ItemRole::Subject, pack).lot(&lot("B"));
    let mut graph = graph(&[packed.unit(ItemRole::Subject, pack)]);
    let office = Issuer { id: "urn:p:office", is_regulator: true };
    graph.add(position(3), office, &clearance("c", at(2, 20), &lot("B"), "毒死蜱"));
    let plant = Issuer::from("urn:p:plant");
    graph.add(position(6), plant, &told);
    graph.add(position(9), plant, &told.error("did_not_occur", &[]));
    graph
}

#[test]
fn a_decision_on_a_lot_clears_its_packs_from_when_a_standing_record_says_that_they_are() {
    let pack = "https://id.gs1.org/01/06901234000011/21/P";
    let asked = ScopeQuestion {
        agent: Some("毒死蜱".to_owned()),
        ..ScopeQuestion::new(Start::Items(vec![pack.to_owned()]), Hazard::Chemical)
    };
    let grade = |graph: &Graph, as_of: Option<u64>| {
        let answer = graph.recall_scope(&ScopeQuestion { as_of, ..asked.clone() }, &());
        answer.lots.iter().find(|line| line.id == pack).map(|line| line.grade)
    };
    let graph = decided_pack(pack);
    assert_eq!(grade(&graph, Some(2)), Some(ScopeGrade::Definite), "nobody had said so yet");
    assert_eq!(grade(&graph, Some(3)), Some(ScopeGrade::Cleared));
    assert_eq!(grade(&graph, None), Some(ScopeGrade::Definite), "taken back");
}

/// Runs on the line of the chain: two hours each, from these hours of the second day on.
fn later_runs(starts: &[(i64, i64, &str)]) -> Vec<Facts> {
    let run = |(day, hour, name): &(i64, i64, &str)| {
        let id = format!("r{name}");
        let run = transform(&id, at(*day, hour + 2), PLANT);
        begun(on_line(run), at(*day, *hour)).takes(&lot("clean"), 5.0).gives(&lot(name), 5.0)
    };
    starts.iter().map(run).collect()
}

#[test]
fn a_line_is_dirty_until_its_next_recorded_cleaning() {
    let mut events = chain();
    events.extend(later_runs(&[
        (1, 8, "before"),
        (2, 9, "beside"),
        (2, 11, "after"),
        (2, 16, "clean2"),
    ]));
    events.push(cleaning("w", at(2, 14), LINE));
    for hazard in [Hazard::Microbial, Hazard::Chemical, Hazard::Allergen] {
        let answer = ask(&events, hazard);
        for (name, grade) in [
            ("before", None),
            ("beside", Some(ScopeGrade::Suspected)),
            ("after", Some(ScopeGrade::Suspected)),
            ("clean2", None),
        ] {
            assert_eq!(answer.grade(name), grade, "{name}");
        }
        assert_eq!(answer.why("after"), [ScopeReason::SharedResource]);
        assert_eq!(answer.resources[0].cleaned_by.as_deref(), Some("w"));
        assert!(answer.rules.windows.is_empty());
        // Possible mixing adds to the worst case alone.
        let suspected = answer.kilograms.suspected.in_stock;
        assert_eq!((suspected.worst.max, suspected.expected.max), (Some(10.0), Some(0.0)));
    }
    for hazard in [Hazard::Temperature, Hazard::Label] {
        assert_eq!(ask(&events, hazard).grade("after"), None);
    }
}

#[test]
fn without_a_cleaning_record_suspicion_ends_after_a_dated_default() {
    let mut events = chain();
    // The run of the chain ends at ten on the second day; the window of a line is a day.
    events.extend(later_runs(&[(3, 9, "within"), (3, 11, "beyond")]));
    let answer = ask(&events, Hazard::Microbial);
    assert_eq!(answer.grade("within"), Some(ScopeGrade::Suspected));
    assert!(answer.why("within").contains(&ScopeReason::NoCleaningRecord));
    assert_eq!(answer.grade("beyond"), None, "carried-over suspicion makes no line dirty again");
    let rule = answer.rules.windows[0];
    assert_eq!((rule.resource, rule.hours, rule.unconfirmed), (ResourceKind::Line, 24, true));
    assert_eq!(answer.resources[0].window_hours, Some(24));
    assert!(answer.resources[0].kind_inferred);
    assert!(answer.demands.iter().any(|demand| demand.kind == DemandKind::Cleaning));
    // As a tank it is suspected for longer.
    let resources = vec![(LINE.to_owned(), ResourceKind::Tank)];
    let asked = ScopeQuestion { resources, ..items(Hazard::Microbial, &["A"]) };
    let answer = ask_with(&graph(&events), &asked);
    assert_eq!(answer.grade("beyond"), Some(ScopeGrade::Suspected));
    // A cleaning declared to be in error ends nothing.
    let wash = cleaning("w", at(2, 20), LINE);
    events.extend([wash.clone(), wash.error("did_not_occur", &[])]);
    assert_eq!(ask(&events, Hazard::Microbial).grade("within"), Some(ScopeGrade::Suspected));
}

fn in_room(facts: Facts) -> Facts {
    Facts { biz_location: Some(ROOM.into()), ..facts }
}

#[test]
fn a_room_passes_it_on_between_open_food_only() {
    let mut cases = receive("c", at(1, 12), PLANT, &lot("cases"), 9.0);
    cases.items[0].quantity = Some(Quantity { amount: 9.0, unit: Some("CS".into()) });
    let events = [
        in_room(receive("a", at(1, 10), PLANT, &lot("A"), 100.0)),
        ship("a2", at(1, 20), PLANT, &lot("A"), 100.0).to(SHOP),
        in_room(receive("b", at(1, 12), PLANT, &lot("open"), 10.0)),
        in_room(cases),
        in_room(receive("d", at(20, 1), PLANT, &lot("late"), 10.0)),
        receive("f", at(1, 12), PLANT, &lot("hall"), 10.0),
    ];
    let answer = ask(&events, Hazard::Microbial);
    assert_eq!(answer.grade("open"), Some(ScopeGrade::Suspected));
    for name in ["cases", "late", "hall"] {
        assert_eq!(answer.grade(name), None, "{name}");
    }
    assert_eq!(answer.resources[0].kind, ResourceKind::Room);
    assert_eq!(ask(&events, Hazard::Temperature).grade("open"), None);
}

fn exposure(place: &str, from: EventTime, until: EventTime, hazard: Hazard) -> ScopeQuestion {
    let during = Interval { from: from.micros, until: until.micros };
    ScopeQuestion::new(Start::Place { place: place.into(), during }, hazard)
}

#[test]
fn an_exposure_reaches_only_what_was_there_and_what_came_of_it() {
    let mut events = vec![
        in_room(receive("gone1", at(1, 1), PLANT, &lot("gone"), 10.0)),
        ship("gone2", at(1, 5), PLANT, &lot("gone"), 10.0).to(SHOP),
        in_room(receive("there1", at(1, 1), PLANT, &lot("there"), 10.0)),
        ship("there2", at(2, 5), PLANT, &lot("there"), 10.0).to(SHOP).document("d"),
        receive("there3", at(2, 6), SHOP, &lot("there"), 10.0).document("d"),
        in_room(receive("open1", at(1, 2), PLANT, &lot("open"), 10.0)),
        in_room(receive("new1", at(3, 1), PLANT, &lot("new"), 10.0)),
        receive("hall1", at(1, 1), PLANT, &lot("hall"), 10.0),
    ];
    events.push(sell("there0", at(1, 3), PLANT, &lot("part"), 1.0));
    let asked = exposure(ROOM, at(1, 12), at(1, 20), Hazard::Temperature);
    let answer = ask_with(&graph(&events), &asked);
    assert_eq!(answer.grade("there"), Some(ScopeGrade::Definite));
    assert_eq!(answer.at("there", SHOP), Some(ScopeGrade::Definite));
    assert_eq!(answer.grade("open"), Some(ScopeGrade::Suspected), "nobody saw it leave");
    assert_eq!(answer.why("open"), [ScopeReason::Start, ScopeReason::OpenPresence]);
    for name in ["gone", "new", "hall", "part"] {
        assert_eq!(answer.grade(name), None, "{name}");
    }
    // The whole site takes in the hall.
    let whole = exposure(PLANT, at(1, 12), at(1, 20), Hazard::Temperature);
    assert!(ask_with(&graph(&events), &whole).grade("hall").is_some());
}

#[test]
fn what_had_left_before_the_exposure_is_not_reached() {
    let events = [
        receive("a1", at(1, 1), PLANT, &lot("A"), 100.0),
        ship("a2", at(1, 5), PLANT, &lot("A"), 50.0).to(SHOP).document("d1"),
        receive("a3", at(1, 6), SHOP, &lot("A"), 50.0).document("d1"),
        ship("a4", at(2, 5), PLANT, &lot("A"), 50.0).to(FARM).document("d2"),
        receive("a5", at(2, 6), FARM, &lot("A"), 50.0).document("d2"),
    ];
    let asked = exposure(PLANT, at(1, 12), at(1, 20), Hazard::Temperature);
    let answer = ask_with(&graph(&events), &asked);
    assert_eq!(answer.at("A", SHOP), None);
    assert_eq!(answer.at("A", FARM), Some(ScopeGrade::Definite));
    // All of the lot is in question where the lot itself is.
    let answer = ask(&events, Hazard::Temperature);
    assert_eq!(answer.at("A", SHOP), Some(ScopeGrade::Definite));
}

#[test]
fn a_dirty_line_reaches_what_was_made_on_it_and_then_only_suspicion() {
    let runs = later_runs(&[(1, 8, "early"), (2, 8, "in"), (2, 14, "next"), (4, 8, "far")]);
    let asked = exposure(LINE, at(2, 6), at(2, 12), Hazard::Microbial);
    let answer = ask_with(&graph(&runs), &asked);
    assert_eq!(answer.grade("in"), Some(ScopeGrade::Definite));
    assert_eq!(answer.grade("next"), Some(ScopeGrade::Suspected));
    assert_eq!((answer.grade("early"), answer.grade("far")), (None, None));
    let mut clean = runs.clone();
    clean.push(cleaning("w", at(2, 12), LINE));
    assert_eq!(ask_with(&graph(&clean), &asked).grade("next"), None);
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
