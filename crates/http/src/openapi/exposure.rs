//! The operation that judges temperatures.

use super::gets::{as_of, rests_on};
use super::operations::{JSON, body, field, ok, row};
use super::parts::{
    Access, Row, decimal_number, limited_text, moment_like, text_like, whole_number,
};
use crate::limits::MINUTES_MAX;
use laiqu_service::limits::QUESTION_ID_BYTES_MAX;
use utoipa::openapi::HttpMethod;
use utoipa::openapi::path::ParameterIn::Query;

pub(super) fn exposure() -> Vec<Row> {
    let celsius = |name, text| field(Query, name, text, decimal_number());
    let minutes = |name, text| field(Query, name, text, whole_number(Some(MINUTES_MAX)));
    let place = "Room, vehicle or site, in any spelling; of a site every room";
    vec![
        row(
            ("judge_exposure", HttpMethod::Get, "/v1/exposure"),
            ("trace", "Find when a cold room was beyond its limits, or nobody knows"),
            Access::Read,
            ok(200, "Excursions and silences of the sensors", body(JSON, "ExposureAnswer")),
        )
        .needs(field(Query, "place", place, limited_text(QUESTION_ID_BYTES_MAX)))
        .needs(field(
            Query,
            "from",
            "First moment, RFC 3339",
            moment_like("2026-11-23T00:00:00+08:00"),
        ))
        .needs(field(
            Query,
            "until",
            "Last moment, RFC 3339; at most 366 days later",
            moment_like("2026-11-24T00:00:00+08:00"),
        ))
        .takes(field(
            Query,
            "rule",
            "A dated rule, like `frozen-storage`; needed unless `min` or `max` is given",
            text_like("frozen-storage"),
        ))
        .takes(celsius("min", "Coldest that is allowed, in degrees Celsius"))
        .takes(celsius("max", "Warmest that is allowed, in degrees Celsius"))
        .takes(minutes("log_interval", "A reading is due this often, in minutes"))
        .takes(minutes("tolerance", "Longest excursion that is tolerated, in minutes"))
        .takes(as_of())
        .takes(rests_on()),
    ]
}
