//! Profiles held against what others published for them.

use laiqu_epcis::profile::{Finding, Profile, check};
use laiqu_epcis::{Document, Limits};
use laiqu_tests::read_data;

const GDST: &str = "epcis/gdst-opentraceability";

/// What a document lacks; nothing where there is no test data.
fn lacking(file: &str, profile: Profile) -> Option<Vec<(&'static str, String)>> {
    let text = read_data(file)?;
    let document = Document::parse(&text, &Limits::default())
        .unwrap_or_else(|faults| panic!("{file}: {}", faults[0]));
    let shown = |found: Finding| (found.rule.id, found.pointer);
    Some(check(&document, profile).into_iter().map(shown).collect())
}

#[test]
fn the_events_that_gs1_us_recommends_lack_nothing() {
    for name in ["harvest", "initial-packing", "transformation", "shipping", "receiving"] {
        let file = format!("epcis/fsma204/{name}-cte.jsonld");
        let Some(found) = lacking(&file, Profile::Fsma204) else { return };
        assert_eq!(found, [], "{file}");
    }
}

#[test]
fn gdst_s_own_events_lack_nothing() {
    for name in [
        "cap_tool_events",
        "gdst_data_withmasterdata",
        "testserver_advancedfilters",
        "traceback_tests",
        "EPCISQueryDocument.GDST",
    ] {
        let file = format!("{GDST}/valid/{name}.jsonld");
        let Some(found) = lacking(&file, Profile::Gdst) else { return };
        assert_eq!(found, [], "{file}");
    }
}

#[test]
fn each_wrong_gdst_event_has_its_fault_named() {
    let vessel = "/ilmd/cbvmda:vesselCatchInformationList/cbvmda:vesselCatchInformation/0";
    for (name, rule, at) in [
        ("event_invalid_human_welfare_policy", "human-welfare-policy", "/gdst:humanWelfarePolicy"),
        (
            "farm_harvest_event_invalid",
            "farm-harvest.production-method",
            "/ilmd/cbvmda:productionMethodForFishAndSeafoodCode",
        ),
        ("feedmill_missing_protein_source", "feed.protein-source", "/ilmd/proteinSource"),
        ("feedmill_object_event_invalid", "feed.protein-source", "/ilmd/proteinSource"),
        (
            "fishing_event_invalid",
            "fishing.production-method",
            "/ilmd/cbvmda:productionMethodForFishAndSeafoodCode",
        ),
        ("hatching_missing_broodstock", "hatching.broodstock-source", "/ilmd/broodstockSource"),
        ("processing_event_invalid", "lot-number", "/ilmd/lotNumber"),
        (
            "vessel_invalid_country_code",
            "fishing.flag",
            &format!("{vessel}/cbvmda:vesselFlagState"),
        ),
        ("vessel_invalid_imo", "fishing.imo", &format!("{vessel}/gdst:imoNumber")),
    ] {
        let file = format!("{GDST}/invalid/gdst_{name}.jsonld");
        let Some(found) = lacking(&file, Profile::Gdst) else { return };
        let (rule, at) = (format!("gdst.{rule}"), format!("/epcisBody/eventList/0{at}"));
        assert!(found.iter().any(|(id, p)| *id == rule && *p == at), "{file}: {found:?}");
        // What is right of them is not blamed.
        assert!(found.iter().all(|(id, _)| !id.ends_with("quantity-and-unit")), "{found:?}");
    }
}
