//! The operation that ranks where the food of some cases came from.

use super::operations::{JSON, body, ok, row};
use super::parts::{Access, Row};
use crate::catalogue::*;
use utoipa::openapi::HttpMethod;

pub(super) fn source() -> Vec<Row> {
    let about = ("trace", "Where the food of some cases may have come from, by four methods");
    let text = "Sites that may be the source, side by side, with what each rank rests on";
    vec![
        row(
            ("find_source", HttpMethod::Post, "/v1/source"),
            about,
            Access::Read,
            ok(200, text, body(JSON, "SourceAnswer")),
        )
        .reads(body(JSON, "SourceQuestion"))
        .or(&[&INVALID_JSON, &INVALID_DOCUMENT]),
    ]
}
