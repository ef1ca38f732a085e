//! The operation that finds things by a part of their names.

use super::gets::as_of;
use super::operations::{JSON, body, field, ok, row};
use super::parts::{Access, Row, limited_text, moment_like, whole_number};
use laiqu_service::limits::{FIND_MAX, FIND_TEXT_BYTES_MAX};
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
    let time = |name, text, example| field(Query, name, text, moment_like(example));
    vec![
        row.needs(field(
            Query,
            "q",
            "A part of a name, a brand or label text, or a lot number",
            limited_text(FIND_TEXT_BYTES_MAX),
        ))
        .takes(time(
            "made_from",
            "Only lots that were first seen then or later, RFC 3339",
            "2026-11-01T00:00:00+08:00",
        ))
        .takes(time(
            "made_until",
            "Only lots that were first seen then or sooner, RFC 3339",
            "2026-12-01T00:00:00+08:00",
        ))
        .takes(field(Query, "limit", "Most answers", whole_number(Some(FIND_MAX))))
        .takes(as_of()),
    ]
}
