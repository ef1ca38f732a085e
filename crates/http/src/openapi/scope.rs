//! The operation that tells the scope of a recall.

use super::operations::{JSON, body, ok, row};
use super::parts::{Access, Row};
use crate::catalogue::*;
use utoipa::openapi::HttpMethod;

pub(super) fn scope() -> Vec<Row> {
    let about = ("trace", "The scope of a recall: holdings, kilograms, holders, records to demand");
    let text = "Every holding that the hazard can have reached, for regulators and operators";
    vec![
        row(
            ("find_recall_scope", HttpMethod::Post, "/v1/recall-scope"),
            about,
            Access::Operator,
            ok(200, text, body(JSON, "RecallScopeAnswer")),
        )
        .reads(body(JSON, "RecallScopeQuestion"))
        .or(&[&INVALID_JSON, &INVALID_DOCUMENT]),
    ]
}
