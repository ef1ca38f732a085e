//! What a server answers from what it learnt while it ran is what it answers once all that is
//! derived was deleted and made again from the log.

use laiqu_tests::{
    Dice, Erasable, TestParty, TestServer, commissioned, document, element, everything,
    transformed, with_locations, with_shelf_life,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;

const JSON: &str = "application/json";
const XML: &str = "application/xml";
const STEPS: usize = 24;

/// A ledger that random things happen to.
struct Ledger {
    made: Erasable,
    server: TestServer,
    dice: Dice,
    /// Entries that may be erased.
    erasable: Vec<u64>,
    queries: u64,
    count: u64,
}

impl Ledger {
    fn lot(&mut self) -> String {
        format!("urn:epc:class:lgtin:4012345.01111{}.R{}", self.dice.below(3), self.dice.below(4))
    }

    /// An event, mostly new, sometimes wrong, sometimes about an earlier one.
    fn event(&mut self) -> String {
        self.count += 1;
        let id = match self.dice.below(4) {
            0 => self.dice.below(self.count),
            _ => self.count,
        };
        let (id, lot) = (format!("urn:example:random:{id}"), self.lot());
        let event = match self.dice.below(3) {
            0 => transformed(&id, &[&*lot], &self.lot()),
            _ => commissioned(&id, &lot, 1 + self.dice.below(3)),
        };
        match self.dice.below(8) {
            0 => event.replace("commissioning", "no_such_step"),
            1 => event.replace(&format!("\"eventID\":\"{id}\","), ""),
            2 => event.replace("\"eventTime\"", {
                r#""errorDeclaration":{"declarationTime":"2026-11-03T00:00:00Z",
"reason":"did_not_occur"},"eventTime""#
            }),
            _ => event,
        }
    }

    fn post(&self, party: &TestParty, media_type: &str, body: &str, behaviour: &str) -> Value {
        let signature = party.signature(media_type, body.as_bytes());
        let headers = [
            ("Content-Type", media_type),
            ("GS1-Capture-Error-Behaviour", behaviour),
            ("Submission-Signature", &*signature),
        ];
        let answer = self.server.client().post("/epcis/capture", &headers, body.as_bytes());
        assert!([202, 400, 409, 410].contains(&answer.status), "{}", answer.text());
        answer.json()
    }

    fn step(&mut self) {
        let behaviour = if self.dice.below(3) == 0 { "rollback" } else { "proceed" };
        let events: Vec<String> = (0..1 + self.dice.below(4)).map(|_| self.event()).collect();
        let by_regulator = self.dice.below(4) == 0;
        let (action, wrong) = (self.dice.below(10), self.dice.below(3));
        let party = if by_regulator { &self.made.regulator } else { &self.made.farm };
        match action {
            0 | 1 => {
                let id = format!("urn:epc:id:sgln:4012345.0001{wrong}.0");
                let name = format!("仓库{}", self.count);
                let places = [element(&id, &[("name", &*name)], None)];
                self.post(party, JSON, &with_locations(&places, &events), behaviour);
            }
            2..=4 => {
                self.post(party, XML, &in_xml(&events, self.count, wrong), behaviour);
            }
            5 => {
                self.queries += 1;
                let name = format!("q{}", self.queries);
                let query = json!({ "name": name, "query": { "EQ_action": ["ADD"] } }).to_string();
                let client = self.server.client_with(&self.made.ledger.operator);
                let made =
                    client.post("/epcis/queries", &[("Content-Type", JSON)], query.as_bytes());
                assert_eq!(made.status, 201, "{}", made.text());
            }
            6 => {
                let body = with_shelf_life(&format!("old-{}", self.count), "2024-05-31");
                let job = self.post(&self.made.farm, JSON, &body, behaviour);
                self.erasable.extend(job["receipt"]["index"].as_u64());
            }
            7 => {
                if let Some(index) = self.erasable.pop() {
                    let order = Erasable::order(index);
                    // What was only repeated stands in an entry that is erased already.
                    assert!(self.made.erase(&self.server, &order).is_some());
                }
            }
            _ => {
                self.post(party, JSON, &document(&events), behaviour);
            }
        }
    }

    /// What the operator and a business are told.
    fn told(&self, token: &str) -> [BTreeMap<String, Value>; 2] {
        let operator = self.server.client_with(&self.made.ledger.operator);
        [everything(&operator), everything(&self.server.client_with(token))]
    }
}

/// The same events as XML, with one that is wrong in form now and then. What XML cannot hold is
/// one event of its own.
fn in_xml(events: &[String], count: u64, wrong: u64) -> String {
    let written = laiqu_interchange::write_xml(&document(events), Default::default());
    let own = format!(
        "<ObjectEvent><eventTime>2026-11-01T00:00:00Z</eventTime><eventTimeZoneOffset>+08:00\
         </eventTimeZoneOffset><eventID>urn:example:xml:{count}</eventID><epcList>\
         <epc>urn:epc:id:sgtin:4012345.022222.{count}</epc></epcList><action>OBSERVE</action>\
         </ObjectEvent>"
    );
    let empty = "<epcis:EPCISDocument xmlns:epcis=\"urn:epcglobal:epcis:xsd:2\" \
        schemaVersion=\"2.0\" creationDate=\"2026-11-01T00:00:00Z\"><EPCISBody><EventList>\
        </EventList></EPCISBody></epcis:EPCISDocument>";
    let xml = written.unwrap_or_else(|_| empty.to_owned());
    let faulty = own.replace("<action>", "<colour/><action>");
    let more = if wrong == 0 { format!("{faulty}{own}") } else { own };
    xml.replace("</EventList>", &format!("{more}</EventList>"))
}

#[test]
fn answers_do_not_depend_on_what_is_only_derived() {
    let mut dice = Dice::printed();
    let mut happened = BTreeMap::new();
    for _ in 0..4 {
        let (made, server) = Erasable::start();
        let path = format!("/v1/parties/{}/tokens", laiqu_tests::encode(&made.farm.id));
        let operator = server.client_with(&made.ledger.operator);
        let issued = operator.post(&path, &[], b"").expect(201);
        let token = issued["token"].as_str().unwrap().to_owned();
        let (erasable, dice) = (vec![made.index], dice.fork());
        let mut ledger = Ledger { made, server, dice, erasable, queries: 0, count: 0 };
        (0..STEPS).for_each(|_| ledger.step());
        let live = ledger.told(&token);
        count(&live[0], &mut happened);
        for bare in [false, true] {
            let data = &ledger.made.ledger.data;
            assert!(ledger.server.stop().success());
            if bare {
                fs::remove_dir_all(data.join("index")).unwrap();
            }
            ledger.server = TestServer::start(data, &[]);
            let rebuilt = ledger.told(&token);
            for (live, rebuilt) in live.iter().zip(&rebuilt) {
                assert_eq!(live.keys().collect::<Vec<_>>(), rebuilt.keys().collect::<Vec<_>>());
                for (path, then) in live {
                    assert_eq!(&rebuilt[path], then, "{path}, index deleted: {bare}");
                }
            }
        }
        let (code, report) = ledger.made.ledger.verify();
        assert_eq!(code, 0, "{report}");
        let erased = report["erased"].as_array().map_or(0, Vec::len);
        *happened.entry("erased").or_default() += erased;
    }
    println!("{happened:?}");
    assert!(happened.values().all(|times| *times > 0), "{happened:?}");
}

/// How often happened what the comparison is for.
fn count(told: &BTreeMap<String, Value>, happened: &mut BTreeMap<&'static str, usize>) {
    let mut add = |what, times: usize| *happened.entry(what).or_default() += times;
    let list = |path: &str| told[path].as_array().unwrap().as_slice();
    add("events", list("/epcis/events?perPage=3").len());
    add("declarations", list("/epcis/events?EXISTS_errorDeclaration=true").len());
    let jobs = list("/epcis/capture");
    add("jobs", jobs.len());
    add("jobs with refusals", jobs.iter().filter(|job| job["success"] == false).count());
    add("named queries", told.keys().filter(|path| path.ends_with("q1/events")).count());
    let is_of_xml = |path: &&String| path.starts_with("/epcis/events/urn%3Aexample%3Axml");
    add("events of XML", told.keys().filter(is_of_xml).count());
    let said = told.iter().filter(|(path, _)| path.starts_with("/v1/masterdata/"));
    add("master data", said.filter(|(_, told)| told[0] == 200).count());
}
