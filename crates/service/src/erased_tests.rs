use super::*;
use laiqu_epcis::query::EventTerms;
use laiqu_epcis::{Document, Limits, LotDates};

const SALT: Salt = [7; 32];

/// One event of each type, an error declaration among them.
const EVENTS: &str = r#"
{"type":"ObjectEvent","eventID":"urn:secret:e1","eventTime":"2026-11-01T08:00:00+08:00",
 "eventTimeZoneOffset":"+08:00","action":"ADD","bizStep":"shipping","disposition":"in_transit",
 "readPoint":{"id":"https://id.gs1.org/414/4012345000115/254/dock"},
 "bizLocation":{"id":"https://id.gs1.org/414/4012345000115"},
 "epcList":["https://id.gs1.org/01/04012345111118/10/SECRETLOT/21/SECRETSERIAL"],
 "quantityList":[{"epcClass":"urn:epc:class:lgtin:4012345.011111.SECRET2","quantity":2.5,"uom":"KGM"},
  {"epcClass":"urn:epc:class:lgtin:4012345.011111.SECRET3","quantity":7}],
 "sourceList":[{"type":"owning_party","source":"urn:secret:seller"}],
 "destinationList":[{"type":"location","destination":"urn:secret:buyer"}],
 "bizTransactionList":[{"type":"po","bizTransaction":"urn:secret:order"},
  {"bizTransaction":"urn:secret:paper"}]},
{"type":"AggregationEvent","eventID":"urn:secret:e2","eventTime":"2026-11-02T08:00:00Z",
 "eventTimeZoneOffset":"-03:30","action":"OBSERVE","parentID":"urn:secret:box",
 "childEPCs":["urn:secret:pack"],"bizStep":"https://secret.example/step"},
{"type":"TransformationEvent","eventID":"urn:secret:e3","eventTime":"2026-11-03T08:00:00Z",
 "eventTimeZoneOffset":"+00:00","transformationID":"urn:secret:run",
 "inputQuantityList":[{"epcClass":"urn:secret:in","quantity":1,"uom":"secret unit"}],
 "outputEPCList":["urn:secret:out"]},
{"type":"AssociationEvent","eventID":"urn:secret:e4","eventTime":"2026-11-04T08:00:00Z",
 "eventTimeZoneOffset":"+00:00","action":"DELETE","parentID":"urn:secret:p","childEPCs":["urn:secret:c"]},
{"type":"ObjectEvent","eventID":"urn:secret:e5","eventTime":"2026-11-01T08:00:00+08:00",
 "eventTimeZoneOffset":"+08:00","action":"ADD","epcList":["urn:secret:x"],
 "errorDeclaration":{"declarationTime":"2026-11-05T08:00:00Z","reason":"incorrect_data",
  "correctiveEventIDs":["urn:secret:e6"]}}"#;

fn facts() -> Vec<Facts> {
    let text = format!(
        r#"{{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2026-11-05T09:00:00Z",
        "epcisBody":{{"eventList":[{EVENTS}]}}}}"#
    );
    let document = Document::parse(&text, &Limits::default()).unwrap();
    document.events.iter().map(|event| event.facts(event.event_id().unwrap())).collect()
}

fn effects(facts: &[Facts]) -> Effects {
    let events = (0..).zip(facts).map(|(ordinal, facts)| {
        let id_digest = laiqu_index::id_digest(&facts.event_id);
        NewEvent {
            ordinal,
            id_digest,
            declares: false,
            facts: facts.clone(),
            terms: EventTerms::default(),
            labels: Vec::new(),
            dates: LotDates::default(),
        }
    });
    let (kid, digest) = ("thumbprint".to_owned(), Hash([4; 32]));
    let link = KeyLink { kid, seq: 3, prev: Hash([3; 32]), jws_sha256: digest };
    let body = Effects::of_body(Hash([9; 32]));
    Effects { events: events.collect(), chains: vec![link], ..body }
}

/// A graph of other events that name the same things.
fn graph_of(facts: &[Facts]) -> Graph {
    let mut graph = Graph::new();
    for (index, facts) in (0..).zip(facts) {
        graph.add(Position { index, ordinal: 0 }, "urn:x:issuer", facts);
        // Of what a declaration repeats the graph takes the eventIDs alone.
        let declared = Facts { error: None, ..facts.clone() };
        graph.add(Position { index, ordinal: 1 }, "urn:x:issuer", &declared);
    }
    graph
}

#[test]
fn nothing_of_the_text_stays_and_all_of_the_shape() {
    let facts = facts();
    let outcome = outcome(5, 3, effects(&facts), &SALT);
    for text in ["secret", "SECRET", "4012345", "254", "thumb"] {
        let found = outcome.matches(text).count();
        assert_eq!(found, usize::from(text == "thumb"), "{text}: {outcome}");
    }
    let remains = Remains::read(&outcome).unwrap();
    assert_eq!((remains.index, remains.issuer, remains.salt), (5, 3, SALT));
    assert_eq!((remains.chains[0].seq, remains.chains[0].jws_sha256), (3, Hash([4; 32])));
    assert_eq!(remains.events_count(), 5);

    // Nobody else states the identifiers: each is a hash, equal ones stay equal.
    let hidden = Remains::read(&outcome).unwrap().events_in(&Recognised::default(), &Graph::new());
    assert!(hidden[0].1.items[0].id.starts_with("urn:laiqu:erased:"));
    assert_eq!(hidden[0].1.items.len(), 3);
    assert_ne!(hidden[0].1.items[1].id, hidden[0].1.items[2].id);

    // Everybody does: the events are as they were, but for what no graph needs.
    let mut known = Recognised::default();
    let graph = graph_of(&facts);
    known.learn(&SALT, &graph);
    let shown = remains.events_in(&known, &graph);
    for ((position, found), mut expected) in shown.into_iter().zip(facts) {
        assert_eq!(position.index, 5);
        map_ids(&mut expected, &mut |id| id.into());
        match position.ordinal {
            1 => expected.biz_step = None, // not of the standard vocabulary
            2 => expected.items[0].quantity = None, // not in a standard unit
            _ => {}
        }
        assert_eq!(found, expected);
    }
}

#[test]
fn an_erased_body_is_known_again_by_its_issuer_only() {
    let mut bodies = ErasedBodies::default();
    assert_eq!(bodies.find(3, &Hash([9; 32])), None);
    bodies.insert(&Remains::read(&outcome(5, 3, effects(&[]), &SALT)).unwrap(), 11);
    assert_eq!(bodies.find(3, &Hash([9; 32])), Some((5, 11)));
    assert_eq!(bodies.find(4, &Hash([9; 32])), None);
    assert_eq!(bodies.find(3, &Hash([8; 32])), None);
    assert_eq!(bodies.salt(), Some(SALT));
}

#[test]
fn events_that_would_not_fit_are_left_out_and_counted() {
    let one = facts().swap_remove(0);
    let many = vec![one; 5_000];
    let outcome = outcome(5, 3, effects(&many), &SALT);
    assert!(outcome.len() < OUTCOME_REST_BYTES && outcome.contains("\"events_left_out\":5000"));
    assert_eq!(Remains::read(&outcome).unwrap().events_count(), 0);
}

#[test]
fn other_outcomes_are_no_remains() {
    for text in ["", "{}", r#"{"rules":"laiqu/1"}"#, r#"{"erased":{"index":5}}"#] {
        assert!(Remains::read(text).is_none(), "{text}");
    }
}
