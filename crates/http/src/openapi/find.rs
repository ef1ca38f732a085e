//! The operation that finds things by a part of their names.

use super::gets::as_of;
use super::operations::{JSON, body, field, ok, row};
use super::parts::{Access, Row, limited_text, limited_text_like, whole_number};
use laiqu_service::limits::{FIND_MAX, FIND_TEXT_BYTES_MAX, QUESTION_ID_BYTES_MAX};
use utoipa::openapi::HttpMethod;
use utoipa::openapi::path::ParameterIn::Query;

pub(super) fn find() -> Vec<Row> {
    let row = row(
        ("find_by_name", HttpMethod::Get, "/v1/find"),
        (
            "trace",
            "Find products, lots, places and parties by a part of a name, label or lot number",
        ),
        Access::Operator,
        ok(200, "Whole texts first, then beginnings, then the rest", body(JSON, "FindAnswer")),
    );
    let narrows =
        |name, text| field(Query, name, text, limited_text_like(DAY_BYTES_MAX, "2026-11-01"));
    let text = limited_text(FIND_TEXT_BYTES_MAX);
    let place = limited_text(QUESTION_ID_BYTES_MAX);
    vec![
        row.needs(field(
            Query,
            "q",
            "A part of a name, a brand or label text, or a lot number",
            text,
        ))
        .takes(field(Query, "at", AT, place))
        .takes(narrows("made_from", MADE_FROM))
        .takes(narrows("made_until", "Likewise, then or sooner"))
        .takes(narrows("expires_from", EXPIRES_FROM))
        .takes(narrows("expires_until", "Likewise, up to then or less long"))
        .takes(field(Query, "limit", "Most answers", whole_number(Some(FIND_MAX))))
        .takes(as_of()),
    ]
}

/// Longest day or moment that can be read, with all digits of a second's fraction.
const DAY_BYTES_MAX: usize = 56;

const AT: &str = "Only lots that were at a place, and their products: the identifier of a place, or \
    of a party whose own records name it, or a part of the name of either";

const MADE_FROM: &str = "Only lots that were made then or later, and their products: a day, or a \
    moment as RFC 3339 writes it. A stated date counts as a whole day; where nobody states one, \
    the time at which the lot was first seen counts, and a day is that of the place";

const EXPIRES_FROM: &str = "Only lots of which it is stated that they are good up to then or \
    longer, and their products: a day or a moment, of which the day counts";
