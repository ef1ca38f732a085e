//! Who may read what.

use crate::{LOT, LOT_URN, MADE, creation};
use laiqu_tests::{Client, Site, TestParty, document, encode, transformed};
use serde_json::Value;

fn trace(client: &Client, id: &str) -> laiqu_tests::Answer {
    client.get(&format!("/v1/trace?direction=both&id={}", encode(id)))
}

fn ids(trace: &Value) -> Vec<&str> {
    trace["events"].as_array().unwrap().iter().map(|e| e["event_id"].as_str().unwrap()).collect()
}

/// A farm that makes a lot, and a mill that makes another from it.
fn farm_and_mill(site: &Site) -> (TestParty, TestParty) {
    let (farm, mill) = (site.party("urn:uscc:farm"), site.party("urn:uscc:mill"));
    assert_eq!(farm.capture(&site.client(), &creation("urn:uuid:farm")).status, 202);
    let made = document(&[transformed("urn:uuid:mill", &[LOT_URN], MADE)]);
    assert_eq!(mill.capture(&site.client(), &made).status, 202);
    (farm, mill)
}

#[test]
fn traces_need_a_token_unless_reading_is_public() {
    let site = Site::new("ledger.example/closed");
    let _parties = farm_and_mill(&site);
    let refused = trace(&site.client(), LOT);
    assert_eq!(refused.problem(401), "credentials-missing");
    assert_eq!(refused.header("www-authenticate"), Some("Bearer"));
    assert!(!refused.text().contains("urn:uuid:farm"));
    let unknown = trace(&site.server.client_with("laiqu_guess"), LOT);
    assert_eq!(unknown.problem(401), "token-unknown");
    let answer = trace(&site.operator(), LOT).expect(200);
    assert_eq!(ids(&answer), ["urn:uuid:farm", "urn:uuid:mill"]);

    let open = Site::with("ledger.example/open", &["--public-read"]);
    let _parties = farm_and_mill(&open);
    let public = trace(&open.client(), LOT).expect(200);
    assert_eq!(ids(&public), ["urn:uuid:farm", "urn:uuid:mill"]);
    assert_eq!(trace(&open.server.client_with("laiqu_guess"), LOT).problem(401), "token-unknown");
    assert_eq!(open.client().get("/epcis/events/urn:uuid:farm").status, 200);
}

#[test]
fn a_trace_says_on_which_state_it_was_computed() {
    let site = Site::new("ledger.example/state");
    let _parties = farm_and_mill(&site);
    let by_urn = trace(&site.operator(), LOT_URN).expect(200);
    assert_eq!(by_urn["ledger"], site.state());
    assert_eq!(by_urn, trace(&site.operator(), LOT).expect(200), "one lot, two spellings");
    assert_eq!(by_urn["truncated"], false);
    let lots: Vec<&str> =
        by_urn["lots"].as_array().unwrap().iter().map(|lot| lot["id"].as_str().unwrap()).collect();
    assert_eq!(lots, [LOT, MADE]);
    let link = &by_urn["links"][0];
    assert_eq!((&link["from"], &link["to"]), (&LOT.into(), &MADE.into()));
    assert_eq!(link["event"], "urn:uuid:mill");
    assert_eq!(link["quantity"]["amount"], 5.0);
    let event = &by_urn["events"][0];
    assert_eq!((&event["type"], &event["party"]), (&"ObjectEvent".into(), &"urn:uscc:farm".into()));
    assert_eq!(event["place"], "https://id.gs1.org/414/4012345000115");
    let entry = event["position"]["index"].as_u64().unwrap();
    let stored = site.operator().get(&format!("/v1/entries/{entry}")).expect(200);
    assert!(stored["document"].as_str().unwrap().contains("urn:uuid:farm"));
    let none = trace(&site.operator(), "urn:x:nothing").expect(200);
    assert!(ids(&none).is_empty() && none["lots"].as_array().unwrap().is_empty());
    let near = site.trace("forward", LOT, "&depth=0");
    assert_eq!(near["truncated"], true);
    assert_eq!(near["cut"], serde_json::json!([{"limit": "depth", "most": 0}]));
    assert_eq!(near["lots"].as_array().unwrap().len(), 1);
}

#[test]
fn a_trace_takes_several_items_and_names_the_unknown_ones() {
    let site = Site::new("ledger.example/several");
    let (farm, _mill) = farm_and_mill(&site);
    let other = LOT_URN.replace("A1", "A2");
    let apart = creation("urn:uuid:apart").replace(LOT_URN, &other);
    assert_eq!(farm.capture(&site.client(), &apart).status, 202);
    let several = |client: &Client, ids: &[&str]| {
        let ids: Vec<String> = ids.iter().map(|id| format!("id={}", encode(id))).collect();
        client.get(&format!("/v1/trace?direction=back&{}", ids.join("&")))
    };
    let answer = several(&site.operator(), &[MADE, &other, LOT_URN, LOT, "urn:x:no,thing"]);
    let answer = answer.expect(200);
    assert_eq!(ids(&answer), ["urn:uuid:farm", "urn:uuid:apart", "urn:uuid:mill"]);
    let starts = answer["starts"].as_array().unwrap();
    assert_eq!(starts.len(), 4, "each once, in the order asked: {answer}");
    assert_eq!((&starts[0], &starts[2]), (&MADE.into(), &LOT.into()));
    assert_eq!(answer["unknown"], serde_json::json!(["urn:x:no,thing"]));
    let depths = |answer: &Value| {
        let lots = answer["lots"].as_array().unwrap().iter();
        lots.map(|lot| lot["depth"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(depths(&answer), [0, 0, 0]);
    // What a business may not read is as unknown to it as what is not there.
    let farm = site.server.client_with(&site.token(&farm));
    assert_eq!(several(&farm, &[LOT, MADE]).expect(200)["unknown"], serde_json::json!([MADE]));
    let many: Vec<String> = (0..101).map(|n| format!("urn:x:{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(several(&site.operator(), &many[..100]).expect(200)["unknown"][99], "urn:x:99");
    assert_eq!(several(&site.operator(), &many).problem(400), "invalid-parameter");
    let twice = "/v1/trace?id=a&direction=back&direction=back";
    assert_eq!(site.operator().get(twice).problem(400), "invalid-parameter");
}

#[test]
fn a_walk_follows_only_events_of_its_time_and_tells_nobody_of_others_records() {
    let site = Site::new("ledger.example/window");
    let (farm, mill) = farm_and_mill(&site);
    let size = site.size();
    let walk = |client: &Client, window: &str| {
        let path = format!("/v1/trace?direction=forward&id={}{window}", encode(LOT));
        let answer = client.get(&path).expect(200);
        let count = answer["lots"].as_array().unwrap().len();
        assert_eq!(answer["truncated"], !answer["cut"].as_array().unwrap().is_empty());
        (count, answer["cut"].to_string())
    };
    let (nothing, time) = ("[]".to_owned(), r#"[{"limit":"time","most":null}]"#.to_owned());
    let before = "&walk_until=2000-01-01T00:00:00Z";
    let client = |party: &TestParty| site.server.client_with(&site.token(party));
    assert_eq!(walk(&site.operator(), "&walk_from=2000-01-01T00:00:00Z"), (2, nothing.clone()));
    assert_eq!(walk(&site.operator(), before), (1, time.clone()));
    assert_eq!(walk(&client(&mill), before), (1, time), "its own run is beyond");
    assert_eq!(walk(&client(&farm), before), (1, nothing.clone()), "it may not know of the run");
    let earlier = format!("{before}&as_of={}", size - 1);
    assert_eq!(walk(&site.operator(), &earlier), (1, nothing), "there was no run yet");
    for wrong in ["&walk_from=x", "&lots_max=0", "&lots_max=250001", "&lots_max=x"] {
        let path = format!("/v1/trace?id={}{wrong}", encode(LOT));
        assert_eq!(site.operator().get(&path).problem(400), "invalid-parameter", "{wrong}");
    }
}

#[test]
fn a_business_reads_its_own_records_and_no_others() {
    let site = Site::new("ledger.example/own");
    let (farm, mill) = farm_and_mill(&site);
    let (farm_token, mill_token) = (site.token(&farm), site.token(&mill));
    let farm = site.server.client_with(&farm_token);
    let mill = site.server.client_with(&mill_token);
    assert_eq!(farm.get("/epcis/events/urn:uuid:farm").status, 200);
    assert_eq!(mill.get("/epcis/events/urn:uuid:farm").problem(404), "not-found");
    let path = format!("/epcis/events?MATCH_anyEPCClass={}", encode(LOT));
    let events = |client: &Client| {
        let found = client.get(&path).expect(200);
        found["epcisBody"]["queryResults"]["resultsBody"]["eventList"].as_array().unwrap().len()
    };
    assert_eq!((events(&farm), events(&mill), events(&site.operator())), (1, 1, 2));
    assert_eq!(ids(&trace(&farm, LOT).expect(200)), ["urn:uuid:farm"]);
    assert_eq!(ids(&trace(&mill, LOT).expect(200)), ["urn:uuid:mill"]);
    let parties = farm.get("/v1/parties").expect(200);
    assert_eq!(parties["parties"].as_array().unwrap().len(), 1);
    assert_eq!(farm.get("/v1/parties/urn:uscc:mill").problem(404), "not-found");
}

#[test]
fn entries_are_public_and_what_is_behind_them_is_not() {
    let site = Site::new("ledger.example/entries");
    let (farm, mill) = farm_and_mill(&site);
    let (farm, mill) = (site.token(&farm), site.token(&mill));
    let captured = site.trace("both", LOT, "");
    let index = captured["events"][0]["position"]["index"].as_u64().unwrap();
    let path = format!("/v1/entries/{index}");
    let readers = [
        (site.client(), false),
        (site.server.client_with(&mill), false),
        (site.server.client_with(&farm), true),
        (site.operator(), true),
    ];
    for (client, opened) in readers {
        let entry = client.get(&path).expect(200);
        let leaf = laiqu_tests::check_receipt(&site.ledger, &entry["receipt"]);
        assert_eq!((entry["index"].as_u64(), leaf.index), (Some(index), index));
        assert_eq!(entry["kind"], "epcis.capture");
        assert_eq!(entry.get("document").is_some(), opened);
        assert_eq!(entry["receipt"].get("opening").is_some(), opened);
        if opened {
            let document = entry["document"].as_str().unwrap().as_bytes();
            let _jws = laiqu_tests::check_opening(&leaf, &entry["receipt"], document);
        }
    }
    assert_eq!(site.server.client_with("laiqu_guess").get(&path).problem(401), "token-unknown");
    for needs in ["/epcis/events/urn:uuid:farm", "/v1/parties", &format!("/epcis/capture/{index}")]
    {
        assert_eq!(site.client().get(needs).problem(401), "credentials-missing", "{needs}");
    }
    // Not even on a public server does anyone read what the registry holds.
    let open = Site::with("ledger.example/open-entries", &["--public-read"]);
    for index in 0..open.size() {
        let entry = open.client().get(&format!("/v1/entries/{index}")).expect(200);
        assert!(entry.get("document").is_none(), "{entry}");
    }
}

#[test]
fn the_ledger_at_a_glance_names_no_one_to_strangers() {
    let site = Site::new("ledger.example/glance");
    let (farm, _) = farm_and_mill(&site);
    let public = site.client().get("/v1/ledger");
    let seen = public.expect(200);
    assert_eq!((&seen["events"], &seen["parties"]), (&2.into(), &2.into()));
    assert_eq!(seen["vkey"], site.ledger.vkey);
    assert!(!public.text().contains(&farm.id) && !public.text().contains("测试单位"));
    let known = site.operator().get("/v1/ledger").expect(200);
    assert_eq!(known["recent"][0]["issuer_name"], "测试单位 urn:uscc:mill");
    // A business sees its own name, and nothing of what others posted.
    let own = site.server.client_with(&site.token(&farm)).get("/v1/ledger");
    let seen = own.expect(200);
    assert!(own.text().contains("测试单位 urn:uscc:farm") && !own.text().contains("urn:uscc:mill"));
    assert_eq!(seen["examples"].as_array().unwrap().len(), 1, "{seen}");
}
