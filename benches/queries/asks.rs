//! Questions beyond single filters: orders, filters together, resource paths, other readers.

use crate::queries::events::{Events, event_id, lot, time};
use crate::queries::query::{Matching, Query, Reader, encoded};
use Matching::{Few, Many, None, Refused};

/// Conditions that many, few and no events meet.
const CONDITIONS: [(Matching, &str, &str); 3] = [
    (Many, "EQ_bizStep", "commissioning"),
    (Few, "EQ_bizStep", "shipping"),
    (None, "EQ_bizStep", "packing"),
];

/// Filters of which each is met by many events, and few or none meets both.
const TOGETHER: [(Matching, [(&str, &str); 2]); 12] = [
    (None, [("eventType", "TransformationEvent"), ("EQ_action", "ADD")]),
    (None, [("EXISTS_errorDeclaration", "true"), ("eventType", "AggregationEvent")]),
    (None, [("EQ_quantity", "12"), ("EQ_ex:score", "13")]),
    (None, [("EQ_value_CEL", "12"), ("EQ_quantity_KGM", "14")]),
    (None, [("HASATTR_epcClass", "ex:often"), ("eventType", "TransformationEvent")]),
    (None, [("HASATTR_epcClass", "ex:often"), ("EQ_bizStep", "shipping")]),
    (None, [("WD_readPoint", "urn:x:region:often"), ("EQ_bizStep", "shipping")]),
    (None, [("MATCH_epc", "urn:epc:idpat:sgtin:6901234.*.*"), ("EQ_bizStep", "shipping")]),
    (None, [("MATCH_inputEPC", "urn:epc:idpat:sgtin:6901234.*.*"), ("EXISTS_ILMD_ex:grade", "")]),
    (Few, [("GE_ex:score", "16"), ("LT_quantity", "11")]),
    (Few, [("GE_percRank", "16"), ("LT_percRank", "11")]),
    (Many, [("EQ_bizStep", "commissioning"), ("EQ_disposition", "active")]),
];

/// All of them.
pub(crate) fn queries(events: Events) -> Vec<Query> {
    let mut all = orders(events);
    all.extend(TOGETHER.iter().map(|(matching, both)| Query::of(*matching, both)));
    let middle = time(events.total / 2);
    let later = time(events.total / 2 + 1_000);
    for name in ["eventTime", "startTime"] {
        let (low, high) = (format!("GE_{name}"), format!("LT_{name}"));
        all.push(Query::of(None, &[(&low, &later), (&high, &middle)]));
        all.push(Query::of(Many, &[(&low, &middle), (&high, &later)]));
    }
    all.extend(paths(events));
    all.extend(by_others());
    all
}

fn orders(events: Events) -> Vec<Query> {
    let mut all = Vec::new();
    let (oldest, newest) = (time(Events::RARE), time(events.total - Events::RARE));
    for order in ["eventTime", "recordTime", "ex:score", "ex:never"] {
        for direction in ["ASC", "DESC"] {
            let by = [("orderBy", order), ("orderDirection", direction)];
            all.push(Query::of(Many, &by));
            for (matching, name, value) in CONDITIONS {
                all.push(Query::of(matching, &[by[0], by[1], (name, value)]));
            }
            // What is found stands at one end of the order.
            all.push(Query::of(Few, &[by[0], by[1], ("LT_eventTime", &oldest)]));
            all.push(Query::of(Few, &[by[0], by[1], ("GE_eventTime", &newest)]));
            all.push(Query::of(Few, &[by[0], by[1], ("eventCountLimit", "5")]));
            all.push(Query::of(Many, &[by[0], by[1], ("eventCountLimit", "100")]));
        }
    }
    all.push(Query::of(Refused, &[("maxEventCount", "100")]));
    for (matching, name, value) in CONDITIONS {
        let matching = if matching == Many { Refused } else { matching };
        all.push(Query::of(matching, &[("maxEventCount", "100"), (name, value)]));
    }
    all
}

fn paths(events: Events) -> Vec<Query> {
    let (some, none) = (events.total / 2 / 4 * 4, "urn:x:never");
    let place = |part: u8| format!("urn:epc:id:sgln:6901234.00001.{part}");
    let members = [
        ("eventTypes", ["ObjectEvent".to_owned(), String::new(), "AssociationEvent".to_owned()]),
        ("bizSteps", ["commissioning", "shipping", "packing"].map(str::to_owned)),
        ("dispositions", ["active", "in_transit", "recalled"].map(str::to_owned)),
        ("bizLocations", [place(0), place(0).replace("6901234", "6901239"), none.to_owned()]),
        ("readPoints", [place(1), place(1).replace("6901234", "6901239"), none.to_owned()]),
        ("epcs", [String::new(), lot(some), none.to_owned()]),
    ];
    let mut all = Vec::new();
    for (collection, values) in members {
        let found = if collection == "epcs" { Many } else { Few };
        all.push(Query::on(&format!("/epcis/{collection}"), found, &[]));
        for (value, matching) in values.iter().zip(Matching::ALL) {
            if !value.is_empty() {
                let path = format!("/epcis/{collection}/{}/events", encoded(value));
                let name = format!("/epcis/{collection}/{{{}}}/events", matching.name());
                all.push(Query { name, ..Query::on(&path, matching, &[]) });
            }
        }
    }
    for (matching, id) in [(Few, event_id(some)), (None, none.to_owned())] {
        let path = format!("/epcis/events/{}", encoded(&id));
        all.push(Query { name: "/epcis/events/{id}".into(), ..Query::on(&path, matching, &[]) });
        let id = if matching == Few { lot(some / 20 * 20) } else { id };
        let path = format!("/v1/masterdata/EPCClass/{}", encoded(&id));
        let name = "/v1/masterdata/EPCClass/{id}".into();
        all.push(Query { name, ..Query::on(&path, matching, &[]) });
    }
    all.push(Query::on("/v1/masterdata/EPCClass", Many, &[]));
    all
}

fn by_others() -> Vec<Query> {
    let paths = ["/epcis/events", "/v1/masterdata/EPCClass"];
    let mut all: Vec<Query> = paths.iter().map(|path| Query::on(path, Many, &[])).collect();
    all.extend([
        // It ends early where most members are those of others.
        Query::on("/epcis/epcs", Few, &[]),
        Query::of(Many, &[("EQ_bizStep", "commissioning")]),
        Query::of(Many, &[("GE_quantity", "11")]),
        Query::of(Many, &[("HASATTR_epcClass", "ex:often")]),
        Query::of(Many, &[("orderBy", "eventTime")]),
        Query::of(Many, &[("orderBy", "ex:score")]),
    ]);
    let strange = |query: &Query| Query { matching: None, ..query.clone() }.by(Reader::Stranger);
    let strange: Vec<Query> = all.iter().map(strange).collect();
    all.into_iter().map(|query| query.by(Reader::Business)).chain(strange).collect()
}
