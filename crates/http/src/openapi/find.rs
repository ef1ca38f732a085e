//! Finding things by a part of their names: the operation, and its page.

use super::gets::{as_of, rests_on};
use super::operations::{HTML, JSON, body, field, ok, plain, row};
use super::parts::{Access, Row, limited_text, limited_text_like, text_schema, whole_number};
use crate::catalogue::{CREDENTIALS_MISSING, FORBIDDEN, INVALID_PARAMETER};
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
    let text = field(Query, "q", Q, limited_text(FIND_TEXT_BYTES_MAX));
    vec![narrowed(row.needs(text)).takes(rests_on())]
}

/// The same for people.
pub(super) fn page() -> Row {
    let row = row(
        ("show_find", HttpMethod::Get, "/find"),
        ("pages", "What is called so, with its lots and the ways to trace them"),
        Access::Open,
        ok(200, "The page; without `q` only its form", plain(HTML)),
    );
    let row = narrowed(row.takes(field(Query, "q", Q, text_schema())));
    row.or(&[&INVALID_PARAMETER, &CREDENTIALS_MISSING, &FORBIDDEN])
}

/// With the parameters that leave something out.
fn narrowed(row: Row) -> Row {
    let day = |name, text| field(Query, name, text, limited_text_like(DAY_BYTES_MAX, "2026-11-01"));
    row.takes(field(Query, "at", AT, limited_text(QUESTION_ID_BYTES_MAX)))
        .takes(day("made_from", MADE_FROM))
        .takes(day("made_until", "Likewise, then or sooner"))
        .takes(day("expires_from", EXPIRES_FROM))
        .takes(day("expires_until", "Likewise, up to then or less long"))
        .takes(field(Query, "limit", "Most answers", whole_number(Some(FIND_MAX))))
        .takes(as_of())
}

const Q: &str = "A part of a name, a brand or label text, or a lot number";

/// Longest day or moment that can be read, with all digits of a second's fraction.
const DAY_BYTES_MAX: usize = 56;

const AT: &str = "Only lots that were at a place, and their products: the identifier of a place, or \
    of a party whose own records name it, or a part of the name of either";

const MADE_FROM: &str = "Only lots that were made then or later, and their products: a day, or a \
    moment as RFC 3339 writes it. A stated date counts as a whole day; where nobody states one, \
    the time at which the lot was first seen counts, and a day is that of the place";

const EXPIRES_FROM: &str = "Only lots of which it is stated that they are good up to then or \
    longer, and their products: a day or a moment, of which the day counts";
