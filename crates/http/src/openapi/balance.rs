//! The operation that balances what came in against what went out.

use super::operations::{JSON, body, field, ok, row};
use super::parts::{Access, Row, decimal_number, limited_text, moment_like, text_like};
use laiqu_service::limits::QUESTION_ID_BYTES_MAX;
use utoipa::openapi::HttpMethod;
use utoipa::openapi::path::ParameterIn::Query;

pub(super) fn balance() -> Vec<Row> {
    let id = |name, text| field(Query, name, text, limited_text(QUESTION_ID_BYTES_MAX));
    let time = |name, text, example| field(Query, name, text, moment_like(example));
    vec![
        row(
            ("balance", HttpMethod::Get, "/v1/balance"),
            ("trace", "Balance what came in against what went out; just one of the identifiers"),
            Access::Read,
            ok(200, "Sums in kilograms and what they say", body(JSON, "BalanceAnswer")),
        )
        .takes(field(Query, "lot", "A lot, at every place", text_like("urn:x:1")))
        .takes(id("place", "A place: every lot that was there"))
        .takes(id("product", "A product: every lot of it, at every place"))
        .takes(id("party", "A party: every lot at the places that its own records name"))
        .takes(time(
            "from",
            "First moment, RFC 3339; what was before is opening stock",
            "2026-11-01T00:00:00+08:00",
        ))
        .takes(time("until", "Last moment, RFC 3339", "2026-12-01T00:00:00+08:00"))
        .takes(field(
            Query,
            "tolerance",
            "Share, in per cent, by which out may exceed in and a count differ; 0.5 unless given",
            decimal_number(),
        )),
    ]
}
