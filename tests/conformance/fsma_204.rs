//! Lettuce from the field to a salad: critical tracking events after FSMA 204, as GS1 US writes
//! them.

use laiqu_tests::{Site, TestParty, read_data};
use serde_json::Value;
use std::collections::BTreeSet;

const HARVEST: &str = "https://id.gs1.org/01/00860009999923/10/ABC1234";
const HARVEST_URN: &str = "urn:epc:class:lgtin:086000999.0992.ABC1234";
const SALAD: &str = "https://id.gs1.org/01/10860009998039/10/SALAD-20260420-A";
const CONFLICT: &str = "urn:uuid:4898a223-216a-4f46-9e18-338ccf6fa3ba";

fn read(step: &str) -> Option<String> {
    read_data(&format!("epcis/fsma204/{step}-cte.jsonld"))
}

/// Harvest, packing and shipping by one party.
struct Chain {
    site: Site,
    grower: TestParty,
    harvest: Value,
    packing: Value,
}

fn chain(name: &str) -> Option<Chain> {
    let documents = [read("harvest")?, read("initial-packing")?, read("shipping")?];
    let site = Site::new(&format!("ledger.example/fsma-{name}"));
    let grower = site.party("https://id.gs1.org/417/0860009999060");
    let capture = |document: &String| grower.capture(&site.client(), document).expect(202);
    let [harvest, packing, _shipping] = documents.each_ref().map(capture);
    Some(Chain { site, grower, harvest, packing })
}

/// Gaps on the way from the harvest to the salad, in both directions.
fn check_trace(site: &Site) {
    let forward = site.trace("forward", HARVEST, "");
    let back = site.trace("back", SALAD, "");
    for (trace, end) in [(&forward, SALAD), (&back, HARVEST)] {
        let lots = trace["lots"].as_array().unwrap();
        assert!(lots.iter().any(|lot| lot["id"] == end), "{end} is not reached: {lots:?}");
        let issues = trace["issues"].as_array().unwrap();
        let gaps: Vec<&Value> = issues.iter().filter(|issue| issue["kind"] == "gap").collect();
        assert_eq!(gaps.len(), 1, "{issues:#?}");
        assert_eq!(trace["truncated"], false);
    }
    let ids = |trace: &Value| -> BTreeSet<String> {
        let events = trace["events"].as_array().unwrap();
        events.iter().map(|event| event["event_id"].as_str().unwrap().to_owned()).collect()
    };
    assert!(ids(&forward).contains(CONFLICT) && ids(&back).contains(CONFLICT));
}

#[test]
fn the_repeated_event_is_answered_with_the_first_receipt() {
    let Some(Chain { site, harvest, packing, .. }) = chain("repeat") else { return };
    let first = &harvest["events"][1];
    let repeated: Vec<&Value> =
        packing["events"].as_array().unwrap().iter().filter(|e| e["duplicate"] == true).collect();
    assert_eq!(repeated.len(), 1, "{packing:#}");
    assert_eq!(repeated[0]["ordinal"], 1, "the transporting event");
    assert_eq!(repeated[0]["position"], first["position"]);
    assert_eq!(repeated[0]["event_id"], first["event_id"]);
    assert_eq!(repeated[0]["first_receipt"]["leaf"], harvest["receipt"]["leaf"]);
    let _leaf = laiqu_tests::check_receipt(&site.ledger, &repeated[0]["first_receipt"]);
}

#[test]
fn the_conflicting_event_is_refused() {
    let Some(Chain { site, grower, .. }) = chain("conflict") else { return };
    let before = site.state();
    let answer = grower.capture(&site.client(), &read("receiving").unwrap());
    let problem = site.refused(&before, &answer, 409, "event-id-conflict");
    assert!(problem["detail"].as_str().unwrap().contains(CONFLICT), "{problem}");
    let errors = problem["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0]["pointer"], "/epcisBody/eventList/0/eventID");
}

#[test]
fn harvest_and_salad_are_joined_through_one_gap_without_the_receipt() {
    let Some(Chain { site, grower, .. }) = chain("gap") else { return };
    let made = grower.capture(&site.client(), &read("transformation").unwrap());
    assert_eq!(made.status, 202, "{}", made.text());
    check_trace(&site);
}

#[test]
fn harvest_and_salad_are_joined_through_one_gap_with_the_receipt_of_a_second_party() {
    let Some(Chain { site, grower, .. }) = chain("second") else { return };
    let receiver = site.party("https://id.gs1.org/417/0860009998001");
    let received = receiver.capture(&site.client(), &read("receiving").unwrap());
    assert_eq!(received.status, 202, "{}", received.text());
    let made = grower.capture(&site.client(), &read("transformation").unwrap());
    assert_eq!(made.status, 202, "{}", made.text());
    check_trace(&site);
}

#[test]
fn urn_and_digital_link_give_equal_answers() {
    let Some(Chain { site, grower, .. }) = chain("spelling") else { return };
    assert_eq!(grower.capture(&site.client(), &read("transformation").unwrap()).status, 202);
    let expected = site.trace("forward", HARVEST, "");
    assert_eq!(expected["lots"][0]["id"], HARVEST);
    let elsewhere = HARVEST.replace("id.gs1.org", "grower.example/products");
    for spelling in [HARVEST_URN, &elsewhere] {
        assert_eq!(site.trace("forward", spelling, ""), expected, "{spelling}");
    }
    let other = site.trace("forward", &HARVEST_URN.replace("ABC1234", "ABC1235"), "");
    assert_ne!(other["lots"], expected["lots"]);
}
