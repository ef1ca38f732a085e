//! Event queries: what `/epcis/events` and its kin take and answer.

use super::operations::{EPCIS_OR_XML, body, field, ok, row};
use super::parts::{Access, Field, Row, Success, limited_text, one_of, text_schema, whole_number};
use crate::catalogue::*;
use crate::limits::QUERY_BYTES_MAX;
use utoipa::openapi::HttpMethod;
use utoipa::openapi::path::ParameterIn::{Header, Path, Query};

/// Parameters with a fixed name (EPCIS 2.0, section 8.2.7.1), and what they ask of an event.
const PARAMETERS: &[(&str, &str)] = &[
    ("eventType", "Its type is one of these"),
    ("GE_eventTime", "It took place at this time or later"),
    ("LT_eventTime", "It took place before this time"),
    ("GE_recordTime", "The ledger took it at this time or later"),
    ("LT_recordTime", "The ledger took it before this time"),
    ("EQ_action", "Its action is one of these"),
    ("EQ_bizStep", "Its business step is one of these: word, URN or URI"),
    ("EQ_disposition", "Its disposition is one of these"),
    ("EQ_persistentDisposition_set", "It sets one of these dispositions"),
    ("EQ_persistentDisposition_unset", "It ends one of these dispositions"),
    ("EQ_readPoint", "Its read point is one of these"),
    ("WD_readPoint", "Its read point is one of these or inside one, by master data"),
    ("EQ_bizLocation", "Its business location is one of these"),
    ("WD_bizLocation", "Its business location is one of these or inside one, by master data"),
    ("EQ_transformationID", "Its transformationID is one of these"),
    ("MATCH_epc", "epcList or childEPCs name one of these, or what the pattern stands for"),
    ("MATCH_parentID", "parentID is one of these"),
    ("MATCH_inputEPC", "inputEPCList names one of these"),
    ("MATCH_outputEPC", "outputEPCList names one of these"),
    ("MATCH_anyEPC", "Any list of instances or parentID names one of these"),
    ("MATCH_epcClass", "quantityList or childQuantityList name one of these classes or lots"),
    ("MATCH_inputEPCClass", "inputQuantityList names one of these"),
    ("MATCH_outputEPCClass", "outputQuantityList names one of these"),
    ("MATCH_anyEPCClass", "Any list of quantities names one of these"),
    ("EQ_quantity", "A quantity is one of these; also EQ_quantity_UOM"),
    ("GT_quantity", "A quantity is above this"),
    ("GE_quantity", "A quantity is at least this"),
    ("LT_quantity", "A quantity is below this"),
    ("LE_quantity", "A quantity is at most this"),
    ("EQ_eventID", "Its eventID is one of these, to the letter"),
    ("EXISTS_errorDeclaration", "It declares an earlier event wrong"),
    ("GE_errorDeclarationTime", "It was declared wrong at this time or later"),
    ("LT_errorDeclarationTime", "It was declared wrong before this time"),
    ("EQ_errorReason", "The reason of its error declaration is one of these"),
    ("EQ_correctiveEventID", "One of these events corrects it"),
    ("EXISTS_sensorElementList", "It has sensor data"),
    ("GE_startTime", "Its sensor data begin at this time or later"),
    ("LT_startTime", "Its sensor data begin before this time"),
    ("GE_endTime", "Its sensor data end at this time or later"),
    ("LT_endTime", "Its sensor data end before this time"),
    ("EQ_type", "A measurement is of one of these types"),
    ("EQ_deviceID", "One of these devices measured"),
    ("EQ_dataProcessingMethod", "Its data were processed by one of these methods"),
    ("EQ_microorganism", "A report names one of these microorganisms"),
    ("EQ_chemicalSubstance", "A report names one of these substances"),
    ("EQ_bizRules", "Its data fall under one of these rules"),
    ("EQ_stringValue", "A report has one of these texts"),
    ("EQ_booleanValue", "A report has this truth value"),
    ("EQ_hexBinaryValue", "A report has one of these binary values"),
    ("EQ_uriValue", "A report has one of these URIs"),
    ("GE_percRank", "A percentile rank is at least this"),
    ("GT_percRank", "A percentile rank is above this"),
    ("LT_percRank", "A percentile rank is below this"),
    ("LE_percRank", "A percentile rank is at most this"),
];

const FOUND: &str = "One page of the events that match every parameter. A list is separated by |, \
    and one of its values is enough. Parameters with names of their own kind work too: \
    EQ_bizTransaction_TYPE, EQ_source_TYPE, EQ_destination_TYPE, {EQ,GT,GE,LT,LE}_MEASURE_UOM, \
    {EQ,GT,GE,LT,LE,EXISTS}_[INNER_][ILMD_|…]prefix:name, HASATTR_FIELD, EQ_ATTR_FIELD_NAME; any \
    other is refused.";

pub(super) const PAGED_EVENTS: &[(&str, &str)] = &[
    ("GS1-EPC-Format", "How identifiers are written"),
    ("Link", "rel=\"next\": the next page; the last page has none"),
    ("GS1-Next-Page-Token-Expires", "Until when the next page can be asked for"),
];

pub(super) const PAGED: &[(&str, &str)] = &[
    ("Link", "rel=\"next\": the next page; the last page has none"),
    ("GS1-Next-Page-Token-Expires", "Until when the next page can be asked for"),
];

/// A row whose answer is a page of events.
fn page_of_events(id: &'static str, path: &'static str, summary: &'static str) -> Row {
    let found =
        Success { headers: PAGED_EVENTS, ..ok(200, FOUND, body(EPCIS_OR_XML, "QueryDocument")) };
    let get = row((id, HttpMethod::Get, path), ("events", summary), Access::Read, found);
    let get = PARAMETERS.iter().fold(get, |row, (name, text)| {
        row.takes(field(Query, name, text, limited_text(QUERY_BYTES_MAX)))
    });
    let order = "eventTime, recordTime, or an extension by its name";
    let direction = one_of(&["ASC", "DESC"]);
    paged(get)
        .takes(field(Query, "orderBy", order, limited_text(QUERY_BYTES_MAX)))
        .takes(field(Query, "orderDirection", "DESC unless given", direction))
        .takes(field(Query, "eventCountLimit", "Only the first so many events", whole_number(None)))
        .takes(field(Query, "maxEventCount", "More events are refused", whole_number(None)))
        .takes(epc_format())
        .takes(cbv_format())
        .takes(field(Header, "GS1-Extensions", "prefix=uri of extensions", text_schema()))
        .or(&[&QUERY_TOO_LARGE])
}

/// How identifiers are wanted.
pub(super) fn epc_format() -> Field {
    let words = &["No_Preference", "Always_GS1_Digital_Link", "Always_EPC_URN", "Never_Translates"];
    let text = "How identifiers are written; as they were sent unless given, and where there is no \
        other form that means the same";
    field(Header, "GS1-EPC-Format", text, one_of(words))
}

/// How words of the vocabulary are wanted in XML.
pub(super) fn cbv_format() -> Field {
    let words = &["No_Preference", "Always_Web_URI", "Always_URN", "Never_Translates"];
    let text = "How words of the Core Business Vocabulary are written in XML";
    field(Header, "GS1-CBV-XML-Format", text, one_of(words))
}

/// A row whose answer comes in pages.
pub(super) fn paged(row: Row) -> Row {
    row.takes(field(
        Query,
        "perPage",
        "Most items on the page; 30 unless given",
        whole_number(None),
    ))
    .takes(field(Query, "nextPageToken", "What the page before gave", text_schema()))
    .or(&[&NOT_ACCEPTABLE])
}

/// Media types of a collection.
const COLLECTION: &[&str] = &["application/json", "application/ld+json"];

/// What is described of one collection: its members, one of them, and the events that name it.
const COLLECTIONS: [[(&str, &str, &str); 3]; 6] = [
    [
        ("list_event_types", "/epcis/eventTypes", "List the types of events"),
        ("get_event_type", "/epcis/eventTypes/{eventType}", "Show a type of events"),
        ("list_events_of_type", "/epcis/eventTypes/{eventType}/events", "Find events of a type"),
    ],
    [
        ("list_epcs", "/epcis/epcs", "List the items that events name"),
        ("get_epc", "/epcis/epcs/{epc}", "Show an item"),
        ("list_events_of_epc", "/epcis/epcs/{epc}/events", "Find events that name an item"),
    ],
    [
        ("list_biz_steps", "/epcis/bizSteps", "List the business steps of events"),
        ("get_biz_step", "/epcis/bizSteps/{bizStep}", "Show a business step"),
        ("list_events_of_biz_step", "/epcis/bizSteps/{bizStep}/events", "Find events of a step"),
    ],
    [
        ("list_biz_locations", "/epcis/bizLocations", "List the business locations of events"),
        ("get_biz_location", "/epcis/bizLocations/{bizLocation}", "Show a business location"),
        (
            "list_events_of_biz_location",
            "/epcis/bizLocations/{bizLocation}/events",
            "Find events of a business location",
        ),
    ],
    [
        ("list_read_points", "/epcis/readPoints", "List the read points of events"),
        ("get_read_point", "/epcis/readPoints/{readPoint}", "Show a read point"),
        (
            "list_events_of_read_point",
            "/epcis/readPoints/{readPoint}/events",
            "Find events of a read point",
        ),
    ],
    [
        ("list_dispositions", "/epcis/dispositions", "List the dispositions of events"),
        ("get_disposition", "/epcis/dispositions/{disposition}", "Show a disposition"),
        (
            "list_events_of_disposition",
            "/epcis/dispositions/{disposition}/events",
            "Find events of a disposition",
        ),
    ],
];

fn collection(id: &'static str, path: &'static str, summary: &'static str) -> Row {
    let found = ok(200, "The collection", body(COLLECTION, "Collection"));
    row((id, HttpMethod::Get, path), ("events", summary), Access::Read, found)
        .or(&[&NOT_ACCEPTABLE])
}

/// The parameter in a path.
fn of_member(row: Row) -> Row {
    let name = row.path.split(['{', '}']).nth(1).unwrap_or_default();
    row.takes(field(Path, name, "A member, percent-encoded", text_schema())).or(&[&NOT_FOUND])
}

pub(super) fn event_queries() -> Vec<Row> {
    let token_path = "/epcis/nextPageToken/{token}";
    let given_up =
        Success { status: 204, text: "It leads nowhere any more", body: None, headers: &[] };
    let mut rows = vec![
        collection("get_top_level", "/epcis", "List what there is"),
        page_of_events("query_events", "/epcis/events", "Find events"),
        row(
            ("delete_page_token", HttpMethod::Delete, token_path),
            ("events", "Give the token of a next page up"),
            Access::Read,
            given_up,
        )
        .takes(field(Path, "token", "nextPageToken of a page", text_schema()))
        .or(&[&OVERLOADED]),
    ];
    for [list, member, events] in COLLECTIONS {
        let listed = collection(list.0, list.1, list.2);
        let success = Success { headers: PAGED, ..listed.success };
        rows.push(paged(Row { success, ..listed }));
        rows.push(of_member(collection(member.0, member.1, member.2)));
        rows.push(of_member(page_of_events(events.0, events.1, events.2)));
    }
    rows
}
