//! What ends it: kill steps, and decisions on samples.

use super::*;

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
