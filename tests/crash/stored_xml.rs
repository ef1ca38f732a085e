//! A ledger whose documents are EPCIS XML, as an earlier version took them, kept for ever: what was
//! accepted then is still read and says the same, whatever the converter has learnt to refuse.
//!
//! It lies in `tests/fixtures/laiqu-data-1-xml`: `whole` is a data directory without what is
//! derived, `answers.json` what it answered. The keys in it are of this test only. Made once, by
//! `LAIQU_WRITE_FIXTURES=1 cargo test -p laiqu-tests --test crash stored_xml`.

use crate::stored::{keep, lay, trim};
use laiqu_ledger::{Frame, Kind, Leaf, Log, LogOptions, PreparedEntry, Reader, events_root};
use laiqu_tests::{LedgerDir, TestParty, TestServer, everything, run};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

const XML: &str = "application/xml";
const ORIGIN: &str = "xml.example/log";
const FARM: &str = "urn:example:xml-farm";
const MASTER_DATA: &str = "/v1/masterdata/Location/urn:epc:id:sgln:4012345.00005.0";

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/laiqu-data-1-xml")
}

fn farm() -> TestParty {
    TestParty::new(ORIGIN, FARM, 7)
}

/// What an operator is told of events and master data, in the words of the standard.
fn answers(server: &TestServer, operator: &str) -> Value {
    let client = server.client_with(operator);
    let mut told = everything(&client);
    told.retain(|path, _| path.starts_with("/epcis/"));
    let statements = client.get(MASTER_DATA).expect(200)["statements"].take();
    told.insert(MASTER_DATA.to_owned(), statements);
    json!(told)
}

/// Whether an answer says all that it said then; it may say more.
fn says(now: &Value, then: &Value) -> bool {
    match (now, then) {
        (Value::Object(now), Value::Object(then)) => {
            then.iter().all(|(name, then)| now.get(name).is_some_and(|now| says(now, then)))
        }
        (Value::Array(now), Value::Array(then)) => {
            now.len() == then.len() && now.iter().zip(then).all(|(now, then)| says(now, then))
        }
        _ => now == then,
    }
}

#[test]
fn a_kept_ledger_of_xml_says_what_it_said() {
    if std::env::var_os("LAIQU_WRITE_FIXTURES").is_some() {
        write();
    }
    let kept: Value =
        serde_json::from_slice(&fs::read(fixture().join("answers.json")).unwrap()).unwrap();
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("data");
    lay(&fixture().join("whole"), &data);
    let path = data.to_str().unwrap();
    let output = run(&["verify", path, "--vkey", kept["vkey"].as_str().unwrap(), "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{report}");
    assert_eq!((&report["size"], &report["root"]), (&kept["size"], &kept["root"]));
    let operator = kept["operator"].as_str().unwrap();
    let server = TestServer::start(&data, &[]);
    let now = answers(&server, operator);
    for (path, then) in kept["answers"].as_object().unwrap() {
        assert!(says(&now[path], then), "{path}: {} instead of {then}", now[path]);
    }
    // What stands is known again, and the ledger goes on.
    let client = server.client();
    let again = farm().capture_as(&client, XML, &old_form().replace("9.50", "9.5")).expect(202);
    assert_eq!(again["events"][0]["duplicate"], true, "{again}");
    let new = old_form().replace("urn:example:old:1", "urn:example:old:2");
    assert_eq!(farm().capture_as(&client, XML, &new).status, 202);
    let found = server.client_with(operator).get("/epcis/events/urn:example:old:2");
    assert_eq!(found.status, 200);
}

/// Appends what a version took that was less strict: the document with all of its events.
fn take(ledger: &LedgerDir, body: &str) {
    let log = ledger.data.join("log");
    let registered = |kind: Kind| {
        let entries = Reader::open(&log).unwrap().scan(0).map(Result::unwrap);
        entries.filter(|entry| entry.leaf.kind == kind).last().unwrap().leaf.index
    };
    let (issuer, key) = (registered(Kind::PartyRegister), registered(Kind::KeyAdd));
    let (mut log, _) = Log::open(&log, LogOptions::default()).unwrap();
    let (head, own) = (log.head(), log.issuer_head(issuer));
    let frame = Frame {
        salt: [1; 32],
        signatures: vec![farm().signature(XML, body.as_bytes())],
        media_type: XML.to_owned(),
        outcome: br#"{"rules":"laiqu/1"}"#.to_vec(),
        payload: body.as_bytes().to_vec(),
    };
    let ranges = laiqu_interchange::event_ranges(body).unwrap();
    let events: Vec<&[u8]> = ranges.iter().map(|range| &body.as_bytes()[range.clone()]).collect();
    let leaf = Leaf {
        index: head.size,
        time_micros: head.last_time_micros.unwrap() + 1,
        prev: head.last_leaf_hash,
        kind: Kind::EpcisCapture,
        issuer,
        issuer_seq: own.next_seq,
        issuer_prev: own.last_leaf_hash,
        keys: vec![key],
        events_root: events_root(&frame.salt, &events),
        commitment: frame.commitment(),
    };
    let count = u32::try_from(events.len()).unwrap();
    let entry = PreparedEntry::new(leaf, frame.encode().unwrap(), count).unwrap();
    log.append(&[entry]).unwrap();
    log.close().unwrap();
}

#[test]
fn what_would_be_refused_today_is_read_where_it_stands() {
    let ledger = LedgerDir::new(ORIGIN);
    let server = TestServer::start(&ledger.data, &[]);
    let farm = farm().register(&server, &ledger.operator, "required");
    assert!(server.stop().success());
    // An order of its own, an element and an attribute that the standard does not know, a text
    // between elements.
    let strange = new_form()
        .replacen("<epcList/><action>ADD</action>", "<action>ADD</action><epcList/>stray", 1)
        .replacen("<childEPCs/>", "<colour>red</colour><childEPCs/>", 1)
        .replacen("<quantity>2.5", "<quantity exact='1'>2.5", 2);
    take(&ledger, &strange);
    let (code, report) = ledger.verify();
    assert_eq!(code, 0, "{report}");
    let server = TestServer::start(&ledger.data, &[]);
    let reader = server.client_with(&ledger.operator);
    for (id, member) in [("1", "quantityList"), ("2", "childEPCs"), ("3", "inputQuantityList")] {
        let found = reader.get(&format!("/epcis/events/urn:example:new:{id}")).expect(200);
        let list = &found["epcisBody"]["queryResults"]["resultsBody"]["eventList"];
        assert!(list[0][member].is_array() && list[0]["colour"].is_null(), "{list}");
    }
    let found = reader.get("/epcis/events?MATCH_anyEPCClass=urn:epc:class:lgtin:4012345.011111.X1");
    let found = found.expect(200)["epcisBody"]["queryResults"]["resultsBody"]["eventList"].take();
    assert_eq!(found.as_array().map(Vec::len), Some(3), "{found}");
    // The same again is the same; anew it is refused, and nothing else is.
    let client = server.client();
    assert_eq!(farm.capture_as(&client, XML, &strange).expect(202)["replayed"], true);
    let new = strange.replace("urn:example:new:", "urn:example:newer:");
    assert_eq!(farm.capture_as(&client, XML, &new).problem(400), "invalid-document");
    let right = farm.capture_as(&client, XML, &new_form()).expect(202);
    assert_eq!(right["events"][0]["duplicate"], true, "{right}");
}

/// Writes all of it anew.
fn write() {
    drop(fs::remove_dir_all(fixture()));
    let ledger = LedgerDir::new(ORIGIN);
    let server = TestServer::start(&ledger.data, &[]);
    let farm = farm().register(&server, &ledger.operator, "required");
    let client = server.client();
    for body in [new_form(), old_form(), declared(), master_data(), query_document()] {
        let job = farm.capture_as(&client, XML, &body);
        assert_eq!(job.status, 202, "{}", job.text());
    }
    let mixed = new_form().replace("urn:example:new:", "urn:example:mixed:");
    let mixed = mixed.replacen("<action>ADD", "<action>ADDED", 1);
    let signature = farm.signature("text/xml", mixed.as_bytes());
    let headers = [
        ("Content-Type", "text/xml"),
        ("GS1-Capture-Error-Behaviour", "proceed"),
        ("Submission-Signature", &*signature),
    ];
    let job = client.post("/epcis/capture", &headers, mixed.as_bytes()).expect(202);
    assert_eq!((&job["success"], job["events"].as_array().unwrap().len()), (&false.into(), 3));
    let one = bare();
    let signature = farm.signature(XML, one.as_bytes());
    let headers = [("Content-Type", XML), ("Submission-Signature", &*signature)];
    assert_eq!(client.post("/epcis/events", &headers, one.as_bytes()).status, 201);
    let operator = server.client_with(&ledger.operator);
    let query = json!({ "name": "kept", "query": { "EQ_action": ["ADD"] } }).to_string();
    let made =
        operator.post("/epcis/queries", &[("Content-Type", "application/json")], query.as_bytes());
    assert_eq!(made.status, 201, "{}", made.text());
    let answers = answers(&server, &ledger.operator);
    assert!(server.stop().success());
    let (_, report) = ledger.verify();
    trim(&ledger.data);
    keep(&ledger.data, &fixture().join("whole"));
    let kept = json!({
        "vkey": ledger.vkey, "operator": ledger.operator, "size": report["size"],
        "root": report["root"], "answers": answers,
    });
    let text = kept.to_string();
    fs::write(fixture().join("answers.json"), format!("{text}\n")).unwrap();
}

/// EPCIS 2.0, with what XML can say in more than one way.
fn new_form() -> String {
    r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- kept for ever -->
<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" xmlns:ex="https://ns.example/"
  xmlns:gs1="https://gs1.org/voc/" schemaVersion="2.0" creationDate="2026-11-23T06:00:00Z">
 <EPCISBody><EventList>
  <ObjectEvent>
   <eventTime>2026-11-23T14:00:00.250+08:00</eventTime><recordTime>2026-11-23T06:00:01Z</recordTime>
   <eventTimeZoneOffset>+08:00</eventTimeZoneOffset><eventID>urn:example:new:1</eventID>
   <epcList/><action>ADD</action>
   <bizStep>urn:epcglobal:cbv:bizstep:commissioning</bizStep>
   <disposition>https://ref.gs1.org/cbv/Disp-active</disposition>
   <readPoint><id> urn:epc:id:sgln:4012345.00005.0 </id><ex:gate side="left">3</ex:gate></readPoint>
   <bizLocation><id>https://id.gs1.org/414/4012345000054</id></bizLocation>
   <bizTransactionList><bizTransaction type="urn:epcglobal:cbv:btt:po">urn:example:po:1
   </bizTransaction></bizTransactionList>
   <quantityList><quantityElement><epcClass>urn:epc:class:lgtin:4012345.011111.X1</epcClass>
    <quantity>+05.00</quantity><uom>KGM</uom></quantityElement></quantityList>
   <sensorElementList><sensorElement>
    <sensorMetadata time="2026-11-23T13:59:00+08:00" deviceID="https://id.gs1.org/8004/4012345111"/>
    <sensorReport type="gs1:Temperature" value="04.50" uom="CEL" ex:probe="2"/>
    <sensorReport type="gs1:Humidity" booleanValue="true" exception="gs1:ALARM_CONDITION"/>
   </sensorElement></sensorElementList>
   <ilmd><ex:harvest xmlns:in="https://in.example/"><in:field>A &amp; B</in:field>
    <in:field>C</in:field></ex:harvest></ilmd>
   <ex:note><![CDATA[<一批> &]]>&#x9f8d;</ex:note><ex:flag/>
   <ex2:count xmlns:ex2="https://other.example/"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xsd:integer">7</ex2:count>
  </ObjectEvent>
  <AggregationEvent>
   <eventTime>2026-11-23T07:00:00Z</eventTime><eventTimeZoneOffset>+08:00</eventTimeZoneOffset>
   <eventID>urn:example:new:2</eventID>
   <parentID>urn:epc:id:sscc:4012345.0111111111</parentID><childEPCs/><action>OBSERVE</action>
   <bizStep>urn:epcglobal:cbv:bizstep:packing</bizStep>
   <childQuantityList><quantityElement><epcClass>urn:epc:class:lgtin:4012345.011111.X1</epcClass>
    <quantity>2.5</quantity><uom>KGM</uom></quantityElement></childQuantityList>
  </AggregationEvent>
  <TransformationEvent>
   <eventTime>2026-11-23T08:00:00Z</eventTime><eventTimeZoneOffset>+08:00</eventTimeZoneOffset>
   <eventID>urn:example:new:3</eventID>
   <inputQuantityList><quantityElement><epcClass>urn:epc:class:lgtin:4012345.011111.X1</epcClass>
    <quantity>2.5</quantity><uom>KGM</uom></quantityElement></inputQuantityList>
   <outputEPCList><epc>urn:epc:id:sgtin:4012345.022222.1</epc></outputEPCList>
   <bizStep>urn:epcglobal:cbv:bizstep:commissioning</bizStep>
  </TransformationEvent>
 </EventList></EPCISBody>
</epcis:EPCISDocument>"#
        .to_owned()
}

/// EPCIS 1.2, with its wrappers.
fn old_form() -> String {
    r#"<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:1" xmlns:o="https://ns.example/old"
  schemaVersion="1.2" creationDate="2026-11-23T06:00:00Z"><EPCISBody><EventList><ObjectEvent>
  <eventTime>2026-11-23T09:00:00Z</eventTime><eventTimeZoneOffset>+08:00</eventTimeZoneOffset>
  <baseExtension><eventID>urn:example:old:1</eventID></baseExtension><epcList/><action>ADD</action>
  <bizStep>urn:epcglobal:cbv:bizstep:shipping</bizStep>
  <readPoint><id>urn:epc:id:sgln:4012345.00005.0</id></readPoint>
  <extension><quantityList><quantityElement>
  <epcClass>urn:epc:class:lgtin:4012345.011111.X2</epcClass>
  <quantity>9.50</quantity><uom>KGM</uom></quantityElement></quantityList>
  <destinationList><destination type="urn:epcglobal:cbv:sdt:owning_party">
   urn:epc:id:pgln:4012345.00006</destination>
  </destinationList>
  <ilmd><o:grower>王</o:grower></ilmd></extension><o:memo>x</o:memo>
  </ObjectEvent></EventList></EPCISBody></epcis:EPCISDocument>"#
        .to_owned()
}

/// The event of 1.2, declared to be in error.
fn declared() -> String {
    let declaration = "<errorDeclaration><declarationTime>2026-11-24T00:00:00Z</declarationTime>\
        <reason>urn:epcglobal:cbv:er:incorrect_data</reason><correctiveEventIDs>\
        <correctiveEventID>urn:example:old:3</correctiveEventID></correctiveEventIDs>\
        <o:why>typo</o:why></errorDeclaration>";
    old_form().replace("</eventID>", &format!("</eventID>{declaration}"))
}

fn master_data() -> String {
    r#"<m:EPCISMasterDataDocument xmlns:m="urn:epcglobal:epcis-masterdata:xsd:2" 
 schemaVersion="2.0"><EPCISBody><VocabularyList>
<Vocabulary type="urn:epcglobal:epcis:vtype:Location"><VocabularyElementList>
<VocabularyElement id="urn:epc:id:sgln:4012345.00005.0"><attribute id="urn:epcglobal:cbv:mda#name">
一号冷库</attribute>
<attribute id="urn:epcglobal:cbv:mda#city"> 福州 </attribute>
<children><id>urn:epc:id:sgln:4012345.00005.1</id></children>
</VocabularyElement></VocabularyElementList></Vocabulary></VocabularyList></EPCISBody>
</m:EPCISMasterDataDocument>"#
        .to_owned()
}

/// The answer of another repository, passed on.
fn query_document() -> String {
    let event = bare().replace("urn:example:bare:1", "urn:example:asked:1");
    format!(
        "<q:EPCISQueryDocument xmlns:q=\"urn:epcglobal:epcis-query:xsd:2\" schemaVersion=\"2.0\" \
         creationDate=\"2026-11-23T06:00:00Z\"><EPCISBody><q:QueryResults><queryName>all</queryName>\
         <resultsBody><EventList>{event}</EventList></resultsBody></q:QueryResults></EPCISBody>\
         </q:EPCISQueryDocument>"
    )
}

fn bare() -> String {
    "<ObjectEvent><eventTime>2026-11-23T10:00:00Z</eventTime><eventTimeZoneOffset>+08:00\
     </eventTimeZoneOffset><eventID>urn:example:bare:1</eventID><epcList>\
     <epc>urn:epc:id:sgtin:4012345.022222.1</epc></epcList><action>OBSERVE</action>\
     <bizStep>urn:epcglobal:cbv:bizstep:inspecting</bizStep></ObjectEvent>"
        .to_owned()
}
