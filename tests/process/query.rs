//! `laiqu query`: what people and programs are shown, over more than one page.

use crate::ran::{LOT, Ran, Running, laiqu};
use laiqu_tests::{commissioned, document};
use serde_json::Value;

/// An event whose identifier needs percent-encoding.
const ODD: &str = "urn:example:event:5%26a=b";

fn site() -> Running {
    let running = Running::with_events(&[]);
    let lot = |number| format!("urn:epc:class:lgtin:4012345.011111.C{number}");
    let ids = ["urn:example:event:3", "urn:example:event:4", ODD];
    let more = ids.iter().zip(3..).map(|(id, number)| commissioned(id, &lot(number), number));
    let more = document(&more.collect::<Vec<_>>());
    assert_eq!(running.farm.capture(&running.server.client(), &more).status, 202);
    running
}

fn ask(running: &Running, arguments: &[&str]) -> Ran {
    let flags = ["--url", running.url(), "--token", &running.ledger.operator];
    laiqu(&[&["query"], arguments, &flags].concat())
}

fn ids(ran: &Ran) -> Vec<String> {
    let event = |line: &str| serde_json::from_str::<Value>(line).unwrap();
    let id = |line| event(line)["eventID"].as_str().unwrap().to_owned();
    ran.stdout.lines().map(id).collect()
}

#[test]
fn every_page_is_followed_up_to_the_limit() {
    let running = site();
    let all = ids(&ask(&running, &["--json"]).exits(0));
    assert_eq!(all.len(), 5, "{all:?}");
    for per_page in ["perPage=1", "perPage=2", "perPage=4", "perPage=5"] {
        let paged = ask(&running, &[per_page, "--json"]).exits(0);
        assert_eq!((ids(&paged), paged.stderr.as_str()), (all.clone(), ""), "{per_page}");
    }
    for (limit, flags) in
        [(1, &["perPage=2"][..]), (3, &["perPage=2"]), (4, &["perPage=2"]), (2, &[])]
    {
        let (wanted, more) = (limit.to_string(), "there are more");
        let some = ask(&running, &[flags, &["--json", "--limit", &wanted]].concat()).exits(0);
        assert_eq!(ids(&some), all[..limit], "{flags:?}");
        assert!(some.stderr.contains(more), "{}", some.stderr);
    }
    let whole = ask(&running, &["perPage=2", "--limit", "5", "--json"]).exits(0);
    assert_eq!((ids(&whole), whole.stderr.as_str()), (all, ""));
}

#[test]
fn parameters_arrive_as_they_were_given() {
    let running = site();
    let asked = |parameter: &str| ids(&ask(&running, &[parameter, "--json"]).exits(0));
    assert_eq!(asked(&format!("EQ_eventID={ODD}")), [ODD]);
    assert_eq!(asked(&format!("EQ_eventID={ODD}|urn:example:event:3")).len(), 2);
    assert_eq!(asked("eventType=TransformationEvent"), ["urn:example:event:2"]);
    assert_eq!(asked("GE_eventTime=2026-11-02T08:00:00+08:00"), ["urn:example:event:2"]);
    let both = ["EQ_action=ADD", &format!("MATCH_anyEPCClass={LOT}"), "--json"];
    assert_eq!(ids(&ask(&running, &both).exits(0)), ["urn:example:event:1"]);
}

#[test]
fn people_see_a_table_and_programs_each_event_on_a_line() {
    let running = site();
    let people = ask(&running, &["perPage=2"]).exits(0).stdout;
    assert_eq!(people.lines().count(), 6, "{people}");
    let head = ["记录时间", "事件时间", "类型 type", "步骤 step", "地点 place", "物品 items"];
    let said = ["物品 ObjectEvent", "加工 TransformationEvent", "建档赋码 commissioning", LOT];
    let place = ["414/4012345000122", "2026-11-02 08:00 +08:00"];
    for part in head.iter().chain(&said).chain(&place) {
        assert!(people.contains(part), "{part}: {people}");
    }
    let json = ask(&running, &["EQ_eventID=urn:example:event:1", "--json"]).exits(0).json();
    assert_eq!(json["quantityList"][0]["epcClass"], LOT);
    assert!(json["recordTime"].is_string(), "{json}");
}

#[test]
fn what_cannot_be_asked_or_found_has_its_exit_code() {
    let running = site();
    let none = ask(&running, &["EQ_bizStep=shipping"]).exits(1);
    assert!(none.stdout.is_empty() && none.stderr.contains("no event matches"), "{none:?}");
    ask(&running, &["EQ_bizStop=shipping"]).exits(4).explains("EQ_bizStop");
    ask(&running, &["GE_eventTime=today"]).exits(4).explains("GE_eventTime");
    ask(&running, &["shipping"]).exits(2);
    laiqu(&["query", "--url", running.url()]).exits(4).explains("LAIQU_TOKEN");
    laiqu(&["query"]).exits(2);
}
