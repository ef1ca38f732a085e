//! Events that every fixed filter finds many of, few of, and none of.
//!
//! Each says something for every field that its type has. What most events say is found often;
//! [`Events::RARE`] events of a ledger say something else as well or instead.

use serde_json::{Value, json};
use std::ops::Range;

/// Prefix of extensions.
pub(crate) const PREFIX: &str = "ex";
/// Its namespace.
pub(crate) const NAMESPACE: &str = "https://ex.example/";
/// Seconds since 1970 of the first event.
const FIRST_SECOND: u64 = 1_764_547_200;
/// Of so many events one has its lot and its item described by master data.
const DESCRIBED_EACH: u64 = 10;
/// Products of a catalogue, and places of a region, that no event names.
const UNUSED: u64 = 10_000;
/// Bits that are turned over in the number of an event for its time.
const TIME_BITS: u64 = 0b1_0101_0101;
/// The company that most events name, and one whose prefix differs in the last digit only.
pub(crate) const COMPANIES: [&str; 2] = ["6901234", "6901239"];
/// Events of one document, in turn: half of all events stand in long documents.
const DOCUMENT_EVENTS: [u64; 16] = [1, 60, 10, 60, 1, 60, 200, 60, 1, 60, 10, 60, 500, 60, 10, 60];

/// The events of a ledger of one size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Events {
    pub(crate) total: u64,
}

/// RFC 3339 of a second since the first event.
pub(crate) fn time(second: u64) -> String {
    let micros = i64::try_from((FIRST_SECOND + second) * 1_000_000).unwrap();
    laiqu_ledger::format_time(u64::try_from(micros).unwrap()).unwrap()
}

pub(crate) fn lot(number: u64) -> String {
    format!("urn:epc:class:lgtin:6901234.012345.L{number}")
}

pub(crate) fn event_id(number: u64) -> String {
    format!("urn:uuid:00000000-0000-4000-8000-{number:012}")
}

impl Events {
    /// Events of which there are few.
    pub(crate) const RARE: u64 = 20;

    fn is_rare(self, number: u64) -> bool {
        // One more than a multiple of the types, so that each type has some.
        number.is_multiple_of(self.total / Self::RARE / 4 * 4 + 1)
    }

    /// The event of this number: four types in turn.
    fn event(self, number: u64) -> Value {
        let rare = self.is_rare(number);
        let either = |often: &str, seldom: &str| Value::from(if rare { seldom } else { often });
        let company = COMPANIES[usize::from(rare)];
        let place = |part: u8| {
            let id = format!("urn:epc:id:sgln:{company}.00001.{part}");
            json!({ "id": id, "ex:zone": either("cold", "warm") })
        };
        let of = |kind: &str, name: &str| {
            let often = if rare { "seldom" } else { "often" };
            json!({ "type": kind, name: format!("urn:x:{kind}:{often}") })
        };
        // Events arrive out of order by some minutes.
        let happened = time(number ^ TIME_BITS);
        let one = |serial: &str| format!("urn:epc:id:sgtin:{company}.011111.{serial}{number}");
        let amount = |number: u64| {
            let common = number % 7 + 10;
            let mut list =
                vec![json!({ "epcClass": lot(number), "quantity": common, "uom": "KGM" })];
            if rare {
                for (what, quantity) in [("R", json!(0.001)), ("S", json!(5_000_000))] {
                    let class = format!("urn:epc:class:lgtin:{company}.012345.{what}{number}");
                    list.push(json!({ "epcClass": class, "quantity": quantity, "uom": "KGM" }));
                }
            }
            list
        };
        let mut event = json!({
            "eventID": event_id(number),
            "eventTime": happened, "eventTimeZoneOffset": "+00:00",
            "bizStep": either("commissioning", "shipping"),
            "disposition": either("active", "in_transit"),
            "readPoint": place(1),
            "bizLocation": place(0),
            "persistentDisposition": {
                "set": [either("completeness_verified", "expired")],
                "unset": [either("completeness_inferred", "damaged")],
            },
            "bizTransactionList": [of("po", "bizTransaction")],
            "sourceList": [of("owning_party", "source")],
            "destinationList": [of("owning_party", "destination")],
            "sensorElementList": self.sensors(number),
            "ex:crop": either("rice", "tea"),
            "ex:made": { "ex:part": either("rice", "tea") },
            "ex:score": if rare { 5_000_000 } else { number % 7 + 10 },
        });
        let own = match number % 4 {
            0 => json!({ "type": "ObjectEvent", "action": either("ADD", "DELETE"),
                "epcList": [one("A")], "quantityList": amount(number),
                "ilmd": { "ex:grade": either("A", "B"),
                    "ex:made": { "ex:part": either("A", "B") } } }),
            1 => json!({ "type": "AggregationEvent", "action": "ADD",
                "parentID": format!("urn:epc:id:sscc:{company}.1{:09}", number),
                "childEPCs": [one("B")], "childQuantityList": amount(number) }),
            2 => json!({ "type": "TransformationEvent",
                "transformationID": format!("urn:x:transformation:{number}"),
                "inputEPCList": [one("C")], "inputQuantityList": amount(number - 2),
                "outputEPCList": [one("D")], "outputQuantityList": amount(number) }),
            _ => json!({ "type": "ObjectEvent", "action": either("ADD", "DELETE"),
                "epcList": [one("E")], "quantityList": amount(number),
                "errorDeclaration": {
                    "declarationTime": happened,
                    "reason": either("incorrect_data", "did_not_occur"),
                    "correctiveEventIDs": [event_id(number - 1)],
                    "ex:by": either("clerk", "auditor"),
                } }),
        };
        if let (Some(event), Value::Object(own)) = (event.as_object_mut(), own) {
            event.extend(own);
        }
        event
    }

    fn sensors(self, number: u64) -> Value {
        let rare = self.is_rare(number);
        let either = |often: &str, seldom: &str| Value::from(if rare { seldom } else { often });
        let report = |value: Value| {
            json!({
                "type": if rare { "Humidity" } else { "Temperature" }, "uom": "CEL",
                "value": value, "minValue": value, "maxValue": value, "meanValue": value,
                "sDev": value, "percValue": value, "percRank": value,
                "stringValue": either("ok", "bad"), "booleanValue": !rare,
                "hexBinaryValue": either("F0", "0F"), "uriValue": either("urn:x:ok", "urn:x:bad"),
                "microorganism": either("urn:x:listeria", "urn:x:salmonella"),
                "chemicalSubstance": either("urn:x:lead", "urn:x:arsenic"),
                "ex:port": either("left", "right"),
            })
        };
        let mut reports = vec![report(json!(number % 7 + 10))];
        if rare {
            reports.extend([report(json!(0.001)), report(json!(5_000_000))]);
        }
        json!([{
            "sensorMetadata": {
                "time": time(number), "startTime": time(number), "endTime": time(number),
                "deviceID": either("urn:x:device:often", "urn:x:device:seldom"),
                "dataProcessingMethod": either("urn:x:method:often", "urn:x:method:seldom"),
                "bizRules": either("urn:x:rules:often", "urn:x:rules:seldom"),
                "ex:firmware": either("one", "two"),
            },
            "sensorReport": reports,
            "ex:rack": either("top", "bottom"),
        }])
    }

    /// The events of the document with this number that begins with this event.
    pub(crate) fn events_of(self, document: usize, from: u64) -> Range<u64> {
        let count = DOCUMENT_EVENTS[document % DOCUMENT_EVENTS.len()];
        from..(from + count).min(self.total)
    }

    /// A document of these events and of what master data says about them; the first two also
    /// describe places and words, and what no event names.
    pub(crate) fn document(self, number: usize, events: Range<u64>) -> Vec<u8> {
        let mut vocabularies = vec![list("EPCClass", self.described(events.clone()))];
        match number {
            0 => vocabularies.extend(words_and_places()),
            1 => vocabularies.push(list("EPCClass", unused_products())),
            _ => {}
        }
        self.document_of(&vocabularies, events.map(|number| self.event(number)).collect())
    }

    fn document_of(self, vocabularies: &[Value], events: Vec<Value>) -> Vec<u8> {
        json!({
            "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
                { PREFIX: NAMESPACE }],
            "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": time(self.total),
            "epcisHeader": { "epcisMasterData": { "vocabularyList": vocabularies } },
            "epcisBody": { "eventList": events },
        })
        .to_string()
        .into_bytes()
    }

    /// A document of events that are not rare, with other identifiers.
    pub(crate) fn repeated(self, count: u64, new_id: &dyn Fn(u64) -> String) -> Vec<u8> {
        let mut events: Vec<Value> = (1..=count).map(|number| self.event(number)).collect();
        for (event, number) in events.iter_mut().zip(0..) {
            event["eventID"] = new_id(number).into();
        }
        self.document_of(&[], events)
    }

    /// Lots and items of some events.
    fn described(self, events: Range<u64>) -> Vec<Value> {
        let mut all = Vec::new();
        for number in events {
            let rare = self.is_rare(number);
            if !rare && !number.is_multiple_of(DESCRIBED_EACH) {
                continue;
            }
            let company = COMPANIES[usize::from(rare)];
            let kind = ["A", "B", "C", "E"][(number % 4) as usize];
            let serial = format!("urn:epc:id:sgtin:{company}.011111.{kind}{number}");
            all.extend([element(&lot(number), rare), element(&serial, rare)]);
        }
        all
    }
}

fn element(id: &str, rare: bool) -> Value {
    let name = if rare { "seldom" } else { "often" };
    let attribute = format!("{NAMESPACE}{name}");
    json!({ "id": id, "attributes": [{ "id": attribute, "attribute": "yes" }] })
}

fn list(name: &str, elements: Vec<Value>) -> Value {
    let kind = format!("urn:epcglobal:epcis:vtype:{name}");
    json!({ "type": kind, "vocabularyElementList": elements })
}

fn words_and_places() -> Vec<Value> {
    let place = |rare: bool, part: u8| {
        format!("urn:epc:id:sgln:{}.00001.{part}", COMPANIES[usize::from(rare)])
    };
    let both = |rare: bool| vec![place(rare, 0), place(rare, 1)];
    let region = |id: &str, inside: Vec<String>| {
        let no: [Value; 0] = [];
        json!({ "id": id, "attributes": no, "children": inside })
    };
    let unused = || (0..UNUSED).map(|number| format!("urn:x:place:{number}"));
    let words = |name: &str, often: &str, seldom: &str| {
        let uri = |word: &str| format!("https://ref.gs1.org/cbv/{name}-{word}");
        vec![element(&uri(often), false), element(&uri(seldom), true)]
    };
    let mut places = vec![
        region("urn:x:region:often", both(false)),
        region("urn:x:region:seldom", both(true).into_iter().chain(unused()).collect()),
        region("urn:x:region:unused", unused().collect()),
    ];
    for rare in [false, true] {
        places.extend(both(rare).iter().map(|place| element(place, rare)));
    }
    vec![
        list("Location", places),
        list("BizStep", words("BizStep", "commissioning", "shipping")),
        list("Disposition", words("Disp", "active", "in_transit")),
    ]
}

fn unused_products() -> Vec<Value> {
    let attribute = json!({ "id": format!("{NAMESPACE}unused"), "attribute": "yes" });
    let product = |number| json!({ "id": lot(number), "attributes": [attribute] });
    (0..UNUSED).map(|number| product(u64::MAX - number)).collect()
}
