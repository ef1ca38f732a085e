//! The operation that finds flaws of the records.

use super::gets::{as_of, rests_on};
use super::operations::{JSON, body, field, ok, row};
use super::parts::{Access, Row, whole_number};
use super::selection::selection;
use crate::limits::LATE_HOURS_MAX;
use utoipa::openapi::HttpMethod;
use utoipa::openapi::path::ParameterIn::Query;

pub(super) fn quality() -> Vec<Row> {
    let row = row(
        ("find_flaws", HttpMethod::Get, "/v1/quality"),
        ("trace", "Find what the records lack or contradict; just one of the identifiers"),
        Access::Read,
        ok(200, "Flaws, each with the parties to ask", body(JSON, "QualityAnswer")),
    );
    let row = selection().into_iter().fold(row, Row::takes);
    let text = "A record is late so many hours after its event; 24 unless given";
    vec![
        row.takes(field(Query, "late_hours", text, whole_number(Some(LATE_HOURS_MAX))))
            .takes(as_of())
            .takes(rests_on()),
    ]
}
