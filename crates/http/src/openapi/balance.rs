//! The operation that balances what came in against what went out.

use super::gets::{as_of, rests_on};
use super::operations::{JSON, body, field, ok, row};
use super::parts::{Access, Row, decimal_number};
use super::selection::selection;
use utoipa::openapi::HttpMethod;
use utoipa::openapi::path::ParameterIn::Query;

pub(super) fn balance() -> Vec<Row> {
    let row = row(
        ("get_balance", HttpMethod::Get, "/v1/balance"),
        ("trace", "Balance what came in against what went out; just one of the identifiers"),
        Access::Read,
        ok(200, "Sums in kilograms and what they say", body(JSON, "BalanceAnswer")),
    );
    let row = selection().into_iter().fold(row, Row::takes);
    let text =
        "Share, in per cent, by which out may exceed in and a count differ; 0.5 unless given";
    let row = row.takes(field(Query, "tolerance", text, decimal_number()));
    vec![row.takes(as_of()).takes(rests_on())]
}
