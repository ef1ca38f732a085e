//! Operations that trace.

use super::gets::as_of;
use super::operations::{JSON, body, field, ok, row};
use super::parts::{
    Access, Row, flag, limited_text, limited_text_like, moment_like, one_of, texts, whole_number,
};
use crate::limits::{TRACE_DEPTH_MAX, TRACE_LOTS_MAX};
use laiqu_service::limits::{QUESTION_ID_BYTES_MAX, TRACE_OPENED_MAX, TRACE_STARTS_MAX};
use utoipa::openapi::HttpMethod;
use utoipa::openapi::path::ParameterIn::Query;

pub(super) fn trace() -> Vec<Row> {
    let text = "The answer; empty where no event names what was asked about";
    let answer = row(
        ("trace_item", HttpMethod::Get, "/v1/trace"),
        ("trace", "Trace items"),
        Access::Read,
        ok(200, text, body(JSON, "TraceAnswer")),
    );
    let text = "FoodChain-Lab's JSON: sites are stations, movements deliveries, and what was made of \
        what relations; with the ledger state";
    let model = row(
        ("trace_as_foodchain_lab", HttpMethod::Get, "/v1/trace/fcl"),
        ("trace", "The movements of a trace, as a case of FoodChain-Lab"),
        Access::Read,
        ok(200, text, body(JSON, "FoodChainLabModel")),
    );
    let text = "Boxes and edges with coordinates, from source (left) to sale (right)";
    let layout = row(
        ("trace_layout", HttpMethod::Get, "/v1/trace/layout"),
        ("trace", "The drawing of a trace"),
        Access::Read,
        ok(200, text, body(JSON, "TraceLayout")),
    );
    let layout = asked(layout).takes(field(
        Query,
        "expand",
        "A lot whose box is to be opened, in any spelling; repeat it for more, and for a lot whose box held boxes",
        texts(QUESTION_ID_BYTES_MAX, TRACE_OPENED_MAX),
    ));
    vec![asked(answer), layout, asked(model)]
}

/// With the parameters of a trace.
fn asked(row: Row) -> Row {
    row.takes(field(
        Query,
        "id",
        "An item to start from, in any spelling; repeat it for more. Else give supplier or place",
        texts(QUESTION_ID_BYTES_MAX, TRACE_STARTS_MAX),
    ))
    .takes(field(
        Query,
        "supplier",
        "Or a party: all that it made or shipped between from and until",
        limited_text(QUESTION_ID_BYTES_MAX),
    ))
    .takes(field(
        Query,
        "place",
        "Or a site, room, line or tank: all that was or may have been there between from and until",
        limited_text_like(QUESTION_ID_BYTES_MAX, "urn:x:1"),
    ))
    .takes(field(
        Query,
        "from",
        "First moment for supplier and place, RFC 3339",
        moment_like("2026-11-01T00:00:00+08:00"),
    ))
    .takes(field(
        Query,
        "until",
        "Last moment for supplier and place, RFC 3339",
        moment_like("2026-12-01T00:00:00+08:00"),
    ))
    .takes(field(
        Query,
        "to",
        "Another item: only what lies on a path between it and the start",
        limited_text(QUESTION_ID_BYTES_MAX),
    ))
    .takes(field(
        Query,
        "direction",
        "Which way; both unless given",
        one_of(&["back", "forward", "both"]),
    ))
    .takes(field(Query, "depth", "Most steps from the start", whole_number(Some(TRACE_DEPTH_MAX))))
    .takes(field(
        Query,
        "lots_max",
        "Most lots in the answer, from 1; 100000 unless given",
        whole_number(Some(TRACE_LOTS_MAX)),
    ))
    .takes(field(
        Query,
        "walk_from",
        "Follow only links of events that may have happened since, RFC 3339; what was reached is shown with its whole life",
        moment_like("2026-11-01T00:00:00+08:00"),
    ))
    .takes(field(
        Query,
        "walk_until",
        "Follow only links of events that may have happened until then, RFC 3339",
        moment_like("2026-12-01T00:00:00+08:00"),
    ))
    .takes(field(Query, "containers", "Also climb from contents to their containers", flag()))
    .takes(as_of())
}
