//! Operations that capture, and show what was captured.

use super::event_queries::{PAGED, cbv_format, epc_format, paged};
use super::operations::{EPCIS_OR_XML, JSON, body, field, ok, row};
use super::parts::{Access, Row, Success, one_of, text_schema, whole_number};
use crate::catalogue::*;
use utoipa::openapi::HttpMethod;
use utoipa::openapi::path::ParameterIn::{Header, Path};

pub(super) fn captures() -> Vec<Row> {
    let (get, post) = (HttpMethod::Get, HttpMethod::Post);
    let about = |summary| ("events", summary);
    let captured = Success {
        headers: &[
            ("Location", "Path of the capture job"),
            ("GS1-EPCIS-Version", "2.0.0"),
            ("GS1-CBV-Version", "2.0.0"),
            ("GS1-EPCIS-Capture-Limit", "Most events in one document"),
            ("GS1-EPCIS-Capture-File-Size-Limit", "Largest document, in bytes"),
        ],
        ..ok(202, "Captured and durable, or captured before", body(EPCIS_OR_XML, "CaptureJob"))
    };
    let created = Success {
        headers: &[
            ("Location", "Path of the event"),
            ("Link", "rel=\"describedby\": the receipt of its entry"),
            ("GS1-EPCIS-Version", "2.0.0"),
            ("GS1-CBV-Version", "2.0.0"),
        ],
        ..ok(201, "Durable, or stood there before with this content", body(EPCIS_OR_XML, "{}"))
    };
    let jobs = Success { headers: PAGED, ..ok(200, "Newest first", body(JSON, "CaptureJobs")) };
    let behaviour = "What becomes of the document where an event is refused: nothing of it is \
        taken (unless given), or the others are";
    let behaviour =
        field(Header, "GS1-Capture-Error-Behaviour", behaviour, one_of(&["rollback", "proceed"]));
    let version = "Version of the document: 2.0, or 1.2 where it is XML of that version";
    let version = field(Header, "GS1-EPCIS-Version", version, one_of(&["2.0.0", "1.2.0"]));
    let refusals: &[&'static ProblemKind] =
        &[&SIGNATURE_REQUIRED, &KEY_CHAIN_CONFLICT, &EVENT_ID_CONFLICT, &ERASED];
    vec![
        row(
            ("capture_document", post.clone(), "/epcis/capture"),
            about("Capture an EPCIS document"),
            Access::Write,
            captured,
        )
        .reads(body(EPCIS_OR_XML, "{}"))
        .takes(behaviour)
        .takes(version)
        .writes()
        .or(refusals)
        .or(&[&TOO_MANY_EVENTS, &INVALID_XML]),
        paged(row(
            ("list_capture_jobs", get.clone(), "/epcis/capture"),
            about("List capture jobs"),
            Access::Read,
            jobs,
        )),
        row(
            ("get_capture_job", get.clone(), "/epcis/capture/{captureID}"),
            about("Show a capture job"),
            Access::Read,
            ok(200, "The finished job", body(EPCIS_OR_XML, "CaptureJob")),
        )
        .takes(field(Path, "captureID", "Index of the entry", whole_number(None)))
        .or(&[&NOT_FOUND, &ERASED]),
        row(
            ("capture_event", post, "/epcis/events"),
            about("Capture one event; with parameters and no body, find events as GET does"),
            Access::Write,
            created,
        )
        .reads(body(EPCIS_OR_XML, "{}"))
        .takes(epc_format())
        .takes(cbv_format())
        .writes()
        .or(refusals)
        .or(&[&INVALID_XML]),
        row(
            ("get_event", get, "/epcis/events/{eventID}"),
            about("Show an event and its error declarations"),
            Access::Read,
            ok(200, "The event", body(EPCIS_OR_XML, "QueryDocument")),
        )
        .takes(field(Path, "eventID", "eventID, percent-encoded", text_schema()))
        .takes(epc_format())
        .takes(cbv_format())
        .or(&[&NOT_FOUND, &NOT_ACCEPTABLE]),
    ]
}
