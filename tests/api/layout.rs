//! `GET /v1/trace/layout` and the drawing on the trace page: large answers in few boxes.

use crate::{LOT, LOT_URN};
use laiqu_tests::{Site, commissioned, document, encode, transformed};
use serde_json::Value;
use std::collections::BTreeSet;

const SUCCESSORS: usize = 300;

fn successor(number: usize) -> String {
    format!("urn:epc:class:lgtin:4012345.022222.S{number:03}")
}

fn successor_link(number: usize) -> String {
    format!("https://id.gs1.org/01/04012345222227/10/S{number:03}")
}

/// A lot and what was made of it; of the first of that, something else again.
fn hub(name: &str, order: impl Fn(usize) -> usize) -> Site {
    let site = Site::with(name, &["--public-read"]);
    let party = site.party("urn:uscc:market");
    let mut events = vec![commissioned("urn:example:hub", LOT_URN, 1_000_000)];
    events.extend((0..SUCCESSORS).map(order).map(|number| {
        transformed(&format!("urn:example:hub:{number}"), &[LOT_URN], &successor(number))
    }));
    events.push(transformed("urn:example:on", &[&successor(0)], &successor(SUCCESSORS)));
    for events in [&events[..100], &events[100..]] {
        assert_eq!(party.capture(&site.client(), &document(events)).status, 202);
    }
    site
}

fn layout(site: &Site, more: &str) -> Value {
    let path = format!("/v1/trace/layout?direction=forward&id={}{more}", encode(LOT));
    let mut layout = site.client().get(&path).expect(200);
    assert_eq!(layout["ledger"]["origin"], site.state()["origin"]);
    layout.as_object_mut().unwrap().remove("ledger");
    layout
}

fn boxes(layout: &Value) -> Vec<(u64, Option<&str>)> {
    let nodes = layout["nodes"].as_array().unwrap().iter();
    nodes.map(|node| (node["lots"].as_u64().unwrap(), node["group"].as_str())).collect()
}

#[test]
fn what_is_alike_shares_a_box_that_opens_whatever_order_it_came_in() {
    let site = hub("ledger.example/layout", |number| number);
    let closed = layout(&site, "");
    let mut drawn = boxes(&closed);
    drawn.sort_unstable();
    let rest = SUCCESSORS as u64 - 1;
    assert_eq!(drawn, [(1, None), (1, None), (1, None), (rest, Some("alike"))]);
    assert_eq!((&closed["lots"], &closed["merged"]), (&(rest + 3).into(), &0.into()));
    let nodes = closed["nodes"].as_array().unwrap();
    let group = nodes.iter().find(|node| node["group"] == "alike").unwrap();
    assert_eq!((group["id"].as_str(), &group["start"]), (Some(&*successor_link(1)), &false.into()));
    assert_eq!(group["product"], "https://id.gs1.org/01/04012345222227");
    let members = group["members"].as_array().unwrap();
    assert_eq!((members.len(), members[9].as_str()), (10, Some(&*successor_link(10))));
    let start = nodes.iter().find(|node| node["start"] == true).unwrap();
    assert!(start["x"].as_f64() < group["x"].as_f64());
    let edges = closed["edges"].as_array().unwrap();
    let edge = edges.iter().find(|edge| edge["to"] == group["id"]).unwrap();
    assert_eq!((edge["from"].as_str(), &edge["links"]), (Some(LOT), &rest.into()));

    // Any spelling opens it, level by level, until every lot has its box.
    let once = layout(&site, &format!("&expand={}", encode(&successor(1))));
    assert_eq!(boxes(&once).iter().filter(|(_, group)| group.is_some()).count(), 3);
    let each = [1, 1, 101, 250].map(|lot| format!("&expand={}", encode(&successor_link(lot))));
    let opened = layout(&site, &each.concat());
    let ids: BTreeSet<&str> = opened["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["id"].as_str().unwrap())
        .collect();
    assert_eq!((ids.len() as u64, &opened["left_closed"]), (rest + 3, &Value::Array(vec![])));
    assert_eq!(opened["edges"].as_array().unwrap().len() as u64, rest + 2);

    let other = hub("ledger.example/layout/later", |number| (number * 7 + 11) % SUCCESSORS);
    for more in ["", &each.concat()] {
        assert_eq!(layout(&site, more), layout(&other, more));
    }
}

#[test]
fn what_cannot_be_opened_is_said() {
    let site = hub("ledger.example/layout/closed", |number| number);
    let more = format!("&expand=urn:x:none&expand={}", encode(LOT));
    let layout = layout(&site, &more);
    assert_eq!(layout["left_closed"].as_array().unwrap().len(), 2);
    let path = format!("/v1/trace/layout?id={}", encode(LOT));
    let client = site.client();
    let many = "&expand=urn:x:1".repeat(101);
    assert_eq!(client.get(&format!("{path}{many}")).problem(400), "invalid-parameter");
    assert_eq!(client.get(&format!("{path}&expand=")).problem(400), "invalid-parameter");
    assert_eq!(client.get("/v1/trace/layout").problem(400), "invalid-parameter");
    let nothing = client.get("/v1/trace/layout?id=urn:x:none").expect(200);
    assert_eq!((&nothing["lots"], &nothing["unknown"][0]), (&0.into(), &"urn:x:none".into()));
}

#[test]
fn the_page_opens_a_box_by_its_link_and_closes_it() {
    let site = hub("ledger.example/layout/page", |number| number);
    let page = |path: &str| {
        let answer = site.client().get_with(path, &[("Accept", "text/html")]);
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.text()
    };
    let drawn = |html: &str| html.matches("<g class=\"node").count();
    let closed = page(&format!("/trace?direction=forward&lang=en&id={}", encode(LOT)));
    assert!(closed.contains(&format!("{} lots alike", SUCCESSORS - 1)));
    let link = |html: &str, holds: &str| {
        let mut links = html.split("href=\"").map(|rest| rest.split('"').next().unwrap());
        let link = links.find(|link| link.contains(holds)).unwrap().replace("&#38;", "&");
        assert!(link.contains("#drawing") && link.contains("lang=en"), "{link}");
        link.split('#').next().unwrap().to_owned()
    };
    let opened = page(&link(&closed, "expand="));
    assert!(drawn(&opened) > drawn(&closed));
    let again = page(&link(
        &opened,
        "&#38;expand=https%3A%2F%2Fid.gs1.org%2F01%2F04012345222227%2F10%2FS001&#38;expand=",
    ));
    assert!(drawn(&again) > drawn(&opened) + 50);
    let before = again.split("\">Close all").next().unwrap();
    let close = before.rsplit("href=\"").next().unwrap().replace("&#38;", "&");
    let shut = page(close.split('#').next().unwrap());
    assert_eq!(drawn(&shut), drawn(&closed));
    assert!(!shut.contains("Close all"));
}
