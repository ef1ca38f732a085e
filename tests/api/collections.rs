//! The collections of EPCIS: what events name, and the events that name one member.

use crate::{LOT, LOT_URN, MADE};
use laiqu_tests::{Client, Site, TestParty, commissioned, document, encode, transformed};

fn members(client: &Client, path: &str) -> Vec<String> {
    let answer = client.get(path).expect(200);
    assert_eq!(answer["type"], "Collection");
    let member = answer["member"].as_array().unwrap().iter();
    member.map(|name| name.as_str().unwrap().to_owned()).collect()
}

/// All members, page by page.
fn all(client: &Client, path: &str, per_page: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut on = Some(format!("{path}?perPage={per_page}"));
    while let Some(page) = on {
        let names = members(client, &page);
        assert!(names.len() <= per_page);
        found.extend(names);
        let answer = client.get(&page);
        let link = answer.header("link");
        on = link.map(|link| link[1..link.find('>').unwrap()].to_owned());
    }
    found
}

fn events(client: &Client, path: &str) -> Vec<String> {
    let answer = client.get(path).expect(200);
    let list = answer["epcisBody"]["queryResults"]["resultsBody"]["eventList"].clone();
    let ids = list.as_array().unwrap().iter().map(|event| event["eventID"].as_str().unwrap());
    ids.map(str::to_owned).collect()
}

fn shipped(event_id: &str, place: &str) -> String {
    commissioned(event_id, LOT_URN, 5)
        .replace(r#""ADD""#, r#""OBSERVE""#)
        .replace(
            r#""bizStep":"commissioning","#,
            r#""bizStep":"shipping","disposition":"in_transit","destinationList":[{"type":
"owning_party","destination":"urn:uscc:shop"}],"#,
        )
        .replace(
            r#""bizLocation":{"id":"https://id.gs1.org/414/4012345000115"},"#,
            &format!(r#""readPoint":{{"id":"{place}"}},"#),
        )
}

fn captured(site: &Site, party: &TestParty) {
    let gate = "urn:epc:id:sgln:4012345.00012.0";
    let own = commissioned("urn:uuid:4", "https://x.example/step", 1)
        .replace("commissioning", "https://x.example/own%2Fstep");
    let all = [
        commissioned("urn:uuid:1", LOT_URN, 5),
        transformed("urn:uuid:2", &[LOT], MADE),
        shipped("urn:uuid:3", gate),
        own,
    ];
    assert_eq!(party.capture(&site.client(), &document(&all)).status, 202);
}

#[test]
fn collections_list_what_events_name_and_lead_to_the_events() {
    let site = Site::new("ledger.example/collections");
    captured(&site, &site.party("urn:uscc:farm"));
    let client = site.operator();
    for name in members(&client, "/epcis") {
        // Whatever is listed is there.
        let path = format!("/epcis/{name}");
        assert_eq!(client.get(&path).status, 200, "{path}");
    }
    let own = "https://x.example/own%2Fstep";
    let place = "https://id.gs1.org/414/4012345000122";
    for (path, expected) in [
        ("/epcis/bizSteps", vec!["commissioning", "shipping", own]),
        ("/epcis/dispositions", vec!["in_transit"]),
        ("/epcis/readPoints", vec![place]),
        ("/epcis/bizLocations", vec!["https://id.gs1.org/414/4012345000115", place]),
        ("/epcis/epcs", vec![LOT, MADE, "https://x.example/step"]),
    ] {
        for per_page in [1, 2, 30] {
            assert_eq!(all(&client, path, per_page), expected, "{path} by {per_page}");
        }
    }
    assert_eq!(all(&client, "/epcis/eventTypes", 2).len(), 5);
    let lot = encode(LOT_URN);
    for (path, expected) in [
        ("/epcis/bizSteps/shipping", vec!["urn:uuid:3"]),
        ("/epcis/bizSteps/urn:epcglobal:cbv:bizstep:shipping", vec!["urn:uuid:3"]),
        (&format!("/epcis/bizSteps/{}", encode(own)), vec!["urn:uuid:4"]),
        ("/epcis/eventTypes/TransformationEvent", vec!["urn:uuid:2"]),
        ("/epcis/eventTypes/AssociationEvent", vec![]),
        ("/epcis/dispositions/in_transit", vec!["urn:uuid:3"]),
        ("/epcis/readPoints/urn:epc:id:sgln:4012345.00012.0", vec!["urn:uuid:3"]),
        (&format!("/epcis/epcs/{lot}"), vec!["urn:uuid:1", "urn:uuid:2", "urn:uuid:3"]),
        (&format!("/epcis/epcs/{LOT}"), vec!["urn:uuid:1", "urn:uuid:2", "urn:uuid:3"]),
    ] {
        assert_eq!(members(&client, path), ["events"], "{path}");
        assert_eq!(events(&client, &format!("{path}/events")), expected, "{path}");
    }
    let narrowed = format!("/epcis/epcs/{lot}/events?EQ_bizStep=shipping&perPage=1");
    assert_eq!(events(&client, &narrowed), ["urn:uuid:3"]);
    let twice = "/epcis/bizSteps/shipping/events?EQ_bizStep=commissioning";
    assert!(events(&client, twice).is_empty(), "both must hold");
    for unknown in ["bizSteps/loading", "epcs/urn:x:1", "eventTypes/Event", "readPoints/gate"] {
        for path in [format!("/epcis/{unknown}"), format!("/epcis/{unknown}/events")] {
            assert_eq!(client.get(&path).problem(404), "not-found", "{path}");
        }
    }
    assert_eq!(client.get("/epcis/epcs?x=1").problem(400), "invalid-parameter");
    // A page's token of one collection leads on in no other.
    let answer = client.get("/epcis/bizSteps?perPage=1");
    let link = answer.header("link").unwrap().replace("bizSteps", "dispositions");
    let path = link[1..link.find('>').unwrap()].to_owned();
    assert_eq!(client.get(&path).problem(400), "invalid-parameter");
}

#[test]
fn a_business_sees_what_its_own_events_and_those_sent_to_it_name() {
    let site = Site::new("ledger.example/members");
    let (farm, shop) = (site.party("urn:uscc:farm"), site.party("urn:uscc:shop"));
    let stranger = site.party("urn:uscc:stranger");
    captured(&site, &farm);
    let of = |party: &TestParty| site.server.client_with(&site.token(party));
    assert_eq!(all(&of(&farm), "/epcis/epcs", 2).len(), 3);
    assert_eq!(all(&of(&shop), "/epcis/epcs", 1), [LOT]);
    assert_eq!(all(&of(&shop), "/epcis/bizSteps", 1), ["shipping"]);
    assert_eq!(all(&of(&stranger), "/epcis/epcs", 1), Vec::<String>::new());
    let hidden = of(&shop).get(&format!("/epcis/epcs/{}", encode(MADE)));
    assert_eq!(hidden.problem(404), "not-found");
    // A page's token names nothing that was passed over between two things that the shop sees.
    let hidden_lot = "urn:x:lot:1";
    for (id, lot) in [("urn:uuid:5", "urn:x:lot:0"), ("urn:uuid:6", "urn:x:lot:2")] {
        let sent = shipped(id, "urn:x:gate").replace(LOT_URN, lot);
        assert_eq!(farm.capture(&site.client(), &document(&[sent])).status, 202);
    }
    let own = commissioned("urn:uuid:7", hidden_lot, 5);
    assert_eq!(farm.capture(&site.client(), &document(&[own])).status, 202);
    assert_eq!(all(&of(&shop), "/epcis/epcs", 1), [LOT, "urn:x:lot:0", "urn:x:lot:2"]);
    let mut path = "/epcis/epcs?perPage=1".to_owned();
    while let Some(link) = of(&shop).get(&path).header("link") {
        path = link[1..link.find('>').unwrap()].to_owned();
        let token = path.split("nextPageToken=").nth(1).unwrap();
        let bytes = data_encoding::BASE64URL_NOPAD.decode(token.as_bytes()).unwrap();
        let hidden = hidden_lot.as_bytes();
        assert!(!bytes.windows(hidden.len()).any(|part| part == hidden), "{token}");
    }
    let path = format!("/epcis/epcs/{}/events", encode(LOT));
    assert_eq!(events(&of(&shop), &path), ["urn:uuid:3"]);
}
